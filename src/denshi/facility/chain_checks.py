"""The power chain held against what others published: stages, whole chains, claims. Nothing is fitted to it."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from denshi.catalog import Assumption, Equipment
from denshi.facility.chain import case
from denshi.facility.distribution import Way, compare
from denshi.facility.power import loss_kw
from denshi.facility.published_chain import LinearStage, frontier, through

LOAD_KW, UTILISATION = 100_000.0, 0.8
FRONTIER_TOLERANCE = 1e-3
_RECTIFIER, _UPS, _TRANSFORMER, _VRM = "rectifier-orv3", "ups-double-conversion", "transformer-mv-lv", "vrm"


@dataclass(frozen=True, slots=True, kw_only=True)
class Check:
    """One comparison: what was published, low and high, what denshi says, low and high, and whether they agree.

    ``required`` is False for a claim of a seller, which is reported and not held.
    """

    name: str
    unit: str
    published: tuple[float, float]
    ours: tuple[float, float]
    inside: bool
    required: bool
    why: str


def checks(
    facts: Mapping[str, tuple[float, float]],
    equipment: Mapping[str, Equipment],
    assumptions: Mapping[str, Assumption],
) -> tuple[Check, ...]:
    """Return every comparison that the facts allow.

    Parameters
    ----------
    facts : published quantity to its low and high, in the units they are published in (per cent, W, count).
    equipment, assumptions : rows of the catalogue.
    """
    ways: dict[str, dict[str, Way]] = {
        redundancy: {
            way.name: way
            for way in compare(
                case(equipment, assumptions, LOAD_KW, utilisation=UTILISATION, redundancy=redundancy), 132.0, 10.0, 2.0
            )
        }
        for redundancy in ("N", "N+1", "2N")
    }
    return (_frontier(facts), *_stages(facts, equipment), *_claims(facts, ways))


def _frontier(facts: Mapping[str, tuple[float, float]]) -> Check:
    found = frontier({name: low for name, (low, _) in facts.items() if name.startswith("frontier.")})
    return Check(
        name="Frontier: rectifier, SIVOC and CDUs, largest relative error over the load range",
        unit="1",
        published=(0.0, FRONTIER_TOLERANCE),
        ours=(found.worst_relative, found.worst_relative),
        inside=found.worst_relative <= FRONTIER_TOLERANCE,
        required=True,
        why="(output + c) / eta is a0 + a1 L with a0 = c / (eta rated), a1 = 1 / eta - 1: the same function",
    )


def _stages(facts: Mapping[str, tuple[float, float]], equipment: Mapping[str, Equipment]) -> list[Check]:
    def at(name: str, *loads: float) -> tuple[float, float]:
        row = equipment[name]
        found = [
            100 * load / (load + float(loss_kw(load, 1.0, row.loss_fixed, row.loss_linear, row.loss_square)))
            for load in loads
        ]
        return min(found), max(found)

    def held(what: str, key: str, ours: tuple[float, float], slack: float, required: bool, why: str) -> Check:
        low, high = facts[key]
        inside = low - slack <= ours[0] and ours[1] <= high + slack
        return Check(name=what, unit="%", published=(low, high), ours=ours, inside=inside, required=required, why=why)

    sivoc, rectifier = (
        LinearStage(
            efficiency=facts[f"frontier.{name}_efficiency"][0],
            constant_kw=facts[f"frontier.{name}_loss_constant"][0] / 1e3,
            rated_kw=5.0,
        )
        for name in ("sivoc", "rectifier")
    )
    loads = [8 * facts[f"frontier.power_gpu_{end}"][0] / 1e3 for end in ("idle", "max")]
    chain = [100 * kw / float(through(kw, (sivoc, rectifier))) for kw in loads]
    return [
        held("ORv3 power shelf, peak", "orv3_rectifier_peak_eff", at(_RECTIFIER, 0.4), 0.05, True, "fitted to it"),
        held("ORv3 power shelf, full load", "orv3_rectifier_full_load_eff", at(_RECTIFIER, 1.0), 0.05, True, "fitted"),
        held(
            "UPS, double conversion, a quarter to full load",
            "ups_double_conversion_eff",
            at(_UPS, 0.25, 0.5, 0.75, 1.0),
            0.5,
            True,
            "a new machine of 97 % at full load; the published range is remembered",
        ),
        held(
            "transformer at half load",
            "mv_transformer_eff",
            at(_TRANSFORMER, 0.5),
            0.0,
            False,
            "the US rule for liquid-immersed transformers asks 99.55 %; the published figure is remembered",
        ),
        held("regulators, 54 V to core", "vrm_54V_to_core_eff", at(_VRM, 0.3, 0.5, 0.7, 1.0), 0.1, True, "remembered"),
        held(
            "Frontier, rectifier and SIVOC from idle to full accelerators",
            "exadigit.frontier_chain_eff_ac",
            (min(chain), max(chain)),
            0.0,
            False,
            "one figure for a range of load: the constants of 17 and 13 W weigh most at idle",
        ),
    ]


def _claims(facts: Mapping[str, tuple[float, float]], ways: Mapping[str, Mapping[str, Way]]) -> list[Check]:
    def over(found: Callable[[Mapping[str, Way]], float]) -> tuple[float, float]:
        values = [100 * found(one) for one in ways.values()]
        return min(values), max(values)

    gain = over(lambda one: one["ac-415v"].chain.tue / one["dc-800v"].chain.tue - 1)
    battery = over(lambda one: one["ac-415v, batteries in the rack"].chain.tue / one["dc-800v"].chain.tue - 1)
    bus = over(lambda one: one["dc-800v"].chain.bus_efficiency)
    silicon = over(lambda one: one["dc-800v"].chain.chain_efficiency)
    claimed, chain = facts["vdc800.end_to_end_gain"][1], facts["sst_chain_eff"][0]
    return [
        Check(
            name="800 V against 415 V with a UPS, less power from the grid",
            unit="%",
            published=(0.0, claimed),
            ours=gain,
            inside=0 < gain[0] <= gain[1] <= claimed,
            required=False,
            why="the UPS goes; a rectifier and a converter of the rack take the place of the power shelf",
        ),
        Check(
            name="800 V against 415 V with batteries in the rack, less power from the grid",
            unit="%",
            published=(0.0, claimed),
            ours=battery,
            inside=0 < battery[0] <= battery[1] <= claimed,
            required=False,
            why="without a UPS on either side two conversions stand against one good power shelf: nothing is gained",
        ),
        Check(
            name="800 V from medium voltage to the 54 V bus",
            unit="%",
            published=(chain, 100.0),
            ours=bus,
            inside=bus[0] > chain,
            required=False,
            why="the claim is of one stage from medium voltage and names no end",
        ),
        Check(
            name="800 V from medium voltage to silicon and fans",
            unit="%",
            published=(chain, 100.0),
            ours=silicon,
            inside=silicon[0] > chain,
            required=False,
            why="behind regulators of 90 % no chain reaches the claim: it must end before them",
        ),
    ]
