"""Small panels for the tests of unit roots."""

from __future__ import annotations

import numpy as np
import pandas as pd


def walks(units: int = 6, periods: int = 14, seed: int = 7, rho: float = 1.0) -> pd.DataFrame:
    """Return first-order autoregressions by unit and time."""
    rng = np.random.default_rng(seed)
    shocks = rng.standard_normal((units, periods))
    values = shocks.copy()
    for t in range(1, periods):
        values[:, t] += rho * values[:, t - 1]
    names = [f"u{i:02d}" for i in range(units)]
    index = pd.MultiIndex.from_product([names, range(2001, 2001 + periods)], names=["city", "year"])
    return pd.DataFrame({"y": values.ravel()}, index=index)


def arrays(frame: pd.DataFrame) -> list[np.ndarray]:
    """Return the series of the units."""
    return [part["y"].to_numpy() for _, part in frame.groupby(level=0)]
