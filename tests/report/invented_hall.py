"""Halls, racks and plant as a design.json holds them, made of round numbers: only for the tests of the drawings."""

from typing import Any


def slot(unit: int, height: int, name: str, role: str) -> dict[str, Any]:
    return {"unit": unit, "height_u": height, "name": name, "role": role}


def elevation(kind: str, slots: list[dict[str, Any]], kg: float, kw: float) -> dict[str, Any]:
    return {"kind": kind, "height_u": 48, "slots": slots, "weight_kg": kg, "power_kw": kw}


def switches(role: str) -> list[dict[str, Any]]:
    return [slot(2 + 3 * i, 2, f"51.2 Tb/s {role}", role) for i in range(12)] + [slot(40, 2, "Patch panel", "patch")]


def elevations() -> list[dict[str, Any]]:
    roles = (("power-shelf", 4), ("compute", 8), ("switch-tray", 9), ("compute", 10), ("power-shelf", 4))
    names = {"power-shelf": "Power shelf", "compute": "Compute tray", "switch-tray": "Switch tray"}
    trays = [(role, names[role]) for role, count in roles for _ in range(count)]
    return [
        elevation("compute", [slot(1 + i, 1, name, role) for i, (role, name) in enumerate(trays)], 1540.0, 142.0),
        *(elevation(kind, switches(kind), 640.0, 12.3) for kind in ("leaf", "spine", "core")),
        elevation("storage", [slot(1 + 2 * i, 2, "Storage server", "storage") for i in range(20)], 900.0, 12.0),
        elevation("management", [slot(1 + i, 1, "Server", "management") for i in range(16)], 500.0, 12.0),
    ]


def hall(rows: int, columns: int, halls: int = 14) -> dict[str, Any]:
    """A hall of rows in pairs, each of two halves with a passage between; the middle row holds what is no compute."""
    wide, deep, margin, passage = 0.6, 1.2, 2.4, 1.8
    found, y = [], margin
    for row in range(rows):
        halves = [("compute", (columns + 1) // 2), ("compute", columns // 2)]
        mixed = [("leaf", columns // 3), ("spine", columns // 4), ("core", columns // 5), ("management", 2)]
        mixed.append(("storage", columns - sum(count for _, count in mixed)))
        runs, x = [], margin
        for i, (kind, count) in enumerate(mixed if row == rows // 2 and rows > 1 else halves):
            if i == 1 and kind == "compute":
                x += passage
            if count > 0:
                runs.append({"kind": kind, "count": count, "x_m": round(x, 3)})
                x += count * wide
        found.append({"y_m": round(y, 3), "runs": runs})
        y += deep + (1.8 if row % 2 == 0 else 1.2)
    width = 2 * margin + passage + columns * wide
    depth = y - (1.8 if rows % 2 else 1.2) + margin
    return {
        "hall_rows": found, "halls": halls, "hall_width_m": width, "hall_depth_m": depth, "rack_width_m": wide,
        "rack_depth_m": deep, "grey_m2": halls * width * 12.0, "floor_load_kg_per_m2": 1069.4,
    }  # fmt: skip


CLUSTER: dict[str, Any] = {
    **hall(24, 60), "elevations": elevations(), "planes": 1, "radix": 64, "port_split": 1, "pods": 1,
    "border_switches": 0, "border_links": 0, "bisection_bytes_per_s": 4.1e16,
}  # fmt: skip
FACILITY: dict[str, Any] = {
    "silicon_mean_kw": 1.25e6, "switchgears": 277, "transformer_rated_kw": 3.4e6, "house_load_kw": 2e4,
    "feed_units": {"busway": 2813, "ups": 1889}, "feed_rated_kw": {"busway": 2.81e6, "ups": 2.83e6},
    "liquid_heat_kw": 1.16e6, "liquid_heat_peak_kw": 1.56e6, "air_heat_kw": 4e5, "air_heat_peak_kw": 5.4e5,
    "air_supply_c": 20.0, "air_trim_hours": 5610, "chiller_heat_peak_kw": [7.8e5, 5.4e5],
    "heat_rejected_peak_kw": [1.56e6, 5.4e5], "liquid_units": 1348, "air_handlers": 2426,
    "cooling_by_part_kwh": {"chillers": 2.45e8, "heat-rejector fans": 1e8, "facility pumps": 6.4e7,
                            "rack-loop pumps": 4.9e7, "air handlers": 6.8e7},
}  # fmt: skip
FACTS = {
    "catalog.link.bytes_per_s": 1e11, "catalog.assumptions.network-rails": 8.0,
    "catalog.assumptions.loop-rise-k": 10.0, "catalog.assumptions.redundancy-block-units": 8.0,
    "catalog.equipment.switchgear-mv.capacity_kw": 10_000.0,
    "catalog.equipment.generator-diesel.capacity_kw": 3000.0,
}  # fmt: skip
