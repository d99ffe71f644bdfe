"""Seeded panels of random walks and of autoregressions, and least squares by unit written out."""

from __future__ import annotations

import numpy as np
import pandas as pd


def framed(columns: dict[str, np.ndarray], first: int = 2000, seed: int = 0) -> pd.DataFrame:
    """Return arrays (N, T) as a shuffled frame on (province, year)."""
    n, periods = next(iter(columns.values())).shape
    index = pd.MultiIndex.from_product(
        [[f"U{i:02d}" for i in range(n)], range(first, first + periods)], names=["province", "year"]
    )
    frame = pd.DataFrame({name: values.ravel() for name, values in columns.items()}, index=index)
    return frame.sample(frac=1.0, random_state=seed)


def walks(seed: int, n: int = 8, periods: int = 30, k: int = 1) -> dict[str, np.ndarray]:
    """Return y and x1..xk, random walks that share a part, so that neither is trivial."""
    rng = np.random.default_rng(seed)
    xs = np.cumsum(rng.normal(size=(k, n, periods)), axis=-1)
    e = np.cumsum(rng.normal(size=(n, periods)), axis=-1)
    scale = np.exp(rng.normal(size=(n, 1)))
    return {"y": scale * (xs.sum(0) + 0.7 * e) + 3.0, **{f"x{j + 1}": xs[j] + 5.0 for j in range(k)}}


def stationary(seed: int, n: int = 10, periods: int = 20, effect: float = 0.0) -> dict[str, np.ndarray]:
    """Return y and x, first-order autoregressions; `effect` is that of the last x on y."""
    rng = np.random.default_rng(seed)
    x, y = np.zeros((n, periods + 20)), np.zeros((n, periods + 20))
    for t in range(1, periods + 20):
        x[:, t] = 0.5 * x[:, t - 1] + rng.normal(size=n)
        y[:, t] = 0.3 * y[:, t - 1] + effect * x[:, t - 1] + rng.normal(size=n)
    return {"y": y[:, 20:] + rng.normal(size=(n, 1)), "x": x[:, 20:]}


def left(y: np.ndarray, *columns: np.ndarray) -> np.ndarray:
    """Return residuals of y (T,) on columns (T,) each."""
    if not columns:
        return y
    Z = np.column_stack(columns)
    return y - Z @ np.linalg.lstsq(Z, y, rcond=None)[0]


def bartlett(v: np.ndarray, bandwidth: int) -> float:
    """Return the long-run variance about zero, the sum written out."""
    n = len(v)
    total = v @ v / n
    for s in range(1, bandwidth + 1):
        total += 2.0 * (1.0 - s / (bandwidth + 1)) * (v[s:] @ v[:-s]) / n
    return float(total)
