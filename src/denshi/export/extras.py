"""The packages of the extra ``export``: found late, missed with one clear message."""

from importlib import import_module
from importlib.util import find_spec
from types import ModuleType

from denshi.errors import UsageError

_NEEDED = {"racksdb": "yaml", "xlsx": "xlsxwriter", "device-types": "yaml"}
COMMAND = "pip install 'denshi[export]'"


def missing(part: str) -> bool:
    """Say whether a part of an export lacks its package."""
    return part in _NEEDED and find_spec(_NEEDED[part]) is None


def package(part: str) -> ModuleType:
    """Return the package that writes a part.

    Raises
    ------
    UsageError : it is not installed.
    """
    try:
        return import_module(_NEEDED[part])
    except ImportError:
        raise UsageError(
            f"the export {part} needs the package {_NEEDED[part]}, which is not installed", mend=f"Run {COMMAND}"
        ) from None
