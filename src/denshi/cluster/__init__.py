"""The cluster: racks, halls, scale-out fabric, cabling, bill of materials."""

from denshi.cluster.fabric import (
    Counts,
    dragonfly,
    dragonfly_hosts,
    fat_tree,
    fat_tree_hosts,
    joined,
    leaf_ports,
    rail_only,
    scale_out,
    torus,
)
from denshi.cluster.given import ClusterInput
from denshi.cluster.hall import Layout, Racks
from denshi.cluster.plan import layout
from denshi.cluster.rack import Elevation, Slot
from denshi.cluster.record import Cluster
from denshi.cluster.room import again, run

__all__ = [
    "Cluster",
    "ClusterInput",
    "Counts",
    "Elevation",
    "Layout",
    "Racks",
    "Slot",
    "again",
    "dragonfly",
    "dragonfly_hosts",
    "fat_tree",
    "fat_tree_hosts",
    "joined",
    "layout",
    "leaf_ports",
    "rail_only",
    "run",
    "scale_out",
    "torus",
]
