"""Time the main job stage by stage, and the start of the program, beside their budgets.

Each figure is the median of several runs in processes of their own; machines are noisy, so minimum and maximum stand
beside it.
"""

import json
import resource
import statistics
import subprocess
import sys
import time
from collections.abc import Callable
from itertools import pairwise

RUNS = 3
HELP_BUDGET_S = 0.35
DESIGN_BUDGET_S = 20.0
ROOMS_BUDGET_S = 2.0
MEMORY_BUDGET_MB = 600.0
SCENARIO = "examples/hyperion.toml"
NOT_A_ROOM = ("imports", "facts", "bands and grades", "report")


def main() -> None:
    if "--once" in sys.argv:
        print(json.dumps(one_design()))
        return
    spread("denshi --help", [timed(lambda: run("-m", "denshi", "--help")) for _ in range(7)], HELP_BUDGET_S, "s")
    rounds = [json.loads(run(__file__, "--once")) for _ in range(RUNS)]
    whole = [timed(lambda: run("-m", "denshi", "design", SCENARIO, "-o", "/dev/shm/denshi-bench")) for _ in range(RUNS)]
    spread(f"denshi design {SCENARIO}", whole, DESIGN_BUDGET_S, "s")
    spread("  peak memory", [r["peak_mb"] for r in rounds], MEMORY_BUDGET_MB, "MB")
    for stage in rounds[0]["stages"]:
        spread(f"  {stage}", [r["stages"][stage] for r in rounds], None, "s")
    rooms = [sum(s for name, s in r["stages"].items() if is_other_room(name)) for r in rounds]
    spread("  all rooms but energy", rooms, ROOMS_BUDGET_S, "s")


def is_other_room(stage: str) -> bool:
    return stage not in ("energy", *NOT_A_ROOM)


def one_design() -> dict[str, object]:
    """Design once in this process and return seconds by stage and the peak of resident memory."""
    marks: list[tuple[str, float]] = [("imports", time.perf_counter())]
    from denshi.design import design, document
    from denshi.report import html
    from denshi.scenario import load

    scenario = load(SCENARIO)

    def mark(stage: str) -> None:
        marks.append((stage, time.perf_counter()))

    made = design(scenario, mark)
    mark("bands and grades")
    page = document(made)
    mark("report")
    html.render(page, "en")
    marks.append(("end", time.perf_counter()))
    stages: dict[str, float] = {}
    for (name, begun), (_, ended) in pairwise(marks):
        stage = name.split(":", maxsplit=1)[0]
        stages[stage] = stages.get(stage, 0.0) + ended - begun
    return {"stages": stages, "peak_mb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024}


def run(*arguments: str) -> str:
    return subprocess.run([sys.executable, *arguments], check=True, capture_output=True, text=True).stdout


def timed(job: Callable[[], object]) -> float:
    begun = time.perf_counter()
    job()
    return time.perf_counter() - begun


def spread(name: str, values: list[float], budget: float | None, unit: str) -> None:
    middle = statistics.median(values)
    limit = "" if budget is None else f"  budget {budget:g} {unit}  {'within' if middle <= budget else 'OVER'}"
    print(f"{name:40} median {middle:8.3f} {unit}  (min {min(values):.3f}, max {max(values):.3f}){limit}")


if __name__ == "__main__":
    main()
