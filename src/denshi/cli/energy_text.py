"""The pages of ``denshi energy audit`` and ``denshi energy solve`` as text for a terminal."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from denshi.units import show

_WAY, _CELL = 26, 11
_NOTHING = 1e-6
_TARGETS = (
    ("annual", "100 % year"),
    ("hourly_90", "90 % hourly"),
    ("hourly_95", "95 %"),
    ("hourly_100", "100 %"),
    ("grid_90", "90 % +grid"),
    ("grid_95", "95 %"),
    ("grid_100", "100 %"),
)


def audit_text(page: Mapping[str, Any]) -> str:
    """Return the audit of a claim for a reader."""
    claim = page["claim"]
    lines = [
        f"Claim    {claim['text']}",
        f"Source   {claim['source']}, {claim['date']}, grade {claim['grade']}",
        f"Verdict  {_verdict(page)}",
        "",
        f"May be printed: {page['honest']}",
        "",
    ]
    lines += _supply(page) if page["kind"] == "supply" else _arithmetic(page)
    lines += ["", "Facts"]
    lines += [f"  {_fact(one)}" for one in page["facts"]]
    notes = [claim["note"]] if claim["note"] else []
    return "\n".join([*lines, "", *(f"note: {one}" for one in (*notes, *page["notices"]))]) + "\n"


def _verdict(page: Mapping[str, Any]) -> str:
    if page["kind"] != "supply":
        return str(page["verdict"])
    also = "" if page["verdict"] == page["verdict_all_readings"] else f"; {page['verdict_all_readings']} over all below"
    return f"{page['verdict']} (over the year: {page['verdict_annual']}, hour by hour: {page['verdict_hourly']}{also})"


def _supply(page: Mapping[str, Any]) -> list[str]:
    claimed = ", ".join(f"{show(size, 'kW')} {name}" for name, size in page["claimed_kw"].items())
    lines = [f"Load {show(page['load_kw'], 'kW')} in {page['region']['name']}; claimed {claimed}"]
    for profile in page["profiles"]:
        lines += ["", _head(profile), *_readings(profile["readings"])]
        if page["claimed_kw"]:
            lines += [
                "",
                "  What is missing, each way alone, at the first utilisation [GW beyond the claim; +grid: with",
                "  the grid's clean share counted; then hourly: what 100 % over the year meets in the hour of use]",
            ]
            first = profile["needs"][0]["utilisation"]
            lines += _needs([one for one in profile["needs"] if one["utilisation"] == first])
    for other in page["capacity_factors"]:
        lines += ["", _head(other), *_readings(other["readings"]), *_missing_over_the_year(other["needs"])]
    if page["synthetic_years"]:
        years = page["synthetic_years"][0]["years"]
        lines += ["", f"Over {years} synthetic years of the same statistics"]
        lines += [_synthetic(one) for one in page["synthetic_years"]]
    if page["least_cost"]:
        lines += ["", "Least cost, all clean options and the grid together (grid's clean share counted)"]
        lines += [_cheapest(one) for one in page["least_cost"]]
    return lines


def _head(profile: Mapping[str, Any]) -> str:
    solar, wind, clean = (
        profile[key] for key in ("solar_capacity_factor", "wind_capacity_factor", "grid_clean_fraction")
    )
    return f"{profile['name']} (solar {solar:.1%}, wind {wind:.1%} of capacity; grid {clean:.1%} clean)"


def _readings(found: Iterable[Mapping[str, Any]]) -> list[str]:
    heads = ("of the year", "hourly", "clean hours", "with grid", "grid alone")
    lines = [f"  {'utilisation, reading':{_WAY}}" + "".join(f"{head:>{_CELL + 1}}" for head in heads)]
    for one in found:
        keys = (
            "annual_fraction",
            "hourly_fraction",
            "clean_hours_fraction",
            "with_grid_fraction",
            "grid_alone_fraction",
        )
        cells = "".join(f"{one[key]:>{_CELL + 1}.1%}" for key in keys)
        head = f"{one['utilisation']:.0%} {one['reading']}"
        lines.append(f"  {head:{_WAY}}{cells}")
    return lines


def _needs(found: Iterable[Mapping[str, Any]]) -> list[str]:
    lines = [f"  {'':{_WAY}}" + "".join(f"{head:>12}" for _, head in _TARGETS) + f"{'then hourly':>13}"]
    for one in found:
        cells = "".join(f"{_gigawatts(one['extra_kw'][key]):>12}" for key, _ in _TARGETS)
        met = one["hourly_fraction_at_annual"]
        lines.append(f"  {one['way']:{_WAY}}{cells}{met:>13.1%}")
    return lines


def _missing_over_the_year(found: Iterable[Mapping[str, Any]]) -> list[str]:
    plain = [one for one in found if one["way"] in ("solar", "wind") and one["extra_kw"]["annual"]]
    said = ", ".join(f"{_gigawatts(one['extra_kw']['annual'])} GW {one['way']}" for one in plain)
    return [f"  100 % over the year would take {said} more"] if said else []


def _synthetic(one: Mapping[str, Any]) -> str:
    low, high = one["hourly_fraction_at_annual"]
    ends = one["extra_kw_hourly_90"]
    sizes = "no size suffices" if ends is None else f"{_gigawatts(ends[0])} to {_gigawatts(ends[1])} GW more"
    return f"  {one['way']:{_WAY}} 100 % of the year meets {low:.1%} to {high:.1%} hourly; 90 % hourly: {sizes}"


def _cheapest(one: Mapping[str, Any]) -> str:
    if one["status"] != "optimal":
        return f"  {one['target']:.0%} hourly: {one['why']}"
    built = ", ".join(f"{_gigawatts(size)} GW {name}" for name, size in one["capacities_kw"].items())
    return f"  {one['target']:.0%} hourly: {1e3 * one['cost_usd_per_kwh']:.1f} USD/MWh; {built}"


def _gigawatts(size_kw: float | None) -> str:
    return "no size" if size_kw is None else f"{size_kw / 1e6:,.2f}" if size_kw < 1e8 else f"{size_kw / 1e6:,.0f}"


def _arithmetic(page: Mapping[str, Any]) -> list[str]:
    found = page["found"]
    if page["kind"] == "equivalence":
        needed = found["load_factor_needed"]
        return [
            f"  published               {page['published']:,.0f} {page['thing']}",
            f"  at the load factor      {_band(found['count'], 'count')}",
            f"  at full load            {_band(found['full_count'], 'count')}",
            f"  energy                  {_band(found['energy_kwh'], 'kWh')}",
            f"  holds at a load factor of {needed['value']:.3f} ({needed['low']:.3f} to {needed['high']:.3f}), or at "
            f"full load and {show(found['use_needed_kwh'], 'kWh')} each",
        ]
    sides = [
        f"  {side['name']:24}{show(side['capacity_kw'], 'kW'):>10}  {_band(side['energy_kwh'], 'kWh')} a full year; "
        f"{show(side['unexplained_kw'], 'kW')} without a technology, at the mean of the rest"
        for side in page["sides"]
    ]
    if page["kind"] == "comparison":
        return [
            *sides,
            f"  {'nameplate ratio':24}{_band(found['nameplate_ratio'], '')}; published {page['published']:g}",
            f"  {'energy ratio':24}{_band(found['energy_ratio'], '')}",
        ]
    firm = ", ".join(f"{name} {show(size, 'kW')}" for name, size in found["nameplate_for_firm_kw"].items())
    return [
        *sides,
        f"  {'times that':24}{_band(found['times_additions'], '')}; published {page['published']:g}",
        f"  {'as that mix':24}{_band(found['mix_kwh'], 'kWh')} a year, {_share(found['mix_share'])} of generation",
        f"  {'as load':24}{_band(found['firm_kwh'], 'kWh')} a year, {_share(found['firm_share'])} of generation",
        f"  that load takes, over the year and not hour by hour: {firm}",
    ]


def _band(found: Mapping[str, float], unit: str) -> str:
    value, low, high = (show(found[key], unit) for key in ("value", "low", "high"))
    return value if low == high else f"{value} ({low} to {high})"


def _share(found: Mapping[str, float]) -> str:
    return f"{found['value']:.1%} ({found['low']:.1%} to {found['high']:.1%})"


def _fact(one: Mapping[str, Any]) -> str:
    value, low, high = (show(one[key], one["unit"]) for key in ("value", "low", "high"))
    band = "" if low == high else f" ({low} to {high})"
    return f"{one['name']:32} {value + band:38} {one['grade']}  {one['source']}, {one['date']}"


def solve_text(page: Mapping[str, Any]) -> str:
    """Return a supply of least cost for a reader."""
    gap = page["gap_fraction"]
    bound = page["lower_bound_usd_per_year"]
    proven = (
        "no lower bound is proven"
        if bound is None
        else f"no supply costs less than {show(bound, 'USD')} (gap {gap:.0e})"
    )
    lines = [
        f"Least cost   {show(page['objective_usd_per_year'], 'USD')} a year, "
        f"{1e3 * page['cost_usd_per_kwh']:.2f} USD/MWh; {proven}",
        f"Clean        {page['clean_fraction_hourly']:.2%} hourly, {page['clean_fraction_annual']:.2%} over the year, "
        f"{page['clean_hours_fraction']:.1%} of hours; {page['carbon_g_per_kwh']:.0f} gCO2/kWh",
        f"Check        {page['method']}; largest violation of what is printed {1e6 * page['max_residual_gw']:.2g} kW",
        "",
        f"  {'':28}{'capacity':>12}{'energy':>12}{'cost a year':>14}",
    ]
    energy, costs = page["dispatch"]["energy_kwh"], page["cost_by_technology_usd"]
    for name in dict.fromkeys((*page["capacities_kw"], *energy, *costs)):
        size, made, cost = page["capacities_kw"].get(name), energy.get(name), costs.get(name)
        if not (size or made or cost):
            lines.append(f"  {name:28}{'none':>12}")
            continue
        cells = (_cell(size, "kW"), _cell(made, "kWh"), _cell(cost, "USD"))
        held = _hours_held(size, page["energy_capacities_kwh"].get(name))
        lines.append(f"  {name + held:28}{cells[0]:>12}{cells[1]:>12}{cells[2]:>14}")
    lines += ["", *_prices(page["prices"]), *_flows(page["dispatch"]), *_flexible(page["dispatch"])]
    lines += [f"Counted  {page['additionality_statement']}"]
    return "\n".join([*lines, *(f"note: {one}" for one in page["notices"])]) + "\n"


def _cell(value: float | None, unit: str) -> str:
    return "" if value is None else show(value, unit)


def _hours_held(power_kw: float | None, energy_kwh: float | None) -> str:
    return f" ({energy_kwh / power_kw:.3g} h)" if power_kw and energy_kwh else ""


def _flexible(found: Mapping[str, Any]) -> list[str]:
    words = (
        ("unserved_kwh", "not served"),
        ("curtailed_load_kwh", "switched off"),
        ("shifted_kwh", "moved in its day"),
    )
    said = [f"{show(found[key], 'kWh')} {text}" for key, text in words if found[key] > _NOTHING]
    return [f"Load: {', '.join(said)}"] if said else []


def _prices(found: Mapping[str, Any]) -> list[str]:
    power = found["power_usd_per_kwh"]
    lines = [
        f"Price of the last kWh: mean {1e3 * power['mean']:.1f}, lowest {1e3 * power['lowest']:.1f}, highest "
        f"{1e3 * power['highest']:,.1f} USD/MWh at {power['highest_at']}"
    ]
    words: Sequence[tuple[str, str]] = (
        ("target_usd_per_kwh", "a clean kWh more"),
        ("connection_usd_per_kw_year", "a kW of connection more, a year"),
        ("export_usd_per_kw_year", "a kW of export right more, a year"),
        ("carbon_usd_per_t", "a tonne of carbon less"),
    )
    said = [f"{text} {found[key]:,.4g} USD" for key, text in words if found[key] and found[key] > _NOTHING]
    lines += [f"Worth: {'; '.join(said)}"] if said else []
    worth = ", ".join(f"{name} {value:,.0f}" for name, value in found["capacity_usd_per_kw_year"].items())
    return lines + ([f"One more kW, given for nothing, saves a year [USD]: {worth}"] if worth else [])


def _flows(found: Mapping[str, Any]) -> list[str]:
    return [
        f"Bought {show(found['import_kwh'], 'kWh')}, highest inflow {show(found['import_peak_kw'], 'kW')} at "
        f"{found['import_peak_at']}; sold {show(found['export_kwh'], 'kWh')}, "
        f"curtailed {show(found['curtailed_kwh'], 'kWh')}, lost in storage {show(found['storage_loss_kwh'], 'kWh')}"
    ]
