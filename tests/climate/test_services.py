"""Weather of NSRDB and PVGIS: half hours, UTC, leap days, months of several years."""

from datetime import datetime, timedelta
from pathlib import Path

import numpy as np
import pytest

from denshi.catalog.normals import weather_normals
from denshi.climate import Weather, read_weather, synthetic_weather
from denshi.errors import FileError
from denshi.psychrometrics import humidity_ratio, relative_humidity_fraction

NSRDB_HEAD = "Source,Location ID,City,State,Country,Latitude,Longitude,Time Zone,Elevation,Local Time Zone,Version"
NSRDB_COLUMNS = "Year,Month,Day,Hour,Minute,GHI,DNI,DHI,Temperature,Dew Point,Pressure,Wind Speed,Fill Flag"


@pytest.fixture(scope="module")
def year() -> Weather:
    return synthetic_weather(weather_normals("la-monroe-regional-ap"))


def hour_of(moment: datetime) -> int:
    """Which of 8,760 hours a moment is in; those of 29 February are those of the day before."""
    day = min(moment.day, 28) if moment.month == 2 else moment.day
    return int((datetime(2021, moment.month, day, moment.hour) - datetime(2021, 1, 1)) / timedelta(hours=1))


def relative_of(year: Weather) -> np.ndarray:
    ratio = humidity_ratio(year.dry_bulb_c, year.wet_bulb_c, year.pressure_pa)
    return relative_humidity_fraction(year.dry_bulb_c, ratio, year.pressure_pa)


def nsrdb(path: Path, year: Weather, calendar: int, step_min: int, zone: int, columns: str = NSRDB_COLUMNS) -> Path:
    """Write a year as NSRDB does; its half hours are as far below the hour's mean as above it."""
    # Magnus' formula is good enough for a tenth of a kelvin.
    magnus = np.log(relative_of(year)) + 17.625 * year.dry_bulb_c / (243.04 + year.dry_bulb_c)
    dew = 243.04 * magnus / (17.625 - magnus)
    lines = [NSRDB_HEAD, f"NSRDB,94018,-,LA,US,32.5,-92.0,{zone},24,-6,4.0.0", columns]
    moment, ahead = datetime(calendar, 1, 1), timedelta(hours=-6 - zone)
    while moment.year == calendar:
        i = hour_of(moment + ahead)
        off = 0.0 if step_min == 60 else 0.4 if moment.minute == 0 else -0.4
        cells = {
            "Year": moment.year, "Month": moment.month, "Day": moment.day, "Hour": moment.hour, "Minute": moment.minute,
            "GHI": year.ghi_w_per_m2[i], "DNI": year.dni_w_per_m2[i], "DHI": year.dhi_w_per_m2[i],
            "Temperature": year.dry_bulb_c[i] + off, "Dew Point": dew[i] + off,
            "Pressure": year.pressure_pa[i] / 100, "Wind Speed": year.wind_m_per_s[i], "Fill Flag": 0,
        }  # fmt: skip
        lines.append(",".join(f"{cells[name]:g}" for name in columns.split(",")))
        moment += timedelta(minutes=step_min)
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return path


@pytest.mark.parametrize(("calendar", "step_min", "zone"), [(2021, 60, -6), (2020, 30, -6), (2022, 60, 0)])
def test_nsrdb_is_read(tmp_path: Path, year: Weather, calendar: int, step_min: int, zone: int) -> None:
    back = read_weather(nsrdb(tmp_path / "x.csv", year, calendar, step_min, zone))
    assert (back.name, back.latitude, back.elevation_m, back.utc_offset_h) == ("NSRDB 94018", 32.5, 24.0, -6.0)
    for name in ("dry_bulb_c", "pressure_pa", "wind_m_per_s", "ghi_w_per_m2", "dni_w_per_m2", "dhi_w_per_m2"):
        assert getattr(back, name) == pytest.approx(getattr(year, name), rel=1e-5, abs=1e-3), name
    assert np.abs(back.wet_bulb_c - year.wet_bulb_c).mean() < 0.1


def test_what_is_missing_or_too_much_is_told(tmp_path: Path, year: Weather) -> None:
    columns = NSRDB_COLUMNS.replace(",Pressure", "").replace(",Dew Point", "")
    with pytest.raises(FileError, match="has no pressure, dew point or relative humidity"):
        read_weather(nsrdb(tmp_path / "a.csv", year, 2021, 60, -6, columns))
    whole = nsrdb(tmp_path / "b.csv", year, 2021, 60, -6).read_text(encoding="utf-8").splitlines()
    (tmp_path / "c.csv").write_text("\n".join(whole[:5000]), encoding="utf-8")
    with pytest.raises(FileError, match="lacks an hour"):
        read_weather(tmp_path / "c.csv")
    second = [line.replace("2021,", "2022,", 1) for line in whole[3:]]
    (tmp_path / "d.csv").write_text("\n".join(whole + second), encoding="utf-8")
    with pytest.raises(FileError, match="several years"):
        read_weather(tmp_path / "d.csv")
    (tmp_path / "e.csv").write_text("\n".join([*whole[:3], "x,y,z"]), encoding="utf-8")
    with pytest.raises(FileError, match="cannot be read as NSRDB"):
        read_weather(tmp_path / "e.csv")
    hot = [*whole[:3], whole[3].replace("2021,1,1,0,0,", "2021,1,1,0,0,9999", 1), *whole[4:]]
    (tmp_path / "f.csv").write_text("\n".join(hot), encoding="utf-8")
    with pytest.raises(FileError, match="ghi_w_per_m2 is 9999"):
        read_weather(tmp_path / "f.csv")


def test_a_typical_year_of_pvgis_is_turned_to_local_time(tmp_path: Path, year: Weather) -> None:
    relative = 100.0 * relative_of(year)
    lines = ["Latitude (decimal degrees): 35.010", "Longitude (decimal degrees): 135.760", "Elevation (m): 41.0",
             "Irradiance Time Offset (h): 0.1761", "month,year", *(f"{m},{2004 + m}" for m in range(1, 13)),
             "time(UTC),T2m,RH,G(h),Gb(n),Gd(h),IR(h),WS10m,WD10m,SP"]  # fmt: skip
    for i in range(8760):
        utc = datetime(2021, 1, 1) + timedelta(hours=i)
        at = (i + 9) % 8760
        stamp = f"{2004 + utc.month}{utc:%m%d:%H%M}"
        cells = (year.dry_bulb_c, relative, year.ghi_w_per_m2, year.dni_w_per_m2, year.dhi_w_per_m2)
        more = (300.0, year.wind_m_per_s[at], 180.0, year.pressure_pa[at])
        lines.append(",".join([stamp, *(f"{x[at]:.6g}" for x in cells), *(f"{x:.6g}" for x in more)]))
    lines += ["", "T2m: 2-m air temperature (degree Celsius)", "PVGIS (c) European Union, 2001-2024"]
    file = tmp_path / "tmy_35.010_135.760.csv"
    file.write_bytes("\r\n".join(lines).encode())
    back = read_weather(file)
    assert (back.name, back.longitude, back.elevation_m, back.utc_offset_h) == ("PVGIS typical year", 135.76, 41.0, 9.0)
    for name in ("dry_bulb_c", "pressure_pa", "wind_m_per_s", "ghi_w_per_m2", "dni_w_per_m2", "dhi_w_per_m2"):
        assert getattr(back, name) == pytest.approx(getattr(year, name), rel=1e-4, abs=1e-2), name
    mild = np.abs(year.wet_bulb_c) > 1.0
    assert back.wet_bulb_c[mild] == pytest.approx(year.wet_bulb_c[mild], abs=0.01)
