"""Many fits of a curve at once: starts from a grid, Levenberg-Marquardt on all of them, errors that follow an AR(1)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from panelkit.evaluation.life_cycle.curves import (
    Curve,
    Errors,
    Measure,
    Slopes,
    limits_of,
    mean_of,
    starts_of,
)
from panelkit.evaluation.life_cycle.serial import autocorrelation, linear_fit, quasi_differenced
from panelkit.kernels.steps import steps_of
from panelkit.kernels.within import FloatArray
from panelkit.show.brief import Brief

Mean = Callable[[FloatArray, FloatArray], Slopes]

# a step that gains less than this share of the sum of squares ends a search; a damping beyond the last finds none
_GAIN, _DAMPED = 1e-9, 1e9
_CELLS = 4_000_000


@dataclass(frozen=True, eq=False)
class Fits(Brief):
    """Fits of one curve to B series: `theta` (B, k), errors u = y - f (B, n), `rho` (B,), and the curve's values (B,
    n).

    `squares` (B,) are the sums of squares of the quasi-differences, at `rho`; `slopes` (B, n, k) of the values.
    """

    theta: FloatArray
    values: FloatArray
    slopes: FloatArray
    residuals: FloatArray
    rho: FloatArray
    squares: FloatArray

    def one(self, at: int) -> Fits:
        """Return the fit of one series."""
        part = slice(at, at + 1)
        return Fits(
            self.theta[part],
            self.values[part],
            self.slopes[part],
            self.residuals[part],
            self.rho[part],
            self.squares[part],
        )

    def deviation(self) -> FloatArray:
        """Return the standard deviation (B,) of the innovations, with degrees of freedom for parameters and rho."""
        n, k = self.slopes.shape[-2:]
        return np.asarray(np.sqrt(self.squares / max(n - k - 1, 1)))


def fit_many(
    curve: Curve,
    y: FloatArray,
    times: FloatArray,
    *,
    measure: Measure = "flow",
    errors: Errors = "log",
    near: FloatArray | None = None,
    regions: bool = True,
) -> Fits:
    """Fit a curve to many series over the same years by least squares with AR(1) errors.

    Least squares from the best start of each region of the grid (and from `near`), the autocorrelation from the
    residuals of the best, then twice generalised least squares at that autocorrelation.

    Parameters
    ----------
    curve
        From `curves.curve_of`.
    y
        Shape (B, n): what is fitted, logarithms or plain figures as `errors` says.
    times
        Shape (n,): years, one apart.
    near
        Shape (B, k) or (k,): a further start.
    regions
        False: from `near` alone.
    """
    mean = mean_of(curve, measure, errors)
    if curve.key == "constant_growth" and errors == "log":
        return _line(curve, mean, y, times)
    bounds = limits_of(curve, times)
    starts = []
    if near is not None:
        starts.append(np.broadcast_to(near, (len(y), curve.size)))
    if regions or near is None:
        starts += _from_grid(curve, mean, y, times, errors)
    zero = np.zeros(len(y))
    best, least = starts[0].copy(), np.full(len(y), np.inf)
    for start in starts:
        theta, squares = search(mean, y, times, start, zero, bounds)
        better = squares < least
        best[better], least[better] = theta[better], squares[better]
    rho = zero
    for _ in range(2):
        rho = autocorrelation(y - mean(best, times)[0], curve.size)
        best, least = search(mean, y, times, best, rho, bounds)
    return _fits(mean, y, times, best, rho)


def search(
    mean: Mean,
    y: FloatArray,
    times: FloatArray,
    start: FloatArray,
    rho: FloatArray,
    bounds: tuple[FloatArray, FloatArray],
    *,
    held: int | None = None,
    steps: int = 60,
) -> tuple[FloatArray, FloatArray]:
    """Return parameters (B, k) and sums of squares (B,) of Levenberg-Marquardt from `start`, within bounds.

    `held` is the position of a parameter that stays as it is. Problems that have converged leave the batch.
    """
    theta = np.clip(start, *bounds)
    squares = np.empty(len(y))
    size = max(1, _CELLS // (y.shape[1] * theta.shape[1] ** 2))
    for first in steps_of(range(0, len(y), size), -(-len(y) // size)):
        part = slice(first, first + size)
        theta[part], squares[part] = _marquardt(
            mean, y[part], times, theta[part], rho[part], bounds, held, steps
        )
    return theta, squares


def _marquardt(
    mean: Mean,
    y: FloatArray,
    times: FloatArray,
    theta: FloatArray,
    rho: FloatArray,
    bounds: tuple[FloatArray, FloatArray],
    held: int | None,
    steps: int,
) -> tuple[FloatArray, FloatArray]:
    theta, (errors, slopes) = theta.copy(), _transformed(mean, y, times, theta, rho)
    squares = (errors**2).sum(axis=1)
    damping = np.full(len(y), 1e-2)
    at = np.arange(len(y))
    k = theta.shape[1]
    for _ in range(steps):
        gram = np.einsum("bnk,bnl->bkl", slopes, slopes, optimize=True)
        score = np.einsum("bnk,bn->bk", slopes, errors)
        if held is not None:
            gram[:, held, :] = gram[:, :, held] = score[:, held] = 0.0
        diagonal = np.einsum("bkk->bk", gram)
        # relative to the figures, so that their unit of measurement moves nothing; a flat curve keeps the least double
        least = 1e-12 * diagonal.max(axis=1, keepdims=True) + np.finfo(float).tiny
        added = damping[at, None] * diagonal + least
        gram[:, np.arange(k), np.arange(k)] += added
        step = np.linalg.solve(gram, score[..., None])[..., 0]
        tried = np.clip(theta[at] + np.clip(step, -_longest(k), _longest(k)), *bounds)
        e, s = _transformed(mean, y[at], times, tried, rho[at])
        new = (e**2).sum(axis=1)
        gained = new < squares[at]
        small = gained & (squares[at] - new <= _GAIN * squares[at])
        moved = at[gained]
        theta[moved], squares[moved] = tried[gained], new[gained]
        errors[gained], slopes[gained] = e[gained], s[gained]
        damping[moved] /= 6.0
        damping[at[~gained]] *= 5.0
        open_ = ~(small | (damping[at] > _DAMPED))
        at, errors, slopes = at[open_], errors[open_], slopes[open_]
        if not len(at):
            break
    return theta, squares


def _longest(k: int) -> FloatArray:
    """Return the longest step in a parameter: a logarithm by one, a date by six years."""
    longest = np.full(k, 1.5)
    if k > 2:
        longest[2] = 6.0
    return longest


def _transformed(
    mean: Mean, y: FloatArray, times: FloatArray, theta: FloatArray, rho: FloatArray
) -> tuple[FloatArray, FloatArray]:
    values, slopes = mean(theta, times)
    return quasi_differenced(y - values, rho), quasi_differenced(slopes, rho)


def _from_grid(
    curve: Curve, mean: Mean, y: FloatArray, times: FloatArray, errors: Errors
) -> list[FloatArray]:
    """Return for each region of the grid the start (B, k) with the least squares, its scale profiled out."""
    if curve.key == "constant_growth":
        design = curve.log_values(np.zeros((1, 2)), times)[1][0]
        logs = np.log(np.maximum(y, y.max(axis=1, keepdims=True) * 1e-6))
        return [np.linalg.lstsq(design, logs.T, rcond=None)[0].T]
    grid, region = starts_of(curve, times)
    shapes = mean(grid, times)[0]
    if errors == "log":
        level = y.mean(axis=1)[:, None] - shapes.mean(axis=1)
        centred, shape = (v - v.mean(axis=1, keepdims=True) for v in (y, shapes))
        squares = (shape**2).sum(axis=1) - 2.0 * centred @ shape.T
    else:
        size = np.maximum((shapes**2).sum(axis=1), np.finfo(float).tiny)
        factor = np.maximum(y @ shapes.T, 0.0)
        squares = -(factor**2) / size
        level = np.log(np.maximum(factor / size, np.finfo(float).tiny))
    found, here = [], np.arange(len(y))
    for one in np.unique(region):
        inside = np.flatnonzero(region == one)
        best = inside[squares[:, inside].argmin(axis=1)]
        start = grid[best].copy()
        start[:, 0] += level[here, best]
        found.append(start)
    return found


def _line(curve: Curve, mean: Mean, y: FloatArray, times: FloatArray) -> Fits:
    """Return the fits of constant growth in logarithms: generalised least squares in closed form."""
    theta, _, rho = linear_fit(mean(np.zeros((1, 2)), times)[1][0], y)
    return _fits(mean, y, times, theta, rho)


def _fits(mean: Mean, y: FloatArray, times: FloatArray, theta: FloatArray, rho: FloatArray) -> Fits:
    values, slopes = mean(theta, times)
    left = y - values
    return Fits(theta, values, slopes, left, rho, (quasi_differenced(left, rho) ** 2).sum(axis=1))


def at_bound(curve: Curve, theta: FloatArray, times: FloatArray) -> NDArray[np.bool_]:
    """Return which parameter vectors (B, k) lie on a bound of the search, (B,): the curve's end is not in the data."""
    low, high = limits_of(curve, times)
    close = 1e-6 * (1.0 + np.abs(theta))
    return np.asarray(((theta <= low + close) | (theta >= high - close)).any(axis=1))
