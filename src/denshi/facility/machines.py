"""The machines of the building and what they cost: the second half of what the room gives out."""

from dataclasses import dataclass

from denshi.catalog import Item
from denshi.facility.paths import (
    BLOCKS,
    BUILD_SHARES,
    DERATE,
    FEED_ROWS,
    LEAD_TIMES,
    MACHINES,
    NOTICES,
    PLANT_PRICES,
    PRICES_OF_CHOICE,
    ROW_CASES,
    SIZES,
    TRANSFORMER_SIZE,
    A,
    E,
    of_rows,
)
from denshi.figure import figure


@dataclass(frozen=True, slots=True, kw_only=True)
class Machines:
    """How many machines of each kind, the parcel, the bill and its sums, and what a reader should know."""

    transformers: int = figure(
        "count",
        "ceil(peak load behind them / (capacity x power factor x loading limit)), with spares",
        of=TRANSFORMER_SIZE,
    )
    switchgears: int = figure(
        "count",
        "ceil(peak_load_kw / capacity), with spares",
        of=("facility.peak_load_kw", f"{E}switchgear-mv.capacity_kw", *BLOCKS),
    )
    feed_units: dict[str, int] = figure(
        "count",
        "for each stage between transformer and rack ceil(it_peak_kw and the losses below / (capacity x limit)), "
        "with spares",
        of=(
            "facility.it_peak_kw",
            "facility.feed_loss_peak_kw",
            "scenario.facility.distribution",
            *of_rows(FEED_ROWS, "capacity_kw"),
            *SIZES,
        ),
        active=ROW_CASES,
    )
    ups_units: int = figure(
        "count",
        "of feed_units the double conversions or, with direct current, the battery shelves",
        of=("facility.feed_units",),
    )
    generator_derate_factor: float = figure(
        "1",
        "1 - per metre x (elevation - from) - per kelvin x (hottest air - from)",
        of=("climate.dry_bulb_c", *DERATE, f"{A}extreme-dry-bulb-margin-k"),
    )
    generators: int = figure(
        "count",
        "ceil(peak_load_kw x backed fraction x margin / (capacity x derate)), with spares",
        of=(
            "facility.peak_load_kw",
            "facility.generator_derate_factor",
            f"{E}generator-diesel.capacity_kw",
            f"{A}generator-backed-fraction",
            f"{A}generator-margin",
            *BLOCKS,
        ),
    )
    chillers: int = figure(
        "count",
        "for each loop ceil(chiller_capacity_kw / capacity), with spares",
        of=(
            "facility.chiller_capacity_kw",
            "facility.cooling_plant",
            *of_rows(("chiller-air", "chiller-water"), "capacity_kw"),
            *BLOCKS,
        ),
        active=ROW_CASES,
    )
    heat_rejectors: int = figure(
        "count",
        "for each loop ceil(heat_rejected_peak_kw / capacity), with spares",
        of=(
            "facility.heat_rejected_peak_kw",
            "facility.cooling_plant",
            *of_rows(("dry-cooler", "adiabatic-cooler", "cooling-tower"), "capacity_kw"),
            *BLOCKS,
        ),
        active=ROW_CASES,
    )
    liquid_units: int = figure(
        "count",
        "coolant distribution units or immersion tanks: ceil(liquid_heat_peak_kw / capacity), with spares",
        of=("facility.liquid_heat_peak_kw", *of_rows(("cdu", "immersion-tank"), "capacity_kw"), *BLOCKS),
        active=ROW_CASES,
    )
    air_handlers: int = figure(
        "count",
        "ceil(air_heat_peak_kw / capacity), with spares",
        of=("facility.air_heat_peak_kw", f"{E}crah.capacity_kw", *BLOCKS),
    )
    land_acres: float = figure(
        "acre", "peak_load_kw / load of an acre", of=("facility.peak_load_kw", f"{A}site-density-kw-per-acre")
    )
    plant_usd: float = figure(
        "USD",
        "sum over kinds of machine of units x bare price; a unit smaller than the catalogue's in proportion",
        of=(*MACHINES, *PLANT_PRICES),
        active=ROW_CASES,
    )
    plant_priced_usd: float = figure(
        "USD",
        "plant_usd with the redundancy that the build price stands for, N+1",
        of=("facility.plant_usd",),
    )
    build_cost_usd: float = figure(
        "USD",
        "it_peak_kw x build price, by shares, + (plant_usd - plant_priced_usd) x installation factor; where "
        "plant_priced_usd exceeds its share it counts instead; without land",
        of=(
            "facility.it_peak_kw",
            "facility.plant_usd",
            "facility.plant_priced_usd",
            "catalog.facility_price_usd_per_kw",
            *BUILD_SHARES,
            f"{A}machine-installation-factor",
        ),
        active=dict.fromkeys(
            ("facility.plant_usd", "facility.plant_priced_usd", f"{A}machine-installation-factor"), "two paths"
        ),
    )
    notices: tuple[str, ...] = figure(
        "",
        "what a reader should know: why a plant was taken, plant that costs more than its share of the build price",
        of=(*NOTICES, "facility.cooling_choices", *PRICES_OF_CHOICE),
        active={
            **dict.fromkeys(NOTICES, "dear plant"),
            **dict.fromkeys(("facility.cooling_choices", *PRICES_OF_CHOICE), "best"),
        },
    )
    items: tuple[Item, ...] = figure(
        "",
        "bill of materials: plant piece by piece, works by share, the balance of mechanics and electrics, land",
        of=(
            "facility.it_peak_kw",
            *MACHINES,
            "facility.plant_priced_usd",
            "facility.land_acres",
            "catalog.facility_price_usd_per_kw",
            *BUILD_SHARES,
            "catalog.prices.land-usd-per-acre",
            *PLANT_PRICES,
            *LEAD_TIMES,
            f"{A}machine-installation-factor",
            "catalog.site.country",
        ),
        active={**ROW_CASES, f"{A}machine-installation-factor": "two paths"},
    )
