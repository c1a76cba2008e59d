"""The eight or so numbers that a reader looks at first, each with its band and grade."""

from typing import Any

from denshi.design.paths import resolve
from denshi.design.record import Design
from denshi.design.sensitivity import Band, bands

_ALWAYS = (
    ("accelerators", "cluster.accelerators"),
    ("connection", "facility.connection_kw"),
    ("pue", "facility.pue_mean"),
)
_MONEY = (
    ("power_cost", "energy.lcoe_usd_per_kwh"),
    ("capex", "buildout.capex_usd"),
    ("lcoc", "finance.lcoc_usd_per_accelerator_hour"),
    ("irr", "finance.irr"),
)
_MOST_DRIVERS = 10
_HOURLY = ("clean_fraction_hourly", "energy.clean_fraction_hourly")
_OF_A_WORKLOAD = {"training": (("run_time", "run_s"),), "serving": (("serving_rate", "tokens_per_s"),)}


def headline_paths(design: Design) -> tuple[tuple[str, str], ...]:
    """Return label and path of the headlines that this design has."""
    works = tuple(
        (label, f"workload.{i}.{name}")
        for i, workload in enumerate(design.workload)
        for label, name in _OF_A_WORKLOAD[workload.kind]
    )
    root = design.root()
    chosen = (*_ALWAYS, *works, _clean(design), *_MONEY)
    return tuple((label, path) for label, path in chosen if resolve(root, path) is not None)


def _clean(design: Design) -> tuple[str, str]:
    """Return the clean share that the scenario aims at; hour by hour where it aims at none."""
    annual = design.scenario.energy.target == "annual"
    return ("clean_fraction_annual", "energy.clean_fraction_annual") if annual else _HOURLY


def headlines(design: Design) -> list[dict[str, Any]]:
    """Return the headlines with value, unit, band, grade and the facts they hang on most."""
    chosen = headline_paths(design)
    found = bands(design, tuple(path for _, path in chosen))
    declared, root = design.figures(), design.root()
    return [
        {
            "path": path,
            "label": label,
            "value": resolve(root, path),
            "unit": declared[path].unit,
            **_band(found.get(path), is_asked=path == "facility.connection_kw" and design.scenario.compute.site_power),
            "drivers": _drivers(found.get(path), resolve(root, path)),
        }
        for label, path in chosen
    ]


def _band(band: Band | None, is_asked: object) -> dict[str, Any]:
    if is_asked:
        return {"low": None, "high": None, "band": "no band: the scenario sets it", "grade": "D", "main": []}
    if band is None or band.low is None:
        main = [] if band is None else list(band.main)
        return {
            "low": None,
            "high": None,
            "band": "no band",
            "grade": "D" if band is None else band.grade,
            "main": main,
        }
    return {
        "low": band.low,
        "high": band.high,
        "band": "low to high of the catalogue inputs it hangs on, each alone, in quadrature",
        "grade": band.grade,
        "main": list(band.main),
    }


def _drivers(band: Band | None, value: float) -> list[dict[str, Any]]:
    """Return what the strongest facts do to a headline at their own low and high, each alone, strongest first."""
    if band is None or band.low is None:
        return []
    spans = {path: abs(effect.at_high - effect.at_low) for path, effect in band.effects.items()}
    strongest = sorted((path for path in spans if spans[path] > 0.0), key=lambda path: (-spans[path], path))
    return [
        {
            "path": path,
            "at_low": value + band.effects[path].at_low * abs(value),
            "at_high": value + band.effects[path].at_high * abs(value),
        }
        for path in strongest[:_MOST_DRIVERS]
    ]
