"""The first screen: at most 25 lines of plain text that a terminal of 80 columns shows whole."""

import textwrap
import unicodedata

from denshi.report.evidence import grade_counts
from denshi.report.headlines import Headline, binding, headlines, notices
from denshi.report.locale import Texts, texts
from denshi.report.reading import Design, text_at

MOST_LINES = 25
_HEADLINES, _BINDING = 10, 3
_ASKED_FIRST = "lcoc_usd_per_accelerator_hour"


def first_screen(design: Design, lang: str = "en", width: int = 80) -> str:
    """Return the headlines with band and grade, what binds, the count of notices and the next command.

    Parameters
    ----------
    design : a parsed design.json.
    lang : "en" or "ja".
    width : columns of the terminal; a wide East Asian character takes two.

    Raises
    ------
    UsageError : denshi does not speak this language.
    """
    t = texts(lang)
    found = headlines(design, lang, t)[:_HEADLINES]
    site = text_at(design, "site.name") or text_at(design, "site.id")
    title = "  ".join(part for part in (text_at(design, "scenario.project.name"), site) if part)
    lines = [fit(title, width), "-" * width]
    lines += _columns(found, width, t)
    bound = binding(design, lang)[:_BINDING]
    if bound:
        lines.append("")
        lines += _bullets(t["terminal.binding"], [one.path for one in bound], width)
    count = len(notices(design, lang))
    lines += ["", fit(t["terminal.notices"].format(n=count, grade_e=grade_counts(design)["E"]), width)]
    if found:
        asked = next((one.path for one in found if one.path.endswith(_ASKED_FIRST)), found[-1].path)
        lines.append(fit(t["terminal.next"].format(path=asked), width))
    return "\n".join(line.rstrip() for line in lines[:MOST_LINES])


def _columns(found: list[Headline], width: int, t: Texts) -> list[str]:
    """Return one line a headline: name, value, band, grade; the name gives way where the screen is narrow."""
    rows = [(t["table.figure"], t["table.value"], t["headline.band"], t["headline.grade"])]
    rows += [(one.label, one.value, one.band, one.grade) for one in found]
    sizes = [max(columns(row[i]) for row in rows) for i in range(4)]
    sizes[2] = min(sizes[2], max(8, width - sizes[1] - sizes[3] - 6 - 20))
    sizes[0] = max(8, min(sizes[0], width - sum(sizes[1:]) - 6))
    return [
        "  ".join(
            [pad(row[0], sizes[0]), pad(row[1], sizes[1], right=True), pad(row[2], sizes[2]), pad(row[3], sizes[3])]
        )
        for row in rows
    ]


def _bullets(title: str, points: list[str], width: int) -> list[str]:
    lines = [fit(title, width)]
    for point in points:
        wrapped = textwrap.wrap(point, width - 4) if columns(point) == len(point) else [fit(point, width - 4)]
        lines += [f"  {'- ' if i == 0 else '  '}{part}" for i, part in enumerate(wrapped[:2])]
    return lines


def columns(text: str) -> int:
    """Return how many columns of a terminal a text takes.

    >>> columns("200万kW")
    7
    """
    wide = sum(unicodedata.east_asian_width(one) in "FW" for one in text)
    return len(text) + wide - sum(unicodedata.combining(one) > 0 for one in text)


def fit(text: str, width: int) -> str:
    """Return a text cut to a width, with an ellipsis where something is lost; control characters are dropped."""
    text = "".join(one for one in text if one.isprintable())
    if columns(text) <= width:
        return text
    while columns(text) > width - 1:
        text = text[:-1]
    return f"{text}…"


def pad(text: str, width: int, *, right: bool = False) -> str:
    """Return a text cut and filled to a width."""
    cut = fit(text, width)
    blank = " " * (width - columns(cut))
    return blank + cut if right else cut + blank
