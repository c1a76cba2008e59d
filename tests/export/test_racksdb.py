"""RacksDB: the rules of its schema, and the counts of the inventory."""

from dataclasses import replace

import pytest
import yaml

from denshi.export import racksdb
from denshi.export.inventory import Device
from export.racksdb_rules import expanded, faults
from export.sample import SAMPLE, named


def _write(tmp_path, inventory=SAMPLE):
    counts = racksdb.write(inventory, tmp_path / "db.yml", lambda _: None)
    return yaml.safe_load((tmp_path / "db.yml").read_text(encoding="utf-8")), counts


def _names(page, section):
    parts = (part for infra in page["infrastructures"] for part in infra["layout"])
    return [name for part in parts for one in part.get(section, ()) for name in expanded(one["name"])]


def test_the_database_follows_the_schema_and_holds_the_counts(tmp_path):
    page, counts = _write(tmp_path)
    assert faults(page) == []
    assert counts == {"racks": 5, "nodes": 4, "storage": 0, "network": 2, "misc": 0}
    assert sorted(_names(page, "nodes")) == ["node-1", "node-2", "node-3", "node-4"]
    assert _names(page, "network") == ["leaf-1", "leaf-2"]
    rooms = page["datacenters"][0]["rooms"]
    assert [len(row["racks"]) for room in rooms for row in room["rows"]] == [3, 2]


def test_neighbours_fold_into_one_name_and_unfold_to_the_same(tmp_path):
    units = [(f"leaf-{n:02d}", unit) for n, unit in ((8, 1), (9, 2), (10, 3), (12, 4), (13, 6))]
    inventory = replace(SAMPLE, devices=lambda: iter([Device(name, "leaf", 0, 2, unit) for name, unit in units]))
    page, counts = _write(tmp_path, inventory)
    listed = page["infrastructures"][0]["layout"][0]["network"]
    assert [one["name"] for one in listed] == ["leaf-[08-10]", "leaf-12", "leaf-13"]
    assert _names(page, "network") == [name for name, _ in units]
    assert counts["network"] == 5


def test_a_number_that_runs_over_its_digits_is_no_run(tmp_path):
    inventory = replace(
        SAMPLE, devices=lambda: iter([Device("leaf-9", "leaf", 0, 2, 1), Device("leaf-10", "leaf", 0, 2, 2)])
    )
    page, _ = _write(tmp_path, inventory)
    assert _names(page, "network") == ["leaf-9", "leaf-10"]


@pytest.mark.parametrize("name", ["a: [b]", "=1", "電子", "- x", "yes", "\x00\n"])
def test_names_stay_text(tmp_path, name):
    page, _ = _write(tmp_path, named(name, name))
    assert faults(page) == []


def test_what_is_not_known_of_a_node_is_stated_as_none(tmp_path):
    page, _ = _write(tmp_path)
    node = page["types"]["nodes"][0]
    assert (node["cpu"]["sockets"], node["cpu"]["cores"], node["ram"]["dimm"]) == (0, 0, 0)
    assert [gpu["model"] for gpu in node["gpu"]] == ["A1", "A1"]


def test_the_same_inventory_gives_the_same_bytes(tmp_path):
    _write(tmp_path)
    first = (tmp_path / "db.yml").read_bytes()
    _write(tmp_path)
    assert (tmp_path / "db.yml").read_bytes() == first
