"""Every figure of the room moves with each input that it names."""

from dataclasses import fields, replace

import numpy as np

from denshi import energy
from denshi.energy import EnergyInput
from energy.cases import OPTIONS, apart, following, market, site, technologies
from figure_checks import assert_every_figure_moves, assert_every_input_is_named

CASES = {
    "base": site(),
    "tight": site(grid_connection_kw=95e3, supply="delivered"),
    "unset": site(grid_connection_kw=None),
    "capped": site(grid_connection_kw=95e3, supply="delivered", carbon_cap_g_per_kwh=55.0),
    "wide": site(
        grid_connection_kw=90e3,
        supply="delivered",
        clean_fraction=0.75,
        options=(
            *technologies("grid", "solar", "onshore-wind", "gas-ct"),
            *following(),
            *apart(capex_usd_per_kw=20.0, capex_usd_per_kwh=1.0, fixed_om_usd_per_kw_year=1.0),
        ),
        **market(72),
        carbon_cap_g_per_kwh=140.0,
        unserved_usd_per_kwh=0.6,
        curtail_fraction=0.2,
        curtail_hours=200.0,
        curtail_usd_per_kwh=0.15,
        shift_fraction=0.1,
        shift_up_fraction=0.05,
    ),
    "grid": site(options=technologies("grid"), target="none", grid_connection_kw=None),
}
ALTERNATIVES = {
    "catalog.technologies": [technologies(*OPTIONS[:3])],
    "scenario.energy.target": ["none", "annual"],
    "scenario.energy.supply": ["delivered", "on-site"],
    "scenario.energy.carbon_basis": ["hour"],
    "scenario.energy.count_grid_clean": [False],
    "scenario.energy.grid_charging": [False],
}


_KNOWN: dict[str, energy.Energy] = {}


def run(inputs: EnergyInput) -> energy.Energy:
    """Run the room once for each input; hourly arrays become tuples, so that results can be compared."""
    values = (getattr(inputs, field.name) for field in fields(inputs))
    key = repr([value.tobytes() if isinstance(value, np.ndarray) else value for value in values])
    if key not in _KNOWN:
        result = energy.run(inputs)
        flows = {name: tuple(flow) for name, flow in result.dispatch_kw.items()}
        _KNOWN[key] = replace(result, dispatch_kw=flows, price_usd_per_kwh=tuple(result.price_usd_per_kwh))
    return _KNOWN[key]


def test_every_figure_moves():
    assert_every_figure_moves(run, CASES, "energy", ALTERNATIVES)


def test_every_input_is_named():
    assert_every_input_is_named(run, CASES, "energy", tolerance=1e-6)
