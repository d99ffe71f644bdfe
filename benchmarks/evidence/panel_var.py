"""Panel VARs of few units: bias and coverage of own lags, size of Granger tests under a true null, by estimator."""

from __future__ import annotations

import argparse
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from joblib import Parallel, delayed
from scipy import stats

from benchmarks.evidence.record import percent, write
from panelkit.models.dynamic.vector.columns import VectorColumns, VectorRows, vector_columns
from panelkit.models.dynamic.vector.estimate import VectorEstimate, estimate
from panelkit.models.dynamic.vector.products import estimates_under, products_of

SEED, BURN, WORLDS, FEWER = 16, 30, 500, 300
CAUSAL = 0.3  # of the first variable on the second; the second does not cause the first
ESTIMATORS: dict[str, dict[str, Any]] = {
    "one step, lags 1-2 collapsed": {},
    "two steps, lags 1-2 collapsed": {"steps": 2},
    "one step, all lags by period": {"all": True},
    "least squares": {"method": "least-squares"},
    "least squares without bias": {"method": "bias-corrected"},
}


@dataclass(frozen=True)
class Cell:
    """One row of the table."""

    estimator: str
    units: int
    periods: int
    own: float
    variances: str
    worlds: int


def world(cell: Cell, seed: int) -> np.ndarray[Any, np.dtype[np.float64]]:
    """Return a panel (N, T, 2) with unit effects, common shocks and errors correlated 0.3 across equations."""
    rng = np.random.default_rng([SEED, cell.units, cell.periods, round(100 * cell.own), seed])
    A = np.array([[cell.own, 0.0], [CAUSAL * (1.0 - cell.own) * 2.0, cell.own]])
    root = np.linalg.cholesky(np.array([[1.0, 0.3], [0.3, 1.0]]))
    effects = rng.normal(size=(cell.units, 2))
    size = np.exp(0.5 * rng.normal(size=(cell.units, 1))) if cell.variances == "unequal" else 1.0
    y, path = np.zeros((cell.units, 2)), []
    for _ in range(cell.periods + BURN):
        y = effects + y @ A.T + size * rng.normal(size=(cell.units, 2)) @ root.T + rng.normal(size=2)
        path.append(y)
    return np.stack(path[BURN:], axis=1)


def rows_of(panel: Any, back: int) -> VectorRows:
    """Return the equations of one lag of a balanced panel (N, T, m), levels up to `back` periods before."""
    n, t, m = panel.shape
    held = np.full((n, t - 1, m, back), np.nan)
    for lag in range(1, back + 1):
        held[:, lag - 1 :, :, lag - 1] = panel[:, : t - lag]
    unit = np.repeat(np.arange(n), t - 1)
    flat = (n * (t - 1), m)
    return VectorRows(
        panel[:, 1:].reshape(flat),
        panel[:, :-1].reshape(flat),
        unit,
        np.tile(np.arange(1, t), n),
        unit,
        held.reshape(*flat, back),
        1,
    )


def run(cell: Cell) -> dict[str, Any]:
    """Return the row of a cell."""
    options = dict(ESTIMATORS[cell.estimator])
    everything, method = options.pop("all", False), options.get("method", "gmm")
    back = cell.periods - 1 if everything else 2
    deleted = not everything and (cell.units < 100 or options.get("steps") != 2)  # 300 two-step fits a world
    found: list[tuple[float, ...]] = []
    rootless = 0
    for seed in range(cell.worlds):
        columns = vector_columns(
            rows_of(world(cell, seed), back),
            transform="fod",
            time_effects=True,
            instruments=(1, back) if method == "gmm" else None,
            collapse=not everything,
        )
        fit = estimate(columns, **options)
        rootless += not fit.vanish
        found.append(measured(cell, columns, fit, options, jackknife=deleted))
    return told(cell, np.array(found), rootless)


def measured(
    cell: Cell, columns: VectorColumns, fit: VectorEstimate, options: Any, *, jackknife: bool
) -> tuple[float, ...]:
    """Return own lags' errors, whether intervals hold them, and whether the tests reject a true null."""
    b, df = fit.beta.T.ravel(), columns.groups - 1
    robust = np.sqrt(np.diag(fit.covariance))
    apart = np.abs(b - [cell.own, 0.0, np.nan, cell.own])
    own = [0, 3]
    t = stats.t.ppf(0.975, df)
    out = [*(b[own] - cell.own), *(apart[own] <= t * robust[own])]
    wald = (b[1] / robust[1]) ** 2
    out += [stats.chi2.sf(wald, 1) <= 0.05, stats.f.sf(wald, 1, df) <= 0.05]
    if not jackknife:
        return (*out, np.nan, np.nan, np.nan)
    if options.get("method") == "bias-corrected":  # its own errors are these
        return (*out, *out[2:4], out[5])
    weights = np.ones((columns.groups,) * 2) - np.eye(columns.groups)
    beta, _ = estimates_under(products_of(columns), weights, steps=options.get("steps", 1))
    scale = columns.y_scale[None, :] / columns.X_scale[:, None]
    moved = np.swapaxes(beta * scale, 1, 2).reshape(len(beta), -1) - b
    errors = np.sqrt((moved**2).sum(axis=0) * df / columns.groups)
    held = [np.nan] * 2 if np.isnan(errors).any() else list(apart[own] <= t * errors[own])
    size = np.nan if np.isnan(errors).any() else stats.f.sf((b[1] / errors[1]) ** 2, 1, df) <= 0.05
    return (*out, *held, size)


def told(cell: Cell, found: Any, rootless: int) -> dict[str, Any]:
    """Return the numbers of a cell, shares in percent."""
    jack = found[:, 6:][~np.isnan(found[:, 8])]
    return {
        "estimator": cell.estimator,
        "N": cell.units,
        "T": cell.periods,
        "own lag": cell.own,
        "variances": cell.variances,
        "worlds": cell.worlds,
        "no root": percent(np.arange(cell.worlds) < rootless),
        "bias": f"{found[:, :2].mean():.3f}",
        "sd": f"{found[:, :2].std():.3f}",
        "coverage": percent(found[:, 2:4].ravel()),
        "coverage, jackknife": percent(jack[:, :2].ravel()) if len(jack) else "",
        "size, chi2": percent(found[:, 4]),
        "size, F": percent(found[:, 5]),
        "size, jackknife": percent(jack[:, 2]) if len(jack) else "",
    }


def main() -> Path:
    """Write one row an estimator and world."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--worlds", type=int, default=WORLDS)
    parser.add_argument("--jobs", type=int, default=2)
    given = parser.parse_known_args()[0]
    count, jobs = given.worlds, given.jobs
    first = ("one step, lags 1-2 collapsed", "least squares without bias")
    cells = [
        Cell(name, n, t, own, variances, count if name in first and n == 31 else min(count, FEWER))
        for n, spreads in ((31, ("equal", "unequal")), (300, ("equal",)))
        for variances in spreads
        for t in (8, 14)
        for own in (0.5, 0.85)
        for name in ESTIMATORS
    ]
    made = Parallel(n_jobs=jobs)(delayed(run)(cell) for cell in cells)
    facts = {
        "worlds": "two variables, unit effects, common shocks, the first causes the second and not the reverse; "
        "unequal: the standard deviation of a unit's errors is exp(0.5 z)",
        "coverage": "share of 95% intervals, t(N - 1), that hold the own lag of an equation",
        "size": "share of Granger tests of the true null with p at most .05",
        "no root": "share of worlds whose bias-adjusted moments have none, so that the nearest point is taken",
    }
    return write("panel_var", pd.DataFrame(made), seed=SEED, facts=facts)
