"""Many jobs side by side, in processes that end with their parent."""

import multiprocessing
import os
import signal
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import Future, ProcessPoolExecutor, as_completed
from contextlib import contextmanager
from typing import TypeVar

Job = TypeVar("Job")
Outcome = TypeVar("Outcome")

_MOST_PROCESSES = 2
_THREADS = "OMP_NUM_THREADS"


def each(
    jobs: Mapping[str, Job],
    work: Callable[[Job], Outcome],
    keep: Callable[[str, Outcome], None],
    processes: int | None = None,
) -> None:
    """Do every job and hand over its outcome, in the order in which they are done.

    Parameters
    ----------
    jobs : what to do, by name.
    work : does one; importable by name where more than one process is used.
    keep : is given the name and outcome of each.
    processes : how many at a time; left out, two, or one on a machine with one core.
    """
    width = processes or min(_MOST_PROCESSES, os.cpu_count() or 1)
    if width == 1 or len(jobs) < 2:
        for name, job in jobs.items():
            keep(name, work(job))
        return
    # "spawn" starts clean processes: a fork would copy the locks of NumPy's threads in whatever state they are.
    context = multiprocessing.get_context("spawn")
    with _one_thread_each():
        pool = ProcessPoolExecutor(width, mp_context=context, initializer=_quiet)
        try:
            pending: dict[Future[Outcome], str] = {pool.submit(work, job): name for name, job in jobs.items()}
            for future in as_completed(pending):
                keep(pending[future], future.result())
        except BaseException:
            pool.shutdown(wait=False, cancel_futures=True)
            for child in multiprocessing.active_children():  # nobody waits for a job after an interrupt
                child.terminate()
            raise
        pool.shutdown()


@contextmanager
def _one_thread_each() -> Iterator[None]:
    """Give each process one thread: small matrices gain nothing from more, and two jobs would fight over the cores."""
    before = os.environ.get(_THREADS)
    os.environ[_THREADS] = "1"
    try:
        yield
    finally:
        if before is None:
            os.environ.pop(_THREADS, None)
        else:
            os.environ[_THREADS] = before


def _quiet() -> None:
    """Leave an interrupt to the parent, which ends its children itself."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
