"""Power until the supply is there: what is short in each month, the cheapest bridge over it, and what waiting costs."""

from collections.abc import Sequence
from dataclasses import dataclass
from math import inf

import numpy as np
from numpy.typing import NDArray

from denshi.catalog import Technology
from denshi.errors import OutOfRangeError

HOURS_PER_MONTH = 8766.0 / 12.0
Monthly = NDArray[np.float64]


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """A supply that comes at its lead time from the start of the project: usual, shortest and longest."""

    name: str
    kw: float
    lead_months: float
    low_months: float
    high_months: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Option:
    """A bridge: bought (``capex_usd_per_kw`` less what it is sold for) or rented (``rent_usd_per_kw_month``).

    ``running_usd_per_kwh`` is what a kWh costs beyond that of the supply that it stands in for.
    """

    name: str
    lead_months: float
    capex_usd_per_kw: float = 0.0
    resale_fraction: float = 0.0
    rent_usd_per_kw_month: float = 0.0
    running_usd_per_kwh: float = 0.0
    carbon_g_per_kwh: float = 0.0
    limit_kw: float = inf


@dataclass(frozen=True, slots=True, kw_only=True)
class Bridge:
    """The cheapest way over the gap: capacity and use by option, what stays dark, and the cost of each."""

    names: tuple[str, ...]
    capacity_kw: tuple[float, ...]
    used_kw: Monthly
    dark_kw: Monthly
    capacity_usd: float
    running_usd: float
    waiting_usd: float
    waiting_without_usd: float
    carbon_t: float

    @property
    def bridge_usd(self) -> float:
        """Return what the bridge costs: capacity, rent and energy."""
        return self.capacity_usd + self.running_usd

    @property
    def saved_usd(self) -> float:
        """Return what the bridge saves against waiting in the dark; never negative."""
        return self.waiting_without_usd - self.waiting_usd - self.bridge_usd


def wanted_kw(phase_month: Sequence[float], phase_kw: Sequence[float], months: int) -> Monthly:
    """Return the power that the phases want, the mean of each month [kW].

    >>> wanted_kw([1.5], [100.0], 3).tolist()
    [0.0, 50.0, 100.0]
    """
    after = np.arange(1.0, months + 1.0)[:, None] - np.asarray(phase_month, dtype=float)
    wanted: Monthly = np.clip(after, 0.0, 1.0) @ np.asarray(phase_kw, dtype=float)
    return wanted


def available_kw(sources: Sequence[Source], months: int, *, case: str = "usual") -> Monthly:
    """Return the power that is there in each month with usual, early or late lead times [kW].

    >>> grid = Source(name="grid", kw=100.0, lead_months=2.0, low_months=1.0, high_months=2.5)
    >>> available_kw([grid], 4).tolist(), available_kw([grid], 4, case="late").tolist()
    ([0.0, 0.0, 100.0, 100.0], [0.0, 0.0, 50.0, 100.0])
    """
    field = {"usual": "lead_months", "early": "low_months", "late": "high_months"}[case]
    if not sources:
        return np.zeros(months)
    return wanted_kw([getattr(one, field) for one in sources], [one.kw for one in sources], months)


def source_of(technology: Technology, kw: float) -> Source:
    """Return a technology of the catalogue as a source, its lead time with the range of its evidence."""
    proof = technology.evidence["lead_time_months"]
    usual = technology.lead_time_months
    low = usual if proof.low is None else proof.low
    high = usual if proof.high is None else proof.high
    return Source(name=technology.id, kw=kw, lead_months=usual, low_months=low, high_months=high)


def option_of(technology: Technology, *, replaced_usd_per_kwh: float = 0.0, resale_fraction: float = 0.0) -> Option:
    """Return a technology of the catalogue as a bridge that is bought; its energy replaces that of the supply."""
    running = technology.variable_usd_per_kwh + technology.price_usd_per_kwh - replaced_usd_per_kwh
    return Option(
        name=technology.id,
        lead_months=technology.lead_time_months,
        capex_usd_per_kw=technology.capex_usd_per_kw,
        resale_fraction=resale_fraction,
        rent_usd_per_kw_month=technology.fixed_om_usd_per_kw_year / 12.0,
        running_usd_per_kwh=running,
        carbon_g_per_kwh=technology.carbon_g_per_kwh,
    )


def waiting_usd_per_kwh(accelerators_per_kw: float, margin_usd_per_accelerator_h: float) -> float:
    """Return what a kWh that is not there costs: the accelerator-hours that it would have run.

    >>> waiting_usd_per_kwh(0.5, 2.0)
    1.0
    """
    return accelerators_per_kw * margin_usd_per_accelerator_h


def bridge(wanted: Monthly, available: Monthly, options: Sequence[Option], dark_usd_per_kwh: float) -> Bridge:
    """Return the cheapest mix of bridges and darkness over the months, without discounting.

    With the gap :math:`g_m = \\max(0, wanted_m - available_m)`, capacity :math:`C_b`, use :math:`u_{bm}` and
    darkness :math:`n_m`:

    .. math:: \\min \\sum_b c_b (1 - s_b) C_b + \\sum_{bm} (rent_b\\, u_{bm} + run_b\\, h\\, u_{bm}) +
        \\sum_m w\\, h\\, n_m
        \\quad u_{bm} \\le a_{bm} C_b, \\; \\sum_b u_{bm} + n_m = g_m, \\; C_b \\le limit_b

    where a is the part of the month after the lead time of an order on the first day.

    Parameters
    ----------
    wanted, available : power by month [kW].
    options : bridges that may be had.
    dark_usd_per_kwh : what a kWh that is not there costs.

    Raises
    ------
    OutOfRangeError : arrays of different length, or a cost of darkness below 0.
    """
    from scipy.optimize import linprog
    from scipy.sparse import csr_matrix, eye_array, hstack

    if wanted.shape != available.shape or dark_usd_per_kwh < 0:
        raise OutOfRangeError(
            "the months wanted and available differ, or a dark hour earns money", where="buildout.bridge",
            mend="Give arrays of one length and a cost from 0",
        )  # fmt: skip
    gap = np.maximum(0.0, wanted - available)
    months, count = len(gap), len(options)
    reach = available_by_lead([one.lead_months for one in options], months)
    capacity_usd = [one.capex_usd_per_kw * (1.0 - one.resale_fraction) for one in options]
    monthly = [one.rent_usd_per_kw_month + one.running_usd_per_kwh * HOURS_PER_MONTH for one in options]
    cost = np.concatenate(
        [capacity_usd, np.repeat(monthly, months), np.full(months, dark_usd_per_kwh * HOURS_PER_MONTH)]
    )
    # Columns: capacities, use by option and month, darkness by month.
    rows = np.arange(count * months)
    owned = csr_matrix((-reach.ravel(), (rows, rows // months)), shape=(count * months, count))
    within = hstack([owned, eye_array(count * months), csr_matrix((count * months, months))])
    each = [eye_array(months)] * (count + 1)
    balance = hstack([csr_matrix((months, count)), *each])
    bounds = [(0.0, None if one.limit_kw == inf else one.limit_kw) for one in options]
    found = linprog(
        cost,
        A_ub=within if count else None,
        b_ub=np.zeros(count * months) if count else None,
        A_eq=balance,
        b_eq=gap,
        bounds=[*bounds, *[(0.0, None)] * (months * (count + 1))],
        method="highs",
    )
    if found.x is None:
        raise OutOfRangeError("a bridge earns more than it costs without end", where="buildout.bridge")
    used = found.x[count : count + count * months].reshape(count, months)
    dark = found.x[count + count * months :]
    weights = np.array([one.carbon_g_per_kwh for one in options])
    return Bridge(
        names=tuple(one.name for one in options),
        capacity_kw=_taken_kw(options, found.x[:count], used),
        used_kw=used,
        dark_kw=dark,
        capacity_usd=float(np.dot(capacity_usd, found.x[:count])),
        running_usd=float(np.dot(monthly, used.sum(axis=1))),
        waiting_usd=float(dark.sum() * dark_usd_per_kwh * HOURS_PER_MONTH),
        waiting_without_usd=float(gap.sum() * dark_usd_per_kwh * HOURS_PER_MONTH),
        carbon_t=float(weights @ used.sum(axis=1)) * HOURS_PER_MONTH / 1e6,
    )


def _taken_kw(options: Sequence[Option], bought: Monthly, used: Monthly) -> tuple[float, ...]:
    """Return the capacity of each option: what is rented costs nothing where it is not used, so its use counts."""
    return tuple(
        float(kw) if one.capex_usd_per_kw > 0 else float(use.max(initial=0.0))
        for one, kw, use in zip(options, bought, used, strict=True)
    )


def available_by_lead(lead_months: Sequence[float], months: int) -> Monthly:
    """Return the part of each month after each lead time, [option, month]."""
    after = np.arange(1.0, months + 1.0) - np.asarray(lead_months, dtype=float).reshape(-1, 1)
    part: Monthly = np.clip(after, 0.0, 1.0)
    return part


def powered_month(
    phase_month: Sequence[float], phase_kw: Sequence[float], served_kw: Monthly
) -> tuple[int | None, ...]:
    """Return the first month from which each phase has all its power to the end; None where it has not.

    Parameters
    ----------
    phase_month, phase_kw : when each phase is wanted, in order, and its power [kW].
    served_kw : power that is there by month, of supply and bridge.

    >>> powered_month([0.0, 1.0], [50.0, 50.0], np.array([0.0, 60.0, 60.0, 100.0]))
    (1, 3)
    """
    found: list[int | None] = []
    for month, needed in zip(phase_month, np.cumsum(phase_kw), strict=True):
        short = np.flatnonzero(served_kw < needed * (1.0 - 1e-9))
        first = max(int(np.ceil(month - 1e-9)), int(short[-1]) + 1 if len(short) else 0)
        found.append(first if first < len(served_kw) else None)
    return tuple(found)
