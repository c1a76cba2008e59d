"""The climate room: a typical year from compact normals, or the user's own hourly weather."""

from denshi.climate.calendar import HOURS_OF_MONTH
from denshi.climate.read import read_weather
from denshi.climate.record import Climate, ClimateInput, FileClimate, FileClimateInput
from denshi.climate.weather import Weather, synthetic_weather
from denshi.climate.year import from_file, typical_year, warmed, weather_at

__all__ = [
    "HOURS_OF_MONTH",
    "Climate",
    "ClimateInput",
    "FileClimate",
    "FileClimateInput",
    "Weather",
    "from_file",
    "read_weather",
    "synthetic_weather",
    "typical_year",
    "warmed",
    "weather_at",
]
