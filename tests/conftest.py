"""What all tests share: where the measured data lie."""

import os
from pathlib import Path

import pytest

# As many workers as cores: more threads than that in the linear algebra library wait for each other.
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")


@pytest.fixture(scope="session")
def shared() -> Path:
    """Return the folder of measured data; skip where it is absent, fail where it is required."""
    folder = Path(os.environ.get("DENSHI_SHARED", "../shared")).resolve()
    if folder.is_dir():
        return folder
    if os.environ.get("DENSHI_REQUIRE_SHARED") == "1":
        pytest.fail(f"the measured data are required, but {folder} does not exist")
    pytest.skip(f"no measured data at {folder}: set DENSHI_SHARED")
