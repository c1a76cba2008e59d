"""The scores of the model of training time: definitions by hand, no row teaching its own score, calibration."""

import json
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from denshi.errors import UsageError
from denshi.validation.training import Asked, Spread, as_text, assumed_spread, document
from denshi.validation.training.baseline import constant_efficiency, six_nd, without_own_group
from denshi.validation.training.calibrate import calibrated, draw_points, log_factor, sensitivity
from denshi.validation.training.leave_out import left_out
from denshi.validation.training.regret import regret, scaling
from denshi.validation.training.score import score
from denshi.validation.training.stacks import drawn_calibrations
from invented_runs import PREDICTOR, case, predict

KEYS = {"n", "answered", "mape", "median_ape", "p90_ape", "bias", "interval80_coverage"}
SPREAD = Spread(common=0.1, constant=1.0, row=0.05, moe_row=0.05)
ALL = np.array([True] * 3)


def test_a_score_is_what_its_definition_says() -> None:
    cases = [case(1.0), case(2.0), case(4.0), case(None)]
    predicted = np.array([1.1, 1.4, np.nan, 3.0])
    found = score(cases, predicted, 0.9 * predicted, 1.1 * predicted)
    assert (found["n"], found["answered"]) == (4, 2)
    assert found["mape"] == pytest.approx(0.2)
    assert found["median_ape"] == pytest.approx(0.2)
    assert found["p90_ape"] == pytest.approx(0.1 + 0.9 * 0.2)
    assert found["max_ape"] == pytest.approx(0.3)
    assert found["bias"] == pytest.approx(-0.1)
    assert found["interval80_coverage"] == 0.5


def test_a_group_without_an_answer_has_counts_and_no_figures() -> None:
    found = score([case(1.0)], np.array([np.nan]))
    assert (found.pop("n"), found.pop("answered")) == (1, 0)
    assert set(found.values()) == {None}


def test_the_constant_baseline_is_the_median_rate_of_the_class() -> None:
    cases = [case(1.0), case(2.0), case(4.0), case(3.0, is_moe=True)]
    times = constant_efficiency(cases, np.array([True] * 3 + [False]))
    assert times[:3] == pytest.approx([2.0, 2.0, 2.0])
    assert times[3] == pytest.approx(2.0)  # no such row to learn from: the rate of the accelerator and format
    assert np.isnan(constant_efficiency([*cases, case(1.0, accelerator="other")], np.array([True] * 4 + [False]))[4])


def test_the_six_nd_baseline_has_one_utilisation_for_all() -> None:
    # An H100 multiplies 989.4e12 16-bit and twice as many 8-bit numbers: at one MFU the same work takes half the time.
    cases = [case(1.0), case(1.0), case(1.0), case(1.0, precision="fp8"), case(1.0, accelerator="unknown")]
    times = six_nd(cases, np.array([True, True, True, False, True]))
    assert times[:3] == pytest.approx(1.0)
    assert times[3] == pytest.approx(0.5, rel=1e-3)
    assert np.isnan(times[4])


def test_a_left_out_baseline_does_not_learn_from_its_group() -> None:
    cases = [case(1.0, model="a"), case(3.0, model="b"), case(3.0, model="b")]
    groups = [one.model for one in cases]
    assert without_own_group(constant_efficiency, cases, ALL, groups) == pytest.approx([3.0, 1.0, 1.0])


def test_rows_that_do_not_count_stand_apart() -> None:
    cases = [
        case(1.0),
        case(2.0, flag="stale"),
        case(4.0, plan="inferred"),
        case(5.0, kind="run"),
        case(1.0, reason="no shape"),
        case(8.0, flag="stale", kind="run"),
    ]
    found = document(cases, PREDICTOR, SPREAD, Asked(rows=True))
    assert set(found) >= KEYS
    assert (found["n"], found["answered"], found["mape"]) == (2, 1, 0.0)
    assert found["flagged"]["stale"]["n"] == 2
    assert found["inferred"]["mape"] == pytest.approx(0.75)
    assert found["runs"]["mape"] == pytest.approx(0.8)
    assert set(found["by"]) == {"source", "accelerator", "framework", "moe", "scale"}
    for block in (found["baseline_constant"], *found["by"]["scale"].values(), *found["flagged"].values()):
        assert set(block) >= KEYS
    assert [row["locator"] for row in found["rows"]] == [one.locator for one in cases]
    assert found["rows"][1]["ape"] == pytest.approx(0.5)
    assert (found["rows"][0]["low"], found["rows"][0]["high"]) == pytest.approx((0.9, 1.1))
    assert found["rows"][4]["reason"] == "no shape"
    assert found["rows"][4]["predicted"] is None
    json.dumps(found, allow_nan=False)


def test_groups_add_up_to_the_rows_that_count() -> None:
    cases = [case(1.0 + i, accelerators=float(8 * 4**i), is_moe=i > 2, family=f"f{i % 2}") for i in range(6)]
    found = document(cases, PREDICTOR, SPREAD, Asked())
    assert all(sum(block["n"] for block in groups.values()) == 6 for groups in found["by"].values())
    assert list(found["by"]["scale"]) == ["1-8", "9-64", "65-512", "513-4096", "above 4096"]
    assert found["multi"]["n"] == found["multi_dense"]["n"] + found["multi_moe"]["n"] == 5


def test_left_out_rows_do_not_teach_their_own_prediction() -> None:
    cases = [case(1.0, model="a"), case(3.0, model="b"), case(3.0, model="b"), case(9.0, model="a", flag="stale")]
    found = document(cases, PREDICTOR, SPREAD, Asked(leave_out=("model",), rows=True, processes=1))
    said = {block["group"]: block for block in found["leave_out"]["model"]["groups"]}
    assert said["a"]["bias"] == pytest.approx(2.0)
    assert said["b"]["bias"] == pytest.approx(1.0 / 3.0 - 1.0)
    assert set(found["leave_out"]["model"]) >= {*KEYS, "multi", "multi_dense", "multi_moe", "by"}
    assert [row["predicted_without_model"] for row in found["rows"]] == pytest.approx([3.0, 1.0, 1.0, 3.0])
    assert "calibrated" not in found["leave_out"]["model"]


def test_a_refit_starts_from_the_priors_and_not_from_what_was_fitted_to_its_rows() -> None:
    started = []

    def keep(cases: object, start: dict[str, float]) -> dict[str, float]:
        started.append(start)
        return start

    prior = {"dense": 1.0, "moe": 1.0}
    left_out([case()], ["a"], ["a"], replace(PREDICTOR, fit=keep, start=prior), processes=1)  # type: ignore[arg-type]
    assert started == [prior]


def test_two_processes_find_what_one_finds() -> None:
    cases = [case(1.0 + i / 7, model=f"m{i % 3}", is_moe=i % 3 == 2) for i in range(9)]
    groups = [one.model for one in cases]
    one, two = (left_out(cases, groups, groups, PREDICTOR, processes=width) for width in (1, 2))
    assert one.predicted_s == pytest.approx(two.predicted_s, rel=0, abs=0)
    assert one.constants == two.constants


def test_sensitivity_is_the_slope_of_logarithms() -> None:
    wide = replace(PREDICTOR, widths={"dense": 0.5, "moe": 0.2, "idle": 1.0})
    found = sensitivity([case(), case(is_moe=True)], {"dense": 2.0, "moe": 3.0, "idle": 0.0, "other": 1.0}, wide)
    assert found == pytest.approx(np.array([[-0.5, 0.0], [0.0, -0.2]]))


@given(
    ratios=st.lists(st.floats(-1.0, 1.0), min_size=1, max_size=4),
    prior=st.floats(0.01, 1.0),
    row=st.floats(0.01, 0.5),
)
def test_a_common_factor_lies_between_none_and_the_largest_asked(ratios: list[float], prior: float, row: float) -> None:
    column = np.full((len(ratios), 1), prior)
    found = float(log_factor(column, np.array(ratios), np.array([[prior]]), np.full(len(ratios), row))[0])
    assert min(0.0, *ratios) - 1e-9 <= found <= max(0.0, *ratios) + 1e-9


def test_one_odd_point_among_three_does_not_carry_the_factor() -> None:
    column = np.full((3, 1), 0.5)
    with_odd = float(log_factor(column, np.array([0.1, 0.1, 1.0]), column[:1], np.full(3, 0.05))[0])
    assert 0.05 < with_odd < 0.2 < np.mean([0.1, 0.1, 1.0])


def test_two_steps_mend_a_slower_stack_dense_and_moe_apart() -> None:
    cases = [case(1.5 * size, flop=size * 1e15) for size in (1, 2, 3)]
    cases += [case(0.8 * size, flop=size * 1e15, is_moe=True) for size in (1, 2, 3)]
    before = predict(cases, PREDICTOR.constants)
    after = calibrated(cases, before, sensitivity(cases, PREDICTOR.constants, PREDICTOR), [0, 3], SPREAD)
    assert score(cases, before)["median_ape"] == pytest.approx(0.29, abs=0.05)
    assert score(cases, after)["max_ape"] < 0.03


def test_points_are_drawn_without_a_look_at_what_was_measured() -> None:
    cases = [case(1.0, model=f"m{i % 2}", is_moe=i % 2 == 1, accelerators=8.0 * (1 + i // 4)) for i in range(12)]
    other = [replace(one, measured_s=5.0) for one in cases]
    drawn = [draw_points(cases, draw) for draw in range(20)]
    assert drawn == [draw_points(other, draw) for draw in range(20)]
    assert len(set(drawn)) > 10
    assert all(cases[a].is_moe != cases[b].is_moe for a, b in drawn)
    assert all(cases[i].accelerators > 8 for pair in drawn for i in pair)
    assert all(len({*draw_points(cases[:2], draw)}) == 2 for draw in range(20))


def test_drawn_calibration_helps_a_stack_with_one_factor_and_leaves_small_stacks_aside() -> None:
    cases = [case(1.6 * size, flop=size * 1e15) for size in range(1, 9)] + [case(9.0, family="small")] * 4
    constants = {"stack": PREDICTOR.constants, "small": PREDICTOR.constants}
    found = drawn_calibrations(cases, predict(cases, PREDICTOR.constants), constants, PREDICTOR, SPREAD)
    assert (found["draws"], found["points"], found["n"]) == (20, 2, 8)
    assert list(found["by"]) == ["stack"]
    assert found["before"] == pytest.approx(0.375)
    assert found["median"] < 0.02
    assert found["worst"] >= found["median"]
    assert found["multi_moe"] == {"n": 0, "before": None, "median": None, "worst": None}


def test_the_two_drawn_rows_are_not_scored() -> None:
    # Seven rows are predicted right and one is far off. With the spread of the stack at zero calibration does nothing,
    # so that the worst median of three-row stacks would show a scored point.
    cases = [case(1.0), case(1.0), case(1.0), case(2.0), case(2.0)]
    nothing = Spread(common=1e-9, constant=0.0, row=1.0, moe_row=1.0)
    constants = {"stack": PREDICTOR.constants}
    found = drawn_calibrations(cases, predict(cases, PREDICTOR.constants), constants, PREDICTOR, nothing)
    expected = []
    for draw in range(20):
        left = [i for i in range(5) if i not in draw_points(cases, draw)]
        expected.append(float(np.median([0.5 if i > 2 else 0.0 for i in left])))
    assert found["worst"] == pytest.approx(max(expected), abs=1e-6)
    assert found["median"] == pytest.approx(np.median(expected), abs=1e-6)
    assert max(expected) == 0.5 > found["before"]


def test_own_rows_correct_their_framework_and_no_other() -> None:
    cases = [case(1.5, locator="x"), case(1.0, family="other", framework="other-2")]
    own = [case(3.0, flop=2e15, locator="mine", framework="stack-9.9")]
    found = document(cases, PREDICTOR, SPREAD, Asked(own=tuple(own), rows=True))
    assert found["calibrated"]["before"]["mape"] == pytest.approx(1 / 3)
    assert found["calibrated"]["after"]["mape"] < 0.02
    assert found["calibrated"]["after"]["n"] == 1
    assert found["mape"] == pytest.approx(1 / 6)  # the headline is that of the shipped constants
    assert [row["calibrated"] for row in found["rows"]] == pytest.approx([1.5, 1.0], rel=0.02)


def test_own_rows_without_a_framework_correct_all_but_themselves() -> None:
    mine = case(1.5, locator="mine", family="unstated", framework="")
    cases = [mine, case(1.5), case(1.5, family="other")]
    found = document(cases, PREDICTOR, SPREAD, Asked(own=(mine,)))
    assert found["calibrated"]["after"]["n"] == 2
    assert found["calibrated"]["after"]["mape"] < 0.02


@pytest.mark.parametrize(
    ("own", "says"),
    [
        (case(1.0, reason="the number of layers is not stated"), "the number of layers is not stated"),
        (case(None), "no row has a measured time"),
        (case(1.0, family="elsewhere", locator="mine"), "calibrates elsewhere, of which the cases hold no other row"),
    ],
)
def test_a_calibration_that_cannot_be_used_says_why(own: object, says: str) -> None:
    with pytest.raises(UsageError, match=says):
        document([case(1.0)], PREDICTOR, SPREAD, Asked(own=(own,)))  # type: ignore[arg-type]


def test_regret_is_the_time_lost_by_the_choice() -> None:
    cases = [case(2.0), case(1.6), case(2.4), case(1.0, model="b"), case(2.0, model="b"), case(0.1, flop=2e15)]
    found = regret(cases, np.array([1.0, 2.0, 3.0, 1.0, 2.0, 9.0]))
    assert (found["groups"], found["rows"]) == (1, 3)
    assert found["mean"] == found["max"] == pytest.approx(2.0 / 1.6 - 1.0)
    assert found["by_source"]["paper"]["max"] == found["max"]
    assert regret(cases[:2], np.ones(2))["mean"] is None


def test_scaling_compares_tokens_per_second_and_accelerator() -> None:
    entry = {"family": "mlperf-training", "model": "llama3.1-405b", "tokens": 1024.0, "precision": "fp8"}
    cases = [
        case(4.0, accelerators=512.0, **entry),
        case(2.0, accelerators=512.0, **entry),
        case(1.0, accelerators=8192.0, **{**entry, "tokens": 4096.0}),
    ]
    (found,) = scaling(cases, np.array([9.0, 2.0, 0.5]))
    assert (found["from"], found["to"]) == (512, 8192)
    assert found["measured"] == pytest.approx((4096 / 8192 / 1.0) / (1024 / 512 / 2.0) - 1.0)
    assert found["predicted"] == pytest.approx((4096 / 8192 / 0.5) / (1024 / 512 / 2.0) - 1.0)
    assert scaling(cases[:2], np.ones(2)) == []


def test_the_table_fits_a_terminal_and_shows_the_figures() -> None:
    cases = [case(1.0 + i / 50, model=f"m{i % 3}", source="s" * 90, is_moe=i % 2 == 1) for i in range(12)]
    cases += [case(None, reason="r" * 200, locator="l" * 300), case(9.0, kind="run"), case(2.0, flag="stale")]
    asked = Asked(leave_out=("model", "framework"), rows=True, own=(case(1.3, locator="mine"),), processes=1)
    said = as_text(document(cases, PREDICTOR, SPREAD, asked))
    assert max(len(line) for line in said.splitlines()) <= 100
    assert "flag: stale" in said
    assert "after calibration on 2 steps of the left-out framework" in said
    assert "steps, after" in said


def test_the_catalogue_says_how_far_stacks_differ() -> None:
    spread = assumed_spread()
    assert 0 < spread.common < spread.row < spread.moe_row < 1
