"""Serving of a model: replicas and concurrency at the latency targets, tokens a second, energy a token.

>>> from denshi.workload import serving
>>> serving.Serving.__name__
'Serving'
"""

from dataclasses import replace
from math import floor

import numpy as np

from denshi.workload.record import available_accelerators
from denshi.workload.serving.energy import active_fraction, power_kw
from denshi.workload.serving.plan import Plan, choose, hold, sequence_bytes
from denshi.workload.serving.record import Input
from denshi.workload.serving.result import Serving
from denshi.workload.serving.task import DECISIONS, split_of
from denshi.workload.transformer import active_params, total_params

HOURS_PER_YEAR = 8760.0

_WRITTEN_AS = {"expert_s": "routed_s", "own_s": "first_prompt_s"}
_SECONDS = (
    *("weight_s", "expert_s", "cache_s", "launch_s", "exchange_s", "host_s", "step_s"),
    *("prompt_s", "mixed_s", "tpot_s", "own_s", "queue_s", "start_s", "client_s", "ttft_s"),
)


def run(inputs: Input) -> Serving:
    """Size the replicas of a served model and say how fast they answer.

    Parameters
    ----------
    inputs : the workload, the model, the hardware, the engine.

    Returns
    -------
    Serving : every figure, at full load.

    Raises
    ------
    InfeasibleError : the accelerator lacks the precision, the weights fit nowhere, or no concurrency meets the targets.

    Source: pope2022.
    """
    return _figures(inputs, choose(inputs))


def again(inputs: Input, result: Serving) -> Serving:
    """Evaluate every figure again with the plan of ``result`` held, and the Pareto front with it, for sensitivities."""
    evaluated = _figures(inputs, hold(inputs, {name: float(getattr(result, name)) for name in DECISIONS}))
    return replace(
        evaluated,
        front_tokens_per_s_per_user=result.front_tokens_per_s_per_user,
        front_tokens_per_s_per_accelerator=result.front_tokens_per_s_per_accelerator,
    )


def _figures(inputs: Input, plan: Plan) -> Serving:
    at, task = plan.values, plan.task
    accelerators = available_accelerators(inputs)
    replicas = float(floor(accelerators / at["accelerators"]))
    used = replicas * at["accelerators"]
    each = at["tokens_per_s"] / at["accelerators"]
    system_kw = inputs.system.power_kw / inputs.system.accelerators
    idle_fraction = inputs.system.idle_power_fraction
    active = float(active_fraction(plan.columns))
    busy_kw = float(power_kw(np.asarray(active), system_kw, idle_fraction, inputs.busy_power_fraction))
    cache_bytes = at["running"] / at["groups"] * float(sequence_bytes(task, split_of(plan.columns)))
    held_bytes = at["weight_bytes"] + cache_bytes + inputs.engine.reserved_bytes
    return Serving(
        kind="serving",
        params=total_params(inputs.model),
        active_params=active_params(inputs.model),
        kv_cache_bytes_per_token=float(task.shape.cache_values * task.machine.cache_bytes + task.shape.index_bytes),
        accelerators=accelerators,
        plan=", ".join(f"{name} {at[name]:.10g}" for name in DECISIONS),
        **{name: at[name] for name in DECISIONS},
        replica_accelerators=at["accelerators"],
        replicas=replicas,
        held_sequences=at["held"],
        running_sequences=at["running"],
        weight_bytes=at["weight_bytes"],
        cache_bytes=cache_bytes,
        memory_fraction=held_bytes / (inputs.accelerator.memory_bytes * inputs.engine.memory_label),
        **{_WRITTEN_AS.get(name, name): at[name] for name in _SECONDS},
        tokens_per_s_per_user=1 / at["tpot_s"],
        tokens_per_s_per_replica=at["tokens_per_s"],
        tokens_per_s_per_accelerator=each,
        tokens_per_s=replicas * at["tokens_per_s"],
        tokens_per_s_per_kw=replicas * at["tokens_per_s"] / (accelerators * system_kw),
        tokens_per_year=replicas * at["tokens_per_s"] * HOURS_PER_YEAR * 3600,
        accelerator_hours_per_year=used * HOURS_PER_YEAR,
        active_fraction=active,
        busy_power_kw=busy_kw,
        power_kw=used * busy_kw + (accelerators - used) * system_kw * idle_fraction,
        energy_j_per_token=busy_kw * 1e3 / each,
        front_tokens_per_s_per_user=tuple(user for user, _ in plan.front),
        front_tokens_per_s_per_accelerator=tuple(rate for _, rate in plan.front),
        bound=plan.bound,
        notice=_notice(at["accelerators"], accelerators - used),
    )


def _notice(replica: float, idle: float) -> str:
    return f"{idle:,.0f} accelerators are left over: a replica takes {replica:,.0f}" if idle else ""


__all__ = ["Input", "Serving", "again", "run"]
