"""The ways in which a model can be served on a number of accelerators: splits and concurrencies, side by side."""

import numpy as np
from numpy.typing import NDArray

from denshi.workload.record import powers_of_two

Values = NDArray[np.float64]

LARGEST_REPLICA = 256.0
_LARGEST_STAGES = 16.0
_NARROWEST_PIECE = 128.0
_CONCURRENCIES = np.unique(np.round(np.geomspace(1, 1024, 41)))


def splits(
    accelerators: float, *, heads: float, layers: float, experts: float, expert_ffn: float, domain: float
) -> dict[str, Values]:
    """Return every split of a replica: tp, groups, pp, ep.

    Tensor parallelism stays within the scale-up domain and divides the heads; attention groups share experts, so dense
    models have one; stages come only beyond one domain. Experts are cut by all ranks, but not into pieces
    narrower than 128, or dealt whole.

    >>> sorted(set(splits(4.0, heads=8, layers=2, experts=0, expert_ffn=0, domain=8)["tp"].tolist()))
    [1.0, 2.0, 4.0]
    """
    most = min(accelerators, LARGEST_REPLICA)
    axes = (
        powers_of_two(min(domain, most)),
        powers_of_two(most) if experts else np.ones(1),
        powers_of_two(min(_LARGEST_STAGES, layers)),
        np.array([0.0, 1.0]) if experts else np.zeros(1),
    )
    tp, groups, pp, dealt = (axis.ravel() for axis in np.meshgrid(*axes, indexing="ij"))
    ranks = tp * groups
    keep = (ranks * pp <= most) & (np.round(heads) % tp == 0) & ((pp == 1) | (2 * ranks > min(domain, most)))
    whole = (dealt == 1) & (ranks > 1) & (ranks <= experts)
    cut = (dealt == 0) & ((ranks * _NARROWEST_PIECE <= expert_ffn) | (ranks == 1) | (not experts))
    keep &= whole | cut
    ep = np.where(dealt == 1, ranks, 1.0)
    return {"tp": tp[keep], "groups": groups[keep], "pp": pp[keep], "ep": ep[keep]}


def with_concurrency(split: dict[str, Values]) -> dict[str, Values]:
    """Return every split at every concurrency: 1 to 1,024 sequences a lane, a lane being a stage of a group."""
    count = len(split["tp"])
    each = np.tile(_CONCURRENCIES, count)
    out = {name: np.repeat(column, len(_CONCURRENCIES)) for name, column in split.items()}
    return {**out, "concurrency": each * out["groups"] * out["pp"]}
