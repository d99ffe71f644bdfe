"""A contest of 31 x 14 with eight origins, against regressions unit by unit and scikit-learn, origin by origin."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import statsmodels.api as sm

import panelkit as pk
from benchmarks.run import Task

UNITS, YEARS, TRAIN = 31, 14, 6


def panel(seed: int = 0) -> pd.DataFrame:
    """Return a balanced panel of walks with a drift of their own."""
    rng = np.random.default_rng(seed)
    index = pd.MultiIndex.from_product([range(UNITS), range(2010, 2010 + YEARS)], names=["province", "year"])
    y = 50 + np.cumsum(0.5 + rng.normal(size=(UNITS, YEARS)), axis=1)
    return pd.DataFrame({"y": y.ravel()}, index=index)


def tasks() -> list[Task]:
    """Return the tasks."""
    data = panel()
    y = data["y"].to_numpy().reshape(UNITS, YEARS)
    named = {"trends": ("drift", "trend", "autoregression"), "ridge": ("ridge",)}

    def played(names: tuple[str, ...]) -> Any:
        return lambda: pk.forecast_contest(data, "y", models=names, min_train=TRAIN, loss="squared")

    return [
        Task(
            "contest of drift, trend and autoregression, 31 x 14, 8 origins",
            played(named["trends"]),
            {"statsmodels, regression by regression": lambda: _statsmodels(y)},
            3,
            "the loop has no test and no table",
        ),
        Task(
            "contest of ridge, 31 x 14, 8 origins",
            played(named["ridge"]),
            {"scikit-learn, origin by origin": lambda: _ridge(y)},
            3,
            "the loop has no scales, no test and no table",
        ),
    ]


def _statsmodels(y: np.ndarray) -> list[float]:
    """Return errors of a line a unit, and of one regression with dummies, at every origin."""
    found = []
    dummies = np.eye(UNITS)
    for known in range(TRAIN, YEARS):
        time = sm.add_constant(np.arange(known + 1.0))
        for i in range(UNITS):
            line = sm.OLS(y[i, :known], time[:known]).fit()
            found.append(y[i, known] - float(line.predict(time[known:])[0]))
        left = np.column_stack([y[:, : known - 1].ravel(), np.repeat(dummies, known - 1, axis=0)])
        fit = sm.OLS(np.diff(y[:, :known], axis=1).ravel(), left).fit()
        told = y[:, known - 1] + fit.predict(np.column_stack([y[:, known - 1], dummies]))
        found += (y[:, known] - told).tolist()
    return found


def _ridge(y: np.ndarray) -> list[float]:
    """Return errors of a ridge on pooled rows at every origin, the penalty by scikit-learn's folds in order of time."""
    from sklearn.linear_model import RidgeCV
    from sklearn.model_selection import TimeSeriesSplit
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import StandardScaler

    found = []
    for known in range(TRAIN, YEARS):
        change = np.diff(y[:, :known], axis=1)
        level = y[:, 1:known] - y[:, :known].mean(axis=1, keepdims=True)
        inputs = np.stack([level, change], axis=2)
        right = np.diff(y[:, 1:known], axis=1).T.ravel()
        folds = TimeSeriesSplit(3, test_size=UNITS)
        model = make_pipeline(StandardScaler(), RidgeCV(alphas=np.logspace(-1, 5, 25), cv=folds))
        fit = model.fit(inputs[:, :-1].transpose(1, 0, 2).reshape(-1, 2), right)
        found += (y[:, known] - y[:, known - 1] - fit.predict(inputs[:, -1])).tolist()
    return found
