"""Where the rooms meet: the pipeline, the record, and what can be asked of it."""

from denshi.design.diff import compare
from denshi.design.document import document, read_document, room_figures, run_record
from denshi.design.headlines import headline_paths, headlines
from denshi.design.pipeline import design
from denshi.design.record import Design
from denshi.design.sensitivity import bands
from denshi.design.trace import Node, summary, trace

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
