"""``denshi fabric``: what that room found for a scenario."""

from collections.abc import Callable

import typer


def register(app: typer.Typer, show_room: Callable[..., None], text: str) -> None:
    """Add the verb."""
    app.command("fabric", help=text)(show_room)
