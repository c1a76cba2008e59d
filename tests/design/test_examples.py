"""Every example designs, and gives what it gave before.

The golden files hold every scalar figure. Money and physics repeat to 1e-6; what the hourly linear programme decides
(capacities, dispatch) repeats to 1e-3 across machines, because an optimum can be flat. Set DENSHI_UPDATE_GOLDEN=1 to
write them anew, and read the difference before committing it.
"""

import json
import os
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from denshi.design import Design, design, summary, trace
from denshi.design.document import document
from denshi.design.paths import resolve
from denshi.scenario import load

EXAMPLES = sorted(Path("examples").glob("*.toml"))
GOLDEN = Path(__file__).parent / "golden"
FREE_OF_THE_OPTIMUM = 1e-6
WITH_THE_OPTIMUM = 1e-3
TOUCHED_BY_THE_OPTIMUM = ("energy.", "finance.")


@cache
def designed(path: Path) -> Design:
    return design(load(path))


def scalars(made: Design) -> dict[str, Any]:
    root = made.root()
    return {path: summary(resolve(root, path)) for path in made.figures()}


@pytest.mark.parametrize("path", EXAMPLES, ids=lambda p: p.stem)
def test_golden(path: Path) -> None:
    found = json.loads(json.dumps(scalars(designed(path)), ensure_ascii=False))
    golden = GOLDEN / f"{path.stem}.json"
    if os.environ.get("DENSHI_UPDATE_GOLDEN") == "1":
        golden.parent.mkdir(exist_ok=True)
        golden.write_text(json.dumps(found, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
    expected = json.loads(golden.read_text(encoding="utf-8"))
    assert sorted(found) == sorted(expected)
    wrong = [
        f"{name}: {found[name]} was {expected[name]}"
        for name in expected
        if not same(
            found[name],
            expected[name],
            WITH_THE_OPTIMUM if name.startswith(TOUCHED_BY_THE_OPTIMUM) else FREE_OF_THE_OPTIMUM,
        )
    ]
    assert not wrong, "\n".join(wrong[:20])


def same(a: Any, b: Any, tolerance: float) -> bool:
    if isinstance(a, dict) and isinstance(b, dict):
        size = max((abs(v) for v in b.values() if isinstance(v, float | int)), default=0.0)
        return a.keys() == b.keys() and all(close(a[k], b[k], tolerance, size) for k in b)
    if isinstance(a, list) and isinstance(b, list):
        return len(a) == len(b) and all(same(x, y, tolerance) for x, y in zip(a, b, strict=True))
    return close(a, b, tolerance, 0.0)


def close(a: Any, b: Any, tolerance: float, size: float) -> bool:
    if isinstance(a, dict | list):
        return same(a, b, tolerance)
    if isinstance(a, bool) or not isinstance(a, float | int) or not isinstance(b, float | int):
        return bool(a == b)
    return bool(abs(a - b) <= tolerance * max(abs(a), abs(b), size) + 1e-9)


@pytest.mark.parametrize("path", EXAMPLES, ids=lambda p: p.stem)
def test_every_figure_can_be_traced_to_facts_and_inputs(path: Path) -> None:
    made = designed(path)
    for figure in made.figures():
        for node in trace(made, figure).walk():
            if not node.inputs and node.kind == "figure" and node.value is not None:
                declared = made.figures().get(node.path)
                assert declared is None or declared.of == (), f"{figure}: {node.path} ends nowhere"
            if node.kind == "fact":
                assert node.source, f"{figure}: the fact {node.path} has no source"
            if node.kind == "default":
                assert node.source, f"{figure}: the default {node.path} has no source"


def test_cost_of_an_accelerator_hour_reaches_only_facts_inputs_and_assumptions() -> None:
    tree = trace(designed(Path("examples/hyperion.toml")), "finance.lcoc_usd_per_accelerator_hour")
    leaves = [node for node in tree.walk() if not node.inputs]
    assert len(leaves) > 100
    nameless = [
        node.path for node in leaves if node.kind == "figure" and not node.path.endswith(".count") and node.formula
    ]
    assert nameless == []
    heads = {node.path.split(".")[0] for node in leaves if node.kind in ("fact", "input", "default")}
    assert heads <= {"catalog", "scenario", "cluster", "facility", "energy"}


@pytest.mark.parametrize("path", EXAMPLES, ids=lambda p: p.stem)
def test_the_document_is_json_and_says_what_it_hangs_on(path: Path) -> None:
    page = document(designed(path))
    text = json.dumps(page, allow_nan=False, ensure_ascii=False)
    assert json.loads(text) == page
    assert 6 <= len(page["headlines"]) <= 12
    assert len(page["binding"]) == 3
    for headline in page["headlines"]:
        assert headline["band"]
        assert headline["grade"] in "ABCDE"


def test_same_scenario_same_bytes() -> None:
    path = Path("examples/gpusoroban.toml")
    assert json.dumps(document(design(load(path)))) == json.dumps(document(design(load(path))))
