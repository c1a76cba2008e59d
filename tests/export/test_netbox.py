"""NetBox sets: what the import forms ask, and what the inventory holds."""

from pathlib import Path

import pytest
import yaml

from denshi.errors import UsageError
from denshi.export import netbox, netbox_types
from denshi.export.netbox_choices import release
from export.netbox_rules import FORMS, NOT_IN_4_2, faults, read
from export.sample import SAMPLE, named

NOW, OLD = (4, 7), (4, 2)


def _write(folder: Path, inventory=SAMPLE, of=NOW):
    counts = netbox.write(inventory, folder, of, lambda _: None)
    return read(folder), counts


def test_a_set_is_one_that_netbox_takes(tmp_path):
    found, counts = _write(tmp_path / "set")
    assert faults(found) == []
    assert set(found) == set(FORMS) == set(counts)
    assert {name: len(rows) for name, rows in found.items()} == counts


def test_columns_of_every_file_are_those_of_the_import_forms():
    for name, (columns, _) in netbox.tables(NOW).items():
        assert set(columns) <= set(FORMS[name][0].split()), name
        assert set(FORMS[name][1].split()) <= set(columns), name


def test_an_older_release_gets_no_column_and_no_file_that_it_does_not_know(tmp_path):
    found, _ = _write(tmp_path / "set", of=OLD)
    assert faults(found) == []
    assert not [name for name in found if "cooling" in name]
    for name, rows in found.items():
        assert not rows[0].keys() & NOT_IN_4_2.get(name, set()), name
    assert {row["u_height"] for row in found["06_racks.csv"]} == {"48"}


def test_counts_are_those_of_the_inventory(tmp_path):
    found, _ = _write(tmp_path / "set")
    assert len(found["06_racks.csv"]) == len(SAMPLE.racks) == 5
    assert len(found["09_devices.csv"]) == 7
    assert len(found["10_interfaces.csv"]) == 4 * 2 + 2 * 8
    assert len(found["11_cables.csv"]) == SAMPLE.totals.cables == 8
    assert len(found["13_power_feeds.csv"]) == 10
    assert {row["type"] for row in found["11_cables.csv"]} == {"dac-passive", "smf-os2"}
    assert {row["type"] for row in found["10_interfaces.csv"]} == {"infiniband-ndr"}
    assert sum(float(row["length"]) for row in found["11_cables.csv"]) == sum(c.length_m for c in SAMPLE.cables())


@pytest.mark.parametrize("name", ['a "quoted" / name', "../../etc", "=1+1", "電子", "@x, y", "-", "\n=2"])
def test_names_that_could_do_harm_stay_text_in_one_cell(tmp_path, name):
    found, _ = _write(tmp_path / "set", named(name, name))
    assert faults(found) == []
    cells = {cell for rows in found.values() for row in rows for cell in row.values()}
    assert not [cell for cell in cells if cell.startswith(tuple("=+-@"))]
    assert {path.parent for path in (tmp_path / "set").rglob("*")} == {tmp_path / "set"}


def test_device_types_are_those_of_the_library_and_agree_with_the_csv(tmp_path):
    found, _ = _write(tmp_path / "set")
    assert netbox_types.write_types(SAMPLE, tmp_path / "types", NOW) == 3
    pages = [yaml.safe_load(path.read_text()) for path in sorted((tmp_path / "types").glob("*.yaml"))]
    known = {"manufacturer", "model", "slug", "u_height", "is_full_depth", "weight", "weight_unit"}
    for page in pages:
        assert known - {"weight", "weight_unit"} <= page.keys() <= known | {"interfaces", "cooling_method"}
    rows = {row["slug"]: row for row in found["08_device_types.csv"]}
    assert {page["slug"]: page["model"] for page in pages} == {slug: row["model"] for slug, row in rows.items()}
    ports = {
        (row["name"], port["name"], port["type"])
        for row in found["09_devices.csv"]
        for page in pages
        if page["model"] == row["device_type"]
        for port in page.get("interfaces", ())
    }
    assert ports == {(r["device"], r["name"], r["type"]) for r in found["10_interfaces.csv"]}


def test_the_same_inventory_gives_the_same_bytes(tmp_path):
    for name in "ab":
        _write(tmp_path / name)
    for path in (tmp_path / "a").iterdir():
        assert path.read_bytes() == (tmp_path / "b" / path.name).read_bytes()


def test_the_guide_names_every_file_in_order(tmp_path):
    found, _ = _write(tmp_path / "set")
    text = (tmp_path / "set" / "README.txt").read_text()
    places = [text.index(f"  {name}") for name in found]
    assert places == sorted(places)


@pytest.mark.parametrize("text", ["5.0", "4", "4.x", ""])
def test_a_release_that_is_none_of_netbox_4_is_refused(text):
    with pytest.raises(UsageError):
        release(text)
