"""Published figures of money, one number a verdict: what denshi computes from the inputs that a row states."""

from collections import Counter
from pathlib import Path
from typing import Any

from denshi.errors import FileError
from denshi.validation.finance.answer import DesignFigure
from denshi.validation.finance.rows import rows_of
from denshi.validation.finance.score import Scored, score

__all__ = ["Scored", "as_text", "document", "rows_of", "score"]


def document(path: Path, design_figure: DesignFigure | None) -> dict[str, Any]:
    """Score a file of cases; its ``cases`` hold id, expected, computed and verdict of each number.

    Raises
    ------
    FileError : the file cannot be read or is no table of cases.
    """
    try:
        text = path.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        raise FileError("cannot be read", where=str(path), why=str(error)) from None
    scored = score(rows_of(text, path.name), design_figure)
    counts = Counter(one.verdict for one in scored)
    return {
        "schema_version": 1,
        "numbers": len(scored),
        "rows": len({one.row for one in scored}),
        "totals": {verdict: counts[verdict] for verdict in ("holds", "fails", "not answered")},
        "cases": [_case(one) for one in scored],
    }


def _case(one: Scored) -> dict[str, Any]:
    computed = list(one.computed) if isinstance(one.computed, tuple) else one.computed
    return {
        "id": one.id,
        "row": one.row,
        "category": one.category,
        "inputs": one.inputs,
        "expected": one.expected,
        "unit": one.unit,
        "computed": computed,
        "verdict": one.verdict,
        "reason": one.reason,
    }


def as_text(found: dict[str, Any]) -> str:
    """Return the table of a document."""
    lines = []
    for case in found["cases"]:
        computed = case["computed"]
        if isinstance(computed, list):
            computed = f"{computed[0]:.5g} to {computed[1]:.5g}"
        elif isinstance(computed, float):
            computed = f"{computed:.6g}"
        lines.append(f"{case['verdict']:12} {case['id']:>5}  {case['inputs']}")
        lines.append(f"{'':18}  expected {case['expected']} {case['unit']}, denshi {computed or '—'}; {case['reason']}")
    totals = ", ".join(f"{count} {verdict}" for verdict, count in found["totals"].items())
    return "\n".join([*lines, "", f"{found['numbers']} numbers of {found['rows']} rows: {totals}", ""])
