"""Measured operators in place of fitted ones, where the extra ``denshi[silicon]`` is installed.

The tables are those that the package aiconfigurator-core carries: times of single operators of three engines on NVIDIA
accelerators. Nothing else of denshi needs them.
"""

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from denshi.catalog import Model
from denshi.validation.silicon.step import Measured, measured_step
from denshi.validation.silicon.tables import Tables, is_installed, tables_for
from denshi.workload.serving.asked import Task


def answer(
    task: Task, columns: Mapping[str, NDArray[np.float64]], accelerator: str, engine: str, precision: str, model: Model
) -> tuple[dict[str, float], dict[str, str]]:
    """Return a decode step with measured operators, and where each operator comes from.

    Parameters
    ----------
    task, columns : one configuration, as :func:`denshi.workload.serving.task.evaluate` takes it; no arrays.
    accelerator, engine : ids of the catalogue.
    precision : of the weights, as the task's machine was made with.
    model : what is served.

    Returns
    -------
    tuple : the parts of the step, step_s, mixed_s and tpot_s [s]; operator to "measured (table, engine version)" or
        "fitted: why".

    Raises
    ------
    UsageError : the extra is not installed, or it has no tables of the accelerator or the engine.
    """
    found = measured_step(task, columns, tables_for(accelerator, engine), model, precision)
    return dict(found.parts), dict(found.sources)


__all__ = ["Measured", "Tables", "answer", "is_installed", "measured_step", "tables_for"]
