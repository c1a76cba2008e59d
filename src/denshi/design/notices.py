"""What a reader must know before he quotes a number: what the rooms say, and what only shows between rooms."""

from collections.abc import Iterator

from denshi.design.record import Design
from denshi.units import show

_IDLE = 0.5
_LIGHT = 0.9


def notices(design: Design) -> list[str]:
    """Return every notice, the provenance of weather and supply first."""
    said = [design.climate.label, design.climate.supply_label]
    for part in (design.cluster, *design.workload, design.facility, design.energy, design.buildout, design.finance):
        own = getattr(part, "notice", "") or getattr(part, "notices", ())
        said += [own] if isinstance(own, str) else list(own)
    return [text for text in [*said, *_between_rooms(design)] if text]


def _between_rooms(design: Design) -> Iterator[str]:
    cluster, energy, facility = design.cluster, design.energy, design.facility
    if cluster.pods > 1:
        thinner = cluster.scaleout_bytes_per_s / max(cluster.inter_pod_bytes_per_s, 1.0)
        yield (
            f"the fabric is {cluster.pods:,.0f} pods; between them an accelerator has 1/{thinner:.0f} of its own, "
            "and a training run is assumed to stay within one"
        )
    if energy.import_peak_kw < _LIGHT * facility.connection_kw:
        yield (
            f"the connection ({show(facility.connection_kw, 'kW')}) is sized for all IT at nameplate in the worst hour,"
            f" supply for the mean load, which draws at most {show(energy.import_peak_kw, 'kW')} from the grid"
        )
    for i, workload in enumerate(design.workload):
        busy = getattr(workload, "busy_fraction", 1.0)
        if busy < _IDLE and design.scenario.finance.revenue == "rental":
            yield (
                f"workload {i} keeps its accelerators busy {busy:.0%} of the year, while revenue counts "
                f"{design.scenario.finance.utilisation:.0%} sold: the energy of the rest is not in the cost"
            )
