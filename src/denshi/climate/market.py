"""Hourly prices as markets publish them: ENTSO-E, CAISO, ERCOT, PJM, NYISO, and plain tables with a time and a price.

A file is recognised by its columns. What leaves this module is in US dollars per kWh, hour by hour of calendar years
in local standard time: summer time, quarters of an hour and 29 February are gone.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from denshi.catalog.user_file import shown
from denshi.climate.scores import Array
from denshi.climate.stamps import Minutes, by_year, filled, utc_minutes
from denshi.climate.table import Row, number
from denshi.errors import FileError, nearest

_PER_MWH = 1e-3
_KNOWN_NODES = 2000
_SHOWN_NODES = 8


@dataclass(frozen=True, slots=True)
class Form:
    """How a market writes: its columns of price, time and node (the first that is there counts), and its clock."""

    name: str
    price: tuple[str, ...]
    time: tuple[str, ...]
    node: tuple[str, ...]
    zone: str | None
    day_first: bool = False
    currency: str = "USD"


@dataclass(frozen=True, slots=True, eq=False)
class PriceYear:
    """A calendar year of prices [USD/kWh], shape (8760,), where they come from and what was done to them."""

    label: str
    usd_per_kwh: Array
    notes: tuple[str, ...]


_FORMS = (
    Form("CAISO", ("lmp_prc", "mw", "value"), ("intervalstarttime_gmt",), ("node", "node_id", "node_id_xml"), "UTC"),
    Form("PJM", ("total_lmp_da", "total_lmp_rt", "total_lmp"), ("datetime_beginning_utc",),
         ("pnode_name", "pnode_id"), "UTC"),
    Form("ERCOT", ("settlementpointprice", "settlement point price", "lmp"), ("deliverydate", "delivery date"),
         ("settlementpointname", "settlementpoint", "settlement point name", "settlement point", "busname"),
         "America/Chicago"),
    Form("NYISO", ("lbmp ($/mwhr)",), ("time stamp",), ("name", "ptid"), "America/New_York"),
)  # fmt: skip
_DAY_AHEAD = re.compile(r"day-ahead price [\[(]([a-z]{3})/mwh[\])]")
_PLAIN = re.compile(r"(?:(?:price|lmp)[ _]?)?[\[(]?([a-z]{3})(?:/|_per_)mwh[\])]?|lmp|price_usd")
_PLAIN_TIME = ("datetime_utc", "time_utc", "timestamp_utc", "utc", "timestamp", "datetime", "time", "date")
_PLAIN_NODE = ("node", "zone", "hub", "location", "settlement_point", "name")
# The clock in the head of ENTSO-E's column of market time units.
_CLOCKS = {"utc": "UTC", "cet/cest": "Europe/Brussels", "cet": "Europe/Brussels", "eet/eest": "Europe/Helsinki",
           "wet/west": "Europe/Lisbon"}  # fmt: skip
_HOUR = ("hourending", "hour ending", "deliveryhour", "delivery hour")
_QUARTER = ("deliveryinterval", "delivery interval")
_REPEATED = ("dstflag", "repeated hour flag", "repeatedhourflag")


def form_of(names: Sequence[str]) -> Form | None:
    """Return the form of a table by its columns, in small letters; None where it holds no prices.

    >>> form_of(["mtu (cet/cest)", "day-ahead price [eur/mwh]", "currency", "bzn|de-lu"]).currency
    'EUR'
    >>> form_of(["deliverydate", "hourending", "settlementpoint", "settlementpointprice", "dstflag"]).name
    'ERCOT'
    """
    for form in _FORMS:
        # A file of CAISO's without a kind of price holds loads in the same column.
        told = form.name != "CAISO" or "lmp_type" in names
        if told and _first(form.price, names) and _first(form.time, names):
            return form
    unit = next((name for name in names if name.startswith("mtu")), None)
    for name in names:
        day_ahead = _DAY_AHEAD.fullmatch(name)
        if day_ahead is not None and unit is not None:
            zone = _CLOCKS.get(unit.removeprefix("mtu").strip(" ()"), "Europe/Brussels")
            return Form("ENTSO-E", (name,), (unit,), ("area",), zone, True, day_ahead[1].upper())
    time = _first(_PLAIN_TIME, names)
    for name in names:
        plain = _PLAIN.fullmatch(name)
        if plain is not None and time is not None:
            clock = "UTC" if "utc" in time else None
            return Form("table", (name,), (time,), _PLAIN_NODE, clock, False, (plain[1] or "usd").upper())
    return None


def read_prices(
    tables: Sequence[tuple[Path, Sequence[str], Iterator[Row]]],
    *,
    node: str = "",
    sequence: str = "",
    usd_per_currency: float | None = None,
    ahead_h: float = 0.0,
) -> tuple[PriceYear, ...]:
    """Return each calendar year of the prices of one node, from files that may hold a part of a year each.

    Parameters
    ----------
    tables : path, names of columns and rows of each file.
    node : hub, zone or area where a file holds several.
    sequence : auction of ENTSO-E's where a file holds several, as "1".
    usd_per_currency : dollars for a unit of the file's currency; not needed where that is the dollar.
    ahead_h : local standard time ahead of UTC, in which the years are cut [h].

    Raises
    ------
    FileError : a file has another form, several nodes, auctions or another currency and nothing that says which; a
        year has a gap of more than 48 h.
    """
    minutes, values, labels = [], [], []
    for path, names, rows in tables:
        form = form_of(names)
        if form is None:
            raise _no_form(path, names)
        factor = _factor(form, usd_per_currency, shown(path)) * _PER_MWH
        mine, found = _rows(path, form, names, rows, node, sequence)
        price = _first(form.price, names) or ""
        minutes.append(_minutes(form, names, mine, shown(path)))
        values.append(factor * np.array([number(row.get(price), price, shown(path)) for row in mine]))
        labels.append(" ".join(part for part in (form.name if form.name != "table" else path.name, found) if part))
    where = ", ".join(shown(path) for path, _, _ in tables)
    years = by_year(np.concatenate(minutes), np.concatenate(values)[:, None], ahead_h=ahead_h)
    label = shown(" + ".join(dict.fromkeys(labels)))
    done = []
    for one in years:
        price_of_hour, count = filled(one.values[:, 0], f"prices of {one.year}", where)
        notes = (*one.notes, *((f"{count:,} missing hours are filled in on a straight line",) if count else ()))
        done.append(PriceYear(f"{label} {one.year}", price_of_hour, notes))
    return tuple(done)


def _no_form(path: Path, names: Sequence[str]) -> FileError:
    return FileError(
        "holds no prices in a form that is known",
        where=f"{shown(path)}: line 1",
        why=f"columns: {shown(', '.join(names))}",
        mend="Give price_usd_per_kwh; a file of ENTSO-E, CAISO, ERCOT, PJM or NYISO; or time_utc and usd_per_mwh",
    )


def _factor(form: Form, usd_per_currency: float | None, where: str) -> float:
    if form.currency == "USD":
        return 1.0
    if usd_per_currency is None:
        mend = f"Say what one is worth, for example price_currency = 1.1 USD for 1 {form.currency}"
        raise FileError(f"its prices are in {form.currency}", where=where, mend=mend)
    return usd_per_currency


def _rows(
    path: Path, form: Form, names: Sequence[str], rows: Iterator[Row], node: str, sequence: str
) -> tuple[list[Row], str]:
    """Return the rows of one node and auction that say a price, and the node's name."""
    key, price = _first(form.node, names), _first(form.price, names) or ""
    kind = "lmp_type" if "lmp_type" in names else None
    mine: list[Row] = []
    seen: dict[str, None] = {}
    for row in rows:
        if kind is not None and str(row.get(kind)).upper() != "LMP":
            continue
        of = str(row.get(key) or "").strip() if key else ""
        seen.setdefault(of)
        if node and key and not _is(of, node):
            continue
        if str(row.get(price) or "").strip():
            mine.append(row)
        if len(seen) > 1 and not node and len(seen) + len(mine) > _KNOWN_NODES:
            break
    where = shown(path)
    some = ", ".join(list(seen)[:_SHOWN_NODES])
    if len(seen) > 1 and not node:
        raise FileError("holds prices of several places", where=where, mend=f"Name one with price_node: {some}")
    if not mine:
        if node and key:
            raise FileError(f'has no prices of "{node}"', where=where, mend=nearest(node, seen))
        raise FileError("holds no prices", where=where)
    return _of_auction(mine, form, names, sequence, where), next(
        (one for one in seen if not node or _is(one, node)), ""
    )


def _is(of: str, node: str) -> bool:
    return node.lower() in (of.lower(), of.lower().rpartition("|")[2])


def _of_auction(rows: list[Row], form: Form, names: Sequence[str], sequence: str, where: str) -> list[Row]:
    if "sequence" not in names:
        return rows
    if sequence:
        rows = [row for row in rows if str(row["sequence"]).lower().split()[-1] in (sequence.lower(), "sequence")]
        if not rows:
            raise FileError(f'has no auction "{sequence}"', where=where, mend="Leave price_sequence out")
    auctions = sorted({str(row["sequence"]) for row in rows})
    stamps = [str(row[form.time[0]]) + str(row.get("area")) for row in rows]
    # Summer time ends with an hour that comes twice with the same name: a few doubles are no second auction.
    if len(auctions) > 1 and len(stamps) - len(set(stamps)) > 0.01 * len(stamps):
        which = ", ".join(auctions)
        raise FileError("holds prices of several auctions", where=where, mend=f"Name one with price_sequence: {which}")
    return rows


def _minutes(form: Form, names: Sequence[str], rows: Sequence[Row], where: str) -> Minutes:
    time = _first(form.time, names) or ""
    flag = _first(_REPEATED, names)
    if form.name == "ERCOT":
        hour, quarter = _first(_HOUR, names), _first(_QUARTER, names)
        stamps = [_begin(row, time, hour, quarter, where) for row in rows]
        late = None if flag is None else [str(row.get(flag)).upper().startswith("Y") for row in rows]
        return utc_minutes(stamps, where, zone=form.zone, late=late)
    if form.name != "ENTSO-E":
        return utc_minutes([row.get(time) for row in rows], where, zone=form.zone)
    begins = [str(row[time]).split(" - ")[0] for row in rows]
    # Of the hour that comes twice the newer files say which: (CEST), then (CET).
    late_of = {"CEST": False, "CET": True, "EEST": False, "EET": True, "WEST": False, "WET": True}
    said = [re.search(r"\((\w+)\)", text) for text in begins]
    texts = [text.split("(")[0].strip() for text in begins]
    marks = [None if one is None else late_of.get(one[1]) for one in said]
    return utc_minutes(texts, where, zone=form.zone, day_first=True, late=marks)


def _begin(row: Row, date: str, hour: str | None, quarter: str | None, where: str) -> str:
    """Return when an hour or quarter of ERCOT's begins; its hours are numbered from 1 by their end."""
    text = str(row.get(hour or "")).split(":")[0].strip()
    part = str(row.get(quarter)).strip() if quarter else "1"
    if not (text.isdigit() and 1 <= int(text) <= 24 and part.isdigit() and 1 <= int(part) <= 4):
        raise FileError(f'"{shown(text)}" is no hour from 1 to 24', where=where)
    return f"{str(row.get(date)).strip()} {int(text) - 1:02d}:{15 * (int(part) - 1):02d}"


def _first(choice: Sequence[str], names: Sequence[str]) -> str | None:
    return next((name for name in choice if name in names), None)
