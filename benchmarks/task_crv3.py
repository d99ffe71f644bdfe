"""CRV3 against CRV1 on the same fit at a million rows, panels of every shape, and its memory in a process of its own.

python -m benchmarks.run crv3
python -m benchmarks.task_crv3 31 33000 1.0     # one shape: seconds of both and the peak of each, in MB
"""

from __future__ import annotations

import resource
import subprocess
import sys
import time
from typing import Any

import numpy as np
import pandas as pd

import panelkit as pk
from benchmarks.run import Task
from benchmarks.task_wild import panel

# units, periods, share of the cells held, clusters
SHAPES = (
    (300, 300, 1.0, "unit"),
    (31, 33_000, 1.0, "unit"),
    (33_000, 31, 1.0, "unit"),
    (1_000, 1_000, 1.0, "unit"),
    (1_000, 1_000, 1.0, "groups of 30 units"),
    (1_000, 1_000, 1.0, "region and year"),
    (31, 3_650, 0.95, "unit"),
    (31, 33_000, 0.95, "unit"),
    (33_000, 31, 0.95, "unit"),
    (300, 3_300, 0.95, "unit"),
    (1_000, 1_000, 0.95, "unit"),
)


def data_of(units: int, periods: int, share: float, clusters: str) -> tuple[pd.DataFrame, str | None]:
    """Return a panel and the column of its clusters."""
    data = panel(units, periods)
    unit, year = data.index.get_level_values(0), data.index.get_level_values(1)
    data["cluster"] = unit // 30 if clusters.startswith("groups") else (unit % 7) * 100_000 + year
    held = np.random.default_rng(0).random(len(data)) < share
    return data[held], None if clusters == "unit" else "cluster"


def tasks() -> list[Task]:
    """Return a task a shape; the peer is CRV1 of the same model, and a ratio above 1/2 is within twice its time."""
    return [_task(*shape) for shape in SHAPES]


def _task(units: int, periods: int, share: float, clusters: str) -> Task:
    data, by = data_of(units, periods, share, clusters)

    def fitted(vcov: Any) -> Any:
        return lambda: pk.FixedEffects("y ~ x1 + x2", vcov=vcov).fit(data)

    shape = f"{units:,} x {periods:,}, {share:.0%} of cells, clusters: {clusters}"
    command = [sys.executable, "-m", "benchmarks.task_crv3", str(units), str(periods), str(share), clusters]
    note = subprocess.run(command, capture_output=True, text=True, check=True).stdout.strip()
    return Task(
        f"fixed effects with CRV3, {shape}", fitted(pk.CRV3(by)), {"CRV1": fitted(pk.Cluster(by))}, 3, note
    )


def main(units: int, periods: int, share: float, clusters: str) -> None:
    """Print seconds and peak memory of the fit with CRV1, and then with CRV3."""
    data, by = data_of(units, periods, share, clusters)
    parts = []
    for name, vcov in (("CRV1", pk.Cluster(by)), ("CRV3", pk.CRV3(by))):
        start = time.perf_counter()
        pk.FixedEffects("y ~ x1 + x2", vcov=vcov).fit(data)
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
        parts.append(f"{name} {time.perf_counter() - start:.2f} s, peak so far {peak} MB")
    print("; ".join(parts))


if __name__ == "__main__":
    main(int(sys.argv[1]), int(sys.argv[2]), float(sys.argv[3]), sys.argv[4] if len(sys.argv) > 4 else "unit")
