"""``denshi energy``: the energy room of a scenario, the audit of a published claim, one supply case on its own."""

from collections.abc import Callable
from pathlib import Path
from typing import Annotated

import typer

from denshi.cli.options import AsJson, ScenarioByDefault

Schema = Annotated[bool, typer.Option("--schema", help="Print the JSON Schema of the file.")]


def register(app: typer.Typer, show_room: Callable[..., None], text: str) -> None:
    """Add the verb: ``show_room`` where no command is named, and its commands."""
    group = typer.Typer(
        cls=ScenarioByDefault,
        help=f"{text[:-1]} of a scenario (where no command is named); the audit of a claim; one supply case; many.",
        add_completion=False,
        no_args_is_help=True,
    )
    group.command(ScenarioByDefault.default, help=text)(show_room)
    group.command("audit")(audit)
    group.command("solve")(solve)
    group.command("sweep")(sweep)
    app.add_typer(group, name="energy")


def audit(
    claim: Annotated[Path | None, typer.Argument(help="A claim file (TOML).", show_default=False)] = None,
    profile: Annotated[
        list[Path] | None,
        typer.Option("--profile", help="Measured hours: a profile, or generation by fuel (EIA-930). May be repeated."),
    ] = None,
    area: Annotated[str | None, typer.Option("--area", help="Balancing authority in such a file, as MISO.")] = None,
    least_cost: Annotated[
        bool, typer.Option("--least-cost", help="The cheapest supply at each hourly target, too (a minute).")
    ] = False,
    schema: Schema = False,
    json: AsJson = False,
) -> None:
    """Hold a published energy claim against the hours of a year, or against facts: what holds, what may be said.

    Exit status 1 where the claim fails. Examples: examples/claims/energy-*.toml.
    """
    from denshi.cli.output import as_json, done, reader
    from denshi.errors import CatalogError, OutOfRangeError, UsageError

    if schema:
        from denshi.cli.energy_schema import claim_schema

        print(as_json(claim_schema()), end="")
        return
    if claim is None:
        raise UsageError("no claim file is named", mend="Say denshi energy audit CLAIM.toml, or --schema")
    from denshi.cli.energy_audit import page
    from denshi.cli.energy_claim import read_claim
    from denshi.cli.energy_text import audit_text
    from denshi.cli.energy_toml import told_at

    read = read_claim(claim)
    if read.supply is None and (profile or area or least_cost):
        raise UsageError(f"a claim of kind {read.kind} has no hours", mend="Drop --profile, --area and --least-cost")
    if area and not profile:
        raise UsageError("--area names an area of a --profile file, and none is given", mend="Give --profile FILE")
    progress = reader()
    try:
        found = page(read, profile or [], area, least_cost=least_cost, progress=progress)
    except (OutOfRangeError, CatalogError) as error:
        raise told_at(str(claim), error) from None
    finally:
        done()
    print(as_json(found) if json else audit_text(found), end="")
    if found["verdict"] == "fails":
        raise typer.Exit(1)


def solve(
    case: Annotated[Path | None, typer.Argument(help="A case file (TOML).", show_default=False)] = None,
    dispatch: Annotated[bool, typer.Option("--dispatch", help="With --json: every hour's flows and price.")] = False,
    export: Annotated[
        Path | None, typer.Option("--export", help="Folder for the supply as a PyPSA network: NetCDF and CSV.")
    ] = None,
    schema: Schema = False,
    json: AsJson = False,
) -> None:
    """Find the supply of least cost of one load, without a scenario, with a proven lower bound.

    JSON: status, objective_usd_per_year, lower_bound_usd_per_year, gap_fraction, max_residual_gw, capacities_kw,
    clean_fraction_hourly, clean_fraction_annual, prices, dispatch, notices. A case that cannot be served exits with 1
    and says in which hours, by how much, and what mends it at least cost. Examples: examples/energy/*.toml.
    """
    from denshi.cli.output import as_json, done, reader
    from denshi.errors import InfeasibleError, OutOfRangeError, UsageError

    if schema:
        from denshi.cli.energy_schema import case_schema

        print(as_json(case_schema()), end="")
        return
    if case is None:
        raise UsageError("no case file is named", mend="Say denshi energy solve CASE.toml, or --schema")
    if dispatch and not json:
        raise UsageError("--dispatch belongs to --json", mend="Say --json --dispatch")
    from denshi.cli.energy_case import read_case
    from denshi.cli.energy_solve import infeasible_page, infeasible_words, page
    from denshi.cli.energy_text import solve_text
    from denshi.cli.energy_toml import told_at

    read = read_case(case)
    progress = reader()
    try:
        found = page(read, progress, hours=dispatch, export=export)
    except InfeasibleError as error:
        found = infeasible_page(read, error, progress)
        done()
        if json:
            print(as_json(found), end="")
            raise typer.Exit(1) from None
        raise infeasible_words(found, error, str(case)) from None
    except OutOfRangeError as error:
        raise told_at(str(case), error) from None
    finally:
        done()
    print(as_json(found) if json else solve_text(found), end="")


def sweep(
    file: Annotated[Path | None, typer.Argument(help="A sweep file (TOML).", show_default=False)] = None,
    certify: Annotated[
        bool, typer.Option("--certify", help="Solve each design hour by hour, too (seconds each).")
    ] = False,
    output: Annotated[Path | None, typer.Option("-o", "--output", help="Write CSV, one line for each design.")] = None,
    schema: Schema = False,
    json: AsJson = False,
) -> None:
    """Screen targets x sites x costs: a design of each, its cost, and a bound that no design of it can go below.

    Sites run side by side. Examples: examples/energy/sweep-*.toml.
    """
    from denshi.cli.output import as_json, done, reader, write_all
    from denshi.errors import UsageError

    if schema:
        from denshi.cli.energy_schema import sweep_schema

        print(as_json(sweep_schema()), end="")
        return
    if file is None:
        raise UsageError("no sweep file is named", mend="Say denshi energy sweep SWEEP.toml, or --schema")
    from denshi.cli.energy_sweep import as_csv, sweep_page
    from denshi.cli.energy_sweep_text import sweep_text

    progress = reader()
    try:
        found = sweep_page(file, progress, certify=certify)
    finally:
        done()
    if output is not None:
        write_all(output.parent, {output.name: as_csv(found)})
    print(as_json(found) if json else sweep_text(found), end="")
