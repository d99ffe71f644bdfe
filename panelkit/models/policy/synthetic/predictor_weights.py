"""Which predictors count how much in a synthetic control: V by nested optimisation, equal, or given.

Abadie, Diamond and Hainmueller (2010, section 2.3 and appendix B): the weights of donors w(V) minimise
(x1 - X0 w)' V (x1 - X0 w) over the simplex, and V is the diagonal matrix under which w(V) fits the outcome before
treatment best. The outer problem has kinks and several valleys: it is searched from the best of many starts, and what
is returned fits no worse than any of them.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.optimize import OptimizeResult, minimize

from panelkit.kernels.simplex import simplex_least_squares
from panelkit.kernels.within import FloatArray
from panelkit.show.brief import Brief

_SMALLEST = 1e-8  # a predictor of less weight than this share of the largest is as good as left out
_STARTS_SEARCHED = 2
_DRAWN_A_PREDICTOR = 15  # starts, the same in every run
_STEPS_A_PREDICTOR = 60
_LEAST_STEPS = 100
_DECIDING = (
    1e-7  # share of the outcome beside the predictors: it decides between weights that match them alike
)
_MATCHED = 1e-8
_AT_THE_FLOOR = 1e-6  # of the least loss that any weights have: nothing is left to gain


@dataclass(frozen=True, eq=False)
class Matching(Brief):
    """One unit (or average of units) and its donors; J donors, K predictors, P periods before treatment.

    `x1` (K,), `X0` (J, K) are the predictors, `y1` (P,), `Y0` (J, P) the outcome before treatment.
    """

    x1: FloatArray
    X0: FloatArray
    y1: FloatArray
    Y0: FloatArray

    def scaled(self) -> Matching:
        """Return the same with every predictor divided by its standard deviation over the unit and its donors."""
        spread = np.std(np.vstack([self.x1, self.X0]), axis=0, ddof=1)
        spread = np.where(spread > 0.0, spread, 1.0)
        return Matching(self.x1 / spread, self.X0 / spread, self.y1, self.Y0)

    def weights(self, v: FloatArray) -> FloatArray:
        """Return the donors' weights (J,) under weights of predictors (K,).

        Of all weights that match the predictors alike, those that fit the outcome before best.
        """
        root = np.sqrt(v)
        A, b = (self.X0 * root).T, self.x1 * root
        own, other = np.square(A - b[:, None]).sum(), np.square(self.Y0 - self.y1).sum()
        tie = np.sqrt(_DECIDING * own / other) if other > 0.0 else 0.0
        return simplex_least_squares(np.vstack([A, tie * self.Y0.T]), np.append(b, tie * self.y1))

    def matches(self, w: FloatArray) -> bool:
        """Tell whether donors' weights (J,) match every predictor: V then has nothing to choose."""
        spread = np.square(self.X0 - self.x1).mean(axis=0)
        return bool((np.square(self.x1 - w @ self.X0) <= _MATCHED * spread).all())

    def loss(self, w: FloatArray) -> float:
        """Return the mean squared gap before treatment under donors' weights (J,)."""
        return float(np.mean((self.y1 - w @ self.Y0) ** 2))

    def least_loss(self) -> float:
        """Return the mean squared gap before treatment that no weights of donors can go below."""
        return self.loss(simplex_least_squares(self.Y0.T, self.y1))


def equal_v(k: int) -> FloatArray:
    """Return the same weight for each of k predictors, (k,)."""
    return np.full(k, 1.0 / k)


def nested_v(problem: Matching) -> FloatArray:
    """Return the weights of predictors (K,) under which the donors' weights fit the outcome before treatment best.

    `problem` is scaled. With one predictor, or where all are matched to the digit, there is nothing to choose.
    """
    k = problem.X0.shape[1]
    if k == 1 or problem.matches(problem.weights(equal_v(k))):
        return equal_v(k)
    drawn = np.random.default_rng(k).dirichlet(np.full(k, 0.5), size=_DRAWN_A_PREDICTOR * k)
    starts = [equal_v(k), _by_regression(problem), *_leaning(k), *drawn]
    ranked = sorted(starts, key=lambda v: problem.loss(problem.weights(v)))
    floor = (1.0 + _AT_THE_FLOOR) * problem.least_loss()
    best = ranked[0]
    for start in ranked[:_STARTS_SEARCHED]:
        if problem.loss(problem.weights(best)) <= floor:
            break
        found = _searched(problem, start, floor)
        best = min(best, found, key=lambda v: problem.loss(problem.weights(v)))
    return np.asarray(best / best.sum())


def _by_regression(problem: Matching) -> FloatArray:
    """Return squared coefficients of the outcome on the predictors, summed over periods, (K,) with sum one."""
    X = np.vstack([problem.x1, problem.X0])
    Y = np.vstack([problem.y1, problem.Y0])
    X = np.column_stack([np.ones(len(X)), X])
    coefficients = np.linalg.lstsq(X, Y, rcond=None)[0][1:]
    squares = np.einsum("kp,kp->k", coefficients, coefficients)
    total = float(squares.sum())
    return np.asarray(squares / total) if total > 0.0 else equal_v(len(squares))


def _leaning(k: int) -> list[FloatArray]:
    """Return, for each predictor, weights of which it has nearly all, each (K,)."""
    return [np.where(np.arange(k) == j, 1.0, 1e-3) / (1.0 + 1e-3 * (k - 1)) for j in range(k)]


def _searched(problem: Matching, start: FloatArray, floor: float) -> FloatArray:
    """Return the weights (K,) that a simplex search in their logarithms ends at, or that reach the floor."""
    k = len(start)
    lowest = np.log(_SMALLEST)

    def unlogged(parameters: FloatArray) -> FloatArray:
        shifted = np.clip(parameters - parameters.max(), lowest, 0.0)
        return np.asarray(np.exp(shifted))

    def loss(parameters: FloatArray) -> float:
        return problem.loss(problem.weights(unlogged(parameters)))

    def enough(intermediate_result: OptimizeResult) -> None:
        if intermediate_result.fun <= floor:
            raise StopIteration

    at = np.log(np.maximum(start / start.max(), _SMALLEST))
    corners = np.vstack([at, *(at + np.where(np.arange(k) == j, -2.0, 0.0) for j in range(k))])
    least = problem.loss(problem.weights(unlogged(at)))
    found = minimize(
        loss,
        at,
        method="Nelder-Mead",
        callback=enough,
        options={
            "initial_simplex": corners,
            "maxfev": max(_LEAST_STEPS, _STEPS_A_PREDICTOR * k),
            "xatol": 1e-3,
            "fatol": 1e-7 * max(least, np.finfo(float).tiny),
            "adaptive": True,
        },
    )
    return unlogged(np.asarray(found.x))
