"""How often a Granger test of a panel VAR finds a cause that is there, by the size of the cause."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from scipy import stats

from benchmarks.evidence.panel_var import ESTIMATORS, SEED, Cell, rows_of, world
from benchmarks.evidence.record import percent, write
from panelkit.models.dynamic.vector.columns import vector_columns
from panelkit.models.dynamic.vector.estimate import estimate
from panelkit.models.dynamic.vector.products import estimates_under, products_of

WORLDS = 200
NAMES = ("one step, lags 1-2 collapsed", "least squares without bias")


def run(cell: Cell) -> dict[str, Any]:
    """Return the row of a cell: the share of worlds in which the first variable is found to cause the second."""
    options = dict(ESTIMATORS[cell.estimator])
    adjust = options.get("method") == "bias-corrected"
    found = []
    for seed in range(cell.worlds):
        columns = vector_columns(
            rows_of(world(cell, seed), 2),
            transform="fod",
            time_effects=True,
            instruments=None if adjust else (1, 2),
            collapse=True,
        )
        fit = estimate(columns, **options)
        groups = columns.groups
        if adjust:  # its own errors are by the jackknife
            variance = float(fit.covariance[2, 2])
        else:
            beta, _ = estimates_under(products_of(columns), np.ones((groups, groups)) - np.eye(groups))
            moved = beta[:, 0, 1] * columns.y_scale[1] / columns.X_scale[0] - fit.beta[0, 1]
            variance = float((moved**2).sum()) * (groups - 1) / groups
        found.append(stats.f.sf(fit.beta[0, 1] ** 2 / variance, 1, groups - 1) <= 0.05)
    return {
        "estimator": cell.estimator,
        "N": cell.units,
        "T": cell.periods,
        "own lag": cell.own,
        "cause": round(0.6 * (1.0 - cell.own), 2),
        "found": percent(np.array(found)),
    }


def main() -> Path:
    """Write one row an estimator and world."""
    made = [
        run(Cell(name, 31, t, own, "equal", WORLDS))
        for name in NAMES
        for t in (8, 14)
        for own in (0.5, 0.7, 0.85)
    ]
    facts = {
        "worlds": f"{WORLDS} a cell of `panel_var`, equal variances",
        "found": "share of Granger tests (jackknife) of a cause that is there with p at most .05",
    }
    return write("panel_var_power", pd.DataFrame(made), seed=SEED, facts=facts)
