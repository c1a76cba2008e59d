"""Fabrics that makers have published, held against the arithmetic that counts ours."""

from dataclasses import dataclass

from denshi.catalog import Fabric
from denshi.cluster.fabric import one_plane

COUNTED = (
    "leaf_switches",
    "spine_switches",
    "core_switches",
    "node_leaf_cables",
    "leaf_spine_cables",
    "spine_core_cables",
)


@dataclass(frozen=True, slots=True)
class Comparison:
    """One row of a published table: what it says, what is counted here, and where it contradicts itself."""

    fabric: Fabric
    published: dict[str, int]
    counted: dict[str, int]
    contradiction: str

    @property
    def exact(self) -> bool:
        """Whether every published count is met."""
        return all(self.counted[name] == count for name, count in self.published.items())


def compared(fabric: Fabric) -> Comparison:
    """Count a published fabric anew, from its nodes; its own total of accelerators is only held against them.

    Where the total contradicts the nodes and the cables side with the nodes, the row is still counted by its nodes.
    """
    endpoints = round(fabric.nodes * fabric.accelerators_per_node)
    said = {name: getattr(fabric, name) for name in COUNTED}
    return Comparison(
        fabric=fabric,
        published={name: round(count) for name, count in said.items() if count is not None},
        counted=_counted(fabric, endpoints),
        contradiction=""
        if endpoints == fabric.accelerators
        else f"{fabric.nodes:g} nodes of {fabric.accelerators_per_node:g} are {endpoints} accelerators, "
        f"the table says {fabric.accelerators:g}",
    )


def _counted(fabric: Fabric, endpoints: int) -> dict[str, int]:
    plane = one_plane(
        "rail-fat-tree",
        endpoints,
        round(fabric.accelerators_per_node),
        round(fabric.radix),
        1.0,
        round(fabric.rails),
        1.0,
    )
    planes = round(fabric.planes)
    return {
        "leaf_switches": planes * plane.leaves,
        "spine_switches": planes * plane.spines,
        "core_switches": planes * plane.core,
        # One cable carries the links of all planes.
        "node_leaf_cables": plane.host_links + round(fabric.further_cables),
        "leaf_spine_cables": plane.leaf_spine_links,
        "spine_core_cables": plane.spine_core_links,
    }
