"""Time and memory of a year's supply: seven options, 2 GW, MISO shapes of 2022; ours beside HiGHS' methods.

python benchmarks/energy.py            our method, the cases of the table
python benchmarks/energy.py --highs    HiGHS on the reference case, too
"""

import argparse
import os
import resource
import sys
import time
from dataclasses import replace
from pathlib import Path

import numpy as np

from denshi import energy
from denshi.catalog import Region, Technology, find
from denshi.energy.model import build
from denshi.energy.solve import matrix_of

OPTIONS = ("grid", "solar", "onshore-wind", "battery-4h", "battery-8h", "nuclear-ppa", "gas-ct")
FREE = 40e6

# The problem whose results an earlier study of the same shapes published: costs, no demand charge, export at 0.9.
STUDY = {
    "solar": {"capex_usd_per_kw": 1400.0, "fixed_om_usd_per_kw_year": 18.0},
    "onshore-wind": {"capex_usd_per_kw": 1650.0, "fixed_om_usd_per_kw_year": 41.0},
    "battery-4h": {"capex_usd_per_kw": 1450.0, "efficiency": 0.86, "variable_usd_per_kwh": 0.001},
    "battery-8h": {"capex_usd_per_kw": 2650.0, "efficiency": 0.86, "variable_usd_per_kwh": 0.001},
    "gas-ct": {"capex_usd_per_kw": 1100.0, "fixed_om_usd_per_kw_year": 21.4},
}


def shapes(shared: Path, area: str, wind: float, solar: float) -> dict[str, np.ndarray]:
    """Return hourly profiles of an area, rescaled to capacity factors of its fleet."""
    from pyarrow import parquet

    table = parquet.read_table(shared / "energy" / "eia930_2022_hourly_by_fuel.parquet", filters=[("ba", "=", area)])
    fuels = ("WND", "SUN", "WAT", "NUC", "OIL", "NG", "COL", "OTH")
    output = {fuel: np.clip(table.column(fuel).to_numpy().astype(float), 0.0, None) for fuel in fuels}
    clean = sum(output[fuel] for fuel in fuels[:4]) / sum(output.values())
    return {
        "solar_cf": _rescaled(table.column("cf_solar_obsmax").to_numpy(), solar),
        "wind_cf": _rescaled(table.column("cf_wind_obsmax").to_numpy(), wind),
        "grid_clean_fraction": clean,
    }


def _rescaled(shape: np.ndarray, mean: float) -> np.ndarray:
    shape = np.clip(shape, 0.0, None)
    for _ in range(50):
        shape = np.clip(shape * mean / shape.mean(), 0.0, 1.0)
    return shape


def study_case(shared: Path, **changes: object) -> energy.EnergyInput:
    """Return the study's 2 GW case at a flat price of 45 USD/MWh."""
    technologies = tuple(replace(find(Technology, name), **STUDY.get(name, {})) for name in OPTIONS)
    base: dict[str, object] = {
        "load_kw": np.full(8760, 2e6),
        "facility_connection_kw": FREE,
        "grid_connection_kw": FREE,
        **shapes(shared, "MISO", 0.38, 0.23),
        "region": replace(find(Region, "miso-south-la"), price_usd_per_kwh=0.045),
        "technologies": technologies,
        "target": "hourly",
        "clean_fraction": 0.9,
        "export_limit_kw": 2e6,
        "supply": "on-site",
        "discount_rate": 0.07,
        "export_price_fraction": 0.9,
        "demand_charge_fraction": 0.0,
    }
    return energy.EnergyInput(**{**base, **changes})


def design_case(shared: Path, **changes: object) -> energy.EnergyInput:
    """Return the same site with the costs, the tariff and the rules that a design uses by default."""
    own = {
        "technologies": tuple(find(Technology, name) for name in OPTIONS),
        "grid_connection_kw": 2.4e6,
        "export_limit_kw": 0.0,
        "supply": "delivered",
        "discount_rate": 0.09,
        "export_price_fraction": 0.5,
        "demand_charge_fraction": 0.3,
    }
    return study_case(shared, **{**own, **changes})


def report(name: str, case: energy.EnergyInput) -> None:
    began, worked = time.perf_counter(), time.process_time()
    result = energy.run(case)
    wall, cpu = time.perf_counter() - began, time.process_time() - worked
    built = ", ".join(f"{id_} {value / 1e6:.3f}" for id_, value in result.capacity_kw.items() if value > 0)
    megabytes = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(
        f"{name:28} {1e3 * result.lcoe_usd_per_kwh:8.3f} USD/MWh  {wall:5.1f} s wall {cpu:5.1f} s CPU "
        f"{megabytes:4.0f} MB  "
        f"gap {result.residual_gap:.0e} primal {result.residual_primal:.0e}  {result.method}  GW: {built}"
    )


def highs(case: energy.EnergyInput) -> None:
    import highspy

    program = build(case, FREE)
    matrix = matrix_of(program)
    for solver in ("hipo", "pdlp", "ipx"):
        model = highspy.HighsLp()
        model.num_col_, model.num_row_ = len(program.cost), len(program.row_lower)
        model.col_cost_, model.col_lower_, model.col_upper_ = program.cost, np.zeros_like(program.cost), program.upper
        model.row_lower_, model.row_upper_ = program.row_lower, program.row_upper
        model.a_matrix_.format_ = highspy.MatrixFormat.kColwise
        model.a_matrix_.start_, model.a_matrix_.index_, model.a_matrix_.value_ = (
            matrix.indptr,
            matrix.indices,
            matrix.data,
        )
        solve = highspy.Highs()
        options = {"output_flag": False, "threads": 1, "solver": solver, "run_crossover": "off", "time_limit": 120.0}
        if any(solve.setOptionValue(key, value) != highspy.HighsStatus.kOk for key, value in options.items()):
            print(f"HiGHS {solver}: not installed")
            continue
        solve.passModel(model)
        began = time.perf_counter()
        solve.run()
        cost = solve.getInfo().objective_function_value
        status = solve.modelStatusToString(solve.getModelStatus())
        print(f"HiGHS {solver:22} {cost / 8.76:8.3f} USD/MWh  {time.perf_counter() - began:5.1f} s wall  {status}")


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--highs", action="store_true", help="time HiGHS' methods on the reference case")
    asked = parser.parse_args()
    shared = Path(os.environ.get("DENSHI_SHARED", "../shared"))
    if not (shared / "energy").is_dir():
        print(f"no measured data at {shared}: set DENSHI_SHARED", file=sys.stderr)
        return 1
    report("study: no target", study_case(shared, target="none"))
    report("study: 100 % annual", study_case(shared, target="annual", clean_fraction=1.0))
    for share in (0.9, 0.95, 0.98, 0.99, 1.0):
        report(f"study: {share:.0%} hourly", study_case(shared, clean_fraction=share))
    report("design: 90 % delivered", design_case(shared))
    report("design: 90 % on-site", design_case(shared, supply="on-site"))
    report("design: 98 % delivered", design_case(shared, clean_fraction=0.98))
    if asked.highs:
        highs(study_case(shared))
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
