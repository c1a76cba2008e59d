"""The numbers behind the charts: energy in is energy out, parts add up to their totals."""

import math

import pytest

from denshi.report import (
    charts_deal,
    charts_energy,
    charts_flow,
    charts_money,
    charts_plan,
    charts_serving,
    charts_supply,
    charts_work,
    html,
)
from denshi.report.charts import plain, scale
from denshi.report.locale import texts
from report.sample import grid_only, sample, two_trainings

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


def test_any_week_holds_the_year_and_the_slider_its_weeks():
    chart = charts_supply.any_week(DESIGN, "en", T)
    load = chart.data[-1]
    assert len(load["y"]) == 8760
    assert sum(load["y"]) == pytest.approx(sum(DESIGN["energy"]["dispatch_kw"]["load"]) / 1e6, rel=1e-4)
    steps = chart.layout["sliders"][0]["steps"]
    spans = [step["args"][0]["xaxis.range"] for step in steps]
    assert spans[0] == chart.layout["xaxis"]["range"]
    assert [end for _, end in spans[:-1]] == [start for start, _ in spans[1:]]
    assert spans[-1][1] == "2025-12-31T00:00"
    assert len(chart.rows) == len(steps) == 52


def test_a_clean_hour_is_what_the_grid_does_not_dirty():
    design = sample()
    hours = range(8760)
    design["climate"]["grid_clean_fraction"] = [0.25 + 0.5 * (hour % 2) for hour in hours]
    share = charts_supply.clean_share(design)
    grid, load = (design["energy"]["dispatch_kw"][name] for name in ("grid", "load"))
    hour = max(hours, key=lambda t: grid[t])
    expected = 1 - grid[hour] * (0.75 - 0.5 * (hour % 2)) / load[hour]
    assert 0.0 < expected < 1.0
    assert share[hour] == pytest.approx(expected)
    # A plant that burns counts whole.
    design["scenario"]["energy"] = {"options": ["grid", "nuclear-ppa"]}
    design["facts"]["catalog.technologies.1.is_clean"] = {"value": 0.0}
    burnt = design["energy"]["dispatch_kw"]["nuclear-ppa"][hour]
    assert charts_supply.clean_share(design)[hour] == pytest.approx(max(expected - burnt / load[hour], 0.0))


def test_the_cost_stack_adds_up_to_the_cost_of_a_megawatt_hour():
    chart = charts_supply.cost_stack(DESIGN, "en", T)
    parts = chart.data[0]["y"]
    costs = DESIGN["energy"]["cost_by_technology_usd"]
    assert sum(parts[:-1]) == pytest.approx(parts[-1], rel=1e-3)
    assert parts[-1] == pytest.approx(1e3 * sum(costs.values()) / DESIGN["energy"]["load_kwh"], rel=1e-4)


def test_prices_descend():
    values = charts_supply.price_duration(DESIGN, T).data[0]["y"]
    assert values == sorted(values, reverse=True)
    assert values[0] == pytest.approx(1e3 * max(DESIGN["energy"]["price_usd_per_kwh"]), rel=1e-4)


@pytest.mark.parametrize("name", ["any_week", "matching"])
def test_a_supply_without_hours_draws_nothing(name):
    bare = sample()
    bare["energy"]["dispatch_kw"] = {}
    bare["facility"] = {}
    assert getattr(charts_supply, name)(bare, "en", T) is None


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


def test_a_step_of_an_older_design_shows_its_sums():
    design = sample()
    for name in ("product", "attention", "passes", "tensor", "context", "expert", "data", "overhead"):
        del design["workload"][0][f"{name}_s"]
    chart = charts_work.step(design, "en", T)
    assert [trace["name"] for trace in chart.data] == ["Compute", "Exposed communication", "Pipeline bubble", "Other"]
    assert sum(trace["x"][0] for trace in chart.data) == pytest.approx(740)


def test_a_part_that_takes_no_time_is_not_drawn():
    names = [trace["name"] for trace in charts_work.step(DESIGN, "en", T).data]
    assert T["series.context"] not in names
    assert T["series.compute"] not in names
    assert len(names) == 8


def test_every_workload_that_trains_has_its_bar_and_its_pictures():
    design = two_trainings()
    chart = charts_work.memory(design, "en", T)
    assert len(chart.rows) == 2
    assert all(len(trace["x"]) == 2 for trace in chart.data)
    assert [one["text"].split(":")[0] for one in chart.layout["annotations"]] == [
        "1. llama4-behemoth",
        "2. llama3.1-405b",
    ]
    pictures = charts_plan.plans(design, "en", T)
    assert [one.id for one in pictures] == ["roofline-0", "front-0", "roofline-1", "front-1"]
    assert pictures[2].title.endswith("(2. llama3.1-405b)")
    assert "llama" not in charts_plan.plans(DESIGN, "en", T)[0].title


def test_the_parts_of_the_memory_are_the_memory_and_limits_stand_beyond():
    chart = charts_work.memory(DESIGN, "en", T)
    bars = [trace for trace in chart.data if trace["type"] == "bar"]
    usable, installed = (trace["x"][0] for trace in chart.data if trace["type"] == "scatter")
    filled = sum(trace["x"][0] for trace in bars)
    assert filled == pytest.approx(DESIGN["workload"][0]["memory_bytes"] / 1e9)
    assert filled < usable < installed < chart.layout["xaxis"]["range"][1]


def test_memory_beyond_what_is_there_is_drawn_as_far_as_it_goes():
    design = sample()
    design["workload"][0] |= {"optimizer_bytes": 9e11}
    chart = charts_work.memory(design, "en", T)
    bars = [trace["x"][0] for trace in chart.data if trace["type"] == "bar"]
    assert sum(bars) < chart.layout["xaxis"]["range"][1]


def test_operators_stand_under_the_roofs_inside_the_picture():
    chart = charts_plan.plans(DESIGN, "en", T)[0]
    roofs, marks = ([one for one in chart.data if one["mode"] == mode] for mode in ("lines", "markers"))
    assert [one["name"] for one in roofs] == [
        "Memory: 8.00 TB/s",
        "FP8 peak: 5.00 PFLOP/s",
        "16-bit peak: 2.50 PFLOP/s",
    ]
    assert len(marks) == len(chart.rows) == 6
    (left, right), (low, high) = (chart.layout[name]["range"] for name in ("xaxis", "yaxis"))
    for one in marks:
        x, y = one["x"][0], one["y"][0]
        assert left < math.log10(x) < right
        assert low < math.log10(y) < high
        assert y <= min(5000.0, 8.0 * x)
    memory = roofs[0]
    assert memory["y"][0] / memory["x"][0] == pytest.approx(8.0)
    assert (memory["x"][1], memory["y"][1]) == (625.0, 5000.0)
    assert chart.rows[0] == ["Attention projections", "1,927 FLOP/byte", "2.63 PFLOP/s", "52.6 %"]
    # the head runs in 16 bits, so it is held against the lower roof; passes against the memory
    assert {row[0]: row[3] for row in chart.rows}["Output head"] == "57.6 %"
    assert {row[0]: row[3] for row in chart.rows}["Element-wise passes"] == "80 %"


def test_a_run_in_16_bits_has_one_roof_of_arithmetic():
    design = sample()
    design["workload"][0] |= {"roof_flop_per_s": 2.5e15}
    assert sum(one["mode"] == "lines" for one in charts_plan.plans(design, "en", T)[0].data) == 2


def test_each_operator_has_a_sign_of_its_own():
    marks = [one["marker"] for one in charts_plan.plans(DESIGN, "en", T)[0].data if one["mode"] == "markers"]
    assert len({one["symbol"] for one in marks}) == len({one["color"] for one in marks}) == 6


def test_the_front_descends_and_the_chosen_plan_stands_on_it():
    chart = charts_plan.plans(DESIGN, "en", T)[1]
    traces = {trace["name"]: trace for trace in chart.data}
    line = traces[T["series.front"]]
    assert line["x"] == sorted(line["x"])
    assert line["y"] == sorted(line["y"], reverse=True)
    assert list(zip(traces[T["series.fewer"]]["x"], traces[T["series.fewer"]]["y"], strict=True)) == [(0.78, 162.0)]
    chosen = traces[T["series.chosen"]]
    assert (chosen["x"][0], chosen["y"][0]) == (0.74, 190.0)
    assert len(chart.rows) == 6


@pytest.mark.parametrize(
    ("left_out", "lost"),
    [
        (("front_step_s",), "front-0"),
        (("front_memory_bytes",), "front-0"),
        (("operator_names",), "roofline-0"),
        (("operator_flop_per_s",), "roofline-0"),
        (("roof_flop_per_s",), "roofline-0"),
        (("roof_bytes_per_s",), "roofline-0"),
        (("optimizer_bytes",), "memory"),
        (("step_s",), "step"),
    ],
)
def test_a_picture_whose_figures_are_missing_is_left_out(left_out, lost):
    for gone in ({}, dict.fromkeys(left_out)):
        design = sample()
        for name in left_out:
            del design["workload"][0][name]
        design["workload"][0] |= gone
        before, after = (set(html.charts(one, "en", T)) for one in (DESIGN, design))
        assert lost in before
        assert lost not in after


def test_a_wide_front_has_logarithmic_axes_with_marks_inside():
    assert "type" not in charts_plan.plans(DESIGN, "en", T)[1].layout["xaxis"]
    design = sample()
    design["workload"][0] |= {"front_step_s": [0.74, 1.0, 2.0, 40.0], "front_memory_bytes": [1.9e11, 1.1e11, 9e9, 2e9]}
    layout = charts_plan.plans(design, "en", T)[1].layout
    assert layout["xaxis"]["tickvals"] == [1.0, 2.0, 5.0, 10.0, 20.0]
    for name, values in (("xaxis", (0.74, 40.0)), ("yaxis", (2.0, 267.0))):
        low, high = layout[name]["range"]
        assert layout[name]["type"] == "log"
        assert low < math.log10(min(values)) < math.log10(max(values)) < high
        assert all(low <= math.log10(mark) <= high for mark in layout[name]["tickvals"])


def test_one_plan_is_no_front():
    design = sample()
    design["workload"][0] |= {"front_step_s": [0.74], "front_memory_bytes": [1.9e11]}
    assert [one.id for one in charts_plan.plans(design, "en", T)] == ["roofline-0"]


def test_the_parts_of_a_token_are_its_time():
    chart = charts_serving.token(DESIGN, "en", T)
    assert sum(trace["x"][0] for trace in chart.data) == pytest.approx(DESIGN["workload"][1]["tpot_s"] * 1e3)
    assert chart.layout["annotations"][0]["text"] == "2. llama4-maverick: <b>27.0 ms</b>"


def test_the_front_of_a_served_model_marks_the_plan_and_the_target():
    (chart,) = charts_serving.fronts(DESIGN, "en", T)
    assert chart.id == "users-1"
    line, chosen, target = chart.data
    assert line["x"] == sorted(line["x"], reverse=True)
    assert line["y"] == sorted(line["y"])
    assert (chosen["x"], chosen["y"]) == ([37.0], [1270.0])
    assert target["x"] == [33.333, 33.333]
    assert target["name"] == "Target: 30.0 ms a token"
    assert len(chart.rows) == 5
    low, high = chart.layout["xaxis"]["range"]
    assert low < math.log10(22.0) < math.log10(160.0) < high


@pytest.mark.parametrize(
    ("left_out", "lost"),
    [("front_tokens_per_s_per_user", "users-1"), ("routed_s", "token"), ("tpot_s", "token")],
)
def test_a_picture_of_serving_whose_figures_are_missing_is_left_out(left_out, lost):
    design = sample()
    del design["workload"][1][left_out]
    assert lost in html.charts(DESIGN, "en", T)
    assert lost not in html.charts(design, "en", T)


def test_two_served_models_are_told_apart():
    design = sample()
    design["workload"][0] = design["workload"][1]
    titles = [chart.title for chart in charts_serving.fronts(design, "en", T)]
    assert titles[1].endswith("(2. llama4-maverick)")
    assert len(charts_serving.token(design, "en", T).rows) == 2


def test_axis_units_follow_the_language():
    assert scale(9e10, "byte", "ja", T).of([9e10]) == [90.0]
    assert scale(5e10, "USD", "en", texts("en")).name == "USD billion"
    assert scale(5e10, "USD", "ja", texts("ja")) == scale(5e8, "USD", "ja", texts("ja"))
    assert scale(5e10, "USD", "ja", texts("ja")).name == "億ドル"


def test_labels_show_what_users_write_as_it_stands():
    assert plain("<b>&amp;</b>") == "&lt;b&gt;&amp;amp;&lt;/b&gt;"


def test_sources_stand_over_uses():
    chart = charts_deal.sources_and_uses(DESIGN, "en", T)
    sides = {label: sum(sum(one["x"]) for one in chart.data if one["y"] == [label]) for label in ("Uses", "Sources")}
    assert sides["Sources"] == pytest.approx(78.0)
    spent = sum(
        DESIGN["buildout"].get(f"{name}_usd", 0.0) for name in ("landed_hardware", "network", "facility", "land")
    )
    assert sides["Uses"] == pytest.approx((spent + 3e9) / 1e9)
    bare = sample()
    bare["finance"]["debt_usd"] = 0.0
    assert charts_deal.sources_and_uses(bare, "en", T) is None


def test_a_tornado_spans_each_input_from_low_to_high():
    charts = {chart.id: chart for chart in charts_deal.tornados(DESIGN, "en", T)}
    assert set(charts) == {"tornado-irr", "tornado-lcoc"}
    low, high = charts["tornado-irr"].data
    assert low["base"] == pytest.approx(11.8)
    assert low["base"] + low["x"][0] == pytest.approx(90 * 0.118)
    assert high["base"] + high["x"][0] == pytest.approx(115 * 0.118)
    assert charts["tornado-irr"].rows[0][0] == "finance.utilisation"
