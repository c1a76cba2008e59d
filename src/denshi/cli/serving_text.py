"""What ``denshi serving`` found, in words."""

from collections.abc import Mapping, Sequence
from typing import Any

from denshi.cli.serving_case import Case
from denshi.workload.serving.explain import FIRST_PARTS, TOKEN_PARTS, way

_LEAST_SHARE = 5e-3
_CITED = 3
Page = Mapping[str, Any]


def prediction_text(case: Case, page: Page, *, cache: bool = False) -> str:
    """Write a prediction for a reader; ``cache`` adds what the memory of one accelerator holds."""
    lines = [
        _title(case, page),
        f"plan      {_plan(page['plan'], page['concurrency'] / page['plan']['replicas'])}; "
        f"{page['accelerators']:g} accelerators",
        f"TTFT      {_ms(page['ttft_s'])}{_band(page, 'ttft')}: {page['definitions']['ttft_s']}",
        *_parts(page["ttft_parts_s"], FIRST_PARTS, page["ttft_s"]),
        f"TPOT      {_ms(page['tpot_s'])}{_band(page, 'tpot')}: {page['definitions']['tpot_s']}",
        *_parts(page["tpot_parts_s"], TOKEN_PARTS, page["tpot_s"]),
        *_rates(page),
        f"bound by  {page['bound']}",
        *_measured(page),
    ]
    if page["drafts"]:
        lines.append(
            f"drafts    {page['drafts']:g} a step, {page['accepted_tokens_per_step']:.2f} tokens accepted with the next"
        )
    lines += _memory(page["memory"], whole=cache)
    grades = page["grades"]
    lines.append(
        f"grades    times {grades['times']}, memory {grades['memory']}, power {grades['power']}, "
        f"USD {grades['usd']} (A measured here to E assumed)"
    )
    if "simulation" in page:
        lines += _simulated(page["simulation"])
    return "\n".join([*lines, *_noted(page)]) + "\n"


def search_text(case: Case, page: Page) -> str:
    """Write a search for a reader."""
    lines = [
        _title(case, page),
        f"{page['evaluated']:,} configurations on up to {page['count']:,.0f} accelerators, {page['fitting']:,} fit the "
        f"memory, {page['within_targets']:,} meet TTFT {_ms(page['ttft_limit_s'])} and TPOT "
        f"{_ms(page['tpot_limit_s'])}; {page['search_s'] * 1e3:.0f} ms, {page['evaluated_per_s'] / 1e6:.1f} M/s; best "
        f"{page['objective']} first",
        "",
        *_table(page["plans"]),
        "",
        f"best      {_plan_of(page['plans'][0])}",
        f"bound by  {page['bound']}",
        f"stopped by {page['stopped_by']}",
    ]
    if page["runner_up"] is not None:
        lines.append(f"runner-up {_split(page['runner_up']['plan'])} {page['runner_up']['why_lost']}")
    if "pareto" in page:
        lines += ["", "none beats these in tokens/s a user and an accelerator:", *_table(page["pareto"])]
    if "demand" in page:
        lines += _demand(page["demand"])
    return "\n".join([*lines, *_noted(page)]) + "\n"


def compare_text(page: Page, case: Case | None) -> str:
    """Write a comparison for a reader."""
    lines = [] if case is None else [f"{case.model.name}, {_lengths(case.task)}"]
    lines += _columns(page["rows"])
    for row in page["rows"]:
        if row["best"] is None:
            lines.append(f"{row['asked']}: {row['why_not']}")
        else:
            best = row["best"]
            lines.append(f"{row['asked']}: {_plan_of(best)}; bound by {row['bound']}")
    lines += ["", "quality of the format, as published:"]
    for row in {row["precision"]: row for row in page["rows"] if "precision" in row}.values():
        lines += _quality(row)
    if page["cut"]:
        lines += ["", "cut variants, as published:"]
        lines += [f"  {_citation(one)} ({one['params_fraction']:.0%} of the parameters)" for one in page["cut"]]
    return "\n".join([*lines, *_noted(page)]) + "\n"


def _title(case: Case, page: Page) -> str:
    count = f", {page['concurrency']:,.0f} at a time" if "concurrency" in page else ""
    return f"{case.name}, {page['cache']} cache, {case.engine.name}: requests of {_lengths(case.task)}{count}"


def _lengths(task: Any) -> str:
    hit = f", {task.prefix_hit:.0%} of the prompt found in the cache" if task.prefix_hit else ""
    return f"{task.input_tokens:,.0f} + {task.output_tokens:,.0f} tokens{hit}"


def _plan(plan: Page, each: float) -> str:
    workers = "decode_workers" if plan["prompt_workers"] else "replicas"
    return way({**plan, "concurrency": each, workers: plan["replicas"]})


def _plan_of(best: Page) -> str:
    return _plan(best["plan"], best["plan"]["concurrency"])


def _split(plan: Page) -> str:
    return f"({_plan(plan, plan['concurrency'])})"


def _parts(parts: Page, labels: Mapping[str, str], whole: float) -> list[str]:
    large = {part: parts[part] for part in labels if parts[part] >= _LEAST_SHARE * whole}
    return [f"  {labels[part]:34} {value * 1e3:10.2f} ms  {value / whole:6.1%}" for part, value in large.items()]


def _rates(page: Page) -> list[str]:
    usd = page["usd_per_m_tokens"]
    cost = "" if usd is None else f"; {usd:,.3g} USD a million tokens at the rental price"
    return [
        f"rate      {page['tokens_per_s_per_user']:,.1f} tokens/s a user, "
        f"{page['tokens_per_s_per_accelerator']:,.0f} an accelerator, "
        f"{page['tokens_per_s_per_mw']:,.0f} a provisioned MW, {page['tokens_per_s']:,.0f} in all",
        f"energy    {page['energy_j_per_token']:.3g} J a token, {page['tokens_per_j']:.3g} tokens/J{cost}",
    ]


def _memory(memory: Page, *, whole: bool) -> list[str]:
    lines = [
        f"memory    {memory['weight_bytes'] / 1e9:.1f} GB of weights an accelerator; "
        f"{memory['sequences_held']:,.0f} sequences fit, {memory['sequences_running']:,.0f} run"
    ]
    if whole:
        used = memory["cache_used_bytes"]
        lines += [
            f"  {'capacity':34} {memory['capacity_bytes'] / 1e9:10.1f} GB",
            f"  {'room for the cache':34} {memory['cache_room_bytes'] / 1e9:10.1f} GB",
            f"  {'of it used':34} {used / 1e9:10.1f} GB  {used / memory['cache_room_bytes']:6.1%}",
            f"  {'cache of a token':34} {memory['token_bytes'] / 1e3:10.1f} kB",
            f"  {'cache of a request':34} {memory['sequence_bytes'] / 1e6:10.1f} MB",
            f"  {'all weights':34} {memory['checkpoint_bytes'] / 1e9:10.1f} GB",
        ]
    return lines


def _simulated(run: Page) -> list[str]:
    lines = [
        "",
        f"{run['requests']:,} requests at {run['rate_per_s']:g} a second, played one by one (gaps vary by "
        f"{run['burstiness']:g}, prompts by {run['input_cv']:g}, answers by {run['output_cv']:g} of the mean):",
        f"  {'':10} {'mean':>12} {'p50':>12} {'p90':>12} {'p99':>12}",
    ]
    for name, label in (("ttft_s", "TTFT"), ("tpot_s", "TPOT"), ("waited_s", "waiting")):
        spread = run[name]
        if spread is not None:
            lines.append(f"  {label:10} " + " ".join(f"{_ms(spread[q]):>12}" for q in ("mean", "p50", "p90", "p99")))
    lines.append(
        f"  {run['preemptions']:,} preemptions of {run['preempted_fraction']:.2%} of requests; utilisation "
        f"{run['utilisation']:.1%}; {run['tokens_per_s']:,.0f} tokens/s; {run['running']:,.1f} sequences a group run, "
        f"{run['most_running']:,} at most"
    )
    return lines


def _table(plans: Sequence[Page]) -> list[str]:
    lines = [
        "replicas  tp groups  pp  ep  seqs  prompt workers  chips    TTFT ms  TPOT ms  tok/s/user  tok/s/chip"
        "   tok/s/MW  J/token  USD/M"
    ]
    for one in plans:
        plan, usd = one["plan"], one["usd_per_m_tokens"]
        split = f"{plan['prompt_workers']:g} of {plan['prompt_tp']:g} x {plan['prompt_groups']:g}"
        lines.append(
            f"{plan['replicas']:8g} {plan['tp']:3g} {plan['groups']:6g} {plan['pp']:3g} {plan['ep']:3g} "
            f"{plan['concurrency']:5g}  {split if plan['prompt_workers'] else '—':>14} {one['accelerators']:6g} "
            f"{one['ttft_s'] * 1e3:10,.0f} {one['tpot_s'] * 1e3:8.2f} {one['tokens_per_s_per_user']:11.1f} "
            f"{one['tokens_per_s_per_accelerator']:11,.0f} {one['tokens_per_s_per_mw']:10,.0f} "
            f"{one['energy_j_per_token']:8.3g} {'—' if usd is None else f'{usd:.3g}':>6}"
        )
    return lines


def _columns(rows: Sequence[Page]) -> list[str]:
    width = max(len(row["asked"]) for row in rows)
    lines = [f"{'':{width}} format  weights GB   fit  chips    TTFT ms  TPOT ms  tok/s/chip   tok/s/MW  J/token  USD/M"]
    for row in rows:
        best = row["best"]
        if best is None:
            lines.append(f"{row['asked']:{width}} {row.get('precision', '—'):6}  —")
            continue
        usd = best["usd_per_m_tokens"]
        lines.append(
            f"{row['asked']:{width}} {row['precision']:6} {row['checkpoint_bytes'] / 1e9:11,.0f} "
            f"{best['sequences_held']:5,.0f} {best['accelerators']:6g} {best['ttft_s'] * 1e3:10,.0f} "
            f"{best['tpot_s'] * 1e3:8.2f} {best['tokens_per_s_per_accelerator']:11,.0f} "
            f"{best['tokens_per_s_per_mw']:10,.0f} {best['energy_j_per_token']:8.3g} "
            f"{'—' if usd is None else f'{usd:.3g}':>6}"
        )
    return [*lines, ""]


def _quality(row: Page) -> list[str]:
    """Say what scores became in a format: the worst, the middle and the best of those published."""
    found = sorted(row["quality"], key=lambda one: one["after"] / one["before"])
    if row["reference_format"]:
        return [f"  {row['precision']}: the format of the reference"]
    if not found:
        return [f"  {row['precision']}: no published evaluation in the catalogue"]
    low, high = (one["after"] / one["before"] for one in (found[0], found[-1]))
    other = "" if row["quality_model"] == row["model"] else f" of {row['quality_model']}, the same shape;"
    shown = [found[0], found[len(found) // 2], found[-1]] if len(found) > _CITED else found
    return [
        f"  {row['precision']}:{other} score after over before {low:.3f} to {high:.3f}, {len(found)} published",
        *(f"    {_citation(one)}" for one in shown),
        *([f"    {len(found) - _CITED} more: denshi catalog search --kind quality"] if len(found) > _CITED else []),
    ]


def _citation(row: Page) -> str:
    return (
        f"{row['checkpoint']}, {row['method']}, {row['benchmark']}: {row['before']:g} to {row['after']:g} "
        f"[{row['source']}, {row['date']}, {row['grade']}]"
    )


def _demand(demand: Page) -> list[str]:
    return [
        "",
        f"{demand['tokens_per_day']:,.0f} tokens a day: {demand['accelerators']:,.0f} accelerators, "
        f"{demand['units']:,} units of {demand['unit_accelerators']:g}, for {demand['peak_tokens_per_s']:,.0f} "
        f"tokens/s in the busiest hour; over the day {demand['utilisation']:.0%} of their rate is used",
    ]


def _measured(page: Page) -> list[str]:
    """The time of an output token by measured operators, and where each came from."""
    if "silicon" not in page:
        return []
    known = page["silicon"]
    lines = [
        f"measured  {_ms(known['tpot_s'])} an output token by operator tables; the other figures are the fitted ones"
    ]
    return lines + [f"  {operator}: {source}" for operator, source in known["sources"].items()]


def _band(page: Page, metric: str) -> str:
    if page[f"{metric}_low_s"] is None:
        return ""
    return f" (four times in five {_ms(page[f'{metric}_low_s'])} to {_ms(page[f'{metric}_high_s'])})"


def _ms(seconds: float) -> str:
    return f"{seconds * 1e3:,.3g} ms" if seconds < 1 else f"{seconds:,.3g} s"


def _noted(page: Page) -> list[str]:
    return [f"note: {note}" for note in page["notices"]]
