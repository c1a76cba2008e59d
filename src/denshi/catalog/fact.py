"""What every kind of fact has."""

from collections.abc import Mapping
from dataclasses import dataclass

from denshi.figure import Evidence


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """What every fact has: a canonical id, a name to show, aliases, evidence per field."""

    id: str
    name: str
    aliases: tuple[str, ...]
    evidence: Mapping[str, Evidence]
