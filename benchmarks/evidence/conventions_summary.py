"""The search for conventions on synthetic papers, way by way, from `conventions.csv`."""

from __future__ import annotations

from pathlib import Path

import pandas as pd

from benchmarks.evidence.conventions import SEED
from benchmarks.evidence.record import FOLDER, write

_STATES = ("found", "several", "too few digits", "none")


def main() -> Path:
    """Write one row a way, and one a kind and number of decimals."""
    papers = pd.read_csv(FOLDER / "conventions.csv", comment="#", keep_default_na=False)
    rows = [
        _row(str(kind), str(way), held) for (kind, way), held in papers.groupby(["kind", "way"], sort=False)
    ]
    rows += [
        _row(str(kind), f"all, {decimals} decimals", held)
        for (kind, decimals), held in papers.groupby(["kind", "decimals"], sort=False)
    ]
    return write("conventions_summary", pd.DataFrame(rows), seed=SEED)


def _row(kind: str, way: str, held: pd.DataFrame) -> dict[str, object]:
    first = "" if kind == "none" else int((held["first"] == "True").sum())
    right = held["first"] == "True"
    wrong = (held["state"] == "found") & ~right
    return {
        "kind": kind,
        "way": way,
        "papers": len(held),
        "found first": first,
        **{state: int((held["state"] == state).sum()) for state in _STATES},
        "found, and another way": int(wrong.sum()),
    }
