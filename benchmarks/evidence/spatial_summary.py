"""The coverage evidence in short: mean and worst coverage by covariance."""

from __future__ import annotations

from pathlib import Path

import pandas as pd

from benchmarks.evidence.record import FOLDER, write

EFFECTS = ["direct", "indirect", "total"]


def main() -> Path:
    """Write the table from `spatial_coverage.csv`."""
    cells = pd.read_csv(FOLDER / "spatial_coverage.csv", comment="#")
    reps = int(cells["replications"].iloc[0])
    facts = {"from": "docs/evidence/spatial_coverage.csv", "replications a cell": reps}
    return write("spatial_summary", coverage(cells), seed=100, facts=facts)


def coverage(cells: pd.DataFrame) -> pd.DataFrame:
    """Return mean and smallest coverage of nominal 95 % intervals over the cells, in per cent."""
    rows = []
    keys = ["errors", "convention", "vcov", "interval"]
    for key, group in cells.groupby(keys, sort=False):
        values = group[EFFECTS].to_numpy(float)
        row = dict(zip(keys, key, strict=True))
        row |= {name: round(float(group[name].mean()), 1) for name in EFFECTS}
        rows.append(
            {**row, "smallest cell": round(float(values.min()), 1), "largest": round(float(values.max()), 1)}
        )
    table = pd.DataFrame(rows).sort_values(["errors", "convention"], ascending=[False, True], kind="stable")
    return table.reset_index(drop=True)
