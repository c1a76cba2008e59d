"""The result of validating the model of training time as a table for the terminal, at most 100 columns wide."""

from collections.abc import Iterator, Mapping
from textwrap import wrap

from denshi.validation.training.score import Block

_WIDTH = 100
_NAME = 34
_HEAD = (
    f"{'':{_NAME}}{'rows':>5}{'ans.':>5}{'median':>8}{'MAPE':>8}{'p90':>8}{'max':>8}{'bias':>8}"
    f"{'in80':>6}{'const':>6}{'6ND':>4}"
)
_TITLES = {
    "source": "by source",
    "accelerator": "by accelerator",
    "framework": "by framework, its release aside",
    "moe": "dense and mixture of experts",
    "scale": "by number of accelerators",
}
_PARTS = {"multi": "more than 8 accelerators", "multi_dense": "  dense", "multi_moe": "  mixture of experts"}
_NOTES = (
    "median, MAPE, p90, max: absolute percentage error of time; bias: median of predicted/measured - 1;",
    "in80: share of rows within their 80 % interval. const, 6ND: median error of two baselines on the",
    "same rows, learnt from the rows that count: the median rate of each accelerator, number format",
    "and kind of model; and 6ND at one MFU.",
)


def as_text(found: Block) -> str:
    """Return the result as text.

    Parameters
    ----------
    found : what ``document`` gives.
    """
    return "\n".join(_lines(found)) + "\n"


def _lines(found: Block) -> Iterator[str]:
    yield "Time of a training step, predicted with the constants that denshi ships"
    yield _HEAD
    yield _line("all rows that count", found)
    yield from (_line(title, found[name]) for name, title in _PARTS.items())
    for name, title in _TITLES.items():
        yield from _section(title, found["by"][name])
    apart = {
        "split inferred": found["inferred"],
        "whole runs": found["runs"],
        **{f"flag: {flag}": block for flag, block in found["flagged"].items()},
    }
    yield from _section("apart, in no figure above", apart)
    yield from _choice(found)
    for name, block in found.get("leave_out", {}).items():
        yield from _left_out(name, block)
    if "calibrated" in found:
        yield from _calibration(found["calibrated"])
    if "rows" in found:
        yield from _rows(found["rows"])
    yield ""
    yield from _NOTES


def _section(title: str, blocks: Mapping[str, Block]) -> Iterator[str]:
    yield ""
    yield title
    yield from (_line(f"  {name}", block) for name, block in blocks.items())


def _line(name: str, block: Block) -> str:
    constant, six = (block[key]["median_ape"] for key in ("baseline_constant", "baseline_6nd"))
    errors = "".join(f"{_percent(block[key]):>8}" for key in ("median_ape", "mape", "p90_ape", "max_ape"))
    return (
        f"{_short(name):{_NAME}}{block['n']:>5}{block['answered']:>5}{errors}{_percent(block['bias'], '+'):>8}"
        f"{_percent(block['interval80_coverage'], digits=0):>6}{_percent(constant, digits=0):>5}"
        f"{_percent(six, digits=0):>5}"
    )


def _choice(found: Block) -> Iterator[str]:
    block = found["regret"]
    yield ""
    yield "time lost by the configuration predicted fastest, in groups of three or more that do the same work"
    yield from (_regret(f"  {name}", one) for name, one in block["by_source"].items())
    yield from (_regret(f"  flag: {flag}", one) for flag, one in block.get("flagged", {}).items() if one["groups"])
    yield from (
        f"{one['accelerator']}: tokens/s per accelerator from {one['from']:,} to {one['to']:,}: "
        f"measured {one['measured']:+.1%}, predicted {one['predicted']:+.1%}"
        for one in found["scaling"]
    )


def _regret(name: str, block: Block) -> str:
    return f"{_short(name):{_NAME}}{block['groups']:>5} groups, mean {block['mean']:.1%}, worst {block['max']:.1%}"


def _left_out(name: str, block: Block) -> Iterator[str]:
    yield ""
    yield f"Fitted again without each {name}, and that {name} predicted"
    yield _HEAD
    yield _line("all rows that count", block)
    yield from (_line(title, block[part]) for part, title in _PARTS.items())
    yield from _section(f"by {name}", {one["group"]: one for one in block["groups"]})
    yield from _section("by source", block["by"]["source"])
    if "calibrated" in block:
        yield ""
        yield from _draws(block["calibrated"])


def _draws(block: Block) -> Iterator[str]:
    yield (
        f"median error after calibration on {block['points']} steps of the left-out framework, "
        f"over {block['draws']} draws of the two"
    )
    yield f"{'':{_NAME}}{'rows':>6}{'before':>9}{'median':>9}{'worst':>9}"
    named = {"all": block, **{title: block[part] for part, title in _PARTS.items()}}
    for name, one in {**named, **{f"  {stack}": one for stack, one in block["by"].items()}}.items():
        figures = "".join(f"{_percent(one[key]):>9}" for key in ("before", "median", "worst"))
        yield f"{_short(name):{_NAME}}{one['n']:>6}{figures}"


def _calibration(block: Block) -> Iterator[str]:
    yield ""
    yield f"Calibrated on {block['points']} measured rows of your own, on the other rows of their framework"
    yield _HEAD
    for title, pair in (("steps", block), ("split inferred", block.get("inferred")), ("whole runs", block.get("runs"))):
        if pair:
            yield from (_line(f"{title}, {when}", pair[when]) for when in ("before", "after"))


def _rows(rows: list[Block]) -> Iterator[str]:
    yield ""
    yield f"{'predicted s':>13}{'measured s':>13}{'error':>8}  where it stands"
    for row in rows:
        times = "".join(
            f"{'—' if row[key] is None else format(row[key], '.4g'):>13}" for key in ("predicted", "measured")
        )
        yield _cut(f"{times}{_percent(row['ape']):>8}  {row['locator']}")
        yield from (f"{'':36}{line}" for line in wrap(row["reason"], _WIDTH - 36))


def _cut(line: str) -> str:
    """Shorten a line from the left of its locator, whose end tells rows apart."""
    return line if len(line) <= _WIDTH else f"{line[:36]}…{line[-(_WIDTH - 37) :]}"


def _short(name: str) -> str:
    return name if len(name) < _NAME else f"{name[: _NAME - 2]}…"


def _percent(value: float | None, sign: str = "", digits: int = 1) -> str:
    return "—" if value is None else f"{value:{sign}.{digits}%}"
