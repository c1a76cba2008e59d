"""The headline figures, the limits that bind and the notices, as page and terminal show them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
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
    """Return the headlines in the order of the design."""
    return [_headline(design, said, lang, t) for said in list_at(design, "headlines")]


def _headline(design: Design, said: Mapping[str, Any], lang: str, t: Texts) -> Headline:
    path, unit = str(said.get("path") or ""), str(said.get("unit") or "")
    name = str(said.get("label") or "")
    value, low, high = (said.get(key) for key in ("value", "low", "high"))
    text = str(value) if isinstance(value, str) else amount(as_number(value), path, unit, lang, t)
    ends = [as_number(low), as_number(high)]
    band = (
        t["range"].format(low=amount(ends[0], path, unit, lang, t), high=amount(ends[1], path, unit, lang, t))
        if None not in ends
        else t["no_band"]
    )
    why = str((said.get("band_ja") if lang == "ja" else None) or said.get("band") or "")
    return Headline(
        path=path,
        label=t.get(f"headline.{name}") or label(path, t) or name or path,
        value=text,
        band=band,
        why="" if why == "no band" else why,
        grade=str(said.get("grade") or "D"),
        main=links(design, [str(one) for one in said.get("main") or ()]),
    )


def binding(design: Design, lang: str) -> list[Link]:
    """Return what binds, in the reader's language, with the place of the figure."""
    found = []
    for said in list_at(design, "binding"):
        text = said if isinstance(said, str) else (said.get("what_ja") if lang == "ja" else None) or said.get("what")
        places = [] if isinstance(said, str) else links(design, [str(said.get("path") or "")])
        found.append(Link(str(text or ""), places[0].anchor if places else ""))
    return found


def notices(design: Design, lang: str) -> list[str]:
    """Return the notices, in the reader's language where the design has them so."""
    return [
        str((said.get("what_ja") if lang == "ja" else None) or said.get("what", "")) if isinstance(said, Mapping) else str(said)
        for said in list_at(design, "notices")
    ]  # fmt: skip
