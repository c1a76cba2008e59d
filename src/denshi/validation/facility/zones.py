"""Which weather station stands for which climate zone."""

from collections.abc import Mapping
from pathlib import Path

from denshi.climate import Weather, read_weather

# Zones of ASHRAE 169 and the International Energy Conservation Code by the county of the station. Source: Guide to
# Determining Climate Regions by County (Building America Best Practices 7.3, PNNL and ORNL, 2015); typed in from memory
# of that list, unchecked. No station lies in 2A.
ZONES: Mapping[str, tuple[str, ...]] = {
    "2B": ("AZ-Phoenix_Sky_Harbor_Intl_Ap",),
    "3A": (
        "GA-Atlanta_Hartsfield_Intl_Ap",
        "GA-Augusta_Bush_Field",
        "LA-Monroe_Regional_Ap",
        "OK-Tulsa_International_Airport",
        "SC-Charleston_Intl_Arpt",
    ),
    "3B": ("TX-El_Paso_International_Ap_Ut", "TX-Abilene_Regional_Ap_Ut"),
    "4A": (
        "VA-Washington_Dc_Dulles_Intl_Ar_Sterling_Isis",
        "KY-Paducah_Barkley_Regional_Ap",
        "MO-Kansas_City_Intl_Arpt",
        "NC-Hickory_Regional_Ap",
        "NJ-Trenton_Mercer_County_Ap",
        "NY-Islip_Long_Isl_Macarthur_Ap",
        "TN-Knoxville_Mcghee_Tyson_Ap",
        "WV-Huntington_Tristate_Arpt",
    ),
    "4B": ("NM-Albuquerque_Intl_Arpt_Isis", "TX-Amarillo_International_Ap_Canyon_Ut"),
    "5A": (
        "IL-Chicago_Ohare_Intl_Ap",
        "IA-Council_Bluffs",
        "NE-Omaha_Eppley_Airfield",
        "OH-Columbus_Port_Columbus_Intl_A",
        "PA-Pittsburgh_International_Ap",
        "WV-Morgantown_Hart_Field",
    ),
    "5B": (
        "CO-Denver_Centennial_Golden_Nrel",
        "NM-Sata_Fe_County_Municipal_Ap",
        "NV-Reno_Tahoe_International_Ap",
        "OR-Redmond_Roberts_Field",
        "UT-Salt_Lake_City_Intl_Arpt_Isis",
        "WA-Hanford",
        "WA-The_Dalles_Municipal_Arpt",
    ),
    "6B": ("ID-Idaho_Falls_Fanning_Field",),
}
# The first of each zone: the station nearest to the city that the Department of Energy takes for the zone.
REPRESENTATIVE: Mapping[str, str] = {zone: stations[0] for zone, stations in ZONES.items()}


def station_weather(shared: Path, station: str) -> Weather:
    """Return the hourly file of a station.

    Raises
    ------
    FileError : it is not there or cannot be used.
    """
    return read_weather(shared / "weather" / "us_tmy3" / f"{station}.tmy3.gz")
