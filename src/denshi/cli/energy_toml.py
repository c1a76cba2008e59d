"""Read the small TOML files of the energy verbs: each key is asked for by name and kind, a fault names its line."""

import math
import tomllib
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any, cast

from denshi.catalog import KINDS, rows
from denshi.catalog.user_file import read_text, shown
from denshi.energy.audit_facts import Fact
from denshi.errors import DenshiError, FileError, UnitError, nearest
from denshi.figure import GRADES, Evidence, Grade
from denshi.scenario.lines import line_of, lines_by_path
from denshi.units import parse

_OF_A_FACT = ("value", "low", "high", "source", "date", "grade", "note")


class Table:
    """One table of a user's file. What is not asked for by the time of ``only_these`` is a fault."""

    def __init__(self, body: Mapping[str, Any], file: str, lines: Mapping[str, int], path: str = "") -> None:
        self.body, self.file, self.lines, self.path = body, file, lines, path

    def fault(self, key: str, what: str, *, why: str = "", mend: str = "") -> FileError:
        """Return the error for a key of this table, with file and line."""
        path = self._at(key)
        line = line_of(path, self.lines)
        place = f"{self.file}:{line}" if line else self.file
        return FileError(what, where=f"{place}: {path}" if path else place, why=why, mend=mend)

    def only_these(self, known: Iterable[str]) -> None:
        """Refuse keys that are not known."""
        names = list(known)
        for key in self.body:
            if key not in names:
                raise self.fault(key, "is not known here", mend=nearest(shown(key), names))

    def has(self, key: str) -> bool:
        """Whether the file states a key."""
        return key in self.body

    def need(self, key: str, example: str) -> Any:
        """Return a value that must be there."""
        if key not in self.body:
            raise self.fault("", f"{key} is missing", mend=f"Write for example {key} = {example}")
        return self.body[key]

    def text(self, key: str, default: str | None = None) -> str:
        """Return a text, or the default where there is none."""
        value = self.need(key, '"…"') if default is None else self.body.get(key, default)
        if not isinstance(value, str):
            raise self.fault(key, f"{shown(value)} is not a text", mend=f'Write {key} = "…"')
        return value

    def word(self, key: str, known: Iterable[str], default: str | None = None) -> str:
        """Return one of a few words."""
        names = list(known)
        value = self.text(key, default)
        if value not in names:
            raise self.fault(key, f'"{shown(value)}" is not offered', mend=nearest(value, names))
        return value

    def flag(self, key: str, *, default: bool) -> bool:
        """Return true or false."""
        value = self.body.get(key, default)
        if not isinstance(value, bool):
            raise self.fault(key, f"{shown(value)} is neither true nor false", mend=f"Write {key} = true")
        return value

    def texts(self, key: str, default: tuple[str, ...]) -> tuple[str, ...]:
        """Return a list of texts."""
        value = self.body.get(key, default)
        if not isinstance(value, list | tuple) or not all(isinstance(one, str) for one in value):
            raise self.fault(key, "is not a list of texts", mend=f'Write {key} = ["…", "…"]')
        return tuple(value)

    def number(
        self, key: str, unit: str, default: float | None = None, *, least: float = 0.0, most: float = 1e15
    ) -> float:
        """Return a quantity in a canonical unit, within its range."""
        value = self.need(key, '"2 GW"' if unit == "kW" else "0.5") if default is None else self.body.get(key, default)
        return self._quantity(key, value, unit, least, most)

    def numbers(self, key: str, unit: str, default: tuple[float, ...], *, most: float = 1e15) -> tuple[float, ...]:
        """Return a list of quantities above 0."""
        value = self.body.get(key, default)
        if not isinstance(value, list | tuple) or not value:
            raise self.fault(key, "is not a list of numbers", mend=f"Write {key} = [1.0, 0.8]")
        if len(value) > 50:
            raise self.fault(key, f"lists {len(value):,} numbers, 50 at most are taken", mend="Leave some out")
        found = tuple(self._quantity(key, one, unit, 0.0, most) for one in value)
        if min(found) <= 0.0:
            raise self.fault(key, "holds a number that is not above 0", mend="Leave it out")
        return found

    def fact(self, key: str, unit: str, default: Fact | None = None, *, least: float = 0.0, most: float = 1e18) -> Fact:
        """Return a number with its evidence.

        Written bare it is the user's own assumption (grade E); ``{ value, low, high, source, date, grade, note }``
        brings its evidence; ``{ catalog = "regions.miso-south-la.wind_capacity_factor" }`` takes the catalogue's.
        """
        if key not in self.body and default is not None:
            return default
        value = self.need(key, '{ value = "2 GW", source = "…", date = "2025", grade = "C" }')
        if not isinstance(value, dict):
            own = Evidence(f"stated in {Path(self.file).name} without a source", "undated", "E")
            return Fact(value=self._quantity(key, value, unit, least, most), evidence=own, unit=unit)
        inner = self.table(key)
        if inner.has("catalog"):
            return inner._of_the_catalogue(unit)
        inner.only_these(_OF_A_FACT)
        numbers = {
            name: self._quantity(
                f"{key}.{name}", inner.need(name, "1") if name == "value" else value[name], unit, least, most
            )
            for name in ("value", "low", "high")
            if name == "value" or name in value
        }
        low, high = numbers.get("low"), numbers.get("high")
        if not (low if low is not None else -math.inf) <= numbers["value"] <= (high if high is not None else math.inf):
            raise self.fault(key, "value is outside low to high", mend="Correct one of them")
        source, date = inner.text("source"), inner.text("date")
        grade = cast(Grade, inner.word("grade", GRADES))
        proof = Evidence(source, date, grade, low, high, inner.text("note", ""))
        return Fact(value=numbers["value"], evidence=proof, unit=unit)

    def _of_the_catalogue(self, unit: str) -> Fact:
        self.only_these(("catalog",))
        path = self.text("catalog")
        parts = path.split(".")
        if len(parts) != 3 or parts[0] not in KINDS:
            mend = "Write kind.id.field, for example regions.miso-south-la.wind_capacity_factor"
            raise self.fault("catalog", f'"{shown(path)}" is no path of the catalogue', mend=mend)
        known = rows(parts[0])
        if parts[1] not in known:
            raise self.fault(
                "catalog", f'the catalogue has no {parts[0]} "{shown(parts[1])}"', mend=nearest(parts[1], known)
            )
        row = known[parts[1]]
        value, proof = getattr(row, parts[2], None), row.evidence.get(parts[2])
        if not isinstance(value, float) or proof is None:
            raise self.fault("catalog", f"{shown(path)} is no sourced number", mend=nearest(parts[2], row.evidence))
        return Fact(value=self._quantity("catalog", value, unit, -1e18, 1e18), evidence=proof, unit=unit)

    def table(self, key: str) -> "Table":
        """Return a table inside this one."""
        value = self.need(key, "{ … }")
        if not isinstance(value, dict):
            raise self.fault(key, f"{shown(value)} is not a table", mend=f"Begin it with [{self._at(key)}]")
        return Table(value, self.file, self.lines, self._at(key))

    def tables(self, key: str) -> tuple["Table", ...]:
        """Return an array of tables; none where there is none."""
        value = self.body.get(key, [])
        if not isinstance(value, list) or not all(isinstance(one, dict) for one in value):
            raise self.fault(key, "is not a list of tables", mend=f"Begin each with [[{self._at(key)}]]")
        return tuple(Table(one, self.file, self.lines, f"{self._at(key)}.{i}") for i, one in enumerate(value))

    def beside(self, name: str) -> Path:
        """Return a path that the file names: from the file's own folder."""
        return Path(self.file).parent / name

    def _at(self, key: str) -> str:
        return ".".join(part for part in (self.path, key) if part)

    def _quantity(self, key: str, value: Any, unit: str, least: float, most: float) -> float:
        try:
            number = parse(value, unit)
        except UnitError as error:
            raise self.fault(key, error.what, why=error.why, mend=error.mend) from None
        if not least <= number <= most:
            raise self.fault(
                key,
                f"{shown(value)} is not from {least:g} to {most:g} {unit}".removesuffix(" 1"),
                mend="Correct the number",
            )
        return number


def read_table(path: Path) -> Table:
    """Return a user's file as a table.

    Raises
    ------
    DenshiError : it cannot be read, or is no TOML; the message names file and line.
    """
    text, file = read_text(path), shown(path)
    try:
        return Table(tomllib.loads(text), file, lines_by_path(text))
    except RecursionError:
        raise FileError("is nested too deeply", where=file, mend="--schema shows what is expected") from None
    except (tomllib.TOMLDecodeError, ValueError) as error:
        raise FileError(f"is not TOML: {shown(error)}", where=file, mend="--schema shows what is expected") from None


def told_at(file: str, error: DenshiError) -> DenshiError:
    """Return an error of a room with the name of the file that led to it."""
    place = f"{shown(file)}: {error.where}" if error.where else shown(file)
    return type(error)(error.what, where=place, why=error.why, mend=error.mend)
