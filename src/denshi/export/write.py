"""All formats into one folder: every file whole, or none."""

import csv
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from denshi.errors import UsageError
from denshi.export import netbox, netbox_types, pypsa, racksdb, xlsx
from denshi.export.extras import missing, package
from denshi.export.files import staged
from denshi.export.inventory import Inventory
from denshi.export.names import plain
from denshi.export.network import Network
from denshi.export.xlsx_sheets import PULL_FILE, PULL_HEAD, pull_row

FORMATS = ("netbox", "racksdb", "xlsx", "pypsa")
WORKBOOK = "design.xlsx"
RACKSDB = "racksdb.yml"
NETBOX = "netbox"
PYPSA = "pypsa"

Progress = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class Written:
    """What stands in the folder now: counts by file, and parts that had to be left out, each with the reason."""

    files: Mapping[str, Mapping[str, int]]
    left_out: tuple[str, ...]


def write(
    inventory: Inventory,
    supply: Network,
    folder: Path,
    formats: Sequence[str],
    release: tuple[int, int],
    progress: Progress,
) -> Written:
    """Write an inventory and the supply of its site in these formats into a folder.

    A format that lacks its package is an error where it is the only one asked for, else it is left out and named.

    Raises
    ------
    FileError : the folder cannot be written; nothing in it has changed.
    UsageError : the only format asked for lacks its package.
    """
    check_packages(formats)
    writable = [name for name in formats if not missing(name)]
    left_out = [_lacks(name) for name in formats if missing(name)]
    files: dict[str, Mapping[str, int]] = {}
    with staged(folder, _replaced(writable, folder)) as stage:
        if "netbox" in writable:
            files[NETBOX] = netbox.write(inventory, stage / NETBOX, release, progress)
            if missing("device-types"):
                left_out.append(_lacks("device-types"))
            else:
                count = netbox_types.write_types(inventory, stage / NETBOX / "device-types", release)
                files[f"{NETBOX}/device-types"] = {"device types": count}
        if "racksdb" in writable:
            files[RACKSDB] = racksdb.write(inventory, stage / RACKSDB, progress)
        if "xlsx" in writable:
            files[WORKBOOK] = xlsx.write(inventory, stage / WORKBOOK, progress)
            if inventory.totals.cables >= xlsx.EXCEL_ROWS:
                files[PULL_FILE] = _pull_list(inventory, stage / PULL_FILE)
        if PYPSA in writable:
            progress("pypsa")
            files |= {f"{PYPSA}/{name}": counts for name, counts in pypsa.write(supply, stage / PYPSA).items()}
    return Written(files, tuple(left_out))


def check_packages(formats: Sequence[str]) -> None:
    """Say at once, before a long design, that the only format asked for cannot be written.

    Raises
    ------
    UsageError : its package is not installed.
    """
    if len(formats) == 1 and missing(formats[0]):
        package(formats[0])


def formats_of(text: str) -> tuple[str, ...]:
    """Read the name of a format, or ``all``.

    Raises
    ------
    UsageError : there is no such format.

    >>> formats_of("all")
    ('netbox', 'racksdb', 'xlsx', 'pypsa')
    """
    if text == "all":
        return FORMATS
    if text not in FORMATS:
        raise UsageError(f'--format "{text}" is not offered', mend=f"Use {', '.join(FORMATS)} or all")
    return (text,)


def _lacks(name: str) -> str:
    try:
        package(name)
    except UsageError as error:
        return error.what
    return name


def _replaced(formats: Sequence[str], folder: Path) -> list[str]:
    """Return what an earlier export left behind and a new one would contradict."""
    found = []
    if "netbox" in formats:
        found += [f"{NETBOX}/{name}" for name in netbox.names()]
        types = folder / NETBOX / "device-types"
        found += [str(path.relative_to(folder)) for path in types.glob("*.yaml")]
    if "xlsx" in formats:
        found.append(PULL_FILE)
    if PYPSA in formats:
        csv_files = (folder / PYPSA / pypsa.FOLDER).glob("*.csv")
        found += [str(path.relative_to(folder)) for path in csv_files]
    return found


def _pull_list(inventory: Inventory, path: Path) -> dict[str, int]:
    names = {key: plain(medium.name) for key, medium in inventory.media.items()}
    count = 0
    with path.open("w", encoding="utf-8", newline="") as file:
        out = csv.writer(file, lineterminator="\n")
        out.writerow(PULL_HEAD)
        for cable in inventory.cables():
            out.writerow(pull_row(cable, names[cable.medium]))
            count += 1
    return {"cables": count}
