"""The scoreboard as a Markdown table."""

from collections.abc import Sequence

from denshi.validation.check import Check

_HEAD = "| claim | published | denshi | error | verdict | grade |\n| --- | ---: | ---: | ---: | --- | --- |\n"
_TITLES = {
    "published": "Published claims",
    "circulating": "Figures in circulation, without their source or garbled on the way",
    "what-if": "Other readings of a published claim",
}


def as_markdown(checks: Sequence[Check]) -> str:
    """Return the outcomes as Markdown: a table with its totals for each origin of claims.

    >>> as_markdown(())
    ''
    """
    parts = []
    for origin, title in _TITLES.items():
        some = [one for one in checks if one.claim.origin == origin]
        if some:
            parts.append(f"**{title}**: {totals(some)}\n\n{_HEAD}{''.join(_line(one) for one in some)}")
    return "\n".join(parts)


def totals(checks: Sequence[Check]) -> str:
    """Say in one line how many claims hold, fail and stay open.

    >>> totals(())
    '0 claims, 0 hold, 0 fail, 0 open.'
    """
    holds, fails, open_ = (sum(one.verdict == said for one in checks) for said in ("holds", "fails", "cannot say"))
    return f"{len(checks)} claims, {holds} hold, {fails} fail, {open_} open."


def _line(one: Check) -> str:
    claim = one.claim
    published = number(claim.low) if claim.low == claim.high else f"{number(claim.low)}–{number(claim.high)}"
    unit = "" if claim.unit == "1" else f" {claim.unit}"
    ours = "–" if one.denshi is None else number(one.denshi)
    error = "–" if one.error is None else f"{one.error:+.1%}"
    text = claim.text.replace("|", "\\|")
    return f"| {text} | {published}{unit} | {ours} | {error} | {one.verdict} | {one.grade} |\n"


def number(value: float) -> str:
    """Format a number for the table with three to four digits.

    >>> number(8.3e6), number(0.387), number(1093.0), number(3.8e25)
    ('8.30 M', '0.387', '1,093', '3.80e+25')
    """
    size = abs(value)
    for factor, symbol in ((1e12, " T"), (1e9, " bn"), (1e6, " M")):
        if factor <= size < factor * 1e3:
            return f"{value / factor:.2f}{symbol}"
    if size >= 1e15:
        return f"{value:.2e}"
    if size >= 1000:
        return f"{value:,.0f}"
    return f"{value:.4g}" if size >= 1 else f"{value:.3g}"
