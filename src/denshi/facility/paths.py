"""Inputs that several figures of the building share, and the cases in which each of them has an effect."""

A = "catalog.assumptions."
E = "catalog.equipment."
WEATHER = ("climate.dry_bulb_c", "climate.wet_bulb_c", "climate.pressure_pa")
BLOCKS = ("scenario.facility.redundancy", f"{A}redundancy-block-units")
SIZES = (*BLOCKS, f"{A}plant-loading-limit")
LOSSES = ("loss_fixed", "loss_linear", "loss_square")


def of_rows(names: tuple[str, ...], *fields: str) -> tuple[str, ...]:
    """Return the paths of fields of rows of equipment."""
    return tuple(f"{E}{name}.{field}" for name in names for field in fields)


DIRECT = ("busbar-800v", "bbu-rack", "rectifier-800v")
SIDECAR = ("rectifier-400v",)
FEED_ROWS = ("busway-415v", "ups-double-conversion", *DIRECT, *SIDECAR)
PLANT_ROWS = (
    "transformer-mv-lv",
    "switchgear-mv",
    "generator-diesel",
    "chiller-air",
    "chiller-water",
    "dry-cooler",
    "adiabatic-cooler",
    "cooling-tower",
    "cdu",
    "immersion-tank",
    "crah",
)
BOUGHT_ROWS = (*FEED_ROWS, *PLANT_ROWS)
_CASE_OF_ROW = {
    **dict.fromkeys(DIRECT, "direct current"),
    **dict.fromkeys(SIDECAR, "sidecar"),
    "chiller-water": "tower",
    "cooling-tower": "tower",
    "adiabatic-cooler": "adiabatic",
    "immersion-tank": "immersion",
}
ROW_CASES = {
    f"{E}{name}.{field}": case
    for name, case in _CASE_OF_ROW.items()
    for field in (*LOSSES, "capacity_kw", "price_usd", "lead_time_weeks")
}

# Stages whose loss the stages above carry too.
BELOW_OTHERS = ("busway-415v", "busbar-800v", "bbu-rack", "rectifier-400v")
SMALL_CASES = {
    **dict.fromkeys(of_rows(("busway-415v",), *LOSSES), "small"),
    **dict.fromkeys(of_rows(("busbar-800v", "bbu-rack"), *LOSSES), "small, direct current"),
    **dict.fromkeys(of_rows(("rectifier-400v",), *LOSSES), "small, sidecar"),
}
FEED_LOSSES = ("scenario.facility.distribution", *of_rows(FEED_ROWS, *LOSSES))
TRANSFORMER_LOSSES = of_rows(("transformer-mv-lv",), *LOSSES)
TRANSFORMER_SIZE = (
    "facility.it_peak_kw",
    "facility.feed_loss_peak_kw",
    "facility.cooling_at_peak_kw",
    "facility.house_load_kw",
    f"{E}transformer-mv-lv.capacity_kw",
    f"{A}power-factor",
    *SIZES,
)
_IN_RACK = (*of_rows(("rectifier-orv3", "dcdc-800v"), *LOSSES), f"{A}shelf-load-at-nameplate")
RACK = ("scenario.facility.distribution", "cluster.it_power_kw", *_IN_RACK)
RACK_CASES = dict.fromkeys(_IN_RACK, "direct current")

# What the cold aisle of a hall accepts that outside air cools.
OUTSIDE = tuple(
    f"{A}air-{name}"
    for name in (
        "supply-max-c",
        "supply-min-c",
        "dew-point-max-c",
        "humidity-max-fraction",
        "rise-k",
        "closing",
    )
)
OUTSIDE_WATER = (f"{A}air-dew-point-min-c", f"{A}air-humidity-min-fraction")
OUTSIDE_COIL = (f"{A}air-dew-point-max-c", f"{A}drying-coil-approach-k")
# How chillers share their heat.
CHILLERS = (f"{A}chiller-capacity-margin", f"{A}chiller-no-load-fraction", f"{A}chiller-least-load")
WATER_CHILLER = (f"{A}chiller-carnot-fraction-water", f"{A}water-condenser-approach-k")

SINK = (
    *WEATHER[:2],
    "facility.cooling_plant",
    f"{A}loop-rise-k",
    f"{A}dry-cooler-approach-k",
    f"{A}tower-approach-k",
    f"{A}heat-exchanger-approach-k",
    f"{A}tower-water-to-air",
    *WATER_CHILLER,
    f"{A}adiabatic-effectiveness",
    f"{A}recirculation-k",
    f"{A}recirculation-wet-bulb-k",
)
# A cooler stands still where its fans would take more than the chiller is spared.
STANDSTILL = (
    "climate.pressure_pa",
    f"{A}dry-cooler-fan-fraction",
    f"{A}chiller-carnot-fraction-air",
    f"{A}chiller-evaporator-approach-k",
    f"{A}chiller-least-lift-k",
    f"{A}air-condenser-approach-k",
    *CHILLERS,
)
HANDLER_FANS = (f"{A}air-handler-fan-fraction", f"{A}outside-air-fan-fraction")
PLANT_POWER = (
    *STANDSTILL,
    f"{A}tower-fan-fraction",
    *HANDLER_FANS,
    f"{A}glycol-head-factor",
    f"{A}speed-power-floor",
    f"{A}facility-pump-head-pa",
    f"{A}rack-pump-head-pa",
    f"{A}immersion-pump-head-pa",
    f"{A}pump-efficiency",
)
EXTREME = (f"{A}extreme-dry-bulb-margin-k", f"{A}extreme-wet-bulb-margin-k")
PLANT_CASES = {
    **dict.fromkeys(
        (
            "climate.wet_bulb_c",
            f"{A}tower-approach-k",
            f"{A}heat-exchanger-approach-k",
            f"{A}recirculation-wet-bulb-k",
            f"{A}extreme-wet-bulb-margin-k",
            f"{A}tower-fan-fraction",
            f"{A}tower-water-to-air",
            *WATER_CHILLER,
        ),
        "tower",
    ),
    **dict.fromkeys((*OUTSIDE, *OUTSIDE_WATER, *OUTSIDE_COIL, f"{A}outside-air-fan-fraction"), "outside air"),
    **dict.fromkeys(
        (f"{A}adiabatic-effectiveness", f"{A}adiabatic-air-rise-k", f"{A}adiabatic-bleed-fraction"), "adiabatic"
    ),
    f"{A}immersion-pump-head-pa": "immersion",
}
DERATE = (
    "catalog.site.elevation_m",
    f"{A}generator-derate-per-m",
    f"{A}generator-derate-from-m",
    f"{A}generator-derate-per-k",
    f"{A}generator-derate-from-c",
)
BUILD_SHARES = tuple(
    f"catalog.prices.build-share-{name}"
    for name in ("mechanical-electrical", "shell", "site", "white-space", "back-of-house", "office")
)
MACHINES = (
    "facility.transformers",
    "facility.switchgears",
    "facility.generators",
    "facility.feed_units",
    "facility.chillers",
    "facility.heat_rejectors",
    "facility.liquid_units",
    "facility.air_handlers",
)
PLANT_PRICES = of_rows(BOUGHT_ROWS, "price_usd")
LEAD_TIMES = of_rows(BOUGHT_ROWS, "lead_time_weeks")
AT_PEAK = (
    "facility.liquid_heat_peak_kw",
    "facility.air_heat_peak_kw",
    "facility.air_supply_c",
    "facility.supply_c",
    *SINK,
)
WATER = (
    *WEATHER,
    "facility.heat_rejected_kwh_per_year",
    "facility.free_cooling",
    "facility.air_free_cooling",
    "facility.air_supply_c",
    "facility.cooling_plant",
    "facility.supply_c",
    f"{A}heat-exchanger-approach-k",
    f"{A}tower-approach-k",
    f"{A}loop-rise-k",
    f"{A}tower-cycles",
    f"{A}tower-drift-fraction",
    f"{A}makeup-water-c",
    f"{A}adiabatic-effectiveness",
    f"{A}adiabatic-air-rise-k",
    f"{A}adiabatic-bleed-fraction",
    f"{A}tower-water-to-air",
    *WATER_CHILLER,
    *OUTSIDE,
    *OUTSIDE_WATER,
    f"{A}coil-sensible-fraction",
    "facility.air_heat_kw",
)
WATER_CASES = {
    **dict.fromkeys(
        (
            *WEATHER,
            "facility.heat_rejected_kwh_per_year",
            "facility.free_cooling",
            "facility.air_free_cooling",
            "facility.air_supply_c",
            "facility.cooling_plant",
            "facility.supply_c",
            f"{A}loop-rise-k",
            f"{A}tower-cycles",
            f"{A}makeup-water-c",
        ),
        "tower",
    ),
    **PLANT_CASES,
    f"{A}tower-drift-fraction": "leaky tower",
}
NOTICES = (
    "facility.it_peak_kw",
    "facility.plant_priced_usd",
    "catalog.facility_price_usd_per_kw",
    BUILD_SHARES[0],
)
ALL_DEAR = dict.fromkeys(NOTICES, "dear plant")
PRICES_OF_CHOICE = (
    "catalog.region.price_usd_per_kwh",
    "catalog.prices.water-usd-per-m3",
    f"{A}connection-usd-per-kw-year",
)
# Which plant is cheapest hangs on everything that its energy, its water and its connection hang on.
CHOICE = (
    "scenario.facility.cooling",
    "scenario.facility.supply_temperature",
    "facility.it_mean_kw",
    "facility.it_peak_kw",
    "facility.house_load_kw",
    "facility.feed_loss_kw",
    "facility.feed_loss_peak_kw",
    "facility.transformer_rated_kw",
    *TRANSFORMER_LOSSES,
    *WEATHER,
    "facility.liquid_fraction",
    "catalog.system.supply_max_c",
    f"{A}air-loop-supply-c",
    *(path for path in SINK if path.startswith(A)),
    *(path for path in PLANT_POWER if path.startswith(A) and "immersion" not in path),
    *OUTSIDE,
    *OUTSIDE_WATER,
    *OUTSIDE_COIL[1:],
    *(path for path in WATER if path.startswith(A) and path not in (*SINK, *PLANT_POWER, *OUTSIDE, *OUTSIDE_WATER)),
    *EXTREME,
    f"{A}connection-diversity",
    *PRICES_OF_CHOICE,
)
CHOICE_CASES = dict.fromkeys(CHOICE, "best")
