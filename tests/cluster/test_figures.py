from dataclasses import replace
from math import inf

from cluster.cluster_rows import LINK, NODE, SWITCH, cluster_input
from denshi.cluster import run
from figure_checks import assert_every_figure_moves


def test_every_figure_moves_with_each_of_its_inputs() -> None:
    cases = {
        "base": cluster_input(),
        "by units": cluster_input(it_power_limit_kw=inf, units_limit=300.0),
        "partial unit": cluster_input(units_limit=127.0, it_power_limit_kw=inf, rails=3.0),
        "three tiers": cluster_input(units_limit=400.0, it_power_limit_kw=inf),
        "pods": cluster_input(units_limit=15_000.0, it_power_limit_kw=inf),
        "tapered": cluster_input(oversubscription=2.0),
        "split": cluster_input(link=replace(LINK, bytes_per_s=1e11), switch=replace(SWITCH, port_bytes_per_s=1e11)),
    }
    others = {
        "scenario.network.topology": ["rail-fat-tree", "fat-tree", "rail-only", "dragonfly", "torus"],
        "catalog.system": [replace(NODE, nic_bytes_per_s=1.2e11)],
        "catalog.switch": [replace(SWITCH, ports=32.0)],
    }
    assert_every_figure_moves(run, cases, "cluster", others)
