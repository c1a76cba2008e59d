"""Generation by fuel in the forms in which it was published, 2019 to now; what is missing; what is a leap day."""

from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
import pytest

from denshi.climate.eia930 import FleetYear, is_generation, read_years, sources
from denshi.climate.table import read_table
from denshi.errors import FileError

NET = "Net Generation (MW) from "
OLD = ("Coal", "Natural Gas", "Nuclear", "All Petroleum Products", "Hydropower and Pumped Storage", "Solar", "Wind",
       "Other Fuel Sources", "Unknown Fuel Sources")  # fmt: skip
NEW = ("Coal", "Natural Gas", "Nuclear", "All Petroleum Products", "Hydropower Excluding Pumped Storage",
       "Pumped Storage", "Solar without Integrated Battery Storage", "Solar with Integrated Battery Storage",
       "Wind without Integrated Battery Storage", "Wind with Integrated Battery Storage", "Battery Storage",
       "Other Energy Storage", "Unknown Energy Storage", "Geothermal", "Other Fuel Sources",
       "Unknown Fuel Sources")  # fmt: skip


def solar(hour: int) -> int:
    return round(100 * max(np.sin((hour % 24 - 12) / 12 * np.pi), 0.0))


def wind(hour: int) -> int:
    return round(60 + 40 * np.sin(hour / 30))


def balance(
    path: Path,
    fuels: Sequence[str],
    cells: Callable[[int], Sequence[object]],
    first: str,
    hours: int,
    tiers: Sequence[str] = ("",),
    skip: Sequence[int] = (),
) -> Path:
    """Write a file of the form EIA930_BALANCE_2022_Jan_Jun.csv, for MISO and one neighbour."""
    head = ["Balancing Authority", "Data Date", "Hour Number", "Local Time at End of Hour", "UTC Time at End of Hour",
            "Demand Forecast (MW)", "Demand (MW)", "Net Generation (MW)"]  # fmt: skip
    head += [f"{NET}{fuel}{tier}" for tier in tiers for fuel in fuels]
    lines = [",".join(head)]
    for i in range(hours):
        if i in skip:
            continue
        end = (np.datetime64(first) + np.timedelta64(i + 1, "h")).astype(object)
        stamp = f"{end:%m/%d/%Y} {end.hour % 12 or 12}:00:00 {'AM' if end.hour < 12 else 'PM'}"
        row = ",".join(f'"{cell:,}"' if isinstance(cell, int) else str(cell) for cell in cells(i))
        lines += [f"{ba},{end:%m/%d/%Y},1,{stamp},{stamp},,,,{row}" for ba in ("MISO", "SWPP")]
    path.write_text("\n".join(lines) + "\n", encoding="utf-8-sig")
    return path


def read(*paths: Path, area: str = "miso") -> tuple[FleetYear, ...]:
    return read_years([(path, *read_table(path)) for path in paths], area)


def old(i: int) -> Sequence[object]:
    return (1000, 500, 300, "", 100, solar(i), wind(i), 50, "")


def test_two_halves_of_a_year_are_one(tmp_path: Path) -> None:
    first = balance(tmp_path / "jan.csv", OLD, old, "2022-01-01T00", 4344)
    second = balance(tmp_path / "jul.csv", OLD, lambda i: old(i + 4344), "2022-07-01T00", 4416)
    (year,) = read(second, first)
    assert (year.year, year.notes) == (2022, ())
    sun, blow = (np.array([f(i) for i in range(8760)], dtype=float) for f in (solar, wind))
    assert year.fleet.solar == pytest.approx(sun / 100)
    assert year.fleet.wind == pytest.approx(blow / blow.max())
    assert year.fleet.clean_fraction == pytest.approx((sun + blow + 400) / (sun + blow + 1950))
    with pytest.raises(FileError, match=r"holds 4,344 hours of 2022.*Name all files"):
        read(first)


def test_the_split_of_2024_joins_on_and_the_leap_day_goes(tmp_path: Path) -> None:
    def new(i: int) -> Sequence[object]:
        j = i + 4368
        return (1000, 500, 300, "", 100, -70, solar(j) - 30 if solar(j) > 30 else 0, min(solar(j), 30), wind(j), "",
                -400, "", "", "", 50, "")  # fmt: skip

    first = balance(tmp_path / "jan.csv", OLD, old, "2024-01-01T00", 4368)
    second = balance(tmp_path / "jul.csv", NEW, new, "2024-07-01T00", 4416)
    (year,) = read(first, second)
    assert year.notes == ("29 February is left out",)
    hours = np.delete(np.arange(8784), slice(59 * 24, 60 * 24))
    sun, blow = (np.array([f(i) for i in hours], dtype=float) for f in (solar, wind))
    assert year.fleet.solar == pytest.approx(sun / 100)
    # Storage is no source, whatever it takes or gives.
    assert year.fleet.clean_fraction == pytest.approx((sun + blow + 400) / (sun + blow + 1950))


def test_adjusted_numbers_stand_in_front_and_the_agencys_typing_error_is_known(tmp_path: Path) -> None:
    fuels = [fuel.replace("Solar with Int", "Solar witho Int") for fuel in NEW]

    def cells(i: int) -> Sequence[object]:
        wrong = (1000, 500, 300, "", 100, "", 99999 if i == 7 else solar(i), "", wind(i), "", "", "", "", "", "", "")
        right = (1000, 500, 300, "", 100, "", 0 if i == 7 else "", solar(i), wind(i), "", "", "", "", "", "", "")
        return (*wrong, *right)

    file = balance(tmp_path / "x.csv", fuels, cells, "2025-01-01T00", 8760, tiers=("", " (Adjusted)"))
    (year,) = read(file)
    assert year.fleet.solar is not None
    assert year.fleet.solar[7] == 0.0
    assert year.fleet.solar.max() == 1.0
    assert year.fleet.solar[18] == 1.0


@pytest.mark.parametrize(("gap", "fine"), [(48, True), (49, False)])
def test_gaps_up_to_two_days_are_filled_and_told(tmp_path: Path, gap: int, fine: bool) -> None:
    file = balance(tmp_path / "x.csv", OLD, old, "2022-01-01T00", 8760, skip=range(1000, 1000 + gap))
    if not fine:
        with pytest.raises(FileError, match="holds 8,711 hours"):
            read(file)
        return
    (year,) = read(file)
    assert "wind: 48 missing hours are filled in on a straight line" in year.notes
    assert year.fleet.wind is not None
    inside = year.fleet.wind[999:1049]
    assert np.diff(inside) == pytest.approx(np.full(49, (inside[-1] - inside[0]) / 49))


def test_wind_that_is_silent_for_days_is_refused_but_oil_is_nought(tmp_path: Path) -> None:
    def cells(i: int) -> Sequence[object]:
        return (1000, 500, 300, "" if i < 5000 else 10, 100, solar(i), "" if 100 < i < 200 else wind(i), 0, 0)

    file = balance(tmp_path / "x.csv", OLD, cells, "2022-01-01T00", 8760)
    with pytest.raises(FileError, match="wind: holds no value for 99 hours from month 1, day 5"):
        read(file)
    (year,) = read(balance(tmp_path / "y.csv", OLD, lambda i: (*cells(i)[:6], wind(i), 0, 0), "2022-01-01T00", 8760))
    assert year.notes == ("oil: 5,000 hours that report nothing count as 0",)


def test_a_sheet_of_a_region_has_its_own_columns(tmp_path: Path) -> None:
    head = "UTC time,BA,Local date,Hour,NG,NG: COL,NG: NG,NG: SUN,NG: WND,Adjusted WND Gen,NG: PS,NG: BAT"
    lines = [head]
    for i in range(8760):
        end = np.datetime64("2023-01-01T00") + np.timedelta64(i + 1, "h")
        lines.append(f"{end},MISO,,1,5000,900,500,{solar(i)},-5,{wind(i)},-30,")
    file = tmp_path / "region.csv"
    file.write_text("\n".join(lines), encoding="utf-8")
    (year,) = read(file)
    sun, blow = (np.array([f(i) for i in range(8760)], dtype=float) for f in (solar, wind))
    assert year.fleet.clean_fraction == pytest.approx((sun + blow) / (sun + blow + 1400))


def test_what_is_generation() -> None:
    assert not is_generation(["ba", "utc", "d", "ng"])
    assert not is_generation(["wnd", "sun", "wat"])
    assert is_generation(["wnd", "ng"])
    assert [one.fuel for one in sources(["ng: wnd", "ng"])] == ["wind"]
    assert sources([f"{NET.lower()}coal (imputed)", "subregion", "net generation (mw)"]) == ()
