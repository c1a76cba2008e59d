"""Training of a model on a cluster: how to split it, how long a step and a run take, what they draw.

>>> from denshi.workload import training
>>> training.Training.__name__
'Training'
"""

from dataclasses import replace
from math import inf

import numpy as np

from denshi.workload.precision import peak_flop_per_s
from denshi.workload.record import available_accelerators
from denshi.workload.training.campaign import Campaign, campaign
from denshi.workload.training.memory import FULL
from denshi.workload.training.plan import DECISIONS, Plan, batch_sequences, choose, hold
from denshi.workload.training.record import Input
from denshi.workload.training.result import Training
from denshi.workload.training.roofline import roofline
from denshi.workload.training.shape import Values
from denshi.workload.training.task import completed, timed

HOURS_PER_YEAR = 8760.0

_WRITTEN_AS = {"micro_batch": "micro_batch_sequences"}
_COMPUTE = ("product_s", "attention_s", "passes_s")
_EXCHANGE = ("tensor_s", "context_s", "expert_s", "data_s")
_BUBBLE = ("bubble_s", "pipeline_s")
_OVERHEAD = ("host_s", "fixed_s", "optimizer_s", "straggler_s")
_MEMORY = ("weight", "gradient", "optimizer", "activation", "logit", "buffer", "memory")


def run(inputs: Input) -> Training:
    """Split a model over the accelerators and say how long its steps and runs take.

    Parameters
    ----------
    inputs : the workload, the model, the hardware, the efficiencies.

    Returns
    -------
    Training : every figure.

    Raises
    ------
    InfeasibleError : the accelerator lacks the precision, the given plan does not divide, or nothing fits the memory.

    Source: narayanan2021, korthikanti2022, rajbhandari2019.
    """
    return _figures(inputs, choose(inputs))


def again(inputs: Input, result: Training) -> Training:
    """Evaluate every figure again with the plan of ``result`` held, and the Pareto front with it, for sensitivities."""
    decisions = {name: float(getattr(result, _WRITTEN_AS.get(name, name))) for name in DECISIONS}
    evaluated = _figures(inputs, hold(inputs, decisions, result.concurrent_runs))
    return replace(evaluated, front_step_s=result.front_step_s, front_memory_bytes=result.front_memory_bytes)


def _figures(inputs: Input, plan: Plan) -> Training:
    at = plan.values
    accelerators = available_accelerators(inputs)
    sequences = batch_sequences(inputs)
    step_tokens = sequences * inputs.sequence
    flop = float(plan.task.shape.flop_per_token)
    peak = peak_flop_per_s(inputs.accelerator, inputs.precision)
    took = campaign(_campaign(inputs, plan, step_tokens))
    run_s = took["wall_s"]
    hours = run_s / 3600 * at["accelerators"]
    capacity = plan.concurrent_runs * HOURS_PER_YEAR * 3600 / run_s
    asked = inf if inputs.runs_per_year is None else inputs.runs_per_year
    runs = min(asked, capacity)
    busy = runs * hours / (accelerators * HOURS_PER_YEAR)
    system_kw = inputs.system.power_kw / inputs.system.accelerators
    busy_kw = system_kw * inputs.busy_power_fraction
    front = sorted(plan.front, key=lambda one: one["step_s"])
    return Training(
        kind="training",
        params=float(plan.task.shape.params),
        active_params=float(plan.task.shape.active_params),
        flop_per_token=flop,
        accelerators=accelerators,
        batch_sequences=sequences,
        plan=_said(plan),
        **{_WRITTEN_AS.get(name, name): at[name] for name in DECISIONS},
        micro_batches=at["micro_batches"],
        accelerators_per_run=at["accelerators"],
        concurrent_runs=plan.concurrent_runs,
        **{f"{part}_bytes": at[f"{part}_bytes"] for part in _MEMORY},
        usable_bytes=plan.task.usable_bytes,
        memory_fraction=at["memory_bytes"] / inputs.accelerator.memory_bytes,
        **{name: at[name] for name in (*_COMPUTE, *_EXCHANGE)},
        compute_s=sum(at[name] for name in _COMPUTE),
        communication_s=sum(at[name] for name in _EXCHANGE),
        bubble_s=sum(at[name] for name in _BUBBLE),
        overhead_s=sum(at[name] for name in _OVERHEAD),
        step_s=at["step_s"],
        mfu=flop * step_tokens / (at["accelerators"] * peak * at["step_s"]),
        hfu=flop * _executed(at["recompute"]) * step_tokens / (at["accelerators"] * peak * at["step_s"]),
        tokens_per_s=plan.concurrent_runs * step_tokens / at["step_s"],
        steps=took["steps"],
        steps_s=took["steps_s"],
        evaluation_s=took["evaluation_s"],
        checkpoint_interval_s=took["interval_s"],
        checkpoint_s=took["checkpoint_s"],
        interruptions=took["interruptions"],
        lost_s=took["lost_s"],
        down_s=took["down_s"],
        run_s=run_s,
        goodput_fraction=took["goodput"],
        accelerator_hours_per_run=hours,
        capacity_runs_per_year=capacity,
        runs_per_year=runs,
        accelerator_hours_per_year=runs * hours,
        tokens_per_year=runs * inputs.tokens,
        busy_fraction=busy,
        busy_power_kw=busy_kw,
        power_kw=accelerators * (busy * busy_kw + (1 - busy) * system_kw * inputs.system.idle_power_fraction),
        energy_kwh_per_step=at["step_s"] / 3600 * at["accelerators"] * busy_kw,
        energy_kwh_per_run=hours * busy_kw,
        **roofline(plan.task.shape, plan.task.machine, plan.task.stack, _columns(plan)),
        roof_flop_per_s=float(plan.task.machine.product_flop_per_s),
        roof_bytes_per_s=inputs.accelerator.memory_bytes_per_s,
        front_step_s=tuple(one["step_s"] for one in front),
        front_memory_bytes=tuple(one["memory_bytes"] for one in front),
        bound=_bound(inputs.runs_per_year, plan, capacity),
        notice=_notice(plan, accelerators),
    )


def _executed(recompute: float) -> float:
    """FLOP executed over model FLOP: a layer recomputed whole runs its forward pass, a third of it all, again."""
    return 1 + max(recompute - 1, 0.0) / 3


def _campaign(inputs: Input, plan: Plan, step_tokens: float) -> Campaign:
    at = plan.values
    batches = at["micro_batches"]
    ramp_tokens = inputs.ramp_tokens_fraction * inputs.tokens
    first = float(np.clip(np.ceil(inputs.ramp_first_fraction * batches - 1e-9), 1.0, batches))
    columns = {**_columns(plan), "micro_batches": np.asarray(first)}
    first_s = min(float(timed(plan.task, columns)["step_s"]), at["step_s"])
    return Campaign(
        tokens=inputs.tokens,
        step_tokens=step_tokens,
        step_s=at["step_s"],
        first_step_tokens=step_tokens * first / batches,
        first_step_s=first_s,
        # a ramp of less than a step is none
        ramp_tokens=ramp_tokens if first < batches and ramp_tokens >= step_tokens else 0.0,
        evaluation_interval_tokens=inputs.evaluation_interval_tokens,
        evaluation_tokens=inputs.evaluation_tokens,
        forward_fraction=1 / (3 + (at["recompute"] >= FULL)),
        accelerators=at["accelerators"],
        interruptions_per_accelerator_h=inputs.interruption_rate,
        detection_s=inputs.detection_s,
        restart_s=inputs.restart_s,
        start_up_s=inputs.start_up_s,
        checkpoint_bytes=float(plan.task.shape.params) * inputs.checkpoint_bytes_per_param,
        checkpoint_bytes_per_s=inputs.checkpoint_bytes_per_s,
        checkpoint_fixed_s=inputs.checkpoint_fixed_s,
        blocking_fraction=inputs.checkpoint_blocking,
    )


def _columns(plan: Plan) -> dict[str, Values]:
    """Return all columns of the plan, as the step model takes them."""
    return completed(plan.task, {name: np.asarray(plan.values[name]) for name in DECISIONS})


def _said(plan: Plan) -> str:
    parts = [f"{name.replace('_', ' ')} {plan.values[name]:.10g}" for name in DECISIONS]
    return f"{', '.join(parts)}; runs at a time {plan.concurrent_runs:g}"


def _bound(asked: float | None, plan: Plan, capacity: float) -> str:
    if asked is not None and capacity < asked:
        return f"time: {asked:g} runs were asked, {capacity:.2f} fit in a year"
    at = plan.values
    parts = {
        "arithmetic": sum(at[name] for name in _COMPUTE),
        "communication": sum(at[name] for name in _EXCHANGE),
        "pipeline bubble": sum(at[name] for name in _BUBBLE),
        "host and optimizer": sum(at[name] for name in _OVERHEAD),
    }
    return max(parts, key=lambda name: parts[name])


def _notice(plan: Plan, accelerators: float) -> str:
    at = plan.values
    used = at["accelerators"] * plan.concurrent_runs
    if used >= 0.98 * accelerators:
        return ""
    if at["micro_batches"] <= at["pp"]:
        return (
            f"global batch limits one run to {at['accelerators']:,.0f} accelerators; "
            f"{accelerators - used:,.0f} stay idle"
        )
    return (
        f"the plan leaves {accelerators - used:,.0f} accelerators idle: more of them would not take a micro-batch off"
    )


__all__ = ["Input", "Training", "again", "run"]
