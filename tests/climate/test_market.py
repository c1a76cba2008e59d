"""Prices in the forms in which markets publish them, through summer time, quarters of hours, gaps and leap years."""

from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import numpy as np
import pytest

from denshi.climate.market import PriceYear, form_of, read_prices
from denshi.climate.table import read_table
from denshi.errors import FileError

BRUSSELS, CHICAGO, UTC = ZoneInfo("Europe/Brussels"), ZoneInfo("America/Chicago"), ZoneInfo("UTC")


def price(moment: datetime) -> float:
    """A price of its own for every hour of a year."""
    first = datetime(moment.astimezone(UTC).year, 1, 1, tzinfo=UTC)
    return round(10.0 + (moment - first) / timedelta(hours=1) / 100.0, 4)


def hours(year: int, zone: ZoneInfo, step_min: int = 60) -> list[datetime]:
    """Every begin of an hour, or of a part of it, of a year of a place."""
    begin, end = (datetime(y, 1, 1, tzinfo=zone).astimezone(UTC) for y in (year, year + 1))
    count = int((end - begin) / timedelta(minutes=step_min))
    return [(begin + i * timedelta(minutes=step_min)).astimezone(zone) for i in range(count)]


def write(path: Path, head: str, lines: list[str]) -> Path:
    path.write_text("\n".join([head, *lines]) + "\n", encoding="utf-8")
    return path


def read(*paths: Path, **how: Any) -> tuple[PriceYear, ...]:
    return read_prices([(path, *read_table(path)) for path in paths], **how)


def expected(year: int, zone: ZoneInfo, ahead_h: int) -> np.ndarray:
    """Prices of the hours of a year of standard time [USD/kWh]; the hours at its ends may be of the year beside."""
    begin = datetime(year, 1, 1, tzinfo=UTC) - timedelta(hours=ahead_h)
    return np.array([price(begin + timedelta(hours=i)) for i in range(8760)]) / 1000.0


def old_entsoe(moments: list[datetime], cell: Callable[[datetime], str]) -> list[str]:
    form = "%d.%m.%Y %H:%M"
    step = timedelta(hours=1)
    return [
        f'"{m:{form}} - {(m.astimezone(UTC) + step).astimezone(BRUSSELS):{form}}","{cell(m)}","EUR",""' for m in moments
    ]


def test_entsoe_as_it_was_until_2024(tmp_path: Path) -> None:
    head = '"MTU (CET/CEST)","Day-ahead Price [EUR/MWh]","Currency","BZN|DE-LU"'
    lines = old_entsoe(hours(2022, BRUSSELS), lambda m: str(price(m)))
    file = write(tmp_path / "de.csv", head, lines)
    (year,) = read(file, usd_per_currency=2.0, ahead_h=1.0)
    assert (year.label, year.notes) == ("ENTSO-E 2022", ())
    # Neither the hour that October repeats nor the one that March leaves out moves anything.
    assert year.usd_per_kwh[1:] == pytest.approx(2.0 * expected(2022, BRUSSELS, 1)[1:])
    with pytest.raises(FileError, match=r"prices are in EUR.*price_currency"):
        read(file)


def new_entsoe(moments: list[datetime], step_min: int, auction: str, cell: Callable[[datetime], str]) -> list[str]:
    def said(m: datetime) -> str:
        mark = f" ({m.tzname()})" if (m.month, m.hour) == (10, 2) and m.day > 24 and m.weekday() == 6 else ""
        return f"{m:%d/%m/%Y %H:%M:%S}{mark}"

    step = timedelta(minutes=step_min)
    return [
        f'"{said(m)} - {said((m.astimezone(UTC) + step).astimezone(BRUSSELS))}","BZN|DE-LU","{auction}","{cell(m)}",'
        '"31/12/2024 00:00:00 - 31/12/2024 00:15:00","91.5"'
        for m in moments
    ]


NEW_HEAD = (
    '"MTU (CET/CEST)","Area","Sequence","Day-ahead Price (EUR/MWh)","Intraday Period (CET/CEST)",'
    '"Intraday Price (EUR/MWh)"'
)


def test_entsoe_of_quarters_since_october_2025(tmp_path: Path) -> None:
    switch = datetime(2025, 10, 1, tzinfo=BRUSSELS)
    whole = [m for m in hours(2025, BRUSSELS) if m < switch]
    parts = [m for m in hours(2025, BRUSSELS, 15) if m >= switch]

    def quarter(m: datetime) -> str:
        on_the_hour = m.astimezone(UTC).replace(minute=0)
        return str(price(on_the_hour) + (m.minute - 22.5) / 100)

    lines = new_entsoe(whole, 60, "Sequence 1", lambda m: str(price(m))) + new_entsoe(parts, 15, "Sequence 1", quarter)
    (year,) = read(write(tmp_path / "x.csv", NEW_HEAD, lines), usd_per_currency=1.0, ahead_h=1.0, node="DE-LU")
    assert year.notes == ("the values inside an hour are averaged",)
    assert year.usd_per_kwh[1:] == pytest.approx(expected(2025, BRUSSELS, 1)[1:])


def test_two_auctions_are_not_mixed(tmp_path: Path) -> None:
    one = new_entsoe(hours(2023, BRUSSELS), 60, "Sequence 1", lambda m: str(price(m)))
    two = new_entsoe(hours(2023, BRUSSELS), 60, "Sequence 2", lambda _: "77")
    file = write(tmp_path / "x.csv", NEW_HEAD, one + two)
    with pytest.raises(FileError, match=r"several auctions.*Sequence 1, Sequence 2"):
        read(file, usd_per_currency=1.0)
    (year,) = read(file, usd_per_currency=1.0, sequence="2", ahead_h=1.0)
    assert year.usd_per_kwh == pytest.approx(np.full(8760, 0.077))
    with pytest.raises(FileError, match='no auction "3"'):
        read(file, usd_per_currency=1.0, sequence="3")


def test_a_leap_year_loses_its_day_and_says_so(tmp_path: Path) -> None:
    lines = old_entsoe(hours(2024, BRUSSELS), lambda m: str(price(m)))
    head = "MTU (CET/CEST),Day-ahead Price [EUR/MWh],Currency,BZN|FR"
    (year,) = read(write(tmp_path / "x.csv", head, lines), usd_per_currency=1.0, ahead_h=1.0)
    assert year.notes == ("29 February is left out",)
    assert 1000 * (year.usd_per_kwh[59 * 24] - year.usd_per_kwh[59 * 24 - 1]) == pytest.approx(0.25)


@pytest.mark.parametrize(("gap", "fine"), [(48, True), (49, False)])
def test_two_days_may_be_missing(tmp_path: Path, gap: int, fine: bool) -> None:
    moments = hours(2022, BRUSSELS)
    out = set(moments[4000 : 4000 + gap])
    lines = old_entsoe(moments, lambda m: "n/e" if m in out else str(price(m)))
    head = "MTU (CET/CEST),Day-ahead Price [EUR/MWh],Currency,BZN|FR"
    file = write(tmp_path / "x.csv", head, lines)
    if fine:
        (year,) = read(file, usd_per_currency=1.0, ahead_h=1.0)
        assert year.notes == ("48 missing hours are filled in on a straight line",)
        assert year.usd_per_kwh[1:] == pytest.approx(expected(2022, BRUSSELS, 1)[1:])
    else:
        with pytest.raises(FileError, match="holds no value for 49 hours from month 6, day 16"):
            read(file, usd_per_currency=1.0, ahead_h=1.0)


def ercot(moments: list[datetime], node: str, cell: Callable[[datetime], float]) -> list[str]:
    seen: set[str] = set()
    lines = []
    for m in moments:
        stamp = f"{m:%m/%d/%Y},{m.hour + 1:02d}:00"
        lines.append(f"{stamp},{node},{cell(m)},{'Y' if stamp in seen else 'N'}")
        seen.add(stamp)
    return lines


def test_ercot_numbers_hours_by_their_end_and_flags_the_repeated_one(tmp_path: Path) -> None:
    head = "DeliveryDate,HourEnding,SettlementPoint,SettlementPointPrice,DSTFlag"
    lines = ercot(hours(2023, CHICAGO), "HB_NORTH", price) + ercot(hours(2023, CHICAGO), "LZ_WEST", lambda _: 5.0)
    # Files are not in the order of time: the flag says which of two hours is meant.
    file = write(tmp_path / "x.csv", head, lines[::-1])
    with pytest.raises(FileError, match="several places.*LZ_WEST, HB_NORTH"):
        read(file)
    with pytest.raises(FileError, match='no prices of "HB_NRTH".*Did you mean "HB_NORTH"'):
        read(file, node="HB_NRTH")
    (year,) = read(file, node="hb_north", ahead_h=-6.0)
    assert (year.label, year.notes) == ("ERCOT HB_NORTH 2023", ())
    assert year.usd_per_kwh[:-6] == pytest.approx(expected(2023, CHICAGO, -6)[:-6])


def test_caiso_keeps_the_whole_price_alone(tmp_path: Path) -> None:
    head = "INTERVALSTARTTIME_GMT,INTERVALENDTIME_GMT,OPR_DT,OPR_HR,NODE,MARKET_RUN_ID,LMP_TYPE,MW"
    moments = hours(2023, UTC)
    lines = [
        f"{m:%Y-%m-%dT%H}:00:00-00:00,,,,TH_NP15_GEN-APND,DAM,{kind},{price(m) if kind == 'LMP' else 3}"
        for m in moments
        for kind in ("MCC", "LMP", "MCE")
    ]
    half = len(lines) // 2
    one, two = (write(tmp_path / f"{i}.csv", head, part) for i, part in enumerate((lines[:half], lines[half:])))
    (year,) = read(one, two)
    assert year.usd_per_kwh == pytest.approx(expected(2023, UTC, 0))
    assert form_of(["intervalstarttime_gmt", "mw"]) is None


def test_pjm_and_new_york_and_a_plain_table(tmp_path: Path) -> None:
    def american(m: datetime) -> str:
        return f"{m.month}/{m.day}/{m.year} {m.hour % 12 or 12}:00:00 {'AM' if m.hour < 12 else 'PM'}"

    utc = hours(2023, UTC)
    pjm = write(
        tmp_path / "pjm.csv",
        "datetime_beginning_utc,datetime_beginning_ept,pnode_id,pnode_name,total_lmp_da",
        [f"{american(m)},,51288,WESTERN HUB,{price(m)}" for m in utc],
    )
    plain = write(tmp_path / "own.csv", "time_utc,usd_per_mwh", [f"{m:%Y-%m-%d %H:%M},{price(m)}" for m in utc])
    for file in (pjm, plain):
        (year,) = read(file)
        assert year.usd_per_kwh == pytest.approx(expected(2023, UTC, 0))
    new_york = ZoneInfo("America/New_York")
    lines = [f"{m:%m/%d/%Y %H:%M},N.Y.C.,61761,{price(m)},1,0" for m in hours(2023, new_york)]
    head = "Time Stamp,Name,PTID,LBMP ($/MWHr),Marginal Cost Losses ($/MWHr),Marginal Cost Congestion ($/MWHr)"
    (year,) = read(write(tmp_path / "ny.csv", head, lines), ahead_h=-5.0)
    assert year.usd_per_kwh[:-5] == pytest.approx(expected(2023, new_york, -5)[:-5])


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("a,b\n1,2\n", "no prices in a form that is known"),
        ("time,usd_per_mwh\n2023-01-01T00:00,5\n", "says no time zone"),
        ("time_utc,usd_per_mwh\nyesterday,5\n", "is no date and hour"),
        ("time_utc,usd_per_mwh\n2023-01-01T00:00,cheap\n", '"cheap" is no number'),
        ("time_utc,usd_per_mwh\n2023-01-01T00:00,5\n", "holds no value for 8,759 hours"),
        ("time_utc,usd_per_mwh\n", "holds no prices"),
        (
            "DeliveryDate,HourEnding,SettlementPoint,SettlementPointPrice\n01/01/2023,25:00,A,5\n",
            "no hour from 1 to 24",
        ),
    ],
)
def test_a_file_that_is_none_is_told(tmp_path: Path, text: str, says: str) -> None:
    file = tmp_path / "x.csv"
    file.write_text(text, encoding="utf-8")
    with pytest.raises(FileError, match=says) as error:
        read(file)
    assert "x.csv" in str(error.value)
