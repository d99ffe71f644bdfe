"""The coverage evidence in short: bias of rho by convention."""

from __future__ import annotations

from pathlib import Path

import pandas as pd

from benchmarks.evidence.record import FOLDER, write


def main() -> Path:
    """Write the mean bias of rho from `spatial_coverage.csv`: one row a cell, one column a convention."""
    cells = pd.read_csv(FOLDER / "spatial_coverage.csv", comment="#")
    facts = {
        "from": "docs/evidence/spatial_coverage.csv",
        "replications a cell": int(cells["replications"].iloc[0]),
    }
    once = cells.drop_duplicates(["T", "rho", "errors", "convention"])
    once = once.assign(kind=once["convention"] + ", " + once["errors"])
    wide = once.pivot_table(index=["T", "rho"], columns="kind", values="bias_rho")
    return write("spatial_bias", wide.round(4).reset_index(), seed=100, facts=facts)
