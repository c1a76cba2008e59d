"""The house keeps its shape: directions of import, sizes, names, sources that exist, scenario keys that exist."""

import ast
import re
import subprocess
import sys
from pathlib import Path
from statistics import median

import pytest

import denshi.buildout
import denshi.climate
import denshi.cluster
import denshi.energy
import denshi.facility
import denshi.finance
from denshi.design.sizing import Sizing
from denshi.figure import figures, inputs
from denshi.scenario import load
from denshi.units import UNITS
from denshi.workload import serving, training

SOURCE = sorted(Path("src").rglob("*.py"))
RESULTS = [
    Sizing,
    denshi.climate.Climate,
    denshi.cluster.Cluster,
    training.Training,
    serving.Serving,
    denshi.facility.Facility,
    denshi.energy.Energy,
    denshi.buildout.Buildout,
    denshi.finance.Finance,
]
INPUTS = [
    denshi.climate.ClimateInput,
    denshi.climate.FileClimateInput,
    denshi.cluster.ClusterInput,
    training.Input,
    serving.Input,
    denshi.facility.FacilityInput,
    denshi.energy.EnergyInput,
    denshi.buildout.BuildoutInput,
    denshi.finance.FinanceInput,
]


def test_imports_go_one_way() -> None:
    linter = Path(sys.executable).with_name("lint-imports")
    found = subprocess.run([str(linter), "--no-cache"], capture_output=True, text=True, check=False)
    assert found.returncode == 0, found.stdout


def test_modules_are_small() -> None:
    lines = {path: len(path.read_text(encoding="utf-8").splitlines()) for path in SOURCE}
    assert max(lines.values()) <= 500, sorted(lines.items(), key=lambda one: -one[1])[:3]
    assert median(lines.values()) < 150


def test_functions_are_short() -> None:
    long = []
    for path in SOURCE:
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.FunctionDef):
                said = ast.get_docstring(node, clean=False) or ""
                size = node.end_lineno - node.lineno + 1 - len(said.splitlines())  # type: ignore[operator]
                if size > 80:
                    long.append(f"{path}:{node.lineno} {node.name} {size}")
    assert long == []


def test_no_room_for_odds_and_ends() -> None:
    banned = {"utils", "common", "core", "helpers", "manager", "util", "misc"}
    assert [str(path) for path in SOURCE if {path.stem, *path.parts} & banned] == []


@pytest.mark.parametrize("record", RESULTS, ids=lambda r: r.__name__)
def test_every_field_is_a_figure_with_a_known_source(record: type) -> None:
    keys = set(re.findall(r"^@\w+\{([^,]+),", Path("docs/references.bib").read_text(encoding="utf-8"), re.MULTILINE))
    declared = figures(record)
    assert set(declared) == set(record.__dataclass_fields__)  # type: ignore[attr-defined]
    unknown = {name: one.source for name, one in declared.items() if one.source and one.source not in keys}
    assert unknown == {}
    assert [name for name, one in declared.items() if not one.formula] == []


@pytest.mark.parametrize("record", INPUTS, ids=lambda r: r.__name__)
def test_every_input_of_a_room_comes_from_somewhere(record: type) -> None:
    assert set(inputs(record)) == set(record.__dataclass_fields__)  # type: ignore[attr-defined]


def test_units_of_figures_are_spelled_one_way() -> None:
    spelled = {one.unit for record in RESULTS for one in figures(record).values()}
    look_alikes = {"tokens", "bytes", "W", "MW", "MWh", "usd", "%", "Kelvin", "hours", "flop", "seconds"}
    assert spelled & look_alikes == set()
    assert {"kW", "kWh", "USD", "1"} <= spelled
    assert UNITS


def test_examples_are_scenarios_only() -> None:
    for path in Path("examples").glob("*.toml"):
        assert load(path).denshi == 1


def test_a_bibliography_key_stands_once() -> None:
    keys = re.findall(r"^@\w+\{([^,]+),", Path("docs/references.bib").read_text(encoding="utf-8"), re.MULTILINE)
    assert len(keys) == len(set(keys))
