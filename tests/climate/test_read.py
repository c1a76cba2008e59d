"""Readers of a user's weather: what is written comes back, and what is wrong is said plainly."""

import gzip
from pathlib import Path

import numpy as np
import pytest
from climate_inputs import COLUMNS, write_csv
from hypothesis import HealthCheck, settings
from hypothesis import given as drawn
from hypothesis import strategies as st

from denshi.catalog.normals import weather_normals
from denshi.climate import Weather, read_weather, synthetic_weather
from denshi.errors import DenshiError, FileError
from denshi.psychrometrics import humidity_ratio, relative_humidity_fraction


@pytest.fixture(scope="module")
def year() -> Weather:
    return synthetic_weather(weather_normals("la-monroe-regional-ap"))


@pytest.fixture
def csv_file(tmp_path: Path, year: Weather) -> Path:
    return write_csv(tmp_path / "site.csv", year)


def test_csv_comes_back(csv_file: Path, year: Weather) -> None:
    back = read_weather(csv_file, latitude=32.5, longitude=-92.0, elevation_m=40.0)
    for name in COLUMNS:
        assert getattr(back, name) == pytest.approx(getattr(year, name), rel=1e-5, abs=1e-3), name
    assert back.utc_offset_h == -6.0


def test_humidity_may_be_given_three_ways(tmp_path: Path, year: Weather, csv_file: Path) -> None:
    humidity = humidity_ratio(year.dry_bulb_c, year.wet_bulb_c, year.pressure_pa)
    relative = relative_humidity_fraction(year.dry_bulb_c, humidity, year.pressure_pa)
    head, *rows = csv_file.read_text().splitlines()
    lines = [head.replace("wet_bulb_c", "relative_humidity_fraction")]
    for value, row in zip(relative, rows, strict=True):
        dry_bulb, _, rest = row.split(",", 2)
        lines.append(f"{dry_bulb},{value:.9f},{rest}")
    other = tmp_path / "rh.csv"
    other.write_text("\n".join(lines))
    back = read_weather(other)
    mild = np.abs(year.wet_bulb_c) > 1.0
    assert back.wet_bulb_c[mild] == pytest.approx(year.wet_bulb_c[mild], abs=0.01)


def test_tmy3_is_read_plain_and_gzipped(shared: Path, tmp_path: Path) -> None:
    packed = shared / "weather/us_tmy3/LA-Monroe_Regional_Ap.tmy3.gz"
    plain = tmp_path / "monroe.tmy3"
    plain.write_bytes(gzip.decompress(packed.read_bytes()))
    named_csv = tmp_path / "722486TYA.csv"
    named_csv.write_bytes(plain.read_bytes())
    one, other = read_weather(packed), read_weather(named_csv)
    assert np.array_equal(one.dry_bulb_c, read_weather(plain).dry_bulb_c)
    assert one.dry_bulb_c[0] == 8.8
    assert one.pressure_pa[0] == 101_900.0
    assert (one.latitude, one.longitude, one.elevation_m, one.utc_offset_h) == (32.517, -92.033, 40.0, -6.0)
    assert np.array_equal(one.wet_bulb_c, other.wet_bulb_c)
    assert one.name == "MONROE REGIONAL AP"


def write_epw(path: Path, year: Weather) -> Path:
    head = [
        "LOCATION,Monroe,LA,USA,TMY3,722486,32.52,-92.03,-6.0,40.0",
        "DESIGN CONDITIONS,0", "TYPICAL/EXTREME PERIODS,0", "GROUND TEMPERATURES,0",
        "HOLIDAYS/DAYLIGHT SAVINGS,No,0,0,0", "COMMENTS 1,", "COMMENTS 2,", "DATA PERIODS,1,1,Data,Sunday,1/1,12/31",
    ]  # fmt: skip
    days = np.arange(np.datetime64("2001-01-01"), np.datetime64("2002-01-01"))
    rows = []
    for i in range(8760):
        y, m, d = str(days[i // 24]).split("-")
        t, sun = year.dry_bulb_c[i], (year.ghi_w_per_m2[i], year.dni_w_per_m2[i], max(year.dhi_w_per_m2[i], 0.0))
        rows.append(
            f"{y},{int(m)},{int(d)},{i % 24 + 1},60,?9,{t},{t - 3.0},60,{year.pressure_pa[i]:.0f},0,0,300,"
            + ",".join(f"{x:.1f}" for x in sun)
            + f",0,0,0,0,180,{year.wind_m_per_s[i]},5,5,10,77777,9,999999999,10,0.1,0,88,0.2,0,1"
        )
    path.write_text("\n".join(head + rows) + "\n")
    return path


def test_epw_is_read(tmp_path: Path, year: Weather) -> None:
    back = read_weather(write_epw(tmp_path / "site.epw", year))
    assert back.dry_bulb_c == pytest.approx(year.dry_bulb_c)
    assert back.pressure_pa == pytest.approx(year.pressure_pa)
    assert (back.wet_bulb_c <= back.dry_bulb_c).all()
    assert back.utc_offset_h == -6.0
    assert back.name == "Monroe"


def broken(path: Path, line: int, text: str) -> Path:
    lines = path.read_text().splitlines()
    lines[line] = text
    path.write_text("\n".join(lines))
    return path


ROW = "20,15,101000,3,0,0,0"


@pytest.mark.parametrize(
    ("row", "message"),
    [
        ("120,15,101000,3,0,0,0", "line 6: dry_bulb_c is 120 in hour 5"),
        ("20,25,101000,3,0,0,0", "line 6: wet_bulb_c is 25 above dry_bulb_c 20"),
        ("nan,15,101000,3,0,0,0", "dry_bulb_c is nan in hour 5"),
        ("inf,15,101000,3,0,0,0", "dry_bulb_c is inf in hour 5"),
        ("20,15,1010,3,0,0,0", "pressure_pa is 1010"),
        ("20,15,101000,3,-5,0,0", "ghi_w_per_m2 is -5"),
        ("20,15,101000,3,0,0", "line 6: has 6 values, but 7 columns"),
        ("20,15,101000,calm,0,0,0", 'line 6: wind_m_per_s is "calm", no number'),
    ],
)
def test_a_bad_hour_is_named(csv_file: Path, row: str, message: str) -> None:
    with pytest.raises(FileError, match=message):
        read_weather(broken(csv_file, 5, row))


def test_a_wrong_count_of_hours_is_named(csv_file: Path) -> None:
    lines = csv_file.read_text().splitlines()
    csv_file.write_text("\n".join(lines[:-1]))
    with pytest.raises(FileError, match="site.csv: line 8760: holds 8,759 hours"):
        read_weather(csv_file)
    csv_file.write_text("\n".join(lines + lines[1:25]))
    with pytest.raises(FileError, match="29 February"):
        read_weather(csv_file)


def test_a_gap_and_a_leap_day_are_named_by_their_line(tmp_path: Path, year: Weather) -> None:
    whole = write_epw(tmp_path / "site.epw", year)
    lines = whole.read_text().splitlines()
    gap, leap = tmp_path / "gap.epw", tmp_path / "leap.epw"
    gap.write_text("\n".join(lines[:108] + lines[109:]))
    with pytest.raises(FileError, match="gap.epw: line 109: is month 1, day 5, hour 6, but 5 January, hour 5"):
        read_weather(gap)
    day = [line.replace("2001,2,28,", "2001,2,29,", 1) for line in lines[8 + 58 * 24 : 8 + 59 * 24]]
    leap.write_text("\n".join(lines[: 8 + 59 * 24] + day + lines[8 + 59 * 24 :]))
    with pytest.raises(FileError, match="leap.epw: line 1425: is 29 February"):
        read_weather(leap)
    gap.write_text("\n".join(lines[:-1]))
    with pytest.raises(FileError, match="line 8767: holds 8,759 hours"):
        read_weather(gap)


def test_a_huge_file_is_not_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("denshi.climate.read._MOST_BYTES", 1000)
    for name, content in {"big.csv": b"a" * 2000, "bomb.csv.gz": gzip.compress(b"a" * 100_000)}.items():
        (tmp_path / name).write_bytes(content)
        with pytest.raises(FileError, match="is larger than"):
            read_weather(tmp_path / name)


def test_missing_columns_are_named(csv_file: Path) -> None:
    with pytest.raises(FileError, match="no column dhi_w_per_m2, wet_bulb_c or dew_point_c or relative"):
        read_weather(broken(csv_file, 0, "dry_bulb_c,humid,pressure_pa,wind_m_per_s,ghi_w_per_m2,dni_w_per_m2,diffuse"))


def test_files_that_are_none(tmp_path: Path) -> None:
    cases = {"gone.csv": None, "text.txt": b"a", "latin.csv": "dry_bulb_c,\xe9".encode("latin-1"), "empty.csv": b" \n"}
    cases |= {"bad.csv": b"\x1f\x8bxxxx", "short.epw": b"LOCATION", "short.tmy3": b"1,2\n3,4", "zero.epw": b"\x00" * 99}
    for name, content in cases.items():
        if content is not None:
            (tmp_path / name).write_bytes(content)
        with pytest.raises(FileError) as caught:
            read_weather(tmp_path / name)
        assert "Traceback" not in str(caught.value)
    (tmp_path / "folder.epw").mkdir()
    with pytest.raises(FileError, match="folder"):
        read_weather(tmp_path / "folder.epw")


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@drawn(st.binary(max_size=400), st.sampled_from(["csv", "epw", "tmy3", "csv.gz"]))
def test_any_bytes_give_a_message(tmp_path: Path, content: bytes, suffix: str) -> None:
    path = tmp_path / f"x.{suffix}"
    path.write_bytes(content)
    with pytest.raises(DenshiError):
        read_weather(path)


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@drawn(st.data())
def test_a_cut_or_scratched_file_gives_a_message_or_a_year(csv_file: Path, data: st.DataObject) -> None:
    raw = bytearray(csv_file.read_bytes())
    for _ in range(data.draw(st.integers(1, 5))):
        raw[data.draw(st.integers(0, len(raw) - 1))] = data.draw(st.integers(0, 255))
    scratched = csv_file.with_name("scratched.csv")
    scratched.write_bytes(raw[: data.draw(st.integers(1, len(raw)))])
    try:
        assert read_weather(scratched).dry_bulb_c.shape == (8760,)
    except DenshiError as error:
        assert str(error)
