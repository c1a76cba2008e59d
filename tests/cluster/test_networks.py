"""Storage and management networks, adapters of hosts, and what a workload sees of the scale-out fabric."""

from dataclasses import replace
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from denshi.cluster.links import Wiring
from denshi.cluster.networks import Ports, RackPorts, adapters, out_of_band, paired
from denshi.cluster.reach import tiers
from denshi.errors import OutOfRangeError

WIRING = Wiring(
    topology="rail-fat-tree",
    units=512,
    accelerators=8,
    planes=1,
    radix=64,
    oversubscription=1.0,
    rails=8,
    beyond=7.0,
)


def test_adapters_are_counted_by_host() -> None:
    found = adapters(127, 8, Ports(storage=2, in_band=2, out_of_band=2))
    assert (found.scale_out, found.front_end, found.controllers) == (1016, 254, 254)


@given(ports=st.integers(1, 200_000), radix=st.sampled_from([16, 64, 128]), over=st.sampled_from([1.0, 4 / 3, 3.0]))
def test_a_paired_network_fits_its_switches_and_always_has_two(ports: int, radix: int, over: float) -> None:
    found = paired("storage", ports, radix, over)
    assert found.host_links == ports
    assert found.leaves >= 2
    assert found.leaves % 2 == 0
    assert found.switches * radix >= found.host_links + 2 * (found.switch_links + found.peer_links)


@given(ports=st.integers(1, 60_000), more=st.integers(1, 2_000))
def test_more_ports_never_need_fewer_switches(ports: int, more: int) -> None:
    assert paired("in-band", ports + more, 64).switches >= paired("in-band", ports, 64).switches


def test_a_pair_is_enough_until_its_ports_are_used() -> None:
    assert paired("storage", 124, 64).switches == 2
    above = paired("storage", 125, 64)
    assert (above.leaves, above.spines) == (4, 2)


def test_out_of_band_switches_stand_in_their_racks() -> None:
    racks = [RackPorts(racks=8, managed=50, switches_at_least=2), RackPorts(racks=3, managed=20)]
    found = out_of_band(racks, 48, 64)
    assert found.host_links == 460
    assert found.leaves == 8 * 2 + 3
    assert found.spines == 2
    assert found.switch_links == 2 * found.leaves
    assert out_of_band([], 48, 64).switches == 0
    assert out_of_band([RackPorts(racks=5, managed=0)], 48, 64).switches == 0
    assert out_of_band([], 48, 64, elsewhere=49).leaves == 2


def test_a_large_out_of_band_network_has_a_tree_above() -> None:
    found = out_of_band([RackPorts(racks=2_000, managed=40)], 48, 64)
    assert found.leaves == 2_000
    assert found.spines > 2
    assert found.core > 0


@pytest.mark.parametrize("bad", [-1, -100])
def test_negative_counts_are_refused(bad: int) -> None:
    with pytest.raises(OutOfRangeError, match="less than"):
        paired("storage", bad, 64)
    with pytest.raises(OutOfRangeError, match="less than"):
        adapters(bad, 8, Ports())
    with pytest.raises(OutOfRangeError, match="less than"):
        out_of_band([RackPorts(racks=bad, managed=4)], 48, 64)


def test_farther_tiers_are_slower_and_thinner() -> None:
    joined = replace(WIRING, units=125_000, oversubscription=2.0)
    found = tiers(joined, 5e10, 2e-7, 30.0)
    assert [tier.name for tier in found] == ["leaf", "spine", "core", "border"]
    assert found[-1].accelerators == 1_000_000
    assert [tier.bytes_per_s for tier in found] == [5e10, 2.5e10, 2.5e10, pytest.approx(2.5e10 / 7)]
    assert [tier.switches for tier in found] == [1, 3, 5, 11]
    assert found[0].one_way_s == pytest.approx(2e-7 + 2 * 30 * 1.468 / 299_792_458)


@given(
    topology=st.sampled_from(["rail-fat-tree", "fat-tree", "rail-only", "dragonfly", "torus"]),
    units=st.integers(1, 300_000),
    accelerators=st.sampled_from([1, 8, 72]),
    radix=st.sampled_from([16, 64, 144]),
    oversubscription=st.sampled_from([1.0, 3.0]),
)
def test_tiers_reach_everybody_in_growing_steps(
    topology: str, units: int, accelerators: int, radix: int, oversubscription: float
) -> None:
    one = replace(
        WIRING,
        topology=topology,
        units=units,
        accelerators=accelerators,
        radix=radix,
        oversubscription=oversubscription,
    )
    found = tiers(one, 5e10, 2e-7, 30.0)
    assert found[-1].accelerators == units * accelerators
    for near, far in pairwise(found):
        assert near.accelerators < far.accelerators
        assert near.bytes_per_s >= far.bytes_per_s > 0
        assert near.one_way_s <= far.one_way_s


def test_a_torus_gives_distant_pairs_what_its_cut_lets_through() -> None:
    near, far = tiers(replace(WIRING, topology="torus", units=1000, accelerators=12), 5e10, 2e-7, 10.0)
    assert near.accelerators == 84
    assert far.bytes_per_s == pytest.approx(4 * 400 * 5e10 / 12_000)


@pytest.mark.parametrize("bad", [(0.0, 1e-7, 1.0), (5e10, -1e-7, 1.0), (5e10, 1e-7, float("nan"))])
def test_impossible_inputs_are_refused(bad: tuple[float, float, float]) -> None:
    with pytest.raises(OutOfRangeError):
        tiers(WIRING, *bad)
