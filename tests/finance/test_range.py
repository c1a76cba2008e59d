"""Whatever a scenario may ask for gives numbers or a DenshiError, never a traceback or a NaN."""

import math
from dataclasses import fields, replace

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from denshi.errors import DenshiError
from denshi.finance import FinanceInput, run
from finance.cases import base

ASKED = st.fixed_dictionaries({
    "structure": st.sampled_from(["corporate", "project", "spv"]),
    "revenue": st.sampled_from(["lease", "rental", "tokens", "none"]),
    "repayment": st.sampled_from(["annuity", "sculpted"]),
    "discount_rate": st.floats(0.0, 1.0),
    "price_usd_per_hour": st.one_of(st.none(), st.floats(0.0, 1000.0)),
    "price_usd_per_million_tokens": st.one_of(st.none(), st.floats(0.0, 1e6)),
    "price_usd_per_kw_month": st.one_of(st.none(), st.floats(0.0, 1e5)),
    "utilisation_fraction": st.floats(1e-3, 1.0),
    "occupancy_fraction": st.floats(1e-3, 1.0),
    "ramp_months": st.floats(0.0, 60.0),
    "debt_fraction": st.floats(0.0, 0.98),
    "debt_rate": st.floats(0.0, 0.5),
    "debt_years": st.one_of(st.none(), st.floats(0.01, 50.0)),
    "tax_rate": st.floats(0.0, 0.9),
    "it_life_years": st.floats(1.0, 20.0),
    "facility_life_years": st.floats(1.0, 60.0),
    "price_decline_fraction": st.floats(-0.5, 0.9),
    "inflation_fraction": st.floats(-0.05, 0.5),
})


@settings(deadline=None, max_examples=150, suppress_health_check=[HealthCheck.too_slow])
@given(ASKED)
def test_every_answer_is_a_number(asked):
    try:
        result = run(replace(base(), **asked))
    except DenshiError:
        return
    for field in fields(result):
        value = getattr(result, field.name)
        if isinstance(value, float):
            assert math.isfinite(value), field.name
        elif isinstance(value, np.ndarray):
            assert np.isfinite(value).all(), field.name


@pytest.mark.parametrize("name", [field.name for field in fields(FinanceInput)])
def test_a_small_step_of_any_input_is_answered(name):
    held = getattr(base(), name)
    if held is None or isinstance(held, str) or (isinstance(held, tuple) and isinstance(held[0], str)):
        return
    stepped = tuple(one * 1.01 for one in held) if isinstance(held, tuple) else held * 1.01
    result = run(replace(base(), **{name: stepped}))
    assert math.isfinite(result.npv_usd)
