"""Results to stdout, progress to stderr, files written whole or not at all."""

import json
import os
import sys
import tempfile
from collections.abc import Callable, Mapping
from errno import EISDIR
from pathlib import Path
from typing import Any

from denshi.cli import interrupt
from denshi.errors import FileError


def as_json(value: Any) -> str:
    """Return JSON text that is the same for the same value."""
    return json.dumps(value, ensure_ascii=False, indent=1, sort_keys=False, allow_nan=False) + "\n"


def write_all(folder: Path, texts: Mapping[str, str]) -> None:
    """Write several files into a folder, each under a temporary name first, all renamed only when all are written.

    Raises
    ------
    FileError : the folder cannot be made or written; what stood there before is untouched.
    """
    interrupt.check()
    pending: list[tuple[str, Path]] = []
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for name in texts:
            if (folder / name).is_dir():
                raise IsADirectoryError(EISDIR, f"{name} is a folder")
        for name, text in texts.items():
            handle, temporary = tempfile.mkstemp(prefix=f".{name}.", dir=folder)
            pending.append((temporary, folder / name))
            with os.fdopen(handle, "w", encoding="utf-8", errors="replace") as file:
                file.write(text)
        for temporary, final in pending:
            Path(temporary).chmod(0o644)
            os.replace(temporary, final)
        pending = []
    except OSError as error:
        raise FileError(
            f'"{folder}" cannot be written', why=error.strerror or "", mend="Name another with -o"
        ) from None
    finally:
        for temporary, _ in pending:
            Path(temporary).unlink(missing_ok=True)


def reader() -> Callable[[str], None]:
    """Return a progress callback: a status line on a terminal, silence elsewhere. It notices a wish to stop."""
    seen = sys.stderr.isatty()

    def show(stage: str) -> None:
        interrupt.check()
        if seen:
            print(f"\r\x1b[2K  {stage} …", end="", file=sys.stderr, flush=True)

    return show


def done() -> None:
    """Clear the status line."""
    if sys.stderr.isatty():
        print("\r\x1b[2K", end="", file=sys.stderr, flush=True)
