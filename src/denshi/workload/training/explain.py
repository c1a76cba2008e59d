"""Why a plan wins, what bounds it, and what is missing where none fits: a search in words."""

from collections.abc import Mapping
from dataclasses import replace
from math import ceil, prod

from denshi.errors import InfeasibleError
from denshi.workload.training.legal import check
from denshi.workload.training.memory import FULL, LEAN
from denshi.workload.training.task import MAIN, Task

Plan = Mapping[str, float]

PARTS = {
    "product_s": "matrix products",
    "attention_s": "attention",
    "passes_s": "passes over memory",
    "host_s": "launches by the host",
    "tensor_s": "tensor exchange",
    "context_s": "context exchange",
    "expert_s": "expert exchange",
    "pipeline_s": "hand-over between stages",
    "data_s": "gradient and weight exchange",
    "bubble_s": "pipeline bubble",
    "optimizer_s": "optimizer",
    "fixed_s": "fixed time of a step",
    "straggler_s": "stragglers",
}
"""The parts of a step and their names."""

COMPONENTS = {
    "weight_bytes": "weights",
    "gradient_bytes": "gradients",
    "optimizer_bytes": "optimizer states",
    "activation_bytes": "activations",
    "logit_bytes": "logits",
    "buffer_bytes": "buffers",
}
"""The parts of memory and their names."""

_LEAST_POINTS = 0.1
_MOST_NAMED = 3
_DOUBLINGS = 13
_FULL_MEMORY = 0.97
# what may change about a plan that does not fit, cheapest first
_CHANGES = (("micro_batch", 1.0), ("recompute", LEAN), ("recompute", FULL), ("zero", 3.0))
_FACTORS = tuple(2.0**k * part for k in range(_DOUBLINGS) for part in (1.25, 1.5, 1.75, 2.0))
_WHOLE_DOMAIN = 8.0


def said(plan: Plan) -> str:
    """Write a plan in words, without the dimensions that are one.

    >>> said({"tp": 8.0, "pp": 4.0, "dp": 2.0, "cp": 1.0, "zero": 1.0, "recompute": 1.0})
    'tp 8, pp 4, dp 2, lean recomputation'
    """
    named = [f"{name.replace('_', '-')} {plan[name]:g}" for name in MAIN if plan.get(name, 1.0) > 1]
    level = plan.get("recompute", 0.0)
    if 0 < level <= LEAN:
        named.append("lean recomputation")
    elif level > LEAN:
        named.append("full recomputation" if level >= 2 else f"{level - LEAN:.0%} of layers recomputed in full")
    ranks = plan.get("dp", 1.0) * plan.get("cp", 1.0)
    if plan.get("zero", 1.0) != 1 and ranks > 1:
        named.append(f"ZeRO-{plan['zero']:g}")
    if plan.get("shard", ranks) < ranks:
        named.append(f"states over {plan['shard']:g} ranks")
    if plan.get("zero_bubble", 0.0):
        named.append("zero-bubble schedule")
    if plan.get("tp", 1.0) > 1 and not plan.get("sequence_parallel", 1.0):
        named.append("no sequence parallelism")
    return ", ".join(named) or "one accelerator"


def differs(winner: Plan, other: Plan) -> str:
    """Name the main decisions in which a plan differs from the winner, as it has them.

    >>> differs({"tp": 8.0, "dp": 2.0}, {"tp": 4.0, "dp": 4.0})
    'tp 4, dp 4'
    """
    names = [name for name in MAIN if name in winner and winner[name] != other[name]]
    return ", ".join(f"{name.replace('_', '-')} {other[name]:g}" for name in names)


def why_lost(winner: Plan, other: Plan, objective: str = "time") -> str:
    """Say by how much a plan loses to the winner, and in which parts of the step (of memory, where that is asked).

    Points are hundredths of the winner's step, or of its memory.

    >>> first = dict.fromkeys(PARTS, 0.0) | {"product_s": 9.0, "bubble_s": 1.0, "step_s": 10.0}
    >>> why_lost(first, first | {"bubble_s": 1.5, "product_s": 8.8, "step_s": 10.3})
    'loses 3.0 %: pipeline bubble +5.0 points, matrix products -2.0'
    """
    whole, labels = ("memory_bytes", COMPONENTS) if objective == "memory" else ("step_s", PARTS)
    asked = {"energy": ("step_energy_kwh",), "cost": ("step_s", "accelerators")}.get(objective, (whole,))
    more = (prod(other[name] for name in asked) / prod(winner[name] for name in asked) - 1) * 100
    points = {label: (other[part] - winner[part]) / winner[whole] * 100 for part, label in labels.items()}
    large = sorted((p for p in points.items() if abs(p[1]) >= _LEAST_POINTS), key=lambda p: -abs(p[1]))[:_MOST_NAMED]
    told = [f"{label} {value:+.1f}{' points' if i == 0 else ''}" for i, (label, value) in enumerate(large)]
    return f"loses {more:.1f} %: {', '.join(told) or 'no part differs by a tenth of a point'}"


def bound(task: Task, plan: Plan) -> str:
    """Say what bounds a plan: the largest part of its step, over which link, and whether memory is full."""
    domain = float(task.machine.domain)
    spans = {
        "tensor_s": plan["tp"],
        "context_s": plan["tp"] * plan["cp"],
        "expert_s": plan["ep"],
        "pipeline_s": plan["tp"] * plan["cp"] * plan["dp"] * 2,
        "data_s": plan["tp"] * plan["cp"] * plan["dp"],
    }
    groups = {
        "arithmetic": ("product_s", "attention_s"),
        "memory bandwidth": ("passes_s", "optimizer_s"),
        "the host": ("host_s", "fixed_s"),
        "the scale-up link": tuple(part for part, span in spans.items() if span <= domain),
        "the network": tuple(part for part, span in spans.items() if span > domain),
        "the pipeline bubble": ("bubble_s",),
        "stragglers": ("straggler_s",),
    }
    sums = {name: sum(plan[part] for part in parts) for name, parts in groups.items()}
    order = sorted(sums, key=lambda name: -sums[name])
    first, second = order[0], order[1]
    heaviest = max(groups[first], key=lambda part: plan[part])
    share = {name: value / plan["step_s"] for name, value in sums.items()}
    text = (
        f"{first} ({share[first]:.0%} of the step, most of it {PARTS[heaviest]}), then {second} ({share[second]:.0%})"
    )
    full = plan["memory_bytes"] / task.usable_bytes
    return text + (f"; memory is full to {full:.0%} of what can be used" if full >= _FULL_MEMORY else "")


def no_plan(task: Task) -> InfeasibleError:
    """Say that no plan is legal."""
    held = ", ".join(f"{name} = {value:g}" for name, value in task.fixed.items())
    return InfeasibleError(
        f"no split of {task.accelerators:,.0f} accelerators and {task.sequences:g} sequences"
        + (f" has {held}" if held else " is legal"),
        why="tp x cp x pp x dp must be the accelerators, ep divide tp x cp x dp, dp divide the global batch",
        mend="Leave a dimension out, or change the global batch or the number of accelerators",
    )


def too_large(task: Task, leanest: Plan) -> InfeasibleError:
    """Say what is missing on the leanest plan, and the smallest change that fits."""
    short = (leanest["memory_bytes"] - task.usable_bytes) / 1e9
    parts = ", ".join(
        f"{leanest[part] / 1e9:,.1f} GB of {label}" for part, label in COMPONENTS.items() if leanest[part] >= 5e7
    )
    return InfeasibleError(
        f"nothing fits: the leanest plan ({said(leanest)}) is {short:,.1f} GB a device short of memory",
        why=f"it needs {parts}; {task.usable_bytes / 1e9:,.1f} GB of a device can be used",
        mend=_mend(task),
    )


def _mend(task: Task) -> str:
    """Find the smallest change that fits: one thing that is held, the whole plan, then more accelerators.

    Plans on all accelerators that divide the batch come first, others where there are none.
    """
    for whole in (True, False):
        for name, value in _CHANGES:
            changed = replace(task, fixed={**task.fixed, name: value})
            if task.fixed.get(name, value) != value and _fits(changed, whole) is not None:
                return f"It fits with {name} = {value:g}"
        plan = _fits(replace(task, fixed={}), whole) if task.fixed else None
        if plan is not None:
            return f"It fits on the same accelerators as {said(plan)}"
        for factor in _FACTORS:
            larger = _larger(task, factor)
            plan = _fits(larger, whole)
            if plan is not None:
                return f"It fits on {larger.accelerators:,.0f} accelerators as {said(plan)}"
    return "Choose a smaller model, shorter sequences or an accelerator with more memory"


def _larger(task: Task, factor: float) -> Task:
    """The task on so many times the accelerators, in whole scale-up domains, with nothing held."""
    domain = min(float(task.machine.domain), _WHOLE_DOMAIN)
    return replace(task, accelerators=ceil(task.accelerators * factor / domain) * domain, fixed={})


def _fits(task: Task, whole: bool) -> Plan | None:
    """The leanest of the usual plans, if it is legal and fits."""
    from denshi.workload.training.search import leanest

    try:
        check(task, all_accelerators=whole)
    except InfeasibleError:
        return None
    plan = leanest(task, all_accelerators=whole)
    return plan if plan is not None and plan["memory_bytes"] <= task.usable_bytes else None
