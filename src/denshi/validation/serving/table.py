"""The result of validating the model of serving as a table for the terminal, at most 100 columns wide."""

from collections.abc import Iterator, Mapping
from textwrap import wrap

from denshi.validation.serving.score import Block

_WIDTH = 100
_NAME = 34
_HEAD = (
    f"{'':{_NAME}}{'rows':>6}{'ans.':>6}{'median':>8}{'MAPE':>8}{'p90':>8}{'in 20%':>8}{'bias':>8}"
    f"{'in80':>6}{'roof':>7}"
)
_PARTS = {
    "tpot": "time per output token",
    "tpot_dense": "  dense models",
    "tpot_moe": "  mixtures of experts",
    "ttft": "time to first token",
    "disagg_tpot": "time per output token, apart",
    "disagg_ttft": "time to first token, apart",
    "throughput": "MLPerf tokens/s",
    "fine_grained": "  fine-grained mixtures",
    "tokens_per_joule": "tokens per joule",
}
_GROUPS = {
    "model": "by model",
    "accelerator": "by accelerator",
    "engine": "by engine, its release aside",
    "mode": "by mode",
    "submitter": "by submitter",
}
_NOTES = (
    "rows measured and answered; median, MAPE, p90: absolute percentage error; in 20%: share of rows with",
    "an error of at most that; bias: median of predicted/measured - 1; in80: share of rows within their",
    "80 % interval. roof: median error of the roofline, bytes over bandwidth or FLOP over peak. apart:",
    "workers of their own process the prompts.",
)


def as_text(found: Block) -> str:
    """Return the result as text.

    Parameters
    ----------
    found : what ``document`` gives.
    """
    return "\n".join(_lines(found)) + "\n"


def _lines(found: Block) -> Iterator[str]:
    yield f"Serving: {found['n']} measured points without a flag, {found['answered']} answered, by shipped constants"
    yield _HEAD
    yield from _top(found)
    yield from _every_row(found["tokens_per_joule"])
    for name, groups in found["by"].items():
        yield from _groups(_GROUPS[name], groups)
    yield from _groups("flagged, in no figure above", found["flagged"])
    yield from _silicon(found["aiconfigurator"])
    for name, block in found.get("leave_out", {}).items():
        yield from _left_out(name, block)
    if "calibrated" in found:
        yield from _calibration(found["calibrated"])
    if "rows" in found:
        yield from _rows(found["rows"])
    yield ""
    yield from _NOTES


def _top(found: Block) -> Iterator[str]:
    roofline = found["baseline_roofline"]
    yield from (_line(title, found[part], roofline.get(part)) for part, title in _PARTS.items() if found[part]["n"])


def _line(name: str, block: Block, roofline: Block | None = None) -> str:
    errors = "".join(f"{_percent(block[key]):>8}" for key in ("median_ape", "mape", "p90_ape", "within20"))
    roof = "" if roofline is None else f"{_percent(roofline['median_ape'], digits=0):>7}"
    return (
        f"{_short(name):{_NAME}}{block['n']:>6}{block['answered']:>6}{errors}{_percent(block['bias'], '+'):>8}"
        f"{_percent(block['interval80_coverage'], digits=0):>6}{roof}"
    )


def _groups(title: str, groups: Mapping[str, Block]) -> Iterator[str]:
    if not groups:
        return
    yield ""
    yield title
    for name, block in groups.items():
        measured = [part for part in _PARTS if part in block and block[part]["n"]]
        if not measured:
            yield f"  {_short(name)}: {block['n']} rows, nothing measured"
        for place, part in enumerate(measured):
            yield _line(
                f"  {_short(name, 18):18}{_SHORT[part]}" if not place else f"{'':20}{_SHORT[part]}", block[part]
            )


_SHORT = {
    "tpot": "TPOT",
    "ttft": "TTFT",
    "disagg_tpot": "TPOT, apart",
    "disagg_ttft": "TTFT, apart",
    "throughput": "tokens/s",
    "tokens_per_joule": "tokens/J",
}


def _every_row(block: Block) -> Iterator[str]:
    if not block["rows"]:
        return
    yield ""
    spread = block["spread"]
    between = f", errors from {spread['lowest']:+.1%} to {spread['highest']:+.1%}" if spread else ""
    yield f"tokens per joule, every row{between}"
    for row in block["rows"]:
        where = f"{row['model']}, {row['accelerator']}, {row['mode']}"
        predicted = "—" if row["predicted"] is None else f"{row['predicted']:.3g}"
        yield f"  {where:46} measured {row['measured']:>7.3g}  predicted {predicted:>7}{_percent(row['error'], '+'):>9}"


def _silicon(block: Block | None) -> Iterator[str]:
    yield ""
    if block is None:
        yield "AIConfigurator: not installed (the extra denshi[silicon])"
        return
    share = f"{block['answered']} of {block['n']} aggregated points answered"
    yield f"AIConfigurator {block['version']} on the same rows: {share}"
    yield f"{'':{_NAME}}{'rows':>6}{'TPOT':>10}{'denshi':>10}{'TTFT':>10}{'denshi':>10}   median errors"
    for name, one in {"all": block, **{f"  {model}": own for model, own in block["by"].items()}}.items():
        figures = "".join(
            f"{_percent(one[who][metric]['median_ape']):>10}"
            for metric in ("tpot", "ttft")
            for who in ("aiconfigurator", "denshi")
        )
        yield f"{_short(name):{_NAME}}{one['answered']:>6}{figures}"
    for reason, count in block["unanswered"].items():
        yield _cut(f"  {count} not answered: {reason}")


def _left_out(name: str, block: Block) -> Iterator[str]:
    yield ""
    yield f"Fitted again without each {name}, and that {name} predicted"
    yield _HEAD
    yield from _top(block)
    yield from _every_row(block["tokens_per_joule"])
    yield from _groups(_GROUPS[name], block["by"][name])
    for metric, one in block.get("calibrated", {}).items():
        yield from _draws(_PARTS[metric], one)


def _draws(title: str, block: Block) -> Iterator[str]:
    yield ""
    yield (
        f"{title}: median error after calibration on {block['points']} points of each of {block['stacks']} stacks, "
        f"{block['draws']} draws"
    )
    yield f"{'':{_NAME}}{'rows':>6}{'before':>9}{'median':>9}{'worst':>9}"
    for name, one in {"all": block, **{f"  {model}": own for model, own in block["by"].items()}}.items():
        figures = "".join(f"{_percent(one[key]):>9}" for key in ("before", "median", "worst"))
        yield f"{_short(name):{_NAME}}{one['n']:>6}{figures}"


def _calibration(block: Block) -> Iterator[str]:
    yield ""
    yield f"Calibrated on {block['points']} measured points of your own, on the other rows of their stacks"
    yield _HEAD.removesuffix(f"{'roof':>7}")
    for part in block["before"]:
        if block["before"][part]["n"]:
            yield from (_line(f"{_SHORT[part]}, {when}", block[when][part]) for when in ("before", "after"))


def _rows(rows: list[Block]) -> Iterator[str]:
    yield ""
    yield f"{'':10}{'predicted':>11}{'measured':>11}{'error':>8}  where it stands"
    for row in rows:
        for metric, unit in _UNITS.items():
            if metric in row:
                one = row[metric]
                figures = "".join(
                    f"{'—' if one[key] is None else format(one[key], '.4g'):>11}" for key in ("predicted", "measured")
                )
                yield _cut(f"{unit:10}{figures}{_percent(one['ape']):>8}  {row['locator']}")
        yield from (f"{'':42}{line}" for line in wrap(row["reason"], _WIDTH - 42))


_UNITS = {"tpot_s": "TPOT s", "ttft_s": "TTFT s", "throughput": "tokens/s", "tokens_per_joule": "tokens/J"}


def _cut(line: str) -> str:
    """Shorten a line from the left of its locator, whose end tells rows apart."""
    return line if len(line) <= _WIDTH else f"{line[:42]}…{line[-(_WIDTH - 43) :]}"


def _short(name: str, width: int = _NAME) -> str:
    return name if len(name) < width else f"{name[: width - 2]}…"


def _percent(value: float | None, sign: str = "", digits: int = 1) -> str:
    return "—" if value is None else f"{value:{sign}.{digits}%}"
