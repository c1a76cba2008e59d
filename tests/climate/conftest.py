"""The tests of this room share their inputs."""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))
