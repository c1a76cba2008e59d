"""``denshi power``: the room of a scenario, or a chain alone: stages, distributions, redundancy."""

from collections.abc import Callable
from pathlib import Path
from typing import Annotated

import typer

from denshi.cli.options import AsJson, Settings, Variant

Text = str | None
ScenarioOrNone = Annotated[Path | None, typer.Argument(help="A scenario file (TOML).", show_default=False)]
Load = Annotated[Text, typer.Option("--load", help="Nameplate of the IT at its racks, as 100MW: no scenario then.")]
Distribution = Annotated[Text, typer.Option("--distribution", help="ac-415v (if left out), dc-400v or dc-800v.")]
Redundancy = Annotated[Text, typer.Option("--redundancy", help="N, N+1 (if left out), N+2, 2N or 4/3; all ranks them.")]
Utilisation = Annotated[Text, typer.Option("--utilisation", help="Share of the nameplate drawn; 0.8 if left out.")]
Cooling = Annotated[Text, typer.Option("--cooling", help="Power of the cooling at that load, as 8MW.")]
PueCooling = Annotated[Text, typer.Option("--pue-cooling", help="The same over the IT power, as 0.08.")]
Backup = Annotated[Text, typer.Option("--backup", help="ups or rack-battery; ups if left out, with ac-415v.")]
Liquid = Annotated[Text, typer.Option("--liquid", help="Share of the racks' heat that leaves in liquid, as 0.85.")]
Rack = Annotated[Text, typer.Option("--rack", help="Power of one rack, as 132kW (if left out).")]
Compare = Annotated[bool, typer.Option("--compare", help="Compare the distributions at equal power of the silicon.")]
Checkpoint = Annotated[Text, typer.Option("--checkpoint", help="Time a checkpoint stops training, as 30s.")]
Restart = Annotated[Text, typer.Option("--restart", help="Time from a fault until training goes on, as 10min.")]
Elevation = Annotated[Text, typer.Option("--elevation", help="Of the site, for generators, as 1500m.")]
Hottest = Annotated[Text, typer.Option("--hottest", help="Hottest air, for generators, as 38C.")]
Bridge = Annotated[Text, typer.Option("--bridge", help="Time batteries carry the racks, as 90s.")]
Autonomy = Annotated[Text, typer.Option("--autonomy", help="Time the stored fuel lasts, as 24h.")]


def register(app: typer.Typer, show_room: Callable[..., None], text: str) -> None:
    """Add the verb: the room of a scenario, or with ``--load`` a chain alone."""

    def power(
        scenario: ScenarioOrNone = None,
        load: Load = None,
        distribution: Distribution = None,
        redundancy: Redundancy = None,
        utilisation: Utilisation = None,
        cooling: Cooling = None,
        pue_cooling: PueCooling = None,
        backup: Backup = None,
        liquid: Liquid = None,
        rack: Rack = None,
        compare: Compare = False,
        checkpoint: Checkpoint = None,
        restart: Restart = None,
        elevation: Elevation = None,
        hottest: Hottest = None,
        bridge: Bridge = None,
        autonomy: Autonomy = None,
        variant: Variant = None,
        settings: Settings = None,
        json: AsJson = False,
    ) -> None:
        given = {name: value for name, value in locals().items() if name in _ALONE and value not in (None, False)}
        from denshi.errors import UsageError

        if scenario is not None:
            if given:
                raise UsageError(
                    f"--{next(iter(given)).replace('_', '-')} belongs to a chain without a scenario",
                    mend="Give a scenario, or --load and what goes with it; --set changes a scenario",
                )
            show_room(scenario, variant, settings, json)
            return
        if load is None:
            raise UsageError("neither a scenario nor --load is given", mend="As: denshi power --load 100MW")
        if variant is not None or settings:
            raise UsageError("--variant and --set belong to a scenario", mend="Give one, or leave them out")
        from denshi.cli.output import as_json
        from denshi.cli.power_case import asked
        from denshi.cli.power_page import page
        from denshi.cli.power_text import page_text

        found = page(asked(given))
        print(as_json(found) if json else page_text(found), end="")

    power.__doc__ = f"{text[:-1]}, of a scenario or with --load of a chain alone."
    app.command("power")(power)


_ALONE = (
    "load",
    "distribution",
    "redundancy",
    "utilisation",
    "cooling",
    "pue_cooling",
    "backup",
    "liquid",
    "rack",
    "compare",
    "checkpoint",
    "restart",
    "elevation",
    "hottest",
    "bridge",
    "autonomy",
)
