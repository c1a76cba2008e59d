"""Every figure of the room moves with each input that it names."""

from dataclasses import fields, replace

import numpy as np

from denshi import energy
from denshi.energy import EnergyInput
from energy.cases import OPTIONS, site, technologies
from figure_checks import assert_every_figure_moves, assert_every_input_is_named

CASES = {
    "base": site(),
    "tight": site(grid_connection_kw=95e3, supply="delivered"),
    "unset": site(grid_connection_kw=None),
    "grid": site(options=technologies("grid"), target="none", grid_connection_kw=None),
}
ALTERNATIVES = {
    "catalog.technologies": [technologies(*OPTIONS[:3])],
    "scenario.energy.target": ["none", "annual"],
    "scenario.energy.supply": ["delivered", "on-site"],
}


_KNOWN: dict[str, energy.Energy] = {}


def run(inputs: EnergyInput) -> energy.Energy:
    """Run the room once for each input; hourly arrays become tuples, so that results can be compared."""
    values = (getattr(inputs, field.name) for field in fields(inputs))
    key = repr([value.tobytes() if isinstance(value, np.ndarray) else value for value in values])
    if key not in _KNOWN:
        result = energy.run(inputs)
        flows = {name: tuple(flow) for name, flow in result.dispatch_kw.items()}
        _KNOWN[key] = replace(result, dispatch_kw=flows)
    return _KNOWN[key]


def test_every_figure_moves():
    assert_every_figure_moves(run, CASES, "energy", ALTERNATIVES)


def test_every_input_is_named():
    assert_every_input_is_named(run, CASES, "energy", tolerance=1e-6)
