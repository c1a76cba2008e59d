"""Cables one by one against the record: totals, ways, reach, part-filled units, many accelerators."""

import csv
import io
from dataclasses import replace
from math import inf
from typing import Any

import numpy as np
import pytest

from cluster.cluster_rows import LINK, MEDIA, NODE, SWITCH, cluster_input
from denshi.cluster import Layout, layout, run
from denshi.cluster.media import offer, priced
from denshi.cluster.place import places
from denshi.cluster.plan import drops, elevations, leaf_place, on_sale, plan
from denshi.cluster.pull import COLUMNS, cables, write_pull_list
from denshi.errors import InfeasibleError

RACK = replace(NODE, accelerators=72.0, units_per_rack=1.0, power_kw=132.0, height_u=48.0, nic_bytes_per_s=1e11)
SPLIT: dict[str, Any] = {
    "link": replace(LINK, bytes_per_s=1e11),
    "switch": replace(SWITCH, port_bytes_per_s=1e11),
}
TOPOLOGIES = ("rail-fat-tree", "fat-tree", "rail-only", "dragonfly", "torus")


def _case(topology: str, units: int, **changes: Any) -> Any:
    return cluster_input(topology=topology, units_limit=float(units), it_power_limit_kw=inf, **changes)


@pytest.mark.parametrize("topology", TOPOLOGIES)
@pytest.mark.parametrize(
    ("units", "changes"),
    [(1, {}), (9, {}), (127, {}), (300, {"system": RACK}), (200, SPLIT), (9_000, {}), (40, {"switches_per_rack": 6.0})],
)
def test_the_list_adds_up_to_the_record(topology: str, units: int, changes: dict[str, Any]) -> None:
    case = _case(topology, units, **changes)
    found = run(case)
    usd = metres = kg = number = 0.0
    for block in cables(case, found.units):
        assert (block.length_m >= block.route_m - 1e-9).all()
        assert block.number[0] == number
        usd, metres = usd + block.price_usd.sum(), metres + block.length_m.sum()
        kg, number = kg + block.kg.sum(), number + len(block.number)
    assert number == sum(use.cables for use in found.media)
    assert usd == pytest.approx(sum(use.usd for use in found.media), abs=0.005)
    assert metres == pytest.approx(sum(use.metres for use in found.media), abs=1e-3)
    assert kg == pytest.approx(found.cable_kg, abs=1e-3)
    bought = sum(item.cost_usd for item in found.items if item.fact.startswith("catalog.link"))
    assert bought == pytest.approx(usd, abs=0.01)


@pytest.mark.parametrize("topology", TOPOLOGIES)
def test_no_cable_is_shorter_than_the_way_between_its_racks(topology: str) -> None:
    case = _case(topology, 700)
    racks = elevations(case)
    at = leaf_place(case, drops(case, racks), on_sale(case))[0]
    p = places(plan(case, 700, at))
    for block in cables(case, 700, block=5_000):
        ends = [p.xy(end.rack_kind, end.rack) for end in (block.a, block.b)]
        way = sum(abs(a - b) for a, b in zip(*ends, strict=True))
        assert (block.route_m >= way * (1 + case.cable_slack_fraction)).all()


def _seen(found: Layout) -> np.ndarray[Any, Any]:
    return np.stack([found.racks.hall, found.racks.row, found.racks.position])


@pytest.mark.parametrize("topology", TOPOLOGIES)
@pytest.mark.parametrize("units", [1, 3, 127, 700, 9_000])
def test_every_rack_stands_alone_and_every_device_in_one_rack(topology: str, units: int) -> None:
    case = _case(topology, units)
    found, result = layout(case, units), run(case)
    assert len(found.racks.kind) == result.racks
    assert np.unique(_seen(found), axis=1).shape[1] == result.racks, "two racks in one place"
    assert np.unique(np.stack([found.racks.x_m, found.racks.y_m]).round(3), axis=1).shape[1] == result.racks
    switches = {
        "compute": units, "leaf": result.leaf_switches, "spine": result.spine_switches,
        "core": result.core_switches, "border": result.border_switches,
    }  # fmt: skip
    for index, kind in enumerate(found.racks.kinds):
        mine = found.racks.kind == index
        first, count = found.racks.first[mine], found.racks.count[mine]
        if kind in switches:
            held = np.concatenate([np.arange(f, f + c) for f, c in zip(first, count, strict=True)] or [first])
            assert sorted(held) == list(range(switches[kind])), kind


def test_the_first_hall_in_the_record_is_that_of_the_layout() -> None:
    case = _case("rail-fat-tree", 9_000)
    found, result = layout(case, 9_000), run(case)
    here = found.racks.hall == 0
    assert sum(run_.count for row in result.hall_rows for run_ in row.runs) == here.sum()
    assert {round(row.y_m, 3) for row in result.hall_rows} == set(found.racks.y_m[here].round(3))


def test_a_small_hall_by_hand() -> None:
    # 8 nodes of 8, four to a rack: 64 end points, one leaf. Line: rack 1, leaf racks at the cheapest place, rack 2.
    case = _case("rail-fat-tree", 8)
    found = layout(case, 8)
    racks, down = found.racks, drops(case, elevations(case))
    compute, leaf = racks.x_m[racks.kind == 0], racks.x_m[racks.kind == 1]
    assert (len(compute), len(leaf), found.halls) == (2, 1, 1)
    # drop of the lowest node: 48U - 5U; of the lowest switch: 48U - 1U
    assert down.units_m[0] == pytest.approx(43 * 0.04445)
    assert down.switch_m == pytest.approx(47 * 0.04445)
    way = abs(compute[0] - leaf[0]) + 2 * 0.4 + (43 + 47) * 0.04445
    first = next(cables(case, 8))
    assert first.route_m[0] == pytest.approx(way * 1.05, abs=0.0101)


def test_a_longer_route_never_costs_less_and_never_reaches_less() -> None:
    found = offer(priced(LINK, MEDIA, 1))
    assert (np.diff(found.usd) >= 0).all()
    for medium, length in zip(found.medium, found.length_m, strict=True):
        assert found.media[medium].reach_m >= length
    assert found.media[found.medium[0]].id == "passive-copper"
    assert found.media[found.medium[-1]].id == "single-mode-fr"


def test_a_unit_filled_in_part_keeps_the_place_of_its_leaves() -> None:
    full, part = (layout(_case("rail-fat-tree", n), n).racks for n in (64, 61))
    assert (full.x_m[full.kind == 1] == part.x_m[part.kind == 1]).all()
    assert (full.kind == 1).sum() == (part.kind == 1).sum() == 2


def test_leaf_racks_stand_where_cables_cost_least() -> None:
    assert run(_case("rail-fat-tree", 128)).leaf_place_saving_usd > 0


def test_a_million_accelerators_have_a_layout() -> None:
    found = run(_case("rail-fat-tree", 13_889, system=RACK))
    assert found.accelerators == 1_000_008
    assert found.halls > 10
    assert sum(use.cables for use in found.media) == found.host_links + found.fabric_links


def test_what_does_not_fit_its_rack_is_refused() -> None:
    with pytest.raises(InfeasibleError, match="8 node of 10U each are 80U, the rack has 48U"):
        run(_case("rail-fat-tree", 8, system=replace(NODE, units_per_rack=8.0)))
    with pytest.raises(InfeasibleError, match="do not fit a rack"):
        run(_case("rail-fat-tree", 8, switches_per_rack=30.0))


def test_the_pull_list_has_a_line_for_each_cable() -> None:
    case, file = _case("rail-fat-tree", 9), io.StringIO()
    count = write_pull_list(cables(case, 9), file)
    rows = list(csv.DictReader(io.StringIO(file.getvalue())))
    assert tuple(rows[0]) == COLUMNS
    assert len(rows) == count == run(case).host_links + run(case).fabric_links
    ends = {(r["plane"], r[f"{e}_device"], r[f"{e}_port"]) for r in rows for e in "ab"}
    assert len(ends) == 2 * count, "a port is used twice"
