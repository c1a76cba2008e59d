"""``denshi cooling``: a cooling plant under a year of weather on its own, or what that room found for a scenario."""

from collections.abc import Callable
from pathlib import Path
from typing import Annotated

import typer

from denshi.cli.options import AsJson, Settings, Variant

Scenario = Annotated[
    Path | None,
    typer.Argument(help="A scenario file (TOML); left out, the plant stands alone under --weather or --site."),
]


def register(app: typer.Typer, show_room: Callable[..., None], text: str) -> None:
    """Add the verb."""

    def cooling(
        scenario: Scenario = None,
        weather: Annotated[
            Path | None, typer.Option(help="A year of weather: .epw, .tmy3 or .csv, also .gz.", show_default=False)
        ] = None,
        site: Annotated[
            str | None,
            typer.Option(help="A site of the catalogue: its synthetic typical year.", show_default=False),
        ] = None,
        plant: Annotated[
            str | None, typer.Option(help="As facility.cooling of a scenario, best among them.", show_default=False)
        ] = None,
        supply: Annotated[
            str | None,
            typer.Option(help="Water for the racks, warmest air with air-economizer: 40C.", show_default=False),
        ] = None,
        load: Annotated[
            str | None, typer.Option(help="IT load, the same in every hour: 100MW.", show_default=False)
        ] = None,
        liquid: Annotated[float, typer.Option(help="Share of the IT heat that leaves in liquid, 0 to 1.")] = 0.85,
        redundancy: Annotated[str, typer.Option(help="N, N+1 or 2N.")] = "N+1",
        distribution: Annotated[str, typer.Option(help="ac-415v, dc-400v or dc-800v.")] = "ac-415v",
        warming: Annotated[str, typer.Option(help="Warm every hour, at the same relative humidity: 2K.")] = "0K",
        electricity: Annotated[
            str | None,
            typer.Option(help="Price for best and --pareto; left out, that of the site's region.", show_default=False),
        ] = None,
        pareto: Annotated[
            bool, typer.Option("--pareto", help="Energy, water, peak and cost of plants over supply temperatures.")
        ] = False,
        variant: Variant = None,
        settings: Settings = None,
        json: AsJson = False,
    ) -> None:
        from denshi.cli.cooling_page import Asked, document, page, pareto_document, pareto_page
        from denshi.cli.output import as_json
        from denshi.errors import UsageError

        alone = {"--weather": weather, "--site": site, "--plant": plant, "--supply": supply, "--load": load}
        stated = [name for name, value in alone.items() if value is not None]
        if scenario is not None:
            if stated or pareto:
                raise UsageError(
                    f"a scenario and {', '.join(stated) or '--pareto'} exclude each other",
                    mend="Name a scenario, or --weather or --site with --plant, --supply and --load",
                )
            show_room(scenario=scenario, variant=variant, settings=settings, json=json)
            return
        if variant is not None or settings:
            raise UsageError("--variant and --set belong to a scenario", mend="Name a scenario file")
        asked = Asked(
            weather=weather,
            site=site,
            plant=plant,
            supply=supply,
            load=load,
            liquid_fraction=liquid,
            redundancy=redundancy,
            distribution=distribution,
            warming=warming,
            electricity=electricity,
        )
        if pareto:
            print(as_json(pareto_document(asked)) if json else pareto_page(asked), end="")
        else:
            print(as_json(document(asked)) if json else page(asked), end="")

    app.command("cooling", help=text)(cooling)
