"""Units as published tables write them, and what a number of denshi is worth in them."""

# What one unit of the table is in denshi's canonical unit (USD, kW, years, one).
SCALES = {
    "bn$/y": ("USD/year", 1e9),
    "bn$/y debt service": ("USD/year", 1e9),
    "bn$": ("USD", 1e9),
    "M$": ("USD", 1e6),
    "$": ("USD", 1.0),
    "$/y": ("USD/year", 1.0),
    "$/h": ("USD/h", 1.0),
    "$/kW": ("USD/kW", 1.0),
    "$/W": ("USD/kW", 1e3),
    "M$/MW": ("USD/kW", 1e3),
    "bn$/GW": ("USD/kW", 1e3),
    "bn$/GW tranche": ("USD/kW", 1e3),
    "M GPUs": ("count", 1e6),
    "GPUs": ("count", 1.0),
    "MW": ("kW", 1e3),
    "MW IT": ("kW", 1e3),
    "GW": ("kW", 1e6),
    "RT": ("kW", 3.516852842),
    "MWh/home/y": ("kWh", 1e3),
    "TWh": ("kWh", 1e9),
    "W/GPU": ("kW", 1e-3),
    "kgCO2/kWh": ("kg/kWh", 1.0),
    "kgCO₂/kWh": ("kg/kWh", 1.0),
    "JPY/USD": ("JPY/USD", 1.0),
    "%": ("1", 0.01),
    "LTC": ("1", 1.0),
    "ratio": ("1", 1.0),
    "-": ("1", 1.0),
    "": ("1", 1.0),
}


def in_unit(value: float, canonical: str, unit: str) -> float | None:
    """Return a number of denshi in the unit of a table; None where the two are of different kinds or it is unknown.

    >>> in_unit(8.561e9, "USD/year", "bn$/y")
    8.561
    >>> in_unit(1.0, "USD", "MW") is None
    True
    """
    kind, scale = SCALES.get(unit, (None, 1.0))
    return value / scale if kind == canonical else None
