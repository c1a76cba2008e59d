import pytest
from hypothesis import given
from hypothesis import strategies as st

from denshi.errors import OutOfRangeError
from denshi.facility import loss_kw, output_of_kw, plant, run
from denshi.facility.power import feed, feed_losses_kw, in_rack
from facility.facility_rows import equipment, facility_input

share = st.floats(0.0, 0.05)


@given(output=st.floats(1.0, 1000.0), fixed=share, linear=share, square=share)
def test_what_enters_is_what_leaves_and_the_loss(output: float, fixed: float, linear: float, square: float) -> None:
    entering = output + float(loss_kw(output, 1000.0, fixed, linear, square))
    assert output_of_kw(entering, 1000.0, fixed, linear, square) == pytest.approx(output, rel=1e-9)


def test_the_prototype_chain_loses_five_to_six_per_cent_at_eighty_per_cent_load() -> None:
    losses = [(0.0, 0.0, 0.010), (0.012, 0.015, 0.010), (0.002, 0.0, 0.008)]
    power = 800.0
    for terms in losses:
        power += float(loss_kw(power, 1000.0, *terms))
    assert power / 800.0 - 1 == pytest.approx(0.056, abs=0.003)


def test_open_rack_power_shelf_has_its_published_efficiency() -> None:
    row = equipment()["rectifier-orv3"]
    for load, efficiency in ((0.4, 0.975), (1.0, 0.965)):
        lost = float(loss_kw(33.0 * load, 33.0, row.loss_fixed, row.loss_linear, row.loss_square))
        assert 33.0 * load / (33.0 * load + lost) == pytest.approx(efficiency, abs=5e-4)


@given(
    load=st.floats(0.1, 1.0),
    distribution=st.sampled_from(["ac-415v", "dc-400v", "dc-800v"]),
    redundancy=st.sampled_from(["N", "N+1", "2N"]),
)
def test_no_load_losses_grow_with_every_unit_that_stands_by(load: float, distribution: str, redundancy: str) -> None:
    stages, least = (feed(equipment(), distribution, 50_000.0, 0.8, r, 8.0) for r in (redundancy, "N"))
    for one, bare in zip(stages, least, strict=True):
        # A chain of sources above takes a little more or less, so compare what the stage itself has at no load.
        assert one.plant.units >= bare.plant.units
        assert float(one.loss_kw(0.0)) >= float(bare.loss_kw(0.0)) * (1 - 1e-9)
    total = sum(feed_losses_kw(stages, load * 50_000.0).values())
    assert total > 0


@given(load=st.floats(0.1, 1.0))
def test_two_full_paths_of_double_conversion_lose_more_than_one(load: float) -> None:
    one, two = (
        sum(feed_losses_kw(feed(equipment(), "ac-415v", 50_000.0, 0.8, r, 8.0), load * 5e4).values())
        for r in ("N", "2N")
    )
    assert two >= one


def test_each_side_of_two_paths_carries_half() -> None:
    one, two = (feed(equipment(), "ac-415v", 50_000.0, 0.8, r, 8.0)[0].plant for r in ("N", "2N"))
    assert two.units == 2 * one.units
    assert two.unit_kw == one.unit_kw


@given(required=st.floats(1.0, 1e6), capacity=st.floats(10.0, 5e3), redundancy=st.sampled_from(["N", "N+1", "2N"]))
def test_units_carry_what_is_required(required: float, capacity: float, redundancy: str) -> None:
    found = plant(required, capacity, redundancy, 8.0)
    assert found.rated_kw >= required * (1 - 1e-6)
    assert found.unit_kw <= capacity
    if redundancy != "N":
        assert (found.units - 1) * found.unit_kw >= required * (1 - 1e-6), "one may fail"


def test_in_the_rack_power_is_conserved() -> None:
    for distribution in ("ac-415v", "dc-400v", "dc-800v"):
        rack = in_rack(equipment(), distribution, 40_000.0, 50_000.0, 0.5, 0.7, 0.03)
        out = rack.silicon_kw + rack.regulator_loss_kw + rack.fan_kw + rack.shelf_loss_kw
        assert rack.it_kw == pytest.approx(out, rel=1e-12)


def test_direct_current_moves_the_rectifier_over_the_boundary() -> None:
    alternating, direct = (run(facility_input(584, distribution=d)) for d in ("ac-415v", "dc-800v"))
    assert direct.it_mean_kw < alternating.it_mean_kw
    assert direct.tue_mean < alternating.tue_mean
    assert "rectifier-800v" in direct.loss_by_stage_kwh
    assert "rectifier-orv3" in alternating.loss_by_stage_kwh
    assert direct.silicon_mean_kw == pytest.approx(alternating.silicon_mean_kw, rel=1e-12)


def test_frontier_rectifier_and_converter_are_a_linear_chain() -> None:
    # RAPS: 0.96 and 17 W, 0.98 and 13 W for each node; the linear form has no square term.
    node_w, rated_w = 2500.0, 3000.0
    converter = node_w / 0.98 + 13.0 / 0.98
    rectifier = converter / 0.96 + 17.0 / 0.96
    ours = node_w
    for efficiency, constant in ((0.98, 13.0), (0.96, 17.0)):
        ours += float(loss_kw(ours, rated_w, constant / efficiency / rated_w, 1 / efficiency - 1, 0.0))
    assert ours == pytest.approx(rectifier, rel=1e-3)


def test_impossible_stages_are_refused() -> None:
    with pytest.raises(OutOfRangeError, match="no-load loss"):
        output_of_kw(1.0, 1000.0, 0.01, 0.0, 0.0)
    with pytest.raises(OutOfRangeError, match="rated"):
        loss_kw(1.0, 0.0, 0.01, 0.0, 0.0)
    with pytest.raises(OutOfRangeError, match="no redundancy"):
        plant(100.0, 10.0, "N+7", 8.0)
