"""What a model makes of uncertain inputs: percentiles, one input at a time, and shares of the variance, with errors."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import combinations
from math import factorial

import numpy as np
from numpy.typing import NDArray

from denshi.finance.risk.sampling import Marginal, Matrix, correlated, points

Vector = NDArray[np.float64]
Model = Callable[[Matrix], Vector]


@dataclass(frozen=True, slots=True)
class Percentiles:
    """P10, P50, P90 and mean of an output, each with the standard error of its estimate; ``share`` has a value."""

    p10: float
    p50: float
    p90: float
    mean: float
    error_p10: float
    error_p50: float
    error_p90: float
    error_mean: float
    share: float


def percentiles(runs: Sequence[Vector]) -> Percentiles:
    """Return percentiles over independent runs; their spread gives the standard error of the means over runs.

    Parameters
    ----------
    runs : outputs of runs with different scramblings, at least two; what is not a number is left out.
    """
    each = [run[np.isfinite(run)] for run in runs]
    some = [run for run in each if len(run)]
    share = sum(map(len, each)) / sum(map(len, runs))
    if len(some) < 2:
        none = float("nan")
        return Percentiles(none, none, none, none, none, none, none, none, share)
    table = np.array([[*np.quantile(run, (0.1, 0.5, 0.9)), run.mean()] for run in some])
    middle, error = table.mean(axis=0), table.std(axis=0, ddof=1) / np.sqrt(len(table))
    p10, p50, p90, mean = map(float, middle)
    off10, off50, off90, off = map(float, error)
    return Percentiles(p10, p50, p90, mean, off10, off50, off90, off, share)


def tornado(model: Model, marginals: Sequence[Marginal]) -> dict[str, tuple[float, float]]:
    """Return the output with each input alone at its P10 and at its P90, the others at their medians."""
    median = np.array([one.p50 for one in marginals])
    rows = np.repeat(median[None, :], 2 * len(marginals), axis=0)
    for i, one in enumerate(marginals):
        rows[2 * i, i], rows[2 * i + 1, i] = one.p10, one.p90
    found = model(rows)
    return {one.name: (float(found[2 * i]), float(found[2 * i + 1])) for i, one in enumerate(marginals)}


def sobol(
    model: Model, marginals: Sequence[Marginal], count: int, seed: int, runs: int = 8
) -> dict[str, tuple[float, float, float, float]]:
    """Return first-order and total shares of the variance of independent inputs, each with its standard error.

    .. math:: S_i = \\frac{\\frac{1}{N}\\sum f(B)(f(A_B^{(i)}) - f(A))}{V}, \\quad
        T_i = \\frac{\\frac{1}{2N}\\sum (f(A) - f(A_B^{(i)}))^2}{V}

    Parameters
    ----------
    count : paths of a run; a run takes (inputs + 2) times as many.
    runs : independent scramblings, whose spread is the error.

    Source: saltelli2010.
    """
    width, identity = len(marginals), np.eye(len(marginals))
    table = np.empty((runs, 2, width))
    for run in range(runs):
        both = points(count, 2 * width, seed + run)
        first, second = both[:, :width], both[:, width:]
        f_first, f_second = (model(correlated(part, identity, marginals)) for part in (first, second))
        variance = np.concatenate([f_first, f_second]).var()
        centre = np.concatenate([f_first, f_second]).mean()
        for i in range(width):
            mixed = first.copy()
            mixed[:, i] = second[:, i]
            f_mixed = model(correlated(mixed, identity, marginals))
            table[run, 0, i] = ((f_second - centre) * (f_mixed - f_first)).mean() / variance
            table[run, 1, i] = 0.5 * ((f_first - f_mixed) ** 2).mean() / variance
    middle, error = table.mean(axis=0), table.std(axis=0, ddof=1) / np.sqrt(runs)
    return {
        one.name: (float(middle[0, i]), float(error[0, i]), float(middle[1, i]), float(error[1, i]))
        for i, one in enumerate(marginals)
    }


def shapley(
    model: Model, marginals: Sequence[Marginal], correlation: Matrix, count: int, seed: int, runs: int = 4
) -> dict[str, tuple[float, float]]:
    """Return each input's share of the variance where inputs are correlated, with its standard error; they sum to one.

    .. math:: \\phi_i = \\frac{1}{k V}\\sum_{S \\not\\ni i} \\binom{k-1}{|S|}^{-1} (c(S \\cup i) - c(S)), \\quad
        c(S) = E[Var(Y \\mid X_{-S})]

    over all sets of inputs. c(S) is half the mean square of the difference of two outputs whose other inputs are the
    same and whose inputs in S are drawn twice, given the others.

    Parameters
    ----------
    count : pairs for each set and run; 2^k sets.
    runs : independent scramblings, whose spread is the error.

    Source: song2016.
    """
    width = len(marginals)
    sets = [chosen for size in range(1, width + 1) for chosen in combinations(range(width), size)]
    shares = np.empty((runs, width))
    for run in range(runs):
        tables = []
        for number, chosen in enumerate(sets):
            scores = points(count, 2 * width, seed + 7919 * run + number)
            tables += [_spread(part, marginals) for part in _twins(scores, chosen, correlation)]
        values = model(np.concatenate(tables)).reshape(len(sets), 2, count)
        apart = 0.5 * ((values[:, 0] - values[:, 1]) ** 2).mean(axis=1)
        worth: dict[tuple[int, ...], float] = {(): 0.0, **dict(zip(sets, map(float, apart), strict=True))}
        shares[run] = [_share(worth, i, width) for i in range(width)]
        shares[run] /= worth[tuple(range(width))]
    middle, error = shares.mean(axis=0), shares.std(axis=0, ddof=1) / np.sqrt(runs)
    return {one.name: (float(middle[i]), float(error[i])) for i, one in enumerate(marginals)}


def _twins(scores: Matrix, chosen: tuple[int, ...], correlation: Matrix) -> tuple[Matrix, Matrix]:
    """Return two tables of correlated scores that differ in the chosen inputs alone, drawn twice given the others."""
    width = len(correlation)
    others = tuple(i for i in range(width) if i not in chosen)
    order = [*others, *chosen]
    factor = np.linalg.cholesky(correlation[np.ix_(order, order)])
    first, second = scores[:, :width].copy(), scores[:, :width].copy()
    second[:, len(others) :] = scores[:, width : width + len(chosen)]
    back = np.argsort(order)
    return (first @ factor.T)[:, back], (second @ factor.T)[:, back]


def _spread(joined: Matrix, marginals: Sequence[Marginal]) -> Matrix:
    return np.column_stack([one.at(joined[:, i]) for i, one in enumerate(marginals)])


def _share(worth: dict[tuple[int, ...], float], i: int, width: int) -> float:
    total = 0.0
    for chosen, value in worth.items():
        if i not in chosen:
            weight = factorial(len(chosen)) * factorial(width - len(chosen) - 1) / factorial(width)
            total += weight * (worth[tuple(sorted((*chosen, i)))] - value)
    return total
