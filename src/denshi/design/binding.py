"""What holds the design back: the three constraints that a reader would have to move first, in words of the site."""

from collections.abc import Iterator

from denshi.design.record import Design
from denshi.units import show

_SHOWN = 3
_REACHED = 0.999
_BOUND_JA = {
    "arithmetic": "演算",
    "communication": "通信",
    "pipeline bubble": "パイプラインの空き",
    "time per output token": "出力トークン当たりの時間",
    "time to first token": "最初のトークンまでの時間",
    "memory for the key-value cache": "KV キャッシュ用メモリー",
    "sequences that an engine runs at once": "エンジンの同時実行数の上限",
    "more sequences are no faster": "リクエストを増やしても速くならない",
}


def binding(design: Design) -> list[dict[str, str]]:
    """Return three binding constraints, each in English and Japanese with the path of its figure."""
    found = [*_size(design), *_supply(design), *_works(design), *_delivery(design)]
    return [{"what": what, "what_ja": what_ja, "path": path} for what, what_ja, path in found[:_SHOWN]]


def _size(design: Design) -> Iterator[tuple[str, str, str]]:
    compute, cluster, system = design.scenario.compute, design.cluster, design.catalog.system
    units = f"{cluster.units:,.0f}"
    if compute.it_power is not None:
        asked = show(compute.it_power, "kW")
        yield (
            f"IT power of {asked} holds {units} × {system.name}; it draws {show(cluster.it_power_kw, 'kW')}",
            f"IT電力 {asked} に {system.name} が {units} 台入る（定格 {show(cluster.it_power_kw, 'kW')}）",
            "sizing.it_power_limit_kw",
        )
    elif compute.site_power is not None:
        asked = show(compute.site_power, "kW")
        peak = show(design.facility.peak_load_kw, "kW")
        yield (
            f"site power of {asked} holds {units} × {system.name}; the worst hour draws {peak}",
            f"受電上限 {asked} に {system.name} が {units} 台入る（最大時 {peak}）",
            "sizing.units_limit",
        )
    else:
        what, what_ja = ("racks", "ラック数") if compute.racks is not None else ("accelerators", "アクセラレータ数")
        yield (
            f"the number of {what} asked for: {cluster.accelerators:,.0f} accelerators in {cluster.racks:,.0f} racks",
            f"指定された{what_ja}：{cluster.racks:,.0f} ラックに {cluster.accelerators:,.0f} 基",
            "sizing.units_limit",
        )


def _supply(design: Design) -> Iterator[tuple[str, str, str]]:
    asked, energy = design.scenario.energy, design.energy
    if asked.target == "hourly":
        cost = f"{energy.lcoe_usd_per_kwh * 1e3:.1f} USD/MWh"
        yield (
            f"{asked.clean_fraction:.0%} clean hour by hour makes power cost {cost}",
            f"時間ごとのクリーン電力 {asked.clean_fraction:.0%}：電力単価 {cost}",
            "energy.clean_fraction_hourly",
        )
    elif asked.target == "annual":
        yield (
            f"{asked.clean_fraction:.0%} clean over the year, {energy.clean_fraction_hourly:.0%} hour by hour",
            f"年間のクリーン電力 {asked.clean_fraction:.0%}（時間ごとでは {energy.clean_fraction_hourly:.0%}）",
            "energy.clean_fraction_annual",
        )
    if design.scenario.site.grid_connection and energy.import_peak_kw >= _REACHED * energy.connection_kw:
        limit = show(energy.connection_kw, "kW")
        yield (
            f"the connection of {limit} is full in the worst hour",
            f"系統連系 {limit} が最大時に上限に達する",
            "energy.connection_kw",
        )


def _works(design: Design) -> Iterator[tuple[str, str, str]]:
    ranked = sorted(range(len(design.workload)), key=lambda i: -design.scenario.workload[i].share)
    for i in ranked:
        kind_ja = "学習" if design.workload[i].kind == "training" else "推論"
        model = getattr(design.catalog.models[i], "name", "")
        bound = design.workload[i].bound
        what_ja = f"{model} の{kind_ja}：{_BOUND_JA.get(bound, bound)}"
        yield f"{design.workload[i].kind} of {model}: {bound}", what_ja, f"workload.{i}.bound"


def _delivery(design: Design) -> Iterator[tuple[str, str, str]]:
    item, weeks = design.buildout.critical_item, design.buildout.critical_lead_weeks
    yield (
        f"{item} takes {weeks:.0f} weeks to deliver, longer than anything else",
        f"納期が最も長いのは {item}（{weeks:.0f} 週）",
        "buildout.critical_item",
    )
