"""``denshi validate serving``: measured points of serving against what denshi predicts, errors and all."""

from pathlib import Path
from typing import Annotated

import typer

from denshi.cli.measured import SHARED, measured_file
from denshi.cli.options import AsJson

_CASES = Path("validation", "serving.csv")


def register(group: typer.Typer) -> None:
    """Add the verb to its group."""
    group.command("serving")(serving)


def serving(
    cases: Annotated[
        Path | None,
        typer.Option(
            "--cases", help=f"Measured points (CSV); ${SHARED}/{_CASES} or ../shared/{_CASES} where left out."
        ),
    ] = None,
    leave_out: Annotated[
        list[str] | None,
        typer.Option(
            "--leave-out",
            metavar="model|accelerator|submitter",
            help="Fit again without each of them and predict that one; may be repeated. Takes a minute or two.",
        ),
    ] = None,
    rows: Annotated[bool, typer.Option("--rows", help="List every row with its error, or why it has none.")] = False,
    calibrate: Annotated[
        Path | None,
        typer.Option("--calibrate", help="Measured points of your own stack (CSV as --cases, three rows or so)."),
    ] = None,
    json: AsJson = False,
) -> None:
    """Predict measured points of serving and print the error of TPOT, TTFT, tokens/s and tokens per joule."""
    from denshi.cli.output import as_json, done, reader

    left = _groups(leave_out or [])
    file = measured_file(cases, _CASES, "measured points")
    from denshi.validation.serving import silicon
    from denshi.validation.serving.cases import read
    from denshi.validation.serving.document import Asked, document
    from denshi.validation.serving.predictor import shipped_predictor
    from denshi.validation.serving.table import as_text

    progress = reader()
    measured = read(file)
    asked = Asked(
        leave_out=left,
        rows=rows,
        own=read(calibrate) if calibrate else (),
        silicon=silicon.predicted(measured, progress=progress) if silicon.is_installed() else None,
        progress=progress,
    )
    found = document(measured, shipped_predictor(), asked)
    done()
    print(as_json(found) if json else as_text(found), end="")


def _groups(named: list[str]) -> tuple[str, ...]:
    """Return what to leave out, each once.

    Raises
    ------
    UsageError : denshi cannot leave that out.
    """
    from denshi.errors import UsageError, nearest
    from denshi.validation.serving.document import LEAVE_OUT

    for name in named:
        if name not in LEAVE_OUT:
            raise UsageError(f'"{name}" cannot be left out', where="--leave-out", mend=nearest(name, LEAVE_OUT))
    return tuple(dict.fromkeys(named))
