"""Linear programs of efficiency written out again, one at a time through HiGHS, in the form of multipliers."""

from __future__ import annotations

import numpy as np
from scipy.optimize import linprog

# sign of the free multiplier of the sum of intensities, for a score that is minimised
_SIGNS = {
    "constant": (0.0, 0.0),
    "variable": (None, None),
    "decreasing": (None, 0.0),
    "increasing": (0.0, None),
}


def solved(*args, **options):
    """Return the value of a program by HiGHS; nan where it has none."""
    found = linprog(*args, method="highs", **options)
    return found.fun if found.status == 0 else np.nan


def multiplier_score(x0, y0, X, Y, returns="constant", orientation="input"):
    """Return Farrell's efficiency: the largest u'y0 + w (input), the least v'x0 + w (output)."""
    size_x, size_y = X.max(axis=0), Y.max(axis=0)
    x0, y0, X, Y = x0 / size_x, y0 / size_y, X / size_x, Y / size_y
    m, s, none = len(x0), len(y0), np.zeros(len(X))
    bounds = [(0.0, None)] * (m + s)
    low, high = _SIGNS[returns]
    if orientation == "input":
        rows = np.column_stack([-X, Y, np.ones(len(X))])
        one = np.concatenate([x0, np.zeros(s + 1)])[None]
        goal = -np.concatenate([np.zeros(m), y0, [1.0]])
        return -solved(goal, rows, none, one, [1.0], bounds=[*bounds, (low, high)])
    rows = np.column_stack([-X, Y, -np.ones(len(X))])
    one = np.concatenate([np.zeros(m), y0, [0.0]])[None]
    goal = np.concatenate([x0, np.zeros(s), [1.0]])
    turned = (None if high is None else -high, None if low is None else -low)
    return solved(goal, rows, none, one, [1.0], bounds=[*bounds, turned])


def some_units(seed, count=25, m=2, s=3):
    """Return inputs and outputs of units of very different size and units of measurement, some outputs zero."""
    rng = np.random.default_rng(seed)
    X = np.exp(rng.normal(0.0, 1.2, (count, m))) * 10.0 ** rng.integers(-2, 6, m)
    Y = (X / X.mean(axis=0)).mean(axis=1, keepdims=True) * np.exp(rng.normal(0.0, 0.7, (count, s)))
    Y[rng.random(Y.shape) < 0.08] = 0.0
    Y[:, 0] += 0.01
    return X, Y * 10.0 ** rng.integers(-2, 6, s)
