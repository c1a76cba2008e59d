"""Fit the constants of the serving model to the measured points and write them where they are read.

``python tools/fit_serving.py [FOLDER]``; FOLDER holds ``validation/serving.csv`` (default ``$DENSHI_SHARED``).
Writes the constants (``src/denshi/validation/serving/constants.toml``) and, expanded from them, the engines of the
catalogue (``src/denshi/catalog/data/engines/fitted.toml``).
"""

import os
import sys
from collections import Counter
from collections.abc import Mapping
from pathlib import Path

from denshi.validation.serving.cases import ENGINES, Case, read
from denshi.validation.serving.constants import FIRST_PRIORS, MLPERF_PRIORS, PRIORS, engine_values
from denshi.validation.serving.fit import fit, is_fitted

PACKAGE = Path(__file__).parents[1] / "src" / "denshi"
DATE = "2026-11"
SOURCE = "fit to {rows} measured serving points, {own} of them on this engine, tools/fit_serving.py"
ALL = "fit to {rows} measured serving points of {engines} engines together, tools/fit_serving.py"
NAMES = {"trtllm": "TensorRT-LLM", "vllm": "vLLM", "sglang": "SGLang"}
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
