"""Serving of a model: replicas and batch at the latency targets, tokens a second, energy a token.

>>> from denshi.workload import serving
>>> serving.Serving.__name__
'Serving'
"""

from math import floor

from denshi.workload.precision import BYTES_PER_CACHED_VALUE
from denshi.workload.record import available_accelerators
from denshi.workload.serving.plan import Plan, choose, hold
from denshi.workload.serving.record import Input
from denshi.workload.serving.result import Serving
from denshi.workload.serving.step import DECISIONS, evaluate
from denshi.workload.transformer import active_params, kv_cache_bytes_per_token, total_params

HOURS_PER_YEAR = 8760.0

_MOST_MEASURED = 256.0  # sequences an accelerator in the measurements that the multipliers are fitted to

_SECONDS = ("weight_s", "cache_s", "arithmetic_s", "exchange_s", "host_s", "step_s", "prefill_s", "tpot_s", "ttft_s")


def run(inputs: Input) -> Serving:
    """Size the replicas of a served model and say how fast they answer.

    Parameters
    ----------
    inputs : the workload, the model, the hardware, the efficiencies.

    Returns
    -------
    Serving : every figure, at full load.

    Raises
    ------
    InfeasibleError : the accelerator lacks the precision, the weights fit nowhere, or no batch meets the targets.

    Source: pope2022.
    """
    return _figures(inputs, choose(inputs))


def again(inputs: Input, result: Serving) -> Serving:
    """Evaluate every figure again with the split and batch of ``result`` held, for sensitivities."""
    return _figures(inputs, hold(inputs, {name: float(getattr(result, name)) for name in DECISIONS}))


def _figures(inputs: Input, plan: Plan) -> Serving:
    at = plan.values
    accelerators = available_accelerators(inputs)
    replicas = float(floor(accelerators / at["accelerators"]))
    system_kw = inputs.system.power_kw / inputs.system.accelerators
    busy_kw = system_kw * inputs.busy_power_fraction
    used = replicas * at["accelerators"]
    each = at["tokens_per_s"] / at["accelerators"]
    idle = accelerators - used
    return Serving(
        kind="serving",
        params=total_params(inputs.model),
        active_params=active_params(inputs.model),
        kv_cache_bytes_per_token=kv_cache_bytes_per_token(inputs.model, BYTES_PER_CACHED_VALUE[inputs.precision]),
        accelerators=accelerators,
        plan=", ".join(f"{name} {at[name]:.10g}" for name in DECISIONS),
        **{name: at[name] for name in DECISIONS},
        replica_accelerators=at["accelerators"],
        replicas=replicas,
        weight_bytes=at["weight_bytes"],
        cache_bytes=at["cache_bytes"],
        memory_fraction=at["memory_bytes"] / inputs.accelerator.memory_bytes,
        **{name: at[name] for name in _SECONDS},
        prefill_fraction=at["prefill_fraction"],
        tokens_per_s_per_replica=at["tokens_per_s"],
        tokens_per_s_per_accelerator=each,
        tokens_per_s=replicas * at["tokens_per_s"],
        tokens_per_year=replicas * at["tokens_per_s"] * HOURS_PER_YEAR * 3600,
        accelerator_hours_per_year=used * HOURS_PER_YEAR,
        busy_power_kw=busy_kw,
        power_kw=used * busy_kw + idle * system_kw * inputs.system.idle_power_fraction,
        energy_j_per_token=busy_kw * 1e3 / each,
        bound=plan.bound,
        notice=_notice(plan, idle),
    )


def _notice(plan: Plan, idle: float) -> str:
    replica, each = plan.values["accelerators"], plan.values["batch"] / plan.values["accelerators"]
    said = []
    if idle:
        said.append(f"{idle:,.0f} accelerators are left over: a replica takes {replica:,.0f}")
    if each > _MOST_MEASURED:
        said.append(
            f"{each:,.0f} sequences an accelerator lie beyond the {_MOST_MEASURED:.0f} of the measurements: "
            "rate and latency are extrapolated"
        )
    return "; ".join(said)


__all__ = ["Input", "Serving", "again", "evaluate", "run"]
