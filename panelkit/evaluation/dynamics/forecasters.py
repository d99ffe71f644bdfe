"""Forecasters of the contest: GM(1,1), Lotka-Volterra by province, the system dynamics of fusion with shared rates.

Each takes levels (N, t, K), the target in the first column and its companion in the second, and returns (N, horizon).
Where a method has no forecast (a value that is not positive, too short a history, collinear stocks, a path without
end) stands NaN, which the contest counts.
"""

from __future__ import annotations

import numpy as np

from panelkit.evaluation.dynamics import grey as gm
from panelkit.evaluation.dynamics import integral_regression as regression
from panelkit.evaluation.dynamics.one_system import one_system
from panelkit.evaluation.dynamics.trajectories import paths
from panelkit.language.errors import SpecError
from panelkit.language.message import message
from panelkit.language.offers import offered
from panelkit.results.fit import FloatArray


@offered("forecaster", "grey", family="grey", source="Deng 1982; Liu and Lin 2006, ch. 5 (GM(1,1))")
def grey(history: FloatArray, horizon: int) -> FloatArray:
    """Return GM(1,1) forecasts (N, horizon) of the first column of history (N, t, K), a model a province."""
    x = history[:, :, 0]
    found = np.full((len(x), horizon), np.nan)
    held = (x > 0.0).all(axis=1)
    if x.shape[1] >= gm.LEAST and held.any():
        path = gm.grey_fit(x[held]).path(x.shape[1] + horizon)
        found[held] = path[:, x.shape[1] :]
    return _finite(found)


@offered(
    "forecaster", "lotka_volterra", family="two stocks", source="Wu, Liu and Wang 2012, on log integrals"
)
def lotka_volterra(history: FloatArray, horizon: int) -> FloatArray:
    """Return forecasts (N, horizon) of a Lotka-Volterra system a province: target and companion of (N, t, K >= 2)."""
    stocks = _two(history)
    if stocks.shape[1] < regression.LEAST:
        return np.full((len(stocks), horizon), np.nan)
    found = np.full((len(stocks), horizon), np.nan)
    held = (stocks > 0.0).all(axis=(1, 2))
    coefficients = one_system(stocks[held]).coefficients
    found[held] = paths(stocks[held, -1], coefficients, horizon)[:, 1:, 0]
    return _finite(found)


@offered(
    "forecaster",
    "fusion",
    family="two stocks",
    source="panelkit: mutualism of two logistic stocks, shared rates",
)
def fusion(history: FloatArray, horizon: int) -> FloatArray:
    """Return forecasts (N, horizon) of two logistic stocks whose rates all provinces share, of (N, t, K >= 2).

    Every stock is counted in means of its own history, so that growth, saturation and interaction are common and
    capacities are the same multiple of a province's mean: `fusion_model`, which lets capacities differ, needs more
    periods.
    """
    stocks = _two(history)
    held = (stocks > 0.0).all(axis=(1, 2))
    found = np.full((len(stocks), horizon), np.nan)
    if stocks.shape[1] < 2 or held.sum() * (stocks.shape[1] - 1) <= regression.LEAST:
        return found
    means = stocks[held].mean(axis=1, keepdims=True)
    own = stocks[held] / means
    path = paths(own[:, -1], regression.pooled(own), horizon)
    found[held] = path[:, 1:, 0] * means[:, :, 0]
    return _finite(found)


def _two(history: FloatArray) -> FloatArray:
    """Return target and first companion (N, t, 2)."""
    if history.shape[2] < 2:
        raise SpecError(
            message(
                "a forecast of two stocks needs a companion beside the target: name a second column, or leave "
                "lotka_volterra and fusion out"
            )
        )
    return history[:, :, :2]


def _finite(found: FloatArray) -> FloatArray:
    """Return forecasts, NaN in place of what left every bound."""
    return np.asarray(np.where(np.isfinite(found), found, np.nan))
