"""Blocks of a programme for load that need not be served as it stands: unserved, switched off, moved within its day."""

import numpy as np

from denshi.energy.program import Draft, Vector
from denshi.energy.record import EnergyInput
from denshi.energy.terms import NOTHING, curtail_budget_kwh, day_ends, hour_weight, most_load_kw, shiftable_kw, years


def served_base_kw(inputs: EnergyInput) -> Vector:
    """Return the load that is neither moved nor left out: load less what may be moved [kW]."""
    return inputs.load_kw - shiftable_kw(inputs) if shifts(inputs) else inputs.load_kw


def shifts(inputs: EnergyInput) -> bool:
    """Whether load may be moved at all."""
    return inputs.shift_fraction > 0.0 and float(inputs.load_kw.min()) < most_load_kw(inputs)


def curtails(inputs: EnergyInput) -> bool:
    """Whether load may be switched off."""
    return inputs.curtail_fraction > 0.0 and inputs.curtail_hours > 0.0


def add_flexible_load(draft: Draft, inputs: EnergyInput, scale_kw: float) -> None:
    """Add unserved load, load that is switched off, and load that is moved."""
    weight = hour_weight(inputs)
    load = inputs.load_kw / scale_kw
    if inputs.unserved_usd_per_kwh is not None:
        draft.column("unserved", draft.hours, inputs.unserved_usd_per_kwh * weight, load)
        draft.served["unserved"] = -1.0
    if curtails(inputs):
        draft.column("reduced", draft.hours, inputs.curtail_usd_per_kwh * weight, inputs.curtail_fraction * load)
        draft.served["reduced"] = -1.0
        for number, span in enumerate(years(inputs)):
            draft.total(f"reduced:{number}", curtail_budget_kwh(inputs, span) / scale_kw)
            draft.put(f"reduced:{number}", "reduced", 1.0, columns=span)
    if shifts(inputs):
        _shift(draft, inputs, scale_kw)
    if "unserved" in draft.served and len(draft.served) > 1:
        # What is switched off or moved away cannot be left unserved, too.
        draft.row("left out", -np.inf, draft.base, local=True)
        draft.put_served("left out", -1.0)


def _shift(draft: Draft, inputs: EnergyInput, scale_kw: float) -> None:
    """Move load within its day.

    ``moved`` is what is served of the load that may be moved; ``backlog`` is what is still owed at the end of an hour,
    above its least possible value, so that it is at least zero. At midnight nothing is owed.
    """
    may_move = shiftable_kw(inputs) / scale_kw
    room = np.maximum((most_load_kw(inputs) - inputs.load_kw) / scale_kw, NOTHING)
    last = day_ends(inputs)
    first = np.concatenate([[True], last[:-1]])
    day = np.cumsum(first) - 1
    most_ahead = np.bincount(day, weights=may_move)[day]
    draft.column("moved", draft.hours, 0.0, may_move + room)
    draft.served["moved"] = 1.0
    owed = np.flatnonzero(~last)
    # backlog_t - backlog_(t-1) + moved_t = what may be moved; its constant comes with the first hour, goes at midnight.
    right = may_move + np.where(first, most_ahead, 0.0) - np.where(last, most_ahead, 0.0)
    draft.row("shift", right, right)
    draft.put("shift", "moved", 1.0)
    if len(owed):
        draft.column("backlog", len(owed), 0.0)
        draft.put("shift", "backlog", 1.0, rows=owed)
        draft.put("shift", "backlog", -1.0, rows=owed + 1)
