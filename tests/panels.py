"""Random panels and dummy-variable brute force that many tests share."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd


@dataclass(frozen=True)
class Brute:
    """Dummy-variable least squares, written the slow and obvious way."""

    beta: np.ndarray
    residuals: np.ndarray
    rank: int


def random_panel(
    seed: int, units: int = 12, periods: int = 7, share: float = 1.0, regressors: int = 2
) -> pd.DataFrame:
    """Return a shuffled panel with province and year columns; `share` of its cells are held."""
    rng = np.random.default_rng(seed)
    frame = pd.DataFrame(
        [(f"P{u:02d}", 2010 + t) for u in range(units) for t in range(periods)], columns=["province", "year"]
    )
    names = [f"x{j + 1}" for j in range(regressors)]
    unit_effect = rng.normal(size=units)[frame["province"].str[1:].astype(int)]
    time_effect = rng.normal(size=periods)[frame["year"] - 2010]
    for name in names:
        frame[name] = rng.normal(size=len(frame)) + 0.5 * unit_effect + 0.5 * time_effect
    slopes = np.linspace(1.0, -0.5, regressors)
    frame["y"] = frame[names] @ slopes + unit_effect + time_effect + rng.normal(size=len(frame))
    held = rng.random(len(frame)) < share
    return frame[held].sample(frac=1.0, random_state=seed).set_index(["province", "year"])


def dummies(codes: np.ndarray) -> np.ndarray:
    """Return the indicator matrix of codes 0..G-1."""
    return (codes[:, None] == np.arange(codes.max() + 1)).astype(float)


def brute_force(
    y: np.ndarray, X: np.ndarray, unit: np.ndarray, time: np.ndarray, effects: str, weights=None
) -> Brute:
    """Fit by least squares on explicit dummies."""
    blocks = [X]
    if effects in ("unit", "twoway"):
        blocks.append(dummies(unit))
    if effects in ("time", "twoway"):
        blocks.append(dummies(time))
    Z = np.hstack(blocks)
    root = np.ones(len(y)) if weights is None else np.sqrt(weights)
    beta = np.linalg.lstsq(Z * root[:, None], y * root, rcond=None)[0]
    rank = np.linalg.matrix_rank(np.hstack(blocks[1:])) if len(blocks) > 1 else 0
    return Brute(beta[: X.shape[1]], y - Z @ beta, int(rank))


def codes(frame: pd.DataFrame) -> tuple[pd.DataFrame, np.ndarray, np.ndarray]:
    """Return the sorted frame with unit and time codes."""
    frame = frame.sort_index()
    unit = np.unique(frame.index.get_level_values(0), return_inverse=True)[1]
    time = np.unique(frame.index.get_level_values(1), return_inverse=True)[1]
    return frame, unit, time
