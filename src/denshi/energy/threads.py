"""Keep the linear algebra libraries to one thread: the systems solved here are thin, and more threads only wait."""

import ctypes
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

_NAMES = ("scipy_openblas_{}_num_threads64_", "scipy_openblas_{}_num_threads", "openblas_{}_num_threads64_",
          "openblas_{}_num_threads")  # fmt: skip


@contextmanager
def one_thread() -> Iterator[None]:
    """Let OpenBLAS, as NumPy and SciPy bring it, work in one thread; another library is left as it is."""
    held = [(put, get()) for get, put in _switches()]
    for put, _ in held:
        put(1)
    try:
        yield
    finally:
        for put, threads in held:
            put(threads)


def _switches() -> list[tuple[Any, Any]]:
    """Return what reads and what sets the number of threads of each library that is loaded."""
    import numpy
    import scipy

    found = []
    for package in (numpy, scipy):
        beside = Path(str(package.__file__)).parent
        for folder in (beside.with_name(f"{package.__name__}.libs"), beside / ".dylibs"):
            for path in sorted(folder.glob("*openblas*")):
                library = ctypes.CDLL(str(path))
                name = next((one for one in _NAMES if hasattr(library, one.format("get"))), None)
                if name is not None:
                    found.append((getattr(library, name.format("get")), getattr(library, name.format("set"))))
    return found
