"""A plausible design.json made of a few round numbers: only for the tests of the report."""

import math
from copy import deepcopy
from typing import Any

from report import invented_hall

HOURS = 8760


def item(name: str, goods: str, count: float, price: float, **more: Any) -> dict[str, Any]:
    base = {
        "name": name,
        "goods": goods,
        "count": count,
        "unit": "each",
        "unit_price_usd": price,
        "low_usd": price * 0.85,
        "high_usd": price * 1.2,
        "origin": "TW",
        "lead_time_weeks": 40.0,
        "source": f"{name}: list price as reported by the press",
        "grade": "C",
        "fact": "catalog.system.price_usd",
    }
    return base | more


def bulb(hour: int, mean_c: float = 18.0) -> float:
    day, clock = hour // 24, hour % 24
    return (
        mean_c
        + 10 * math.sin(2 * math.pi * (day - 110) / 365)
        + 5 * math.sin(2 * math.pi * (clock - 9) / 24)
        + 3 * math.sin(day * 1.7)
    )


def dispatch(load: list[float]) -> dict[str, list[float]]:
    """Solar, wind, a nuclear contract and a battery, the grid takes the rest; energy is conserved hour by hour."""
    found: dict[str, list[float]] = {k: [] for k in ("grid", "solar", "onshore-wind", "battery-4h", "nuclear-ppa")}
    stored = 0.0
    for hour in range(HOURS):
        day, clock = hour // 24, hour % 24
        sun = max(0.0, math.sin(math.pi * (clock - 6) / 12)) * (0.75 + 0.2 * math.sin(2 * math.pi * (day - 80) / 365))
        solar = 2.2e6 * sun * (0.6 + 0.4 * abs(math.sin(day * 2.1)))
        wind = 1.5e6 * (0.4 + 0.3 * math.sin(hour / 31.0) + 0.08 * math.sin(hour / 7.0))
        rest = load[hour] - 0.8e6 - solar - wind
        battery = -min(-rest, 4e5, 1.6e6 - stored) if rest < 0 else min(rest, 4e5, stored)
        stored += -battery * 0.93 if battery < 0 else -battery / 0.93
        rest -= battery
        if rest < 0:
            cut = min(solar, -rest)
            solar, wind, rest = solar - cut, wind + rest + cut, 0.0
        for name, value in zip(found, (rest, solar, wind, battery, 0.8e6), strict=True):
            found[name].append(round(value, 3))
    return found


def figure(unit: str, formula: str = "as computed", **more: Any) -> dict[str, Any]:
    return {"unit": unit, "formula": formula, "of": [], "source": "", "grade": "D"} | more


UNITS = {
    "_kw": "kW", "_kwh": "kWh", "_usd": "USD", "_c": "C", "_s": "s", "_fraction": "1", "_usd_per_kwh": "USD/kWh",
    "_bytes": "byte", "_m2": "m2", "_kg": "kg", "_month": "month", "_years": "year", "_weeks": "week",
    "_kwh_per_year": "kWh", "_kwh_per_run": "kWh", "_hours_per_run": "h", "_hours_per_year": "h",
    "tokens_per_s_per_accelerator": "token/s", "power_month": "month", "_usd_per_year": "USD/year", "_usd_per_kw_it": "USD/kW", "_usd_per_kw_facility": "USD/kW",
    "_per_kwh": "gCO2/kWh", "_bytes_per_s": "byte/s", "_flop_per_s": "FLOP/s", "_flop_per_byte": "FLOP/byte", "hfu": "1", "_kva": "kVA", "_hours": "h", "tokens_per_s": "token/s",
    "tokens_per_year": "token/year", "wue_l_per_kwh": "L/kWh", "water_m3_per_year": "m3", "carbon_t_per_year": "tCO2",
    "lcoc_usd_per_accelerator_hour": "USD/h", "_j_per_token": "J/token", "_annual": "1", "_hourly": "1",
    "monthly_usd": "USD", "pue": "1", "_mean": "1", "_peak": "1", "irr": "1", "dscr_min": "1", "mfu": "1",
    "usd_per_million_tokens": "USD", "loss_by_stage_kwh": "kWh", "cost_by_technology_usd": "USD",
    "it_mean_kw": "kW", "it_peak_kw": "kW",
}  # fmt: skip
COUNTS = (
    "units", "accelerators", "racks", "switches", "links", "optics", "transformers", "generators", "chillers",
    "rejectors", "tp", "pp", "ep", "dp", "concurrency", "params", "scaleup_domain", "months", "runs_per_year", "micro_batch_sequences",
)  # fmt: skip


def unit(name: str) -> str:
    endings = sorted((end for end in UNITS if name.endswith(end)), key=len)
    return UNITS[endings[-1]] if endings else "count" if name.endswith(COUNTS) else ""


def declared(design: dict[str, Any]) -> dict[str, Any]:
    found = {}
    for room in ("climate", "cluster", "facility", "energy", "buildout", "finance"):
        found |= {f"{room}.{name}": figure(unit(name)) for name in design[room] if name != "items"}
    for i, work in enumerate(design["workload"]):
        found |= {f"workload.{i}.{name}": figure(unit(name)) for name in work}
    found["facility.pue_mean"] |= {
        "formula": "facility energy a year / IT energy a year",
        "of": ["facility.energy_kwh_per_year", "facility.it_energy_kwh_per_year"],
        "source": "iso30134-2",
    }
    found["finance.lcoc_usd_per_accelerator_hour"] |= {
        "formula": "(annualised capex + opex) / accelerator-hours sold",
        "of": ["finance.capex_usd", "finance.opex_usd_per_year", "catalog.system.price_usd"],
        "grade": "E",
    }
    return found


def headline(
    path: str, label: str, value: Any, unit: str, low: Any, high: Any, grade: str, *main: str
) -> dict[str, Any]:
    band = "low and high of the main catalogue facts" if low is not None else "no band"
    return {
        "path": path, "label": label, "value": value, "unit": unit, "low": low, "high": high, "band": band,
        "grade": grade, "main": list(main),
        "drivers": [{"path": one, "at_low": 0.9 * value, "at_high": 1.15 * value} for one in main if low is not None],
    }  # fmt: skip


def training() -> dict[str, Any]:
    return {
        "kind": "training", "accelerators": 569_520, "tokens_per_s": 4.4e7, "tokens_per_year": 1.2e14,
        "power_kw": 1.02e6, "accelerator_hours_per_year": 4.6e9, "bound": "compute", "params": 2.0e12,
        "active_params": 2.88e11, "flop_per_token": 1.73e12, "tp": 8, "pp": 16, "ep": 16, "dp": 4449,
        "micro_batch_sequences": 1, "step_s": 0.74, "compute_s": 0.51, "communication_s": 0.14, "bubble_s": 0.06,
        "mfu": 0.383, "run_s": 6.8e5, "accelerator_hours_per_run": 1.08e8, "energy_kwh_per_run": 1.94e8,
        "runs_per_year": 4, "product_s": 0.40, "attention_s": 0.05, "passes_s": 0.06, "tensor_s": 0.02,
        "context_s": 0.0, "expert_s": 0.08, "data_s": 0.04, "overhead_s": 0.03, "hfu": 0.41,
        "weight_bytes": 4.6e10, "gradient_bytes": 6.2e10, "optimizer_bytes": 2.1e10, "activation_bytes": 4.4e10,
        "logit_bytes": 5e9, "buffer_bytes": 1.2e10, "memory_bytes": 1.9e11, "usable_bytes": 2.67e11,
        "steps": 7.4e5, "steps_s": 5.5e5, "evaluation_s": 6e3, "checkpoint_interval_s": 900.0, "checkpoint_s": 1.2e4,
        "interruptions": 310, "lost_s": 7e4, "down_s": 4.1e4, "goodput_fraction": 0.81,
        "front_step_s": [0.74, 0.75, 0.78, 0.80, 0.83, 0.9, 1.1],
        "front_memory_bytes": [1.9e11, 1.6e11, 1.62e11, 1.1e11, 8.3e10, 6.1e10, 5.2e10],
        "operator_names": ["projections", "ffn", "experts", "attention", "head", "passes"],
        "operator_flop_per_byte": [1926.6, 4891.9, 2558.1, 1024.0, 4892.1, 0.5],
        "operator_flop_per_s": [2.629e15, 2.864e15, 2.516e15, 1.816e15, 1.439e15, 3.2e12],
        "roof_flop_per_s": 5e15, "roof_bytes_per_s": 8e12,
    }  # fmt: skip


def serving() -> dict[str, Any]:
    return {
        "kind": "serving", "accelerators": 244_080, "tokens_per_s": 3.1e8, "tokens_per_year": 9.8e15,
        "power_kw": 4.4e5, "accelerator_hours_per_year": 2.1e9, "bound": "time per output token", "params": 4.0e11,
        "active_params": 1.7e10, "replica_accelerators": 8, "replicas": 30_510, "concurrency": 192, "held_sequences": 410.5,
        "ttft_s": 0.62, "tpot_s": 0.027, "tokens_per_s_per_user": 37.0, "tokens_per_s_per_kw": 140.0,
        "tokens_per_s_per_accelerator": 1270.0, "energy_j_per_token": 1.42, "weight_s": 0.003, "routed_s": 0.008,
        "cache_s": 0.004, "launch_s": 0.003, "exchange_s": 0.002, "host_s": 0.001, "mixed_s": 0.006,
        "front_tokens_per_s_per_user": [160.0, 120.0, 70.0, 36.0, 22.0],
        "front_tokens_per_s_per_accelerator": [40.0, 180.0, 640.0, 1275.0, 1500.0],
    }  # fmt: skip


def sample(name: str = "Hyperion") -> dict[str, Any]:
    """A campus of 2 GW with its own solar, wind, battery and nuclear contract; training and serving; an SPV."""
    pue = [round(1.09 + max(0.0, bulb(h) - 20) * 0.009, 5) for h in range(HOURS)]
    it = 1.6e6
    load = [round(it * one, 3) for one in pue]
    supply = dispatch(load)
    total, it_energy = sum(load), it * HOURS
    losses = {"transformers": 0.011 * total, "ups": 0.021 * total, "busway": 0.006 * total, "psu": 0.012 * total}
    months = 144
    online = [0.0 if m < 12 else 0.25 if m < 18 else 0.6 if m < 24 else 1.0 for m in range(months)]
    weights = [math.exp(-(((m - 15) / 6) ** 2)) if m < 30 else 0.0 for m in range(months)]
    goods = {"accelerator-system": 46.4e9, "network": 4.1e9, "storage": 0.6e9, "power": 6.2e9, "cooling": 3.4e9,
             "building": 5.1e9, "land": 0.12e9}  # fmt: skip
    tariff, freight, plant = 3.9e9, 0.5e9, 4.4e9
    capex = sum(goods.values()) + tariff + freight
    draws = [capex * w / sum(weights) for w in weights]
    revenue = [1.31e9 * one for one in online]
    opex = [2.2e8 * one for one in online]
    capex_monthly = [(capex + plant) * w / sum(weights) for w in weights]
    flow = [r - o - c - 0.12 * max(r - o, 0) for r, o, c in zip(revenue, opex, capex_monthly, strict=True)]
    design: dict[str, Any] = {
        "schema_version": 1,
        "denshi": "0.1.0",
        "scenario": {
            "project": {"name": name, "start": "2026-01-01", "currency": "USD"},
            "site": {"id": "meta-hyperion", "weather": "typical"},
            "workload": [
                {"kind": "training", "model": "llama4-behemoth", "precision": "fp8", "share": 0.7},
                {"kind": "serving", "model": "llama4-maverick", "precision": "fp8", "share": 0.3, "tpot": 0.03},
            ],
            "network": {"topology": "rail-fat-tree", "link": "ethernet-800g", "oversubscription": 1.0},
            "facility": {"distribution": "ac-415v", "cooling": "liquid-dry-trim", "supply_temperature": 40.0,
                         "redundancy": "N+1"},
        },
        "site": {"id": "meta-hyperion", "name": "Richland Parish", "state": "Louisiana", "country": "US", "region": "MISO"},
        "system": {"id": "gb300-nvl72", "name": "NVIDIA GB300 NVL72"},
        "accelerator": {"id": "gb300", "name": "NVIDIA GB300", "bf16_flop_per_s": 2.5e15, "memory_bytes": 2.97e11},
        "headlines": [
            headline("cluster.it_power_kw", "it_power", 2.0e6, "kW", None, None, "B", "catalog.system.power_kw"),
            headline("cluster.accelerators", "accelerators", 813_600, "count", None, None, "B"),
            headline("workload.0.run_s", "training_run", 6.8e5, "s", 5.6e5, 8.4e5, "D", "catalog.assumptions.gemm"),
            headline("facility.pue_mean", "pue", 1.118, "1", 1.08, 1.19, "D", "catalog.assumptions.fan-power"),
            headline("energy.clean_fraction_hourly", "clean_hours", 0.834, "1", None, None, "D"),
            headline("finance.capex_usd", "capex", capex + plant, "USD", 6.4e10, 8.8e10, "E", "catalog.system.price_usd"),
            headline("finance.irr", "irr", 0.118, "1", 0.071, 0.162, "E", "scenario.finance.utilisation"),
            headline("finance.lcoc_usd_per_accelerator_hour", "lcoc", 2.071, "USD/h", 1.71, 2.49, "E",
                     "catalog.system.price_usd", "scenario.finance.discount_rate"),
        ],
        "binding": [
            {"what": "Liquid supply at 40 °C is warmer than the wet bulb in 97 % of the hours", "path": "facility.trim_hours",
             "what_ja": "40 ℃ の供給水温が年間の 97 % の時間で湿球温度を上回る"},
            {"what": "The longest lead is that of the 345 kV transformers: 128 weeks", "path": "buildout.critical_item",
             "what_ja": "最長納期は 345 kV 変圧器の 128 週"},
            {"what": "Clean energy hour by hour stays below the 90 % asked for in 212 h", "path": "energy.clean_fraction_hourly",
             "what_ja": "毎時一致のクリーン電力比率が 212 時間で目標の 90 % を下回る"},
        ],
        "notices": ["The global batch of 32 M tokens limits data parallelism of one run.",
                    "The rental price is scaled from that of the H100."],
        "iterations": [{"it_power_limit_kw": 2.0e6, "units_limit": None}],
        "climate": {
            "dry_bulb_c": [round(bulb(h), 2) for h in range(HOURS)], "label": "Monroe, Louisiana: synthetic typical year",
            "dry_bulb_mean_c": 18.4, "dry_bulb_max_c": 37.2, "wet_bulb_max_c": 27.9, "supply_label": "MISO fleet",
        },
        "cluster": {
            "units": 11_300, "accelerators": 813_600, "racks": 12_420, "compute_racks": 11_300, "leaf_switches": 12_720,
            "spine_switches": 6_360, "core_switches": 3_180, "host_links": 813_600, "fabric_links": 1_627_200,
            "optics": 4_068_000, "network_power_kw": 62_000.0, "storage_power_kw": 21_000.0,
            "compute_power_kw": 1_492_000.0, "it_power_kw": 2.0e6, "rack_power_kw": 142.0, "weight_kg": 1.8e7,
            "footprint_m2": 61_000.0, "scaleout_bytes_per_s": 1e11, "scaleup_domain": 72, "liquid_fraction": 0.86,
            **deepcopy(invented_hall.CLUSTER),
            "items": [
                item("NVIDIA GB300 NVL72", "accelerator-system", 11_300, 4.106e6, unit="rack"),
                item("Storage rack", "storage", 1_120, 5.36e5, unit="rack", origin="US", grade="E"),
                item("102.4 Tb/s switch", "network", 22_260, 9.0e4),
                item("800G optical transceiver", "network", 4_068_000, 515.0, origin="CN", lead_time_weeks=26.0),
            ],
        },
        "workload": [training(), serving()],
        "facility": {
            "it_mean_kw": it, "it_peak_kw": 2.0e6, "pue_mean": total / it_energy, "pue_peak": 1.31, "tue_mean": 1.16,
            "wue_l_per_kwh": 0.04, "pue": pue, "load_kw": load, "peak_load_kw": 2.5e6, "connection_kw": 2.4e6,
            "connection_kva": 2.53e6, "energy_kwh_per_year": total, "it_energy_kwh_per_year": it_energy,
            "electrical_loss_kwh_per_year": sum(losses.values()),
            "cooling_energy_kwh_per_year": 0.93 * (total - it_energy - sum(losses.values())),
            "loss_by_stage_kwh": losses, "water_m3_per_year": 5.6e5, "trim_hours": 412, "transformers": 34,
            "generators": 0, "ups_units": 1_100, "chillers": 86, "heat_rejectors": 1_430, "build_cost_usd": 14.7e9,
            **deepcopy(invented_hall.FACILITY),
            "items": [
                item("345 kV transformer", "power", 34, 2.4e7, origin="KR", lead_time_weeks=128.0, grade="B"),
                item("UPS, 2 MW", "power", 1_100, 4.9e6, origin="US"),
                item("Dry cooler", "cooling", 1_430, 2.0e6, origin="US"),
                item("Chiller", "cooling", 86, 6.3e6, origin="US"),
                item("Buildings", "building", 2.0e6, 2550.0, unit="kW", origin="US", lead_time_weeks=None, grade="E"),
                item("Land", "land", 9.1e6, 13.2, unit="m2", origin="US", lead_time_weeks=0.0, low_usd=13.2, high_usd=13.2),
            ],
        },
        "energy": {
            "capacity_kw": {"grid": 2.4e6, "solar": 2.2e6, "onshore-wind": 1.5e6, "battery-4h": 4e5, "nuclear-ppa": 8e5},
            "energy_kwh": {k: max(sum(v), 0.0) for k, v in supply.items()},
            "dispatch_kw": supply | {"load": load, "curtailed": [0.0] * HOURS, "export": [0.0] * HOURS},
            "import_peak_kw": 1.4e6, "cost_usd_per_year": 7.4e8, "lcoe_usd_per_kwh": 0.0489,
            "cost_by_technology_usd": {"grid": 1.4e8, "solar": 1.6e8, "onshore-wind": 1.5e8, "battery-4h": 6e7, "nuclear-ppa": 2.3e8},
            "carbon_t_per_year": 6.1e5, "carbon_g_per_kwh": 42.0, "clean_fraction_annual": 0.97,
            "clean_fraction_hourly": 0.834, "clean_hours_fraction": 0.58, "curtailed_kwh": 9.2e8, "capex_usd": plant,
            "connection_kw": 2.4e6, "residual_primal": 1e-9, "residual_dual": 1e-9,
            "load_kwh": sum(load), "price_usd_per_kwh": [0.02 + 1e-5 * (hour % 24) ** 2 for hour in range(HOURS)],
        },
        "buildout": {
            "months": months, "online_fraction": online, "capex_draw_usd": draws, "works_by_goods_usd": goods,
            "tariff_by_goods_usd": {"accelerator-system": tariff}, "freight_by_goods_usd": {"network": freight},
            "hardware_usd": goods["accelerator-system"], "tariff_usd": tariff, "capex_usd": capex,
            "first_power_month": 12, "full_power_month": 24, "critical_item": "345 kV transformer",
            "critical_lead_weeks": 128.0,
        },
        "finance": {
            "capex_usd": capex + plant, "capex_usd_per_kw_it": (capex + plant) / 2e6, "capex_usd_per_kw_facility": 7350.0,
            "revenue_usd_per_year": 1.57e10, "opex_usd_per_year": 2.64e9, "npv_usd": 4.1e9, "irr": 0.118,
            "equity_irr": 0.164, "payback_years": 6.4, "dscr_min": 1.38, "lcoc_usd_per_accelerator_hour": 2.071,
            "usd_per_million_tokens": 0.42, "cash_flow_usd": flow, "equity_cash_flow_usd": [f * 0.3 for f in flow],
            "debt_usd": 5.2e10, "equity_usd": 2.6e10, "capitalised_interest_usd": 3e9, "capex_monthly_usd": capex_monthly, "revenue_monthly_usd": revenue,
            "opex_monthly_usd": opex, "sold_accelerator_hours": 5.7e9, "cost_of_month_delay_usd": 1.09e9,
        },
        "facts": {
            "catalog.system.price_usd": {"value": 4.106e6, "unit": "USD", "source": "Press estimate of the rack price, 2025",
                                         "date": "2025-10", "grade": "C", "low": 3.5e6, "high": 4.9e6},
            "catalog.system.power_kw": {"value": 142.0, "unit": "kW", "source": "Maker's datasheet", "date": "2025-03",
                                        "grade": "B", "low": None, "high": None},
            "catalog.assumptions.fan-power": {"value": 0.012, "unit": "1", "source": "rule of thumb, from memory",
                                              "date": "2026-11", "grade": "E", "low": 0.008, "high": 0.02},
            "catalog.assumptions.gemm": {"value": 0.71, "unit": "1", "source": "fit to measured training runs",
                                         "date": "2026-11", "grade": "A", "low": 0.66, "high": 0.76},
        },
        "assumed": {
            "scenario.finance.discount_rate": {"value": 0.09, "unit": "1", "source": "usual for infrastructure, from memory",
                                               "date": "2026-11", "grade": "E", "low": 0.07, "high": 0.11},
            "scenario.finance.utilisation": {"value": 0.8, "unit": "1", "source": "judgement", "date": "2026-11", "grade": "E"},
        },
    }  # fmt: skip
    for path, value in invented_hall.FACTS.items():
        design["facts"][path] = {"value": value, "unit": "", "source": "invented", "date": "2026-11", "grade": "E"}
    design["figures"] = declared(design)
    return design


def two_trainings() -> dict[str, Any]:
    """A campus that trains two models and serves none."""
    design = sample()
    design["scenario"]["workload"][1] = {"kind": "training", "model": "llama3.1-405b", "precision": "bf16"}
    design["workload"][1] = training() | {"step_s": 5.9, "bubble_s": 5.22, "optimizer_bytes": 9e10}
    design["figures"] = declared(design)
    return design


def grid_only(name: str = "堺キャンパス") -> dict[str, Any]:
    """A Japanese site on the grid alone, one workload, no revenue: every metric that needs one is null."""
    design = sample(name)
    load = design["facility"]["load_kw"]
    design["site"] = {
        "id": "kddi-sakai",
        "name": "大阪堺データセンター",
        "state": None,
        "country": "JP",
        "region": "JP-kansai",
    }
    design["scenario"]["workload"] = design["scenario"]["workload"][1:]
    design["workload"] = design["workload"][1:]
    design["energy"] |= {
        "capacity_kw": {"grid": 2.4e6}, "energy_kwh": {"grid": sum(load)}, "dispatch_kw": {"grid": load, "load": load},
        "cost_by_technology_usd": {"grid": 2.1e9}, "curtailed_kwh": 0.0, "capex_usd": 0.0, "clean_hours_fraction": None,
    }  # fmt: skip
    design["buildout"] |= {"works_by_goods_usd": None, "capex_by_goods_usd": {"accelerator-system": 5e10, "land": 1e8}}
    for key in ("revenue_usd_per_year", "npv_usd", "irr", "equity_irr", "payback_years", "dscr_min",
                "equity_cash_flow_usd", "revenue_monthly_usd", "usd_per_million_tokens"):  # fmt: skip
        design["finance"][key] = None
    design["finance"]["capex_usd"] = 5.01e10
    design["headlines"] = [one for one in design["headlines"] if "workload.0.run" not in one["path"]]
    design["headlines"][5] |= {"value": None, "low": None, "high": None, "band": "no band"}
    design["figures"] = declared(design)
    return design
