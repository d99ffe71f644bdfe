"""Where the likelihood of composed errors is largest."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import product

import numpy as np
from scipy import ndimage, optimize

from panelkit.kernels.within import FloatArray
from panelkit.language.errors import ConvergenceError
from panelkit.language.message import message
from panelkit.models.spatial.maximum import search_grid
from panelkit.models.spatial.random_likelihood import Composed, Evaluation, Filter, Point
from panelkit.models.spatial.random_maximum import no_errors_left
from panelkit.spatial.spectrum import EDGE

LOG_THETA = (-14.0, 30.0)
_STARTS = 6
_THETAS = (-3.0, -0.5, 1.5, 3.5, 5.5, 8.0, 13.0, 20.0)
_FINE = 200  # units up to which the grid of starts is fine


@dataclass(frozen=True)
class Top:
    """The maximum; `without` is that without unit effects, and is the answer where they do not raise it."""

    best: Evaluation
    without: Evaluation

    @property
    def held(self) -> bool:
        """Return whether the variance of the unit effects is at zero."""
        return self.best is self.without


def maximise_composed(problem: Composed) -> Top:
    """Return the global maximum: the best points of a grid are climbed with the exact scores.

    Raises
    ------
    ConvergenceError
        If a spatial parameter lies at the edge of its interval.
    """
    intervals = [_interval(problem, name) for name in problem.free]
    without = _climb(problem, intervals, with_effects=False)
    best = _climb(problem, intervals, with_effects=True)
    if best.loglik <= without.loglik + 1e-8:
        best = without
    elif np.log(best.point.theta) > LOG_THETA[1] - 1e-3:
        raise no_errors_left()
    _refuse_edges(problem, best.point, intervals, held=best is without)
    return Top(best, without)


def _interval(problem: Composed, name: str) -> tuple[float, float]:
    held: dict[str, Filter | None] = {"rho": problem.lag, "lambda": problem.error, "phi": problem.unit}
    filtering = held[name]
    if filtering is None:
        return 0.0, 0.0
    low, high = filtering.spectrum.interval
    low, high = max(low, -1e3), min(high, 1e3)
    if filtering.drops_unit_root:
        high = min(high, 1.0)
    edge = EDGE * (high - low)
    return low + edge, high - edge


def _climb(problem: Composed, intervals: Sequence[tuple[float, float]], *, with_effects: bool) -> Evaluation:
    """Return the top with unit effects or without; phi is moot without them and stays at zero."""
    named = [name for name in problem.free if with_effects or name != "phi"]
    bounds = [interval for name, interval in zip(problem.free, intervals, strict=True) if name in named]
    nobs = problem.columns[..., 0].size

    def at(x: FloatArray) -> Evaluation:
        spatial = dict(zip(named, x, strict=False))
        values = np.array([spatial.get(name, 0.0) for name in problem.free])
        return problem.at(problem.point(values, float(np.exp(x[-1])) if with_effects else 0.0))

    def slopes(here: Evaluation) -> FloatArray:
        found = here.scores(here.inner, here.sigma2)[problem.k :]
        spatial = [found[j] for j, name in enumerate(problem.free) if name in named]
        return np.r_[spatial, [found[-1]] * with_effects] / nobs

    def negative(x: FloatArray) -> tuple[float, FloatArray]:
        here = at(x)
        return -here.loglik / nobs, -slopes(here)

    points = 9 if problem.shape[0] <= _FINE else 3
    grids = [search_grid(low, high, points + 2)[1:-1] for low, high in bounds]
    if with_effects:
        bounds, grids = [*bounds, LOG_THETA], [*grids, np.array(_THETAS[:: 1 if points > 3 else 2])]
    if not grids:
        return at(np.empty(0))
    answers = [
        optimize.minimize(
            negative, x, jac=True, bounds=bounds, method="L-BFGS-B", options={"ftol": 1e-15, "gtol": 1e-9}
        )
        for x in _hills(grids, lambda x: at(x).loglik)
    ]
    top = min(answers, key=lambda answer: float(answer.fun)).x
    polished = optimize.root(lambda x: slopes(at(x)), top, tol=1e-13)
    close = polished.success and np.abs(polished.x - top).max() < 1e-3
    return at(polished.x if close else top)


def _hills(grids: Sequence[FloatArray], height: Callable[[FloatArray], float]) -> list[FloatArray]:
    """Return the highest points of a grid that no neighbour exceeds."""
    corners = np.array(list(product(*grids)))
    heights = np.array([height(x) for x in corners])
    cube = heights.reshape([len(grid) for grid in grids])
    tops = np.flatnonzero((cube >= ndimage.maximum_filter(cube, size=3, mode="nearest")).reshape(-1))
    return [corners[j] for j in tops[np.argsort(-heights[tops])][:_STARTS]]


def _refuse_edges(
    problem: Composed, point: Point, intervals: Sequence[tuple[float, float]], *, held: bool
) -> None:
    values = {"rho": point.rho, "lambda": point.lam, "phi": point.phi}
    for name, (low, high) in zip(problem.free, intervals, strict=True):
        near = (1e-3 if name == "phi" else 1e-4) * (high - low)  # phi is loose beside a variance near zero
        if not (held and name == "phi") and not low + near < values[name] < high - near:
            raise ConvergenceError(
                message(
                    "{name} lies at the edge of its interval ({low:.4f} to {high:.4f}): it is not identified in "
                    "these data; take a smaller model, or another W",
                    name=name,
                    low=low,
                    high=high,
                )
            )
