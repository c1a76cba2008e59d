"""``denshi export`` as a user meets it: files, messages, exit status, and totals that are those of the design."""

import csv
import json
from pathlib import Path

import openpyxl
import pytest
import yaml

import denshi
from denshi.cli import main
from denshi.design import Design
from denshi.export import extras
from export.netbox_rules import faults, read
from export.racksdb_rules import expanded
from export.racksdb_rules import faults as racksdb_faults

SCENARIO = """denshi = 1
[project]
name = "{name}"
start = 2026-01-01
[site]
id = "meta-hyperion"
[compute]
system = "{system}"
accelerators = {accelerators}
[[workload]]
kind = "serving"
precision = "bf16"
model = "llama3.1-8b"
input_tokens = 1024
output_tokens = 256
ttft = "2 s"
tpot = "60 ms"
[network]
link = "{link}"
topology = "{topology}"
[facility]
cooling = "{cooling}"
redundancy = "{redundancy}"
distribution = "{distribution}"
supply_temperature = "{supply}"
[energy]
options = ["grid"]
[variant.fewer]
"compute.accelerators" = 72
"""
DEFAULTS = {
    "name": "small",
    "system": "gb200-nvl72",
    "accelerators": 288,
    "link": "infiniband-ndr",
    "topology": "rail-fat-tree",
    "cooling": "liquid-dry-trim",
    "redundancy": "N+1",
    "distribution": "ac-415v",
    "supply": "35 C",
}
CASES = {
    "rack scale": {},
    "nodes, air": {"system": "dgx-h100", "accelerators": 520, "cooling": "air-chiller", "supply": "20 C"},
    "two paths, direct current": {"redundancy": "2N", "distribution": "dc-800v", "link": "ethernet-800g"},
    "direct current in the row": {"distribution": "dc-400v", "link": "ethernet-400g", "topology": "fat-tree"},
    "dragonfly": {"system": "hgx-h100", "accelerators": 1024, "topology": "dragonfly", "supply": "20 C"},
    "torus": {
        "system": "tpu-v5p-tray",
        "accelerators": 256,
        "topology": "torus",
        "link": "ethernet-400g",
        "supply": "30 C",
    },
    "rail only": {"system": "hgx-h100", "accelerators": 600, "topology": "rail-only", "supply": "20 C"},
    "immersion": {"cooling": "immersion-1p", "system": "hgx-h100", "accelerators": 256},
    "tower": {"cooling": "tower-economizer", "system": "mi300x-8", "accelerators": 256, "supply": "20 C"},
}


def _scenario(folder: Path, **changes: object) -> Path:
    path = folder / "small.toml"
    path.write_text(SCENARIO.format(**{**DEFAULTS, **changes}), encoding="utf-8")
    return path


def _cells(path: Path, sheet: str) -> list[list[object]]:
    book = openpyxl.load_workbook(path, data_only=True, read_only=True)
    return [[cell.value for cell in row] for row in book[sheet].iter_rows()]


def _agrees(out: Path, design: Design) -> None:
    """Hold every count and sum that stands in the files to the records of the rooms."""
    cluster, facility = design.cluster, design.facility
    switches = {role: getattr(cluster, f"{role}_switches") for role in ("leaf", "spine", "core", "border")}
    links = cluster.host_links + cluster.fabric_links
    usd = sum(item.cost_usd for item in (*cluster.items, *facility.items))

    found = read(out / "netbox")
    assert faults(found) == []
    roles = [row["role"].lower() for row in found["09_devices.csv"]]
    assert len(found["06_racks.csv"]) == cluster.racks
    assert {role: roles.count(role) for role in switches} == switches
    assert len(found["11_cables.csv"]) == links
    assert roles.count("cdu") + roles.count("immersion tank") == facility.liquid_units
    sources = [row["type"] for row in found["14_cooling_sources.csv"]]
    assert sources.count("chiller") == facility.chillers
    assert sources.count("dry-cooler") + sources.count("cooling-tower") == facility.heat_rejectors
    assert sources.count("crah") == facility.air_handlers

    page = yaml.load((out / "racksdb.yml").read_text(encoding="utf-8"), Loader=yaml.CSafeLoader)
    assert racksdb_faults(page) == []
    racks = [rack for room in page["datacenters"][0]["rooms"] for row in room["rows"] for rack in row["racks"]]
    assert len(racks) == cluster.racks
    gpus = {one["id"]: len(one["gpu"]) for one in page["types"]["nodes"]}
    parts = page["infrastructures"][0]["layout"]
    nodes = [(name, one) for part in parts for one in part.get("nodes", ()) for name in expanded(one["name"])]
    assert sum(gpus[one["type"]] for _, one in nodes) == cluster.accelerators
    network = [one["type"] for part in parts for one in part.get("network", ()) for _ in expanded(one["name"])]
    for role, count in switches.items():
        assert sum(kind.startswith(f"{role}-") for kind in network) == count

    lines = _cells(out / "design.xlsx", "Bill of materials")
    assert sum(line[2] * line[4] for line in lines[1:-1]) == pytest.approx(usd, rel=1e-12)
    assert lines[-1][5] == usd
    assert [(line[0], line[8], line[9], line[10]) for line in lines[1:-1]] == [
        (item.name, item.origin, item.lead_time_weeks, item.grade) for item in (*cluster.items, *facility.items)
    ]
    assert len(_cells(out / "design.xlsx", "Racks")) == cluster.racks + 1
    assert len(_cells(out / "design.xlsx", "Pull list")) == links + 1
    cables = _cells(out / "design.xlsx", "Cables")
    assert cables[-1][3] == links
    uses = {(use.name, use.tier): use for use in cluster.media}
    assert {(row[0], row[2]): row[3] for row in cables[1:-1]} == {key: use.cables for key, use in uses.items()}
    for row in cables[1:-1]:
        use = uses[row[0], row[2]]
        assert row[4:7] == pytest.approx([use.metres, use.usd, use.kg], rel=1e-9)
    summary = {row[0]: row[1] for row in _cells(out / "design.xlsx", "Summary") if row[0]}
    assert summary["Accelerators"] == cluster.accelerators
    assert summary["Switches"] == sum(switches.values())
    assert summary["Bill of materials"] == usd


@pytest.mark.parametrize("case", CASES)
def test_totals_of_every_file_are_those_of_the_design(tmp_path, case):
    scenario = _scenario(tmp_path, **CASES[case])
    assert main(["export", str(scenario), "-o", str(tmp_path / "out")]) == 0
    _agrees(tmp_path / "out", denshi.design(scenario))


@pytest.mark.parametrize("name", ["=1+1 'a' / ../b", "電子", "@SUM(A1)", "a, b; c"])
def test_any_name_of_a_project_works(tmp_path, name):
    folder = tmp_path / "データ 'x'=1"
    folder.mkdir()
    scenario = _scenario(folder, name=name)
    assert main(["export", str(scenario), "-o", str(folder / "=out")]) == 0
    assert faults(read(folder / "=out" / "netbox")) == []
    assert sorted(path.name for path in (folder / "=out").iterdir()) == [
        *("design.xlsx", "netbox", "pypsa", "racksdb.yml")
    ]


def test_a_variant_and_settings_are_laid_over_the_file(tmp_path, monkeypatch, capsys):
    scenario = _scenario(tmp_path)
    monkeypatch.chdir(tmp_path)
    asked = ["export", str(scenario), "--variant", "fewer", "--set", "network.link=ethernet-400g", "--format", "netbox"]
    assert main([*asked, "--json"]) == 0
    said = json.loads(capsys.readouterr().out)
    assert said["schema_version"] == 1
    cluster = denshi.design(scenario, "fewer", ["network.link=ethernet-400g"]).cluster
    assert cluster.accelerators == 72
    assert said["files"]["netbox"]["11_cables.csv"] == cluster.host_links + cluster.fabric_links
    with (tmp_path / "small-fewer.export" / "netbox" / "10_interfaces.csv").open() as file:
        assert {row["type"] for row in csv.DictReader(file)} == {"400gbase-x-osfp"}


def test_what_is_written_is_said(tmp_path, capsys):
    assert main(["export", str(_scenario(tmp_path)), "-o", str(tmp_path / "o"), "--netbox-release", "4.4"]) == 0
    said = capsys.readouterr().out
    assert "11 racks" in said
    assert " cables" in said
    assert "cooling" not in said


@pytest.mark.parametrize(
    ("more", "told"),
    [
        (["--format", "excel"], "netbox, racksdb, xlsx, pypsa or all"),
        (["--netbox-release", "3.7"], "no release of NetBox 4"),
    ],
)
def test_a_wrong_option_is_one_message_before_any_work(tmp_path, capsys, more, told):
    assert main(["export", str(tmp_path / "none.toml"), *more]) == 2
    assert told in capsys.readouterr().err


def test_a_missing_package_is_named_with_the_command_and_the_rest_is_written(tmp_path, monkeypatch, capsys):
    monkeypatch.setitem(extras._NEEDED, "xlsx", "no_such_package")
    scenario = _scenario(tmp_path)
    assert main(["export", str(scenario), "-o", str(tmp_path / "o")]) == 2
    assert "pip install 'denshi[export]'" in capsys.readouterr().err
    assert sorted(path.name for path in (tmp_path / "o").iterdir()) == ["netbox", "pypsa", "racksdb.yml"]
    assert main(["export", str(scenario), "-o", str(tmp_path / "p"), "--format", "xlsx"]) == 2
    assert not (tmp_path / "p").exists()


def test_a_folder_that_cannot_be_written_is_one_message(tmp_path, capsys):
    (tmp_path / "file").write_text("")
    assert main(["export", str(_scenario(tmp_path)), "-o", str(tmp_path / "file"), "--format", "netbox"]) == 1
    assert "cannot be written" in capsys.readouterr().err


def test_two_exports_of_one_design_have_the_same_bytes(tmp_path):
    scenario = _scenario(tmp_path)
    for name in "ab":
        assert main(["export", str(scenario), "-o", str(tmp_path / name)]) == 0
    for path in (tmp_path / "a").rglob("*"):
        if path.is_file():
            assert path.read_bytes() == (tmp_path / "b" / path.relative_to(tmp_path / "a")).read_bytes(), path
