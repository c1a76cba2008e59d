"""``denshi fabric``: a fabric alone, published fabrics, a scenario, and what is refused."""

import json
from typing import Any

import pytest

from denshi.cli import main


def page(arguments: str, capsys: pytest.CaptureFixture[str]) -> dict[str, Any]:
    assert main(["fabric", *arguments.split(), "--json"]) == 0
    found: dict[str, Any] = json.loads(capsys.readouterr().out)
    assert found["schema_version"] == 1
    return found


def test_a_fabric_alone_is_counted(capsys: pytest.CaptureFixture[str]) -> None:
    found = page("--endpoints 4096 --radix 64 --rails 8", capsys)
    counted = ("leaf_switches", "spine_switches", "core_switches", "tiers", "ports_free")
    assert [found[name] for name in counted] == [128, 128, 64, 3, 0]
    assert found["node_leaf_cables"] == found["leaf_spine_cables"] == found["spine_core_cables"] == 4096


def test_planes_share_their_cables(capsys: pytest.CaptureFixture[str]) -> None:
    found = page("--endpoints 512 --radix 128 --planes 2", capsys)
    counted = ("leaf_switches", "spine_switches", "node_leaf_cables", "leaf_spine_cables")
    assert [found[name] for name in counted] == [16, 8, 512, 512]


def test_a_unit_filled_in_part_leaves_ports_free(capsys: pytest.CaptureFixture[str]) -> None:
    found = page("--endpoints 1016", capsys)
    assert (found["leaf_switches"], found["leaf_spine_cables"], found["ports_free"]) == (32, 1024, 8)


def test_one_switch_is_enough_for_few(capsys: pytest.CaptureFixture[str]) -> None:
    found = page("--endpoints 8", capsys)
    assert (found["switches"], found["tiers"], found["ports_free"]) == (1, 1, 56)


@pytest.mark.parametrize("topology", ["fat-tree", "rail-only", "dragonfly", "torus"])
def test_other_topologies_have_their_counts(topology: str, capsys: pytest.CaptureFixture[str]) -> None:
    found = page(f"--endpoints 3000 --topology {topology}", capsys)
    assert found["leaf_spine_cables"] > 0
    assert (found["switches"] == 0) == (topology == "torus")
    assert found["ports_free"] >= 0


def test_published_fabrics_are_exact_and_a_contradiction_is_told(capsys: pytest.CaptureFixture[str]) -> None:
    found = page("--published", capsys)
    assert found["exact"]
    assert len(found["fabrics"]) >= 20
    odd = [one for one in found["fabrics"] if one["contradiction"]]
    assert [one["id"] for one in odd] == ["dgx-b300-xdr-18su"]
    assert "10368" in odd[0]["contradiction"]
    assert main(["fabric", "--published"]) == 0
    said = capsys.readouterr().out
    assert "contradicts itself" in said
    assert f"{len(found['fabrics'])} of {len(found['fabrics'])} rows are exact" in said


def test_words_tell_the_same_counts(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["fabric", "--endpoints", "1000000"]) == 0
    said = capsys.readouterr().out
    assert "35,856 leaf" in said
    assert "18 fabrics are joined" in said


@pytest.mark.parametrize(
    ("arguments", "what"),
    [
        ("", "neither a scenario nor --endpoints"),
        ("--radix 64", "neither a scenario nor --endpoints"),
        ("--endpoints 0", "outside 1 to"),
        ("--endpoints -5", "outside 1 to"),
        ("--endpoints 10000000000000", "outside 1 to"),
        ("--endpoints 64 --radix 2", "--radix 2 is outside"),
        ("--endpoints 640 --oversubscription 0.5", "outside 1 to 63"),
        ("--endpoints 640 --oversubscription nan", "outside 1 to 63"),
        ("--endpoints 64 --topology tree", 'Did you mean "fat-tree"?'),
        ("examples/hyperion.toml --endpoints 4", "exclude each other"),
        ("--endpoints 4 --published", "exclude each other"),
        ("--endpoints 4 --set site.id=x", "belong to a scenario"),
        ("--endpoints many", "valid integer"),
    ],
)
def test_wrong_use_has_one_message(arguments: str, what: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["fabric", *arguments.split()]) == 2
    said = capsys.readouterr().err
    assert what in said
    assert "Traceback" not in said
