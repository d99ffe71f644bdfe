"""Ingest 10,000 damaged files: each is refused with the store unchanged, or read as what stands in it."""

from __future__ import annotations

import tempfile
import time
from pathlib import Path

import pandas as pd

from benchmarks.evidence.record import write
from panelkit.data.figures import read_figures
from panelkit.data.yearbook.files.sheets import WorkbookReader
from panelkit.data.yearbook.judge.held import index_figures
from panelkit.data.yearbook.read import Context
from panelkit.data.yearbook.vocabulary.indicator_names import known_names
from tests.yearbook.fuzzing import fuzz

COUNT, SEED = 10_000, 20241


def main() -> Path:
    """Count the outcomes by file and mutation."""
    start = time.perf_counter()
    with tempfile.TemporaryDirectory() as folder, WorkbookReader() as workbooks:
        context = Context(index_figures(read_figures(check=False)), known_names(), workbooks)
        counts, wrong = fuzz(COUNT, SEED, Path(folder), context)
    rows = [(*key, count) for key, count in sorted(counts.items())]
    table = pd.DataFrame(rows, columns=["file", "mutation", "outcome", "count"])
    facts = {
        "files": COUNT,
        "outcomes that must not be (a traceback, a wrong number, a changed store)": len(wrong),
        "seconds": round(time.perf_counter() - start),
    }
    for line in wrong:
        print(line)
    return write("yearbook_fuzz", table, seed=SEED, facts=facts)
