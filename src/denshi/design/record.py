"""The design as one frozen record, and as JSON out."""

from collections.abc import Mapping
from dataclasses import dataclass, fields
from typing import Any

from denshi.buildout import Buildout
from denshi.climate import Climate, FileClimate
from denshi.cluster import Cluster
from denshi.design.facts import Facts
from denshi.design.paths import Root
from denshi.design.sizing import Round, Sizing
from denshi.energy import Energy
from denshi.facility import Facility
from denshi.figure import Figure, figures
from denshi.finance import Finance
from denshi.scenario import Scenario
from denshi.workload.serving import Serving
from denshi.workload.training import Training

SCHEMA_VERSION = 1
ROOMS = ("sizing", "climate", "cluster", "workload", "facility", "energy", "buildout", "finance")


@dataclass(frozen=True, slots=True)
class Design:
    """Everything that one scenario leads to: what was asked, the facts used, each room's result."""

    scenario: Scenario
    catalog: Facts
    climate: Climate | FileClimate
    sizing: Sizing
    cluster: Cluster
    workload: tuple[Training | Serving, ...]
    facility: Facility
    energy: Energy
    buildout: Buildout
    finance: Finance
    iterations: tuple[Round, ...]

    def root(self) -> Root:
        """Return what dotted paths start from."""
        return {f.name: getattr(self, f.name) for f in fields(self)}

    def figures(self) -> Mapping[str, Figure]:
        """Return every figure of every room by its full path."""
        found: dict[str, Figure] = {}
        for room in ROOMS:
            result: Any = getattr(self, room)
            parts = enumerate(result) if isinstance(result, tuple) else [(None, result)]
            for number, part in parts:
                head = room if number is None else f"{room}.{number}"
                found |= {f"{head}.{name}": figure for name, figure in figures(type(part)).items()}
        return found
