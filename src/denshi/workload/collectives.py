"""Time of collective operations on the tiers of a cluster: scale-up domain, scale-out fabric, between fabrics."""

import numpy as np
from numpy.typing import NDArray

Values = NDArray[np.float64]


def ring_reduce_scatter_s(ranks: Values, payload_bytes: Values | float, bytes_per_s: Values | float) -> Values:
    """Time of a ring reduce-scatter (or all-gather): ``(n - 1) / n S / B``.

    Parameters
    ----------
    ranks : group size, n [1].
    payload_bytes : the whole vector, S [bytes].
    bytes_per_s : link rate of one rank, one direction, B [bytes/s].

    Returns
    -------
    array : [s].

    Source: pope2022.

    >>> import numpy as np
    >>> float(ring_reduce_scatter_s(np.array(8.0), 8e9, 1e9))
    7.0
    """
    return np.asarray((ranks - 1) / ranks * payload_bytes / bytes_per_s)


def two_tier_reduce_scatter_s(
    ranks: Values,
    local: Values,
    payload_bytes: Values,
    inside_bytes_per_s: Values | float,
    outside_bytes_per_s: Values | float,
) -> Values:
    """Time of a reduce-scatter (or all-gather) that runs inside the domain first, then between domains.

    ``(l - 1) / l S / B_in + (n / l - 1) / (n / l) (S / l) / B_out``: each rank carries only its share outside.

    Parameters
    ----------
    ranks : group size, n [1].
    local : ranks of the group within one domain, l, at most n [1].
    payload_bytes : the whole vector, S [bytes].
    inside_bytes_per_s, outside_bytes_per_s : rates of one rank, one direction [bytes/s].

    Returns
    -------
    array : [s].

    Source: pope2022 (ring), applied to each tier.
    """
    domains = np.maximum(ranks / local, 1.0)
    inside = ring_reduce_scatter_s(local, payload_bytes, inside_bytes_per_s)
    return np.asarray(inside + ring_reduce_scatter_s(domains, payload_bytes / local, outside_bytes_per_s))


def three_tier_reduce_scatter_s(
    ranks: Values,
    local: Values,
    pod: Values,
    payload_bytes: Values,
    inside_bytes_per_s: Values | float,
    outside_bytes_per_s: Values | float,
    beyond_bytes_per_s: Values | float,
) -> Values:
    """Time of a reduce-scatter (or all-gather) inside the domain, between domains of a fabric, between fabrics.

    As ``two_tier_reduce_scatter_s`` for the ``p`` ranks within one fabric, then ``(n / p - 1) / (n / p) (S / p) / B``.

    Parameters
    ----------
    ranks : group size, n [1].
    local : ranks within one domain [1].
    pod : ranks within one fabric, p, from ``local`` to n [1].
    payload_bytes : the whole vector, S [bytes].
    inside_bytes_per_s, outside_bytes_per_s, beyond_bytes_per_s : rates of one rank, one direction [bytes/s].

    Returns
    -------
    array : [s].

    Source: pope2022 (ring), applied to each tier.
    """
    pod = np.maximum(pod, local)
    within = two_tier_reduce_scatter_s(pod, local, payload_bytes, inside_bytes_per_s, outside_bytes_per_s)
    return np.asarray(within + ring_reduce_scatter_s(ranks / pod, payload_bytes / pod, beyond_bytes_per_s))


def all_to_all_s(
    ranks: Values,
    local: Values,
    payload_bytes: Values,
    copies: Values | float,
    inside_bytes_per_s: Values | float,
    outside_bytes_per_s: Values | float,
    most_domains: float = np.inf,
) -> Values:
    """Time of an all-to-all in which each token goes to ``copies`` ranks drawn uniformly.

    Inside the domain every copy travels; outside, one copy goes to each distinct remote domain, to be spread there:
    ``S k (l - 1) / l / B_in + S d (1 - (1 - 1 / d)^k) (1 - 1 / d) / B_out`` with ``d = n / l`` domains.

    Parameters
    ----------
    ranks : group size, n [1].
    local : ranks within one domain, l, at most n [1].
    payload_bytes : bytes of all tokens that one rank sends once, S [bytes].
    copies : experts per token, k [1].
    inside_bytes_per_s, outside_bytes_per_s : rates of one rank, one direction [bytes/s].
    most_domains : domains that the routing sends a token to at most [1].

    Returns
    -------
    array : [s].

    Source: deepseekv3 (one copy a node over the network, then forwarded inside).
    """
    domains = np.maximum(ranks / local, 1.0)
    inside = payload_bytes * copies * (local - 1) / local / inside_bytes_per_s
    reached = np.minimum(domains * (1 - (1 - 1 / domains) ** copies), most_domains) * (1 - 1 / domains)
    return np.asarray(inside + payload_bytes * reached / outside_bytes_per_s)
