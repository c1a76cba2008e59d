"""Read a file that the user names, or say in one sentence why it cannot be read."""

from pathlib import Path

from denshi.errors import CatalogError

_MOST_LETTERS = 200  # a name is printed in every table
_MOST_BYTES = 50_000_000  # a description of a model or chip is kilobytes: anything this large was named by mistake


def read_text(path: str | Path) -> str:
    """Return the text of a user's UTF-8 file.

    Raises
    ------
    CatalogError : the file is missing, a folder, unreadable, empty, too large or not UTF-8.
    """
    place = shown(path)
    try:
        data = Path(path).read_bytes() if Path(path).stat().st_size <= _MOST_BYTES else None
    except FileNotFoundError:
        raise CatalogError("no such file", where=place, mend="Check the path") from None
    except IsADirectoryError:
        raise CatalogError("is a folder, not a file", where=place, mend="Name the file inside it") from None
    except (OSError, ValueError) as error:
        said = getattr(error, "strerror", None) or error
        raise CatalogError(f"cannot be read: {said}", where=place, mend="Check the path") from None
    if data is None:
        raise CatalogError(f"is larger than {_MOST_BYTES / 1e6:.0f} MB", where=place, why="no such description is")
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise CatalogError(f"is not UTF-8 text: byte {error.start}", where=place, mend="Save it as UTF-8") from None
    if not text.strip():
        raise CatalogError("is empty", where=place)
    return text


def shown(text: object) -> str:
    """Return a path or another text of the user's, its middle left out where it is too long to print.

    >>> len(shown("x" * 5000))
    123
    """
    said = str(text)
    return said if len(said) <= _MOST_LETTERS else f"{said[:60]}...{said[-60:]}"


def fault_of_name(text: object) -> str:
    """Say why a text cannot be a name; an empty text where it can.

    >>> fault_of_name("x" * 5000)
    'a name of 5,000 letters is longer than 200'
    """
    if not isinstance(text, str) or not text.strip():
        return "expected a text"
    if len(text) > _MOST_LETTERS:
        return f"a name of {len(text):,} letters is longer than {_MOST_LETTERS}"
    return "" if text.isprintable() else "a name holds characters that cannot be printed"
