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


PRINTED_X = np.array(
    [
        [5, 13],
        [16, 12],
        [16, 26],
        [17, 15],
        [18, 14],
        [23, 6],
        [25, 10],
        [27, 22],
        [37, 14],
        [42, 25],
        [5, 17],
    ],
    dtype=float,
)
PRINTED_Y = np.array([[12], [14], [25], [26], [8], [9], [27], [30], [31], [26], [12]], dtype=float)


def _sums(points, further, returns, scale=None):
    """Return rows that hold the sum of intensities to one, or to the variable `scale` (a place)."""
    row = np.concatenate([np.ones(points), np.zeros(further)])
    right = 1.0
    if scale is not None:
        row[scale], right = -1.0, 0.0
    none = np.empty((0, points + further))
    if returns == "constant":
        return none, [], none, []
    if returns == "variable":
        return none, [], row[None], [right]
    sign = 1.0 if returns == "decreasing" else -1.0
    return sign * row[None], [sign * right], none, []


def explicit_slacks(x0, y0, score, X, Y, returns, orientation):
    """Return the largest sum of slacks in means of columns, with the slacks as variables."""
    mean_x, mean_y = X.mean(axis=0), Y.mean(axis=0)
    if orientation == "input":
        x0 = x0 * score
    else:
        y0 = y0 * score
    x0, y0, X, Y = x0 / mean_x, y0 / mean_y, X / mean_x, Y / mean_y
    n, m, s = len(X), len(x0), len(y0)
    up, up_right, eq, eq_right = _sums(n, m + s, returns)
    rows = np.block([[X.T, np.eye(m), np.zeros((m, s))], [Y.T, np.zeros((s, m)), -np.eye(s)]])
    goal = -np.concatenate([np.zeros(n), np.ones(m + s)])
    return -solved(
        goal, up, up_right, np.vstack([rows, eq]), np.concatenate([x0, y0, eq_right]), bounds=(0.0, None)
    )


def explicit_slacks_based(x0, y0, b0, X, Y, B, returns, orientation):
    """Return Tone's fraction with t, scaled intensities and scaled slacks as variables."""
    n, m, s, b = len(X), len(x0), len(y0), len(b0)
    k = m + s + b
    eye = np.eye(k) * np.concatenate([np.ones(m), -np.ones(s), np.ones(b)])
    rows = np.column_stack([np.vstack([X.T, Y.T, B.T]), eye, -np.concatenate([x0, y0, b0])])
    shares_in = np.concatenate([np.zeros(n), 1.0 / x0 / m, np.zeros(s + b), [0.0]])
    shares_out = np.concatenate([np.zeros(n + m), 1.0 / y0 / (s + b), 1.0 / b0 / (s + b), [0.0]])
    t = np.zeros(n + k + 1)
    t[-1] = 1.0
    up, up_right, eq, eq_right = _sums(n, k + 1, returns, scale=n + k)
    one = t + shares_out if orientation == "none" else t
    goal = t - shares_in if orientation != "output" else -(t + shares_out)
    found = solved(
        goal,
        up,
        up_right,
        np.vstack([rows, one, eq]),
        np.concatenate([np.zeros(k), [1.0], eq_right]),
        bounds=(0.0, None),
    )
    return found if orientation != "output" else -1.0 / found


def explicit_super(x0, y0, X, Y, returns, orientation):
    """Return Tone's super-efficiency with the point (x, y) itself as variables, scaled by t."""
    n, m, s = len(X), len(x0), len(y0)
    width = n + m + s + 1
    at_x, at_y = n + np.arange(m), n + m + np.arange(s)
    used = np.hstack([X.T, -np.eye(m), np.zeros((m, s)), np.zeros((m, 1))])
    made = np.hstack([-Y.T, np.zeros((s, m)), np.eye(s), np.zeros((s, 1))])
    more, less = np.zeros((m, width)), np.zeros((s, width))
    more[np.arange(m), at_x], more[:, -1] = -1.0, x0
    less[np.arange(s), at_y], less[:, -1] = 1.0, -y0
    t, mean_x, mean_y = np.zeros(width), np.zeros(width), np.zeros(width)
    t[-1], mean_x[at_x], mean_y[at_y] = 1.0, 1.0 / x0 / m, 1.0 / y0 / s
    up, up_right, eq, eq_right = _sums(n, m + s + 1, returns, scale=width - 1)
    rows = [used, made, more, less, up]
    if orientation == "input":
        rows.append(-less)
    if orientation == "output":
        rows.append(-more)
    upper = np.vstack(rows)
    right = np.zeros(len(upper))
    right[2 * (m + s) : 2 * (m + s) + len(up)] = up_right
    return solved(
        mean_x, upper, right, np.vstack([mean_y, eq]), np.concatenate([[1.0], eq_right]), bounds=(0.0, None)
    )


def explicit_distance(x0, y0, b0, X, Y, B, returns, disposability, directions):
    """Return the directional distance by its dual: prices of inputs, outputs and undesirable outputs."""
    gx, gy, gb = directions
    m, s, b, n = len(x0), len(y0), len(b0), len(X)
    # profit of the unit under prices that give no reference point a profit: least u'... = v'x0 - p'y0 + q'b0 + w
    goal = np.concatenate([x0, -y0, b0, [1.0]])
    rows = -np.column_stack([X, -Y, B, np.ones(n)])
    weak = disposability == "weak"
    if weak and returns == "variable":
        rows = np.vstack([rows, -np.column_stack([X, np.zeros((n, s + b)), np.ones(n)])])
    one = np.concatenate([gx, gy, gb, [0.0]])[None]
    low, high = {
        "constant": (0, 0),
        "variable": (None, None),
        "decreasing": (0, None),
        "increasing": (None, 0),
    }[returns]
    bounds = [(0, None)] * (m + s) + [(None if weak else 0, None)] * b + [(low, high)]
    return solved(goal, rows, np.zeros(len(rows)), one, [1.0], bounds=bounds)


def relational(x0, z0, y0, X, Z, Y):
    """Return Kao and Hwang's theta, and the ends of both stages, in the form of multipliers."""
    m, q, s, n = len(x0), len(z0), len(y0), len(X)
    stage_1 = np.column_stack([-X, Z, np.zeros((n, s))])
    stage_2 = np.column_stack([np.zeros((n, m)), -Z, Y])
    rows, none = np.vstack([stage_1, stage_2]), np.zeros(2 * n)
    of_x = np.concatenate([x0, np.zeros(q + s)])
    of_z = np.concatenate([np.zeros(m), z0, np.zeros(s)])
    of_y = np.concatenate([np.zeros(m + q), y0])
    theta = -solved(-of_y, rows, none, of_x[None], [1.0])
    # a system that holds to within rounding: theta is known to 1e-12
    held = (theta - 1e-11) * of_x - of_y
    rows, none = np.vstack([rows, held]), np.zeros(2 * n + 1)
    first = -solved(-of_z, rows, none, of_x[None], [1.0])
    second = -solved(-of_y, rows, none, of_z[None], [1.0])
    return theta, first, second
