"""Rows that ask for exact agreement with another program."""

import re

from denshi.validation.finance.answer import Answer, Question, one


def internal_rates(asked: Question) -> Answer | None:
    """How far internal rates of return are from those of another program, where that is installed."""
    if not re.search(r"IRR of .*vectors", asked.inputs):
        return None
    try:
        import pyxirr
    except ImportError:
        return None
    import numpy as np

    from denshi.finance import irr_many

    worst = 0.0
    for periods in (21, 241):
        random = np.random.default_rng(periods)
        flows = np.concatenate(
            [-random.uniform(50, 150, (2000, 1)), random.uniform(0, 30, (2000, periods - 1))], axis=1
        )
        theirs = np.array([pyxirr.irr(flow) for flow in flows], dtype=float)
        worst = max(worst, float(np.nanmax(np.abs(irr_many(flows, 1.0) - theirs))))
    return Answer(parts=(one(worst, "1"),), how="2,000 vectors of 21 and of 241 periods against pyxirr")
