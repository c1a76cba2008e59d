"""A scenario is read whole, or all its faults are named with file and line."""

import dataclasses
from pathlib import Path

import pytest

from denshi.energy import EnergyInput
from denshi.errors import FileError, ScenarioError, UsageError
from denshi.figure import Given, inputs
from denshi.scenario import evidence_of, json_schema, load, unit_of, variants_of

EXAMPLES = sorted(Path("examples").glob("*.toml"))
MINIMAL = """denshi = 1
[project]
name = "small"
start = 2026-01-01
[site]
id = "meta-hyperion"
[compute]
system = "gb300-nvl72"
racks = 4
[[workload]]
kind = "training"
model = "llama3.1-8b"
tokens = "1T"
"""


def write(folder: Path, text: str) -> Path:
    path = folder / "s.toml"
    path.write_text(text, encoding="utf-8")
    return path


@pytest.mark.parametrize("path", EXAMPLES, ids=lambda p: p.stem)
def test_examples_are_read(path: Path) -> None:
    assert load(path).denshi == 1
    assert all(load(path, variant=name) for name in variants_of(path))


def test_there_are_eight_examples() -> None:
    assert len(EXAMPLES) == 8


def test_quantities_become_canonical(tmp_path: Path) -> None:
    scenario = load("examples/hyperion.toml")
    assert scenario.compute.it_power == 2_000_000.0
    assert scenario.workload[0].tokens == 30e12
    assert scenario.facility.supply_temperature == 40.0


def test_all_faults_at_once_with_lines(tmp_path: Path) -> None:
    text = MINIMAL.replace('name = "small"', 'nam = "small"').replace("racks = 4", 'racks = 4\nit_power = "2 GWh"')
    text = text.replace('"meta-hyperion"', '"meta-hyperon"').replace('"1T"', '"-1T"') + "[energy]\ntarget = 'often'\n"
    with pytest.raises(ScenarioError) as caught:
        load(write(tmp_path, text))
    said = str(caught.value)
    lines = {fault.path: fault.line for fault in caught.value.faults}
    assert lines["project.nam"] == 3
    assert lines["site.id"] == 6
    assert lines["compute"] == 7
    assert lines["workload.0.tokens"] == 14
    assert lines["energy.target"] == 16
    assert 'Did you mean "name"?' in said
    assert 'Did you mean "meta-hyperion"?' in said
    assert "exactly one of it_power, site_power, accelerators, racks" in said


@pytest.mark.parametrize(
    ("change", "says"),
    [
        (("racks = 4", "racks = -4"), "greater than or equal to 1"),
        (("racks = 4", "racks = nan"), "not a finite number"),
        (("racks = 4", 'it_power = "-2 GW"'), "greater than 0"),
        (("racks = 4", 'it_power = "2 GWh"'), "kW is expected"),
        (('"llama3.1-8b"', '"shapeless.json"'), "there is no file"),
        (('kind = "training"', 'kind = "dreaming"'), "training"),
        (("denshi = 1", "denshi = 2"), "1"),
        (('"1T"', '"1T"\nshare = 0.7\n[[workload]]\nkind="training"\nmodel="llama3.1-8b"\ntokens=1\nshare=0.6'), "1.3"),
        (('"1T"', '"1T"\nparallelism = {tq = 3}'), "unknown dimension"),
        (("2026-01-01", '"soon"'), "project.start"),
        (('id = "meta-hyperion"', "latitude = 30.0"), "latitude, longitude, elevation and grid"),
    ],
)
def test_each_fault_has_its_message(tmp_path: Path, change: tuple[str, str], says: str) -> None:
    with pytest.raises(ScenarioError, match=says):
        load(write(tmp_path, MINIMAL.replace(*change)))


def test_phases_have_to_add_up(tmp_path: Path) -> None:
    phases = "[[buildout.phase]]\ndate = 2027-01-01\nfraction = 0.5\n"
    with pytest.raises(ScenarioError, match=r"add up to 0\.5"):
        load(write(tmp_path, MINIMAL + phases))


def test_unreadable_files_have_their_own_messages(tmp_path: Path) -> None:
    with pytest.raises(FileError, match="there is no file"):
        load(tmp_path / "none.toml")
    with pytest.raises(FileError, match="is a directory"):
        load(tmp_path)
    with pytest.raises(FileError, match="is empty"):
        load(write(tmp_path, "  \n"))
    (tmp_path / "latin.toml").write_bytes("name = 'é'".encode("latin-1"))
    with pytest.raises(FileError, match="is not UTF-8"):
        load(tmp_path / "latin.toml")
    with pytest.raises(ScenarioError, match=":1: : not TOML|:1"):
        load(write(tmp_path, "a = = 1"))


def test_set_and_variant_lay_over_the_file(tmp_path: Path) -> None:
    path = write(tmp_path, MINIMAL + '[variant.big]\n"compute.racks" = 40\n[variant.big.workload.0]\nshare = 0.5\n')
    assert load(path).compute.racks == 4
    assert load(path, variant="big").compute.racks == 40
    assert load(path, variant="big").workload[0].share == 0.5
    assert load(path, settings=["compute.racks=7", "facility.cooling=air-chiller"]).facility.cooling == "air-chiller"
    with pytest.raises(UsageError, match="no variant"):
        load(path, variant="bigger")
    with pytest.raises(UsageError, match="leads nowhere"):
        load(path, settings=["compute.racks.deep=1"])
    with pytest.raises(UsageError, match=r"dotted\.path=value"):
        load(path, settings=["nonsense"])


def test_a_faulty_variant_is_a_fault_of_the_file(tmp_path: Path) -> None:
    with pytest.raises(ScenarioError, match=r"variant\.wrong: compute\.rack"):
        load(write(tmp_path, MINIMAL + '[variant.wrong]\n"compute.rack" = 40\n'))


def test_defaults_carry_evidence_and_user_values_none() -> None:
    scenario = load("examples/hyperion.toml")
    assert evidence_of(scenario, "scenario.finance.tax_rate").grade == "E"
    assert evidence_of(scenario, "scenario.finance.discount_rate") is None
    assert evidence_of(scenario, "scenario.workload.1.ttft") is None
    assert unit_of(scenario, "scenario.compute.it_power") == "kW"


def test_json_schema_names_every_table() -> None:
    assert {"project", "site", "compute", "workload", "finance"} <= set(json_schema()["properties"])


def test_every_default_says_where_it_comes_from() -> None:
    """A default without a source would be a constant that looks like a result."""
    scenario = load("examples/custom-chip.toml")
    silent = []
    for table in ("network", "facility", "energy", "buildout", "finance"):
        model = getattr(scenario, table)
        for name, field in type(model).model_fields.items():
            if field.default is not None and not (field.json_schema_extra or {}).get("source"):
                silent.append(f"{table}.{name}")
    assert silent == []


ENERGY = """
[energy]
carbon_cap = "150 gCO2/kWh"
carbon_basis = "hour"
unserved_price = "9 USD/kWh"
curtail_fraction = "20%"
curtail_hours = "100 h"
curtail_price = 2
shift_fraction = 0.1
shift_up_fraction = 0.05
count_grid_clean = false
grid_charging = false
"""


def test_rules_of_the_supply_are_read(tmp_path: Path) -> None:
    energy = load(write(tmp_path, MINIMAL + ENERGY)).energy
    assert (energy.carbon_cap, energy.carbon_basis, energy.unserved_price) == (150.0, "hour", 9.0)
    assert (energy.curtail_fraction, energy.curtail_hours, energy.curtail_price) == (0.2, 100.0, 2.0)
    assert (energy.shift_fraction, energy.shift_up_fraction) == (0.1, 0.05)
    assert (energy.count_grid_clean, energy.grid_charging) == (False, False)


def test_every_rule_of_the_supply_has_a_key_with_the_same_default() -> None:
    """What the energy room takes from the scenario stands there, and leaving it out means the same in both."""
    energy = load("examples/hyperion.toml").energy
    keys = {f.name: g.path.split(".")[-1] for f, g in rules_of_supply()}
    assert set(keys.values()) <= set(type(energy).model_fields)
    for field, given in rules_of_supply():
        default = type(energy).model_fields[given.path.split(".")[-1]].default
        assert not given.optional or default == field.default, field.name


def rules_of_supply() -> list[tuple[dataclasses.Field[object], Given]]:
    found = inputs(EnergyInput)
    return [
        (field, found[field.name])
        for field in dataclasses.fields(EnergyInput)
        if found[field.name].path.startswith("scenario.energy.")
    ]


@pytest.mark.parametrize(
    ("line", "says"),
    [
        ("carbon_cap = -1", "energy.carbon_cap"),
        ('carbon_cap = "2 MW"', "energy.carbon_cap"),
        ('carbon_basis = "day"', "energy.carbon_basis"),
        ("curtail_hours = 9000", "energy.curtail_hours"),
        ("count_grid_clean = 1", "energy.count_grid_clean"),
        ("curtail_fraction = 0.6\nshift_fraction = 0.6", "more than the whole load"),
    ],
)
def test_a_wrong_rule_of_the_supply_is_told(tmp_path: Path, line: str, says: str) -> None:
    with pytest.raises(ScenarioError, match=says):
        load(write(tmp_path, MINIMAL + f"[energy]\n{line}\n"))
