"""The measured operator tables that are installed: which belong to a machine, and the times between their points."""

import importlib.util
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from denshi.errors import UsageError, nearest

Values = NDArray[np.float64]
Columns = Mapping[str, NDArray[Any]]
Where = tuple[tuple[str, str | float], ...]

PACKAGE = "aiconfigurator_core"
_READER = "pyarrow"
_WHERE = "validation.silicon"

FOLDERS: Mapping[str, str] = {
    "a100-sxm-80gb": "a100_sxm",
    "b200-sxm-180gb": "b200_sxm",
    "b300-sxm-270gb": "b300_sxm",
    "gb200": "gb200",
    "gb300": "gb300",
    "h100-pcie": "h100_pcie",
    "h100-sxm-80gb": "h100_sxm",
    "h200-sxm-141gb": "h200_sxm",
    "rtx-pro-6000": "rtx_pro_6000_server",
}
"""Accelerators of the catalogue and the package's folders of their tables."""

_SECONDS_PER_UNIT = 1e-3
_HOST_BOUND_S = 20e-6
"""Kernels whose fastest repeat takes longer than this were timed with their host in the way: the slowest device-bound
kernel of the tables starts in 13 us, the fastest of the others, which hardly depend on their operands, in 55 us."""
_EAGER = "_eager"


@dataclass(frozen=True, slots=True)
class Tables:
    """Folder of one accelerator's tables and the engine whose they are."""

    folder: Path
    engine: str


@dataclass(frozen=True, slots=True)
class Reading:
    """A time looked up [s], nan where the tables do not say; and where it comes from, or why there is none."""

    seconds: float
    source: str

    @property
    def is_measured(self) -> bool:
        """Whether the tables say it."""
        return bool(np.isfinite(self.seconds))


@dataclass(frozen=True, slots=True)
class Grid:
    """Times [s] at the crossings of axes, nan where none was taken."""

    axes: tuple[Values, ...]
    seconds: Values

    def at(self, *point: float) -> float:
        """Return the time at a point, linear in the logarithms of times and axes; nan outside and beside holes.

        >>> grid = Grid((np.array([1.0, 4.0]),), np.array([1e-6, 4e-6]))
        >>> round(grid.at(2.0) * 1e6, 3), grid.at(8.0)
        (2.0, nan)
        """
        corners: list[tuple[float, tuple[int, ...]]] = [(1.0, ())]
        for axis, value in zip(self.axes, point, strict=True):
            sides = _sides(axis, value)
            corners = [(weight * part, (*where, i)) for weight, where in corners for part, i in sides]
        if not corners:
            return float("nan")
        return float(np.exp(sum(weight * np.log(self.seconds[where]) for weight, where in corners)))


def _sides(axis: Values, value: float) -> list[tuple[float, int]]:
    """The crossings on both sides of a value and their weights; none where the value is outside."""
    if not axis[0] <= value <= axis[-1]:
        return []
    above = int(np.searchsorted(axis, value))
    if axis[above] == value:
        return [(1.0, above)]
    weight = float(np.log(value / axis[above - 1]) / np.log(axis[above] / axis[above - 1]))
    return [(1 - weight, above - 1), (weight, above)]


def is_installed() -> bool:
    """Say whether the tables and the reader of their files are there."""
    return all(importlib.util.find_spec(name) is not None for name in (PACKAGE, _READER))


def tables_for(accelerator: str, engine: str, root: Path | None = None) -> Tables:
    """Return the tables of an accelerator and an engine.

    Parameters
    ----------
    accelerator, engine : ids of the catalogue.
    root : folder that holds one folder an accelerator; left out, that of the installed package.

    Raises
    ------
    UsageError : the extra is not installed, or there are no such tables.
    """
    folder = _root() if root is None else root
    if accelerator not in FOLDERS:
        raise UsageError(
            f'no measured operators of the accelerator "{accelerator}"',
            where=_WHERE,
            mend=nearest(accelerator, FOLDERS),
        )
    own = folder / FOLDERS[accelerator]
    engines = sorted({path.parent.parent.name for path in own.glob("gemm/*/*/gemm_perf.parquet")})
    if engine not in engines:
        raise UsageError(
            f'no measured operators of the engine "{engine}" on {accelerator}',
            where=_WHERE,
            mend=nearest(engine, engines) if engines else "Predict with fitted operators",
        )
    return Tables(own, engine)


def _root() -> Path:
    if not is_installed():
        raise UsageError(
            "the measured operator tables are not installed",
            where=_WHERE,
            mend="Install the extra: pip install 'denshi[silicon]'",
        )
    spec = importlib.util.find_spec(PACKAGE)
    places = list(spec.submodule_search_locations or ()) if spec else []
    return Path(places[0]) / "systems" / "data"


def product(tables: Tables, number_format: str, m: float, n: float, k: float) -> Reading:
    """Time of a product of an m x k with a k x n matrix.

    Between the measured shapes the time is linear in logarithms of all three lengths. With a row of shapes left out
    this errs by 3 % in the median; the nearest shape scaled by its bytes errs by 8 %.
    """
    return _look(tables, "gemm", (("gemm_dtype", number_format),), ("m", "n", "k"), (m, n, k))


def attention(
    tables: Tables,
    cache_format: str,
    *,
    heads: float,
    kv_heads: float,
    width: float,
    window: float,
    at: Sequence[float],
) -> Reading:
    """Time of grouped attention of one layer for one new token a sequence, at (sequences, cached tokens)."""
    where: Where = (
        ("kv_cache_dtype", cache_format),
        ("num_heads", heads),
        ("num_key_value_heads", kv_heads),
        ("head_dim", width),
        ("window_size", window),
    )
    return _look(tables, "generation_attention", where, ("batch_size", "tokens"), at)


def latent_attention(tables: Tables, cache_format: str, *, heads: float, at: Sequence[float]) -> Reading:
    """Time of latent attention of one layer for one new token a sequence, at (sequences, cached tokens)."""
    where: Where = (("kv_cache_dtype", cache_format),)
    return _look(tables, "generation_mla", where, ("num_heads", "batch_size", "tokens"), (heads, *at))


def latent_product(tables: Tables, number_format: str, *, after: bool, heads: float, tokens: float) -> Reading:
    """Time of the products that bring queries into the latent space, or values out of it after the attention."""
    where: Where = (("bmm_dtype", number_format), ("op_name", "mla_gen_post" if after else "mla_gen_pre"))
    return _look(tables, "mla_bmm", where, ("num_heads", "num_tokens"), (heads, tokens))


def reduction(tables: Tables, ranks: float, values: float) -> Reading:
    """Time of an all-reduce of so many 16-bit values over ranks of one scale-up domain."""
    where: Where = (("allreduce_dtype", "bfloat16"), ("num_gpus", ranks))
    return _look(tables, "custom_allreduce", where, ("message_size",), (values,))


def _look(tables: Tables, name: str, where: Where, axes: tuple[str, ...], at: Sequence[float]) -> Reading:
    """Look a time up in the newest table that has such rows."""
    paths = _newest_first(tables, name)
    for path in paths:
        grid = _grid(path, where, axes)
        if grid is None:
            continue
        seconds = grid.at(*at)
        named = f"{name}, {tables.engine} {path.parent.name}"
        if np.isfinite(seconds):
            return Reading(seconds, f"measured ({named})")
        asked = " x ".join(f"{value:g}" for value in at)
        return Reading(float("nan"), f"fitted: {' x '.join(axes)} of {asked} is outside of the table ({named})")
    said = ", ".join(f"{column} {value if isinstance(value, str) else format(value, 'g')}" for column, value in where)
    return Reading(
        float("nan"), f"fitted: no kernel times of {name} of {tables.engine}" + (f" with {said}" if paths else "")
    )


def _newest_first(tables: Tables, name: str) -> list[Path]:
    found = tables.folder.glob(f"*/{tables.engine}/*/{name}_perf.parquet")
    return sorted(found, key=lambda path: _age(path.parent.name), reverse=True)


def _age(version: str) -> tuple[tuple[int, ...], int, int]:
    """Order versions: a candidate of a release (1.3.0rc20) is older than it, what follows (0.5.6.post2) younger."""
    release = re.match(r"[\d.]*\d", version)
    rest = version[release.end() :] if release else version
    counted = re.search(r"\d+", rest)
    stage = -1 if re.match(r"\.?(rc|a|b|dev)", rest) else int(bool(rest))
    numbers = tuple(int(part) for part in release.group().split(".") if part) if release else ()
    return numbers, stage, int(counted.group()) if counted else 0


@cache
def _columns(path: Path) -> Columns:
    """Read a table, without rows that time the host; ``tokens`` are those cached when a step is done."""
    from pyarrow import parquet

    read = parquet.read_table(path)
    columns: dict[str, NDArray[Any]] = {name: read.column(name).to_numpy() for name in read.column_names}
    columns["seconds"] = columns.pop("latency").astype(np.float64) * _SECONDS_PER_UNIT
    if "step" in columns:
        columns["tokens"] = columns["isl"].astype(np.float64) + columns["step"].astype(np.float64)
    keep = columns["seconds"] > 0
    if "kernel_source" in columns:
        _, kernel = np.unique(columns["kernel_source"], return_inverse=True)
        fastest = np.full(int(kernel.max(initial=0)) + 1, np.inf)
        np.minimum.at(fastest, kernel, columns["seconds"])
        keep &= fastest[kernel] <= _HOST_BOUND_S
    if "backend" in columns:
        keep &= ~np.char.endswith(columns["backend"].astype(str), _EAGER)
    return {name: values[keep] for name, values in columns.items()}


@cache
def _grid(path: Path, where: Where, axes: tuple[str, ...]) -> Grid | None:
    """Lay rows out on a grid; where several kernels were timed at one crossing, the fastest counts."""
    columns = _columns(path)
    keep = np.ones(len(columns["seconds"]), dtype=bool)
    for name, value in where:
        given = columns[name] if name in columns else np.full(len(keep), np.nan)
        keep &= given.astype(str) == value if isinstance(value, str) else given.astype(np.float64) == value
    if not keep.any():
        return None
    lengths, places = zip(
        *(np.unique(columns[name][keep].astype(np.float64), return_inverse=True) for name in axes), strict=True
    )
    seconds = np.full(tuple(len(axis) for axis in lengths), np.inf)
    np.minimum.at(seconds, places, columns["seconds"][keep])
    return Grid(lengths, np.where(np.isfinite(seconds), seconds, np.nan))
