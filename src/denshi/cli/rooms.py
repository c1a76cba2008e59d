"""One verb a room: ``denshi cooling SCENARIO`` prints what that room found, without the rest of the report."""

from collections.abc import Callable

import typer

from denshi.cli import buildout, cooling, energy, fabric, finance, power, serving, training
from denshi.cli.options import AsJson, ScenarioFile, Settings, Variant

VERBS = {
    "training": ("workload", "Training: plan, step time, run time, accelerator-hours."),
    "serving": ("workload", "Serving: batch, latency, tokens per second."),
    "fabric": ("cluster", "Racks, switches, links and network power."),
    "cooling": ("facility", "Cooling plant: PUE through the year, peak hour, water."),
    "power": ("facility", "Power chain: losses by stage, connection, equipment."),
    "energy": ("energy", "Supply: capacity, dispatch, cost, clean share."),
    "buildout": ("buildout", "Build-out: phases, deliveries, landed cost, draws."),
    "finance": ("finance", "Cash flow, NPV, IRR, cost of an accelerator-hour."),
}
_GROUPS = {
    "training": training.register,
    "serving": serving.register,
    "fabric": fabric.register,
    "cooling": cooling.register,
    "power": power.register,
    "energy": energy.register,
    "buildout": buildout.register,
    "finance": finance.register,
}
_SHOWN_PREFIXES = {
    "cooling": ("pue", "tue", "wue", "water", "cooling", "trim", "chillers", "heat", "it_"),
    "power": ("load", "peak", "connection", "loss", "electrical", "transformers", "generators", "ups", "energy", "tue"),
}


def register(app: typer.Typer) -> None:
    """Add a verb for each room."""
    for verb, (room, text) in VERBS.items():
        _GROUPS[verb](app, _verb(verb, room), text)


def _verb(verb: str, room: str) -> Callable[..., None]:
    def show_room(
        scenario: ScenarioFile, variant: Variant = None, settings: Settings = None, json: AsJson = False
    ) -> None:
        from denshi.cli.output import as_json, done, reader
        from denshi.design import design, room_figures
        from denshi.errors import UsageError
        from denshi.scenario import load

        made = design(load(scenario, variant, settings or ()), reader())
        done()
        found = room_figures(made, room, verb if room == "workload" else "", _SHOWN_PREFIXES.get(verb, ("",)))
        if not found:
            raise UsageError(f"{scenario} has no workload of kind {verb}")
        if json:
            print(as_json({"schema_version": 1, "room": room, "figures": found}), end="")
            return
        for path, figure in found.items():
            print(f"{path:48} {figure['shown']:>22}  {figure['formula']}")

    return show_room
