"""A panel VAR with 1,000 bootstrap bands of responses in both orders and of variance shares, 31 provinces, 13 years."""

from __future__ import annotations

import warnings
from collections.abc import Callable
from typing import Any

import numpy as np
import pandas as pd

import panelkit as pk
from benchmarks.run import Task
from panelkit.models.dynamic.responses.arrays import orthogonalised_responses, variance_decomposition

REPS, HORIZON, REFITS = 1_000, 10, 20
NAMES = ("y0", "y1", "y2")


def panel(units: int = 31, periods: int = 13, seed: int = 0) -> pd.DataFrame:
    """Return three variables on one lag of all, with effects of units and periods."""
    rng = np.random.default_rng(seed)
    A = np.array([[0.5, 0.1, 0.0], [0.2, 0.4, 0.1], [0.0, 0.1, 0.5]])
    y = np.zeros((units, periods + 30, 3))
    level = rng.normal(size=(units, 3))
    for t in range(1, periods + 30):
        y[:, t] = level + y[:, t - 1] @ A.T + rng.normal(size=(units, 3))
    y = y[:, 30:] + rng.normal(size=(1, periods, 3))
    index = pd.MultiIndex.from_product(
        [range(units), range(2001, 2001 + periods)], names=["province", "year"]
    )
    return pd.DataFrame(y.reshape(-1, 3), index=index, columns=list(NAMES))


def tasks() -> list[Task]:
    """Return the panel VAR task: fit, 1,000 resamples of provinces, bands of responses and shares."""
    data = panel()
    spec = pk.PanelVAR(NAMES)

    def ours() -> Any:
        fit = spec.fit(data)
        found = fit.irf(HORIZON, reps=REPS, rng=0)
        return found.tidy(), found.reversal.tidy(), fit.fevd(HORIZON, reps=REPS, rng=0).tidy()

    cube = data.to_numpy().reshape(31, -1, 3)
    gap = np.abs(by_hand(cube)[0] - spec.fit(data).coefficients[0]).max()
    peers: dict[str, Callable[[], object]] = {
        "a loop over numpy, by hand": lambda: loop(cube),
        "a loop over refits": _refits(spec, data),
        "statsmodels VAR, irf_errband_mc": _statsmodels(data),
    }
    note = (
        f"three variables, one lag; the loop by hand gives the same coefficients to {gap:.0e}; refits: {REFITS} of "
        f"{REPS:,}, scaled; statsmodels: one series of as many rows, bands of one order, no panel"
    )
    return [Task(f"panel VAR, 31 x 13, {REPS:,} bootstrap bands", ours, peers, 3, note)]


def by_hand(cube: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return coefficients (m, m) and error covariance of one balanced panel (N, T, m), one step, lags 1-2 collapsed."""
    _, T, m = cube.shape
    y, X = cube[:, 1:], cube[:, :-1]
    last = np.zeros_like(X)
    last[:, 1:] = cube[:, :-2]
    Z = np.concatenate([X, last], axis=2)[:, :-1]
    y, X = _forward(y - y.mean(axis=0)), _forward(X - X.mean(axis=0))
    Z = Z - Z.mean(axis=0)
    y, X, Z = (part.reshape(-1, part.shape[2]) for part in (y, X, Z))
    XZ = X.T @ Z
    weighted = XZ @ np.linalg.inv(Z.T @ Z)
    beta = np.linalg.solve(weighted @ XZ.T, weighted @ (Z.T @ y))
    left = y - X @ beta
    return beta.T, left.T @ left / (len(y) - m - (T - 2))


def _forward(part: np.ndarray) -> np.ndarray:
    """Return forward orthogonal deviations of (N, T, m)."""
    T = part.shape[1]
    ahead = np.array([part[:, t + 1 :].mean(axis=1) for t in range(T - 1)]).transpose(1, 0, 2)
    later = np.arange(T - 1, 0, -1.0)[None, :, None]
    return np.sqrt(later / (later + 1.0)) * (part[:, :-1] - ahead)


def loop(cube: np.ndarray) -> Any:
    """Return the bands by one fit and one set of responses a draw."""
    rng = np.random.default_rng(0)
    first, second, shares = [], [], []
    for _ in range(REPS):
        A, sigma = by_hand(cube[rng.integers(0, len(cube), len(cube))])
        first.append(orthogonalised_responses(A[None], sigma, HORIZON, (0, 1, 2)))
        second.append(orthogonalised_responses(A[None], sigma, HORIZON, (2, 1, 0)))
        shares.append(variance_decomposition(A[None], sigma, HORIZON, (0, 1, 2)))
    return [np.quantile(np.array(part), [0.025, 0.975], axis=0) for part in (first, second, shares)]


def _refits(spec: Any, data: pd.DataFrame) -> Callable[[], object]:
    blocks = [part.droplevel(0) for _, part in data.groupby(level=0)]

    def refits() -> Any:
        rng = np.random.default_rng(0)
        made = []
        for _ in range(REFITS):
            drawn = [blocks[i] for i in rng.integers(0, len(blocks), len(blocks))]
            fit = spec.fit(pd.concat(dict(enumerate(drawn)), names=["province", "year"]))
            made.append((fit.irf(HORIZON, bands="none").tidy(), fit.fevd(HORIZON, bands="none").tidy()))
        return made

    refits.scale = REPS / REFITS  # type: ignore[attr-defined]
    return refits


def _statsmodels(data: pd.DataFrame) -> Callable[[], object]:
    from statsmodels.tsa.api import VAR

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        fitted = VAR(data.to_numpy()).fit(1)

    def bands() -> Any:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            return fitted.irf_errband_mc(orth=True, repl=REPS, steps=HORIZON, seed=0)

    return bands
