"""Every drawing of a design as SVG text, in the reader's language."""

from collections.abc import Mapping

from denshi.report.drawing import Drawing
from denshi.report.drawing_cooling import cooling
from denshi.report.drawing_fabric import fabric
from denshi.report.drawing_floor import floor
from denshi.report.drawing_line import line
from denshi.report.drawing_rack import rack
from denshi.report.locale import Texts, texts
from denshi.report.reading import Design


def drawings(document: Design, lang: str = "en") -> dict[str, str]:
    """Return the drawings that a design has figures for: SVG text by name.

    Parameters
    ----------
    document : a parsed design.json, or what ``denshi.design.document`` returns.
    lang : "en" or "ja".

    Raises
    ------
    UsageError : denshi does not speak this language.

    >>> drawings({})
    {}
    """
    return {name: one.svg for name, one in drawn(document, lang, texts(lang)).items()}


def drawn(document: Design, lang: str, t: Texts) -> Mapping[str, Drawing]:
    """Return the same with title, note and the figures that each drawing shows."""
    found = (
        rack(document, lang, t),
        floor(document, lang, t),
        fabric(document, lang, t),
        line(document, lang, t),
        cooling(document, lang, t),
    )
    return {one.id: one for one in found if one is not None}
