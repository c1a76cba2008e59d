"""How long a site-year takes: weather, fleet, the whole room, and a reader. Prints milliseconds, best of several runs.

python benchmarks/climate.py
"""

import sys
import timeit
from collections.abc import Callable

from denshi.catalog.normals import supply_normals, weather_normals
from denshi.climate.fleet import synthetic_fleet
from denshi.climate.sun import sun
from denshi.climate.weather import synthetic_weather
from denshi.psychrometrics import wet_bulb_from_relative_humidity_c

RUNS = 20


def main() -> None:
    normals, fleet = weather_normals("la-monroe-regional-ap"), supply_normals("miso")
    year = synthetic_weather(normals)
    humidity = year.ghi_w_per_m2 * 0.0 + 0.6
    tasks: dict[str, Callable[[], object]] = {
        "weather of a site-year": lambda: synthetic_weather(normals),
        "fleets of an area-year": lambda: synthetic_fleet(fleet),
        "sun's geometry of a site-year": lambda: sun.__wrapped__(32.5, -92.0, -6.0),
        "wet bulb of 8,760 hours": lambda: wet_bulb_from_relative_humidity_c(
            year.dry_bulb_c, humidity, year.pressure_pa
        ),
    }
    for name, task in tasks.items():
        best = min(timeit.repeat(task, number=1, repeat=RUNS))
        sys.stdout.write(f"{name:32s} {1000.0 * best:7.1f} ms\n")


if __name__ == "__main__":
    main()
