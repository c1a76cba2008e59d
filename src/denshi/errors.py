"""What denshi says when it cannot go on: one clear message, never a traceback.

Every message answers four questions: what is wrong, where it stands, why it is refused, how to mend it.
"""

import difflib
from collections.abc import Iterable
from dataclasses import dataclass


class DenshiError(Exception):
    """Root of every error that denshi raises on purpose.

    Parameters
    ----------
    what : what is wrong, one sentence without a full stop.
    where : file:line, dotted path or room; empty where there is no such place.
    why : the rule that is broken.
    mend : what the user can do.
    """

    code = "D-000"
    exit_status = 1

    def __init__(self, what: str, *, where: str = "", why: str = "", mend: str = "") -> None:
        self.what, self.where, self.why, self.mend = what, where, why, mend
        super().__init__(str(self))

    def __str__(self) -> str:
        place = f"{self.where}: " if self.where else ""
        why = f" ({self.why})" if self.why else ""
        mend = f". {self.mend}" if self.mend else ""
        return f"{place}{self.what}{why}{mend}"


class UnitError(DenshiError):
    """A quantity that cannot be read, or that has the wrong unit."""

    code = "D-100"


class CatalogError(DenshiError):
    """A name that the catalogue does not hold, or a catalogue row that breaks its own rules."""

    code = "D-200"


class ScenarioError(DenshiError):
    """A scenario file with one or more faults; all of them are reported at once."""

    code = "D-300"

    def __init__(self, faults: Iterable["Fault"]) -> None:
        self.faults = tuple(faults)
        noun = "fault" if len(self.faults) == 1 else "faults"
        lines = "\n".join(f"  {fault}" for fault in self.faults)
        super().__init__(f"{len(self.faults)} {noun} in the scenario\n{lines}")


class OutOfRangeError(DenshiError):
    """A number outside the range for which a formula holds."""

    code = "D-400"


class InfeasibleError(DenshiError):
    """A design that cannot be built as asked, explained in words of the site."""

    code = "D-500"


class FileError(DenshiError):
    """A file that cannot be read or written."""

    code = "D-600"


class UsageError(DenshiError):
    """A command that is called in a way it does not offer."""

    code = "D-700"
    exit_status = 2


@dataclass(frozen=True, slots=True)
class Fault:
    """One fault of a user's file.

    ``line`` is 0 where the place in the file is not known.
    """

    file: str
    line: int
    path: str
    what: str
    mend: str = ""

    def __str__(self) -> str:
        place = f"{self.file}:{self.line}" if self.line else self.file
        path = f" {self.path}" if self.path else ""
        mend = f". {self.mend}" if self.mend else ""
        return f"{place}:{path}: {self.what}{mend}"


def nearest(name: str, known: Iterable[str]) -> str:
    """Say which known name is nearest to a wrong one.

    >>> nearest("h100-sxn", ["h100-sxm", "tpu-v5p"])
    'Did you mean "h100-sxm"?'
    >>> nearest("zzz", ["b", "a"])
    'Known: a, b.'
    """
    candidates = sorted(set(known))
    close = difflib.get_close_matches(name, candidates, n=1, cutoff=0.5)
    if close:
        return f'Did you mean "{close[0]}"?'
    shown = ", ".join(candidates[:12])
    more = f" and {len(candidates) - 12} more" if len(candidates) > 12 else ""
    return f"Known: {shown}{more}."
