"""Arguments and options that several verbs take, written once."""

from pathlib import Path
from typing import Annotated, Any

import typer
from typer.core import TyperGroup

ScenarioFile = Annotated[Path, typer.Argument(help="A scenario file (TOML).", show_default=False)]
Variant = Annotated[str | None, typer.Option("--variant", help="A [variant.NAME] of the file to lay over it.")]
Settings = Annotated[
    list[str] | None,
    typer.Option("--set", help="dotted.path=value to lay over the file; may be repeated.", metavar="PATH=VALUE"),
]
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON in canonical units.")]
Language = Annotated[str, typer.Option("--lang", help="en or ja.")]


class ScenarioByDefault(TyperGroup):
    """A group whose first argument may be left out: ``denshi training a.toml`` prints the room of that scenario."""

    default = "scenario"

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        """Put the default command before arguments that name none."""
        named = not args or args[0] in self.commands or args[0] in ctx.help_option_names
        return super().parse_args(ctx, args if named else [self.default, *args])


def language(lang: str) -> str:
    """Return a language that denshi speaks.

    Raises
    ------
    UsageError : it does not speak that one.
    """
    from denshi.errors import UsageError

    if lang not in ("en", "ja"):
        raise UsageError(f'--lang "{lang}" is not offered', mend="Use en or ja")
    return lang
