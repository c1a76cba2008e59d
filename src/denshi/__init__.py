"""denshi: from electrons to tokens.

>>> import denshi
>>> denshi.__version__
'0.1.0'

``denshi.design("hyperion.toml")`` turns a scenario file into a whole design; every room is a package of its own
(``denshi.facility``, ``denshi.workload.training``) of pure functions.
"""

from importlib import import_module
from types import ModuleType

__version__ = "0.1.0"
_ROOMS = (
    "buildout",
    "catalog",
    "climate",
    "cluster",
    "design",
    "energy",
    "facility",
    "finance",
    "scenario",
    "workload",
)


def __getattr__(name: str) -> ModuleType:
    """Import a room when it is first asked for, so that importing denshi costs nothing."""
    if name in _ROOMS:
        return import_module(f"denshi.{name}")
    raise AttributeError(f"module 'denshi' has no attribute {name!r}")
