"""Coverage of impulse responses of a panel VAR: bootstrap and Monte Carlo bands, local projections, by estimator."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from joblib import Parallel, delayed

import panelkit as pk
from panelkit.models.dynamic.responses.arrays import orthogonalised_responses

SEED, WORLDS, REPS, HORIZON = 20261201, 500, 299, 6
SIGMA = np.array([[1.0, 0.4], [0.4, 2.0]])
DYNAMICS = {
    "moderate": np.array([[[0.5, 0.1], [0.3, 0.4]]]),
    "persistent": np.array([[[0.8, 0.05], [0.1, 0.7]]]),
}
ESTIMATORS = ("gmm", "bias-corrected", "least-squares")
INTERVALS = ("percentile", "basic", "normal")


@dataclass(frozen=True)
class Cell:
    """A world: how the variables move, how many units and periods."""

    dynamics: str
    units: int
    periods: int


def panel(cell: Cell, rng: np.random.Generator) -> pd.DataFrame:
    """Return one panel with effects of units and periods, begun fifty periods before."""
    A, P = DYNAMICS[cell.dynamics][0], np.linalg.cholesky(SIGMA)
    level = rng.normal(size=(cell.units, 2))
    y = np.zeros((cell.units, cell.periods + 50, 2))
    for t in range(1, cell.periods + 50):
        y[:, t] = level + y[:, t - 1] @ A.T + rng.normal(size=(cell.units, 2)) @ P.T
    y = y[:, 50:] + rng.normal(size=(1, cell.periods, 2))
    index = pd.MultiIndex.from_product(
        [range(cell.units), range(2001, 2001 + cell.periods)], names=["province", "year"]
    )
    return pd.DataFrame(y.reshape(-1, 2), index=index, columns=["a", "b"])


def world(cell: Cell, seed: int) -> list[dict[str, Any]]:
    """Return for one panel which bands hold the true responses, and how wide they are."""
    data = panel(cell, np.random.default_rng([SEED, seed]))
    truth = orthogonalised_responses(DYNAMICS[cell.dynamics], SIGMA, HORIZON, (0, 1))
    rows: list[dict[str, Any]] = []
    for name in ESTIMATORS:
        fit = pk.PanelVAR(("a", "b"), estimator=name).fit(data)  # type: ignore[arg-type]
        for how in ("bootstrap", "monte-carlo"):
            found = fit.irf(HORIZON, bands=how, reps=REPS, rng=seed)
            for interval in INTERVALS:
                shown = pk.impulse_responses if False else found
                rows += _held(name, f"{how}, {interval}", _banded(shown, interval), truth)
        if name == "gmm":
            for jackknife in (True, False):
                made = pk.local_projections(fit, HORIZON, jackknife=jackknife)
                label = "half-panel jackknife" if jackknife else "no jackknife"
                rows += _held("local projections", label, (made.values, *made.band()), truth)
    return rows


def _banded(found: Any, interval: str) -> tuple[np.ndarray, ...]:
    from dataclasses import replace

    return (found.values, *replace(found, interval=interval, reversal=None).band())


def _held(
    estimator: str, bands: str, found: tuple[np.ndarray, ...], truth: np.ndarray
) -> list[dict[str, Any]]:
    value, low, high = found
    rows = []
    for h in range(min(len(value), len(truth))):
        for j, k in np.ndindex(2, 2):
            rows.append(
                {
                    "estimator": estimator,
                    "bands": bands,
                    "horizon": h,
                    "response": "ab"[j],
                    "impulse": "ab"[k],
                    "covers": low[h, j, k] <= truth[h, j, k] <= high[h, j, k],
                    "width": high[h, j, k] - low[h, j, k],
                    "off": value[h, j, k] - truth[h, j, k],
                }
            )
    return rows


def run(cell: Cell, count: int) -> pd.DataFrame:
    """Return coverage in per cent, bias and median width by estimator, kind of bands and horizon."""
    made = Parallel(n_jobs=2)(delayed(world)(cell, seed) for seed in range(count))
    table = pd.DataFrame([row for rows in made for row in rows])
    fixed = (table["horizon"] == 0) & ((table["impulse"] == "b") & (table["response"] == "a"))
    keys = ["estimator", "bands", "horizon", "impulse", "response"]
    by = table[~fixed].groupby(keys, sort=False)
    each = by.agg(coverage=("covers", "mean"), bias=("off", "mean"), width=("width", "median")).reset_index()
    return each.assign(dynamics=cell.dynamics, N=cell.units, T=cell.periods, worlds=count)
