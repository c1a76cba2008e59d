"""The interval and the calibration of predictions of serving, on errors whose truth is known."""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from denshi.errors import UsageError
from denshi.validation.serving.calibrate import (
    DRAWS,
    Spread,
    assumed_spread,
    draw_points,
    drawn_calibrations,
    log_factor,
    stack_of,
)
from denshi.validation.serving.cases import Case, Workers
from denshi.validation.serving.document import Asked, document
from denshi.validation.serving.interval import UNSEEN, bands, interval, is_limited, kind_of, nested, teaching
from denshi.validation.serving.score import Values, nothing, score
from invented_points import ONES, PREDICTOR, point, predict, result

SPREAD = Spread(common=0.3, smooth=0.0, row=0.03, reach=1.0)
MODELS = ("llama3.1-8b", "llama3.1-70b", "qwen3-32b", "llama3.1-405b")
MIXTURES = ("mixtral-8x7b", "gpt-oss-120b", "deepseek-v3", "glm-5")


def rows_of(model: str, ratios: Sequence[float], **changes: object) -> list[Case]:
    """Points of a model that the invented predictions of one second miss by the given factors."""
    return [point(float(ratio), model=model, **changes) for ratio in ratios]


def one_second(cases: Sequence[Case]) -> dict[str, Values]:
    return {**nothing(len(cases)), "tpot_s": np.ones(len(cases))}


def free(cases: Sequence[Case]) -> np.ndarray:
    return np.zeros(len(cases), dtype=np.bool_)


def test_a_band_is_the_quantile_of_the_scores_whatever_their_sign() -> None:
    cases = rows_of("llama3.1-8b", [np.exp(sign * i / 100) for i in range(1, 51) for sign in (1, -1)])
    found = bands(cases, one_second(cases), one_second(cases), free(cases))
    assert found["tpot-dense-free"] == pytest.approx(np.exp(0.4), rel=0.03)
    assert set(found) == {
        f"tpot-{kind}-{load}{tail}"
        for kind in ("dense", "grouped", "latent")
        for load in ("free", "limited")
        for tail in ("", UNSEEN)
    }


def test_models_count_alike_however_many_rows_they_have() -> None:
    few = rows_of("llama3.1-8b", [1.5] * 40)
    for many in (40, 400):
        cases = few + rows_of("llama3.1-70b", [1.01] * many)
        assert bands(cases, one_second(cases), one_second(cases), free(cases))["tpot-dense-free"] == pytest.approx(1.5)
    # a model with three rows is a tenth of one with thirty or more
    cases = rows_of("llama3.1-8b", [1.5] * 3) + rows_of("llama3.1-70b", [1.01] * 40)
    assert bands(cases, one_second(cases), one_second(cases), free(cases))["tpot-dense-free"] == pytest.approx(1.01)


def test_kinds_of_models_have_their_own_bands_and_borrow_little() -> None:
    cases = [row for model in MODELS for row in rows_of(model, [1.1] * 40)]
    cases += [row for model in MIXTURES for row in rows_of(model, [1.4] * 40, is_moe=True)]
    found = bands(cases, one_second(cases), one_second(cases), free(cases))
    assert found["tpot-dense-free"] == pytest.approx(1.1)
    assert found["tpot-grouped-free"] == found["tpot-latent-free"] == pytest.approx(1.4)
    assert [kind_of(point(model=model)) for model in MIXTURES] == ["grouped", "grouped", "latent", "latent"]


def test_limits_and_unseen_stacks_are_never_surer() -> None:
    cases = rows_of("llama3.1-8b", [1.3] * 40) + rows_of("llama3.1-8b", [1.1] * 10)
    waiting = np.array([False] * 40 + [True] * 10)
    unseen = {**nothing(50), "tpot_s": np.full(50, 0.5)}
    found = bands(cases, one_second(cases), unseen, waiting)
    assert found["tpot-dense-limited"] >= found["tpot-dense-free"] == pytest.approx(1.3)
    assert found["tpot-dense-free" + UNSEEN] == pytest.approx(2.6)
    assert bands(cases, one_second(cases), one_second(cases), waiting)["tpot-dense-free" + UNSEEN] == pytest.approx(1.3)


def test_flagged_rows_teach_no_band() -> None:
    cases = rows_of("llama3.1-8b", [1.2] * 40) + rows_of("llama3.1-8b", [9.0] * 400, flag="broken")
    assert bands(cases, one_second(cases), one_second(cases), free(cases))["tpot-dense-free"] == pytest.approx(1.2)
    assert teaching(cases) == {"serving": ["h100-sxm-80gb"], "mlperf": []}
    assert teaching([result(accelerator="mi300x"), result(reason="no model")])["mlperf"] == ["mi300x"]


def test_the_nested_interval_covers_four_in_five_of_models_it_has_not_seen() -> None:
    coverages = []
    for seed in range(30):
        generator = np.random.default_rng(seed)
        cases = [
            row
            for model in (*MODELS, *MIXTURES)
            for row in rows_of(model, np.exp(generator.normal(0.0, 0.1) + generator.normal(0.0, 0.15, 60)))
        ]
        factor = nested(cases, one_second(cases), free(cases))["tpot_s"]
        coverages.append(score(cases, np.ones(len(cases)), "tpot_s", factor)["interval80_coverage"])
    assert 0.75 < float(np.mean(coverages)) < 0.85


def test_no_model_has_a_say_in_its_own_nested_interval() -> None:
    cases = rows_of("llama3.1-8b", [1.1] * 40) + rows_of("llama3.1-70b", [1.3] * 40)
    found = nested(cases, one_second(cases), free(cases))["tpot_s"]
    assert found[0] == pytest.approx(1.3)
    assert found[-1] == pytest.approx(1.1)
    alone = nested(cases[:40], one_second(cases[:40]), free(cases[:40]))["tpot_s"]
    assert np.isnan(alone).all()


def test_the_catalogue_widens_the_interval_of_unseen_stacks() -> None:
    cases = [point(), point(accelerator="no-such-chip"), point(engine=""), point(mode="elsewhere")]
    found = interval(cases, free(cases))
    assert 1.0 < found["tpot_s"][0] <= found["tpot_s"][1] == found["tpot_s"][2]
    assert found["ttft_s"][0] > found["tpot_s"][0]
    assert np.isnan(found["tpot_s"][3])
    assert interval(cases[:1], free(cases[:1]), seen=False)["tpot_s"][0] == found["tpot_s"][1]


def test_requests_wait_where_memory_or_the_scenario_says_so() -> None:
    roomy, full = point(concurrency=2.0), point(concurrency=5000.0)
    assert list(is_limited([roomy, full, replace(full, slots=9000.0), replace(roomy, slots=1.0)])) == [
        False,
        True,
        True,
        True,
    ]
    assert list(is_limited([result(), result(mode="Server"), point(reason="no split")])) == [False, True, False]


def stack(ratios: Sequence[float], **changes: object) -> list[Case]:
    """Points of one stack at growing concurrency, off the invented model by the given factors."""
    return [point(ratio * 1e-3 * (8 + i), concurrency=8.0 + i, **changes) for i, ratio in enumerate(ratios)]


def test_three_points_mend_a_constant_bias() -> None:
    cases = stack([1.4] * 12)
    found = drawn_calibrations(cases, predict(cases, ONES)["tpot_s"], "tpot_s", SPREAD)
    assert (found["draws"], found["points"], found["stacks"], found["n"]) == (20, 3, 1, 12)
    assert found["before"] == pytest.approx(1 - 1 / 1.4)
    assert found["worst"] < 0.01


def test_the_drawn_points_are_not_scored_and_small_stacks_are_left_aside() -> None:
    # Nothing may differ between stacks, so calibration does nothing: the medians are those of the rows not drawn.
    nothing_differs = Spread(common=1e-9, smooth=0.0, row=1.0, reach=1.0)
    cases = stack([1.0, 1.0, 1.0, 2.0, 2.0]) + stack([9.0] * 4, engine="sglang")
    found = drawn_calibrations(cases, predict(cases, ONES)["tpot_s"], "tpot_s", nothing_differs)
    expected = []
    for draw in range(DRAWS):
        left = [i for i in range(5) if i not in draw_points(stack_of(cases[0]), 5, draw)]
        expected.append(float(np.median([0.5 if i > 2 else 0.0 for i in left])))
    assert found["n"] == 5
    assert found["worst"] == pytest.approx(max(expected), abs=1e-6)
    assert found["median"] == pytest.approx(np.median(expected), abs=1e-6)
    assert max(expected) == 0.5 > found["before"]


def test_points_are_drawn_by_number_and_stack_alone() -> None:
    name = stack_of(point())
    drawn = [draw_points(name, 12, draw) for draw in range(DRAWS)]
    assert drawn == [draw_points(name, 12, draw) for draw in range(DRAWS)]
    assert len(set(drawn)) > 15
    assert all(len(set(one)) == 3 for one in drawn)
    assert drawn != [draw_points(stack_of(point(engine="sglang")), 12, draw) for draw in range(DRAWS)]


def test_a_stack_is_told_by_its_split_and_not_by_its_batch() -> None:
    one, two = Workers(1.0, 1.0, 1.0, 8.0, 8.0, 32.0), Workers(1.0, 1.0, 1.0, 8.0, 8.0, 64.0)
    apart = {"mode": "disagg", "prompt": one}
    assert stack_of(point(decode=one, **apart)) == stack_of(point(decode=two, **apart))
    assert stack_of(point()) != stack_of(point(decode=replace(one, groups=1.0)))
    assert stack_of(point()) != stack_of(point(release="2.0"))


@given(
    ratios=st.lists(st.floats(-1.0, 1.0), min_size=1, max_size=4),
    common=st.floats(0.01, 1.0),
    row=st.floats(0.01, 0.5),
)
def test_a_common_factor_lies_between_none_and_the_largest_asked(
    ratios: list[float], common: float, row: float
) -> None:
    cases = [point()] * (len(ratios) + 1)
    spread = Spread(common=common, smooth=0.0, row=row, reach=1.0)
    found = float(log_factor(cases, range(len(ratios)), np.array(ratios), spread)[-1])
    assert min(0.0, *ratios) - 1e-9 <= found <= max(0.0, *ratios) + 1e-9


def test_one_odd_point_among_three_does_not_carry_the_factor() -> None:
    spread = Spread(common=0.5, smooth=0.0, row=0.05, reach=1.0)
    with_odd = float(log_factor([point()] * 4, range(3), np.array([0.1, 0.1, 1.0]), spread)[-1])
    assert 0.05 < with_odd < 0.2 < np.mean([0.1, 0.1, 1.0])


def test_what_changes_smoothly_is_followed_near_and_forgotten_far_away() -> None:
    spread = Spread(common=0.1, smooth=0.3, row=0.01, reach=1.0)
    cases = [point(concurrency=float(n)) for n in (10, 12, 1000)]
    found = log_factor(cases, [0], np.array([0.4]), spread)
    assert found[0] == pytest.approx(0.4, abs=0.01)
    assert found[1] > 0.35 > 0.1 > found[2] > 0.0


def test_own_points_correct_their_stack_and_no_other() -> None:
    cases = [*stack([1.5, 1.5, 1.5]), *stack([1.0], engine="sglang")]
    own = (replace(stack([1.5])[0], concurrency=20.0, measured={"tpot_s": 0.03}, locator="mine"),)
    found = document(cases, PREDICTOR, Asked(own=own, rows=True))
    assert found["calibrated"]["points"] == 1
    assert (found["calibrated"]["before"]["tpot"]["n"], found["calibrated"]["after"]["tpot"]["n"]) == (3, 3)
    assert found["calibrated"]["before"]["tpot"]["mape"] == pytest.approx(1 / 3)
    assert found["calibrated"]["after"]["tpot"]["mape"] < 0.1
    assert found["tpot"]["mape"] == pytest.approx(0.25)  # the headline is that of the shipped constants
    assert found["rows"][3]["tpot_s"]["calibrated"] == found["rows"][3]["tpot_s"]["predicted"]


def test_own_points_are_not_scored_themselves() -> None:
    cases = stack([1.5, 1.5, 1.5])
    found = document(cases, PREDICTOR, Asked(own=(cases[0],)))
    assert found["calibrated"]["after"]["tpot"]["n"] == 2


@pytest.mark.parametrize(
    ("own", "says"),
    [
        (point(1.0, reason="the concurrency is not stated"), "the concurrency is not stated"),
        (point(None), "no row has a measured time"),
        (point(1.0, engine="trtllm", locator="mine"), "no other row of the stack"),
    ],
)
def test_a_calibration_that_cannot_be_used_says_why(own: Case, says: str) -> None:
    with pytest.raises(UsageError, match=says):
        document([point(0.01)], PREDICTOR, Asked(own=(own,)))


def test_the_catalogue_says_how_far_stacks_differ() -> None:
    tpot, ttft = assumed_spread("tpot_s"), assumed_spread("ttft_s")
    assert 0 < tpot.row < tpot.smooth <= tpot.common < ttft.common < 1
    assert tpot.reach == ttft.reach > 1
