"""Small dynamic panels for tests: seeded, stationary starts, regressors correlated with the unit effects."""

from __future__ import annotations

import numpy as np
import pandas as pd

FORMULA = "y ~ lag(y, 1) + x"


def dynamic_panel(
    units: int = 31,
    periods: int = 10,
    rho: float = 0.5,
    slope: float = 0.5,
    seed: int = 1,
    spread: float = 0.0,
) -> pd.DataFrame:
    """Return y_t = rho y_(t-1) + slope x_t + unit + year + e on `periods` years after its first."""
    rng, burn = np.random.default_rng(seed), 50
    length = burn + periods + 1
    effect, years = rng.normal(size=units), rng.normal(size=length)
    size = np.exp(spread * rng.normal(size=units))
    x, y = np.zeros((units, length)), np.zeros((units, length))
    for t in range(1, length):
        x[:, t] = 0.5 * x[:, t - 1] + 0.2 * effect + rng.normal(size=units)
        y[:, t] = rho * y[:, t - 1] + slope * x[:, t] + effect + years[t] + size * rng.normal(size=units)
    index = pd.MultiIndex.from_product(
        [[f"u{number:03d}" for number in range(units)], range(2000, 2001 + periods)], names=["unit", "year"]
    )
    return pd.DataFrame({"y": y[:, burn:].ravel(), "x": x[:, burn:].ravel()}, index=index)


def with_gaps(frame: pd.DataFrame) -> pd.DataFrame:
    """Return the panel with two rows missing inside units, one late start and one early end."""
    gone = [("u002", 2004), ("u003", 2005), ("u003", 2006), ("u004", 2000), ("u004", 2001), ("u005", 2010)]
    return frame.drop(index=[cell for cell in gone if cell in frame.index])
