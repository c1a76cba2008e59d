"""What the training room says: every figure with its unit, its formula and what it is computed from."""

from dataclasses import dataclass

from denshi.figure import figure
from denshi.workload.record import own
from denshi.workload.training.moves import (
    ASK,
    ASSUMED,
    BEYOND,
    WRITTEN,
    moving,
)
from denshi.workload.training.timing import Timing


@dataclass(frozen=True, slots=True, kw_only=True)
class Training(Timing):
    """A training workload: how it is split, how long a step and a run take, what they draw."""

    tokens_per_s: float = figure(
        "token/s",
        "runs at a time x tokens of a step / step time, while training",
        of=(*own("concurrent_runs", "batch_sequences", "step_s"), f"{ASK}.sequence"),
        active=moving("large", own("concurrent_runs")),
    )
    steps: float = figure(
        "1",
        "steps of the growing batch + ceil(remaining tokens / tokens of a full step), at least one",
        of=(
            f"{ASK}.tokens",
            f"{ASK}.sequence",
            *own("batch_sequences", "micro_batches"),
            f"{ASSUMED}-ramp-first-batch-fraction",
            f"{ASSUMED}-ramp-tokens-fraction",
        ),
        active={f"{ASSUMED}-ramp-first-batch-fraction": "node"},
    )
    steps_s: float = figure(
        "s",
        "sum of the step times, affine in the growing batch",
        of=own("steps", "step_s", "compute_s", "communication_s", "bubble_s", "overhead_s"),
        active=dict.fromkeys(own("bubble_s"), "split"),
    )
    evaluation_s: float = figure(
        "s",
        "evaluations x tokens of one / tokens of a step x forward share x step time",
        of=(
            f"{ASK}.tokens",
            f"{ASK}.sequence",
            *own("batch_sequences", "step_s", "recompute"),
            f"{ASSUMED}-evaluation-interval",
            f"{ASSUMED}-evaluation-tokens",
        ),
        active=dict.fromkeys(own("recompute"), "tight"),
    )
    checkpoint_interval_s: float = figure(
        "s",
        "work between two checkpoints: the optimum of Daly, a step or more, the write or more, the run or less",
        of=(*WRITTEN, *own("step_s", "steps_s", "evaluation_s"), f"{ASSUMED}-interruption-rate"),
        source="daly2006",
        active=dict.fromkeys(own("steps_s", "evaluation_s", "step_s"), "tied"),
    )
    checkpoint_s: float = figure(
        "s",
        "(steps + evaluations) / interval x stall of a checkpoint",
        of=(*WRITTEN, *own("steps_s", "evaluation_s", "checkpoint_interval_s")),
    )
    interruptions: float = figure(
        "1",
        "(steps + evaluations + checkpoints + lost + down) x rate x accelerators",
        of=(
            *own("steps_s", "evaluation_s", "checkpoint_s", "lost_s", "down_s", "accelerators_per_run"),
            f"{ASSUMED}-interruption-rate",
        ),
        source="daly2006",
    )
    lost_s: float = figure(
        "s",
        "work done again after interruptions",
        of=(
            *WRITTEN,
            *own("steps_s", "evaluation_s", "checkpoint_interval_s", "checkpoint_s"),
            f"{ASSUMED}-interruption-rate",
        ),
        source="daly2006",
    )
    down_s: float = figure(
        "s",
        "detection, restart and reading back, interruptions in them included",
        of=(
            *WRITTEN[:4],
            *own("steps_s", "evaluation_s", "checkpoint_s", "lost_s"),
            f"{ASSUMED}-interruption-rate",
            f"{ASSUMED}-detection-time",
            f"{ASSUMED}-restart-time",
        ),
        source="daly2006",
    )
    run_s: float = figure(
        "s",
        "start-up + steps + evaluations + checkpoints + lost + down",
        of=(
            *own("steps_s", "evaluation_s", "checkpoint_s", "lost_s", "down_s"),
            f"{ASSUMED}-start-up-time",
        ),
        source="daly2006",
    )
    goodput_fraction: float = figure("1", "time of steps / run time", of=own("steps_s", "run_s"))
    accelerator_hours_per_run: float = figure(
        "h", "run time x accelerators", of=("workload.@.run_s", "workload.@.accelerators_per_run")
    )
    capacity_runs_per_year: float = figure(
        "1/year",
        "runs at a time x 8,760 h / run time",
        of=own("concurrent_runs", "run_s"),
        active={"workload.@.concurrent_runs": "large"},
    )
    runs_per_year: float = figure(
        "1/year",
        "the smaller of the runs asked and the runs that fit in a year; all that fit where none is asked",
        of=(f"{ASK}.runs_per_year", "workload.@.capacity_runs_per_year"),
        active={"workload.@.capacity_runs_per_year": "long"},
    )
    accelerator_hours_per_year: float = figure(
        "h",
        "accelerator-hours of a run x runs",
        of=own("accelerator_hours_per_run", "runs_per_year"),
    )
    tokens_per_year: float = figure("token", "tokens x runs", of=(f"{ASK}.tokens", "workload.@.runs_per_year"))
    busy_fraction: float = figure(
        "1",
        "accelerator-hours of a year / (accelerators x 8,760 h)",
        of=own("accelerator_hours_per_year", "accelerators"),
    )
    busy_power_kw: float = figure(
        "kW",
        "power of a system at its input / its accelerators x share of it drawn in training",
        of=("catalog.system.power_kw", "catalog.system.accelerators", f"{ASSUMED}-busy-power-fraction"),
    )
    power_kw: float = figure(
        "kW",
        "accelerators x (busy share x busy power + idle share x idle power), mean of a year",
        of=(
            "workload.@.accelerators",
            "workload.@.busy_fraction",
            "workload.@.busy_power_kw",
            "catalog.system.idle_power_fraction",
        ),
        source="barroso2018",
    )
    energy_kwh_per_step: float = figure(
        "kWh",
        "step time x accelerators of a run x busy power",
        of=own("step_s", "accelerators_per_run", "busy_power_kw"),
    )
    energy_kwh_per_run: float = figure(
        "kWh",
        "accelerator-hours of a run x busy power",
        of=own("accelerator_hours_per_run", "busy_power_kw"),
    )
    front_step_s: tuple[float, ...] = figure(
        "s",
        "step times of the plans that no other beats in time, memory and accelerator-hours",
        of=(*own("plan"), *BEYOND),
        active=moving("pods", BEYOND),
    )
    front_memory_bytes: tuple[float, ...] = figure("byte", "memory of those plans", of=own("plan"))
    bound: str = figure(
        "",
        "the largest part of the step time, or the year where the runs asked do not fit",
        of=(
            f"{ASK}.runs_per_year",
            *own("capacity_runs_per_year", "compute_s", "communication_s", "bubble_s", "overhead_s"),
        ),
        active={
            **moving("long", (f"{ASK}.runs_per_year", *own("capacity_runs_per_year"))),
            **moving("fp8", own("compute_s", "communication_s", "overhead_s")),
            **moving("shallow", own("bubble_s")),
        },
    )
    notice: str = figure(
        "",
        "what leaves accelerators unused",
        of=own("accelerators", "accelerators_per_run", "concurrent_runs", "micro_batches", "pp"),
        active=moving("large", own("accelerators", "accelerators_per_run", "concurrent_runs", "micro_batches", "pp")),
    )
