"""``denshi validate``: published claims against what denshi computes, errors and all."""

import typer

from denshi.cli.options import AsJson


def register(app: typer.Typer) -> None:
    """Add the verb."""
    app.command("validate")(validate)


def validate(json: AsJson = False) -> None:
    """Recompute every published claim and print claim, published, denshi, error, verdict."""
    raise NotImplementedError
