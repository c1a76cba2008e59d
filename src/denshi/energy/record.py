"""What the energy room takes and what it gives, each figure with its formula."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from denshi.catalog import Item, Region, Technology
from denshi.figure import figure, given

Hourly = npt.NDArray[np.float64]

_CLEAN = "climate.grid_clean_fraction"
_PRICE = "catalog.region.price_usd_per_kwh"
_RATE = "scenario.finance.discount_rate"
_DEMAND = "catalog.assumptions.energy-demand-charge-fraction"
_EXPORT_PRICE = "catalog.assumptions.energy-export-price-fraction"
_COSTS = tuple(
    f"catalog.technologies.*.{field}"
    for field in (
        "capex_usd_per_kw",
        "capex_usd_per_kwh",
        "fixed_om_usd_per_kw_year",
        "variable_usd_per_kwh",
        "price_usd_per_kwh",
        "lifetime_year",
    )
)
_BUY, _SELL, _GRID_CARBON = "climate.grid_usd_per_kwh", "climate.export_usd_per_kwh", "climate.grid_carbon_g_per_kwh"
_CARBON = ("catalog.region.carbon_g_per_kwh", "catalog.technologies.*.carbon_g_per_kwh")
_CHARGING = "scenario.energy.grid_charging"
_UNSERVED, _CURTAIL = "scenario.energy.unserved_price", "scenario.energy.curtail_price"
_FLEXIBLE = tuple(
    f"scenario.energy.{key}" for key in ("curtail_fraction", "curtail_hours", "shift_fraction", "shift_up_fraction")
)
_DECIDED_BY = (
    "facility.load_kw",
    "climate.solar_cf",
    "climate.wind_cf",
    _CLEAN,
    *_COSTS,
    "catalog.technologies.*.efficiency",
    "catalog.technologies.*.duration_h",
    "catalog.technologies.*.capacity_factor",
    "catalog.technologies.*.is_clean",
    "catalog.technologies.*.minimum_fraction",
    _PRICE,
    _RATE,
    _DEMAND,
    _EXPORT_PRICE,
    "scenario.energy.target",
    "scenario.energy.clean_fraction",
    "scenario.energy.export_limit",
    "scenario.energy.supply",
    "energy.connection_kw",
    _BUY,
    _SELL,
    _GRID_CARBON,
    *_CARBON,
    "scenario.energy.carbon_cap",
    "scenario.energy.carbon_basis",
    _UNSERVED,
    _CURTAIL,
    *_FLEXIBLE,
    "scenario.energy.count_grid_clean",
    _CHARGING,
)
_WIDE = dict.fromkeys(
    (
        _BUY,
        _SELL,
        _GRID_CARBON,
        _CHARGING,
        _UNSERVED,
        _CURTAIL,
        *_FLEXIBLE,
        "catalog.technologies.*.capex_usd_per_kwh",
        "catalog.technologies.*.minimum_fraction",
    ),
    "wide",
)
_CAPPED = dict.fromkeys((*_CARBON, "scenario.energy.carbon_cap", "scenario.energy.carbon_basis"), "capped")
_TIGHT = {"energy.connection_kw": "tight", **_CAPPED, **_WIDE}
_PAID = {path: case for path, case in _WIDE.items() if path in (_BUY, _SELL, _UNSERVED, _CURTAIL, *_COSTS)}


@dataclass(frozen=True, slots=True, kw_only=True)
class EnergyInput:
    """The load, the weather, the prices and the rules of one site.

    ``grid_usd_per_kwh`` and ``export_usd_per_kwh`` are prices of each hour, which may be negative; without them energy
    is bought at the energy part of the region's price and sold at a fraction of it. ``grid_carbon_g_per_kwh`` is that
    of each hour; without it the region's mean varies with the share that is not clean.

    ``carbon_cap_g_per_kwh`` is the highest carbon of a kWh of load: the mean of the year, or in every hour
    (``carbon_cap_basis`` "year" or "hour"). ``unserved_usd_per_kwh`` is the price of load that is not served; None
    forbids it. Flexible load: ``curtail_fraction`` of the load of an hour may be switched off, in sum over a year at
    most ``curtail_hours`` full hours of that share, at ``curtail_usd_per_kwh``; ``shift_fraction`` of it may be moved
    within its day, and with what is moved there no hour exceeds the highest load x (1 + ``shift_up_fraction``).

    Target and cap are held against the load that is served: asked - unserved - switched off + moved. A cap or target
    over the year is one over all weather years together.

    ``year_hours`` are the lengths of weather years that stand one after the other in the arrays, share the capacities
    and count alike; empty: one. ``count_grid_clean`` says whether hourly matching counts the clean share of the grid;
    ``grid_charging`` whether stores may take in what was bought or burnt.
    """

    load_kw: Hourly = given("facility.load_kw", "kW")
    facility_connection_kw: float = given("facility.connection_kw", "kW")
    grid_connection_kw: float | None = given("scenario.site.grid_connection", "kW")
    solar_cf: Hourly = given("climate.solar_cf", "1")
    wind_cf: Hourly = given("climate.wind_cf", "1")
    grid_clean_fraction: Hourly = given("climate.grid_clean_fraction", "1")
    region: Region = given("catalog.region")
    technologies: tuple[Technology, ...] = given("catalog.technologies")
    target: str = given("scenario.energy.target")
    clean_fraction: float = given("scenario.energy.clean_fraction", "1")
    export_limit_kw: float = given("scenario.energy.export_limit", "kW")
    supply: str = given("scenario.energy.supply")
    discount_rate: float = given("scenario.finance.discount_rate", "1")
    export_price_fraction: float = given("catalog.assumptions.energy-export-price-fraction", "1")
    demand_charge_fraction: float = given("catalog.assumptions.energy-demand-charge-fraction", "1")
    grid_usd_per_kwh: Hourly | None = given("climate.grid_usd_per_kwh", "USD/kWh", default=None)
    export_usd_per_kwh: Hourly | None = given("climate.export_usd_per_kwh", "USD/kWh", default=None)
    grid_carbon_g_per_kwh: Hourly | None = given("climate.grid_carbon_g_per_kwh", "gCO2/kWh", default=None)
    carbon_cap_g_per_kwh: float | None = given("scenario.energy.carbon_cap", "gCO2/kWh", default=None)
    carbon_cap_basis: str = given("scenario.energy.carbon_basis", default="year")
    unserved_usd_per_kwh: float | None = given("scenario.energy.unserved_price", "USD/kWh", default=None)
    curtail_fraction: float = given("scenario.energy.curtail_fraction", "1", default=0.0)
    curtail_hours: float = given("scenario.energy.curtail_hours", "h", default=0.0)
    curtail_usd_per_kwh: float = given("scenario.energy.curtail_price", "USD/kWh", default=0.0)
    shift_fraction: float = given("scenario.energy.shift_fraction", "1", default=0.0)
    shift_up_fraction: float = given("scenario.energy.shift_up_fraction", "1", default=0.0)
    year_hours: tuple[int, ...] = given("climate.year_hours", "h", default=())
    count_grid_clean: bool = given("scenario.energy.count_grid_clean", default=True)
    grid_charging: bool = given(_CHARGING, default=True)


@dataclass(frozen=True, slots=True, kw_only=True)
class Energy:
    """The supply that meets the load of every hour at least cost, what it costs and how clean it is."""

    connection_kw: float = figure(
        "kW",
        "grid connection of the scenario, else that of the facility",
        of=("scenario.site.grid_connection", "facility.connection_kw"),
        active={"facility.connection_kw": "unset"},
    )
    target_rule: str = figure(
        "",
        "the rule of the clean share and of the cap on carbon, in words",
        of=(
            "scenario.energy.target",
            "scenario.energy.count_grid_clean",
            "scenario.energy.carbon_cap",
            "scenario.energy.carbon_basis",
        ),
        active=_CAPPED,
    )
    additionality_statement: str = figure(
        "",
        "shares of the served load that new clean plants, contracts with existing ones and the grid's own clean share "
        "bring, and which of them is counted",
        of=("energy.dispatch_kw", _CLEAN, "scenario.energy.count_grid_clean"),
    )
    method: str = figure(
        "",
        "how the supply was found and in how many steps",
        of=("catalog.technologies", "energy.capacity_kw"),
        active={"catalog.technologies": "grid"},
    )
    capacity_kw: Mapping[str, float] = figure(
        "kW",
        "capacities of the least annual cost subject to: supply = load in every hour, net import <= connection, "
        "export <= limit, clean share >= target",
        of=_DECIDED_BY,
        source="riepin2024",
        active=_TIGHT,
    )
    energy_capacity_kwh: Mapping[str, float] = figure(
        "kWh",
        "energy of each store: capacity x duration, or sized apart from power at its own cost",
        of=("energy.capacity_kw", "catalog.technologies.*.duration_h", "catalog.technologies.*.capex_usd_per_kwh"),
        active=_WIDE,
    )
    dispatch_kw: Mapping[str, Hourly] = figure(
        "kW",
        "hourly supply of the same least-cost problem; charging is negative; supply + grid - export = load - unserved "
        "- reduced + shift",
        of=_DECIDED_BY,
        source="riepin2024",
        active=_TIGHT,
    )
    load_kwh: float = figure("kWh", "sum of the hourly load", of=("facility.load_kw",))
    served_kwh: float = figure(
        "kWh",
        "sum of the hourly load that is served: load - unserved - curtailed load",
        of=("energy.load_kwh", "energy.unserved_kwh", "energy.curtailed_load_kwh"),
        active=dict.fromkeys(("energy.unserved_kwh", "energy.curtailed_load_kwh"), "wide"),
    )
    unserved_kwh: float = figure(
        "kWh",
        "sum of the hourly load left out at the price of unserved load",
        of=("energy.dispatch_kw",),
        active={"energy.dispatch_kw": "wide"},
    )
    curtailed_load_kwh: float = figure(
        "kWh",
        "sum of the hourly load that is switched off",
        of=("energy.dispatch_kw",),
        active={"energy.dispatch_kw": "wide"},
    )
    shifted_kwh: float = figure(
        "kWh",
        "sum over hours of the load that comes from other hours of the day",
        of=("energy.dispatch_kw",),
        active={"energy.dispatch_kw": "wide"},
    )
    energy_kwh: Mapping[str, float] = figure(
        "kWh", "sum over hours of what a technology gives, storage when it discharges", of=("energy.dispatch_kw",)
    )
    storage_loss_kwh: float = figure("kWh", "charged - discharged", of=("energy.dispatch_kw",))
    curtailed_kwh: float = figure(
        "kWh", "sum over hours of available - used clean supply", of=("energy.dispatch_kw", "energy.capacity_kw")
    )
    export_kwh: float = figure("kWh", "sum of the hourly export", of=("energy.dispatch_kw",))
    import_kwh: float = figure("kWh", "sum of the hourly grid purchase", of=("energy.dispatch_kw",))
    import_peak_kw: float = figure(
        "kW",
        "highest flow into the site: the grid purchase; with delivered supply load served + charge - discharge - fuel "
        "plant",
        of=("energy.dispatch_kw", "scenario.energy.supply"),
    )
    capex_usd: float = figure(
        "USD",
        "sum of capacity x capital cost, and of energy of stores x its cost where it is sized apart",
        of=(
            "energy.capacity_kw",
            "energy.energy_capacity_kwh",
            "catalog.technologies.*.capex_usd_per_kw",
            "catalog.technologies.*.capex_usd_per_kwh",
        ),
        active={"catalog.technologies.*.capex_usd_per_kwh": "wide"},
    )
    cost_by_technology_usd: Mapping[str, float] = figure(
        "USD",
        "capacity x (capital recovery x capital cost + fixed O&M) + energy x (variable + contract price); grid: "
        "energy x price x (1 - demand share), or x the price of the hour; connection: peak import x price x demand "
        "share x 8,760 h; export: - income; unserved, reduced: load left out, switched off x its price",
        of=(
            "energy.capacity_kw",
            "energy.energy_capacity_kwh",
            "energy.dispatch_kw",
            "energy.import_peak_kw",
            *_COSTS,
            _PRICE,
            _RATE,
            _DEMAND,
            _EXPORT_PRICE,
            _BUY,
            _SELL,
            _UNSERVED,
            _CURTAIL,
        ),
        source="brealey",
        active=_PAID,
    )
    annuity_usd_per_year: float = figure(
        "USD",
        "sum of capacity x capital recovery factor x capital cost: the part of the cost that stays level in money",
        of=(
            "energy.capacity_kw",
            "energy.energy_capacity_kwh",
            "catalog.technologies.*.capex_usd_per_kw",
            "catalog.technologies.*.capex_usd_per_kwh",
            "catalog.technologies.*.lifetime_year",
            "scenario.finance.discount_rate",
        ),
        active={"catalog.technologies.*.capex_usd_per_kwh": "wide"},
    )
    cost_usd_per_year: float = figure("USD", "sum of the cost by technology", of=("energy.cost_by_technology_usd",))
    lcoe_usd_per_kwh: float = figure(
        "USD/kWh", "cost of a year / load served in it", of=("energy.cost_usd_per_year", "energy.served_kwh")
    )
    carbon_t_per_year: float = figure(
        "t",
        "sum over hours of grid x region carbon x (1 - clean share)/mean(1 - clean share), or x that of the hour, "
        "+ generation x its carbon",
        of=("energy.dispatch_kw", _CLEAN, *_CARBON, _GRID_CARBON),
        active={_GRID_CARBON: "wide"},
    )
    carbon_g_per_kwh: float = figure(
        "gCO2/kWh", "carbon of a year / load served in it", of=("energy.carbon_t_per_year", "energy.served_kwh")
    )
    clean_fraction_annual: float = figure(
        "1",
        "1 - (grid purchase + unclean generation - export) / load served, over the year; the grid's clean share not "
        "counted",
        of=("energy.dispatch_kw", "energy.served_kwh"),
        source="riepin2024",
    )
    clean_fraction_hourly: float = figure(
        "1",
        "1 - sum over hours of (grid x (1 - clean share of the grid, where it counts) + unclean generation) / load "
        "served",
        of=("energy.dispatch_kw", _CLEAN, "energy.served_kwh", "scenario.energy.count_grid_clean"),
        source="riepin2024",
    )
    clean_hours_fraction: float = figure(
        "1",
        "share of the hours in which unclean supply is below a millionth of the load",
        of=("energy.dispatch_kw",),
    )
    value_of_connection_usd_per_kw_year: float | None = figure(
        "USD/kW",
        "dual of the import limit: what one more kW of connection saves a year",
        of=_DECIDED_BY,
        active={**dict.fromkeys(_DECIDED_BY, "tight"), **_CAPPED, **_WIDE},
    )
    value_of_export_usd_per_kw_year: float | None = figure(
        "USD/kW",
        "dual of the export limit: what one more kW of the right to export earns a year",
        of=_DECIDED_BY,
        active=_TIGHT,
    )
    target_price_usd_per_kwh: float | None = figure(
        "USD/kWh", "dual of the target: what the last kWh of clean supply costs", of=_DECIDED_BY, active=_TIGHT
    )
    carbon_price_usd_per_t: float | None = figure(
        "USD/t",
        "dual of the cap on carbon: what the last tonne avoided costs",
        of=_DECIDED_BY,
        active={**dict.fromkeys(_DECIDED_BY, "capped"), **_WIDE},
    )
    value_of_capacity_usd_per_kw_year: Mapping[str, float] = figure(
        "USD/kW",
        "what one more kW of a plant, given for nothing, would save a year: its yearly cost - reduced cost; of plant "
        "on call that is not built, what its best hours leave; none of a store that is not built",
        of=_DECIDED_BY,
        active=_TIGHT,
    )
    price_usd_per_kwh: Hourly = figure(
        "USD/kWh", "dual of the balance of each hour: what the last kWh there costs", of=_DECIDED_BY, active=_TIGHT
    )
    lower_bound_usd_per_year: float | None = figure(
        "USD",
        "bound from below on the cost of any supply: sum of duals x sides of rows + reduced costs x bounds of columns; "
        "computed from the duals alone",
        of=_DECIDED_BY,
        active=_TIGHT,
    )
    gap_fraction: float | None = figure(
        "1",
        "(cost - lower bound) / cost",
        of=("energy.cost_usd_per_year", "energy.lower_bound_usd_per_year"),
    )
    max_residual_kw: float = figure(
        "kW",
        "largest violation of any row or bound when the printed hours are put through the whole programme; more than "
        "1 kW (1e-6 GW) is an error",
        of=("energy.dispatch_kw", "energy.capacity_kw"),
    )
    residual_primal: float = figure(
        "1", "largest violation of any row, bound or limit of the whole year / mean load", of=("energy.dispatch_kw",)
    )
    residual_dual: float = figure("1", "largest reduced cost of the wrong sign / largest cost coefficient, above 1e-9")
    residual_gap: float = figure(
        "1", "(cost - dual objective) / cost: how far the cost may be from the least", of=("energy.dispatch_kw",)
    )
    items: tuple[Item, ...] = figure(
        "",
        "one line for each capacity: informative, it is paid through the cost of a year",
        of=(
            "energy.capacity_kw",
            "energy.energy_capacity_kwh",
            "catalog.technologies.*.capex_usd_per_kw",
            "catalog.technologies.*.capex_usd_per_kwh",
        ),
        active={"catalog.technologies.*.capex_usd_per_kwh": "wide"},
    )
