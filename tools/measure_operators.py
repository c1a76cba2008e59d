"""Measure the operators of LLM inference on the accelerator at hand and write them as a table of facts.

``python tools/measure_operators.py --out FILE [--minutes 8] [--seed 0] [--accelerator ID]``; ``--dry-run`` prints the
plan and needs neither an accelerator nor PyTorch. PyTorch with CUDA is needed to measure, and nothing else of denshi
needs it; flash-attn and flashinfer answer too where they are installed, pynvml (else nvidia-smi) reads the power.

Each time is that of one call between two events of the device, after a warm-up, with the level-2 cache overwritten
before: median, tenth and ninetieth percentile of ``repeats`` calls. The operands are random, for zeros run faster, and
every answer is compared with one in float32 before its time counts. Rows whose operator ends in ``_steady`` run without
pause, nothing overwritten between: they alone carry a power, and their time is the one this power and clock belong to.
``launch`` is the time from one empty kernel to the next, ``launch_graph`` the same in a replayed graph, ``empty_timer``
what two events with nothing in between show; nothing is subtracted. ``m, n, k`` and the rest are explained in
``operator_plan.Shape``, ``bytes`` counts each operand once; what an operator does not have stays empty.
"""

import argparse
import csv
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import pairwise
from pathlib import Path
from typing import Any

from denshi.catalog import Accelerator, find
from denshi.errors import DenshiError
from operator_calls import Call, calls
from operator_plan import STEADY_S, Shape, candidates, collectives, cost_s, plan, repeats

COLUMNS = (
    *("accelerator", "device_name", "driver", "torch", "library", "operator", "dtype", "m", "n", "k", "batch"),
    *("heads", "kv_heads", "head_dim", "context", "bytes", "repeats", "median_s", "p10_s", "p90_s", "power_w"),
    *("sm_clock_mhz", "date"),
)
DEVICES = {
    "NVIDIA A100-SXM4-40GB": "a100-sxm-40gb",
    "NVIDIA A100-SXM4-80GB": "a100-sxm-80gb",
    "NVIDIA H100 80GB HBM3": "h100-sxm-80gb",
    "NVIDIA H100 PCIe": "h100-pcie",
    "NVIDIA H200": "h200-sxm-141gb",
    "NVIDIA H200 NVL": "h200-nvl-141gb",
    "NVIDIA B200": "b200-sxm-180gb",
    "NVIDIA GB200": "gb200",
    "NVIDIA GB300": "gb300",
}
"""Catalogue rows by what the driver calls the device; another device is named with --accelerator."""
TOLERANCE = 0.1
"""Relative error above which an answer is wrong rather than rounded: sums of 8-bit products err by percents."""
SAVE_EVERY_S = 20.0
LAUNCHES = 1000


@dataclass(frozen=True, slots=True)
class Times:
    """Seconds of one call, and what the board showed meanwhile."""

    repeats: int
    median_s: float | None
    p10_s: float | None
    p90_s: float | None
    power_w: float | None = None
    sm_clock_mhz: float | None = None


@dataclass(frozen=True, slots=True)
class Board:
    """What stands beside every row, and how power [W] and clock [MHz] are read, if at all; a slow read takes 0.1 s."""

    facts: Mapping[str, str]
    read: Callable[[], tuple[float, float]] | None
    slow: bool


def main() -> None:
    given = arguments(sys.argv[1:])
    if given.dry_run:
        print_plan(given.minutes, given.seed)
        return
    began_s = time.monotonic()
    torch = cuda_torch()
    board = board_of(torch, accelerator_id(torch.cuda.get_device_name(0), given.accelerator))
    found: list[dict[str, str]] = []
    saved_s = began_s
    for row in measured(torch, board, plan(given.minutes, given.seed), began_s + 60 * given.minutes):
        found.append(row)
        if time.monotonic() - saved_s > SAVE_EVERY_S:
            write(found, given.out)
            saved_s = time.monotonic()
    write(found, given.out)
    found += reduced(torch, board)
    write(found, given.out)
    say(f"{len(found)} rows in {given.out} after {time.monotonic() - began_s:.0f} s")


def arguments(words: Sequence[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(description="Measure the operators of LLM inference on the accelerator at hand.")
    parser.add_argument("--out", type=Path, help="table to write (CSV)")
    parser.add_argument("--minutes", type=float, default=8.0, help="how long the run may take (default 8)")
    parser.add_argument("--seed", type=int, default=0, help="where the thinning of the shapes starts (default 0)")
    parser.add_argument("--accelerator", help="id of the accelerator in the catalogue, where its name does not tell")
    parser.add_argument("--dry-run", action="store_true", help="print what would be measured, and stop")
    given = parser.parse_args(words)
    if given.out is None and not given.dry_run:
        parser.error("--out FILE says where the measurements go; --dry-run only prints the plan")
    if given.minutes <= 0:
        parser.error("--minutes must be above zero")
    return given


def say(words: str) -> None:
    print(words, file=sys.stderr, flush=True)


def print_plan(minutes: float, seed: int) -> None:
    """Print how many shapes there are and are kept, then every shape in its order."""
    shapes = plan(minutes, seed)
    possible = Counter(_named(shape) for groups in candidates().values() for group in groups for shape in group)
    kept = Counter(map(_named, shapes))
    print(f"{'operator':28}{'possible':>10}{'kept':>8}{'seconds':>9}")
    for name in possible:
        seconds = sum(cost_s(shape) for shape in shapes if _named(shape) == name)
        print(f"{name:28}{possible[name]:10d}{kept[name]:8d}{seconds:9.1f}")
    total = sum(map(cost_s, shapes))
    print(f"{'all':28}{sum(possible.values()):10d}{len(shapes):8d}{total:9.1f}")
    print(f"and, with several accelerators, {len(collectives())} all-reduces")
    for shape in shapes:
        print(",".join([_named(shape), *(f"{key}={value}" for key, value in sizes(shape).items() if value)]))


def _named(shape: Shape) -> str:
    return shape.operator + ("_steady" if shape.steady else "")


def sizes(shape: Shape) -> dict[str, str]:
    """Return the dimensions of a shape as cells; one it does not have is empty."""
    keys = ("dtype", "m", "n", "k", "batch", "heads", "kv_heads", "head_dim", "context", "bytes")
    return {key: str(getattr(shape, key) or "") for key in keys}


def cuda_torch() -> Any:
    """Return PyTorch; say what is missing and stop where it or a CUDA device is not there."""
    try:
        import torch
    except ImportError:
        sys.exit("measuring needs PyTorch with CUDA, which is not installed here; --dry-run prints the plan without it")
    if not torch.cuda.is_available():
        sys.exit(f"PyTorch {torch.__version__} sees no CUDA device here; --dry-run prints the plan without one")
    return torch


def accelerator_id(device_name: str, given: str | None) -> str:
    """Return the catalogue's id of the device, which ``given`` overrules; stop where neither names one."""
    if given is None and device_name not in DEVICES:
        sys.exit(f'the catalogue knows no device called "{device_name}": name its row with --accelerator ID')
    try:
        return find(Accelerator, given or DEVICES[device_name]).id
    except DenshiError as error:
        sys.exit(str(error))


def board_of(torch: Any, accelerator: str) -> Board:
    """Return the names of device, driver and software, and who reads power and clock of this very device."""
    facts = {
        "accelerator": accelerator,
        "device_name": torch.cuda.get_device_name(0),
        "driver": "",
        "torch": torch.__version__,
        "date": date.today().isoformat(),
    }
    uuid = str(getattr(torch.cuda.get_device_properties(0), "uuid", "unknown"))
    uuid = uuid if uuid.startswith("GPU-") else f"GPU-{uuid}"
    for driver_and_read, slow in ((_from_library, False), (_from_command, True)):
        try:
            driver, read = driver_and_read(uuid)
            read()
        except Exception as error:  # the ways to be absent are many; times are worth having without
            say(f"no power or clock {driver_and_read.__name__[1:].replace('_', ' ')}: {type(error).__name__} {error}")
        else:
            return Board(facts | {"driver": driver}, read, slow)
    return Board(facts, None, slow=True)


def _from_library(uuid: str) -> tuple[str, Callable[[], tuple[float, float]]]:
    import pynvml

    pynvml.nvmlInit()
    handle, driver = pynvml.nvmlDeviceGetHandleByUUID(uuid), pynvml.nvmlSystemGetDriverVersion()

    def read() -> tuple[float, float]:
        watts = pynvml.nvmlDeviceGetPowerUsage(handle) / 1000
        return watts, float(pynvml.nvmlDeviceGetClockInfo(handle, pynvml.NVML_CLOCK_SM))

    return driver if isinstance(driver, str) else driver.decode(), read


def _from_command(uuid: str) -> tuple[str, Callable[[], tuple[float, float]]]:
    def asked(fields: str) -> str:
        command = ["nvidia-smi", f"--id={uuid}", f"--query-gpu={fields}", "--format=csv,noheader,nounits"]
        return subprocess.run(command, capture_output=True, check=True, text=True, timeout=20).stdout.strip()

    def read() -> tuple[float, float]:
        watts, clock = asked("power.draw,clocks.sm").split(",")
        return float(watts), float(clock)

    return asked("driver_version"), read


def measured(torch: Any, board: Board, shapes: Iterable[Shape], until_s: float) -> Iterator[dict[str, str]]:
    """Yield a row for each shape and library, in order, until the clock passes ``until_s``."""
    torch.manual_seed(0)
    l2_bytes = getattr(torch.cuda.get_device_properties(0), "L2_cache_size", 0)
    flush = torch.empty(max(2 * l2_bytes, 2**28), dtype=torch.uint8, device="cuda").zero_
    left_out: Counter[str] = Counter()
    for shape in shapes:
        if time.monotonic() > until_s:
            left_out["the time was up"] += 1
            continue
        try:
            for library, times in timed(torch, board, shape, flush, left_out):
                yield row(board, shape, library, times)
        except (RuntimeError, ValueError, TypeError, NotImplementedError) as error:
            left_out[f"{_named(shape)}: {(str(error).strip() or type(error).__name__).splitlines()[0][:120]}"] += 1
            if not _alive(torch):
                left_out["the device stopped answering, the rest was not tried"] += 1
                break
    for reason, count in left_out.items():
        say(f"{count} not measured: {reason}")


def _alive(torch: Any) -> bool:
    """Tell whether the device still works after an error, and give back what the failed call held."""
    try:
        torch.cuda.synchronize()
        torch.cuda.empty_cache()
    except RuntimeError:
        return False
    return True


def timed(
    torch: Any, board: Board, shape: Shape, flush: Callable[[], Any], left_out: Counter[str]
) -> Iterator[tuple[str, Times]]:
    """Yield the times of a shape for each library that answers it rightly."""
    if shape.operator == "idle":
        if board.read:
            yield "none", idle(torch, board.read)
    elif shape.operator == "empty_timer":
        yield "none", flushed(torch, board, lambda: None, flush)
    elif shape.operator in ("launch", "launch_graph"):
        yield "torch.cuda._sleep(0)", launches(torch, in_graph=shape.operator == "launch_graph")
    else:
        for call in calls(torch, shape, "cuda"):
            error = call.error(call.run())
            if not error < TOLERANCE:
                left_out[f"{_named(shape)} by {call.library}: its answer is wrong"] += 1
            elif shape.steady:
                yield call.library, steady(torch, board, call)
                return
            else:
                yield call.library, flushed(torch, board, call.run, flush)


def flushed(torch: Any, board: Board, run: Callable[[], Any], flush: Callable[[], Any]) -> Times:
    """Time single calls, each after the level-2 cache was overwritten; the host stays ahead of the device."""
    rough_s = _event_s(torch, 3, run, flush)[-1]
    count = repeats(rough_s)
    pairs = _queued(torch, count, run, flush)
    reading = board.read() if board.read and not board.slow else None
    torch.cuda.synchronize()
    seconds = [start.elapsed_time(end) / 1000 for start, end in pairs]
    return summary(seconds, sm_clock_mhz=reading[1] if reading else None)


def _event_s(torch: Any, count: int, run: Callable[[], Any], before: Callable[[], Any]) -> list[float]:
    pairs = _queued(torch, count, run, before)
    torch.cuda.synchronize()
    return [start.elapsed_time(end) / 1000 for start, end in pairs]


def _queued(torch: Any, count: int, run: Callable[[], Any], before: Callable[[], Any]) -> list[tuple[Any, Any]]:
    pairs = [(torch.cuda.Event(enable_timing=True), torch.cuda.Event(enable_timing=True)) for _ in range(count)]
    for start, end in pairs:
        before()
        start.record()
        run()
        end.record()
    return pairs


def summary(seconds: Sequence[float], power_w: float | None = None, sm_clock_mhz: float | None = None) -> Times:
    """Return the median and the tenths at both ends of at least two times."""
    tenths = statistics.quantiles(seconds, n=10, method="inclusive")
    return Times(len(seconds), statistics.median(seconds), tenths[0], tenths[-1], power_w, sm_clock_mhz)


def steady(torch: Any, board: Board, call: Call) -> Times:
    """Run without pause and read power and clock in the second half, when both have settled.

    The board's power is a mean over a second. Two batches of calls are always queued, so that the device never waits.
    """
    one_s = _event_s(torch, 3, call.run, lambda: None)[-1]
    batch = max(int((0.4 if board.slow else 0.1) / one_s), 1)
    marks, readings = [_mark(torch)], []
    began_s = time.monotonic()
    while time.monotonic() - began_s < STEADY_S:
        for _ in range(batch):
            call.run()
        marks.append(_mark(torch))
        if board.read and time.monotonic() - began_s > STEADY_S / 2:
            readings.append(board.read())
        marks[-2].synchronize()
    torch.cuda.synchronize()
    spans = [a.elapsed_time(b) / 1000 / batch for a, b in pairwise(marks)]
    watts, clocks = zip(*readings, strict=True) if readings else ((), ())
    return summary(spans[-max(len(spans) // 2, 2) :], _mean(watts), _mean(clocks))


def _mark(torch: Any) -> Any:
    event = torch.cuda.Event(enable_timing=True)
    event.record()
    return event


def _mean(values: Sequence[float]) -> float | None:
    return statistics.fmean(values) if values else None


def idle(torch: Any, read: Callable[[], tuple[float, float]]) -> Times:
    """Read power and clock of a device that holds a context and does nothing; there is no time."""
    torch.cuda.synchronize()
    time.sleep(STEADY_S / 2)
    readings = []
    for _ in range(10):
        readings.append(read())
        time.sleep(STEADY_S / 20)
    watts, clocks = zip(*readings, strict=True)
    return Times(len(readings), None, None, None, _mean(watts), _mean(clocks))


def launches(torch: Any, in_graph: bool) -> Times:
    """Time an empty kernel among a thousand: what a launch costs when the device never has work left."""

    def run() -> None:
        for _ in range(LAUNCHES):
            torch.cuda._sleep(0)

    replay = run
    if in_graph:
        run()
        graph = torch.cuda.CUDAGraph()
        with torch.cuda.graph(graph):
            run()
        replay = graph.replay
    _event_s(torch, 3, replay, torch.cuda.synchronize)
    return summary([span / LAUNCHES for span in _event_s(torch, 20, replay, torch.cuda.synchronize)])


def reduced(torch: Any, board: Board) -> list[dict[str, str]]:
    """Return a row for each all-reduce among the accelerators that are here."""
    count = torch.cuda.device_count()
    if count < 2:
        say("one accelerator here: no collective was measured")
        return []
    found = []
    for ranks in sorted({shape.n for shape in collectives() if shape.n <= count}):
        shapes = [shape for shape in collectives() if shape.n == ranks]
        with tempfile.TemporaryDirectory() as folder:
            queue = torch.multiprocessing.get_context("spawn").SimpleQueue()
            torch.multiprocessing.spawn(_rank, (ranks, shapes, f"file://{folder}/meet", queue), nprocs=ranks)
            found += [row(board, shape, "nccl", times) for shape, times in zip(shapes, queue.get(), strict=True)]
    return found


def _rank(rank: int, ranks: int, shapes: Sequence[Shape], meeting: str, queue: Any) -> None:
    import torch
    import torch.distributed as group

    torch.cuda.set_device(rank)
    group.init_process_group("nccl", init_method=meeting, rank=rank, world_size=ranks)
    found = []
    for shape in shapes:
        data = torch.zeros(shape.m, dtype=torch.bfloat16, device="cuda").normal_()

        def run(data: Any = data) -> None:
            group.all_reduce(data, op=group.ReduceOp.AVG)

        _event_s(torch, 5, run, group.barrier)
        found.append(summary(_event_s(torch, 30, run, lambda: None)[5:]))
    if rank == 0:
        queue.put(found)
    group.destroy_process_group()


def row(board: Board, shape: Shape, library: str, times: Times) -> dict[str, str]:
    """Return one row of the table: every cell is text, a number has six figures."""
    named = {**board.facts, "library": library, "operator": _named(shape), "repeats": str(times.repeats)}
    figures = {key: getattr(times, key) for key in ("median_s", "p10_s", "p90_s", "power_w", "sm_clock_mhz")}
    known = {key: "" if value is None else f"{value:.6g}" for key, value in figures.items()}
    return {key: {**named, **sizes(shape), **known}[key] for key in COLUMNS}


def write(found: Sequence[Mapping[str, str]], file: Path) -> None:
    """Write the table beside its place and move it there: whoever reads it finds a whole table, old or new."""
    file.parent.mkdir(parents=True, exist_ok=True)
    handle, beside = tempfile.mkstemp(dir=file.parent, prefix=f".{file.name}.")
    try:
        with os.fdopen(handle, "w", encoding="utf-8", newline="") as out:
            table = csv.DictWriter(out, COLUMNS, lineterminator="\n")
            table.writeheader()
            table.writerows(found)
        os.chmod(beside, 0o644)
        os.replace(beside, file)
    except BaseException:
        os.unlink(beside)
        raise


if __name__ == "__main__":
    main()
