"""``denshi diff A B``: which inputs differ, which headlines moved and by how much."""

from pathlib import Path
from typing import Annotated

import typer

from denshi.cli.options import AsJson


def register(app: typer.Typer) -> None:
    """Add the verb."""
    app.command("diff")(diff)


def diff(
    a: Annotated[str, typer.Argument(help="A scenario, FILE:VARIANT, or a design.json.")],
    b: Annotated[str, typer.Argument(help="Another; :VARIANT alone means a variant of the first file.")],
    json: AsJson = False,
) -> None:
    """Compare two designs: inputs that differ and headlines that moved."""
    from denshi.cli.output import as_json, done, reader
    from denshi.design import compare

    before = _page(a, reader())
    after = _page(f"{a.split(':')[0]}{b}" if b.startswith(":") else b, reader())
    done()
    change = compare(before, after)
    if json:
        print(as_json({"schema_version": 1, "a": a, "b": b, **change.as_json()}), end="")
        return
    print(f"Inputs that differ ({len(change.inputs)})")
    for path, old, new in change.inputs:
        print(f"  {path:44} {old!s:>20} → {new!s}")
    print("Headlines")
    for moved in change.headlines:
        print(f"  {moved.text()}")


def _page(name: str, progress):  # type: ignore[no-untyped-def]
    """Return the design document of a scenario, of a variant of it, or of a design.json."""
    from denshi.design import design, document, read_document
    from denshi.scenario import load

    if name.endswith(".json"):
        return read_document(Path(name))
    file, _, variant = name.partition(":")
    return document(design(load(Path(file), variant or None), progress))
