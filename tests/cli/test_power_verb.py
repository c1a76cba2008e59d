"""``denshi power``: a chain without a scenario, the room of one with, bad input in one sentence."""

import json
from pathlib import Path
from typing import Any

import pytest

from denshi.cli import main

LOAD = ["--load", "100MW"]


def said(arguments: list[str], capsys: pytest.CaptureFixture[str]) -> str:
    assert main(["power", *arguments]) == 0
    return capsys.readouterr().out


def document(arguments: list[str], capsys: pytest.CaptureFixture[str]) -> dict[str, Any]:
    page: dict[str, Any] = json.loads(said([*arguments, "--json"], capsys))
    assert page["schema_version"] == 1
    assert page["room"] == "facility"
    return page


def test_a_chain_stands_alone_and_balances(capsys: pytest.CaptureFixture[str]) -> None:
    page = document([*LOAD, "--utilisation", "80%", "--cooling", "8MW", "--redundancy", "2N"], capsys)
    assert page["it_kw"] == pytest.approx(80_000.0)
    losses = sum(stage["loss_kw"] for stage in page["stages"])
    used = page["silicon_kw"] + page["fan_kw"] + page["cooling_kw"] + page["house_kw"] + losses
    assert page["grid_kw"] == pytest.approx(used, rel=1e-9)
    building = sum(stage["pue"] for stage in page["stages"])
    assert page["pue"] == pytest.approx(1 + building + (page["cooling_kw"] + page["house_kw"]) / page["it_kw"])
    assert page["tue"] == pytest.approx(page["grid_kw"] / page["silicon_kw"])
    assert {stage["sides"] for stage in page["stages"] if stage["boundary"] == "building"} == {2}
    assert [stage["id"] for stage in page["stages"]] == [
        "transformer-mv-lv",
        "ups-double-conversion",
        "busway-415v",
        "rectifier-orv3",
        "vrm",
    ]


def test_power_of_the_cooling_may_be_stated_as_a_share(capsys: pytest.CaptureFixture[str]) -> None:
    share, power = (
        document([*LOAD, "--utilisation", "0.5", *one], capsys)
        for one in (["--pue-cooling", "0.08"], ["--cooling", "4MW"])
    )
    assert share == power


def test_liquid_spares_the_fans_of_the_racks(capsys: pytest.CaptureFixture[str]) -> None:
    air, liquid = (document([*LOAD, "--liquid", share], capsys) for share in ("0", "85%"))
    assert liquid["fan_kw"] == pytest.approx(0.15 * air["fan_kw"])
    assert liquid["tue"] < air["tue"]
    assert liquid["pue"] == pytest.approx(air["pue"], rel=1e-12), "fans of the racks are IT load to PUE"


def test_distributions_are_compared_at_equal_silicon(capsys: pytest.CaptureFixture[str]) -> None:
    page = document([*LOAD, "--compare", "--rack", "120kW"], capsys)["comparison"]
    ways = {way["name"]: way for way in page["ways"]}
    assert {"ac-415v", "dc-400v", "dc-800v"} <= set(ways)
    assert len({round(way["silicon_kw"], 6) for way in ways.values()}) == 1
    assert ways["dc-800v"]["current_a"] == pytest.approx(150.0)
    assert page["bus_54v"]["current_a"] == pytest.approx(120e3 / 54)
    text = said([*LOAD, "--compare"], capsys)
    for word in ("PUE", "TUE", "mm2", "IT load to PUE", "dc-800v", "54 V"):
        assert word in text


def test_redundancies_are_ranked(capsys: pytest.CaptureFixture[str]) -> None:
    page = document([*LOAD, "--redundancy", "all", "--cooling", "8MW"], capsys)["redundancies"]
    options = {one["name"]: one for one in page["options"]}
    assert (
        options["2N"]["hours_lost_per_year"]
        < options["N+1"]["hours_lost_per_year"]
        < options["N"]["hours_lost_per_year"]
    )
    assert page["best"] == max(options.values(), key=lambda one: one["goodput_h_per_usd"])["name"]
    assert any(turn["times"] and turn["times"] > 1 for turn in page["turns"])
    slow = document([*LOAD, "--redundancy", "all", "--checkpoint", "10min", "--restart", "1h"], capsys)["redundancies"]
    assert slow["options"][0]["goodput"] < page["options"][0]["goodput"]
    text = said([*LOAD, "--redundancy", "all"], capsys)
    assert "most work for a dollar" in text
    assert "times as often" in text


def test_backup_follows_height_heat_and_time(capsys: pytest.CaptureFixture[str]) -> None:
    low = document(LOAD, capsys)["backup_plant"]
    high = document(
        [*LOAD, "--elevation", "2000m", "--hottest", "45C", "--bridge", "10min", "--autonomy", "48h"], capsys
    )["backup_plant"]
    assert high["generator_derate"] < low["generator_derate"] == 1.0
    assert high["generators"] > low["generators"]
    assert high["fuel_l"] == pytest.approx(2 * low["fuel_l"])
    assert high["battery_kwh"] > low["battery_kwh"]
    assert (low["battery_bound_by"], high["battery_bound_by"]) == ("power", "time")


def test_a_scenario_shows_its_room_as_before(capsys: pytest.CaptureFixture[str]) -> None:
    example = sorted(Path("examples").glob("*.toml"))[0]
    assert "facility.connection_kw" in said([str(example)], capsys)


@pytest.mark.parametrize(
    ("arguments", "said_of_it"),
    [
        ([], "neither a scenario nor --load"),
        (["--load", "-5MW"], "out of range"),
        (["--load", "0"], "out of range"),
        (["--load", "1e12kW"], "out of range"),
        (["--load", "3kg"], "kW is expected"),
        (["--load", "nan"], "number"),
        ([*LOAD, "--distribution", "dc-80v"], 'Did you mean "dc-800v"'),
        ([*LOAD, "--redundancy", "2M"], 'Did you mean "2N"'),
        ([*LOAD, "--backup", "upss"], 'Did you mean "ups"'),
        ([*LOAD, "--backup", "ups", "--distribution", "dc-800v"], "has no UPS"),
        ([*LOAD, "--utilisation", "80"], "out of range"),
        ([*LOAD, "--utilisation", "0"], "out of range"),
        ([*LOAD, "--cooling", "-1MW"], "out of range"),
        ([*LOAD, "--cooling", "1MW", "--pue-cooling", "0.1"], "the same twice"),
        ([*LOAD, "--pue-cooling", "1.08"], "as 0.08"),
        ([*LOAD, "--liquid", "2"], "liquid fraction"),
        ([*LOAD, "--rack", "0"], "rack"),
        ([*LOAD, "--rack", "1GW"], "rack"),
        ([*LOAD, "--checkpoint", "0s"], "--checkpoint"),
        ([*LOAD, "--elevation", "9km"], "--elevation"),
        ([*LOAD, "--set", "facility.redundancy=N"], "belong to a scenario"),
        (["examples/none.toml", *LOAD], "without a scenario"),
    ],
)
def test_bad_input_is_one_sentence(arguments: list[str], said_of_it: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["power", *arguments]) in (1, 2)
    shown = capsys.readouterr()
    assert shown.out == ""
    assert said_of_it in shown.err
    assert "Traceback" not in shown.err
    assert shown.err.count("\n") == 1


@pytest.mark.parametrize("load", ["1kW", "100GW"])
def test_the_smallest_and_the_largest_load(load: str, capsys: pytest.CaptureFixture[str]) -> None:
    page = document(["--load", load, "--rack", "1kW", "--compare", "--redundancy", "all"], capsys)
    assert page["grid_kw"] > page["it_kw"]
    assert all(0 <= one["availability"] <= 1 for one in page["redundancies"]["options"])
