"""Percentiles, tornados and shares of variance against closed forms; copulas have the correlation that was asked."""

import numpy as np
import pytest

from denshi.errors import OutOfRangeError
from denshi.finance.risk import (
    Marginal,
    correlated,
    nearest_correlation,
    percentiles,
    points,
    shapley,
    sobol,
    tornado,
)

Z90 = 1.2815515655446004
NORMAL = [Marginal(name, -Z90, 0.0, Z90) for name in "abc"]
JOINED = np.array([[1.0, 0.6, 0.0], [0.6, 1.0, 0.2], [0.0, 0.2, 1.0]])


@pytest.mark.parametrize("three", [(1.0, 2.0, 3.0), (1.0, 2.0, 9.0), (-5.0, 2.0, 3.0), (0.999999, 1.0, 1.000001)])
def test_a_marginal_has_its_percentiles(three):
    one = Marginal("x", *three)
    assert one.at(np.array([-Z90, 0.0, Z90])) == pytest.approx(three, rel=1e-9)
    assert np.quantile(one.at(points(4096, 1, 3)[:, 0]), (0.1, 0.5, 0.9)) == pytest.approx(three, rel=0.01)


def test_percentiles_that_do_not_rise_are_refused():
    with pytest.raises(OutOfRangeError, match="do not rise"):
        Marginal("x", 1.0, 1.0, 2.0)


def test_scores_have_the_correlation_that_was_asked():
    found = np.corrcoef(correlated(points(8192, 3, 1), JOINED, NORMAL).T)
    assert found == pytest.approx(JOINED, abs=0.01)


def test_a_table_that_cannot_be_is_mended_and_its_change_said():
    wanted = np.array([[1.0, 0.9, -0.9], [0.9, 1.0, 0.9], [-0.9, 0.9, 1.0]])
    found, change = nearest_correlation(wanted)
    assert np.linalg.eigvalsh(found)[0] > 0.0
    assert np.diag(found) == pytest.approx(1.0)
    assert 0.1 < change < 0.5
    assert nearest_correlation(JOINED)[1] == pytest.approx(0.0, abs=1e-12)
    with pytest.raises(OutOfRangeError):
        nearest_correlation(np.array([[1.0, 2.0], [2.0, 1.0]]))


def test_percentiles_of_a_normal_lie_within_their_errors():
    runs = [correlated(points(1024, 3, seed), np.eye(3), NORMAL).sum(axis=1) for seed in range(16)]
    found = percentiles(runs)
    for value, error, exact in (
        (found.p10, found.error_p10, -Z90 * np.sqrt(3.0)),
        (found.p50, found.error_p50, 0.0),
        (found.p90, found.error_p90, Z90 * np.sqrt(3.0)),
    ):
        assert abs(value - exact) < 4.0 * error + 1e-3
        assert error < 0.02
    assert found.share == 1.0


def test_what_has_no_value_is_left_out_and_counted():
    run = np.array([1.0, np.nan, 3.0, np.nan])
    assert percentiles([run, run]).share == 0.5
    assert percentiles([run, run]).p50 == 2.0
    assert np.isnan(percentiles([np.full(3, np.nan)] * 2).p50)


def test_a_tornado_moves_one_input_at_a_time():
    found = tornado(lambda x: 2.0 * x[:, 0] - x[:, 1] + x[:, 0] * x[:, 1], NORMAL)
    assert found["a"] == pytest.approx((-2.0 * Z90, 2.0 * Z90))
    assert found["b"] == pytest.approx((Z90, -Z90))
    assert found["c"] == (0.0, 0.0)


def uniform(x):
    """Turn scores into uniform inputs from -pi to pi."""
    from scipy.special import ndtr

    return np.pi * (2.0 * ndtr(x) - 1.0)


def test_sobol_shares_of_the_ishigami_function():
    def model(x):
        u = uniform(x)
        return np.sin(u[:, 0]) + 7.0 * np.sin(u[:, 1]) ** 2 + 0.1 * u[:, 2] ** 4 * np.sin(u[:, 0])

    found = sobol(model, NORMAL, 2048, seed=5)
    exact = {"a": (0.3139, 0.5576), "b": (0.4424, 0.4424), "c": (0.0, 0.2437)}
    for name, (first, total) in exact.items():
        s, s_error, t, t_error = found[name]
        assert s == pytest.approx(first, abs=4.0 * s_error + 0.005)
        assert t == pytest.approx(total, abs=4.0 * t_error + 0.005)


def test_shapley_shares_of_two_correlated_normals():
    """Y = a + 2 b: phi_a = (1 - r^2) / 2 + ((1 + 2 r)^2) / 2 over 5 + 4 r (song2016)."""
    r = 0.6
    found = shapley(lambda x: x[:, 0] + 2.0 * x[:, 1], NORMAL[:2], JOINED[:2, :2], 4096, seed=2)
    variance = 5.0 + 4.0 * r
    exact = 0.5 * ((1.0 - r**2) + (1.0 + 2.0 * r) ** 2) / variance
    assert found["a"][0] == pytest.approx(exact, abs=4.0 * found["a"][1] + 0.002)
    assert found["a"][0] + found["b"][0] == pytest.approx(1.0)


def test_shapley_shares_of_independent_inputs_lie_between_first_and_total():
    def model(x):
        return x[:, 0] + 0.5 * x[:, 1] + x[:, 1] * x[:, 2]

    shares, variances = shapley(model, NORMAL, np.eye(3), 2048, seed=1), sobol(model, NORMAL, 2048, seed=1)
    for name, (share, error) in shares.items():
        first, _, total, _ = variances[name]
        assert first - 0.02 - 4 * error <= share <= total + 0.02 + 4 * error


def test_the_same_seed_gives_the_same_bytes():
    assert points(100, 3, 7).tobytes() == points(100, 3, 7).tobytes()
    assert points(100, 3, 7).tobytes() != points(100, 3, 8).tobytes()
