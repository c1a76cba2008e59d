"""What ``denshi power --load`` found, in words."""

from collections.abc import Mapping
from typing import Any

from denshi.units import show


def page_text(page: Mapping[str, Any]) -> str:
    """Write the chain and its comparisons for a reader."""
    lines = [
        f"{show(page['load_kw'], 'kW')} of IT at {page['utilisation']:.0%}, {page['distribution']}, "
        f"{page['redundancy']}, backed by {page['backup']}",
        "",
        *_stages(page),
        "",
        f"grid {show(page['grid_kw'], 'kW')} = silicon {show(page['silicon_kw'], 'kW')} + losses "
        f"{show(page['loss_kw'], 'kW')} + fans in the racks {show(page['fan_kw'], 'kW')} + cooling "
        f"{show(page['cooling_kw'], 'kW')} + house {show(page['house_kw'], 'kW')}",
        f"PUE {page['pue']:.4f}   ITUE {page['itue']:.4f}   TUE {page['tue']:.4f}   "
        f"grid to 54 V {page['bus_efficiency']:.2%}, to silicon and fans {page['chain_efficiency']:.2%}",
    ]
    if "comparison" in page:
        lines += ["", *_comparison(page["comparison"])]
    if "redundancies" in page:
        lines += ["", *_redundancies(page["redundancies"])]
    lines += ["", *_backup(page["backup_plant"])]
    return "\n".join(lines + [f"note: {note}" for note in page["notices"]]) + "\n"


def _stages(page: Mapping[str, Any]) -> list[str]:
    lines = [
        f"{'stage, from the grid':44} {'where':8} {'units':>13} {'load':>6} {'loss':>10} {'efficiency':>10} "
        f"{'PUE':>7} {'TUE':>7}"
    ]
    for stage in page["stages"]:
        sides = f"{stage['sides']} x " if stage["sides"] > 1 else ""
        lines.append(
            f"{stage['name'][:44]:44} {stage['boundary']:8} {sides + format(stage['units_per_side'], ','):>13} "
            f"{stage['load_fraction']:6.1%} {show(stage['loss_kw'], 'kW'):>10} {stage['efficiency']:10.2%} "
            f"{stage['pue']:7.4f} {stage['tue']:7.4f}"
        )
    return lines


def _comparison(found: Mapping[str, Any]) -> list[str]:
    lines = [
        f"Distributions compared from {found['boundary']}:",
        f"{'':32} {'to 54 V':>8} {'to silicon':>10} {'PUE':>7} {'TUE':>7} {'rack feed':>10} {'copper':>9} {'loss':>6} "
        f"{'machines':>9}",
    ]
    for way in found["ways"]:
        copper = f"{way['current_a']:8.0f} A {way['section_mm2']:5.0f} mm2 {way['feed_loss_fraction']:6.2%}"
        lines.append(
            f"{way['name']:32} {way['bus_efficiency']:8.2%} {way['chain_efficiency']:10.2%} {way['pue']:7.4f} "
            f"{way['tue']:7.4f} {copper} {show(way['equipment_usd'], 'USD'):>9}"
        )
    lines += [f"{way['name']}: {way['against_first']}" for way in found["ways"] if way["against_first"]]
    bus = found["bus_54v"]
    lines.append(
        f"feeds of {show(found['rack_kw'], 'kW')} over {found['rack_feed_m']:g} m; at 54 V the same rack carries "
        f"{bus['current_a']:,.0f} A on {bus['section_mm2']:,.0f} mm2"
    )
    return lines


def _redundancies(found: Mapping[str, Any]) -> list[str]:
    lines = [
        f"Redundancies ranked by the work of a training job on {show(found['accelerators'], 'count')} accelerators, "
        f"checkpoint {show(found['checkpoint_s'], 's')}, restart {show(found['restart_s'], 's')}:",
        f"{'':18} {'machines':>9} {'a year':>9} {'to silicon':>10} {'whole load':>11} {'h lost/y':>9} {'drops/y':>8} "
        f"{'goodput':>8} {'h/USD':>8}",
    ]
    for one in found["options"]:
        lines.append(
            f"{one['name']:18} {show(one['plant_usd'], 'USD'):>9} {show(one['cost_usd_per_year'], 'USD'):>9} "
            f"{one['chain_efficiency']:10.2%} {one['availability']:11.4%} {one['hours_lost_per_year']:9.3f} "
            f"{one['drops_per_year']:8.3f} {one['goodput']:8.2%} {one['goodput_h_per_usd']:8.5f}"
        )
    for one in found["options"]:
        spared = ", ".join(f"{name} {hours:.2g} h" for name, hours in list(one["hours_by_cause"].items())[:4])
        lines.append(f"{one['name']} loses most by {spared}")
    return [*lines, f"most work for a dollar: {found['best']}", *(_turn(turn) for turn in found["turns"])]


def _turn(turn: Mapping[str, Any]) -> str:
    whose = ", ".join(turn["faults_of"])
    now = "is ahead of" if turn["ahead_now"] else "is behind"
    if turn["times"] is None:
        return f"{turn['name']} {now} {turn['over']}, however often faults of {whose} come"
    return (
        f"{turn['name']} {now} {turn['over']}; it turns where faults of {whose} come {turn['times']:.3g} times as often"
    )


def _backup(found: Mapping[str, Any]) -> list[str]:
    return [
        f"backup for {show(found['peak_kw'], 'kW')} with racks at nameplate: {found['generators']:,} generators of "
        f"{show(found['generator_unit_kw'], 'kW')} each at the site (derated to {found['generator_derate']:.1%}), "
        f"{found['fuel_l']:,.0f} L of fuel for {found['autonomy_h']:g} h, {found['switchgears']:,} switchgear sections",
        f"batteries {show(found['battery_kwh'], 'kWh')} for {found['bridge_s']:g} s, "
        f"{show(found['battery_kwh_per_rack'], 'kWh')} a rack, bound by {found['battery_bound_by']}; a step from "
        f"idle of {show(found['step_kw_per_rack'], 'kW')} a rack, followed within {found['step_s']:g} s, takes "
        f"{found['step_energy_kj_per_rack']:.3g} kJ: {found['step_capacitance_f_per_rack']:.3g} F at 54 V or "
        f"{found['step_share_of_battery']:.2%} of the battery",
    ]
