from dataclasses import replace
from math import inf

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cluster.cluster_rows import LINK, NODE, SWITCH, cluster_input
from denshi.catalog import Accelerator, Equipment, Link, Switch, System, find
from denshi.cluster import again, run
from denshi.errors import InfeasibleError, OutOfRangeError


@settings(max_examples=40, deadline=None)
@given(
    limit_kw=st.floats(60.0, 60_000.0), topology=st.sampled_from(["rail-fat-tree", "rail-only", "dragonfly", "torus"])
)
def test_no_more_units_than_fit_and_one_more_does_not(limit_kw: float, topology: str) -> None:
    case = cluster_input(it_power_limit_kw=limit_kw, topology=topology)
    found = run(case)
    assert found.it_power_kw <= limit_kw * (1 + 1e-9)
    larger = run(replace(case, it_power_limit_kw=inf, units_limit=float(found.units + 1)))
    assert larger.it_power_kw > limit_kw


def test_units_are_the_same_as_by_counting_up() -> None:
    case = cluster_input(it_power_limit_kw=1_234.5)
    counted = max(
        n for n in range(1, 90) if run(replace(case, it_power_limit_kw=inf, units_limit=n)).it_power_kw <= 1_234.5
    )
    assert run(case).units == counted


def test_parts_add_up() -> None:
    found = run(cluster_input(it_power_limit_kw=50_000.0))
    parts = found.compute_power_kw + found.network_power_kw + found.storage_power_kw + found.management_power_kw
    assert found.it_power_kw == pytest.approx(parts, rel=1e-12)
    assert found.racks == found.compute_racks + found.storage_racks + found.network_racks + found.management_racks
    assert found.network_usd == pytest.approx(sum(i.cost_usd for i in found.items if i.goods == "network"))
    assert found.liquid_fraction * found.it_power_kw == pytest.approx(0.4 * found.compute_power_kw)
    assert {item.goods for item in found.items} == {"accelerator-system", "network"}
    assert all(item.low_usd <= item.unit_price_usd <= item.high_usd for item in found.items)


def test_a_b200_superpod_of_four_scalable_units() -> None:
    found = run(cluster_input(units_limit=128.0, it_power_limit_kw=inf))
    assert (found.leaf_switches, found.spine_switches, found.core_switches) == (32, 16, 0)
    assert (found.host_links, found.fabric_links) == (1024, 1024)
    optical = [use for use in found.media if use.optics]
    assert found.optics == 2 * sum(use.cables for use in optical), "two for each optical link"
    assert found.copper_cables == 2048 - sum(use.cables for use in optical) == 576
    assert found.scaleout_bytes_per_s == 5e10
    assert found.bisection_bytes_per_s == pytest.approx(1024 / 2 * 5e10)


def test_a_scalable_unit_of_eight_liquid_racks_needs_what_its_maker_says() -> None:
    # NVIDIA DGX GB200 SuperPOD reference architecture: 8 racks of 72, 1.2 MW with the support racks.
    rack = replace(NODE, accelerators=72.0, units_per_rack=1.0, power_kw=132.0)
    found = run(cluster_input(system=rack, units_limit=8.0, it_power_limit_kw=inf))
    assert found.it_power_kw == pytest.approx(1_200.0, rel=0.05)


def test_faster_accelerators_get_planes_and_slower_ones_split_ports() -> None:
    fast = run(cluster_input(system=replace(NODE, nic_bytes_per_s=1e11)))
    assert (fast.planes, fast.port_split, fast.scaleout_bytes_per_s) == (2, 1, 1e11)
    assert fast.host_links == 2 * fast.accelerators
    slow = run(cluster_input(link=replace(LINK, bytes_per_s=1e11), switch=replace(SWITCH, port_bytes_per_s=1e11)))
    assert (slow.planes, slow.port_split, slow.radix, slow.scaleout_bytes_per_s) == (1, 2, 128, 5e10)


def test_a_campus_is_pods_joined_with_less_bandwidth() -> None:
    found = run(cluster_input(units_limit=100_000.0, it_power_limit_kw=inf))
    assert found.pods == 14
    assert found.border_switches > 0
    assert found.inter_pod_bytes_per_s == pytest.approx(found.scaleout_bytes_per_s / 7)
    assert found.bisection_bytes_per_s == pytest.approx(found.accelerators / 2 * found.inter_pod_bytes_per_s, rel=1e-3)


def test_a_limit_below_one_unit_is_refused_in_words_of_the_site() -> None:
    with pytest.raises(InfeasibleError, match=r"needs .* kW of IT power, the limit leaves 14\.0 kW"):
        run(cluster_input(it_power_limit_kw=14.0))
    with pytest.raises(InfeasibleError, match="4 accelerators are fewer than the 8"):
        run(cluster_input(it_power_limit_kw=inf, units_limit=0.5))
    with pytest.raises(OutOfRangeError, match="nothing limits"):
        run(cluster_input(it_power_limit_kw=inf))


@pytest.mark.parametrize(
    ("system", "link"),
    [("gb300-nvl72", "ethernet-800g"), ("dgx-b200", "infiniband-ndr"), ("vr200-nvl72", "ethernet-800g")],
)
def test_packaged_systems_and_links_make_a_cluster(system: str, link: str) -> None:
    chosen, joined = find(System, system), find(Link, link)
    case = cluster_input(
        system=chosen,
        accelerator=find(Accelerator, chosen.accelerator),
        link=joined,
        switch=find(Switch, joined.switch),
        equipment={"storage-rack": find(Equipment, "storage-rack")},
        it_power_limit_kw=100_000.0,
    )
    found = run(case)
    assert found.it_power_kw <= 100_000.0
    assert 0.03 < found.network_power_fraction < 0.2
    assert all(item.source and item.grade for item in found.items)


def test_again_is_the_same() -> None:
    case = cluster_input()
    assert again(case, run(case)) == run(case)
