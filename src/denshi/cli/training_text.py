"""What ``denshi training predict`` and ``search`` found, as a document and in words."""

from collections.abc import Mapping
from typing import Any

from denshi.cli.training_case import Case
from denshi.workload.training.explain import COMPONENTS, PARTS, bound, differs, said, why_lost
from denshi.workload.training.search import Found
from denshi.workload.training.task import DECISIONS

Plan = Mapping[str, float]

MFU = (
    "model FLOP of a step (forward and backward, nothing twice) / (accelerators x dense peak of the format x step time)"
)
HFU = "the same with the forward passes that are computed again counted as well"
_COLUMNS = {
    "tp": "tp",
    "cp": "cp",
    "pp": "pp",
    "vp": "virtual_stages",
    "ep": "ep",
    "dp": "dp",
    "mb": "micro_batch",
    "recompute": "recompute",
    "zero": "zero",
    "shard": "shard",
}
_SMALLEST_SHARE = 5e-4


def prediction(case: Case, plan: Plan) -> dict[str, Any]:
    """Return one predicted step as a document."""
    low, high = _band(case)
    return {
        "schema_version": 1,
        **_header(case),
        "plan": _decisions(plan),
        "micro_batches": plan["micro_batches"],
        "step_s": plan["step_s"],
        "step_low_s": plan["step_s"] * low,
        "step_high_s": plan["step_s"] * high,
        "interval": 0.8,
        "parts_s": {part: plan[part] for part in PARTS},
        "memory_bytes": plan["memory_bytes"],
        "components_bytes": {part: plan[part] for part in COMPONENTS},
        "usable_bytes": case.task.usable_bytes,
        "capacity_bytes": case.accelerator.memory_bytes,
        **_rates(case, plan),
        "mfu_definition": MFU,
        "hfu_definition": HFU,
        "bound": bound(case.task, plan),
        "notices": [*case.notices, *_outside(case, plan)],
    }


def searched(
    case: Case, found: Found, objective: str, taken_s: float, top: int, *, pareto: bool = False
) -> dict[str, Any]:
    """Return a search as a document."""
    winner = found.plans[0]
    low, high = _band(case)
    second = found.plans[1] if len(found.plans) > 1 else None
    return {
        "schema_version": 1,
        **_header(case),
        "objective": objective,
        "space": found.space,
        "evaluated": found.evaluated,
        "fitting": found.fitting,
        "search_s": taken_s,
        "evaluated_per_s": found.evaluated / taken_s,
        "plans": [_short(case, plan) for plan in found.plans[:top]],
        "step_low_s": winner["step_s"] * low,
        "step_high_s": winner["step_s"] * high,
        "interval": 0.8,
        "runner_up": None
        if second is None
        else {"differs": differs(winner, second), "why_lost": why_lost(winner, second, objective)},
        "bound": bound(case.task, winner),
        **({"pareto": [_short(case, plan) for plan in found.front]} if pareto else {}),
        "notices": [*case.notices, *_outside(case, winner)],
    }


def prediction_text(case: Case, page: Mapping[str, Any]) -> str:
    """Write a prediction for a reader."""
    step = page["step_s"]
    lines = [
        _title(case),
        f"plan      {said(page['plan'])}; {page['micro_batches']:g} micro-batches",
        f"step      {step:.4g} s (four times in five between {page['step_low_s']:.4g} and {page['step_high_s']:.4g} s)",
    ]
    for part, label in PARTS.items():
        value = page["parts_s"][part]
        if value >= _SMALLEST_SHARE * step:
            lines.append(f"  {label:30} {value:10.4f} s  {value / step:6.1%}")
    lines.append(
        f"memory    {page['memory_bytes'] / 1e9:.1f} GB of {page['capacity_bytes'] / 1e9:.0f} GB, "
        f"{page['usable_bytes'] / 1e9:.1f} of them usable"
    )
    for part, label in COMPONENTS.items():
        value = page["components_bytes"][part]
        if value:
            lines.append(f"  {label:30} {value / 1e9:10.2f} GB")
    lines += [
        f"rate      {page['tokens_per_s_per_accelerator']:,.0f} tokens/s/accelerator, all {page['tokens_per_s']:,.0f}",
        f"MFU       {page['mfu']:.1%}: {MFU}",
        f"HFU       {page['hfu']:.1%}: {HFU}",
        f"energy    {page['step_energy_kwh']:,.3g} kWh a step, "
        f"{page['energy_kwh_per_m_tokens']:.3g} kWh a million tokens",
        f"bound by  {page['bound']}",
    ]
    return "\n".join(lines + _noted(page)) + "\n"


def search_text(case: Case, page: Mapping[str, Any]) -> str:
    """Write a search for a reader."""
    lines = [
        _title(case),
        f"{page['evaluated']:,} legal plans ({page['space']} space), {page['fitting']:,} fit the memory; "
        f"{page['search_s']:.2f} s, {page['evaluated_per_s'] / 1e6:.1f} M/s; best {page['objective']} first",
        "",
        *_table(page["plans"]),
        "",
        f"step of the best: four times in five between {page['step_low_s']:.4g} and {page['step_high_s']:.4g} s",
        f"bound by: {page['bound']}",
    ]
    if page["runner_up"] is not None:
        second = page["runner_up"]
        lines.append(f"the runner-up ({second['differs']}) {second['why_lost']}")
    if "pareto" in page:
        lines += ["", "undominated in time and memory:", *_table(page["pareto"])]
    return "\n".join(lines + _noted(page)) + "\n"


def _table(plans: list[dict[str, Any]]) -> list[str]:
    widths = {
        name: max(len(name), *(len(f"{plan['plan'][key]:.4g}") for plan in plans)) for name, key in _COLUMNS.items()
    }
    head = " ".join(f"{name:>{width}}" for name, width in widths.items())
    lines = [f"{head}   step s   MFU  memory GB  kWh/step  USD/step  schedule"]
    for plan in plans:
        row = " ".join(f"{plan['plan'][_COLUMNS[name]]:>{width}.4g}" for name, width in widths.items())
        usd = "—" if plan["step_usd"] is None else f"{plan['step_usd']:.2f}"
        schedule = "zero bubble" if plan["plan"]["zero_bubble"] else "1F1B"
        whole = "" if plan["plan"]["sequence_parallel"] or plan["plan"]["tp"] == 1 else ", sequence whole"
        lines.append(
            f"{row} {plan['step_s']:8.4g} {plan['mfu']:5.1%} {plan['memory_bytes'] / 1e9:10.1f} "
            f"{plan['step_energy_kwh']:9.3g} {usd:>9}  {schedule}{whole}"
        )
    return lines


def _noted(page: Mapping[str, Any]) -> list[str]:
    return [f"note: {note}" for note in page["notices"]]


def _title(case: Case) -> str:
    task = case.task
    return (
        f"{case.model.name} on {task.accelerators:,.0f} x {case.accelerator.name}, {case.precision}, "
        f"{task.sequences:,.0f} sequences of {case.sequence:,.0f} tokens, {case.software.name}"
    )


def _header(case: Case) -> dict[str, Any]:
    return {
        "model": case.model.id,
        "accelerator": case.accelerator.id,
        "accelerators": case.task.accelerators,
        "precision": case.precision,
        "software": case.software.id,
        "batch_sequences": case.task.sequences,
        "sequence_tokens": case.sequence,
    }


def _decisions(plan: Plan) -> dict[str, float]:
    return {name: plan[name] for name in DECISIONS}


def _short(case: Case, plan: Plan) -> dict[str, Any]:
    return {
        "plan": _decisions(plan),
        "accelerators": plan["accelerators"],
        "step_s": plan["step_s"],
        "memory_bytes": plan["memory_bytes"],
        **_rates(case, plan),
    }


def _rates(case: Case, plan: Plan) -> dict[str, Any]:
    """Rates, utilisations, energy and cost of a step; with frozen weights their gradients are no model FLOP."""
    from denshi.workload.precision import peak_flop_per_s

    shape, step = case.task.shape, plan["step_s"]
    tokens = case.task.sequences * case.sequence
    attention = 6 * float(shape.layers) * float(shape.context) * float(shape.score_width)
    products = float(shape.flop_per_token) - attention
    flop = (products * (2 + case.task.trained) / 3 + attention) * tokens
    again = max(plan["recompute"] - 1, 0.0) * float(shape.flop_per_token) / 3 * tokens
    peak = peak_flop_per_s(case.accelerator, "fp8" if case.precision == "mxfp8" else case.precision)
    capacity = plan["accelerators"] * peak * step
    price = _price(case.accelerator.id)
    return {
        "mfu": flop / capacity,
        "hfu": (flop + again) / capacity,
        "tokens_per_s": tokens / step,
        "tokens_per_s_per_accelerator": tokens / step / plan["accelerators"],
        "step_energy_kwh": plan["step_energy_kwh"],
        "energy_kwh_per_m_tokens": plan["step_energy_kwh"] / tokens * 1e6,
        "step_usd": None if price is None else price * plan["accelerators"] * step / 3600,
    }


def _price(accelerator: str) -> float | None:
    """Rental of one accelerator [USD/h], where the catalogue has it."""
    from denshi.catalog import Price, rows

    price = rows("prices").get(f"rental-{accelerator}")
    return price.value if isinstance(price, Price) else None


def _band(case: Case) -> tuple[float, float]:
    """Factors on a predicted time between which the measured one lies four times in five."""
    from denshi.catalog import Assumption, find

    kind = ("moe" if case.model.experts else "dense") + ("" if case.measured else "-unseen")
    low, high = (find(Assumption, f"training-band-{kind}-{end}").value for end in ("low", "high"))
    return low, high


def _outside(case: Case, plan: Plan) -> list[str]:
    """Say where a plan lies outside what was measured."""
    notes = []
    if plan["accelerators"] < case.task.accelerators:
        left = case.task.accelerators - plan["accelerators"]
        held = {"tp", "pp", "dp"} <= case.task.fixed.keys()
        why = "the plan stated leaves" if held else "no legal plan that divides the batch uses all:"
        notes.append(f"{why} {left:,.0f} accelerators idle; rates, MFU, energy and cost are over those that work")
    if plan["zero_bubble"]:
        notes.append("no measured run has a zero-bubble schedule")
    if plan["tp"] > float(case.task.machine.domain):
        notes.append("no measured run stretches tensor parallelism beyond a scale-up domain")
    if 1 <= plan["zero"] < 3 and plan["shard"] < plan["dp"] * plan["cp"]:
        notes.append("sharding over fewer ranks than there are changes the memory; its exchange is timed as over all")
    return notes
