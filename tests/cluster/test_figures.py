from dataclasses import replace
from math import inf

from cluster.cluster_rows import LINK, MEDIA, NODE, SWITCH, cluster_input
from denshi.cluster import run
from figure_checks import assert_every_figure_moves, assert_every_input_is_named

RACK = replace(
    NODE,
    accelerators=72.0,
    units_per_rack=1.0,
    power_kw=132.0,
    height_u=48.0,
    compute_trays=18.0,
    switch_trays=9.0,
    power_shelves=8.0,
)
CASES = {
    "base": cluster_input(),
    "by units": cluster_input(it_power_limit_kw=inf, units_limit=300.0),
    "partial unit": cluster_input(units_limit=127.0, it_power_limit_kw=inf, rails=3.0),
    "three tiers": cluster_input(units_limit=400.0, it_power_limit_kw=inf),
    "pods": cluster_input(units_limit=15_000.0, it_power_limit_kw=inf),
    "tapered": cluster_input(oversubscription=2.0),
    "split": cluster_input(link=replace(LINK, bytes_per_s=1e11), switch=replace(SWITCH, port_bytes_per_s=1e11)),
    "few rails": cluster_input(rails=3.0),
    "pods by power": cluster_input(it_power_limit_kw=260e3),
    "rack product": cluster_input(units_limit=40.0, it_power_limit_kw=inf, system=RACK),
    "rack product by power": cluster_input(it_power_limit_kw=30_000.0, system=RACK),
    "whole racks": cluster_input(units_limit=301.0, it_power_limit_kw=inf, system=replace(NODE, units_per_rack=2.0)),
}


def test_every_figure_moves_with_each_of_its_inputs() -> None:
    others = {
        "scenario.network.topology": ["rail-fat-tree", "fat-tree", "rail-only", "dragonfly", "torus"],
        "catalog.system": [replace(NODE, nic_bytes_per_s=1.2e11)],
        "catalog.media": [{**MEDIA, "multimode": replace(MEDIA["multimode"], kg_per_m=0.02, diameter_mm=4.0)}],
        "catalog.switch": [replace(SWITCH, ports=32.0)],
    }
    assert_every_figure_moves(run, CASES, "cluster", others)


def test_every_input_that_moves_a_figure_is_named() -> None:
    assert_every_input_is_named(run, CASES, "cluster")
