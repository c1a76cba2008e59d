"""``denshi validate facility``: bands, published halls and hourly stations against what denshi computes."""

from typing import Annotated

import typer

from denshi.cli.measured import SHARED
from denshi.cli.options import AsJson


def register(group: typer.Typer) -> None:
    """Add the verb to its group."""
    group.command("facility")(facility)


def facility(
    samples: Annotated[
        int, typer.Option(help="Points of the published input ranges for each zone and case; a power of two.", min=2)
    ] = 64,
    json: AsJson = False,
) -> None:
    """Hold PUE and WUE against published bands, published halls, metered water and the hourly files of stations."""
    import os
    from pathlib import Path

    from denshi.cli.output import as_json, done, reader
    from denshi.errors import FileError
    from denshi.validation.facility import as_text, document

    shared = Path(os.environ.get(SHARED, "../shared"))
    if not (shared / "validation" / "facility.csv").is_file():
        raise FileError(
            "there are no measured data", where=str(shared), mend=f"Point {SHARED} at the folder that holds them"
        )
    found = document(shared, samples, reader())
    done()
    print(as_json(found) if json else as_text(found), end="")
