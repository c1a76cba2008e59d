"""How many accelerators a day's demand takes, and how much of them it uses."""

from collections.abc import Sequence
from dataclasses import dataclass
from math import ceil

HOURS = 24
_SECONDS = 3600.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Sizing:
    """Replicas that carry the busiest hour of a day, and the mean share of their rate that the day uses."""

    replicas: float
    accelerators: float
    peak_tokens_per_s: float
    utilisation: float


def size(
    tokens_per_day: float, weights: Sequence[float], *, replica_tokens_per_s: float, replica_accelerators: float
) -> Sizing:
    """Return the replicas for a day's output tokens, spread over its hours by weights.

    ``replicas = ceil(D w_max / sum(w) / 3600 / r)``, the rate r of a replica being the highest that keeps its targets.

    Parameters
    ----------
    tokens_per_day : output tokens, D [token/day].
    weights : one of each hour, any scale, none negative [1].
    replica_tokens_per_s : rate of one replica within its latency targets [token/s].
    replica_accelerators : accelerators of one replica [1].

    Raises
    ------
    ValueError : there are not 24 weights, or no hour has demand.

    >>> size(86400.0, [1.0] * 24, replica_tokens_per_s=0.5, replica_accelerators=8)
    Sizing(replicas=2, accelerators=16, peak_tokens_per_s=1.0, utilisation=1.0)
    """
    if len(weights) != HOURS or min(weights) < 0 or not sum(weights):
        raise ValueError("a day's demand takes 24 weights, none negative, not all zero")
    peak = tokens_per_day * max(weights) / sum(weights) / _SECONDS
    replicas = ceil(peak / replica_tokens_per_s - 1e-9)
    mean = tokens_per_day / (HOURS * _SECONDS)
    return Sizing(
        replicas=replicas,
        accelerators=replicas * replica_accelerators,
        peak_tokens_per_s=peak,
        utilisation=mean / (replicas * replica_tokens_per_s),
    )
