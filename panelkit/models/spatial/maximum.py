"""Where the likelihood of a spatial panel is largest, and the bias correction of Elhorst's programs."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np
from scipy import optimize

from panelkit.kernels.within import FloatArray
from panelkit.language.errors import ConvergenceError
from panelkit.language.message import message
from panelkit.models.spatial.curvature import Curvature
from panelkit.models.spatial.information import information
from panelkit.models.spatial.likelihood import Optimum, Problem, loglik, profile, regress, score
from panelkit.spatial.spectrum import EDGE, EigenSpectrum, LuSpectrum, Spectrum

_ZOOMS = 8  # grids that are drawn ever closer until two slopes hold one hill between them


def search_interval(spectrum: Spectrum, problem: Problem) -> tuple[float, float]:
    """Return where rho is searched: inside the singular ends, and below one where the likelihood drops that root."""
    low, high = spectrum.interval
    low, high = max(low, -1e3), min(high, 1e3)
    if problem.counting.drops_unit_root:
        high = min(high, 1.0)
    edge = EDGE * (high - low)
    return low + edge, high - edge


def search_grid(low: float, high: float, points: int) -> FloatArray:
    """Return where a likelihood is first read: evenly, and as closely around zero where the interval is lopsided.

    A W that is similar to no symmetric matrix may have an interval from -65 to 1, in which even steps would pass over
    all values between -1 and 1.
    """
    even = np.linspace(low, high, points)
    reach = min(-low, high, 1.0)
    if max(-low, high) <= 2.0 * reach:
        return even
    return np.unique(np.r_[even, np.linspace(-reach, reach, points)])


def maximise(problem: Problem) -> Optimum:
    """Return the global maximum of the concentrated likelihood.

    One spatial parameter: a grid finds the hill, the root of the score its top. Two: the best hills of a grid
    are climbed with the analytic score.
    """
    optimum, edge = reach_top(problem)
    if edge is not None:
        raise edge
    return optimum


def reach_top(problem: Problem) -> tuple[Optimum, ConvergenceError | None]:
    """Return the highest point, and the refusal to raise where it lies at the edge of an interval."""
    lagged, error = problem.spectrum_w, problem.spectrum_m
    counter, edge = _Counter(), None
    rho, lam = 0.0, 0.0
    if lagged is not None and error is not None:
        rho, lam, edge = _two(problem, lagged, error, counter)
    elif lagged is not None:
        rho, edge = _one(problem, lagged, 0, counter)
    elif error is not None:
        lam, edge = _one(problem, error, 1, counter)
    b, e = regress(problem, rho, lam)
    sigma2, height = float(e @ e) / problem.counting.nobs, loglik(problem, rho, lam)
    return Optimum(b, rho, lam, sigma2, height, counter.evaluations), edge


class _Counter:
    """Count likelihood evaluations."""

    def __init__(self) -> None:
        self.evaluations = 0

    def wrap(self, function: Callable[[float], float]) -> Callable[[float], float]:
        def tallied(value: float) -> float:
            self.evaluations += 1
            return function(value)

        return tallied


def _one(
    problem: Problem, spectrum: Spectrum, which: int, counter: _Counter
) -> tuple[float, ConvergenceError | None]:
    low, high = search_interval(spectrum, problem)
    at = (lambda value: (value, 0.0)) if which == 0 else (lambda value: (0.0, value))
    value = counter.wrap(lambda x: loglik(problem, *at(x)))
    if isinstance(spectrum, LuSpectrum):  # a score would cost four factorisations
        answer = optimize.minimize_scalar(
            lambda x: -value(x), bounds=(low, high), method="bounded", options={"xatol": 1e-9}
        )
        found = float(answer.x)
        near = min(found - low, high - found) < 1e-4 * (high - low)
        return found, _at_the_edge(low, high) if near else None
    slope = counter.wrap(lambda x: float(score(problem, *at(x))[which]))
    grid = search_grid(low, high, 25)
    for _ in range(_ZOOMS):
        if which == 0 and isinstance(spectrum, EigenSpectrum):
            counter.evaluations += len(grid)
            heights = profile(problem, spectrum, grid)
        else:
            heights = np.array([value(x) for x in grid])
        best = int(np.argmax(heights))
        left, right = grid[max(best - 1, 0)], grid[min(best + 1, len(grid) - 1)]
        falls, rises = slope(left) <= 0.0, slope(right) >= 0.0
        if not (falls or rises):
            return float(optimize.brentq(slope, left, right, xtol=1e-13, rtol=1e-13)), None
        if (falls and left == low and best == 0) or (rises and right == high and best == len(grid) - 1):
            break
        grid = np.linspace(left, right, 25)  # several hills between two points
    return float(grid[best]), _at_the_edge(low, high)


def _at_the_edge(low: float, high: float) -> ConvergenceError:
    return ConvergenceError(
        message(
            "the likelihood is largest at the edge of its interval ({low:.4f} to {high:.4f}): "
            "the spatial parameter is not identified in these data; check the outcome for a common trend, or W",
            low=low,
            high=high,
        )
    )


def _two(
    problem: Problem, lagged: Spectrum, error: Spectrum, counter: _Counter
) -> tuple[float, float, ConvergenceError | None]:
    bounds = [search_interval(lagged, problem), search_interval(error, problem)]
    grids = [search_grid(low, high, 17)[1:-1] for low, high in bounds]
    values = np.array([[loglik(problem, r, s) for s in grids[1]] for r in grids[0]])
    counter.evaluations += values.size
    padded = np.pad(values, 1, constant_values=-np.inf)
    around = np.max(
        [
            padded[1 + i : 1 + i + values.shape[0], 1 + j : 1 + j + values.shape[1]]
            for i in (-1, 0, 1)
            for j in (-1, 0, 1)
            if (i, j) != (0, 0)
        ],
        axis=0,
    )
    hills = np.argwhere(values >= around)
    hills = hills[np.argsort([-values[i, j] for i, j in hills])][:4]
    n = problem.counting.nobs

    def negative(x: FloatArray) -> tuple[float, FloatArray]:
        counter.evaluations += 1
        return -loglik(problem, x[0], x[1]) / n, -score(problem, x[0], x[1]) / n

    answers = [
        optimize.minimize(
            negative,
            [grids[0][i], grids[1][j]],
            jac=True,
            bounds=bounds,
            method="L-BFGS-B",
            options={"ftol": 1e-15, "gtol": 1e-10},
        )
        for i, j in hills
    ]
    best = min(answers, key=lambda answer: float(answer.fun))
    polished = optimize.root(lambda x: score(problem, x[0], x[1]) / n, best.x, tol=1e-13)
    top = polished.x if polished.success and np.abs(polished.x - best.x).max() < 1e-3 else best.x
    inside = all(low < value < high for value, (low, high) in zip(top, bounds, strict=True))
    return float(top[0]), float(top[1]), None if inside else _two_at_the_edge(float(top[0]), float(top[1]))


def _two_at_the_edge(rho: float, lam: float) -> ConvergenceError:
    return ConvergenceError(
        message(
            "rho = {rho:.4f} and lambda = {lam:.4f} lie at the edge of their intervals: "
            "lag and error are not told apart in these data; take sar or sem, or another W for the error",
            rho=rho,
            lam=lam,
        )
    )


def correct_direct(problem: Problem, optimum: Optimum, expected: FloatArray) -> Optimum:
    """Return the bias correction of the likelihood with dummies as Elhorst's programs make it (Lee and Yu 2010).

    Two-way effects: theta + (1/N)(-Sigma)^-1 [0; 1/(1 - rho); 1/(2 sigma2)], -Sigma = information / (N T), then sigma2
    times T / (T - 1). Unit effects: sigma2 times T / (T - 1). Time effects: sigma2 times N / (N - 1), rho as it is.
    """
    effects, theta = problem.counting.effects, optimum.theta(problem)
    k, times, units = problem.k, problem.counting.n_times, problem.counting.n_units
    if effects == "twoway":
        spatial = [1 / (1 - optimum.rho)] * (problem.w is not None) + [1 / (1 - optimum.lam)] * (
            problem.m is not None
        )
        shift = np.r_[np.zeros(k), spatial, 1 / (2 * optimum.sigma2)]
        theta = theta + times * np.linalg.solve(expected, shift)
    if effects in ("unit", "twoway"):
        theta[-1] *= times / (times - 1)
    if effects == "time":
        theta[-1] *= units / (units - 1)
    rho = float(theta[k]) if problem.w is not None else 0.0
    lam = float(theta[-2]) if problem.m is not None else 0.0
    return replace(optimum, b=theta[:k], rho=rho, lam=lam, sigma2=float(theta[-1]))


def solve(problem: Problem, maximiser: Callable[[Problem], Optimum] = maximise) -> tuple[Optimum, Curvature]:
    """Return the estimate under the convention, and the curvature there."""
    optimum = maximiser(problem)
    curvature = Curvature(problem, optimum)
    if problem.counting.convention == "elhorst":
        optimum = correct_direct(problem, optimum, information(curvature))
        curvature = Curvature(problem, optimum)
    return optimum, curvature
