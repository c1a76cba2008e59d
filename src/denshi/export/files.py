"""Folders of files that appear whole or not at all."""

import os
import shutil
import tempfile
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path

from denshi.errors import FileError


@contextmanager
def staged(folder: Path, replaced: Iterable[str] = ()) -> Iterator[Path]:
    """Give a hidden folder to write into; its files move to ``folder`` only when all of them are written.

    Parameters
    ----------
    folder : where the files shall stand; made where it is missing.
    replaced : paths under ``folder`` that an earlier run may have left and that must not stand beside new files.

    Raises
    ------
    FileError : the folder cannot be made or written; what stood there before is untouched.
    """
    made = _missing(folder)
    try:
        folder.mkdir(parents=True, exist_ok=True)
        stage = Path(tempfile.mkdtemp(prefix=".export-", dir=folder))
    except OSError as error:
        _remove_empty(made)
        raise _unwritable(folder, error) from None
    try:
        yield stage
        _move(stage, folder, replaced)
        made = ()
    except OSError as error:
        raise _unwritable(folder, error) from None
    finally:
        shutil.rmtree(stage, ignore_errors=True)
        _remove_empty(made)


def _move(stage: Path, folder: Path, replaced: Iterable[str]) -> None:
    new = sorted(path.relative_to(stage) for path in stage.rglob("*") if path.is_file())
    for name in new:
        if (folder / name).is_dir():
            raise IsADirectoryError(21, f"{name} is a folder")
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
    for name in new:
        (stage / name).chmod(0o644)
        os.replace(stage / name, folder / name)
    for old in replaced:
        if Path(old) not in new:
            (folder / old).unlink(missing_ok=True)


def _missing(folder: Path) -> tuple[Path, ...]:
    """Return the folders that have to be made, innermost first."""
    return tuple(path for path in (folder, *folder.parents) if not path.exists())


def _remove_empty(folders: Iterable[Path]) -> None:
    for path in folders:
        try:
            path.rmdir()
        except OSError:
            return


def _unwritable(folder: Path, error: OSError) -> FileError:
    return FileError(f'"{folder}" cannot be written', why=error.strerror or "", mend="Name another with -o")
