"""The page of ``denshi rules landed``: an order on each day on which its answer changes."""

from datetime import date, timedelta
from typing import Any

from denshi.buildout.rules.known import controls, country, duties, traded, words
from denshi.cli.rules_order import Line, Order
from denshi.cli.rules_page import notices
from denshi.errors import OutOfRangeError

_SUMS = ("goods_usd", "freight_usd", "insurance_usd", "duty_usd", "recoverable_tax_usd", "seller_usd", "landed_usd")


def landed_page(order: Order) -> dict[str, Any]:
    """Return an order as plain values, one entry for each span of days with one answer."""
    from denshi.buildout.rules import turning_days

    days = turning_days((*controls(), *duties()), order.first, order.last)
    answers: list[dict[str, Any]] = []
    for when in days:
        lines = [_line(one, when) for one in order.lines]
        total = {
            key: sum(_counted(one, line, key) for one, line in zip(order.lines, lines, strict=True)) for key in _SUMS
        }
        found = {"allowed": all(line["verdict"] == "allowed" for line in lines), "total": total, "lines": lines}
        if answers and {key: answers[-1][key] for key in found} == found:
            continue
        if answers:
            answers[-1]["last_day"] = (when - timedelta(days=1)).isoformat()
        answers.append({"first_day": when.isoformat(), "last_day": order.last.isoformat(), **found})
    return {"schema_version": 1, "name": order.name, "answers": answers, "notices": notices(order.last)}


def _counted(line: Line, found: dict[str, Any], key: str) -> float:
    once = line.same_goods and key in ("goods_usd", "landed_usd")
    return float(found[key] - found["goods_usd"]) if once else float(found[key])


def _line(line: Line, when: date) -> dict[str, Any]:
    from denshi.buildout.rules import Goods, landed_cost

    part = traded(line.part) if line.part else None
    goods = Goods(
        goods_usd=line.amount_usd,
        country=line.to,
        origin=line.origin,
        heading=line.heading,
        end_use=line.end_use,
        part=part,
        preference=line.qualifies,
        freight_fraction=line.freight_fraction,
        insurance_fraction=line.insurance_fraction,
    )
    try:
        cost = landed_cost(duties(), goods, when)
    except OutOfRangeError as error:
        raise OutOfRangeError(error.what, where=f"line {line.name}", mend=error.mend) from None
    return {
        "name": line.name,
        "chip": line.part or None,
        "accelerators": line.accelerators,
        "to": line.to,
        "origin": line.origin,
        "price_source": line.price_source,
        **_verdict(line, when),
        **{key: getattr(cost, key) for key in _SUMS},
        "landed_usd_per_accelerator": cost.landed_usd / line.accelerators if line.accelerators else None,
        "components": [
            {
                "component": one.rule.component,
                "rate": one.rate,
                "base_usd": one.base_usd,
                "amount_usd": one.amount_usd,
                "payer": one.rule.payer,
                "recoverable": bool(one.rule.recoverable),
                "rule_id": one.rule.id,
                "effective_from": one.rule.effective_from,
                "source": one.rule.evidence["rate"].source,
                "grade": one.rule.evidence["rate"].grade,
                "note": one.rule.evidence["rate"].note,
            }
            for one in cost.components
        ],
    }


def _verdict(line: Line, when: date) -> dict[str, Any]:
    from denshi.buildout.rules import Shipment, verdict_at

    if not line.part:
        return {"verdict": "allowed", "rule_id": None, "source": None, "review": "carries no accelerator"}
    parent = words(country(line.headquarters)) if line.headquarters else None
    shipment = Shipment(
        destination=words(country(line.to)),
        day=when,
        shipped_from=line.ships_from,
        end_use=line.end_use,
        headquarters=parent,
    )
    rule = verdict_at(controls(), traded(line.part), shipment).rule
    source = rule.evidence["verdict"].source
    return {"verdict": rule.verdict, "rule_id": rule.id, "source": source, "review": rule.review}


def landed_text(found: dict[str, Any]) -> str:
    """Return the page of an order."""
    lines = [found["name"]]
    for answer in found["answers"]:
        one_day = answer["first_day"] == answer["last_day"]
        lines += ["", answer["first_day"] if one_day else f"{answer['first_day']} to {answer['last_day']}"]
        for line in answer["lines"]:
            lines += _line_text(line)
        total = answer["total"]
        lines.append(
            f"  all lines: goods {_m(total['goods_usd'])}, duty {_m(total['duty_usd'])}, "
            f"landed {_m(total['landed_usd'])} M USD; recoverable tax {_m(total['recoverable_tax_usd'])} beside it"
        )
    lines += [""] + [f"notice: {one}" for one in found["notices"]]
    return "\n".join(lines) + "\n"


def _line_text(line: dict[str, Any]) -> list[str]:
    each = line["landed_usd_per_accelerator"]
    lines = [
        f"  {line['name']} to {line['to']}: {line['verdict'].upper()} ({line['review']})",
        f"    rule {line['rule_id']}: {line['source']}" if line["rule_id"] else "    no rule is asked",
        f"    goods {_m(line['goods_usd'])}, freight {_m(line['freight_usd'])}, insurance {_m(line['insurance_usd'])}, "
        f"duty {_m(line['duty_usd'])}, landed {_m(line['landed_usd'])} M USD"
        + (f"; {each:,.0f} USD an accelerator" if each else ""),
    ]
    for one in line["components"]:
        if one["rate"]:
            who = "paid by the seller" if one["payer"] == "seller" else "recoverable" if one["recoverable"] else ""
            lines.append(
                f"    {one['component']} {one['rate']:.1%}: {_m(one['amount_usd'])} M USD {who}".rstrip()
                + f" ({one['rule_id']}, grade {one['grade']})"
            )
    return lines


def _m(usd: float) -> str:
    return f"{usd / 1e6:,.1f}"
