"""The main path: from a scenario to a design, room by room. The only place where rooms meet."""

from collections.abc import Callable
from typing import Any

from denshi import buildout, climate, cluster, energy, facility, finance
from denshi.design.facts import Facts, gather
from denshi.design.paths import Root, fill
from denshi.design.record import Design
from denshi.design.sizing import SIZE_TOLERANCE_KW, Sizing, first_size, next_size
from denshi.errors import InfeasibleError
from denshi.scenario import Scenario
from denshi.workload import serving, training

Progress = Callable[[str], None]

_MOST_ITERATIONS = 20


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
    iterations = _sized(root, progress)
    progress("energy")
    root["energy"] = energy.run(fill(energy.EnergyInput, root), progress)
    progress("buildout")
    root["buildout"] = buildout.run(fill(buildout.BuildoutInput, root))
    progress("finance")
    root["finance"] = finance.run(fill(finance.FinanceInput, root))
    return Design(**root, iterations=iterations)


def _climate(scenario: Scenario, root: Root) -> climate.Climate | climate.FileClimate:
    if scenario.site.weather == "typical":
        return climate.typical_year(fill(climate.ClimateInput, root))
    return climate.from_file(fill(climate.FileClimateInput, root))


def _sized(root: dict[str, Any], progress: Progress) -> tuple[Sizing, ...]:
    """Repeat cluster … facility until the number of racks fits what the user asked for; return every round."""
    facts: Facts = root["catalog"]
    rounds = [first_size(root["scenario"].compute, facts.system)]
    while True:
        root["sizing"] = rounds[-1]
        progress("cluster")
        root["cluster"] = cluster.run(fill(cluster.ClusterInput, root))
        progress("workload")
        root["workload"] = _workloads(root)
        progress("facility")
        root["facility"] = facility.run(fill(facility.FacilityInput, root))
        following = next_size(rounds, root["scenario"].compute, root["cluster"], root["facility"])
        if following is None:
            return tuple(rounds)
        if len(rounds) == _MOST_ITERATIONS:
            raise InfeasibleError(
                f"the number of racks did not settle in {_MOST_ITERATIONS} rounds",
                where="compute.site_power",
                why=f"the limit still moves by more than {SIZE_TOLERANCE_KW:g} kW",
                mend="Give it_power or racks instead",
            )
        rounds.append(following)


def _workloads(root: Root) -> tuple[training.Training | serving.Serving, ...]:
    scenario: Scenario = root["scenario"]
    return tuple(
        training.run(fill(training.Input, root, i))
        if workload.kind == "training"
        else serving.run(fill(serving.Input, root, i))
        for i, workload in enumerate(scenario.workload)
    )
