"""What the catalogue holds of trade: parts, countries and dated rules by name."""

from collections.abc import Sequence
from typing import cast

from denshi.buildout.rules.part import Traded
from denshi.catalog import Accelerator, Control, Country, Duty, Part, find, rows
from denshi.catalog.user_file import shown
from denshi.errors import CatalogError, nearest

# What buyers write before the name of a part.
_MAKERS = ("nvidia", "amd", "google", "intel", "huawei", "microsoft", "meta", "geforce", "instinct")


def traded(name: str) -> Traded:
    """Return a part by its name, as rules see it.

    Raises
    ------
    CatalogError : no part has that name; the message names the nearest.
    """
    part = _find_part(name)
    if part.accelerator is None:
        tpp, memory, die_mm2 = part.tpp, part.memory_bytes_per_s, part.die_mm2
    else:
        chip = find(Accelerator, part.accelerator)
        tpp, memory = chip.tpp, chip.memory_bytes_per_s
        die_mm2 = part.die_mm2 if chip.die_mm2 is None else chip.die_mm2
    if tpp is None or memory is None:
        raise CatalogError(f"{part.id} has no performance or memory bandwidth", where="catalog.parts")
    return Traded(
        id=part.id,
        name=part.name,
        tpp=tpp,
        die_mm2=die_mm2,
        memory_bytes_per_s=memory,
        io_bytes_per_s=part.io_bytes_per_s,
        data_centre=bool(part.data_centre),
    )


def _find_part(name: str) -> Part:
    plain = name
    for maker in _MAKERS:
        plain = plain[len(maker) :].lstrip(" -_") if plain.lower().startswith(maker) else plain
    try:
        return find(Part, plain or name)
    except CatalogError:
        pass
    known = sorted({text for part in rows("parts").values() for text in (part.id, *part.aliases)})
    try:
        return find(Part, find(Accelerator, name).id)
    except CatalogError:
        raise CatalogError(f'no chip is called "{shown(name)}"', mend=nearest(name.lower(), known)) from None


def country(name: str) -> Country:
    """Return a country by its code or name.

    Raises
    ------
    CatalogError : no country has that code or name; the message names the nearest.
    """
    try:
        return find(Country, name)
    except CatalogError:
        known = cast("dict[str, Country]", rows("countries"))
        words = {text: one for one in known.values() for text in (one.code, one.name, *one.aliases)}
        close = nearest(name.upper() if len(name) <= 3 else name.title(), words)
        mend = close if close.startswith("Did") else "Write a code of two letters, such as CN, TW or US, or a name"
        raise CatalogError(f'no country is called "{shown(name)}"', mend=mend) from None


def words(one: Country) -> tuple[str, ...]:
    """Return the words by which rules name a country: its code and its groups."""
    return (one.code, *one.groups.split())


def controls() -> Sequence[Control]:
    """Return the dated rules of export control."""
    return tuple(cast("dict[str, Control]", rows("controls")).values())


def duties() -> Sequence[Duty]:
    """Return the dated duties by component."""
    return tuple(cast("dict[str, Duty]", rows("duties")).values())
