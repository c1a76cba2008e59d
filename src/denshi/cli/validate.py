"""``denshi validate``: published claims, and measurements, against what denshi computes, errors and all."""

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from typer.core import TyperGroup

from denshi.cli import validate_facility, validate_finance, validate_serving, validate_training
from denshi.cli.options import AsJson

if TYPE_CHECKING:
    from denshi.validation import Check, Claim


_DEFAULT = "claims"


class _ClaimsByDefault(TyperGroup):
    """A group whose first argument may be left out: ``denshi validate a.toml`` is ``denshi validate claims a.toml``."""

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        named = bool(args) and (args[0] in self.commands or args[0] in ctx.help_option_names)
        return super().parse_args(ctx, args if named else [_DEFAULT, *args])


def register(app: typer.Typer) -> None:
    """Add the verb."""
    group = typer.Typer(
        cls=_ClaimsByDefault,
        help="Hold denshi against published claims (where no command is named) and against measurements.",
        add_completion=False,
    )
    group.command(_DEFAULT)(claims)
    validate_training.register(group)
    validate_serving.register(group)
    validate_facility.register(group)
    validate_finance.register(group)
    app.add_typer(group, name="validate")


def claims(
    files: Annotated[
        list[Path] | None, typer.Argument(help="Claim files of your own; the packaged ones where none is named.")
    ] = None,
    markdown: Annotated[bool, typer.Option("--markdown", help="Print the table as Markdown.")] = False,
    schema: Annotated[bool, typer.Option("--schema", help="Print the JSON Schema of a claim file.")] = False,
    json: AsJson = False,
) -> None:
    """Recompute every published claim and print claim, published, denshi, error, verdict."""
    from denshi.cli.output import as_json, done, reader
    from denshi.validation import as_markdown, claim_schema, packaged_claims, scoreboard

    if schema:
        print(as_json(claim_schema()), end="")
        return
    progress = reader()
    chosen = _read(files) if files else tuple(packaged_claims().values())
    checks = scoreboard(chosen, _design_figure(progress), progress)
    done()
    if json:
        print(
            as_json({"schema_version": 1, "totals": _counts(checks), "claims": [_row(one) for one in checks]}), end=""
        )
    else:
        print(as_markdown(checks) if markdown else _table(checks))
    if files and any(one.verdict == "fails" for one in checks):
        raise typer.Exit(1)


def _read(files: list[Path]) -> "tuple[Claim, ...]":
    from denshi.catalog.user_file import read_text
    from denshi.validation import claims_from_text

    return tuple(claim for file in files for claim in claims_from_text(read_text(file), file.name))


def _design_figure(progress: Callable[[str], None]) -> Callable[[str, str], float | None]:
    """Return a function that designs an example once and gives its figures."""
    made: dict[str, Any] = {}

    def figure(scenario: str, path: str) -> float | None:
        from denshi.design import design
        from denshi.design.paths import resolve
        from denshi.scenario import load

        if scenario not in made:
            made[scenario] = design(load(example(scenario)), progress)
        value = resolve(made[scenario].root(), path)
        return None if value is None else float(value)

    return figure


def example(name: str) -> Path:
    """Return an example scenario: of the checkout, else of the installed package."""
    import denshi

    package = Path(denshi.__file__).parent
    checkout = package.parents[1] / "examples" / name
    return checkout if checkout.is_file() else package / "examples" / name


def _counts(checks: "tuple[Check, ...]") -> dict[str, int]:
    verdicts = ("holds", "fails", "cannot say")
    return {"claims": len(checks), **{said: sum(one.verdict == said for one in checks) for said in verdicts}}


def _row(one: "Check") -> dict[str, Any]:
    claim = one.claim
    return {
        "id": claim.id,
        "origin": claim.origin,
        "text": claim.text,
        "published_low": claim.low,
        "published_high": claim.high,
        "unit": claim.unit,
        "denshi": one.denshi,
        "low": one.low,
        "high": one.high,
        "error": one.error,
        "grade": one.grade,
        "verdict": one.verdict,
        "reason": one.reason,
        "source": claim.evidence.source,
    }


def _table(checks: "tuple[Check, ...]") -> str:
    from denshi.validation import totals

    lines = []
    for one in checks:
        claim = one.claim
        published = f"{claim.low:.4g}" if claim.low == claim.high else f"{claim.low:.4g} to {claim.high:.4g}"
        found = "—" if one.denshi is None else f"{one.denshi:.4g}"
        error = "" if one.error is None else f"{one.error:+.1%}"
        lines.append(f"{one.verdict:10} {claim.text}")
        lines.append(f"{'':10} published {published}, denshi {found} {claim.unit}  {error}  {one.reason}")
    lines.append("")
    lines.append(totals(checks))
    return "\n".join(lines)
