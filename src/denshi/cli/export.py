"""``denshi export SCENARIO``: the design in the formats of other tools."""

import sys
from pathlib import Path
from typing import Annotated

import typer

from denshi.cli.options import AsJson, ScenarioFile, Settings, Variant


def register(app: typer.Typer) -> None:
    """Add the verb."""
    app.command("export")(export)


def export(
    scenario: ScenarioFile,
    out: Annotated[Path | None, typer.Option("-o", "--out", help="Folder for the files.")] = None,
    format_: Annotated[str, typer.Option("--format", help="netbox, racksdb, xlsx, pypsa or all.")] = "all",
    netbox_release: Annotated[
        str, typer.Option("--netbox-release", help="The NetBox 4.x that imports; cooling from 4.7.")
    ] = "4.7",
    variant: Variant = None,
    settings: Settings = None,
    json: AsJson = False,
) -> None:
    """Write racks, devices, cables, power, cooling and the bill for NetBox, RacksDB, spreadsheets; supply for PyPSA."""
    from denshi.cli.output import as_json, done, reader
    from denshi.design import design
    from denshi.design.paths import fill
    from denshi.energy import EnergyInput
    from denshi.errors import UsageError
    from denshi.export.extras import COMMAND
    from denshi.export.netbox_choices import release
    from denshi.export.network import network
    from denshi.export.of_design import inventory
    from denshi.export.write import check_packages, formats_of, write
    from denshi.scenario import load

    formats, of = formats_of(format_), release(netbox_release)
    check_packages(formats)
    asked = load(scenario, variant, settings or ())
    progress = reader()
    found = design(asked, progress)
    made = inventory(found)
    supply = network(fill(EnergyInput, found.root()), found.energy, asked.project.name)
    suffix = f"-{variant}" if variant else ""
    folder = out or Path(f"{scenario.stem}{suffix}.export")
    written = write(made, supply, folder, formats, of, progress)
    done()
    if json:
        files = {name: dict(counts) for name, counts in written.files.items()}
        page = {"schema_version": 1, "folder": str(folder), "files": files, "left_out": list(written.left_out)}
        print(as_json(page), end="")
    else:
        for name, counts in written.files.items():
            listed = ", ".join(f"{count:,} {_named(what)}" for what, count in counts.items())
            print(f"{folder / name}: {listed}")
    if written.left_out:
        sys.stdout.flush()
        raise UsageError("; ".join(written.left_out), why="the rest is written", mend=f"Run {COMMAND}")


def _named(what: str) -> str:
    """Return what a file of a set holds: ``09_devices.csv`` holds devices."""
    return what.removesuffix(".csv").lstrip("0123456789_").replace("_", " ")
