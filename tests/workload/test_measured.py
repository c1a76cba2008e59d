from pathlib import Path

import numpy as np

from denshi.validation.training.cases import read
from denshi.validation.training.predict import predicted


def test_measured_training_steps_are_met(shared: Path) -> None:
    """The constants that denshi ships answer every run with a stated plan, near enough."""
    cases = [case for case in read(shared / "validation" / "training.csv") if case.plan == "stated"]
    steps = [case for case in cases if case.kind == "step" and not case.flag]
    assert len(steps) == 451
    error = np.abs(predicted(steps) / np.array([case.measured_s for case in steps]) - 1)
    many = np.array([case.accelerators > 8 for case in steps])
    moe = np.array([case.is_moe for case in steps])
    assert np.isfinite(error).all()
    assert np.median(error[many & ~moe]) < 0.05
    assert np.median(error[many & moe]) < 0.12
    assert np.median(error[~many]) < 0.06
