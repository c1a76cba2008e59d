"""The build-out: dates, duties, conservation of the money that is drawn."""

from dataclasses import replace
from datetime import date

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from buildout.cases import Stage, base, grid, item, rule
from denshi.buildout import critical_item, draw_weights, month_of, rate_at, run
from denshi.errors import InfeasibleError, OutOfRangeError

PHASES = st.lists(
    st.tuples(st.dates(date(2026, 1, 1), date(2030, 12, 31)), st.floats(0.01, 1.0)), min_size=0, max_size=6
)


@settings(deadline=None)
@given(PHASES, st.floats(0.1, 40.0), st.floats(0.5, 6.0), st.floats(0.5, 6.0))
def test_every_dollar_is_drawn_once(phases, lead, alpha, beta):
    stages = tuple(Stage(day, fraction) for day, fraction in sorted(phases))
    result = run(replace(
        base(), phases=stages, term_years=6.0, hardware_draw_months=lead, s_curve_alpha=alpha, s_curve_beta=beta
    ))
    assert result.capex_draw_usd.sum() == pytest.approx(result.capex_usd, rel=1e-9)
    assert sum(result.capex_by_goods_usd.values()) == pytest.approx(result.capex_usd, rel=1e-12)
    assert result.capex_draw_usd.min() >= 0
    assert result.capex_draw_usd[result.full_power_month + 1 :].sum() == 0
    assert np.all(np.diff(result.online_fraction) >= -1e-12)
    assert result.online_fraction[result.full_power_month] == pytest.approx(1.0)
    assert len(result.online_fraction) == result.months


def test_capex_is_landed_hardware_network_facility_and_land():
    result = run(base())
    parts = result.landed_hardware_usd + result.network_usd + result.facility_usd + result.land_usd
    assert result.capex_usd == parts
    works = sum(result.works_by_goods_usd.values())
    assert result.capex_usd == pytest.approx(works + result.freight_usd + result.tariff_usd, rel=1e-12)


def test_worked_example_of_landed_cost():
    # 100 racks of 1 M$ from Taiwan, 15 % on the price ex works, 1.5 % freight: 100 x (1 + 0.15 + 0.015) = 116.5 M$
    rules = (rule("US", "TW", "accelerator-system", "2025-04-02", 0.15),)
    racks = (item("rack", "accelerator-system", 100, 1e6, "TW", 30),)
    given_ = replace(base(), cluster_items=racks, rules=rules, tariff=None)
    assert run(given_).landed_hardware_usd == pytest.approx(116.5e6)
    # In Japan the freight is part of the customs value: 100 x 1.015 x 1.1
    abroad = replace(given_, country="JP", rules=(rule("JP", "TW", "accelerator-system", "2020-01-01", 0.1),))
    assert run(abroad).landed_hardware_usd == pytest.approx(100e6 * 1.015 * 1.1)


def test_the_newest_rule_in_force_applies():
    rules = (
        rule("US", "TW", "network", "2025-04-02", 0.32),
        rule("US", "TW", "network", "2026-01-15", 0.15),
        rule("US", "*", "network", "2025-04-02", 0.10),
    )
    assert rate_at(rules, "US", "TW", "network", date(2025, 4, 1)) == 0.0
    assert rate_at(rules, "US", "TW", "network", date(2025, 4, 2)) == 0.32
    assert rate_at(rules, "US", "TW", "network", date(2026, 1, 15)) == 0.15
    assert rate_at(rules, "US", "MX", "network", date(2026, 1, 15)) == 0.10
    assert rate_at(rules, "US", "US", "network", date(2026, 1, 15)) == 0.0
    assert rate_at(rules, "JP", "TW", "network", date(2026, 1, 15)) == 0.0


def test_each_phase_pays_the_rate_of_its_own_delivery():
    changed = (
        rule("US", "TW", "accelerator-system", "2025-01-01", 0.0),
        rule("US", "TW", "accelerator-system", "2027-06-01", 0.4),
    )
    one = item("rack", "accelerator-system", 100, 1e6, "TW", 30)
    result = run(replace(base(), cluster_items=(one,), rules=changed, tariff=None))
    late = sum(s.fraction for s in base().phases if s.date >= date(2027, 8, 1))
    assert result.tariff_usd == pytest.approx(100e6 * late * 0.4)


def test_the_user_s_tariff_replaces_the_rules_for_systems_and_network_only():
    without = run(replace(base(), tariff=0.0))
    assert without.tariff_by_goods_usd["accelerator-system"] == 0.0
    assert without.tariff_by_goods_usd["network"] == 0.0
    assert without.tariff_by_goods_usd["power"] > 0.0
    with_ = run(replace(base(), tariff=0.32))
    assert with_.tariff_by_goods_usd["accelerator-system"] == pytest.approx(0.32 * with_.hardware_usd)
    assert with_.tariff_by_goods_usd["power"] == without.tariff_by_goods_usd["power"]


@settings(deadline=None)
@given(st.floats(0.0, 1.0), st.floats(0.0, 1.0))
def test_more_duty_never_costs_less(low, more):
    a, b = run(replace(base(), tariff=low)), run(replace(base(), tariff=low + more))
    assert b.capex_usd >= a.capex_usd


@settings(deadline=None)
@given(st.floats(0.0, 60.0), st.floats(0.1, 60.0), st.floats(0.3, 9.0))
def test_a_payment_is_spread_and_none_is_lost(at, lead, shape):
    weights = draw_weights(at, lead, shape, shape, 62)
    assert weights.sum() == pytest.approx(1.0, abs=1e-12)
    assert weights.min() >= 0


def test_an_s_curve_needs_a_time_after_the_start():
    with pytest.raises(OutOfRangeError, match="after the project's start"):
        draw_weights(-1.0, 3.0, 2.0, 2.0, 12)


def test_phases_of_a_part_month_count_in_part():
    assert month_of(date(2026, 3, 16), date(2026, 1, 1)) == pytest.approx(2 + 15 / 31)
    result = run(replace(base(), phases=(Stage(date(2026, 4, 16), 1.0),)))
    assert result.online_fraction[3] == pytest.approx(0.5)
    assert (result.first_power_month, result.full_power_month) == (3, 4)


def test_without_phases_everything_comes_after_the_construction_time():
    result = run(replace(base(), phases=(), construction_months=18.0, term_years=2.0))
    assert result.phase_month == (18.0,)
    assert result.months == 18 + 24
    assert result.online_fraction[17] == 0.0
    assert result.online_fraction[18] == 1.0


def test_the_longest_way_decides_the_first_phase():
    items = (item("rack", "accelerator-system", 1, 1.0, "TW", 40), item("switchgear", "power", 1, 1.0, "US", 47))
    critical = critical_item(
        items, date(2026, 1, 1), date(2026, 12, 31), hardware_installation_months=2.0, plant_installation_months=6.0
    )
    assert critical.name == "switchgear"
    assert critical.late_weeks == pytest.approx(47 + 6 * 365.25 / 84 - 52)
    in_time = critical_item(
        items, date(2026, 1, 1), date(2028, 12, 31), hardware_installation_months=2.0, plant_installation_months=6.0
    )
    assert in_time.late_weeks == 0.0


def test_a_phase_before_the_start_is_refused():
    with pytest.raises(InfeasibleError, match="before the project starts"):
        run(replace(base(), phases=(Stage(date(2025, 6, 1), 1.0),)))


def test_a_term_that_ends_before_the_last_phase_is_refused():
    stages = (Stage(date(2027, 1, 1), 0.5), Stage(date(2030, 1, 1), 0.5))
    with pytest.raises(InfeasibleError, match="shorter than the 36 months"):
        run(replace(base(), phases=stages, term_years=2.0))


def test_goods_that_nobody_knows_are_refused():
    with pytest.raises(OutOfRangeError, match="unknown goods"):
        run(replace(base(), facility_items=(item("art", "sculpture", 1, 1.0, "US", 1),)))


def test_an_import_without_a_rule_is_named():
    result = run(replace(base(), rules=(), tariff=None))
    assert result.tariff_usd == 0.0
    assert "no rule of customs for power from MX into US: counted without duty" in result.notices
    assert not run(base()).notices


def test_a_late_item_is_named():
    result = run(replace(base(), phases=(Stage(date(2026, 7, 1), 1.0),)))
    assert result.critical_item == "switchgear"
    assert result.late_weeks == pytest.approx(47 + 6 * 365.25 / 84 - 181 / 7)
    assert result.notices[0].startswith("switchgear, ordered on the first day, is in service 47 weeks after")


def test_only_the_phases_that_are_too_early_are_put_off():
    result = run(replace(base(), phases=(Stage(date(2026, 7, 1), 0.5), Stage(date(2028, 1, 1), 0.5))))
    ready = (47 + 6 * 365.25 / 84) * 84 / 365.25
    assert result.reachable_online_fraction[: int(ready)].sum() == 0.0
    assert result.reachable_online_fraction[int(ready) + 1] == 0.5
    assert np.array_equal(result.reachable_online_fraction[18:], result.online_fraction[18:])
    in_time = run(base())
    assert np.array_equal(in_time.reachable_online_fraction, in_time.online_fraction)


EARLY = (Stage(date(2026, 7, 1), 0.5), Stage(date(2028, 1, 1), 0.5))
TURBINE = item("turbine", "energy", 200e3, 1300.0, "", 104)


def test_the_supply_decides_the_date_and_costs_nothing_here():
    with_, without = (run(replace(base(), phases=EARLY, energy_items=supply)) for supply in ((TURBINE,), ()))
    assert with_.critical_item == "turbine"
    # The lead time of supply lasts until it operates: no installation is added to it.
    assert with_.late_weeks == pytest.approx(104 - 181 / 7)
    assert with_.late_weeks_without_supply == without.late_weeks > 0
    ready = 104 * 84 / 365.25
    assert with_.reachable_online_fraction[: int(ready)].sum() == 0.0
    assert with_.reachable_online_fraction[int(ready) + 1] == 1.0
    for name in ("capex_usd", "tariff_usd", "facility_usd"):
        assert getattr(with_, name) == getattr(without, name)
    assert np.array_equal(with_.capex_draw_usd, without.capex_draw_usd)
    assert np.array_equal(with_.online_fraction, without.online_fraction)


def test_a_late_supply_is_said_to_be_the_supply():
    said = run(replace(base(), phases=EARLY, energy_items=(TURBINE,))).notices[0]
    assert said.startswith("the supply is late: turbine, ordered on the first day, is in service 78 weeks after")
    assert "racks and plant alone are 47 weeks late" in said
    assert "denshi buildout bridge weighs bridge power until then" in said
    assert "the supply" not in run(replace(base(), phases=EARLY)).notices[0]


@pytest.mark.parametrize(
    ("change", "critical"),
    [({}, "Grid supply"), ({"import_peak_kw": 0.0}, "switchgear"), ({"grid_connection_kw": 20e3}, "switchgear"),
     ({"technologies": ()}, "switchgear")],
)
def test_a_grid_connection_counts_unless_it_is_granted_or_not_used(change, critical):
    result = run(replace(base(), **{"phases": EARLY, "technologies": (grid(36.0),), **change}))
    assert result.critical_item == critical


def test_supply_that_comes_after_the_end_leaves_nothing_in_service():
    result = run(replace(base(), phases=EARLY, energy_items=(replace(TURBINE, lead_time_weeks=2000.0),)))
    assert result.reachable_online_fraction.sum() == 0.0
