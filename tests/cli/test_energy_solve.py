"""``denshi energy solve``: hourly prices, flexible load, caps on carbon, weather years, and how mistakes are told."""

import json
from pathlib import Path

import numpy as np
import pytest

import denshi.cli
from denshi.errors import FileError

BASE = 'region = "ercot-tx"\nload = "100 MW"\n'
DAY = [0.03] * 10 + [-0.01] * 4 + [0.05] * 10
EXAMPLES = sorted(one for one in Path("examples/energy").glob("*.toml") if not one.stem.startswith("sweep"))


def said(arguments: list[str], capsys: pytest.CaptureFixture[str], status: int = 0) -> str:
    assert denshi.cli.main(arguments) == status, capsys.readouterr()
    out = capsys.readouterr()
    return out.err if status else out.out


def page(case: Path, capsys: pytest.CaptureFixture[str], status: int = 0) -> dict:
    assert denshi.cli.main(["energy", "solve", str(case), "--json"]) == status
    return json.loads(capsys.readouterr().out)


def case_of(folder: Path, lines: str, prices: list[float] | None = None) -> Path:
    file = folder / "case.toml"
    file.write_text(BASE + lines, encoding="utf-8")
    if prices is not None:
        rows = "\n".join(f"{price}" for price in prices)
        (folder / "prices.csv").write_text(f"price_usd_per_kwh\n{rows}\n", encoding="utf-8")
    return file


def test_a_day_of_prices_repeats(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    lines = 'prices = "prices.csv"\ndemand_charge_fraction = 0.0\n'
    found = page(case_of(tmp_path, lines, DAY), capsys)
    assert found["status"] == "optimal"
    assert found["cost_usd_per_kwh"] == pytest.approx(sum(DAY) / 24)
    assert found["lower_bound_usd_per_year"] == pytest.approx(found["objective_usd_per_year"])


def test_a_price_scenario_keeps_the_mean_and_says_what_it_is(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    flat = page(case_of(tmp_path, ""), capsys)
    found = page(case_of(tmp_path, 'price_scenario = "synthetic"\n'), capsys)
    # A flat load pays the mean, whatever the hours cost.
    assert found["cost_usd_per_kwh"] == pytest.approx(flat["cost_usd_per_kwh"])
    assert found["prices"]["power_usd_per_kwh"]["highest"] > 2.0 * flat["prices"]["power_usd_per_kwh"]["mean"]
    assert any("synthetic price scenario" in note for note in found["notices"])


def test_price_scenarios_differ_by_seed_and_spread(tmp_path: Path) -> None:
    from denshi.cli.energy_case import read_case

    def prices(lines: str) -> np.ndarray:
        found = read_case(case_of(tmp_path, lines)).inputs.grid_usd_per_kwh
        assert found is not None
        return found

    base = prices("[price_scenario]\n")
    with pytest.raises(FileError, match="stands beside prices"):
        read_case(case_of(tmp_path, 'prices = "prices.csv"\nprice_scenario = "synthetic"\n', DAY))
    assert prices("[price_scenario]\nspread = 0.5\nseed = 0\n").tolist() == base.tolist()
    assert abs(prices("[price_scenario]\nseed = 1\n") - base).max() > 0.01
    assert prices("[price_scenario]\nspread = 1\n").std() == pytest.approx(2 * base.std())
    two = prices("synthetic_years = 2\n[price_scenario]\n")
    assert len(two) == 2 * 8760
    assert two[:8760].mean() == pytest.approx(two[8760:].mean())


def test_prices_of_the_users_profile_are_taken(tmp_path: Path) -> None:
    from denshi.cli.energy_case import read_case

    hours = "".join(f"0.2,0.3,0.4,{DAY[i % 24]},{400 + i % 24}\n" for i in range(8760))
    head = "solar_cf,wind_cf,clean_fraction,price_usd_per_kwh,carbon_g_per_kwh\n"
    (tmp_path / "own.csv").write_text(head + hours, encoding="utf-8")
    (tmp_path / "bare.csv").write_text("solar_cf,wind_cf,clean_fraction\n" + "0.2,0.3,0.4\n" * 8760, encoding="utf-8")
    case = read_case(case_of(tmp_path, 'profiles = ["own.csv", "own.csv"]\n'))
    assert case.inputs.grid_usd_per_kwh is not None
    assert case.inputs.grid_usd_per_kwh[8760 : 8760 + 24].tolist() == DAY
    assert case.inputs.grid_carbon_g_per_kwh is not None
    assert case.inputs.grid_carbon_g_per_kwh[:2].tolist() == [400.0, 401.0]
    assert any("demand charge" in note for note in case.notices)
    assert read_case(case_of(tmp_path, 'profile = "bare.csv"\n')).inputs.grid_usd_per_kwh is None
    with pytest.raises(FileError, match="some of the files only"):
        read_case(case_of(tmp_path, 'profiles = ["own.csv", "bare.csv"]\n'))
    with pytest.raises(FileError, match="stands beside prices"):
        read_case(case_of(tmp_path, 'profile = "own.csv"\nprice_scenario = "synthetic"\n'))


def market_file(path: Path, year: int, nodes: tuple[str, ...] = ("HB_A",)) -> None:
    begin = np.datetime64(f"{year}-01-01T00")
    count = int((np.datetime64(f"{year + 1}-01-01T00") - begin) / np.timedelta64(1, "h"))
    rows = "".join(
        f"{begin + np.timedelta64(i, 'h')},{node},{i / 1000 + j * 100}\n"
        for i in range(count)
        for j, node in enumerate(nodes)
    )
    path.write_text(f"time_utc,node,usd_per_mwh\n{rows}", encoding="utf-8")


def test_prices_of_a_market_stand_in_local_standard_time(tmp_path: Path) -> None:
    from denshi.cli.energy_case import read_case

    market_file(tmp_path / "a.csv", 2023, ("HB_A", "HB_B"))
    lines = 'prices = "a.csv"\nprice_node = "HB_B"\nsynthetic_years = 2\n'
    case = read_case(case_of(tmp_path, lines))
    price = case.inputs.grid_usd_per_kwh
    assert price is not None
    # Texas is six hours behind: its year begins with the seventh hour of the file, and the last six are not known.
    assert price[:3] == pytest.approx([0.100006, 0.100007, 0.100008])
    assert price[8754:8760] == pytest.approx([price[8753]] * 6)
    assert price[8760:].tolist() == price[:8760].tolist()
    assert any(
        note.startswith("prices of a.csv HB_B 2023 stand beside weather of another year") for note in case.notices
    )
    assert "a.csv HB_B 2023: 6 missing hours are filled in on a straight line" in case.notices
    market_file(tmp_path / "b.csv", 2024)
    market_file(tmp_path / "c.csv", 2022)
    with pytest.raises(FileError, match="hold 2 years"):
        read_case(case_of(tmp_path, 'prices = ["b.csv", "c.csv"]\n'))
    two = read_case(case_of(tmp_path, 'prices = ["b.csv", "c.csv"]\nsynthetic_years = 2\n'))
    assert two.inputs.year_hours == (8760, 8760)
    assert any("29 February is left out" in note for note in two.notices)
    with pytest.raises(FileError, match="several places"):
        read_case(case_of(tmp_path, 'prices = "a.csv"\n'))
    with pytest.raises(FileError, match="is for files of a market"):
        read_case(case_of(tmp_path, 'prices = "prices.csv"\nprice_node = "A"\n', DAY))


def test_plants_stand_in_a_sites_weather(tmp_path: Path) -> None:
    from denshi.catalog.normals import weather_normals
    from denshi.cli.energy_case import read_case
    from denshi.climate import synthetic_weather

    def case(lines: str) -> Path:
        file = tmp_path / "case.toml"
        file.write_text('region = "jp-tokyo"\nload = "100 MW"\n' + lines, encoding="utf-8")
        return file

    found = read_case(case('[plant]\nsite = "sakura-ishikari"\n'))
    assert found.hours.startswith("plant profile from synthetic weather of")
    assert 0.1 < found.inputs.solar_cf.mean() < 0.3
    assert any("rougher than a fleet's" in note for note in found.notices)
    assert any("gives no wind" in note for note in found.notices)

    year = synthetic_weather(weather_normals("la-monroe-regional-ap"))
    names = ("dry_bulb_c", "wet_bulb_c", "pressure_pa", "wind_m_per_s", "ghi_w_per_m2", "dni_w_per_m2", "dhi_w_per_m2")
    rows = "\n".join(",".join(f"{x:.5g}" for x in row) for row in zip(*(getattr(year, n) for n in names), strict=True))
    (tmp_path / "site.csv").write_text(",".join(names) + "\n" + rows + "\n", encoding="utf-8")
    plant = '[plant]\nweather = "site.csv"\n'
    stated = "solar_capacity_factor = 0.22\nwind_capacity_factor = 0.33\n"
    found = read_case(case(stated + plant + "latitude = 32.5\nlongitude = -92.0\n"))
    assert found.inputs.solar_cf.mean() == pytest.approx(0.22, abs=1e-3)
    assert found.inputs.wind_cf.mean() == pytest.approx(0.33, abs=1e-3)
    with pytest.raises(FileError, match="does not say its place"):
        read_case(case(plant))
    with pytest.raises(FileError, match="exactly one of site and weather"):
        read_case(case(plant + 'site = "lanl"\n'))
    with pytest.raises(FileError, match="stands beside profile"):
        read_case(case('profile = "x.csv"\n' + plant))
    with pytest.raises(FileError, match="case.toml:4: plant.site"):
        read_case(case('[plant]\nsite = "nowhere"\n'))


@pytest.mark.slow
def test_several_years_and_flexible_load(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    lines = (
        'options = ["grid", "onshore-wind"]\nsynthetic_years = 2\nunserved_price = 5.0\nprices = "prices.csv"\n'
        "[flexible]\ncurtail_fraction = 0.2\ncurtail_hours = 50\nshift_fraction = 0.1\nshift_up_fraction = 0.1\n"
        "[carbon]\ncap = 200\n"
    )
    found = page(case_of(tmp_path, lines, DAY), capsys)
    assert found["hours"].count(";") == 1
    assert found["carbon_g_per_kwh"] <= 200.0 * (1 + 1e-6)
    assert found["dispatch"]["shifted_kwh"] > 0.0
    assert found["dispatch"]["curtailed_load_kwh"] == pytest.approx(50 * 0.2 * 100e3, rel=1e-3)
    assert found["max_residual_gw"] <= 1e-6
    assert found["gap_fraction"] <= 5e-3
    assert found["prices"]["carbon_usd_per_t"] > 0.0


@pytest.mark.slow
def test_a_cap_that_cannot_be_kept_says_which_can(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    found = page(case_of(tmp_path, 'options = ["grid"]\n[carbon]\ncap = 50\nbasis = "hour"\n'), capsys, status=1)
    assert found["status"] == "infeasible"
    reachable = found["shortage"]["carbon_reachable_g_per_kwh"]
    assert reachable > 50.0
    assert any(one["what"].startswith("raise the cap on carbon") for one in found["repairs"])


@pytest.mark.parametrize(
    ("lines", "says"),
    [
        ('prices = "prices.csv"\n', "holds 5 hours"),
        ('prices = ["prices.csv", "prices.csv"]\n', "names 2 files for 1 years"),
        ('prices = "none.csv"\n', "cannot be read"),
        ('price_scenario = "real"\n', "is not offered"),
        ("[price_scenario]\nsigma = 1\n", "Known: seed, spread"),
        ("synthetic_years = 40\n", "is not from 1 to 10"),
        ('profile = "a.csv"\nsynthetic_years = 2\n', "stands beside profile"),
        ("count_grid_clean = 1\n", "is neither true nor false"),
        ("[flexible]\nshift = 0.1\n", "Did you mean"),
        ("[flexible]\ncurtail_fraction = 0.7\nshift_fraction = 0.7\n", "more than the whole load"),
        ('[carbon]\ncap = 100\nbasis = "day"\n', "is not offered"),
        ('options = ["grid", "solar"]\n[technology.solar]\nkind = "sun"\n', "is not offered"),
    ],
)
def test_a_mistake_names_file_line_and_mend(
    lines: str, says: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = said(["energy", "solve", str(case_of(tmp_path, lines, [0.1] * 5))], capsys, status=1)
    assert says in out
    assert "Traceback" not in out
    assert ".toml" in out or ".csv" in out


@pytest.mark.parametrize("example", EXAMPLES, ids=lambda one: one.stem)
def test_every_shipped_case_reads(example: Path) -> None:
    from denshi.cli.energy_case import read_case

    case = read_case(example)
    assert case.inputs.load_kw.sum() > 0.0
    assert sum(case.inputs.year_hours) in (0, len(case.inputs.load_kw))
