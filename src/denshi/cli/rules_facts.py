"""What the rules verbs read from a user: days and uses."""

from datetime import date

from denshi.catalog.user_file import shown
from denshi.errors import UsageError, nearest

END_USES = ("data-centre", "research", "start-up", "repair", "consumer", "industrial", "public", "transit", "military")
# The newest rule that was read for the catalogue; later days are answered as if nothing had changed since.
READ_UNTIL = date(2026, 11, 23)


def day(text: str, option: str = "--date") -> date:
    """Return a day written as 2025-05-01.

    Raises
    ------
    UsageError : it is no day.
    """
    try:
        if len(text) != 10:
            raise ValueError
        return date.fromisoformat(text)
    except ValueError:
        raise UsageError(f'{option} "{shown(text)}" is no day', mend=f"Write {option} 2025-05-01") from None


def end_use(text: str) -> str:
    """Return a use that the rules know.

    Raises
    ------
    UsageError : they know no such use.
    """
    word = "data-centre" if text in ("data-center", "datacenter", "datacentre") else text
    if word not in END_USES:
        raise UsageError(f'--end-use "{shown(text)}" is not offered', mend=nearest(word, END_USES))
    return word
