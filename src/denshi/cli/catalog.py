"""``denshi catalog search|show|check``: the facts, and where they contradict each other."""

from typing import Annotated

import typer

from denshi.cli.options import AsJson

app = typer.Typer(help="Facts: search them, show one, check them all.", no_args_is_help=True, add_completion=False)


@app.command("search")
def search(
    text: Annotated[str, typer.Argument(help="Part of an id or a name.")] = "",
    kind: Annotated[str | None, typer.Option("--kind", help="accelerators, systems, models, sites, …")] = None,
    json: AsJson = False,
) -> None:
    """List the rows whose id, name or alias holds a text."""
    from denshi.catalog import KINDS, rows
    from denshi.cli.output import as_json
    from denshi.errors import UsageError, nearest

    if kind is not None and kind not in KINDS:
        raise UsageError(f'no kind is called "{kind}"', where="--kind", mend=nearest(kind, KINDS))
    wanted = text.casefold()
    found = [
        {"kind": name, "id": row.id, "name": row.name}
        for name in ([kind] if kind else KINDS)
        for row in rows(name).values()
        if wanted in " ".join((row.id, row.name, *row.aliases)).casefold()
    ]
    if json:
        print(as_json({"schema_version": 1, "rows": found}), end="")
        return
    for row in found:
        print(f"{row['kind']:14} {row['id']:34} {row['name']}")


@app.command("show")
def show(
    name: Annotated[str, typer.Argument(help="The id or alias of a row.")],
    kind: Annotated[str | None, typer.Option("--kind", help="Where several kinds have the name.")] = None,
    json: AsJson = False,
) -> None:
    """Print one row: every value with grade, date and source."""
    from dataclasses import fields

    from denshi.catalog import KINDS, find, rows
    from denshi.cli.output import as_json
    from denshi.errors import CatalogError, UsageError, nearest

    if kind is not None and kind not in KINDS:
        raise UsageError(f'no kind is called "{kind}"', where="--kind", mend=nearest(kind, KINDS))
    for one in [kind] if kind else list(KINDS):
        try:
            row = find(KINDS[one], name)
            break
        except CatalogError:
            continue
    else:
        raise CatalogError(f'no row is called "{name}"', mend=nearest(name, [i for k in KINDS for i in rows(k)]))
    values = {
        f.name: {
            "value": getattr(row, f.name),
            "grade": row.evidence[f.name].grade,
            "date": row.evidence[f.name].date,
            "source": row.evidence[f.name].source,
            "low": row.evidence[f.name].low,
            "high": row.evidence[f.name].high,
            "note": row.evidence[f.name].note,
        }
        for f in fields(row)
        if f.name in row.evidence
    }
    if json:
        print(as_json({"schema_version": 1, "kind": one, "id": row.id, "name": row.name, "values": values}), end="")
        return
    print(f"{row.id}  {row.name}  ({one})")
    for field, said in values.items():
        note = f"; {said['note']}" if said["note"] else ""
        print(f"  {field:26} {said['value']!s:>18}  {said['grade']}  {said['date']}  {said['source']}{note}")


@app.command("check")
def check(json: AsJson = False) -> None:
    """Apply the consistency rules and print every contradiction with its reason."""
    from denshi.catalog.check import report
    from denshi.cli.output import as_json

    found = report()
    unexplained = [one for one, reason in found if reason is None]
    if json:
        listed = [{"rule": c.rule, "kind": c.kind, "id": c.id, "what": str(c), "reason": reason} for c, reason in found]
        print(as_json({"schema_version": 1, "contradictions": listed, "unexplained": len(unexplained)}), end="")
    else:
        for contradiction, reason in found:
            print(f"{contradiction}\n    {reason or 'NOT EXPLAINED'}")
        print(f"{len(found)} contradictions, {len(unexplained)} not explained")
    if unexplained:
        raise typer.Exit(1)
