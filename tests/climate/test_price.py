"""Synthetic prices: mean and spread exact, dear when little is clean, the same everywhere for one seed."""

import hashlib

import numpy as np
import pytest

from denshi.catalog.normals import supply_normals
from denshi.climate.fleet import synthetic_fleet
from denshi.climate.price import demand_shape, synthetic_price
from denshi.errors import OutOfRangeError

AREAS = ("azps", "bpat", "ciso", "erco", "miso", "pjm")


def clean(area: str) -> np.ndarray:
    return synthetic_fleet(supply_normals(area)).clean_fraction


@pytest.mark.parametrize("area", AREAS)
@pytest.mark.parametrize("spread", [0.0, 0.3, 1.2])
def test_mean_and_spread_are_exact(area: str, spread: float) -> None:
    price = synthetic_price(0.07, clean(area), area, spread)
    assert price.mean() == pytest.approx(0.07, rel=1e-12)
    assert price.std() == pytest.approx(0.07 * spread, rel=1e-12, abs=1e-15)


@pytest.mark.parametrize("area", AREAS)
def test_power_is_dear_where_little_is_clean_and_in_the_evening(area: str) -> None:
    share = clean(area)
    price = synthetic_price(1.0, share, area, 0.5)
    low, high = np.quantile(share, [0.1, 0.9])
    assert price[share <= low].mean() > 1.2
    assert price[share >= high].mean() < 0.8
    flat = synthetic_price(1.0, np.full(8760, 0.4), area, 0.5).reshape(365, 24).mean(axis=0)
    assert flat[17:20].mean() > 1.3 * flat[1:4].mean()
    # A tail of scarcity: the dearest hours stand further off than the cheapest.
    assert price.max() - 1.0 > 2.0 * (1.0 - price.min())


def test_a_clean_surplus_brings_hours_below_nothing() -> None:
    share = np.full(8760, 0.4)
    share.reshape(365, 24)[::10, 11:14] = 0.97
    price = synthetic_price(0.05, share, "surplus", 0.6).reshape(365, 24)
    assert (price[::10, 11:14] < 0.0).mean() > 0.9
    assert (price[1::10] < 0.0).mean() < 0.02


def test_regions_do_not_move_in_step_and_a_seed_holds() -> None:
    share = np.full(8760, 0.5)
    here, there = (synthetic_price(1.0, share, name, 0.5) for name in ("here", "there"))
    same_hours = demand_shape()
    left = [one - np.polyval(np.polyfit(same_hours, one, 1), same_hours) for one in (here, there)]
    assert abs(np.corrcoef(left)[0, 1]) < 0.5
    assert np.array_equal(here, synthetic_price(1.0, share, "here", 0.5))
    assert not np.array_equal(here, synthetic_price(1.0, share, "here/1", 0.5))
    known = hashlib.sha256(np.round(synthetic_price(1.0, clean("miso"), 0), 6).tobytes()).hexdigest()
    assert known[:16] == "f4429f99b9f78793"


@pytest.mark.parametrize(
    ("mean", "share", "spread"),
    [
        (-0.1, np.full(8760, 0.5), 0.5),
        (float("nan"), np.full(8760, 0.5), 0.5),
        (0.1, np.full(8760, 0.5), -0.5),
        (0.1, np.full(24, 0.5), 0.5),
        (0.1, np.full(8760, 1.5), 0.5),
        (0.1, np.full(8760, np.nan), 0.5),
    ],
)
def test_what_is_no_price_year_is_refused(mean: float, share: np.ndarray, spread: float) -> None:
    with pytest.raises(OutOfRangeError):
        synthetic_price(mean, share, "x", spread)


def test_all_clean_all_year_has_prices() -> None:
    price = synthetic_price(0.05, np.ones(8760), "x", 0.5)
    assert np.isfinite(price).all()
    assert price.mean() == pytest.approx(0.05)
