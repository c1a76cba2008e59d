"""Training of a model on a cluster: how to split it, how long a step and a run take, what they draw.

>>> from denshi.workload import training
>>> training.Training.__name__
'Training'
"""

from math import ceil, inf

from denshi.workload.precision import peak_flop_per_s
from denshi.workload.record import available_accelerators
from denshi.workload.training.first_order import DECISIONS, batch_sequences, evaluate, gemm_efficiency
from denshi.workload.training.plan import Plan, choose, hold
from denshi.workload.training.record import Input
from denshi.workload.training.result import Training
from denshi.workload.transformer import active_params, total_params, training_flop_per_token

HOURS_PER_YEAR = 8760.0

_WRITTEN_AS = {"micro_batch": "micro_batch_sequences"}


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
    """Evaluate every figure again with the plan of ``result`` held, for sensitivities."""
    decisions = {name: float(getattr(result, _WRITTEN_AS.get(name, name))) for name in DECISIONS}
    return _figures(inputs, hold(inputs, decisions, result.concurrent_runs))


def _figures(inputs: Input, plan: Plan) -> Training:
    at = plan.values
    accelerators = available_accelerators(inputs)
    sequences = batch_sequences(inputs)
    step_tokens = sequences * inputs.sequence
    flop = training_flop_per_token(inputs.model, inputs.sequence)
    peak = peak_flop_per_s(inputs.accelerator, inputs.precision)
    steps = max(float(ceil(inputs.tokens / step_tokens - 1e-9)), 1.0)
    run_s = steps * at["step_s"] / inputs.goodput
    hours = run_s / 3600 * at["accelerators"]
    capacity = plan.concurrent_runs * HOURS_PER_YEAR * 3600 / run_s
    asked = inf if inputs.runs_per_year is None else inputs.runs_per_year
    runs = min(asked, capacity)
    busy = runs * hours / (accelerators * HOURS_PER_YEAR)
    system_kw = inputs.system.power_kw / inputs.system.accelerators
    busy_kw = system_kw * inputs.busy_power_fraction
    return Training(
        kind="training",
        params=total_params(inputs.model),
        active_params=active_params(inputs.model),
        flop_per_token=flop,
        accelerators=accelerators,
        batch_sequences=sequences,
        plan=_said(plan),
        **{_WRITTEN_AS.get(name, name): at[name] for name in DECISIONS},
        micro_batches=at["micro_batches"],
        accelerators_per_run=at["accelerators"],
        concurrent_runs=plan.concurrent_runs,
        gemm_efficiency=gemm_efficiency(inputs),
        **{
            f"{part}_bytes": at[f"{part}_bytes"] for part in ("weight", "gradient", "optimizer", "activation", "memory")
        },
        memory_fraction=at["memory_bytes"] / inputs.accelerator.memory_bytes,
        **{f"{part}_s": at[f"{part}_s"] for part in ("compute", "communication", "bubble", "overhead", "step")},
        mfu=flop * step_tokens / (at["accelerators"] * peak * at["step_s"]),
        tokens_per_s=plan.concurrent_runs * step_tokens / at["step_s"],
        steps=steps,
        run_s=run_s,
        accelerator_hours_per_run=hours,
        capacity_runs_per_year=capacity,
        runs_per_year=runs,
        accelerator_hours_per_year=runs * hours,
        tokens_per_year=runs * inputs.tokens,
        busy_fraction=busy,
        busy_power_kw=busy_kw,
        power_kw=accelerators * (busy * busy_kw + (1 - busy) * system_kw * inputs.system.idle_power_fraction),
        energy_kwh_per_run=hours * busy_kw,
        bound=_bound(inputs.runs_per_year, plan, capacity),
        notice=_notice(plan, accelerators),
    )


def _said(plan: Plan) -> str:
    parts = [f"{name.replace('_', ' ')} {plan.values[name]:.10g}" for name in DECISIONS]
    return f"{', '.join(parts)}; runs at a time {plan.concurrent_runs:g}"


def _bound(asked: float | None, plan: Plan, capacity: float) -> str:
    if asked is not None and capacity < asked:
        return f"time: {asked:g} runs were asked, {capacity:.2f} fit in a year"
    names = {"compute_s": "arithmetic", "communication_s": "communication", "bubble_s": "pipeline bubble"}
    return names[max(names, key=lambda name: plan.values[name])]


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


__all__ = ["Input", "Training", "again", "evaluate", "run"]
