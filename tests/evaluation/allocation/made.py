"""Technologies and panels of known elasticities."""

from __future__ import annotations

import numpy as np
import pandas as pd

from panelkit.evaluation.allocation.technology import Bounds, Technology

LINKS = {"first": "y1 ~ x1", "second": "y2 ~ x2"}
ETA = np.array([0.3, 0.6])


def technology(units: int, links: int, seed: int = 0) -> Technology:
    """Return a technology of random money, outputs and elasticities between .1 and .8."""
    rng = np.random.default_rng(seed)
    actual, outputs = np.exp(rng.normal(size=(2, units, links)))
    weights = rng.uniform(0.5, 1.5, links)
    return Technology.calibrated(actual, outputs, rng.uniform(0.1, 0.8, links), weights / weights.sum())


def bounds(technology: Technology, lower: float = 0.5, upper: float = 2.0, budget: float = 1.0) -> Bounds:
    """Return bounds as multiples of the actual money."""
    x = technology.actual
    most = np.full(x.shape, np.inf) if np.isinf(upper) else upper * x
    return Bounds(lower * x, most, budget * float(x.sum()))


def panel(
    units: int = 12, years: int = 8, *, noise: float = 0.1, seed: int = 0, optimal: bool = False
) -> pd.DataFrame:
    """Return a panel of two links with elasticities `ETA`.

    With `optimal` the money of the last year equates the true marginal products of all cells.
    """
    rng = np.random.default_rng(seed)
    index = pd.MultiIndex.from_product(
        [[f"c{i:02d}" for i in range(units)], range(2011, 2011 + years)], names=["city", "year"]
    )
    frame = pd.DataFrame(index=index)
    productivity = rng.normal(size=(units, 2))
    money = productivity / (1.0 - ETA) + np.log(ETA) / (1.0 - ETA)
    if not optimal:
        money = 0.5 * money + rng.normal(scale=0.5, size=money.shape)
    moves = rng.normal(scale=0.4, size=(units, years, 2))
    moves[:, -1] *= not optimal
    x = money[:, None, :] + moves
    errors = noise * rng.normal(size=(units, years, 2))
    y = productivity[:, None, :] + ETA * x + errors
    for k in range(2):
        frame[f"x{k + 1}"], frame[f"y{k + 1}"] = np.exp(x[:, :, k]).ravel(), np.exp(y[:, :, k]).ravel()
    return frame
