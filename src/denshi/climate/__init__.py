"""The climate room: a typical year from compact normals, or the user's own hourly weather."""

from denshi.climate.read import read_weather
from denshi.climate.record import Climate, ClimateInput, FileClimate, FileClimateInput
from denshi.climate.weather import Weather, synthetic_weather
from denshi.climate.year import from_file, typical_year

__all__ = [
    "Climate",
    "ClimateInput",
    "FileClimate",
    "FileClimateInput",
    "Weather",
    "from_file",
    "read_weather",
    "synthetic_weather",
    "typical_year",
]
