"""Shrinkage and forests on pooled lags, by scikit-learn.

Rows are unit-years of the history. The outcome is y(t+h) - y(t), so that shrinking all slopes to zero leaves a common
drift; inputs are the level over the unit's own mean, the last change, every companion in the same way and, where
weights are given, the neighbours' mean. Both are divided by the spread of the unit's yearly changes, so that large
units do not decide alone. Penalties are chosen by folds in the order of time. Everything is taken from the history.
"""

from __future__ import annotations

import warnings
from typing import Any

import numpy as np

from panelkit.language.offers import offered
from panelkit.results.fit import FloatArray

IndexArray = np.ndarray[Any, np.dtype[np.intp]]
_FOLDS = 3
_FEWEST_YEARS = 3


@offered("forecaster", "ridge", family="learned", source="scikit-learn RidgeCV, folds in the order of time")
def ridge(history: FloatArray, horizon: int, *, w: FloatArray | None = None) -> FloatArray:
    """Return direct ridge forecasts (N, horizon)."""
    return _learned("ridge", history, horizon, w, 0)


@offered("forecaster", "lasso", family="learned", source="scikit-learn LassoCV, folds in the order of time")
def lasso(history: FloatArray, horizon: int, *, w: FloatArray | None = None) -> FloatArray:
    """Return direct lasso forecasts (N, horizon)."""
    return _learned("lasso", history, horizon, w, 0)


@offered(
    "forecaster",
    "elastic_net",
    family="learned",
    source="scikit-learn ElasticNetCV, folds in the order of time",
)
def elastic_net(history: FloatArray, horizon: int, *, w: FloatArray | None = None) -> FloatArray:
    """Return direct elastic net forecasts (N, horizon)."""
    return _learned("elastic_net", history, horizon, w, 0)


@offered(
    "forecaster", "forest", family="learned", source="scikit-learn RandomForestRegressor, leaves of five"
)
def forest(history: FloatArray, horizon: int, *, w: FloatArray | None = None, seed: int = 0) -> FloatArray:
    """Return direct forecasts (N, horizon) of a random forest of 100 trees."""
    return _learned("forest", history, horizon, w, seed)


@offered(
    "forecaster",
    "boosting",
    family="learned",
    source="scikit-learn GradientBoostingRegressor, 100 trees of depth 2, rate .05",
)
def boosting(history: FloatArray, horizon: int, *, w: FloatArray | None = None, seed: int = 0) -> FloatArray:
    """Return direct forecasts (N, horizon) of boosted trees."""
    return _learned("boosting", history, horizon, w, seed)


def _learned(kind: str, history: FloatArray, horizon: int, w: FloatArray | None, seed: int) -> FloatArray:
    y = history[:, :, 0]
    scale = np.diff(y, axis=1).std(axis=1, ddof=1) if y.shape[1] > 2 else np.zeros(len(y))
    usable = scale > 0
    inputs = _inputs(history, w)
    columns = [_ahead(kind, y, inputs, scale, usable, step, seed) for step in range(1, horizon + 1)]
    return np.stack(columns, axis=1)


def _inputs(history: FloatArray, w: FloatArray | None) -> FloatArray:
    """Return levels over the unit's mean and last changes (N, t - 1, F), in units of the spread of changes."""
    series = history
    if w is not None:
        series = np.concatenate([history, np.einsum("ij,jt->it", w, history[:, :, 0])[:, :, None]], axis=2)
    change = np.diff(series, axis=1)
    spread = change.std(axis=1, ddof=1, keepdims=True) if change.shape[1] > 1 else np.ones_like(change)
    spread = np.where(spread > 0, spread, 1.0)
    level = series - series.mean(axis=1, keepdims=True)
    return np.asarray(np.concatenate([level[:, 1:] / spread, change / spread], axis=2))


def _ahead(
    kind: str,
    y: FloatArray,
    inputs: FloatArray,
    scale: FloatArray,
    usable: np.ndarray[Any, np.dtype[np.bool_]],
    step: int,
    seed: int,
) -> FloatArray:
    """Return the forecast (N,) of one horizon; NaN in units that never change and in windows that are too short."""
    found = np.full(len(y), np.nan)
    years = y.shape[1] - 1 - step
    if years < _FEWEST_YEARS or not usable.any():
        return found
    outcome = (y[usable, 1 + step :] - y[usable, 1:-step]) / scale[usable, None]
    rows = inputs[usable, :years]
    # year by year, so that a fold is a stretch of time
    left = rows.transpose(1, 0, 2).reshape(-1, rows.shape[2])
    model = _model(kind, time_folds(years, len(rows), step), seed)
    if model is None or not _fitted(model, left, outcome.T.ravel()):
        return found
    found[usable] = y[usable, -1] + model.predict(inputs[usable, -1]) * scale[usable]
    return found


def _fitted(model: Any, left: FloatArray, right: FloatArray) -> bool:
    """Fit, and tell whether the search came to an end."""
    from sklearn.exceptions import ConvergenceWarning

    with warnings.catch_warnings():
        warnings.simplefilter("error", ConvergenceWarning)
        try:
            model.fit(left, right)
        except ConvergenceWarning:
            return False
    return True


def _model(kind: str, folds: list[tuple[IndexArray, IndexArray]], seed: int) -> Any:
    """Return the learner; None where a penalty cannot be chosen in the order of time."""
    from sklearn.ensemble import GradientBoostingRegressor, RandomForestRegressor
    from sklearn.linear_model import ElasticNetCV, LassoCV, RidgeCV
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import StandardScaler

    if kind == "forest":
        return RandomForestRegressor(n_estimators=100, min_samples_leaf=5, n_jobs=1, random_state=seed)
    if kind == "boosting":
        return GradientBoostingRegressor(n_estimators=100, max_depth=2, learning_rate=0.05, random_state=seed)
    if not folds or (kind == "ridge" and len(folds[0][1]) < 2):
        return None  # R2, by which ridge chooses, needs two units a year
    linear: Any = {
        "ridge": lambda: RidgeCV(alphas=np.logspace(-1, 5, 25), cv=folds),
        "lasso": lambda: LassoCV(alphas=30, cv=folds, max_iter=5_000),
        "elastic_net": lambda: ElasticNetCV(l1_ratio=0.5, alphas=30, cv=folds, max_iter=5_000),
    }
    return make_pipeline(StandardScaler(), linear[kind]())


def time_folds(years: int, units: int, step: int) -> list[tuple[IndexArray, IndexArray]]:
    """Return train and test rows of folds that learn from earlier years only; rows stand year by year.

    `step - 1` years between the two are left out: their outcomes were not known when the tested ones were to be told.
    """
    folds = []
    for held in range(max(step, years - _FOLDS), years):
        known = held - (step - 1)
        folds.append((np.arange(known * units), np.arange(held * units, (held + 1) * units)))
    return folds
