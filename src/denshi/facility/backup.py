"""What carries the racks when the supply is gone or too slow: generators, fuel, batteries, capacitors."""

from dataclasses import dataclass

from denshi.errors import OutOfRangeError
from denshi.facility.power import Plant, plant


@dataclass(frozen=True, slots=True, kw_only=True)
class Derate:
    """By how much a generator gives less above an elevation [1/m, m] and a temperature [1/K, C]."""

    per_m: float
    from_m: float
    per_k: float
    from_c: float

    def at(self, elevation_m: float, hottest_c: float) -> float:
        """Return what a generator gives at a site over its rating [1].

        Raises
        ------
        OutOfRangeError : nothing is left.

        >>> Derate(per_m=1e-4, from_m=300.0, per_k=0.006, from_c=40.0).at(1300.0, 45.0)
        0.87
        """
        high = self.per_m * max(elevation_m - self.from_m, 0.0)
        hot = self.per_k * max(hottest_c - self.from_c, 0.0)
        if high + hot >= 1:
            raise OutOfRangeError(
                f"a generator gives nothing at {elevation_m:,.0f} m and {hottest_c:g} C", where="facility.generators"
            )
        return 1.0 - high - hot


def generators(load_kw: float, rating_kw: float, derate: float, margin: float, redundancy: str, block: float) -> Plant:
    """Return the generators that carry a load, by what each gives at the site.

    .. math:: N = \\lceil P m / (P_u d) \\rceil

    >>> generators(10_000.0, 3000.0, 0.9, 1.1, "N", 8).units, generators(10_000.0, 3000.0, 0.9, 1.1, "N+1", 8).units
    (5, 6)
    """
    return plant(load_kw * margin, rating_kw * derate, redundancy, block)


def fuel_l(load_kw: float, hours: float, l_per_kwh: float) -> float:
    """Return the fuel that carries a load for some hours [L].

    >>> fuel_l(1000.0, 24.0, 0.27)
    6480.0
    """
    return load_kw * hours * l_per_kwh


def autonomy_h(stored_l: float, load_kw: float, l_per_kwh: float) -> float:
    """Return for how long stored fuel lasts [h].

    >>> round(autonomy_h(6480.0, 1000.0, 0.27), 9)
    24.0
    """
    return stored_l / (load_kw * l_per_kwh)


@dataclass(frozen=True, slots=True, kw_only=True)
class Battery:
    """Energy a battery must have [kWh]: for the time it bridges, and for the power it must give; the larger counts."""

    by_time_kwh: float
    by_power_kwh: float

    @property
    def energy_kwh(self) -> float:
        """The larger of the two [kWh]."""
        return max(self.by_time_kwh, self.by_power_kwh)


def battery(
    load_kw: float, bridge_s: float, efficiency: float, depth_of_discharge: float, rate_per_h: float
) -> Battery:
    """Return the battery that carries a load until the generators do.

    .. math:: E = \\max\\Bigl(\\frac{P t}{\\eta D},\\; \\frac{P}{\\eta r}\\Bigr)

    Parameters
    ----------
    load_kw : not negative [kW].
    bridge_s : not negative [s].
    efficiency, depth_of_discharge : above 0, at most 1 [1].
    rate_per_h : power over energy that its cells stand, positive [1/h].

    Raises
    ------
    OutOfRangeError : a value outside its range.

    >>> battery(132.0, 90.0, 1.0, 0.5, 1000.0).energy_kwh
    6.6
    """
    if not (load_kw >= 0 and bridge_s >= 0 and 0 < efficiency <= 1 and 0 < depth_of_discharge <= 1 and rate_per_h > 0):
        raise OutOfRangeError(
            f"a battery for {load_kw:g} kW and {bridge_s:g} s, efficiency {efficiency:g}, "
            f"depth {depth_of_discharge:g}, rate {rate_per_h:g}/h",
            where="facility.backup",
        )
    return Battery(
        by_time_kwh=load_kw * bridge_s / 3600.0 / (efficiency * depth_of_discharge),
        by_power_kwh=load_kw / (efficiency * rate_per_h),
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class StepLoad:
    """What accelerators that step from idle to full load ask of the shelf [kW, kJ], and the capacitor for it [F]."""

    step_kw: float
    energy_kj: float
    capacitance_f: float


def step_load(
    load_kw: float, idle_fraction: float, follow_s: float, volts: float, band: float, efficiency: float = 1.0
) -> StepLoad:
    """Return the energy that bridges a step of load while the supply ramps, and the capacitor that holds it.

    .. math:: \\Delta P = P (1 - i);\\quad E = \\tfrac12 \\Delta P\\, t / \\eta;\\quad
              C = \\frac{2 E}{U^2 (1 - (1 - b)^2)}

    The supply follows in a straight line; the store gives the triangle above it.

    Parameters
    ----------
    load_kw : at full load [kW].
    idle_fraction : power at idle over that [1].
    follow_s : time in which the supply has followed [s].
    volts : of the bus [V].
    band : share of the voltage by which it may fall, above 0 and at most 1 [1].

    Raises
    ------
    OutOfRangeError : a value outside its range.

    >>> round(step_load(132.0, 0.2, 1.0, 54.0, 0.15).energy_kj, 6)
    52.8
    """
    if not (load_kw >= 0 and 0 <= idle_fraction <= 1 and follow_s >= 0 and volts > 0 and 0 < band <= 1):
        raise OutOfRangeError(
            f"a step of {load_kw:g} kW from {idle_fraction:g} in {follow_s:g} s at {volts:g} V, band {band:g}",
            where="facility.backup",
        )
    step_kw = load_kw * (1.0 - idle_fraction)
    energy_kj = 0.5 * step_kw * follow_s / efficiency
    return StepLoad(
        step_kw=step_kw,
        energy_kj=energy_kj,
        capacitance_f=2e3 * energy_kj / (volts**2 * (1.0 - (1.0 - band) ** 2)),
    )
