"""Fit the constants of the training model to the measured steps and write them where they are read.

``python tools/fit_training.py [FOLDER]``; FOLDER holds ``validation/training.csv`` (default ``$DENSHI_SHARED``).
Writes the constants (``src/denshi/validation/training/constants.toml``), the quantiles of the errors on models and
stacks left out and, expanded from the constants, the rows of kernels and software of the catalogue.
"""

import os
import sys
from collections.abc import Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path

import numpy as np

from denshi.validation.training.cases import Case, read
from denshi.validation.training.constants import PRIORS, RELEASES, UNKNOWN, release_of, software_values
from denshi.validation.training.fit import fit, is_fitted
from denshi.validation.training.predict import predicted

PACKAGE = Path(__file__).parents[1] / "src" / "denshi"
DATE = "2026-11"
SOURCE = "fit to {rows} measured steps of {stacks} stacks, tools/fit_training.py"
UNTAUGHT = "constants of its era from the fit; no measured step of this release taught them"
UNMEASURED = "assumed: rates fall with the cube root to the square root of the power; one power alone was measured"
REFERENCE = "definition: the power for which the shares are stated"
FEATURES = ("released", "fused_attention", "gradient_bytes", "graphs")
RECIPES = (
    'source = "NVIDIA-NeMo/Megatron-Bridge scripts/performance and docs/performance-summary-archive.md", grade = "C"'
)
FROM_MEMORY = 'source = "papers and code of the release, from memory, unchecked", grade = "E"'
GENERATIONS = {
    "ampere": ("Ampere (A100)", "ampere", 0.4),
    "hopper": ("Hopper (H100, H200, H800, H20)", "hopper", 0.7),
    "blackwell": ("Blackwell (B200, GB200)", "blackwell", 1.2),
    "blackwell-ultra": ("Blackwell Ultra (B300, GB300)", "blackwell", 1.2),
    "tpu": ("TPU v4 to v7", "tpu", 0.3),
}


def main() -> None:
    folder = Path(sys.argv[1] if len(sys.argv) > 1 else os.environ.get("DENSHI_SHARED", "../shared"))
    cases = read(folder / "validation" / "training.csv")
    used = [case for case in cases if is_fitted(case)]
    source = SOURCE.format(rows=len(used), stacks=len({case.family for case in used}))
    constants = fit(cases, {name: prior.value for name, prior in PRIORS.items()})
    write_constants(constants, source)
    write_bands(left_out_spread(used, constants))
    write_kernels(constants, source)
    write_software(constants, source, {release_of(case.framework) for case in used})


def left_out_spread(used: Sequence[Case], constants: Mapping[str, float]) -> dict[str, tuple[float, float]]:
    """Factors on a prediction that hold four in five measured times: models left out, and stacks left out."""
    spread = {}
    for key, tail in ((model_of, ""), (family_of, "-unseen")):
        groups = sorted({key(case) for case in used})
        with ProcessPoolExecutor(2) as pool:
            parts = list(
                pool.map(
                    without,
                    [[c for c in used if key(c) == g] for g in groups],
                    [[c for c in used if key(c) != g] for g in groups],
                    [constants] * len(groups),
                )
            )
        held = [case for g in groups for case in used if key(case) == g]
        ratio = np.concatenate(parts)
        for kind, is_moe in (("dense", False), ("moe", True)):
            own = ratio[[case.is_moe == is_moe for case in held]]
            low, high = np.quantile(own, [0.1, 0.9])
            spread[kind + tail] = (
                min(float(np.exp(low)), spread.get(kind, (np.inf, 0.0))[0]),
                max(float(np.exp(high)), spread.get(kind, (np.inf, 0.0))[1]),
            )
    return spread


def model_of(case: Case) -> str:
    return case.model


def family_of(case: Case) -> str:
    return case.family


def without(held: Sequence[Case], kept: Sequence[Case], start: Mapping[str, float]) -> np.ndarray:
    """Logarithm of measured over predicted time of rows that did not teach the constants."""
    measured = np.array([case.measured_s for case in held], dtype=np.float64)
    return np.log(measured / predicted(held, fit(kept, start)))


def write_constants(constants: Mapping[str, float], source: str) -> None:
    lines = [f"# {source[0].upper()}{source[1:]}, {DATE}.", "[constants]"]
    lines += [f'"{name}" = {value:.4g}' for name, value in constants.items()]
    (PACKAGE / "validation" / "training" / "constants.toml").write_text("\n".join(lines) + "\n", encoding="utf-8")


def write_bands(spread: Mapping[str, tuple[float, float]]) -> None:
    """Write the factors between which measured over predicted lies, as assumptions that predictions name."""
    whose = {"dense": "dense models", "moe": "mixtures of experts"}
    lines = [f"# Written by tools/fit_training.py, {DATE}."]
    for kind, ends in spread.items():
        unseen = kind.endswith("-unseen")
        of = whose[kind.removesuffix("-unseen")] + (" on software that taught no constant" if unseen else "")
        for end, nth, value in zip(("low", "high"), ("tenth", "ninetieth"), ends, strict=True):
            lines += ["", f"[training-band-{kind}-{end}]"]
            lines += [f'name = "measured over predicted time per step of {of}, {nth} percentile"', 'unit = "1"']
            lines += [
                f'source = "errors on {"stacks" if unseen else "models"} left out of the fit, tools/fit_training.py"'
            ]
            lines += [f'date = "{DATE}"', 'grade = "D"', f"value = {value:.4g}"]
    path = PACKAGE / "catalog" / "data" / "assumptions" / "training_band.toml"
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")


def head(name: str, source: str, grade: str = "D") -> list[str]:
    return [f'name = "{name}"', f'source = "{source}"', f'date = "{DATE}"', f'grade = "{grade}"']


def number(name: str, value: float, width: float) -> str:
    """Write a value with the range of its prior, halved by the fit."""
    low, high = value * (1 - width / 2), value * (1 + width / 2)
    return f"{name} = {{ value = {value:.4g}, low = {low:.4g}, high = {high:.4g} }}"


def write_kernels(constants: Mapping[str, float], source: str) -> None:
    lines = [f"# Written by tools/fit_training.py, {DATE}."]
    for id_, (name, family, reference) in GENERATIONS.items():
        lines += ["", f"[{id_}]", *head(name, source)]
        for field in ("product_bf16", "product_fp8", "product_fp4", "saturation", "attention"):
            constant = f"{family}.{field}"
            if (id_, field) == ("tpu", "product_fp8"):
                # TPU v6e multiplies 8 bits at the 16-bit rate
                lines.append(number(field, constants["tpu.product_bf16"], 0.3))
            if constant in constants:
                ultra = constants["ultra_attention"] if (id_, field) == ("blackwell-ultra", "attention") else 1.0
                lines.append(number(field, constants[constant] * ultra, PRIORS[constant].width))
        for field in ("score_width", "memory"):
            lines.append(number(field, constants[field], PRIORS[field].width))
        lines.append(power_exponent(constants, family))
        lines.append(f'reference_kw = {{ value = {reference}, source = "{REFERENCE}" }}')
    (PACKAGE / "catalog" / "data" / "kernels" / "fitted.toml").write_text("\n".join(lines) + "\n", encoding="utf-8")


def power_exponent(constants: Mapping[str, float], family: str) -> str:
    """Only Blackwell was measured under more than one power; elsewhere the exponent is its prior."""
    own = f"{family}.power_exponent" if f"{family}.power_exponent" in constants else "power_exponent"
    written = number("power_exponent", constants[own], PRIORS[own].width)
    return written if family == "blackwell" else written.replace(" }", f', source = "{UNMEASURED}", grade = "E" }}')


def write_software(constants: Mapping[str, float], source: str, taught: set[str]) -> None:
    lines = [f"# Written by tools/fit_training.py, {DATE}."]
    for id_, release in RELEASES.items():
        evidence = head(release.name, source) if id_ in taught else head(release.name, UNTAUGHT, "E")
        lines += ["", f"[{quoted(id_)}]", *evidence]
        known = RECIPES if id_.startswith("megatron-bridge") else FROM_MEMORY
        lines.append(f'family = "{id_.rpartition("-")[0] or id_}"')
        if id_ == UNKNOWN:
            lines.append('aliases = ["current"]')
        for name, value in software_values(constants, id_).items():
            lines.append(
                f"{name} = {{ value = {value:.6g}, {known} }}" if name in FEATURES else f"{name} = {value:.4g}"
            )
    (PACKAGE / "catalog" / "data" / "software" / "fitted.toml").write_text("\n".join(lines) + "\n", encoding="utf-8")


def quoted(id_: str) -> str:
    return f'"{id_}"' if "." in id_ else id_


if __name__ == "__main__":
    main()
