"""``denshi finance deal``: a scenario's project under terms of its own, step by step from sources to the owners."""

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from denshi.cli.options import AsJson

if TYPE_CHECKING:
    from denshi.cli.finance_deal_case import DealCase
    from denshi.finance import FinanceInput

_PATHS = 4_096
_SHOWN_USD = 5e4


def deal(
    file: Annotated[Path | None, typer.Argument(help="A deal (TOML).", show_default=False)] = None,
    seed: Annotated[int, typer.Option(help="Seed of the exchange rate's paths.", min=0)] = 1,
    schema: Annotated[bool, typer.Option("--schema", help="Print the JSON Schema of the file.")] = False,
    json: AsJson = False,
) -> None:
    """Sources and uses, waterfall by year and returns under tax depreciation, grants, renewal, reserves, a currency.

    Examples: examples/deals/stargate-us.toml, examples/deals/gpusoroban-japan.toml.
    """
    from denshi.cli.energy_toml import told_at
    from denshi.cli.finance_deal_case import deal_schema, read_deal
    from denshi.cli.output import as_json, done, reader
    from denshi.design import design
    from denshi.design.paths import fill
    from denshi.errors import DenshiError, InfeasibleError, OutOfRangeError, UsageError
    from denshi.finance import FinanceInput
    from denshi.scenario import load

    if schema:
        print(as_json(deal_schema()), end="")
        return
    if file is None:
        raise UsageError("no deal is named", mend="denshi finance deal examples/deals/stargate-us.toml")
    case = read_deal(file)
    term = () if case.term_years is None else (f"finance.term_years={case.term_years:g}",)
    asked = load(case.scenario, None, term)
    if asked.finance.revenue == "none":
        raise UsageError(f"{case.scenario.name} has no revenue: there is nothing to divide")
    progress = reader()
    try:
        made = design(asked, progress)
        progress("deal")
        page = deal_page(case, fill(FinanceInput, made.root()), made.finance, seed)
    except (InfeasibleError, OutOfRangeError) as error:
        found: DenshiError = told_at(str(file), error)
        raise found from None
    finally:
        done()
    print(as_json(page) if json else deal_text(page), end="")


def deal_page(case: "DealCase", given: "FinanceInput", room: Any, seed: int) -> dict[str, Any]:
    """Return everything about a deal as plain values; ``room`` is the finance room's result for comparison."""
    import numpy as np

    from denshi.cli.finance_deal_case import terms_of
    from denshi.finance import irr, money_multiple, npv, payback_years
    from denshi.finance.deal import cash_flows, unbalanced_usd
    from denshi.finance.underwriting import renewals, underwrite

    terms = terms_of(case, given)
    one = underwrite(given, terms, _forward(case, given.months))
    flows = cash_flows(one)
    project, equity = flows.project_usd[0], flows.equity_usd[0]
    cover = flows.cover[0][np.isfinite(flows.cover[0])]
    off = float(np.abs(unbalanced_usd(one, flows)).max() / max(flows.uses_usd.sum(), 1.0))
    return {
        "schema_version": 1,
        "name": case.name,
        "scenario": case.scenario.name,
        "regime": case.regime,
        "years": given.months / 12,
        "renewals": renewals(given, terms),
        "sources_usd": {
            "debt": float(flows.debt_draw_usd.sum()),
            "equity": float(flows.equity_draw_usd.sum()),
            "grants": float(flows.grant_usd.sum()),
        },
        "uses_usd": {
            "capital cost": float(flows.capex_usd.sum()),
            "interest while building": float(flows.construction_interest_usd.sum()),
            "fees": float(flows.fees_usd[0, : one.built].sum()),
            "reserves": float(flows.reserve_usd[0, one.built - 1]),
        },
        "metrics": {
            "npv_usd": npv(given.discount_rate, project),
            "irr": irr(project),
            "equity_irr": irr(equity),
            "moic": money_multiple(equity),
            "payback_years": payback_years(project),
            "dscr_min": float(cover.min()) if cover.size else None,
            "dscr_mean": float(cover.mean()) if cover.size else None,
        },
        "in_the_design": {"npv_usd": room.npv_usd, "irr": room.irr, "equity_irr": room.equity_irr},
        "yearly_usd": _yearly(one, flows),
        "largest_imbalance": off,
        "exchange": _exchange_risk(case, given, terms, seed),
        "notices": _notices(one, flows),
        "facts": [
            {"path": path, "value": fact.value, "unit": fact.unit, "source": fact.evidence.source,
             "date": fact.evidence.date, "grade": fact.evidence.grade}
            for path, fact in case.facts.items()
        ],
    }  # fmt: skip


def _notices(one: Any, flows: Any) -> list[str]:
    """Return what a reader of the figures has to know."""
    import numpy as np

    from denshi.finance import sign_changes

    found = []
    for name, flow in (("project", flows.project_usd[0]), ("owners", flows.equity_usd[0])):
        if sign_changes(flow) > 1:
            found.append(
                f"the cash flow of the {name} changes its sign {sign_changes(flow)} times: of its rates of return the "
                "first on the side of its sum is shown; NPV is sure"
            )
    short = int(np.sum(flows.cover[0] < 1.0))
    if short:
        found.append(f"in {short} months the cash available does not cover the debt service: the owners pay it in")
    if one.debt is not None and one.debt.cover and flows.debt_usd[0] < 0.999 * one.debt.gearing * flows.uses_usd.sum():
        found.append(f"a cover of {one.debt.cover:g} allows less debt than a gearing of {one.debt.gearing:.0%}")
    return found


def _yearly(one: Any, flows: Any) -> dict[str, list[float]]:
    """Return the waterfall by year: rows that add up to what the owners get."""
    import numpy as np

    residual = np.zeros_like(flows.equity_usd)
    residual[:, -1] = one.residual_usd
    shape = flows.equity_usd.shape
    rows = {
        "takings": np.broadcast_to(one.revenue_usd, shape),
        "running costs": -np.broadcast_to(one.opex_usd, shape),
        "capital cost": -flows.capex_usd,
        "renewal": -np.broadcast_to(one.refresh_usd, shape),
        "grants": flows.grant_usd,
        "debt drawn": flows.debt_draw_usd,
        "interest and fees": -flows.construction_interest_usd - flows.interest_usd - flows.fees_usd,
        "repayment": -flows.repayment_usd,
        "tax on income": -flows.tax_usd,
        "consumption tax": np.broadcast_to(one.credit_usd, shape),
        "from reserves": flows.reserve_interest_usd
        - np.diff(flows.reserve_usd, axis=1, prepend=0.0)
        - np.diff(flows.locked_usd, axis=1, prepend=0.0),
        "sale at the end": residual,
        "to the owners": flows.equity_usd,
    }
    starts = np.arange(0, shape[1], 12)
    return {name: [float(value) + 0.0 for value in np.add.reduceat(row[0], starts)] for name, row in rows.items()}


def _forward(case: "DealCase", months: int) -> Any:
    """Return the expected worth of the other currency over that of the start, [1, month]."""
    import numpy as np

    return (1.0 + case.number("currency.drift_fraction")) ** (np.arange(months)[None, :] / 12.0)


def _exchange_risk(case: "DealCase", given: "FinanceInput", terms: Any, seed: int) -> dict[str, Any] | None:
    """Return P10, P50 and P90 over paths of the exchange rate, a geometric Brownian motion about the forward."""
    import numpy as np

    from denshi.finance import irr_many, present_factors
    from denshi.finance.deal import cash_flows
    from denshi.finance.underwriting import underwrite

    spread = case.number("currency.volatility")
    if spread <= 0.0 or terms.foreign_fraction <= 0.0:
        return None
    draws = np.random.default_rng(seed).standard_normal((_PATHS // 2, given.months - 1))
    steps = spread / np.sqrt(12.0) * np.vstack([draws, -draws]) - spread**2 / 24.0
    walk = np.concatenate([np.zeros((_PATHS, 1)), np.cumsum(steps, axis=1)], axis=1)
    flows = cash_flows(underwrite(given, terms, _forward(case, given.months) * np.exp(walk)))
    found = {
        "npv_usd": flows.project_usd @ present_factors(given.discount_rate, given.months),
        "irr": irr_many(flows.project_usd),
        "equity_irr": irr_many(flows.equity_usd),
    }
    return {
        "currency": case.currency,
        "paths": _PATHS,
        "seed": seed,
        **{
            name: dict(zip(("p10", "p50", "p90"), map(float, np.nanpercentile(values, (10, 50, 90))), strict=True))
            for name, values in found.items()
        },
        "chance_of_loss": float(np.mean(found["npv_usd"] < 0.0)),
    }


def deal_text(page: Mapping[str, Any]) -> str:
    """Return the page for a reader."""
    from denshi.units import show

    def money(value: float | None) -> str:
        return "none" if value is None else show(round(value, 2) + 0.0, "USD")

    def share(value: float | None) -> str:
        return "none" if value is None else f"{value:.2%}"

    renewed = f", hardware renewed {page['renewals']} x" if page["renewals"] else ""
    title = f"{page['name']}: {page['scenario']} under {page['regime']} terms, {page['years']:.1f} years{renewed}"
    lines = [title, ""]
    lines.append(f"  {'sources':28}{'':>12}   {'uses':28}")
    sources, uses = list(page["sources_usd"].items()), list(page["uses_usd"].items())
    for (left, have), (right, need) in zip([*sources, ("", None)], uses, strict=True):
        own = f"{left:28}{money(have) if left else '':>12}"
        lines.append(f"  {own}   {right:28}{money(need):>12}")
    own = page["metrics"]
    lines += ["", f"  {'':28}{'this deal':>14}{'in the design':>16}"]
    for title, key, said in (
        ("NPV", "npv_usd", money),
        ("project IRR", "irr", share),
        ("equity IRR", "equity_irr", share),
    ):
        lines.append(f"  {title:28}{said(own[key]):>14}{said(page['in_the_design'][key]):>16}")
    cover = "none" if own["dscr_min"] is None else f"{own['dscr_min']:.2f} / {own['dscr_mean']:.2f}"
    multiple = "none" if own["moic"] is None else f"{own['moic']:.2f} x"
    lines.append(f"  {'money multiple of owners':28}{multiple:>14}")
    payback = "none" if own["payback_years"] is None else f"{own['payback_years']:.1f} y"
    lines.append(f"  {'payback':28}{payback:>14}")
    lines.append(f"  {'cover of debt, least / mean':28}{cover:>14}")
    if page["exchange"]:
        one = page["exchange"]
        lines += ["", f"  {one['currency']} in {one['paths']:,} paths{'':6}{'P10':>14}{'P50':>14}{'P90':>14}"]
        for title, key, said in (("NPV", "npv_usd", money), ("equity IRR", "equity_irr", share)):
            lines.append(f"  {title:28}" + "".join(f"{said(one[key][at]):>14}" for at in ("p10", "p50", "p90")))
    lines += ["", *_waterfall(page["yearly_usd"]), ""]
    lines.append(
        f"Sources less uses, and what comes in less what goes out: {page['largest_imbalance']:.0e} of all uses."
    )
    lines += [f"note: {one}" for one in page["notices"]]
    return "\n".join(lines) + "\n"


def _waterfall(yearly: Mapping[str, list[float]]) -> list[str]:
    """Return the years side by side in millions, seven at a time."""
    count = len(next(iter(yearly.values())))
    lines = []
    for begin in range(0, count, 7):
        years = range(begin, min(begin + 7, count))
        lines.append(f"  {'M USD in year':20}" + "".join(f"{year + 1:>12}" for year in years))
        for name, row in yearly.items():
            if any(abs(value) > _SHOWN_USD for value in row):
                lines.append(f"  {name:20}" + "".join(f"{round(row[year] / 1e6, 1) + 0.0:>12,.1f}" for year in years))
        lines.append("")
    return lines[:-1]
