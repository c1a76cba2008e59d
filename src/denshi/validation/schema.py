"""The schema of a claim file, for editors and for ``denshi validate --schema``."""

from typing import Any

from denshi.figure import GRADES
from denshi.validation.claim import HOWS, ORIGINS

_NUMBER = {"type": "number"}
_TEXT = {"type": "string", "minLength": 1}
_GRADE = {"enum": list(GRADES), "description": "; ".join(f"{key}: {said}" for key, said in GRADES.items())}


def _table(required: dict[str, Any], optional: dict[str, Any] | None = None) -> dict[str, Any]:
    return {
        "type": "object",
        "properties": {**required, **(optional or {})},
        "required": list(required),
        "additionalProperties": False,
    }


def _inputs() -> dict[str, Any]:
    training = _table(
        dict.fromkeys(("model", "system", "precision"), _TEXT)
        | dict.fromkeys(("accelerators", "tokens", "sequence", "global_batch_tokens"), _NUMBER),
        {
            "parallelism": {"anyOf": [{"const": "search"}, {"type": "object", "additionalProperties": _NUMBER}]},
            "software": {"type": "string"},
        },
    )
    fabric = _table(
        {"system": _TEXT, "link": _TEXT, "units": _NUMBER}, {"topology": _TEXT, "oversubscription": _NUMBER}
    )
    value = _table(
        {"value": _NUMBER, "source": _TEXT, "date": _TEXT, "grade": _GRADE},
        {"low": _NUMBER, "high": _NUMBER, "unit": _TEXT, "note": _TEXT},
    )
    path = {**_TEXT, "description": "field of the room's result, or dotted path of a figure of the design"}
    return {
        "oneOf": [
            value,
            _table({"unknown": {**_TEXT, "description": "what nobody published: the claim stays open"}}),
            _table({"catalog": {**_TEXT, "description": "dotted path, systems.gb200-nvl72.power_kw"}}),
            _table({"params": {**_TEXT, "description": "id of a model"}}, {"of": {"enum": ["total", "active"]}}),
            _table({"training": training, "path": path}),
            _table({"fabric": fabric, "path": path}),
            _table({"design": {**_TEXT, "description": "scenario file"}, "path": path}),
        ]
    }


def claim_schema() -> dict[str, Any]:
    """Return the JSON schema of a claim file.

    >>> sorted(claim_schema()["additionalProperties"]["required"])[:3]
    ['date', 'grade', 'how']
    """
    ends = _table({"low": _NUMBER, "high": _NUMBER})
    claim = _table(
        {
            "text": {**_TEXT, "description": "the claim, in one sentence"},
            "published": {"anyOf": [_NUMBER, ends]},
            "unit": _TEXT,
            "tolerance": {"type": "number", "minimum": 0, "description": "relative, 0.05 is 5 %"},
            "source": _TEXT,
            "date": _TEXT,
            "grade": _GRADE,
            "how": {"enum": list(HOWS), "description": "; ".join(f"{key}: {said}" for key, said in HOWS.items())},
            "inputs": {"type": "object", "minProperties": 1, "additionalProperties": _inputs()},
        },
        {
            "text_ja": _TEXT,
            "expression": {**_TEXT, "description": "+ - * / ** over the inputs; left out: the first input"},
            "origin": {"enum": list(ORIGINS), "description": "; ".join(f"{k}: {said}" for k, said in ORIGINS.items())},
            "reason": {**_TEXT, "description": "what a reader should know of the difference"},
            "reason_ja": _TEXT,
        },
    )
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "denshi claim file",
        "type": "object",
        "minProperties": 1,
        "additionalProperties": claim,
    }
