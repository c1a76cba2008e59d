"""``denshi fabric``: the cluster room of a scenario, or a scale-out fabric alone, or published ones beside ours."""

from collections.abc import Callable
from pathlib import Path
from typing import Annotated

import typer

from denshi.cli.options import AsJson, Settings, Variant

Number = int | None
ScenarioOrNone = Annotated[Path | None, typer.Argument(help="A scenario file (TOML).", show_default=False)]
Endpoints = Annotated[Number, typer.Option("--endpoints", help="Accelerators to join: no scenario then.")]
Radix = Annotated[Number, typer.Option("--radix", help="Ports of a switch at the speed of one plane; 64 if left out.")]
Rails = Annotated[Number, typer.Option("--rails", help="Leaves that a scalable unit is spread over; 8 if left out.")]
Planes = Annotated[Number, typer.Option("--planes", help="Ports of an accelerator, one a plane; 1 if left out.")]
Accelerators = Annotated[Number, typer.Option("--accelerators", help="Of one node; 8 if left out.")]
Topology = Annotated[
    str | None, typer.Option("--topology", help="rail-fat-tree (if left out), fat-tree, rail-only, dragonfly, torus.")
]
Oversubscription = Annotated[
    float | None, typer.Option("--oversubscription", help="Bandwidth down over up at a leaf; 1 if left out.")
]
Published = Annotated[bool, typer.Option("--published", help="Published fabrics beside what is counted here.")]
Svg = Annotated[
    Path | None, typer.Option("--svg", help="A folder for the drawings of a scenario's racks, hall and fabric.")
]


def register(app: typer.Typer, show_room: Callable[..., None], text: str) -> None:
    """Add the verb: the room of a scenario, or with ``--endpoints`` a fabric alone."""

    def fabric(
        scenario: ScenarioOrNone = None,
        endpoints: Endpoints = None,
        radix: Radix = None,
        rails: Rails = None,
        planes: Planes = None,
        accelerators: Accelerators = None,
        topology: Topology = None,
        oversubscription: Oversubscription = None,
        published: Published = False,
        svg: Svg = None,
        variant: Variant = None,
        settings: Settings = None,
        json: AsJson = False,
    ) -> None:
        stated = {name: value for name, value in locals().items() if name in _ALONE and value is not None}
        _check_one_way(scenario, stated, published, bool(variant or settings or svg))
        if scenario is not None:
            if svg is not None:
                _draw(scenario, svg, variant, settings)
            else:
                show_room(scenario, variant, settings, json)
            return
        from denshi.cli.fabric_page import page, page_text, published_page, published_text
        from denshi.cli.output import as_json

        if published:
            found = published_page()
            print(as_json(found) if json else published_text(found), end="")
            if not found["exact"]:
                raise typer.Exit(1)
            return
        found = page(**stated)
        print(as_json(found) if json else page_text(found), end="")

    fabric.__doc__ = (
        f"{text[:-1]}, of a scenario or with --endpoints of a fabric alone.\n\n"
        "A cable is counted as makers' tables do: one cable carries the links of all planes between two ends, and a "
        "scalable unit filled in part has all its leaves."
    )
    app.command("fabric")(fabric)


_ALONE = ("endpoints", "radix", "rails", "planes", "accelerators", "topology", "oversubscription")


def _check_one_way(scenario: Path | None, stated: dict[str, object], published: bool, of_scenario: bool) -> None:
    from denshi.errors import UsageError

    ways = [scenario is not None, bool(stated), published]
    if sum(ways) > 1:
        raise UsageError(
            "a scenario, a fabric alone and --published exclude each other",
            mend="Give a scenario, or --endpoints and what goes with it; --set changes a scenario",
        )
    if not any(ways) or (stated and "endpoints" not in stated):
        raise UsageError(
            "neither a scenario nor --endpoints is given", mend="As: denshi fabric --endpoints 4096 --radix 64"
        )
    if scenario is None and of_scenario:
        raise UsageError("--variant, --set and --svg belong to a scenario", mend="Give one, or leave them out")


def _draw(scenario: Path, folder: Path, variant: str | None, settings: list[str] | None) -> None:
    from denshi.cli.output import done, reader, write_all
    from denshi.design import design, document
    from denshi.report.drawings import drawings
    from denshi.scenario import load

    made = design(load(scenario, variant, settings or ()), reader())
    done()
    found = drawings(document(made))
    write_all(folder, {f"{name}.svg": svg for name, svg in found.items()})
    for name in found:
        print(folder / f"{name}.svg")
