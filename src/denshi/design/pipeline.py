"""The main path: from a scenario to a design, room by room. The only place where rooms meet."""

from collections.abc import Callable, Sequence
from typing import Any

from denshi import buildout, climate, cluster, energy, facility, finance
from denshi.design.facts import Facts, gather
from denshi.design.paths import Root, fill
from denshi.design.record import Design
from denshi.design.sizing import Round, Sizing, first_size, next_size
from denshi.errors import InfeasibleError
from denshi.scenario import Scenario
from denshi.units import show
from denshi.workload import serving, training

Progress = Callable[[str], None]

_MOST_ROUNDS = 40


def design(scenario: Scenario, progress: Progress = lambda _: None) -> Design:
    """Turn a scenario into a whole design.

    Parameters
    ----------
    scenario : what ``denshi.scenario.load`` returns.
    progress : called with the name of each stage as it begins.

    Raises
    ------
    CatalogError, InfeasibleError, OutOfRangeError : the design cannot be built as asked; the message says why.
    """
    progress("facts")
    root: dict[str, Any] = {"scenario": scenario, "catalog": gather(scenario)}
    progress("climate")
    root["climate"] = _climate(scenario, root)
    rounds = _sized(root, progress)
    progress("energy")
    root["energy"] = energy.run(fill(energy.EnergyInput, root), lambda step: progress(f"energy: {step}"))
    progress("buildout")
    root["buildout"] = buildout.run(fill(buildout.BuildoutInput, root))
    progress("finance")
    root["finance"] = finance.run(fill(finance.FinanceInput, root))
    return Design(**root, iterations=rounds)


def _climate(scenario: Scenario, root: Root) -> climate.Climate | climate.FileClimate:
    if scenario.site.weather == "typical":
        return climate.typical_year(fill(climate.ClimateInput, root))
    return climate.from_file(fill(climate.FileClimateInput, root))


def _sized(root: dict[str, Any], progress: Progress) -> tuple[Round, ...]:
    """Repeat cluster … facility until the number of units fits what the user asked for; return every round."""
    scenario: Scenario = root["scenario"]
    facts: Facts = root["catalog"]
    rounds: list[Round] = []
    size: Sizing | None = first_size(scenario.compute, facts.system)
    while size is not None:
        if len(rounds) == _MOST_ROUNDS or size.units_limit < 1:
            raise _does_not_fit(scenario, rounds)
        root["sizing"] = size
        progress("cluster")
        root["cluster"] = cluster.run(fill(cluster.ClusterInput, root))
        progress("workload")
        root["workload"] = _workloads(root)
        progress("facility")
        root["facility"] = facility.run(fill(facility.FacilityInput, root))
        rounds.append(_round(scenario, root["cluster"], root["facility"]))
        size = next_size(scenario.compute, rounds)
    return tuple(rounds)


def _round(scenario: Scenario, built: cluster.Cluster, plant: facility.Facility) -> Round:
    limit = scenario.compute.site_power
    return Round(
        units=built.units,
        it_power_kw=built.it_power_kw,
        peak_load_kw=plant.peak_load_kw,
        fits=limit is None or plant.peak_load_kw <= limit,
    )


def _does_not_fit(scenario: Scenario, rounds: Sequence[Round]) -> InfeasibleError:
    least = min(rounds, key=lambda one: one.units)
    return InfeasibleError(
        f"{least.units:,.0f} units already need {show(least.peak_load_kw, 'kW')} in the worst hour, "
        f"the site allows {show(scenario.compute.site_power or 0.0, 'kW')}",
        where="compute.site_power",
        mend="Raise site_power or choose a smaller system",
    )


def _workloads(root: Root) -> tuple[training.Training | serving.Serving, ...]:
    scenario: Scenario = root["scenario"]
    return tuple(
        training.run(fill(training.Input, root, i))
        if workload.kind == "training"
        else serving.run(fill(serving.Input, root, i))
        for i, workload in enumerate(scenario.workload)
    )
