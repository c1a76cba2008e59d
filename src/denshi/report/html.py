"""The report as one HTML file that holds everything it shows and loads nothing from a network."""

import json
from base64 import b64encode
from collections.abc import Mapping
from hashlib import sha256
from importlib.resources import files
from typing import Any

from markupsafe import Markup, escape

from denshi.report import (
    charts_calendar,
    charts_deal,
    charts_energy,
    charts_facility,
    charts_flow,
    charts_money,
    charts_plan,
    charts_risk,
    charts_serving,
    charts_supply,
    charts_work,
    evidence,
    tables,
)
from denshi.report.charts import Chart
from denshi.report.drawings import drawn
from denshi.report.headlines import binding, headlines, notices
from denshi.report.locale import Texts, texts
from denshi.report.reading import Design, at, brief, list_at, text_at

SECTIONS = (
    "summary", "flow", "compute", "energy", "facility", "bill", "schedule", "money", "figures", "evidence", "trust"
)  # fmt: skip


def render(design: Mapping[str, Any], lang: str = "en") -> str:
    """Return the report of a design as a whole HTML page.

    Parameters
    ----------
    design : a parsed design.json.
    lang : "en" or "ja".

    Raises
    ------
    UsageError : denshi does not speak this language.
    """
    from jinja2 import Environment, PackageLoader, StrictUndefined
    from plotly.offline import get_plotlyjs

    t = texts(lang)
    environment = Environment(
        loader=PackageLoader("denshi.report", "page"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters |= {"breakable": breakable, "brief": brief}
    plotted = charts(design, lang, t)
    scripts = {"plotly": get_plotlyjs(), "page": _page("page.js")}
    specs = {one.id: {"data": one.data, "layout": one.layout, "height": one.height} for one in plotted.values()}
    return environment.get_template("report.html.j2").render(
        **_context(design, lang, t),
        charts=plotted,
        drawings=drawn(design, lang, t),
        specs=embedded(specs),
        style=_page("page.css"),
        scripts=scripts,
        policy=_policy(scripts.values()),
    )


def charts(design: Design, lang: str, t: Texts) -> dict[str, Chart]:
    """Return every chart that the design has data for, by id."""
    found = (
        charts_flow.sankey(design, lang, t),
        charts_work.step(design, lang, t),
        charts_work.memory(design, lang, t),
        *charts_plan.plans(design, lang, t),
        charts_serving.token(design, lang, t),
        *charts_serving.fronts(design, lang, t),
        charts_energy.dispatch_week(design, "warm", lang, t),
        charts_energy.dispatch_week(design, "cold", lang, t),
        charts_supply.any_week(design, lang, t),
        charts_energy.monthly(design, lang, t),
        charts_energy.load_duration(design, lang, t),
        charts_supply.matching(design, lang, t),
        charts_supply.cost_stack(design, lang, t),
        charts_supply.price_duration(design, t),
        charts_facility.pue_map(design, lang, t),
        charts_facility.pue_duration(design, t),
        charts_money.buildout(design, lang, t),
        charts_calendar.gantt(design, lang, t),
        charts_money.capex(design, lang, t),
        charts_deal.sources_and_uses(design, lang, t),
        charts_money.cash(design, lang, t),
        charts_deal.waterfall(design, lang, t),
        charts_risk.fan(design, lang, t),
        *charts_deal.tornados(design, lang, t),
    )
    return {chart.id: chart for chart in found if chart is not None}


def embedded(value: Any) -> str:
    """Return JSON that can stand in a script element: nothing in it ends the element or begins a comment.

    >>> embedded("</script>")
    '"\\\\u003c/script\\\\u003e"'
    """
    text = json.dumps(value, ensure_ascii=False, separators=(",", ":"), allow_nan=False)
    for sign in "<>&\u2028\u2029":
        text = text.replace(sign, f"\\u{ord(sign):04x}")
    return text


def breakable(path: str) -> Markup:
    """Return a dotted path, escaped, that a narrow column breaks after its dots and underscores.

    >>> str(breakable("a.b<c"))
    'a.<wbr>b&lt;c'
    """
    text = str(escape(path))
    return Markup(text.replace(".", ".<wbr>").replace("_", "_<wbr>"))


def _context(design: Design, lang: str, t: Texts) -> dict[str, Any]:
    return {
        "t": t,
        "lang": lang,
        "sections": SECTIONS,
        "project": text_at(design, "scenario.project.name"),
        "facts_of_title": _title_facts(design, t),
        "climate_note": _climate(design, t),
        "is_synthetic": _is_synthetic(design),
        "schema": t["doc.schema"].format(schema=text_at(design, "schema_version"), version=text_at(design, "denshi")),
        "foot": t["doc.foot"].format(version=text_at(design, "denshi")),
        "headlines": headlines(design, lang, t),
        "binding": binding(design, lang),
        "notices": notices(design, lang),
        "keys": {name: tables.key_figures(design, name, lang, t) for name in tables.KEY_FIGURES},
        "works": tables.works(design, lang, t),
        "supply": tables.supply(design, lang, t),
        "bill": tables.bill(design, lang, t),
        "figures": evidence.figures(design, lang, t),
        "facts": evidence.facts(design, "facts", lang, t, "ABCD"),
        "assumptions": evidence.facts(design, "facts", lang, t, "E"),
        "defaults": evidence.facts(design, "assumed", lang, t),
        "sources": evidence.sources(design),
        "anchor": evidence.anchor,
        "has_figure": lambda path: path in design.get("figures", {}),
    }


def _title_facts(design: Design, t: Texts) -> list[tuple[str, str]]:
    place = [text_at(design, f"site.{key}") for key in ("name", "state", "country")]
    hardware = [text_at(design, "system.name"), text_at(design, "accelerator.name")]
    models = [
        f"{t.get('kind.' + str(one.get('kind')), '')} {one.get('model') or ''}".strip()
        for one in list_at(design, "scenario.workload")
    ]
    pairs = (
        (t["doc.site"], ", ".join(part for part in place if part)),
        (t["doc.hardware"], " · ".join(dict.fromkeys(part for part in hardware if part))),
        (t["doc.workloads"], " · ".join(models)),
        (t["doc.start"], text_at(design, "scenario.project.start")),
    )
    return [(name, value) for name, value in pairs if value]


def _is_synthetic(design: Design) -> bool:
    return (at(design, "scenario.site.weather") or "typical") == "typical"


def _climate(design: Design, t: Texts) -> str:
    label = text_at(design, "climate.label") or text_at(design, "scenario.site.weather")
    return t["doc.synthetic"] if _is_synthetic(design) else t["doc.measured"].format(label=label)


def _page(name: str) -> str:
    return files("denshi.report").joinpath("page", name).read_text(encoding="utf-8")


def _policy(scripts: Any) -> str:
    """Return a content security policy that runs these scripts and no other, and that reaches no network."""
    hashes = " ".join(f"'sha256-{b64encode(sha256(one.encode()).digest()).decode()}'" for one in scripts)
    return (
        f"default-src 'none'; script-src {hashes}; style-src 'unsafe-inline'; img-src data: blob:; "
        "font-src data:; base-uri 'none'; form-action 'none'"
    )
