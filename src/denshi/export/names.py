"""Names that files, web addresses and spreadsheets can bear: slugs, plain text, cells that are no formula."""

import hashlib
import re
import unicodedata

_FORMULA = "=+-@"
_LONGEST_SLUG = 100


def slug(text: str, fallback: str = "item") -> str:
    """Return a name of lower-case letters, digits and hyphens, the same for the same text.

    What has no letter of the Latin alphabet gets a short digest, so that two such names stay two.

    >>> slug("GB300 NVL72"), slug("../a/=b'"), slug("高松", "site")
    ('gb300-nvl72', 'a-b', 'site-db0a12')
    """
    latin = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode().lower()
    found = re.sub(r"[^a-z0-9]+", "-", latin).strip("-")[:_LONGEST_SLUG].strip("-")
    return found or f"{fallback}-{hashlib.sha256(text.encode('utf-8', 'replace')).hexdigest()[:6]}"


def plain(text: str, longest: int = 200) -> str:
    """Return one line of text that no spreadsheet takes for a formula.

    Line breaks and control characters become spaces; the signs with which a formula begins are dropped from its head,
    because a CSV file is opened in spreadsheets too.

    >>> plain('=HYPERLINK("x")\\n two'), plain(" -1 高松 ")
    ('HYPERLINK("x") two', '1 高松')
    """
    line = "".join(" " if unicodedata.category(sign)[0] == "C" else sign for sign in text)
    return " ".join(line.split()).lstrip(_FORMULA + " ")[:longest].rstrip()


def is_formula(text: str) -> bool:
    """Say whether a spreadsheet would take a text for a formula.

    >>> is_formula("=1+1"), is_formula("\\t@x"), is_formula("1+1")
    (True, True, False)
    """
    return text.lstrip().startswith(tuple(_FORMULA))
