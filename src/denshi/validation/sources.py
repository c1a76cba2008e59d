"""Where the inputs of a claim come from: the claim itself, the catalogue, or a room of denshi."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import SimpleNamespace
from typing import Any, TypeVar, cast

from denshi.catalog import Accelerator, Assumption, Kernels, Link, Model, Price, Software, Switch, System, find, rows
from denshi.catalog.parameters import active_params, total_params
from denshi.catalog.schema import KINDS
from denshi.design.facts import FRONT_END_LINK, MANAGEMENT_SWITCH
from denshi.errors import CatalogError, nearest
from denshi.figure import Grade, figures, inputs
from denshi.validation.claim import Quantity

I = TypeVar("I")  # noqa: E741

DesignFigure = Callable[[str, str], float | None]
"""Design a scenario file and return the figure at a path: ``(scenario, path) -> value``."""


class Unknown(Exception):  # noqa: N818  not an error of the program: the claim cannot be judged
    """An input that nobody published, or that needs what is not at hand."""


@dataclass(frozen=True, slots=True)
class Known:
    """The value of an input with its range and grade."""

    value: float
    low: float
    high: float
    grade: Grade


def known(quantity: Quantity, design_figure: DesignFigure | None) -> Known:
    """Return the value of an input.

    Parameters
    ----------
    quantity : the input.
    design_figure : designs a scenario and returns one of its figures; None where designs are not wanted.

    Raises
    ------
    Unknown : the input has no value, with the reason.
    CatalogError : the input names a fact that does not exist.
    """
    if quantity.kind == "value" and quantity.evidence is not None:
        said = quantity.evidence
        value = float(quantity.spec)
        low, high = (value if end is None else end for end in (said.low, said.high))
        return Known(value, low, high, said.grade)
    if quantity.kind == "unknown":
        raise Unknown(str(quantity.spec["unknown"]))
    if quantity.kind == "design":
        if design_figure is None:
            raise Unknown("a whole design was not run")
        scenario, path = str(quantity.spec["design"]), str(quantity.spec.get("path", ""))
        return _computed(design_figure(scenario, path))
    return _FROM[quantity.kind](quantity.spec)


def _computed(value: Any) -> Known:
    if value is None:
        raise Unknown("denshi has no such figure for this case")
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise CatalogError("the figure is no number", where="path")
    return Known(float(value), float(value), float(value), "D")


def catalog_value(spec: Mapping[str, Any]) -> Known:
    """Return a fact by its dotted path, ``systems.gb200-nvl72.power_kw``; an id may hold dots.

    Raises
    ------
    CatalogError : no such kind, row or field.
    """
    path = str(spec["catalog"])
    kind, _, rest = path.partition(".")
    if kind not in KINDS or "." not in rest:
        raise CatalogError(
            f'"{path}" is no path into the catalogue', mend='Write for example "systems.gb200-nvl72.power_kw"'
        )
    name, _, field = rest.rpartition(".")
    row = find(KINDS[kind], name)
    value = getattr(row, field, None)
    if not isinstance(value, float):
        raise CatalogError(f'"{path}" is no number of the catalogue')
    said = row.evidence[field]
    low, high = (value if end is None else end for end in (said.low, said.high))
    return Known(value, low, high, said.grade)


def parameter_count(spec: Mapping[str, Any]) -> Known:
    """Return how many parameters a model has in all (``of = "total"``) or for one token (``of = "active"``)."""
    model = find(Model, str(spec["params"]))
    count = active_params if spec.get("of", "total") == "active" else total_params
    return _computed(count(model))


def training_figure(spec: Mapping[str, Any]) -> Known:
    """Return a figure of a training run: model, system, accelerators, tokens, sequence, batch, precision.

    ``software`` is the release that it ran on, the current one where it is left out; ``parallelism`` its plan.
    """
    from denshi.workload import training

    ask = spec["training"]
    system = find(System, str(ask["system"]))
    accelerator = find(Accelerator, system.accelerator)
    workload = SimpleNamespace(
        tokens=float(ask["tokens"]),
        sequence=float(ask["sequence"]),
        global_batch_tokens=float(ask["global_batch_tokens"]),
        runs_per_year=1.0,
        share=1.0,
        precision=str(ask["precision"]),
        parallelism=ask.get("parallelism", "search"),
    )
    root = {
        "scenario": SimpleNamespace(workload=(workload,)),
        "catalog": SimpleNamespace(
            models=(find(Model, str(ask["model"])),),
            accelerator=accelerator,
            kernels=find(Kernels, accelerator.kernels or "other"),
            software=find(Software, str(ask.get("software", "current"))),
            system=system,
            assumptions=cast(Mapping[str, Assumption], rows("assumptions")),
        ),
        "cluster": SimpleNamespace(
            accelerators=float(ask["accelerators"]),
            scaleout_bytes_per_s=system.nic_bytes_per_s,
            scaleup_domain=accelerator.scaleup_domain or 1.0,
            inter_pod_bytes_per_s=system.nic_bytes_per_s,
            pod_accelerators=float(ask["accelerators"]),
        ),
    }
    return _computed(_figure(training.run(_filled(training.Input, root)), str(spec["path"])))


def fabric_figure(spec: Mapping[str, Any]) -> Known:
    """Return a figure of a cluster: system, units, topology, link, oversubscription."""
    from denshi import cluster

    ask = spec["fabric"]
    system, link = find(System, str(ask["system"])), find(Link, str(ask["link"]))
    front = find(Link, FRONT_END_LINK)
    units = float(ask["units"])
    network = SimpleNamespace(
        topology=str(ask.get("topology", "rail-fat-tree")),
        link=link.id,
        oversubscription=float(ask.get("oversubscription", 1.0)),
    )
    root = {
        "scenario": SimpleNamespace(network=network),
        "catalog": SimpleNamespace(
            accelerator=find(Accelerator, system.accelerator),
            system=system,
            link=link,
            switch=find(Switch, link.switch),
            front_link=front,
            front_switch=find(Switch, front.switch),
            management_switch=find(Switch, MANAGEMENT_SWITCH),
            media=rows("media"),
            equipment=rows("equipment"),
            assumptions=cast(Mapping[str, Assumption], rows("assumptions")),
            prices=cast(Mapping[str, Price], rows("prices")),
        ),
        "sizing": SimpleNamespace(units_limit=units, it_power_limit_kw=float("inf")),
    }
    return _computed(_figure(cluster.run(_filled(cluster.ClusterInput, root)), str(spec["path"])))


def _figure(result: Any, name: str) -> Any:
    known_figures = figures(type(result))
    if name not in known_figures:
        raise CatalogError(f"no figure is called {name}", where="path", mend=nearest(name, known_figures))
    return getattr(result, name)


def _filled(input_type: type[I], root: Mapping[str, Any]) -> I:
    """Build a room's input from the paths that its fields declare, for one workload and no design."""
    return input_type(**{name: _at(root, given.path) for name, given in inputs(input_type).items()})


def _at(root: Mapping[str, Any], path: str) -> Any:
    holder: Any = root
    for part in path.replace("@", "0").split("."):
        if isinstance(holder, Mapping):
            holder = holder[part]
        elif isinstance(holder, tuple):
            holder = holder[int(part)]
        else:
            holder = getattr(holder, part)
    return holder.value if isinstance(holder, Assumption | Price) else holder


_FROM: Mapping[str, Callable[[Mapping[str, Any]], Known]] = {
    "catalog": catalog_value,
    "params": parameter_count,
    "training": training_figure,
    "fabric": fabric_figure,
}
