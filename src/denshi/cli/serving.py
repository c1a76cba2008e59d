"""``denshi serving``: the serving room of a scenario, one way of serving, a search over all, machines compared."""

import time
from collections.abc import Callable
from typing import Annotated

import typer

from denshi.cli.options import AsJson, ScenarioByDefault

Model = Annotated[str | None, typer.Option("--model", help="A model of the catalogue.")]
Accelerator = Annotated[str | None, typer.Option("--accelerator", help="An accelerator of the catalogue.")]
Input = Annotated[float | None, typer.Option("--input", help="Mean tokens of a prompt; 1024 if left out.")]
Output = Annotated[float | None, typer.Option("--output", help="Mean tokens of an answer; 1024 if left out.")]
Serving = Annotated[str | None, typer.Option("--engine", help="vllm, trtllm or sglang; vllm if left out.")]
Precision = Annotated[
    str | None,
    typer.Option("--precision", help="Of the weights: bf16, fp16, fp8, fp4, int4; fp8 where the chip has it."),
]
Cache = Annotated[str | None, typer.Option("--cache", help="bf16 or fp8; fp8 below 16-bit weights if left out.")]
PrefixHit = Annotated[
    str | None, typer.Option("--prefix-hit", help="Share of a prompt found in the cache, 0.5 or 50%.")
]
Drafts = Annotated[float | None, typer.Option("--drafts", help="Tokens drafted a step (speculative decoding).")]
Slots = Annotated[float | None, typer.Option("--slots", help="Most running sequences of a replica.")]
Network = Annotated[str | None, typer.Option("--network", help="Scale-out rate of an accelerator, as 400Gbps.")]
OutputCv = Annotated[float | None, typer.Option("--output-cv", help="Variation of answers: deviation over mean.")]
Count = Annotated[float | None, typer.Option("--count", help="Accelerators at hand.")]
Ttft = Annotated[str | None, typer.Option("--ttft", help="Most time to the first token, as 1s.")]
Tpot = Annotated[str | None, typer.Option("--tpot", help="Most time per further token, as 30ms.")]
Objective = Annotated[
    str, typer.Option("--objective", help="throughput (of all), cost (of each accelerator in use) or energy.")
]

_SIZED_ON = 64.0


def register(app: typer.Typer, show_room: Callable[..., None], text: str) -> None:
    """Add the verb: ``show_room`` where no command is named, and its commands."""
    group = typer.Typer(
        cls=ScenarioByDefault,
        help=f"{text[:-1]} of a scenario (where no command is named), or one way, the best, machines without one.",
        add_completion=False,
        no_args_is_help=True,
    )
    group.command(ScenarioByDefault.default, help=text)(show_room)
    group.command("predict")(predict)
    group.command("search")(search)
    group.command("compare")(compare)
    app.add_typer(group, name="serving")


def predict(
    model: Model = None,
    accelerator: Accelerator = None,
    tp: Annotated[
        float | None, typer.Option("--tp", help="Tensor parallelism; the least that fits if left out.")
    ] = None,
    groups: Annotated[
        float | None, typer.Option("--groups", help="Attention groups (data parallel) that share experts.")
    ] = None,
    pp: Annotated[float | None, typer.Option("--pp", help="Pipeline stages.")] = None,
    ep: Annotated[float | None, typer.Option("--ep", help="Ranks among which experts are dealt whole.")] = None,
    replicas: Annotated[
        float | None, typer.Option("--replicas", help="Replicas, or workers that decode; 1 if left out.")
    ] = None,
    concurrency: Annotated[
        float | None, typer.Option("--concurrency", help="Requests under way, of all replicas; 64 each.")
    ] = None,
    prefill_workers: Annotated[
        float | None, typer.Option("--prefill-workers", help="Workers for prompts alone.")
    ] = None,
    prefill_tp: Annotated[
        float | None, typer.Option("--prefill-tp", help="Their tensor parallelism; --tp if left out.")
    ] = None,
    prefill_groups: Annotated[float | None, typer.Option("--prefill-groups", help="Their attention groups.")] = None,
    input: Input = None,
    output: Output = None,
    engine: Serving = None,
    precision: Precision = None,
    cache: Cache = None,
    prefix_hit: PrefixHit = None,
    drafts: Drafts = None,
    slots: Slots = None,
    network: Network = None,
    kv: Annotated[bool, typer.Option("--kv", help="Report what the memory of one accelerator holds.")] = False,
    rate: Annotated[
        float | None, typer.Option("--rate", help="Play requests one by one: so many come a second.")
    ] = None,
    requests: Annotated[float, typer.Option("--requests", help="Requests that are played.")] = 100_000,
    burstiness: Annotated[float, typer.Option("--burstiness", help="Variation of gaps: 0 even, 1 Poisson.")] = 1.0,
    input_cv: Annotated[
        float, typer.Option("--input-cv", help="Variation of played prompts: deviation over mean.")
    ] = 0.0,
    output_cv: OutputCv = None,
    seed: Annotated[int, typer.Option("--seed", help="Of what is drawn.")] = 0,
    silicon: Annotated[
        bool, typer.Option("--silicon", help="Time the step once more by measured operators (extra silicon).")
    ] = False,
    json: AsJson = False,
) -> None:
    """Predict one way of serving: TTFT, TPOT, rates, energy, memory, what bounds it.

    JSON: ttft_s and tpot_s with their parts (ttft_parts_s, tpot_parts_s) and bands (ttft_low_s, ttft_high_s,
    tpot_low_s, tpot_high_s; null where none is known), tokens_per_s and its shares (per_user, per_accelerator,
    per_mw), energy_j_per_token, usd_per_m_tokens, accepted_tokens_per_step, bound, shares, memory (…_bytes,
    sequences_held), grades, plan, definitions, notices; simulation with mean, p50, p90 and p99 of ttft_s, tpot_s and
    waited_s, preemptions, utilisation.
    """
    stated = {name: value for name, value in locals().items() if value is not None}
    from denshi.cli.output import as_json
    from denshi.cli.serving_case import case_of, way_of
    from denshi.cli.serving_page import measured_operators, prediction
    from denshi.cli.serving_run import load_of, simulation
    from denshi.cli.serving_text import prediction_text

    case = case_of(stated)
    way = way_of(case, stated)
    page = prediction(case, way)
    if silicon:
        page["silicon"] = measured_operators(case, way)
    if rate is not None:
        page["simulation"] = simulation(
            case, way, load_of(rate, requests, burstiness, input_cv, output_cv or 0.0, seed)
        )
        if page["simulation"]["utilisation"] >= 1:
            page["notices"].append("the replicas do not keep up with the rate: waits grow with the length of the run")
    print(as_json(page) if json else prediction_text(case, page, cache=kv), end="")


def search(
    model: Model = None,
    accelerator: Accelerator = None,
    count: Count = None,
    ttft: Ttft = None,
    tpot: Tpot = None,
    objective: Objective = "throughput",
    top: Annotated[int, typer.Option("--top", min=1, help="Splits to list, each at its best concurrency.")] = 5,
    pareto: Annotated[
        bool, typer.Option("--pareto", help="List what none beats in tokens/s a user and an accelerator.")
    ] = False,
    tokens_per_day: Annotated[
        str | None, typer.Option("--tokens-per-day", help="Output tokens to serve, as 10B: how many accelerators?")
    ] = None,
    demand: Annotated[
        str | None,
        typer.Option("--demand", help="24 weights of the hours of a day, separated by commas; flat if left out."),
    ] = None,
    input: Input = None,
    output: Output = None,
    output_cv: OutputCv = None,
    engine: Serving = None,
    precision: Precision = None,
    cache: Cache = None,
    prefix_hit: PrefixHit = None,
    drafts: Drafts = None,
    network: Network = None,
    json: AsJson = False,
) -> None:
    """Search replicas and workers apart at every split and concurrency: the best within TTFT and TPOT.

    JSON: plans (best of each split: plan, ttft_s, tpot_s, tokens_per_s and its shares, energy_j_per_token,
    usd_per_m_tokens), evaluated, fitting, within_targets, search_s, evaluated_per_s, bound, stopped_by, runner_up
    (why_lost), pareto, demand (accelerators, units, peak_tokens_per_s, utilisation), grades, definitions, notices.
    """
    stated = {name: value for name, value in locals().items() if value is not None}
    from denshi.cli.output import as_json
    from denshi.cli.serving_case import case_of, sought_of, whole
    from denshi.cli.serving_search import searched, sized, weights_of
    from denshi.cli.serving_text import search_text
    from denshi.errors import UsageError
    from denshi.units import parse
    from denshi.workload.serving.search import search as find

    weights = weights_of(demand)
    case = case_of(stated)
    daily = None if tokens_per_day is None else parse(tokens_per_day, "token")
    if daily is not None and daily <= 0:
        raise UsageError(f'--tokens-per-day "{tokens_per_day}" is not above zero', mend="Write for example 10B")
    if daily is None and demand is not None:
        raise UsageError("--demand spreads the tokens of a day over its hours", mend="Say --tokens-per-day")
    sought = sought_of(case, whole("count", count, None if daily is None else _SIZED_ON), ttft, tpot, objective)
    began = time.perf_counter()
    found = find(case.task, sought)
    page = searched(case, sought, found, time.perf_counter() - began, top, pareto=pareto)
    if daily is not None:
        page["demand"] = sized(page, daily, weights)
        if count is None:
            page["notices"].append(f"--count is not stated: units of up to {_SIZED_ON:g} accelerators are searched")
        if demand is None:
            page["notices"].append("the hours of the day are not stated: demand is taken as even")
    print(as_json(page) if json else search_text(case, page), end="")


def compare(
    machines: Annotated[
        list[str],
        typer.Argument(help="Accelerators, each with a precision if wanted: b200-sxm-180gb:fp4.", metavar="A B …"),
    ],
    model: Model = None,
    count: Count = None,
    ttft: Ttft = None,
    tpot: Tpot = None,
    objective: Objective = "throughput",
    input: Input = None,
    output: Output = None,
    output_cv: OutputCv = None,
    engine: Serving = None,
    precision: Precision = None,
    cache: Cache = None,
    prefix_hit: PrefixHit = None,
    drafts: Drafts = None,
    network: Network = None,
    json: AsJson = False,
) -> None:
    """Compare machines and number formats: the best of each within the targets, and what the format costs in quality.

    JSON: rows (asked, precision, checkpoint_bytes, best as a plan of search or null, why_not, bound, stopped_by,
    quality: benchmark, before, after, method, source, date, grade), cut (the same of cut variants, params_fraction),
    notices.
    """
    stated = {name: value for name, value in locals().items() if value is not None}
    from denshi.cli.output import as_json
    from denshi.cli.serving_case import Case, case_of, sought_of, whole
    from denshi.cli.serving_search import compared, split_asked
    from denshi.cli.serving_text import compare_text
    from denshi.errors import InfeasibleError

    cases: list[tuple[str, Case | InfeasibleError]] = []
    for asked in machines:
        name, format_ = split_asked(asked, precision)
        own = {**stated, "accelerator": name} | ({} if format_ is None else {"precision": format_})
        try:
            cases.append((asked, case_of(own)))
        except InfeasibleError as error:
            cases.append((asked, error))
    number = whole("count", count)
    sought = [sought_of(case, number, ttft, tpot, objective) if isinstance(case, Case) else None for _, case in cases]
    page = compared(cases, sought)
    first = next((case for _, case in cases if isinstance(case, Case)), None)
    print(as_json(page) if json else compare_text(page, first), end="")
