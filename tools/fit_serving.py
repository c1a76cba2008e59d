"""Fit the constants of the serving model to the measured points and write them where they are read.

``python tools/fit_serving.py [FOLDER]``; FOLDER holds ``validation/serving.csv`` (default ``$DENSHI_SHARED``).
Writes the constants (``src/denshi/validation/serving/constants.toml``), expanded from them the engines of the catalogue
(``src/denshi/catalog/data/engines/fitted.toml``), which accelerators taught them, and the factors of the 80 % intervals
from models and accelerators left out (``src/denshi/catalog/data/assumptions/serving_band.toml``): two minutes.
"""

import os
import sys
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path

from denshi.validation.serving.cases import ENGINES, Case, read
from denshi.validation.serving.constants import FIRST_PRIORS, MLPERF_PRIORS, PRIORS, engine_values
from denshi.validation.serving.fit import fit, is_fitted
from denshi.validation.serving.interval import UNSEEN, bands, teaching
from denshi.validation.serving.leave_out import left_out
from denshi.validation.serving.predictor import Predictor, shipped_predictor

PACKAGE = Path(__file__).parents[1] / "src" / "denshi"
DATE = "2026-11"
SOURCE = "fit to {rows} measured serving points, {own} of them on this engine, tools/fit_serving.py"
ALL = "fit to {rows} measured serving points of {engines} engines together, tools/fit_serving.py"
NAMES = {"trtllm": "TensorRT-LLM", "vllm": "vLLM", "sglang": "SGLang"}
BANDED = {
    "tpot": "time per output token",
    "ttft": "time to first token",
    "throughput": "MLPerf tokens a second",
    "disagg-tpot": "time per output token, prompts on workers of their own",
    "disagg-ttft": "time to first token, prompts on workers of their own",
    "tokens-per-joule": "tokens per joule",
}
EVIDENCE = {
    "memory_label": ("nvidia-smi lists 81,559 MiB on an H100 of 80 GB, 143,771 MiB on an H200; from memory", "E"),
    "reserved_bytes": ("run time, device graphs and collective buffers, from memory", "E"),
    "of_free": ("the engine's setting for cache memory: of what is free, or of all memory; engine documentation", "B"),
    "prompt_first": ("the engine runs prompts alone, or mixes them with decoding; engine documentation", "B"),
    "output_reserved": (
        "no request is evicted, so all its output is reserved; or mean use with eviction; assumed",
        "E",
    ),
}


def main() -> None:
    folder = Path(sys.argv[1] if len(sys.argv) > 1 else os.environ.get("DENSHI_SHARED", "../shared"))
    cases = read(folder / "validation" / "serving.csv")
    used = [case for case in cases if is_fitted(case)]
    constants = fit(cases, {name: prior.value for name, prior in (PRIORS | FIRST_PRIORS | MLPERF_PRIORS).items()})
    write_constants(constants, used)
    write_engines(constants, used)
    write_taught(cases)
    write_bands(cases, replace(shipped_predictor(), constants=constants))


def write_taught(cases: Sequence[Case]) -> None:
    lines = [f"# Accelerators whose measured points taught the constants, tools/fit_serving.py, {DATE}."]
    for name, chips in teaching(cases).items():
        quoted = ", ".join(f'"{chip}"' for chip in chips)
        lines.append(f"{name} = [{quoted}]")
    (PACKAGE / "validation" / "serving" / "taught.toml").write_text("\n".join(lines) + "\n", encoding="utf-8")


def write_bands(cases: Sequence[Case], predictor: Predictor) -> None:
    """Write the factor of the 80 % interval of every class, from errors on what was left out."""
    without = []
    for field in ("model", "accelerator"):
        groups = [str(getattr(case, field)) for case in cases]
        without.append(left_out(cases, groups, sorted(set(groups)), predictor).predicted)
    lines = [f"# Written by tools/fit_serving.py, {DATE}."]
    for name, factor in sorted(bands(cases, *without).items()):
        part, _, rest = name.removesuffix(UNSEEN).partition("-")
        unseen = name.endswith(UNSEEN)
        whole = name.removesuffix(UNSEEN)
        of = BANDED.get(whole) or f"{BANDED[part]}, {rest.replace('-', ', ')}"
        taught = "; an accelerator that taught no constant" if unseen else ""
        source = f"errors on models{' and accelerators' if unseen else ''} left out of the fit, tools/fit_serving.py"
        lines += ["", f"[serving-band-{name}]", f'name = "factor of the 80 % interval of {of}{taught}"', 'unit = "1"']
        lines += [f'source = "{source}"', f'date = "{DATE}"', 'grade = "D"', f"value = {factor:.4g}"]
    path = PACKAGE / "catalog" / "data" / "assumptions" / "serving_band.toml"
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")


def write_constants(constants: Mapping[str, float], used: list[Case]) -> None:
    lines = [f"# {ALL.format(rows=len(used), engines=len(ENGINES)).capitalize()}, {DATE}.", "[constants]"]
    lines += [f'"{name}" = {value:.4g}' for name, value in constants.items()]
    (PACKAGE / "validation" / "serving" / "constants.toml").write_text("\n".join(lines) + "\n", encoding="utf-8")


def write_engines(constants: Mapping[str, float], used: list[Case]) -> None:
    own = Counter(case.engine for case in used)
    lines = [f"# Written by tools/fit_serving.py, {DATE}."]
    for engine in ENGINES:
        lines += ["", f"[{engine}]", f'name = "{NAMES[engine]}"']
        lines += [f'source = "{SOURCE.format(rows=len(used), own=own[engine])}"', f'date = "{DATE}"', 'grade = "D"']
        lines += [f'family = "{engine}"']
        for name, value in engine_values(constants, engine).items():
            source, grade = EVIDENCE.get(name, ("", ""))
            plain = f"{value:.4g}"
            lines += [
                f'{name} = {{ value = {plain}, source = "{source}", grade = "{grade}" }}'
                if source
                else f"{name} = {plain}"
            ]
    path = PACKAGE / "catalog" / "data" / "engines" / "fitted.toml"
    path.parent.mkdir(exist_ok=True)
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
