import csv
import re
from collections import defaultdict
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from denshi.cluster import dragonfly, dragonfly_hosts, fat_tree, fat_tree_hosts, leaf_ports, rail_only, scale_out, torus
from denshi.errors import OutOfRangeError

TOPOLOGIES = ("rail-fat-tree", "fat-tree", "rail-only", "dragonfly", "torus")
# (quantity prefix, ports of a switch, planes, links that one published cable carries)
PUBLISHED = (("superpod_b200", 64, 1, 1), ("superpod_b300_spx", 128, 2, 2))
COUNTED = (
    "leaf_switches",
    "spine_switches",
    "core_switches",
    "node_leaf_cables",
    "leaf_spine_cables",
    "spine_core_cables",
)


@pytest.mark.parametrize(("prefix", "radix", "planes", "per_cable"), PUBLISHED)
def test_published_superpods_are_reproduced_exactly(
    shared: Path, prefix: str, radix: int, planes: int, per_cable: int
) -> None:
    rows: dict[int, dict[str, int]] = defaultdict(dict)
    with (shared / "validation" / "facility.csv").open(encoding="utf-8") as file:
        for line in csv.DictReader(file):
            head, _, quantity = line["quantity"].partition(".")
            nodes = re.search(r"(\d+) nodes,", line["context"])
            if head == prefix and quantity in COUNTED and nodes:
                rows[int(nodes[1])][quantity] = int(line["value"])
    assert len(rows) >= 5
    for nodes, published in rows.items():
        found = scale_out("rail-fat-tree", nodes, 8, planes, radix, 1.0, 8, 7.0)
        ours = {
            "leaf_switches": found.leaves,
            "spine_switches": found.spines,
            "core_switches": found.core,
            "node_leaf_cables": found.host_links / per_cable,
            "leaf_spine_cables": found.leaf_spine_links / per_cable,
            "spine_core_cables": found.spine_core_links / per_cable,
        }
        assert {key: ours[key] for key in published} == published, f"{prefix}, {nodes} nodes"


def test_a_unit_filled_in_part_has_all_its_leaves() -> None:
    assert fat_tree(127 * 8, 64, rails=8).leaves == 32
    assert fat_tree(129 * 8, 64, rails=8).leaves == 40
    assert fat_tree(129 * 8, 64).leaves == 33


def test_textbook_fat_tree_at_its_full_size() -> None:
    for radix in (4, 8, 16, 32, 64):
        full = fat_tree(radix**3 // 4, radix)
        assert (full.leaves, full.spines, full.core) == (radix**2 // 2, radix**2 // 2, radix**2 // 4)
        assert full.switches == 5 * radix**2 // 4
        assert full.bisection_links == radix**3 // 8


def test_balanced_dragonfly_uses_no_more_ports_than_it_has() -> None:
    for radix in (7, 15, 31, 63, 127):
        full = dragonfly(dragonfly_hosts(radix), radix)
        used = dragonfly_hosts(radix) + 2 * full.fabric_links
        assert used == full.leaves * radix


def test_rail_only_has_no_link_between_rails_and_saves_switches() -> None:
    whole, rails = fat_tree(512, 64, rails=8), rail_only(512, 64, rails=8)
    saved = 1 - rails.switches / whole.switches
    assert rails.fabric_links == 0
    assert 0.37 <= saved <= 0.77, "the published saving in network cost and power (arXiv 2307.12169)"


def test_torus_counts_three_bundles_a_unit() -> None:
    assert torus(64, 6).leaf_spine_links == 3 * 64
    assert torus(64, 6).bisection_links == pytest.approx(2 * 16)
    assert torus(1, 6).fabric_links == 0


@pytest.mark.parametrize("topology", TOPOLOGIES)
@pytest.mark.parametrize("units", [1, 2, 9, 1250, 138_889, 1_250_000])
def test_any_size_up_to_ten_million_works(topology: str, units: int) -> None:
    found = scale_out(topology, units, 8, 1, 64, 1.0, 8, 7.0)
    assert found.host_links == (0 if topology == "torus" else units * 8)
    assert found.switches * 64 >= found.host_links + 2 * found.fabric_links or topology == "torus"


@given(
    topology=st.sampled_from(TOPOLOGIES),
    units=st.integers(1, 200_000),
    more=st.integers(1, 5_000),
    accelerators=st.sampled_from([1, 4, 8, 72]),
    oversubscription=st.sampled_from([1.0, 2.0, 3.0, 7.0]),
    radix=st.sampled_from([32, 64, 128, 144]),
)
def test_more_units_never_need_fewer_switches_or_links(
    topology: str, units: int, more: int, accelerators: int, oversubscription: float, radix: int
) -> None:
    small, large = (
        scale_out(topology, n, accelerators, 1, radix, oversubscription, 8, 7.0) for n in (units, units + more)
    )
    assert large.switches >= small.switches
    assert large.fabric_links >= small.fabric_links


@given(endpoints=st.integers(65, 65_536), oversubscription=st.floats(1.0, 16.0), rails=st.sampled_from([1, 4, 8]))
def test_no_switch_has_more_links_than_ports(endpoints: int, oversubscription: float, rails: int) -> None:
    tree = fat_tree(min(endpoints, fat_tree_hosts(64, oversubscription, rails)), 64, oversubscription, rails)
    assert tree.leaves * 64 >= tree.host_links + tree.leaf_spine_links
    assert tree.spines * 64 >= tree.leaf_spine_links + tree.spine_core_links
    assert tree.core * 64 >= tree.spine_core_links
    down, up = leaf_ports(64, oversubscription)
    assert down + up <= 64
    assert down / up >= oversubscription * (1 - 1e-9) or down == up


def test_counts_grow_tier_by_tier() -> None:
    sizes = [fat_tree(e, 64).switches for e in range(1, 6000, 61)]
    assert all(b >= a for a, b in pairwise(sizes))


def test_out_of_range_is_refused() -> None:
    with pytest.raises(OutOfRangeError, match="65536 end points at most"):
        fat_tree(65_537, 64)
    with pytest.raises(OutOfRangeError, match="oversubscription"):
        leaf_ports(64, 0.5)
    with pytest.raises(OutOfRangeError, match="no topology"):
        scale_out("ring", 8, 8, 1, 64, 1.0, 8, 7.0)
