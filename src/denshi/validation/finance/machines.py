"""Rows on power, chips and money of whole sites, from designs, the catalogue and plain chains of watts."""

import re
from collections.abc import Mapping

from denshi.catalog import Accelerator, Model, Price, rows
from denshi.catalog.parameters import total_params
from denshi.validation.finance.amounts import POWER_KW, find, value
from denshi.validation.finance.answer import Answer, Question, one

_NEXT, _TODAY = "ten-gigawatts.toml", "stargate-abilene.toml"
_PER_KW = "finance.capex_usd_per_kw_facility"
_AIR_COOLED = ('facility.cooling="best"', 'facility.supply_temperature="22 C"', 'network.link="ethernet-400g"')
# Vera Rubin's maker counts dies, two to a package: NVL144 is what it called 72 packages in 2025.
_DIES = 2.0
# Stated to a tenth of a point: agreement within that.
_POINTS = 0.1
_SYSTEMS = {"H100": "dgx-h100", "GB200": "gb200-nvl72", "GB300": "gb300-nvl72", "H200": "dgx-h200", "B200": "dgx-b200"}


def accelerators_of_power(asked: Question) -> Answer | None:
    """How many accelerators so much power feeds: "10 GW -> GPUs"."""
    found = find(r"(<n>) (GW|MW)\s*->\s*GPU", asked.inputs)
    if found is None or asked.design_figure is None:
        return None
    packages = asked.design_figure(_NEXT, (), "cluster.accelerators")
    peak_kw = asked.design_figure(_NEXT, (), "facility.peak_load_kw")
    if packages is None or peak_kw is None:
        return None
    count = packages / peak_kw * value(found[1]) * POWER_KW[found[2]]
    return Answer(
        parts=(one(_DIES * count, "count"),),
        how=f"design of 10 GW with Vera Rubin: {count / 1e6:.2f} M packages, dies counted as their maker did in 2025",
    )


def accelerators_in_a_chain(asked: Question) -> Answer | None:
    """Accelerators, IT power and heat of a site from watts: "50 MW, B200 1000 W x1.3 x PUE1.2"."""
    found = find(r"(<n>) (GW|MW).*?(<n>) W ?x ?(<n>) ?x ?PUE ?(<n>)", asked.inputs)
    if found is None:
        return None
    site_kw = value(found[1]) * POWER_KW[found[2]]
    it_kw = site_kw / value(found[5])
    count = it_kw / (value(found[3]) * 1e-3 * value(found[4]))
    return Answer(
        parts=(one(float(int(count)), "count"), one(it_kw, "kW"), one(it_kw, "kW")),
        how="site / PUE = IT power, its heat in tons of refrigeration; / (watts x overhead) = accelerators",
    )


def gigawatt_all_in(asked: Question) -> Answer | None:
    """What a gigawatt costs, chips and all, and the part of one maker."""
    found = find(r"(<n>) (GW|MW) all-in", asked.inputs)
    if found is None or asked.design_figure is None:
        return None
    from denshi.validation.check import check
    from denshi.validation.read import packaged_claims

    power_kw = value(found[1]) * POWER_KW[found[2]]
    per_kw = asked.design_figure(_NEXT, (), _PER_KW)
    maker = check(packaged_claims()["nvidia-part-of-a-gigawatt"]).denshi
    if per_kw is None or maker is None:
        return None
    return Answer(
        parts=(one(per_kw * power_kw, "USD"), one(maker * power_kw / 1e6, "USD")),
        how="design of 10 GW with Vera Rubin, whose price is not public; racks of a gigawatt x their price",
    )


def site_capex(asked: Question) -> Answer | None:
    """Capital of a site, of so many chips or so much power, by the design of Abilene per kW of facility."""
    if asked.category != "capex" or asked.design_figure is None:
        return None
    chips = find(r"(<n>\s*[kM]?) ?(GB300|GB200|H200|H100|B200)", asked.inputs)
    if chips and not find(r"<n> W\b", asked.inputs):
        return _of_chips(asked, value(chips[1]), chips[2])
    per_kw = asked.design_figure(_TODAY, (), _PER_KW)
    if per_kw is None:
        return None
    if "per facility GW" in asked.inputs:
        return Answer(parts=(one(per_kw, "USD/kW"),), how="capital per kW of facility in the design of Abilene")
    power = find(r"(<n>) (GW|MW)\b(?!\s*(?:->|all-in))", asked.inputs)
    if power is None or asked.unit != "bn$":
        return None
    kw = value(power[1]) * POWER_KW[power[2]]
    return Answer(parts=(one(per_kw * kw, "USD"),), how="power x capital per kW of facility in the design of Abilene")


def _of_chips(asked: Question, count: float, chip: str) -> Answer | None:
    settings = (
        f'compute.system="{_SYSTEMS[chip]}"',
        f"compute.accelerators={count:.0f}",
        'energy.options=["grid"]',
        'energy.target="none"',
        *(() if "nvl72" in _SYSTEMS[chip] else _AIR_COOLED),
    )
    if asked.design_figure is None:
        return None
    peak_kw = asked.design_figure(_TODAY, settings, "facility.peak_load_kw")
    capex = asked.design_figure(_TODAY, settings, "buildout.capex_usd")
    if peak_kw is None or capex is None:
        return None
    return Answer(
        parts=(one(peak_kw, "kW"), one(capex, "USD")), how=f"design of {count:,.0f} {chip} in the climate of Abilene"
    )


def parameter_counts(asked: Question) -> Answer | None:
    """How many published parameter counts the closed form meets ("23 of 25 within 1 %"), and by how much some miss."""
    if asked.category != "params":
        return None
    models = [model for model in rows("models").values() if isinstance(model, Model) and model.published_params]
    errors = {model.id: total_params(model) / float(model.published_params or 1.0) - 1.0 for model in models}
    words: dict[str, tuple[str, bool]] = {}
    for text in (part.strip() for part in asked.expected.split(";")):
        count = find(r"(<n>) of (<n>) within (<n>) %", text)
        if count:
            hits = sum(abs(error) <= value(count[3]) / 100.0 for error in errors.values())
            share = value(count[1]) / value(count[2])
            words[text] = f"{hits} of {len(errors)} within {value(count[3]):g} %", hits / len(errors) >= share
            continue
        named = re.findall(r"([A-Z][\w.-]+) ([-+]\d+\.?\d*) %", text)
        own = {name: _error_of(name, errors) for name, _ in named}
        if named and None not in own.values():
            said = ", ".join(f"{name} {100.0 * float(error or 0.0):+.1f} %" for name, error in own.items())
            off = [abs(100.0 * float(own[name] or 0.0) - float(stated)) for name, stated in named]
            words[text] = said, max(off) <= _POINTS
    return Answer(words=words, how="closed form of every model of the catalogue whose maker states a count")


def _error_of(name: str, errors: Mapping[str, float]) -> float | None:
    found = [error for id_, error in errors.items() if name.lower() in id_]
    return found[0] if len(found) == 1 else None


def build_price(asked: Question) -> Answer | None:
    """Build prices of a market that the catalogue holds: mean, lowest and highest, or one city."""
    if asked.category != "facility":
        return None
    prices = {id_: price for id_, price in rows("prices").items() if isinstance(price, Price)}
    cities = [id_ for id_ in prices if id_.startswith("facility-") and _city(id_) in asked.inputs.lower()]
    if "mean" in asked.inputs:
        cities = ["facility-us-mean", *sorted(cities, key=lambda id_: asked.inputs.lower().index(_city(id_)))]
    if not cities:
        return None
    return Answer(
        parts=tuple(one(prices[id_].value, "USD/kW") for id_ in cities), how="catalogue: " + ", ".join(cities)
    )


def _city(id_: str) -> str:
    return re.sub(r"-", " ", id_.removeprefix("facility-"))


def utilisation(asked: Question) -> Answer | None:
    """Model FLOP utilisation of a published run: 6 x parameters x tokens / (hours x peak)."""
    params = find(r"(<n>\s*[BT])(?: params| parameters| active|\b)", asked.inputs)
    tokens = find(r"(<n>\s*T) tok", asked.inputs)
    hours = find(r"(<n>\s*M) ?(?:H100|H800|GPU)-?h", asked.inputs)
    if "MFU" not in asked.inputs or params is None or tokens is None or hours is None:
        return None
    peak = find(r"(<n>) TF", asked.inputs)
    chip = rows("accelerators")["h100-sxm-80gb"]
    if not isinstance(chip, Accelerator):
        return None
    flop_per_s = value(peak[1]) * 1e12 if peak else float(chip.bf16_flop_per_s or 0.0)
    share = 6.0 * value(params[1]) * value(tokens[1]) / (value(hours[1]) * 3600.0 * flop_per_s)
    return Answer(parts=(one(share, "1"),), how="6 x parameters x tokens / (hours x peak)")
