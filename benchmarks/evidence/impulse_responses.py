"""Coverage of impulse responses of a panel VAR: bootstrap and Monte Carlo bands, local projections, by estimator."""

from __future__ import annotations

import argparse
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from joblib import Parallel, delayed

import panelkit as pk
from benchmarks.evidence.record import percent, write
from panelkit.language.errors import ConvergenceError
from panelkit.models.dynamic.responses.arrays import orthogonalised_responses

SEED, WORLDS, REPS, HORIZON = 20261201, 150, 299, 6
SIGMA = np.array([[1.0, 0.4], [0.4, 2.0]])
DYNAMICS = {
    "moderate": np.array([[[0.5, 0.1], [0.3, 0.4]]]),
    "persistent": np.array([[[0.8, 0.05], [0.1, 0.7]]]),
}
ESTIMATORS: tuple[Any, ...] = ("gmm", "bias-corrected", "least-squares")
INTERVALS: tuple[Any, ...] = ("percentile", "basic", "normal")
SHOWN = ("bootstrap, percentile", "half-panel jackknife", "no jackknife")
HOW: tuple[Any, ...] = ("bootstrap", "monte-carlo")


@dataclass(frozen=True)
class Cell:
    """A world: how the variables move, how many units and periods."""

    dynamics: str
    units: int
    periods: int


CELLS = (
    Cell("moderate", 31, 8),
    Cell("moderate", 31, 14),
    Cell("moderate", 31, 24),
    Cell("persistent", 31, 14),
)


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
        try:
            fit = pk.PanelVAR(("a", "b"), estimator=name).fit(data)
            kinds = HOW if name == "gmm" else HOW[:1]
            drawn = {how: fit.irf(HORIZON, bands=how, reps=REPS, rng=seed) for how in kinds}
        except ConvergenceError:
            continue
        for how, found in drawn.items():
            for interval in INTERVALS:
                band = replace(found, interval=interval, reversal=None).band()
                rows += _held(name, f"{how}, {interval}", (found.values, *band), truth, seed)
        if name == "gmm":
            for jackknife in (True, False):
                made = pk.local_projections(fit, HORIZON, jackknife=jackknife)
                label = "half-panel jackknife" if jackknife else "no jackknife"
                rows += _held("local projections", label, (made.values, *made.band()), truth, seed)
    return rows


def _held(
    estimator: str, bands: str, found: tuple[np.ndarray, ...], truth: np.ndarray, seed: int
) -> list[dict[str, Any]]:
    value, low, high = found
    rows = []
    for h in range(min(len(value), len(truth))):
        for j, k in np.ndindex(2, 2):
            rows.append(
                {
                    "seed": seed,
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
    """Return coverage in per cent, bias and median width by estimator, kind of bands and horizon.

    Means over impulses and responses; at the horizon zero of the one response that is neither fixed by the order nor by
    the size of the shock, of b to a.
    """
    made = Parallel(n_jobs=2)(delayed(world)(cell, seed) for seed in range(count))
    table = pd.DataFrame([row for rows in made for row in rows])
    fixed = (table["horizon"] == 0) & ~((table["impulse"] == "a") & (table["response"] == "b"))
    by = table[~fixed].groupby(["estimator", "bands", "horizon"], sort=False)
    each = by.agg(
        coverage=("covers", percent),
        bias=("off", "mean"),
        width=("width", "median"),
        panels=("seed", "nunique"),
    )
    each = each.reset_index().round({"bias": 4, "width": 3})
    return each.assign(dynamics=cell.dynamics, N=cell.units, T=cell.periods)


def shaped(table: pd.DataFrame) -> pd.DataFrame:
    """Return one row an estimator and kind of bands: coverage by horizon, bias and width of some of them."""
    asked = (table["estimator"] == "gmm") | table["bands"].isin(SHOWN)
    keys = ["dynamics", "N", "T", "estimator", "bands"]
    wide = table[asked].pivot_table(index=keys, columns="horizon", sort=False)
    parts = {"panels": wide["panels"].max(axis=1).astype(int)}
    parts |= {f"h{h}": wide["coverage"][h].round(1) for h in range(HORIZON + 1)}
    parts |= {f"bias h{h}": wide["bias"][h].round(3) for h in (1, 3)}
    parts |= {f"width h{h}": wide["width"][h].round(2) for h in (1, 3)}
    return pd.DataFrame(parts).reset_index()


def main() -> Path:
    """Write one row a world, estimator and kind of bands."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--worlds", type=int, default=WORLDS)
    count = parser.parse_known_args()[0].worlds
    made = pd.concat([run(cell, count) for cell in CELLS], ignore_index=True)
    facts = {
        "worlds": f"{count} a cell; two variables, one lag, normal errors, unit and period effects",
        "moderate": "A = [.5 .1; .3 .4]; persistent: A = [.8 .05; .1 .7]; Sigma = [1 .4; .4 2]",
        "h0-h6": "share of 95 % bands that hold the true response, per cent, by horizon",
        "bands": f"{REPS} draws, 95 %; gmm: one step, lags 1-2 collapsed; panels: those with a solution",
    }
    return write("impulse_responses", shaped(made), seed=SEED, facts=facts)
