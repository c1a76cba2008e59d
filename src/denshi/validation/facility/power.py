"""The power chain against published stages, whole chains and claims."""

import csv
from collections.abc import Mapping
from pathlib import Path
from typing import Any, cast

from denshi.catalog import Assumption, Equipment, rows
from denshi.facility.chain_checks import Check, checks


def power_checks(shared: Path) -> tuple[Check, ...]:
    """Return every comparison of the chain that the measured facts allow.

    Parameters
    ----------
    shared : folder of the measured data.
    """
    return checks(
        published(shared),
        cast(Mapping[str, Equipment], rows("equipment")),
        cast(Mapping[str, Assumption], rows("assumptions")),
    )


def published(shared: Path) -> dict[str, tuple[float, float]]:
    """Return the published figures of the building by quantity, low and high; words are left out."""
    found: dict[str, tuple[float, float]] = {}
    with (shared / "validation" / "facility.csv").open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            low, _, high = row["value"].partition("-")
            try:
                found[row["quantity"]] = float(low), float(high or low)
            except ValueError:
                continue
    return found


def row_of(one: Check) -> dict[str, Any]:
    """Return a comparison as a part of a document."""
    return {
        "name": one.name,
        "unit": one.unit,
        "published_low": one.published[0],
        "published_high": one.published[1],
        "low": one.ours[0],
        "high": one.ours[1],
        "inside": one.inside,
        "must": one.required,
        "why": one.why,
    }
