"""Ingest the full set of figures again from generated yearbook workbooks: seconds, memory, and every cell equal."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import pandas as pd

from benchmarks.evidence.record import HOME, write
from panelkit.data.figures import read_figures
from panelkit.data.yearbook.store.store import read_store
from tests.yearbook.shelf import write_shelf

_PEAK = """
import resource, sys
from panelkit.cli import main
try:
    main()
finally:
    own = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    child = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss
    print(own, child, file=sys.stderr)
"""


def main() -> Path:
    """Time the command line on the whole shelf, then a second time on the same files."""
    rows = []
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        shelf = folder / "shelf"
        shelf.mkdir()
        files = write_shelf(shelf)
        store = folder / "store"
        for run in ("first", "again"):
            rows.append({"run": run, "workbooks": len(files)} | _timed(files, store))
        for run in ("folder", "folder again"):
            rows.append({"run": run, "workbooks": len(files)} | _timed([shelf], folder / "other"))
        held, stored = read_figures(check=False), read_store(store).figures
    keys = ["adcode", "period", "indicator", "vintage"]
    both = held.merge(stored, on=keys, how="outer", suffixes=("", "_stored"))
    equal = int((both["value"] == both["value_stored"]).sum())
    facts = {
        "figures shipped": len(held),
        "figures stored": len(stored),
        "equal": equal,
        "cores": os.cpu_count(),
    }
    return write("yearbook_speed", pd.DataFrame(rows), seed=0, facts=facts)


def _timed(files: list[Path], store: Path) -> dict[str, float]:
    start = time.perf_counter()
    done = subprocess.run(
        [sys.executable, "-c", _PEAK, "ingest", *map(str, files), "--store", str(store), "--json"],
        cwd=HOME,
        env={**os.environ, "PYTHONPATH": str(HOME)},
        capture_output=True,
        text=True,
    )
    seconds = time.perf_counter() - start
    if done.returncode:
        raise SystemExit(done.stderr)
    own, child = (int(part) / 1024 for part in done.stderr.split()[-2:])
    return {"seconds": round(seconds, 2), "memory_mb": round(own, 1), "memory_of_reader_mb": round(child, 1)}
