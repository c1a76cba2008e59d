"""What ``denshi cooling`` without a scenario computes and prints."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from denshi.errors import InfeasibleError, UsageError, nearest

if TYPE_CHECKING:
    from denshi.climate import Weather
    from denshi.facility import Choice, Facility, FacilityInput

SCHEMA_VERSION = 1
_NEAR_M = 250_000.0
_PARETO_STEP_K = 5.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """What the user stated, as text where it is a quantity."""

    weather: Path | None
    site: str | None
    plant: str | None
    supply: str | None
    load: str | None
    liquid_fraction: float
    redundancy: str
    distribution: str
    warming: str
    electricity: str | None


@dataclass(frozen=True, slots=True)
class _Year:
    """The weather with where it comes from, and the price of electricity of its region where there is one."""

    weather: "Weather"
    kind: str
    source: str
    label: str
    electricity_usd_per_kwh: float | None


def document(asked: Asked) -> dict[str, Any]:
    """Return the results as JSON can hold them, in canonical units and fractions.

    Raises
    ------
    UsageError, FileError, InfeasibleError, OutOfRangeError : what is asked for is incomplete or cannot be.
    """
    from denshi.facility import run

    year = _year(asked)
    given = _given(asked, year)
    found = run(given)
    return {
        "schema_version": SCHEMA_VERSION,
        "pue_mean": found.pue_mean,
        "pue_peak": found.pue_peak,
        "pue_peak_hour": found.pue_peak_hour,
        "pue_extreme": found.pue_extreme,
        "wue_l_per_kwh": found.wue_l_per_kwh,
        "trim_hours": found.trim_hours,
        "air_trim_hours": found.air_trim_hours,
        "tue_mean": found.tue_mean,
        "hours": len(found.pue),
        "plant": found.cooling_plant,
        "supply_c": found.supply_c,
        "air_supply_c": found.air_supply_c,
        "it_load_kw": given.it_power_kw,
        "liquid_fraction": found.liquid_fraction,
        "redundancy": given.redundancy,
        "distribution": given.distribution,
        "weather": _weather(year, asked, given),
        "parts_of_pue": _parts(found),
        "water": _water(found),
        "capacities": _capacities(found),
        "connection": {
            "connection_kw": found.connection_kw,
            "connection_kva": found.connection_kva,
            "margins": {
                "dry_bulb_k": given.extreme_dry_bulb_margin_k,
                "wet_bulb_k": given.extreme_wet_bulb_margin_k,
            },
        },
        "months": _months(found),
        "choices": [_choice(one) for one in found.cooling_choices],
        "notices": list(found.notices),
    }


def page(asked: Asked) -> str:
    """Return the results as a page of text."""
    found = document(asked)
    water, peak, margins = found["water"], found["connection"], found["connection"]["margins"]
    lines = [
        f"{found['plant']} at {found['supply_c']:g} C, {found['it_load_kw'] / 1e3:,.1f} MW IT, "
        f"{found['liquid_fraction']:.0%} of its heat in liquid, {found['redundancy']}, {found['distribution']}",
        found["weather"]["label"],
        "",
        f"PUE, mean               {found['pue_mean']:8.4f}",
        f"PUE, worst hour         {found['pue_peak']:8.4f}   hour {found['pue_peak_hour']} of the year, from 0",
        f"PUE, n-year extreme     {found['pue_extreme']:8.4f}   {margins['dry_bulb_k']:+g} K dry, "
        f"{margins['wet_bulb_k']:+g} K wet bulb; sizes the connection, {peak['connection_kw'] / 1e3:,.1f} MW",
        f"TUE, mean               {found['tue_mean']:8.4f}   grid to silicon",
        f"WUE                     {found['wue_l_per_kwh']:8.4f}   L/kWh; "
        f"{water['taken_m3']:,.0f} m3 taken, {water['evaporated_m3']:,.0f} m3 evaporated",
        f"Hours with chillers     {found['trim_hours']:8d}   main loop; {found['air_trim_hours']} in the air loop",
        "",
        "Share of PUE above 1",
        *(f"  {name:24}{share:8.4f}" for name, share in found["parts_of_pue"].items()),
        "",
        "Machines",
        *(
            f"  {name:24}{one['count']:8d}" + (f"   {one['kw'] / 1e3:10,.2f} MW" if "kw" in one else "")
            for name, one in found["capacities"].items()
        ),
        "",
        "Month      PUE     WUE",
        *(f"{one['month']:5d} {one['pue']:8.4f} {one['wue_l_per_kwh']:7.3f}" for one in found["months"]),
        *(f"\nNotice: {notice}" for notice in found["notices"]),
    ]
    return "\n".join(lines) + "\n"


def pareto_document(asked: Asked) -> dict[str, Any]:
    """Return plants over supply temperatures with energy, water, connection and cost, and which no other beats."""
    from denshi.facility import OFFERED, swept, undominated

    year = _year(asked)
    given = _given(asked, year)
    plants = OFFERED if given.cooling == "best" else (given.cooling,)
    rows = sorted(swept(given, plants, _PARETO_STEP_K), key=lambda one: (one.cooling, -one.supply_c))
    kept = undominated(rows)
    return {
        "schema_version": SCHEMA_VERSION,
        "weather": _weather(year, asked, given),
        "prices": {
            "electricity_usd_per_kwh": given.electricity_usd_per_kwh,
            "water_usd_per_m3": given.water_usd_per_m3,
            "connection_usd_per_kw_year": given.connection_usd_per_kw_year,
        },
        "it_load_kw": given.it_power_kw,
        "rows": [{**_choice(one), "undominated": good} for one, good in zip(rows, kept, strict=True)],
    }


def pareto_page(asked: Asked) -> str:
    """Return the same as a table of text."""
    found = pareto_document(asked)
    prices = found["prices"]
    lines = [
        found["weather"]["label"],
        f"{prices['electricity_usd_per_kwh']:g} USD/kWh, {prices['water_usd_per_m3']:g} USD/m3, "
        f"{prices['connection_usd_per_kw_year']:g} USD a year for each kW of connection; * no other beats in all three",
        "",
        f"  {'plant':18}{'supply C':>9}{'GWh a year':>12}{'m3 a year':>12}{'peak MW':>10}{'M USD a year':>14}",
    ]
    lines += [
        f"{'*' if one['undominated'] else ' '} {one['cooling']:18}{one['supply_c']:9.1f}"
        f"{one['energy_kwh_per_year'] / 1e6:12.2f}{one['water_m3_per_year']:12,.0f}"
        f"{one['connection_kw'] / 1e3:10.2f}{one['cost_usd_per_year'] / 1e6:14.3f}"
        for one in found["rows"]
    ]
    return "\n".join(lines) + "\n"


def _year(asked: Asked) -> _Year:
    from denshi.climate import warmed
    from denshi.units import parse

    if (asked.weather is None) == (asked.site is None):
        raise UsageError(
            "the weather is not stated" if asked.weather is None else "--weather and --site exclude each other",
            mend="Say --weather FILE or --site ID, or name a scenario",
        )
    warming_k = parse(asked.warming, "K")
    if not -10.0 <= warming_k <= 15.0:
        raise UsageError(f"--warming {warming_k:g} K is outside -10 to 15 K")
    found = _of_file(asked.weather) if asked.weather is not None else _of_site(asked.site or "")
    label = found.label + (f", every hour {warming_k:+g} K" if warming_k else "")
    return _Year(warmed(found.weather, warming_k), found.kind, found.source, label, found.electricity_usd_per_kwh)


def _of_file(path: Path) -> _Year:
    from denshi.climate import read_weather

    weather = read_weather(path)
    return _Year(weather, "file", path.name, f"weather of the file {path.name} ({weather.name})", None)


def _of_site(name: str) -> _Year:
    from denshi.catalog import Assumption, Region, Site, find
    from denshi.catalog.normals import weather_normals
    from denshi.climate import weather_at

    site = find(Site, name)
    if site.climate is None or (site.climate_distance_m or 0.0) > _NEAR_M:
        raise InfeasibleError(
            f"no weather normals stand within 250 km of {site.name}", where="--site", mend="Name a file with --weather"
        )
    normals = weather_normals(site.climate)
    weather, _ = weather_at(
        normals,
        elevation_m=site.elevation_m,
        lapse_rate_k_per_m=find(Assumption, "climate-lapse-rate-k-per-m").value,
        unknown_wind_m_per_s=find(Assumption, "climate-unknown-wind-m-per-s").value,
    )
    label = f"synthetic typical year, not TMY, of {site.name} from normals of {normals.name}"
    return _Year(weather, "synthetic", site.climate, label, find(Region, site.region).price_usd_per_kwh)


def _given(asked: Asked, year: _Year) -> "FacilityInput":
    from denshi.facility import REJECTOR, alone
    from denshi.units import parse

    stated = {"plant": asked.plant, "supply": asked.supply, "load": asked.load}
    missing = [f"--{name}" for name, value in stated.items() if value is None]
    if missing:
        raise UsageError(f"{', '.join(missing)} is not stated", mend="Say --plant best --supply 40C --load 100MW")
    plants = (*REJECTOR, "best")
    if asked.plant not in plants:
        raise UsageError(f'--plant "{asked.plant}" is not offered', mend=nearest(asked.plant or "", plants))
    if asked.redundancy not in ("N", "N+1", "2N"):
        raise UsageError(f'--redundancy "{asked.redundancy}" is not offered', mend="Use N, N+1 or 2N")
    if not 0.0 <= asked.liquid_fraction <= 1.0:
        raise UsageError(f"--liquid {asked.liquid_fraction:g} is no share", mend="Give 0 to 1")
    price = year.electricity_usd_per_kwh
    if asked.electricity is not None:
        price = parse(asked.electricity, "USD/kWh")
    changes: dict[str, float] = {} if price is None else {"electricity_usd_per_kwh": price}
    weather = year.weather
    return alone(
        dry_bulb_c=weather.dry_bulb_c,
        wet_bulb_c=weather.wet_bulb_c,
        pressure_pa=weather.pressure_pa,
        cooling=asked.plant or "",
        supply_c=parse(asked.supply or "", "C"),
        load_kw=parse(asked.load or "", "kW"),
        liquid_fraction=asked.liquid_fraction,
        redundancy=asked.redundancy,
        distribution=asked.distribution,
        elevation_m=weather.elevation_m,
        changes=changes,
    )


def _weather(year: _Year, asked: Asked, given: "FacilityInput") -> dict[str, Any]:
    from denshi.units import parse

    weather = year.weather
    return {
        "kind": year.kind,
        "source": year.source,
        "label": year.label,
        "latitude": weather.latitude,
        "longitude": weather.longitude,
        "elevation_m": weather.elevation_m,
        "warming_k": parse(asked.warming, "K"),
        "recirculation_k": given.recirculation_k,
        "dry_bulb_max_c": float(weather.dry_bulb_c.max()),
        "wet_bulb_max_c": float(weather.wet_bulb_c.max()),
    }


def _parts(found: "Facility") -> dict[str, float]:
    it_kwh = found.it_energy_kwh_per_year
    hours = len(found.pue)
    return {
        **{name: kwh / it_kwh for name, kwh in found.cooling_by_part_kwh.items()},
        "electrical losses": found.electrical_loss_kwh_per_year / it_kwh,
        "house load": found.house_load_kw * hours / it_kwh,
    }


def _water(found: "Facility") -> dict[str, float]:
    return {
        "taken_m3": found.water_m3_per_year,
        "evaporated_m3": found.water_evaporated_m3_per_year,
        "let_out_m3": found.water_m3_per_year - found.water_evaporated_m3_per_year,
    }


def _capacities(found: "Facility") -> dict[str, dict[str, Any]]:
    counted: Mapping[str, tuple[int, float | None]] = {
        "transformers": (found.transformers, found.transformer_rated_kw),
        "generators": (found.generators, None),
        "ups": (found.ups_units, None),
        "chillers": (found.chillers, sum(found.chiller_capacity_kw)),
        "heat rejectors": (found.heat_rejectors, sum(found.heat_rejected_peak_kw)),
        "liquid units": (found.liquid_units, found.liquid_heat_peak_kw),
        "air handlers": (found.air_handlers, found.air_heat_peak_kw),
    }
    return {name: {"count": n} if kw is None else {"count": n, "kw": kw} for name, (n, kw) in counted.items()}


def _months(found: "Facility") -> list[dict[str, Any]]:
    from denshi.climate import HOURS_OF_MONTH

    it_kwh = found.it_mean_kw
    return [
        {
            "month": i + 1,
            "pue": float(found.load_kw[hours].mean() / it_kwh),
            "wue_l_per_kwh": float(found.water_kg[hours].mean() / it_kwh),
        }
        for i, hours in enumerate(HOURS_OF_MONTH)
    ]


def _choice(one: "Choice") -> dict[str, Any]:
    return {
        "cooling": one.cooling,
        "supply_c": one.supply_c,
        "energy_kwh_per_year": one.energy_kwh_per_year,
        "water_m3_per_year": one.water_m3_per_year,
        "connection_kw": one.connection_kw,
        "cost_usd_per_year": one.cost_usd_per_year,
    }
