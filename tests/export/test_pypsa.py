"""A supply as a PyPSA network: both forms say the same, power balances at each bus, what is built is what was found."""

import csv

import numpy as np
import pytest
from scipy.io import netcdf_file

from denshi import energy
from denshi.export import pypsa
from denshi.export.network import network
from energy.cases import apart, following, market, site, technologies

CASES = {
    "delivered": site(168, supply="delivered"),
    "on-site, sold": site(168, export_limit_kw=80e3, clean_fraction=0.8),
    "flexible": site(
        168,
        (*technologies("grid", "solar", "onshore-wind"), *following(), *apart()),
        supply="delivered",
        clean_fraction=0.75,
        unserved_usd_per_kwh=0.5,
        curtail_fraction=0.2,
        curtail_hours=200.0,
        shift_fraction=0.1,
        shift_up_fraction=0.05,
        **market(168),
    ),
}


@pytest.fixture(scope="module", params=CASES)
def supply(request):
    return CASES[request.param], energy.run(CASES[request.param])


def test_power_balances_at_each_bus_in_every_hour(supply):
    parts = network(*supply, "x").parts
    for bus in parts["buses"].static:
        net = np.zeros(168)
        for kind, sign in (("generators", 1.0), ("storage_units", 1.0), ("loads", -1.0)):
            for name, of in parts[kind].static.items():
                if of["bus"] == bus:
                    net += sign * float(of.get("sign", 1.0)) * parts[kind].hourly["p"][name]
        for name, of in parts["links"].static.items():
            for end in "01":
                if of[f"bus{end}"] == bus:
                    net -= parts["links"].hourly[f"p{end}"][name]
        assert np.abs(net).max() < 1e-5  # MW of 100


def test_capital_and_running_cost_add_up_to_the_cost_of_the_year(supply):
    inputs, result = supply
    made = network(inputs, result, "x")
    usd = 0.0
    for kind in ("generators", "storage_units"):
        part = made.parts[kind]
        for name, of in part.static.items():
            usd += float(of.get("capital_cost", 0.0)) * float(of["p_nom"])
            flow = part.hourly["p_dispatch" if kind == "storage_units" else "p"][name]
            price = part.hourly.get("marginal_cost", {}).get(name, of.get("marginal_cost", 0.0))
            usd += float((flow * price * made.weight_h).sum())
    # What has no component: the demand charge, flexible load, energy of stores that is paid apart.
    demand = inputs.region.price_usd_per_kwh * inputs.demand_charge_fraction * 8760.0 * result.import_peak_kw
    other = sum(result.cost_by_technology_usd.get(name, 0.0) for name in ("unserved", "reduced", "curtailed load"))
    apart_usd = sum(
        energy.capital_recovery_factor(inputs.discount_rate, one.lifetime_year)
        * one.capex_usd_per_kwh
        * result.energy_capacity_kwh[one.id]
        for one in inputs.technologies
        if one.capex_usd_per_kwh is not None
    )
    assert usd + demand + other + apart_usd == pytest.approx(result.cost_usd_per_year, rel=1e-5)


def test_both_forms_hold_the_same(supply, tmp_path):
    made = network(*supply, "a 電 site")
    counts = pypsa.write(made, tmp_path / "out")
    with netcdf_file(str(tmp_path / "out" / pypsa.NETCDF), mmap=False) as file:
        assert file.network_name.decode() == "a 電 site"
        for kind, part in made.parts.items():
            if not part.static:
                continue
            assert words(file, f"{kind}_i") == list(part.static)
            with (tmp_path / "out" / pypsa.FOLDER / f"{kind}.csv").open(encoding="utf-8") as text:
                rows = {row["name"]: row for row in csv.DictReader(text)}
            for name, of in part.static.items():
                for key, value in of.items():
                    kept = rows[name][key]
                    if isinstance(value, str):
                        assert kept == value
                    elif key != "cyclic_state_of_charge":
                        assert float(kept) == pytest.approx(value, rel=1e-8)
                        at = list(part.static).index(name)
                        assert file.variables[f"{kind}_{key}"][:][at] == value
            for attribute, series in part.hourly.items():
                assert words(file, f"{kind}_t_{attribute}_i") == list(series)
                table = file.variables[f"{kind}_t_{attribute}"][:]
                assert (table == np.stack(list(series.values()), axis=1)).all()
                path = tmp_path / "out" / pypsa.FOLDER / f"{kind}-{attribute}.csv"
                assert np.loadtxt(path, delimiter=",", skiprows=1, ndmin=2)[:, 1:] == pytest.approx(table, rel=1e-8)
    assert counts[pypsa.NETCDF]["snapshots"] == 168


def words(file, name):
    return [b"".join(row).rstrip(b"\0").decode() for row in file.variables[name][:]]
