"""A published claim as data: what was said, by whom, and from which inputs denshi computes the same quantity.

A claim file is TOML, one table a claim::

    [ten-gigawatts-power-eight-million-homes]
    text = "10 GW power 8 million US homes"
    published = 8e6
    unit = "homes"
    tolerance = 0.05
    source = "CNBC analysis of EIA data"
    date = "2025-10"
    grade = "C"
    how = "arithmetic"
    expression = "power_kw * hours / home_kwh"

    [ten-gigawatts-power-eight-million-homes.inputs]
    power_kw = { value = 1e7, source = "the claim itself", date = "2025-10", grade = "C" }
    hours = { value = 8760, source = "a year", date = "2025", grade = "A" }
    home_kwh = { value = 10500, low = 10000, high = 11000, source = "EIA", date = "2024", grade = "E" }

What is expected to come out stands nowhere in the file: the verdict is computed.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

from denshi.figure import Evidence

How = Literal["arithmetic", "catalog", "params", "training", "fabric", "design"]
HOWS: Mapping[str, str] = {
    "arithmetic": "an expression over inputs that the claim file states and sources",
    "catalog": "facts of the catalogue by dotted path",
    "params": "parameter counts from the layer shape of a model",
    "training": "a training run predicted by the workload room",
    "fabric": "switches and links counted by the cluster room",
    "design": "a figure of a whole design of an example scenario",
}
Origin = Literal["published", "circulating", "what-if"]
ORIGINS: Mapping[str, str] = {
    "published": "said by the source itself",
    "circulating": "passed on without its source, or garbled on the way",
    "what-if": "another reading that denshi adds beside a published claim",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Quantity:
    """One input of a claim: a sourced number, or where denshi computes it.

    ``kind`` is "value", "unknown" or one of the other ways of ``HOWS``; ``spec`` is what stands in the file under it.
    """

    name: str
    kind: str
    spec: Any
    evidence: Evidence | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Claim:
    """What was published, and how denshi recomputes it.

    ``low`` and ``high`` are equal where one number was published. ``tolerance`` is relative to the nearer of them.
    """

    id: str
    text: str
    text_ja: str
    low: float
    high: float
    unit: str
    tolerance: float
    evidence: Evidence
    how: How
    expression: str
    inputs: tuple[Quantity, ...]
    origin: Origin
    reason: str
    reason_ja: str
