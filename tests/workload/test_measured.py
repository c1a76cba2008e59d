import importlib.util
import json
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]


def report(tool: str, shared: Path) -> dict[str, dict[str, float]]:
    assert importlib.util.find_spec("denshi")
    command = [sys.executable, str(ROOT / "tools" / tool), str(shared)]
    return json.loads(subprocess.run(command, capture_output=True, check=True, text=True).stdout)


@pytest.mark.slow
def test_measured_training_steps_are_met(shared: Path) -> None:
    found = report("check_training.py", shared)
    assert found["dense, more than 8 accelerators"]["median_ape"] < 0.10
    assert found["mixture of experts"]["median_ape"] < 0.15


@pytest.mark.slow
def test_measured_serving_points_are_met(shared: Path) -> None:
    found = report("check_serving.py", shared)
    assert found["all"]["median_ape"] < 0.16
    assert found["dense"]["median_ape"] < 0.12
