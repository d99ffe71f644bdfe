"""The evidence on staggered effects in short: size and coverage by how many provinces are treated."""

from __future__ import annotations

from pathlib import Path

import pandas as pd

from benchmarks.evidence.record import FOLDER, write


def main() -> Path:
    """Write from `staggered.csv`, growing effects: one row a number of periods and of treated units."""
    cells = pd.read_csv(FOLDER / "staggered.csv", comment="#")
    facts = {"from": "docs/evidence/staggered.csv", "worlds a cell": int(cells["worlds"].iloc[0])}
    shown = cells[cells["effect"] == "growing"]
    small = shown["errors"] == "small-sample"
    columns = []
    for name in ("callaway-santanna, never", "imputation"):
        mine = shown["estimator"] == name
        short = name.split(",")[0]
        for kept, column, head in (
            (mine & ~small, "size", f"{short}, analytic: size"),
            (mine & small, "size", f"{short}: size"),
            (mine & small, "band_coverage", f"{short}: band covers"),
        ):
            columns.append(shown[kept].set_index(["T", "treated"])[column].rename(head))
    return write("staggered_summary", pd.concat(columns, axis=1).reset_index(), seed=15, facts=facts)
