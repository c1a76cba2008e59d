"""The numbers behind the charts: energy in is energy out, parts add up to their totals."""

import pytest

from denshi.report import charts_energy, charts_flow, charts_money, charts_work
from denshi.report.charts import plain, scale
from denshi.report.locale import texts
from report.sample import grid_only, sample

T = texts("en")
DESIGN = sample()


def test_energy_in_is_energy_out_at_every_node_between():
    links = charts_flow.flows(DESIGN, "en", T).links
    total = max(energy for _, _, energy in links)
    for node in {end for link in links for end in link[:2]}:
        into = sum(energy for _, target, energy in links if target == node)
        out = sum(energy for source, _, energy in links if source == node)
        if into and out:
            assert into == pytest.approx(out, abs=2e-3 * total), node


def test_storage_losses_are_what_the_battery_keeps():
    links = charts_flow.flows(DESIGN, "en", T).links
    lost = -sum(DESIGN["energy"]["dispatch_kw"]["battery-4h"])
    assert [energy for _, target, energy in links if target == T["flow.storage_loss"]] == [pytest.approx(lost)]


def test_useful_flop_are_the_share_that_mfu_says():
    links = charts_flow.flows(DESIGN, "en", T).links
    useful = next(
        energy for source, target, energy in links if (source, target) == ("workload.0.work", "workload.0.tokens")
    )
    work = DESIGN["workload"][0]
    assert useful == pytest.approx(work["power_kw"] * 8760 * work["mfu"])


def test_losses_inside_the_rack_do_not_count_as_power_chain():
    design = sample()
    design["facility"]["loss_by_stage_kwh"] |= {"vrm": 1e9}
    targets = {target for _, target, _ in charts_flow.flows(design, "en", T).links}
    assert "Loss: UPS" in targets
    assert "Loss: Voltage regulators" not in targets


def test_a_supply_that_is_not_the_load_shows_its_difference():
    design = sample()
    design["energy"]["dispatch_kw"] = {"grid": [2e6] * 8760, "load": [1e6] * 8760}
    targets = {target for _, target, _ in charts_flow.flows(design, "en", T).links}
    assert T["flow.difference"] in targets


def test_capex_parts_add_up_to_the_total():
    for design in (DESIGN, grid_only()):
        assert sum(charts_money.capex_parts(design, T).values()) == pytest.approx(charts_money.capex_total(design))


def test_yearly_bars_add_up_to_the_cash_flow():
    chart = charts_money.cash(DESIGN, "en", T)
    bars = [trace for trace in chart.data if trace["type"] == "bar"]
    net = sum(sum(trace["y"]) for trace in bars)
    running = next(trace for trace in chart.data if trace["name"] == T["series.net"])
    assert net == pytest.approx(running["y"][-1], abs=0.01)
    assert sum(DESIGN["finance"]["cash_flow_usd"]) / 1e9 == pytest.approx(running["y"][-1], rel=1e-3)


def test_a_project_that_begins_in_april_has_its_own_first_year():
    design = sample()
    design["scenario"]["project"]["start"] = "2026-04-01"
    chart = charts_money.cash(design, "en", T)
    assert chart.rows[0][0] == "2026"
    assert len(chart.rows) == 13


def test_monthly_energy_adds_up_to_the_year():
    chart = charts_energy.monthly(DESIGN, "en", T)
    load = next(trace for trace in chart.data if trace["name"] == T["series.load"])
    assert sum(load["y"]) == pytest.approx(sum(DESIGN["energy"]["dispatch_kw"]["load"]) / 1e6, rel=1e-4)
    bars = sum(sum(trace["y"]) for trace in chart.data if trace["type"] == "bar")
    assert bars == pytest.approx(sum(load["y"]), rel=1e-3)


def test_weeks_are_the_warmest_and_the_coldest():
    first = charts_energy.weeks(DESIGN)
    bulb = DESIGN["climate"]["dry_bulb_c"]

    def mean(day):
        return sum(bulb[day * 24 : day * 24 + 168])

    assert mean(first["warm"]) == max(map(mean, range(359)))
    assert mean(first["cold"]) == min(map(mean, range(359)))


def test_in_the_southern_hemisphere_the_warm_week_is_in_january():
    design = sample()
    hours = design["climate"]["dry_bulb_c"]
    design["climate"]["dry_bulb_c"] = hours[4380:] + hours[:4380]
    assert charts_energy.weeks(design)["warm"] < 60


def test_charging_is_drawn_below_zero():
    chart = charts_energy.dispatch_week(DESIGN, "warm", "en", T)
    down = [trace for trace in chart.data if trace.get("stackgroup") == "down"]
    assert [trace["name"] for trace in down] == ["Battery, 4 h, charging"]
    assert max(down[0]["y"]) <= 0


def test_the_parts_of_a_step_are_the_step():
    chart = charts_work.step(DESIGN, "en", T)
    assert sum(trace["x"][0] for trace in chart.data) == pytest.approx(DESIGN["workload"][0]["step_s"] * 1e3)


def test_axis_units_follow_the_language():
    assert scale(5e10, "USD", "en", texts("en")).name == "USD billion"
    assert scale(5e10, "USD", "ja", texts("ja")) == scale(5e8, "USD", "ja", texts("ja"))
    assert scale(5e10, "USD", "ja", texts("ja")).name == "億ドル"


def test_labels_show_what_users_write_as_it_stands():
    assert plain("<b>&amp;</b>") == "&lt;b&gt;&amp;amp;&lt;/b&gt;"
