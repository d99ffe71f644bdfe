"""Time a task in panelkit and in its peers in one process and print the ratios.

    python -m benchmarks.run            # all tasks
    python -m benchmarks.run wild twfe  # some

A ratio is the peer's median time over panelkit's: above 1, panelkit is faster. Where a peer computes the same
number, the task checks that it does before it times anything.
"""

from __future__ import annotations

import gc
import importlib
import pkgutil
import statistics
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

Contender = Callable[[], object]


@dataclass(frozen=True)
class Task:
    """One thing to time: `ours` and `peers` are called without arguments; `note` says what was checked.

    A peer that is timed on a part of the work carries the factor to the whole as its attribute `scale`.
    """

    name: str
    ours: Contender
    peers: dict[str, Contender] = field(default_factory=dict)
    repeats: int = 5
    note: str = ""


def median_seconds(call: Contender, repeats: int) -> float:
    """Return the median of `repeats` timings after one unmeasured call."""
    call()
    seconds = []
    for _ in range(repeats):
        gc.collect()
        start = time.perf_counter()
        call()
        seconds.append(time.perf_counter() - start)
    return statistics.median(seconds)


def modules() -> dict[str, str]:
    """Return the task modules by short name: every file `benchmarks/task_*.py`."""
    found = pkgutil.iter_modules([str(Path(__file__).parent)])
    return {m.name.removeprefix("task_"): f"benchmarks.{m.name}" for m in found if m.name.startswith("task_")}


def report(task: Task) -> None:
    """Time one task and print a line a contender."""
    own = median_seconds(task.ours, task.repeats)
    print(f"{task.name}\n  {'panelkit':<28}{own:>10.4f} s")
    for name, call in task.peers.items():
        seconds = median_seconds(call, task.repeats) * getattr(call, "scale", 1.0)
        print(f"  {name:<28}{seconds:>10.4f} s   ratio {seconds / own:.1f}")
    if task.note:
        print(f"  ({task.note})")


def main(names: list[str]) -> None:
    """Run the named tasks, or all."""
    known = modules()
    unknown = [name for name in names if name not in known]
    if unknown:
        raise SystemExit(f"no task {', '.join(unknown)}: there are {', '.join(sorted(known))}")
    for name in names or sorted(known):
        for task in importlib.import_module(known[name]).tasks():
            report(task)


if __name__ == "__main__":
    main(sys.argv[1:])
