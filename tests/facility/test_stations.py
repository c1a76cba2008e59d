"""The building under hourly weather of real stations, against what was published or computed elsewhere."""

import importlib.util
from pathlib import Path
from types import ModuleType

import pytest

from denshi.facility import run
from denshi.validation.facility import REPRESENTATIVE, band_cases, published_cases, typical_cases


@pytest.fixture(scope="module")
def tool(shared: Path) -> ModuleType:
    path = Path(__file__).resolve().parents[2] / "tools" / "check_facility.py"
    spec = importlib.util.spec_from_file_location("check_facility", path)
    if spec is None or spec.loader is None:
        pytest.fail(f"cannot load {path}")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    module.SHARED = shared
    return module


# Hours in which a dry cooler of 6 K approach, carrying all it is built for, needs a chiller, by an independent count.
TRIM_HOURS = {
    "LA-Monroe_Regional_Ap": (1750, 105, 0),
    "TX-El_Paso_International_Ap_Ut": (1991, 202, 0),
    "TX-Abilene_Regional_Ap_Ut": (1909, 251, 10),
    "OH-Columbus_Port_Columbus_Intl_A": (522, 1, 0),
}


@pytest.mark.parametrize("station", TRIM_HOURS)
def test_trim_hours_are_those_of_an_independent_count(tool: ModuleType, station: str) -> None:
    air = tool.tmy3(station)
    found = tuple(
        run(tool.case(air, "liquid-dry-trim", supply_c, 1.0, load=1.0, **tool.BARE_CONSTANTS)).trim_hours
        for supply_c in (32.0, 40.0, 45.0)
    )
    assert found == TRIM_HOURS[station]


def test_pue_is_near_an_independent_prototype(tool: ModuleType) -> None:
    for station, theirs in tool.PROTOTYPE.items():
        air = tool.japanese(station) if station.startswith("JP") else tool.tmy3(station)
        for (plant, supply_c, liquid), their in zip(tool.PROTOTYPE_PLANTS, theirs, strict=True):
            case = tool.case(air, plant, supply_c, liquid, redundancy="N", **tool.BARE_CONSTANTS, **tool.NO_MARGIN)
            found, (pue, wue, peak) = run(case), (float(x) for x in their.split("/"))
            assert found.pue_mean == pytest.approx(pue, abs=0.05), f"{station}, {plant}"
            # The prototype's cooler keeps its approach in the trim range too, ours its effectiveness: less chiller.
            assert found.pue_peak == pytest.approx(peak, abs=0.08), f"{station}, {plant}"
            assert found.wue_l_per_kwh == pytest.approx(wue, abs=0.25), f"{station}, {plant}"


def test_medians_lie_in_the_bands_of_lei_and_masanet(shared: Path) -> None:
    zones = {zone: REPRESENTATIVE[zone] for zone in ("3A", "4A", "4B", "5B")}
    found = band_cases(shared, zones, 16)
    assert len(found) == 20
    assert sum(bool(one.pue.inside) for one in found) >= 0.95 * len(found)
    assert sum(bool(one.wue.inside) for one in found) >= 0.80 * len(found)
    for one in found:
        # All heat latent is more water than any tower takes in the same hours, but for what leaves with the drops.
        if one.case in (2, 4, 5):
            assert one.wue.median < one.wue_all_latent.median, one


def test_published_halls_are_met(shared: Path) -> None:
    for one in published_cases(shared):
        assert one.inside or not one.held, one


def test_a_typical_year_is_near_its_station(shared: Path) -> None:
    found = typical_cases(shared)
    assert len({one.station for one in found}) == 32
    missed = [one for one in found if one.held and not one.inside]
    assert not missed, missed
