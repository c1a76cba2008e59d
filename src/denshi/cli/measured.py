"""The file of measurements that a verb reads where none is named."""

import os
from pathlib import Path

SHARED = "DENSHI_SHARED"


def measured_file(named: Path | None, usual: Path, what: str) -> Path:
    """Return the file that was named, else the usual one beside the checkout.

    Parameters
    ----------
    named : the file that the user named, if any.
    usual : its path within the folder of shared data.
    what : what the file holds, in words.

    Raises
    ------
    FileError : none is named and the usual one is not there.
    """
    from denshi.errors import FileError

    if named is not None:
        return named
    file = Path(os.environ.get(SHARED) or "../shared") / usual
    if not file.is_file():
        raise FileError(
            f"there is no such file of {what}",
            where=str(file),
            why="measurements are not part of the package",
            mend=f"Name one with --cases, or set {SHARED} to the folder that holds {usual}",
        )
    return file
