"""Does the model choose well? What its favourite costs against the best, and how it scales."""

from collections import defaultdict
from collections.abc import Hashable, Sequence

import numpy as np

from denshi.validation.training.cases import Case
from denshi.validation.training.score import Block, Values, measured_s

FEWEST = 3
"""A choice among fewer measured configurations says little."""

_SCALING = (
    ("mlperf-training", "llama3.1-405b", "h100-sxm-80gb", 512, 8192),
    ("mlperf-training", "llama3.1-405b", "gb200", 512, 2496),
)


def regret(cases: Sequence[Case], predicted: Values) -> Block:
    """Return the time lost by running the configuration that is predicted fastest.

    .. math:: r = t_\\mathrm{measured}(\\arg\\min t_\\mathrm{predicted}) / \\min t_\\mathrm{measured} - 1

    Rows of one group do the same work: same source, release, model, number of accelerators of one kind, number format,
    tokens and FLOP. Groups with fewer than three answered rows are left aside.

    Parameters
    ----------
    cases : rows.
    predicted : predicted time of each [s]; nan where there is none.

    Returns
    -------
    dict : ``groups`` and ``rows`` counted, ``mean`` and ``max`` as fractions (None without a group), and
        ``by_source`` with the same keys.
    """
    measured = measured_s(cases)
    groups: dict[Hashable, list[int]] = defaultdict(list)
    for i, case in enumerate(cases):
        if np.isfinite(predicted[i]) and np.isfinite(measured[i]):
            groups[_work(case)].append(i)
    found = [(_lost(rows, predicted, measured), rows) for rows in groups.values() if len(rows) >= FEWEST]
    sources = sorted({cases[rows[0]].source for _, rows in found})
    return {
        **_summary(found),
        "by_source": {name: _summary([one for one in found if cases[one[1][0]].source == name]) for name in sources},
    }


def scaling(cases: Sequence[Case], predicted: Values) -> list[Block]:
    """Return how much of each accelerator's throughput is lost at scale, measured and predicted.

    .. math:: l = \\frac{D_2 / (t_2 n_2)}{D_1 / (t_1 n_1)} - 1

    with *D* tokens of a step on *n* accelerators. Where several entries have one size, that of the highest measured
    throughput stands for it.

    Parameters
    ----------
    cases : rows; those of MLPerf's Llama 3.1 405B at two sizes each are looked for.
    predicted : predicted time of each [s].

    Returns
    -------
    list of dict : accelerator, sizes ``from`` and ``to``, ``measured`` and ``predicted`` loss as fractions (negative),
        their ``difference``; only pairs that the rows hold.
    """
    measured = measured_s(cases)
    found: list[Block] = []
    for family, model, accelerator, small, large in _SCALING:
        ends = [
            [
                i
                for i, case in enumerate(cases)
                if (case.family, case.model, case.accelerator, case.accelerators) == (family, model, accelerator, size)
                and np.isfinite(predicted[i])
                and np.isfinite(measured[i])
            ]
            for size in (small, large)
        ]
        if not all(ends):
            continue
        first, last = (
            max(rows, key=lambda i: cases[i].tokens / (measured[i] * cases[i].accelerators)) for rows in ends
        )
        work = cases[last].tokens / cases[last].accelerators / (cases[first].tokens / cases[first].accelerators)
        seen, said = (float(work * times[first] / times[last] - 1.0) for times in (measured, predicted))
        found.append(
            {
                "model": model,
                "accelerator": accelerator,
                "from": small,
                "to": large,
                "measured": seen,
                "predicted": said,
                "difference": said - seen,
            }
        )
    return found


def _work(case: Case) -> Hashable:
    return (
        case.source,
        case.framework,
        case.model,
        case.accelerator,
        case.accelerators,
        case.precision,
        f"{case.tokens:.4g}",
        f"{case.flop:.4g}",
    )


def _lost(rows: list[int], predicted: Values, measured: Values) -> float:
    chosen = rows[int(np.argmin(predicted[rows]))]
    return float(measured[chosen] / measured[rows].min() - 1.0)


def _summary(found: Sequence[tuple[float, list[int]]]) -> Block:
    losses = [one for one, _ in found]
    return {
        "groups": len(losses),
        "rows": sum(len(rows) for _, rows in found),
        "mean": float(np.mean(losses)) if losses else None,
        "max": float(np.max(losses)) if losses else None,
    }
