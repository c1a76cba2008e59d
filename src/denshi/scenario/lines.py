"""Where each key of a TOML file stands, so that a fault can name its line."""

import re
from collections.abc import Mapping

_HEADER = re.compile(r"^\s*\[(\[)?\s*([^\[\]]+?)\s*\](?(1)\])\s*(?:#.*)?$")
_KEY = re.compile(r"""^\s*((?:[A-Za-z0-9_-]+|"[^"]*"|'[^']*')(?:\s*\.\s*(?:[A-Za-z0-9_-]+|"[^"]*"|'[^']*'))*)\s*=""")


def lines_by_path(text: str) -> Mapping[str, int]:
    r"""Return the line of each table and key by dotted path; arrays of tables are counted from 0.

    >>> lines_by_path('[site]\nid = "x"\n[[workload]]\nshare = 1\n')["workload.0.share"]
    4
    """
    found: dict[str, int] = {}
    count: dict[str, int] = {}
    table = ""
    for number, line in enumerate(text.splitlines(), start=1):
        header = _HEADER.match(line)
        if header:
            table = _dotted(header[2])
            if header[1]:
                index = count.get(table, 0)
                count[table] = index + 1
                found.setdefault(table, number)
                table = f"{table}.{index}"
            found.setdefault(table, number)
            continue
        key = _KEY.match(line)
        if key:
            found.setdefault(f"{table}.{_dotted(key[1])}".lstrip("."), number)
    return found


def line_of(path: str, lines: Mapping[str, int]) -> int:
    """Return the line of a path or of the nearest table around it; 0 where there is none."""
    parts = path.split(".")
    for length in range(len(parts), 0, -1):
        line = lines.get(".".join(parts[:length]))
        if line:
            return line
    return 0


def _dotted(text: str) -> str:
    parts = re.findall(r"""[A-Za-z0-9_-]+|"[^"]*"|'[^']*'""", text)
    return ".".join(part.strip("\"'") for part in parts)
