"""The headline figures, the limits that bind and the notices, as page and terminal show them."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from denshi.report.evidence import Link, links
from denshi.report.locale import Texts
from denshi.report.reading import Design, as_number, list_at
from denshi.report.values import amount, label


@dataclass(frozen=True, slots=True)
class Headline:
    """One headline: its value, its band with the reason, the weakest grade behind it, what it hangs on."""

    path: str
    label: str
    value: str
    band: str
    why: str
    grade: str
    main: Sequence[Link]


def headlines(design: Design, lang: str, t: Texts) -> list[Headline]:
    """Return the headlines in the order of the design; two of the same name carry the number of their workload."""
    found = [_headline(design, said, lang, t) for said in list_at(design, "headlines")]
    names = [one.label for one in found]
    return [
        replace(one, label=f"{one.label} ({int(part) + 1})")
        if names.count(one.label) > 1 and (part := one.path.split(".")[1]).isdigit()
        else one
        for one in found
    ]


def _headline(design: Design, said: Mapping[str, Any], lang: str, t: Texts) -> Headline:
    path, unit = str(said.get("path") or ""), str(said.get("unit") or "")
    name, value = str(said.get("label") or ""), said.get("value")
    ends = [as_number(said.get(end)) for end in ("low", "high")]
    low, high = (amount(end, path, unit, lang, t) for end in ends)
    why = str(said.get("band") or "").removeprefix("no band").lstrip(": ")
    return Headline(
        path=path,
        label=t.get(f"headline.{name}") or label(path, t) or name or path,
        value=str(value) if isinstance(value, str) else amount(as_number(value), path, unit, lang, t),
        band=t["no_band"] if None in ends else span(low, high, t),
        why=t.get(f"reason.{why}", why) if None in ends else "",
        grade=str(said.get("grade") or "D"),
        main=links(design, [str(one) for one in said.get("main") or ()]),
    )


def span(low: str, high: str, t: Texts) -> str:
    """Return a range, the unit said once where both ends have the same.

    >>> from denshi.report.locale import texts
    >>> span("640億ドル", "880億ドル", texts("ja")), span("$960 M", "$1.20 bn", texts("en"))
    ('640～880億ドル', '$960 M – $1.20 bn')
    """
    low, high = (text.partition("（")[0] for text in (low, high))
    number, unit = _split(low)
    return t["range"].format(low=number if unit == _split(high)[1] else low, high=high)


def _split(text: str) -> tuple[str, str]:
    found = re.fullmatch(r"(\D*[\d.,]*)(.*)", text)
    return (found[1], found[2]) if found else (text, "")


def binding(design: Design, lang: str) -> list[Link]:
    """Return what binds, in the reader's language, with the place of the figure."""
    found = []
    for said in list_at(design, "binding"):
        places = links(design, [str(said.get("path") or "")]) if isinstance(said, Mapping) else []
        found.append(Link(_said(said, lang), places[0].anchor if places else ""))
    return found


def notices(design: Design, lang: str) -> list[str]:
    """Return the notices, in the reader's language where the design has them so."""
    return [_said(one, lang) for one in list_at(design, "notices")]


def _said(one: Any, lang: str) -> str:
    if not isinstance(one, Mapping):
        return str(one)
    return str((one.get("what_ja") if lang == "ja" else None) or one.get("what") or "")
