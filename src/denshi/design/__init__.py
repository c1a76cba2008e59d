"""Where the rooms meet: the pipeline, the record, and what can be asked of it."""

import sys
from collections.abc import Sequence
from pathlib import Path
from types import ModuleType

from denshi.design.diff import compare
from denshi.design.document import document, read_document, room_figures, run_record
from denshi.design.headlines import headline_paths, headlines
from denshi.design.pipeline import design
from denshi.design.record import Design
from denshi.design.sensitivity import bands
from denshi.design.trace import Node, summary, trace
from denshi.scenario import load

__all__ = [
    "Design",
    "Node",
    "bands",
    "compare",
    "design",
    "document",
    "headline_paths",
    "headlines",
    "read_document",
    "room_figures",
    "run_record",
    "summary",
    "trace",
]


class _Package(ModuleType):
    """``denshi.design`` is a package and, because that is what a user writes first, also a function."""

    def __call__(self, path: str | Path, variant: str | None = None, settings: Sequence[str] = ()) -> Design:
        """Read a scenario file and design it."""
        return design(load(path, variant, settings))


sys.modules[__name__].__class__ = _Package
