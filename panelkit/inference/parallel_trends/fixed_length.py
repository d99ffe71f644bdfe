"""The shortest fixed-length interval where second differences of the violation are at most M (Rambachan and Roth 2023).

An estimator that is linear in the estimates and not biased without bound takes a straight line from the effect and
weighs second differences before treatment,

    w'(second differences that end after the base) + u'(those before),      bias at most M (|w|_1 + |u|_1),

and its interval is as long as 2 sd cv(M (|w|_1 + |u|_1) / sd), cv(t) the quantile of |N(t, 1)| (Armstrong and Kolesar
2018). The length rises in sd and in |u|_1, so that the best u lies on the path of the lasso of the variance on |u|_1;
the path is piecewise linear and followed exactly, and the length is convex on each of its pieces.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from panelkit.inference.parallel_trends.restrictions import Study, differences
from panelkit.kernels.within import FloatArray
from panelkit.show.brief import Brief


@dataclass(frozen=True, eq=False)
class FixedLength(Brief):
    """The interval `centre` +- `half`, the weights (p,) that make its centre, its largest bias and its error."""

    centre: float
    half: float
    weights: FloatArray
    bias: float
    std_error: float


def fixed_length(held: Study, m: float, level: float) -> FixedLength:
    """Return the shortest fixed-length interval of a level (.05) under second differences of at most `m`."""
    from scipy.optimize import minimize_scalar

    before, after = differences(held, 2)
    w = np.linalg.solve(after[:, held.n_pre :].T, held.effect)
    line = w @ after
    outer = float(np.abs(w).sum())
    h_matrix, h = before @ held.sigma @ before.T, before @ held.sigma @ line

    def made(u: FloatArray) -> FixedLength:
        weights = line + u @ before
        se = float(np.sqrt(weights @ held.sigma @ weights))
        bias = m * (outer + float(np.abs(u).sum()))
        return FixedLength(
            float(weights @ held.beta), se * folded_quantile(bias / se, level), weights, bias, se
        )

    knots = lasso_path(h_matrix, h)
    found = [made(u) for u in knots]
    best = min(range(len(knots)), key=lambda at: found[at].half)
    # the length falls to its least and rises from there along the path
    for at in range(max(best - 1, 0), min(best + 1, len(knots) - 1)):
        start, stop = knots[at], knots[at + 1]
        inner = minimize_scalar(
            lambda share, start=start, stop=stop: made(start + share * (stop - start)).half,
            bounds=(0.0, 1.0),
            method="bounded",
            options={"xatol": 1e-10},
        )
        found.append(made(start + inner.x * (stop - start)))
    return min(found, key=lambda one: one.half)


def lasso_path(h_matrix: FloatArray, h: FloatArray) -> list[FloatArray]:
    """Return the corners (k,) of the path of min u'Hu / 2 + h'u + lambda |u|_1, from u = 0 to lambda = 0.

    The homotopy of Osborne, Presnell and Turlach (2000): between corners u is linear in lambda.
    """
    k = len(h)
    u, knots = np.zeros(k), [np.zeros(k)]
    if not k or not np.abs(h).any():
        return knots
    penalty = float(np.abs(h).max())
    active = [int(np.abs(h).argmax())]
    dropped = -1
    for _ in range(50 * k):
        signs = np.sign(-(h + h_matrix @ u)[active])
        pace = np.zeros(k)
        pace[active] = np.linalg.solve(h_matrix[np.ix_(active, active)], signs)
        # as the penalty falls by one, u moves by `pace` and the correlations by -H pace
        correlation, drift = -(h + h_matrix @ u), h_matrix @ pace
        fall, event, enters = penalty, -1, False
        for j in range(k):
            if j in active:
                reached = -u[j] / pace[j] if pace[j] * u[j] < 0.0 else np.inf
                if reached < fall:
                    fall, event, enters = reached, j, False
            else:
                # what has just left can come back on the other side alone
                sides = (1.0, -1.0) if j != dropped else (-np.sign(correlation[j]),)
                for side in sides:
                    closing = 1.0 - side * drift[j]
                    reached = (penalty - side * correlation[j]) / closing if closing > 1e-14 else np.inf
                    if 0.0 <= reached < fall:
                        fall, event, enters = reached, j, True
        u = u + fall * pace
        penalty -= fall
        knots.append(u.copy())
        if event < 0:
            break
        if enters:
            active.append(event)
            dropped = -1
        else:
            active.remove(event)
            u[event] = 0.0
            dropped = event
    return knots


def folded_quantile(t: float, level: float) -> float:
    """Return cv(t), the 1 - level quantile of |N(t, 1)|."""
    from scipy import special
    from scipy.optimize import brentq

    def missed(x: float) -> float:
        return float(special.ndtr(-(x - t)) + special.ndtr(-x - t)) - level

    top = t + float(special.ndtri(1.0 - level / 2.0)) + 1e-9
    return float(brentq(missed, t, top, xtol=1e-13)) if t < 30.0 else t + float(special.ndtri(1.0 - level))
