"""The packaged typical year against the station's own hourly file, plant by plant."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from denshi.catalog import Assumption, find
from denshi.catalog.normals import weather_normals
from denshi.climate import Weather, weather_at
from denshi.facility import Facility, alone, run
from denshi.validation.facility.zones import ZONES, station_weather

# Plant, supply temperature, share in liquid. The last hangs on temperature and moisture of the same hour, which a
# typical year draws apart: it is reported, and not held to the limits.
PLANTS: tuple[tuple[str, float, float], ...] = (
    ("air-chiller", 18.0, 0.0),
    ("tower-economizer", 18.0, 0.0),
    ("liquid-dry-trim", 32.0, 0.85),
    ("liquid-dry-trim", 45.0, 0.85),
    ("liquid-adiabatic", 32.0, 0.85),
    ("air-economizer", 29.0, 0.0),
)
REPORTED = ("air-economizer",)
# Largest error allowed: mean PUE, PUE of the worst hour, WUE [L/kWh].
LIMITS = {"pue_mean": 0.003, "pue_peak": 0.005, "wue": 0.01}
LIMITS_WETTED = {"pue_mean": 0.003, "pue_peak": 0.04, "wue": 0.03}
WETTED = ("liquid-adiabatic", "air-economizer")


@dataclass(frozen=True, slots=True)
class TypicalCase:
    """Typical year less the station's file: mean PUE, PUE of the worst hour, WUE [L/kWh]."""

    station: str
    plant: str
    supply_c: float
    pue_mean: float
    pue_peak: float
    wue: float

    @property
    def held(self) -> bool:
        """Whether the plant is held to the limits."""
        return self.plant not in REPORTED

    @property
    def inside(self) -> bool:
        """Whether every error is within its limit."""
        limits = LIMITS_WETTED if self.plant in WETTED else LIMITS
        return all(abs(getattr(self, name)) <= limit for name, limit in limits.items())


def typical_cases(shared: Path, progress: Callable[[str], None] = lambda _: None) -> list[TypicalCase]:
    """Return every station and plant."""
    found = []
    for station in sorted(one for stations in ZONES.values() for one in stations):
        progress(f"typical year of {station}")
        real = station_weather(shared, station)
        made, _ = weather_at(
            weather_normals(station_id(station)),
            elevation_m=real.elevation_m,
            lapse_rate_k_per_m=find(Assumption, "climate-lapse-rate-k-per-m").value,
            unknown_wind_m_per_s=find(Assumption, "climate-unknown-wind-m-per-s").value,
        )
        for plant, supply_c, liquid in PLANTS:
            one, other = (_year(weather, plant, supply_c, liquid) for weather in (made, real))
            found.append(
                TypicalCase(
                    station,
                    plant,
                    supply_c,
                    one.pue_mean - other.pue_mean,
                    one.pue_peak - other.pue_peak,
                    one.wue_l_per_kwh - other.wue_l_per_kwh,
                )
            )
    return found


def station_id(station: str) -> str:
    """Return the id of a station's normals.

    >>> station_id("LA-Monroe_Regional_Ap")
    'la-monroe-regional-ap'
    """
    return station.lower().replace("_", "-")


def _year(weather: Weather, plant: str, supply_c: float, liquid: float) -> Facility:
    return run(
        alone(
            dry_bulb_c=weather.dry_bulb_c,
            wet_bulb_c=weather.wet_bulb_c,
            pressure_pa=weather.pressure_pa,
            cooling=plant,
            supply_c=supply_c,
            load_kw=50_000.0,
            liquid_fraction=liquid,
            elevation_m=weather.elevation_m,
        )
    )
