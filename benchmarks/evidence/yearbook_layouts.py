"""Read generated workbooks of every family of layouts: how many are read, and whether any cell is wrong."""

from __future__ import annotations

import tempfile
from collections import Counter
from pathlib import Path

import pandas as pd

from benchmarks.evidence.record import write
from panelkit.data.figures import LONG_COLUMNS
from panelkit.data.yearbook.files.sheets import WorkbookReader
from panelkit.data.yearbook.judge.held import index_figures
from panelkit.data.yearbook.read import Context
from panelkit.data.yearbook.vocabulary.indicator_names import known_names
from tests.yearbook.families import FAMILIES, one_book, outcome

BOOKS = 250
SEED = 2026


def main() -> Path:
    """Write one row a family: workbooks, how many are read or refused, how many hold a wrong cell, cells compared."""
    rows = []
    with WorkbookReader() as reader, tempfile.TemporaryDirectory() as folder:
        none_held = index_figures(pd.DataFrame(columns=list(LONG_COLUMNS)))
        context = Context(none_held, known_names(), reader)
        for family in FAMILIES:
            counts: Counter[str] = Counter()
            cells = 0
            for number in range(BOOKS):
                page = one_book(family, SEED, number)
                counts[outcome(page, Path(folder), context).partition(":")[0]] += 1
                cells += len(page.cells)
            rows.append(
                {
                    "family": family,
                    "workbooks": BOOKS,
                    "read": counts["read"],
                    "refused": counts["refused"],
                    "wrong": counts["wrong"],
                    "cells": cells,
                }
            )
    return write("yearbook_layouts", pd.DataFrame(rows), seed=SEED)
