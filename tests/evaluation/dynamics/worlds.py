"""Worlds of two stocks for the tests: logistic curves that act on each other or do not, with shocks."""

from __future__ import annotations

import numpy as np
import pandas as pd

from panelkit.evaluation.dynamics.equilibria import TwoLogistic
from panelkit.evaluation.dynamics.resampled import shocked_paths

GROWTH = np.array([0.35, 0.3])


def world(
    rng: np.random.Generator,
    alpha: tuple[float, float] = (0.0, 0.0),
    *,
    units: int = 31,
    periods: int = 13,
    shock: float = 0.05,
) -> np.ndarray:
    """Return stocks (N, T, 2) of provinces with capacities of their own, from a tenth to a third of them on."""
    capacity = np.exp(rng.normal(0.0, 0.8, (units, 2)))
    system = TwoLogistic(np.broadcast_to(GROWTH, capacity.shape), capacity, np.array(alpha), np.zeros(2))
    errors = shock * rng.normal(size=(units, periods - 1, 2))
    return shocked_paths(capacity * rng.uniform(0.08, 0.35, capacity.shape), system.coefficients(), errors)


def own_means(stocks: np.ndarray) -> np.ndarray:
    """Return stocks in means of their own."""
    return stocks / stocks.mean(axis=-2, keepdims=True)


def frame(stocks: np.ndarray, names: tuple[str, str] = ("tech", "industry")) -> pd.DataFrame:
    """Return stocks (N, T, 2) as a panel of firms."""
    units, periods, _ = stocks.shape
    index = pd.MultiIndex.from_product(
        [[f"f{i:02d}" for i in range(units)], range(2010, 2010 + periods)], names=["firm", "year"]
    )
    return pd.DataFrame(stocks.reshape(-1, 2), index=index, columns=list(names))
