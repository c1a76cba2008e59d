"""``denshi validate training``: measured training runs against what denshi predicts, errors and all."""

from pathlib import Path
from typing import Annotated

import typer

from denshi.cli.measured import SHARED, measured_file
from denshi.cli.options import AsJson

_CASES = Path("validation", "training.csv")


def register(group: typer.Typer) -> None:
    """Add the verb to its group."""
    group.command("training")(training)


def training(
    cases: Annotated[
        Path | None,
        typer.Option("--cases", help=f"Measured runs (CSV); ${SHARED}/{_CASES} or ../shared/{_CASES} where left out."),
    ] = None,
    leave_out: Annotated[
        list[str] | None,
        typer.Option(
            "--leave-out",
            metavar="model|framework",
            help="Fit again without each model or framework and predict that one; may be repeated. Takes minutes.",
        ),
    ] = None,
    rows: Annotated[bool, typer.Option("--rows", help="List every row with its error, or why it has none.")] = False,
    calibrate: Annotated[
        Path | None,
        typer.Option("--calibrate", help="Measured steps of your own stack (CSV as --cases, one row or more)."),
    ] = None,
    json: AsJson = False,
) -> None:
    """Predict measured training runs and print the error: median, MAPE, p90, bias, coverage, beside two baselines."""
    from denshi.cli.output import as_json, done, reader

    left = _groups(leave_out or [])
    file = measured_file(cases, _CASES, "measured runs")
    from denshi.validation.training import Asked, as_text, assumed_spread, document, read, shipped_predictor

    asked = Asked(
        leave_out=left,
        rows=rows,
        own=read(calibrate) if calibrate else (),
        progress=reader(),
    )
    found = document(read(file), shipped_predictor(), assumed_spread(), asked)
    done()
    print(as_json(found) if json else as_text(found), end="")


def _groups(named: list[str]) -> tuple[str, ...]:
    """Return what to leave out, each once.

    Raises
    ------
    UsageError : denshi cannot leave that out.
    """
    from denshi.errors import UsageError, nearest
    from denshi.validation.training import LEAVE_OUT

    for name in named:
        if name not in LEAVE_OUT:
            raise UsageError(f'"{name}" cannot be left out', where="--leave-out", mend=nearest(name, LEAVE_OUT))
    return tuple(dict.fromkeys(named))
