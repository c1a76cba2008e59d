"""The generator: its random numbers, its order statistics, and the same bytes for ever."""

import hashlib
import itertools

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import kstest, norm

from denshi.catalog.normals import P13, supply_normals, weather_normals, weather_stations
from denshi.climate.calendar import DAYS_OF_MONTH, HOURS, HOURS_OF_MONTH, MONTH_OF_HOUR, SEASON_OF_DAY
from denshi.climate.fleet import synthetic_fleet
from denshi.climate.noise import normal, normal_quantile, seed_of, uniform
from denshi.climate.scores import autoregression, basis, daily, hourly, leaned, order, rank_scores, values_by_rank
from denshi.climate.weather import synthetic_weather
from denshi.errors import CatalogError
from denshi.psychrometrics import humidity_ratio

GOLDEN_WEATHER = "222525d22cf078ba"
GOLDEN_FLEET = "9f4d07ad3e3c1c32"


def checksum(*series: np.ndarray, digits: int) -> str:
    whole = np.round(np.concatenate(series) * 10**digits).astype("<i8")
    return hashlib.sha256(whole.tobytes()).hexdigest()[:16]


def test_the_year_of_a_station_never_changes() -> None:
    year = synthetic_weather(weather_normals("la-monroe-regional-ap"))
    assert checksum(year.dry_bulb_c, year.wet_bulb_c, year.wind_m_per_s, year.ghi_w_per_m2, digits=1) == GOLDEN_WEATHER


def test_the_year_of_a_fleet_never_changes() -> None:
    fleet = synthetic_fleet(supply_normals("miso"))
    assert fleet.wind is not None
    assert fleet.solar is not None
    assert checksum(fleet.wind, fleet.solar, fleet.clean_fraction, digits=4) == GOLDEN_FLEET


def test_another_seed_gives_another_order_of_the_same_values() -> None:
    normals = weather_normals("la-monroe-regional-ap")
    one, other = synthetic_weather(normals), synthetic_weather(normals, seed=1)
    assert not np.array_equal(one.dry_bulb_c, other.dry_bulb_c)
    for h in HOURS_OF_MONTH:
        assert np.array_equal(np.sort(one.dry_bulb_c[h]), np.sort(other.dry_bulb_c[h]))


def test_random_numbers_are_normal_and_independent() -> None:
    draws = normal(seed_of("a"), 1, 50_000)
    assert kstest(draws, norm.cdf).pvalue > 0.01
    assert abs(np.corrcoef(draws[1:], draws[:-1])[0, 1]) < 0.02
    assert abs(np.corrcoef(draws, normal(seed_of("a"), 2, 50_000))[0, 1]) < 0.02
    assert abs(np.corrcoef(draws, normal(seed_of("b"), 1, 50_000))[0, 1]) < 0.02
    assert uniform(3, 1, 1000).min() > 0.0
    assert uniform(3, 1, 1000).max() < 1.0


def test_normal_quantile_is_scipys() -> None:
    p = np.concatenate([np.logspace(-300, -1, 200), np.linspace(0.01, 0.99, 99), 1 - np.logspace(-12, -1, 50)])
    assert normal_quantile(p) == pytest.approx(norm.ppf(p), rel=1e-12)


def test_autoregression_is_the_recursion() -> None:
    shocks, phi = normal(1, 1, 500), 0.9
    state, slow = shocks[0], [shocks[0]]
    for shock in shocks[1:]:
        state = phi * state + np.sqrt(1 - phi**2) * shock
        slow.append(state)
    assert autoregression(shocks, phi) == pytest.approx(slow, abs=1e-9)


def test_days_have_the_memory_they_were_given() -> None:
    memory = np.tile(np.array([[0.6, 0.0], [0.2, 0.3]]), (4, 1, 1))
    innovation = np.tile(np.array([[0.5, 0.2], [0.2, 0.7]]), (4, 1, 1))
    days = np.concatenate([daily(seed, 1, memory, innovation) for seed in range(60)])
    fitted = np.linalg.lstsq(days[:-1], days[1:], rcond=None)[0].T
    assert fitted == pytest.approx(memory[0], abs=0.03)
    assert np.cov(days.T)[0, 0] == pytest.approx(0.5 / (1 - 0.36), rel=0.05)


def test_noon_holds_the_score_of_the_day() -> None:
    days = np.arange(365.0)
    spread = hourly(days).reshape(365, 24)
    assert spread[:, 11:13].mean(axis=1)[1:-1] == pytest.approx(days[1:-1])


@given(st.lists(st.floats(-50, 50), min_size=13, max_size=13), st.integers(28 * 24, 31 * 24))
def test_values_by_rank_keep_order_and_ends(numbers: list[float], count: int) -> None:
    quantiles, score = np.sort(numbers), normal(count, 1, count)
    values = values_by_rank(score, quantiles, P13)
    assert values.min() == pytest.approx(quantiles[0], abs=1e-9)
    assert values.max() == pytest.approx(quantiles[-1], abs=1e-9)
    assert (np.diff(values[order(score)]) >= -1e-9).all()


def test_weights_of_quantiles_sum_to_one() -> None:
    assert basis(744, P13).sum(axis=1) == pytest.approx(np.ones(744))
    assert rank_scores(np.arange(744.0)) == pytest.approx(norm.ppf((np.arange(744) + 0.5) / 744))


def test_ties_go_by_hour() -> None:
    assert values_by_rank(np.zeros(4), np.array([0.0, 3.0]), (0.0, 1.0)).argmax() == 3


def test_leaning_meets_its_target_or_its_end() -> None:
    assert leaned(lambda k: np.array([k**3]), lambda x: float(x[0]), 0.5, 1.5)[0] == pytest.approx(0.5, abs=0.05)
    assert leaned(lambda k: np.array([k]), lambda x: float(x[0]), 9.0, 1.5)[0] == 1.5


def test_the_calendar_is_a_year() -> None:
    assert sum(d.stop - d.start for d in DAYS_OF_MONTH) == 365
    assert HOURS_OF_MONTH[-1].stop == HOURS
    assert all(a.stop == b.start for a, b in itertools.pairwise(HOURS_OF_MONTH))
    assert (SEASON_OF_DAY[:59] == 0).all()
    assert SEASON_OF_DAY[-1] == 0
    assert MONTH_OF_HOUR[59 * 24] == 2


def test_every_packaged_station_is_whole() -> None:
    assert len(weather_stations()) == 34
    for normals in weather_stations():
        year = synthetic_weather(normals)
        assert (year.wet_bulb_c <= year.dry_bulb_c).all(), normals.id
        assert humidity_ratio(year.dry_bulb_c, year.wet_bulb_c, year.pressure_pa).min() > 1e-6, normals.id
        assert year.dry_bulb_c.max() == pytest.approx(normals.dry_bulb_quantiles_c.max()), normals.id
        assert abs(year.ghi_w_per_m2.sum() / normals.ghi_wh_per_m2.sum() - 1.0) < 1e-3, normals.id
        assert normals.evidence["dry_bulb_quantiles_c"].grade == "B"


def test_a_wrong_name_is_met_with_the_nearest() -> None:
    with pytest.raises(CatalogError, match="la-monroe-regional-ap"):
        weather_normals("la-monroe-regional")
    with pytest.raises(CatalogError, match="miso"):
        supply_normals("misso")
