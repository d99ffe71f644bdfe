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


def search_interval(spectrum: Spectrum, problem: Problem) -> tuple[float, float]:
    """Return where rho is searched: inside the singular ends, and below one where the likelihood drops that root."""
    low, high = spectrum.interval
    low, high = max(low, -1e3), min(high, 1e3)
    if problem.counting.drops_unit_root:
        high = min(high, 1.0)
    edge = EDGE * (high - low)
    return low + edge, high - edge


def maximise(problem: Problem) -> Optimum:
    """Return the global maximum of the concentrated likelihood.

    One spatial parameter: a grid finds the hill, the root of the score its top. Two: the best hills of a grid
    are climbed with the analytic score.
    """
    lagged, error = problem.spectrum_w, problem.spectrum_m
    counter = _Counter()
    rho, lam = 0.0, 0.0
    if lagged is not None and error is not None:
        rho, lam = _two(problem, lagged, error, counter)
    elif lagged is not None:
        rho = _one(problem, lagged, 0, counter)
    elif error is not None:
        lam = _one(problem, error, 1, counter)
    b, e = regress(problem, rho, lam)
    return Optimum(
        b, rho, lam, float(e @ e) / problem.counting.nobs, loglik(problem, rho, lam), counter.evaluations
    )


class _Counter:
    """Count likelihood evaluations."""

    def __init__(self) -> None:
        self.evaluations = 0

    def wrap(self, function: Callable[[float], float]) -> Callable[[float], float]:
        def tallied(value: float) -> float:
            self.evaluations += 1
            return function(value)

        return tallied


def _one(problem: Problem, spectrum: Spectrum, which: int, counter: _Counter) -> float:
    low, high = search_interval(spectrum, problem)
    at = (lambda value: (value, 0.0)) if which == 0 else (lambda value: (0.0, value))
    value = counter.wrap(lambda x: loglik(problem, *at(x)))
    if isinstance(spectrum, LuSpectrum):  # a score would cost four factorisations
        answer = optimize.minimize_scalar(
            lambda x: -value(x), bounds=(low, high), method="bounded", options={"xatol": 1e-9}
        )
        found = float(answer.x)
        if min(found - low, high - found) < 1e-4 * (high - low):
            raise _at_the_edge(low, high)
        return found
    grid = np.linspace(low, high, 25)
    if which == 0 and isinstance(spectrum, EigenSpectrum):
        counter.evaluations += len(grid)
        heights = profile(problem, spectrum, grid)
    else:
        heights = np.array([value(x) for x in grid])
    best = int(np.argmax(heights))
    left, right = grid[max(best - 1, 0)], grid[min(best + 1, len(grid) - 1)]
    slope = counter.wrap(lambda x: float(score(problem, *at(x))[which]))
    if slope(left) <= 0.0 or slope(right) >= 0.0:
        raise _at_the_edge(left, right)
    return float(optimize.brentq(slope, left, right, xtol=1e-13, rtol=1e-13))


def _at_the_edge(low: float, high: float) -> ConvergenceError:
    return ConvergenceError(
        message(
            "the likelihood is largest at the edge of its interval ({low:.4f} to {high:.4f}): "
            "the spatial parameter is not identified in these data; check the outcome for a common trend, or W",
            low=low,
            high=high,
        )
    )


def _two(problem: Problem, lagged: Spectrum, error: Spectrum, counter: _Counter) -> tuple[float, float]:
    bounds = [search_interval(lagged, problem), search_interval(error, problem)]
    grids = [np.linspace(low, high, 17)[1:-1] for low, high in bounds]
    values = np.array([[loglik(problem, r, s) for s in grids[1]] for r in grids[0]])
    counter.evaluations += values.size
    padded = np.pad(values, 1, constant_values=-np.inf)
    around = np.max(
        [padded[1 + i : 16 + i, 1 + j : 16 + j] for i in (-1, 0, 1) for j in (-1, 0, 1) if (i, j) != (0, 0)],
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
    if any(not low < value < high for value, (low, high) in zip(top, bounds, strict=True)):
        raise ConvergenceError(
            message(
                "rho = {rho:.4f} and lambda = {lam:.4f} lie at the edge of their intervals: "
                "lag and error are not told apart in these data; take sar or sem, or another W for the error",
                rho=top[0],
                lam=top[1],
            )
        )
    return float(top[0]), float(top[1])


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
