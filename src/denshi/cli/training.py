"""``denshi training``: the training room of a scenario, one plan of a training step, or a search over all of them."""

import time
from collections.abc import Callable
from pathlib import Path
from typing import Annotated

import typer

from denshi.cli.options import AsJson, ScenarioByDefault

Model = Annotated[str | None, typer.Option("--model", help="A model of the catalogue.")]
Accelerator = Annotated[str | None, typer.Option("--accelerator", help="An accelerator of the catalogue.")]
Count = Annotated[float | None, typer.Option("--count", help="Accelerators of the run.")]
Batch = Annotated[float | None, typer.Option("--global-batch", help="Sequences of a step; 16 M tokens if left out.")]
Sequence = Annotated[float | None, typer.Option("--seq", help="Tokens of a sequence; 8192 if left out.")]
Precision = Annotated[
    str | None, typer.Option("--precision", help="bf16, fp16, fp8, mxfp8 or nvfp4; bf16 if left out.")
]
Tensor = Annotated[float | None, typer.Option("--tp", help="Tensor parallelism.")]
Context = Annotated[float | None, typer.Option("--cp", help="Context parallelism.")]
Pipeline = Annotated[float | None, typer.Option("--pp", help="Pipeline parallelism.")]
Virtual = Annotated[float | None, typer.Option("--vp", help="Virtual pipeline stages of a rank.")]
Expert = Annotated[float | None, typer.Option("--ep", help="Expert parallelism.")]
Data = Annotated[float | None, typer.Option("--dp", help="Data parallelism.")]
MicroBatch = Annotated[float | None, typer.Option("--micro-batch", help="Sequences that a rank takes at once.")]
Recompute = Annotated[str | None, typer.Option("--recompute", help="Activations computed again: none, lean or full.")]
Zero = Annotated[float | None, typer.Option("--zero", help="States sharded over ranks: 0 none to 3 all (FSDP).")]
Shard = Annotated[float | None, typer.Option("--shard", help="Ranks that share the states, fewer for HSDP.")]
ZeroBubble = Annotated[bool | None, typer.Option("--zero-bubble/--one-f-one-b", help="Pipeline schedule.")]
Divided = Annotated[bool | None, typer.Option("--sequence-parallel/--no-sequence-parallel", help="With tensor groups.")]
Software = Annotated[str | None, typer.Option("--software", help="A software release of the catalogue.")]
Network = Annotated[str | None, typer.Option("--network", help="Scale-out rate of an accelerator, as 400Gbps.")]
Lora = Annotated[bool | None, typer.Option("--lora", help="Adapters are trained, the weights are frozen.")]
CaseFile = Annotated[Path | None, typer.Option("--case", help="The same keys in a file (TOML); options lie over it.")]


def register(app: typer.Typer, show_room: Callable[..., None], text: str) -> None:
    """Add the verb: ``show_room`` where no command is named, and its commands."""
    group = typer.Typer(
        cls=ScenarioByDefault,
        help=f"{text[:-1]} of a scenario (where no command is named), or one step without a scenario.",
        add_completion=False,
        no_args_is_help=True,
    )
    group.command(ScenarioByDefault.default, help=text)(show_room)
    group.command("predict")(predict)
    group.command("search")(search)
    app.add_typer(group, name="training")


def predict(
    model: Model = None,
    accelerator: Accelerator = None,
    count: Count = None,
    tp: Tensor = None,
    pp: Pipeline = None,
    dp: Data = None,
    cp: Context = None,
    ep: Expert = None,
    vp: Virtual = None,
    micro_batch: MicroBatch = None,
    global_batch: Batch = None,
    seq: Sequence = None,
    precision: Precision = None,
    recompute: Recompute = None,
    zero: Zero = None,
    shard: Shard = None,
    zero_bubble: ZeroBubble = None,
    sequence_parallel: Divided = None,
    software: Software = None,
    network: Network = None,
    lora: Lora = None,
    case: CaseFile = None,
    json: AsJson = False,
) -> None:
    """Predict one training step: its time by part, memory, MFU, energy. Dimensions left out are searched."""
    options = {name: value for name, value in locals().items() if name not in ("case", "json")}
    from denshi.cli.output import as_json
    from denshi.cli.training_case import asked, case_of
    from denshi.cli.training_text import prediction, prediction_text
    from denshi.errors import InfeasibleError
    from denshi.workload.training.search import search as find_plan

    stated = case_of(asked(case, options), usual_schedule=True)
    try:
        plan = find_plan(stated.task, top=1, space="usual", all_accelerators=True).plans[0]
    except InfeasibleError:
        plan = find_plan(stated.task, top=1).plans[0]
    found = prediction(stated, plan)
    print(as_json(found) if json else prediction_text(stated, found), end="")


def search(
    model: Model = None,
    accelerator: Accelerator = None,
    count: Count = None,
    global_batch: Batch = None,
    objective: Annotated[str, typer.Option("--objective", help="time, cost, energy or memory.")] = "time",
    top: Annotated[int, typer.Option("--top", min=1, help="Plans to list.")] = 10,
    pareto: Annotated[
        bool, typer.Option("--pareto", help="List the plans undominated in time and memory too.")
    ] = False,
    space: Annotated[str, typer.Option("--space", help="full, every legal plan; or usual, few of them.")] = "full",
    tp: Tensor = None,
    pp: Pipeline = None,
    dp: Data = None,
    cp: Context = None,
    ep: Expert = None,
    vp: Virtual = None,
    micro_batch: MicroBatch = None,
    seq: Sequence = None,
    precision: Precision = None,
    recompute: Recompute = None,
    zero: Zero = None,
    shard: Shard = None,
    zero_bubble: ZeroBubble = None,
    sequence_parallel: Divided = None,
    software: Software = None,
    network: Network = None,
    lora: Lora = None,
    case: CaseFile = None,
    json: AsJson = False,
) -> None:
    """Search every legal plan of a training step: the best, why the runner-up lost, what bounds the winner."""
    other = ("objective", "top", "pareto", "space", "case", "json")
    options = {name: value for name, value in locals().items() if name not in other}
    from denshi.cli.output import as_json, done, reader
    from denshi.cli.training_case import asked, case_of
    from denshi.cli.training_text import search_text, searched
    from denshi.workload.training.explain import said
    from denshi.workload.training.search import search as find_plans

    stated = case_of(asked(case, options))
    progress = reader()
    began = time.perf_counter()
    found = find_plans(
        stated.task,
        objective=objective,
        top=max(top, 2),
        space=space,
        first=lambda plan: progress(f"{plan['step_s']:.2f} s a step with {said(plan)}; looking further"),
    )
    taken_s = time.perf_counter() - began
    done()
    page = searched(stated, found, objective, taken_s, top, pareto=pareto)
    print(as_json(page) if json else search_text(stated, page), end="")
