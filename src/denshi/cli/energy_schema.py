"""JSON schemas of the files that the energy verbs take, for editors and for ``--schema``."""

from typing import Any

from denshi.cli.energy_case import VALUES
from denshi.cli.energy_claim import KINDS, TECHNOLOGIES
from denshi.figure import GRADES

_TEXT = {"type": "string", "minLength": 1}
_SHARE = {"type": ["number", "string"], "description": "a fraction, or a text such as 5%"}
_GRADE = {"enum": list(GRADES), "description": "; ".join(f"{key}: {said}" for key, said in GRADES.items())}
_Keys = dict[str, Any]


def claim_schema() -> dict[str, Any]:
    """Return the JSON schema of a claim file.

    >>> [one["properties"]["kind"]["const"] for one in claim_schema()["oneOf"]]
    ['supply', 'equivalence', 'comparison', 'rate']
    """
    common = {"text": _TEXT, "source": _TEXT, "date": _TEXT, "grade": _GRADE}
    kinds = {"supply": _supply(), "equivalence": _equivalence(), "comparison": _comparison(), "rate": _rate()}
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "denshi energy claim",
        "oneOf": [
            {
                "description": KINDS[kind],
                **_table({"kind": {"const": kind}, **common, **needed}, {**more, "note": _TEXT}),
            }
            for kind, (needed, more) in kinds.items()
        ],
    }


def _table(required: _Keys, optional: _Keys | None = None) -> _Keys:
    both = {**required, **(optional or {})}
    return {"type": "object", "properties": both, "required": list(required), "additionalProperties": False}


def fact_schema(unit: str, about: str) -> _Keys:
    """Return the schema of a number that may bring its evidence."""
    number = {"type": ["number", "string"], "description": f"{about} [{unit}], with a unit or in {unit}"}
    sourced = _table(
        {"value": number, "source": _TEXT, "date": _TEXT, "grade": _GRADE},
        {"low": number, "high": number, "note": _TEXT},
    )
    catalog = _table({"catalog": {**_TEXT, "description": "kind.id.field of the catalogue"}})
    return {"anyOf": [{**number, "description": f"{about}; bare: an assumption, grade E"}, sourced, catalog]}


def _supply() -> tuple[_Keys, _Keys]:
    part = _table(
        {"technology": {"enum": list(TECHNOLOGIES)}, "capacity": fact_schema("kW", "claimed")},
        {"hours": {"type": ["number", "string"], "description": "of a battery [h]; 4 if left out"}},
    )
    own = fact_schema("1", "mean of the year, in place of the catalogue's")
    return (
        {
            "load": fact_schema("kW", "rated power of the load"),
            "region": {**_TEXT, "description": "region of the catalogue (denshi catalog search --kind regions)"},
            "supply": {"type": "array", "minItems": 1, "items": part},
        },
        {
            "fraction": {**_SHARE, "description": "share that is said to be covered; 1 if left out"},
            "basis": {"enum": ["unstated", "annual", "hourly"]},
            "utilisations": {"type": "array", "minItems": 1, "description": "mean over rated; the first judges"},
            **{f"{name}_capacity_factor": own for name in ("solar", "wind", "nuclear")},
            "grid_clean_fraction": own,
        },
    )


def _equivalence() -> tuple[_Keys, _Keys]:
    return (
        {
            "power": fact_schema("kW", "the claimed power"),
            "things": {"type": ["number", "string"], "description": "how many it is said to be"},
            "thing": {**_TEXT, "description": "what they are, in the plural"},
            "use_of_one": fact_schema("kWh", "used by one in a year"),
            "load_factor": fact_schema("1", "mean over rated power"),
        },
        {"tolerance": _SHARE},
    )


def _comparison() -> tuple[_Keys, _Keys]:
    return (
        {
            "ratio": {"type": "number", "description": "first over second, as claimed"},
            "side": {"type": "array", "minItems": 2, "maxItems": 2, "items": _built()},
        },
        {"tolerance": _SHARE},
    )


def _rate() -> tuple[_Keys, _Keys]:
    return (
        {
            "capacity": fact_schema("kW", "to be built each year"),
            "ratio": {"type": "number", "description": "over what is built today, as claimed"},
            "today": _built(),
            "generation": fact_schema("kWh", "generated in a year today"),
            "load_factor": fact_schema("1", "mean over rated power of the load that it feeds"),
        },
        {"tolerance": _SHARE},
    )


def _built() -> _Keys:
    def each(unit: str, about: str) -> _Keys:
        return {"type": "object", "minProperties": 1, "additionalProperties": fact_schema(unit, about)}

    return _table(
        {
            "name": _TEXT,
            "capacity": fact_schema("kW", "all that was built in the year"),
            "parts": each("kW", "built of one technology"),
            "capacity_factors": each("1", "mean over rated output of the same technology; 0 for storage"),
        }
    )


def _quantity(unit: str, about: str) -> dict[str, Any]:
    return {"type": ["number", "string"], "description": f"{about} [{unit}]"}


def _hours() -> dict[str, Any]:
    """Keys for weather of one or several years and for hourly prices."""
    return {
        "profiles": {
            "type": "array",
            "items": _TEXT,
            "minItems": 1,
            "description": "several weather years that share the capacities and count alike; in place of profile",
        },
        "plant": {
            "type": "object",
            "description": "one solar and one wind plant in a site's weather; in place of profile",
            "properties": {
                "site": {**_TEXT, "description": "site of the catalogue"},
                "weather": {**_TEXT, "description": "EPW, TMY3, NSRDB, PVGIS or CSV beside this file"},
                "latitude": {"type": "number", "description": "of weather that does not say it [degrees]"},
                "longitude": {"type": "number", "description": "of weather that does not say it [degrees]"},
                "elevation": _quantity("m", "of weather that does not say it"),
            },
            "oneOf": [{"required": ["site"]}, {"required": ["weather"]}],
            "additionalProperties": False,
        },
        "synthetic_years": {
            "type": "integer",
            "minimum": 1,
            "maximum": 10,
            "default": 1,
            "description": "weather years of the region's statistics, each of a seed; in place of profile",
        },
        "prices": {
            "type": ["string", "array"],
            "items": _TEXT,
            "description": "CSV beside this file with price_usd_per_kwh and, if wanted, export_usd_per_kwh and "
            "carbon_g_per_kwh of a day, a week or a year of hours; or a list of one for each weather year; or files of "
            "a market: ENTSO-E, CAISO, ERCOT, PJM, NYISO, or time_utc and usd_per_mwh",
        },
        "price_node": {**_TEXT, "description": "hub, zone or area where a market's file holds several"},
        "price_sequence": {**_TEXT, "description": "auction of ENTSO-E's where a file holds several, as 1"},
        "price_currency": {"type": "number", "description": "USD for a unit of the currency of a market's file"},
        "price_scenario": {
            "description": "synthetic hourly prices, in place of prices: they follow the grid's clean share, their "
            "mean is the energy part of the region's price",
            "oneOf": [
                {"const": "synthetic"},
                {
                    "type": "object",
                    "properties": {
                        "spread": {**_quantity("1", "standard deviation over mean"), "default": 0.5},
                        "seed": {"type": "integer", "minimum": 0, "default": 0, "description": "which of them"},
                    },
                    "additionalProperties": False,
                },
            ],
        },
    }


def _rules() -> dict[str, Any]:
    """Keys for flexible load, what counts as clean, and carbon."""
    return {
        "unserved_price": _quantity("USD/kWh", "of load that is not served; left out, all load is served"),
        "flexible": {
            "type": "object",
            "description": "load that may be switched off or moved within its day",
            "properties": {
                "curtail_fraction": _quantity("1", "share of the load of an hour that may be switched off"),
                "curtail_hours": _quantity("h", "full hours of that share in a year"),
                "curtail_price": _quantity("USD/kWh", "of a kWh switched off"),
                "shift_fraction": _quantity("1", "share of the load of an hour that may be moved within its day"),
                "shift_up_fraction": _quantity("1", "by how much moved load may exceed the highest load"),
            },
            "additionalProperties": False,
        },
        "count_grid_clean": {
            "type": "boolean",
            "default": True,
            "description": "whether hourly matching counts the grid's own clean share",
        },
        "grid_charging": {
            "type": "boolean",
            "default": True,
            "description": "whether stores may take in what was bought or burnt",
        },
        "carbon": {
            "oneOf": [
                _quantity("gCO2/kWh", "mean of the grid, in place of the region's"),
                {
                    "type": "object",
                    "properties": {
                        "intensity": _quantity("gCO2/kWh", "mean of the grid, in place of the region's"),
                        "cap": _quantity("gCO2/kWh", "highest carbon of a kWh of load that is served"),
                        "basis": {"enum": ["year", "hour"], "default": "year"},
                    },
                    "additionalProperties": False,
                },
            ]
        },
    }


def case_schema() -> dict[str, Any]:
    """Return the JSON schema of a case file.

    >>> case_schema()["required"]
    ['region']
    """

    technology = {
        "type": "object",
        "description": "values in place of the catalogue's; money per kW, canonical units",
        "properties": {
            "base": {**_TEXT, "description": "the technology that one of your own is like"},
            "kind": {"enum": ["solar", "wind", "battery", "firm", "following", "gas"], "description": "how it runs"},
            **{name: {"type": ["number", "string"]} for name in VALUES},
        },
        "additionalProperties": False,
    }
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "denshi energy case",
        "type": "object",
        "properties": {
            "name": _TEXT,
            "load": _quantity("kW", "flat load of every hour"),
            "load_file": {
                **_TEXT,
                "description": "CSV with load_kw for 8,760 hours, beside this file; in place of load",
            },
            "region": {**_TEXT, "description": "region of the catalogue: price, carbon, hours"},
            "profile": {
                **_TEXT,
                "description": "CSV of your own hours, or generation by fuel (EIA-930), beside this file",
            },
            "area": {**_TEXT, "description": "balancing authority in such a file"},
            **_hours(),
            **_rules(),
            "options": {
                "type": "array",
                "items": _TEXT,
                "minItems": 1,
                "description": "technologies; grid if left out",
            },
            "target": {"enum": ["none", "annual", "hourly"], "default": "none"},
            "clean_fraction": {**_quantity("1", "share of the load that the target asks for"), "default": 0.9},
            "connection": _quantity("kW", "highest flow into the site; left out it does not limit"),
            "export_limit": {**_quantity("kW", "right to sell"), "default": 0},
            "supply": {"enum": ["delivered", "on-site"], "default": "delivered"},
            "price": _quantity("USD/kWh", "average grid price, in place of the region's"),
            "discount_rate": {**_quantity("1", "of capital"), "default": 0.09},
            "export_price_fraction": _quantity("1", "what sold power earns over the energy price"),
            "demand_charge_fraction": _quantity("1", "share of the price billed on the highest import"),
            "solar_capacity_factor": _quantity("1", "mean of the year, in place of the region's"),
            "wind_capacity_factor": _quantity("1", "mean of the year, in place of the region's"),
            "grid_clean_fraction": _quantity("1", "mean of the year, in place of the region's"),
            "technology": {"type": "object", "additionalProperties": technology},
        },
        "required": ["region"],
        "oneOf": [{"required": ["load"]}, {"required": ["load_file"]}],
        "additionalProperties": False,
    }


def sweep_schema() -> dict[str, Any]:
    """Return the JSON schema of a sweep file: what holds for all sites, sites, costs.

    >>> sorted(set(sweep_schema()["properties"]) - set(case_schema()["properties"]))
    ['cost', 'gap', 'limit', 'site', 'targets']
    """
    case = case_schema()
    shared = {key: value for key, value in case["properties"].items() if key not in ("target", "clean_fraction")}
    factors = {"type": "object", "additionalProperties": _quantity("1", "factor on what a kW costs a year")}
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "denshi energy sweep",
        "type": "object",
        "properties": {
            **shared,
            "targets": {"type": "array", "items": _SHARE, "minItems": 1, "description": "clean shares hour by hour"},
            "gap": {**_quantity("1", "where the search of a design stops"), "default": 0.01},
            "site": {
                "type": "object",
                "description": "sites by name; a key here stands in place of the one above",
                "additionalProperties": {"type": "object", "properties": shared, "additionalProperties": False},
            },
            "cost": {"type": "object", "description": "views of costs by name", "additionalProperties": factors},
            "limit": {
                "type": "object",
                "description": "most that may be built of a technology",
                "additionalProperties": _quantity("kW", "most that may be built"),
            },
        },
        "additionalProperties": False,
    }
