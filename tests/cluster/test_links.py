"""Every link by its ends: as many as are counted, no port twice, spread evenly, everything joined."""

from collections import Counter, defaultdict

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.sparse import coo_matrix
from scipy.sparse.csgraph import connected_components, maximum_flow

from denshi.cluster.fabric import Counts, scale_out
from denshi.cluster.links import Links, Wiring, links
from denshi.errors import OutOfRangeError


def wiring(units: int, **other: object) -> Wiring:
    usual: dict[str, object] = {
        "topology": "rail-fat-tree",
        "units": units,
        "accelerators": 8,
        "planes": 1,
        "radix": 64,
        "oversubscription": 1.0,
        "rails": 8,
        "beyond": 7.0,
    }
    return Wiring(**{**usual, **other})  # type: ignore[arg-type]


def counted(one: Wiring) -> Counts:
    return scale_out(
        one.topology,
        one.units,
        one.accelerators,
        one.planes,
        one.radix,
        one.oversubscription,
        one.rails,
        one.beyond,
    )


def expected(one: Wiring, counts: Counts) -> dict[str, int]:
    small = one.units * one.accelerators <= one.radix
    upper = ("group", "global") if one.topology == "dragonfly" and not small else ("leaf-spine", "spine-core")
    tiers = {
        "host-leaf": counts.host_links,
        upper[0]: counts.leaf_spine_links,
        upper[1]: counts.spine_core_links,
        "leaf-border": counts.border_links,
        "border-border": counts.within_border_links,
    }
    if one.topology == "torus":
        tiers = {"torus": counts.leaf_spine_links}
    return {tier: number for tier, number in tiers.items() if number}


def ends(one: Links) -> list[tuple[tuple[str, int], int]]:
    near = zip([(one.a_kind, int(d)) for d in one.a], one.a_port.tolist(), strict=True)
    return [*near, *zip([(one.b_kind, int(d)) for d in one.b], one.b_port.tolist(), strict=True)]


@settings(max_examples=120, deadline=None)
@given(
    topology=st.sampled_from(["rail-fat-tree", "fat-tree", "rail-only", "dragonfly", "torus"]),
    units=st.integers(1, 300),
    accelerators=st.sampled_from([1, 4, 8, 72]),
    planes=st.sampled_from([1, 2]),
    radix=st.sampled_from([4, 5, 7, 8, 16, 64]),
    oversubscription=st.sampled_from([1.0, 2.0, 3.0]),
    rails=st.sampled_from([1, 3, 4, 8]),
    beyond=st.sampled_from([1.0, 7.0]),
)
def test_links_are_those_that_are_counted_and_no_port_has_two(**drawn: object) -> None:
    one = Wiring(**drawn)  # type: ignore[arg-type]
    try:
        counts = counted(one)
    except OutOfRangeError:
        return
    tiers: Counter[str] = Counter()
    used: set[object] = set()
    switches: dict[str, set[object]] = defaultdict(set)
    for block in links(one, block=997):
        assert len(block.a) <= 997
        tiers[block.tier] += len(block.a)
        for (kind, device), port in ends(block):
            assert one.topology == "torus" or (block.plane, kind, device, port) not in used
            used.add((block.plane, kind, device, port))
            switches[kind].add((block.plane, device))
            assert kind == "unit" or 0 <= port < one.radix
    assert dict(tiers) == expected(one, counts)
    for kind, most in (
        ("leaf", counts.leaves),
        ("spine", counts.spines),
        ("core", counts.core),
        ("border", counts.border),
    ):
        assert len(switches[kind]) <= most


@pytest.mark.parametrize("units", [64, 127, 512, 700])
def test_a_leaf_spreads_its_links_and_a_core_switch_reaches_every_pod(units: int) -> None:
    one = wiring(units)
    pairs: Counter[tuple[int, int]] = Counter()
    pods: dict[int, Counter[int]] = defaultdict(Counter)
    for block in links(one):
        if block.tier == "leaf-spine":
            pairs.update(zip(block.a.tolist(), block.b.tolist(), strict=True))
        if block.tier == "spine-core":
            for spine, core in zip(block.a.tolist(), block.b.tolist(), strict=True):
                pods[core][spine // 32] += 1
    by_leaf: dict[int, set[int]] = defaultdict(set)
    for (leaf, _), number in pairs.items():
        by_leaf[leaf].add(number)
    assert all(max(numbers) - min(numbers) <= 1 for numbers in by_leaf.values())
    if units == 512:  # four whole pods: 16 links of each core switch to each
        assert all(set(reached.values()) == {16} and len(reached) == 4 for reached in pods.values())
    # A pod filled in part has fewer spines, so that some core switches pass it by.
    assert all(units // 128 <= len(reached) <= -(-units // 128) for reached in pods.values())


def test_a_border_of_two_tiers_joins_more_fabrics_than_a_switch_has_ports() -> None:
    one = wiring(16, topology="fat-tree", radix=4, beyond=2.0)
    counts = counted(one)
    assert counts.pods > one.radix
    assert counts.within_border_links == counts.border_links
    graph, _ = graph_of(one)
    assert connected_components(graph, directed=False)[0] == 1


@pytest.mark.parametrize("topology", ["rail-fat-tree", "fat-tree", "dragonfly", "torus"])
@pytest.mark.parametrize("units", [2, 30, 200])
def test_everything_is_joined(topology: str, units: int) -> None:
    graph, nodes = graph_of(wiring(units, topology=topology, radix=16))
    assert connected_components(graph, directed=False)[0] == 1
    assert sum(kind == "unit" for kind, _ in nodes) == units


def test_the_cut_into_halves_is_as_wide_as_is_counted() -> None:
    one = wiring(16, radix=8, topology="fat-tree", accelerators=8)
    graph, nodes = graph_of(one)
    size = len(nodes)
    half = [(kind, device) for kind, device in nodes if kind == "unit" and device < 8]
    other = [(kind, device) for kind, device in nodes if kind == "unit" and device >= 8]
    many = 10**6
    rows = [size] * len(half) + [nodes[node] for node in other]
    columns = [nodes[node] for node in half] + [size + 1] * len(other)
    both = coo_matrix(graph + graph.T)
    flow = coo_matrix(
        (
            np.concatenate([both.data, np.full(len(rows), many)]).astype(np.int32),
            (np.concatenate([both.row, rows]), np.concatenate([both.col, columns])),
        ),
        shape=(size + 2, size + 2),
    ).tocsr()
    assert maximum_flow(flow, size, size + 1).flow_value == counted(one).bisection_links


def graph_of(one: Wiring) -> tuple[coo_matrix, dict[tuple[str, int], int]]:
    nodes: dict[tuple[str, int], int] = {}
    rows, columns = [], []
    for block in links(one):
        for near, far in zip(
            [(block.a_kind, int(d)) for d in block.a], [(block.b_kind, int(d)) for d in block.b], strict=True
        ):
            rows.append(nodes.setdefault(near, len(nodes)))
            columns.append(nodes.setdefault(far, len(nodes)))
    shape = (len(nodes), len(nodes))
    return coo_matrix((np.ones(len(rows), dtype=np.int32), (rows, columns)), shape=shape).tocsr(), nodes
