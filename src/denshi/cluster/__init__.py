"""The cluster: racks, scale-out fabric, cabling, bill of materials."""

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
from denshi.cluster.record import Cluster, ClusterInput
from denshi.cluster.room import again, run

__all__ = [
    "Cluster",
    "ClusterInput",
    "Counts",
    "again",
    "dragonfly",
    "dragonfly_hosts",
    "fat_tree",
    "fat_tree_hosts",
    "joined",
    "leaf_ports",
    "rail_only",
    "run",
    "scale_out",
    "torus",
]
