"""Read a file that the user names, or say in one sentence why it cannot be read."""

from pathlib import Path

from denshi.errors import CatalogError

_MOST_BYTES = 50_000_000  # a description of a model or chip is kilobytes: anything this large was named by mistake


def read_text(path: str | Path) -> str:
    """Return the text of a user's UTF-8 file.

    Raises
    ------
    CatalogError : the file is missing, a folder, unreadable, empty, too large or not UTF-8.
    """
    place = str(path)
    try:
        data = Path(path).read_bytes() if Path(path).stat().st_size <= _MOST_BYTES else None
    except FileNotFoundError:
        raise CatalogError("no such file", where=place, mend="Check the path") from None
    except IsADirectoryError:
        raise CatalogError("is a folder, not a file", where=place, mend="Name the file inside it") from None
    except (OSError, ValueError) as error:
        raise CatalogError(f"cannot be read: {error}", where=place) from None
    if data is None:
        raise CatalogError(f"is larger than {_MOST_BYTES / 1e6:.0f} MB", where=place, why="no such description is")
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise CatalogError(f"is not UTF-8 text: byte {error.start}", where=place, mend="Save it as UTF-8") from None
    if not text.strip():
        raise CatalogError("is empty", where=place)
    return text
