"""The interval of a ceiling by its profile, which has no end where the data do not show saturation."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.stats import f as f_distribution

from panelkit.evaluation.life_cycle.curves import (
    Curve,
    Errors,
    Measure,
    curve_of,
    limits_of,
    mean_of,
    starts_of,
)
from panelkit.evaluation.life_cycle.fitting import Fits, search
from panelkit.evaluation.life_cycle.serial import quasi_differenced
from panelkit.kernels.within import FloatArray

_POINTS, _BELOW, _ABOVE = 81, np.log(0.05), np.log(200.0)


@dataclass(frozen=True)
class Ceiling:
    """The ceiling of a curve and its interval; `high` is infinite where no ceiling is identified."""

    estimate: float
    low: float
    high: float

    @property
    def identified(self) -> bool:
        """Return whether the data set the ceiling an upper limit."""
        return bool(np.isfinite(self.high))


def ceiling_of(
    curve: Curve,
    fits: Fits,
    y: FloatArray,
    times: FloatArray,
    *,
    measure: Measure,
    errors: Errors,
    level: float,
) -> Ceiling:
    """Return the ceiling exp(theta[0]) of the one fit and the values that an F test at its autocorrelation keeps.

    Constant growth is the limit of every curve whose ceiling goes to infinity: where the test keeps it too, the
    interval has no upper end, and the estimate is no number to go by.
    """
    rho = fits.rho[:1]
    n, k = fits.slopes.shape[-2:]
    allowed = fits.squares[0] * (1.0 + f_distribution.ppf(level, 1, max(n - k - 1, 1)) / max(n - k - 1, 1))
    best = float(fits.theta[0, 0])
    top = float(np.log(np.exp(fits.values[0]).max()) if errors == "log" else np.log(fits.values[0].max()))
    tops = np.sort(np.r_[np.linspace(min(best, top) + _BELOW, max(best, top) + _ABOVE, _POINTS), best])
    squares = profile(curve, tops, y, times, rho, measure=measure, errors=errors, near=fits.theta[0])
    kept = squares <= allowed
    low, high = _ends(tops, squares, allowed, best)
    if kept[-1] or _limit_kept(y, times, rho, allowed, errors):
        high = np.inf
    return Ceiling(float(np.exp(best)), float(np.exp(low)), float(np.exp(high)))


def profile(
    curve: Curve,
    tops: FloatArray,
    y: FloatArray,
    times: FloatArray,
    rho: FloatArray,
    *,
    measure: Measure,
    errors: Errors,
    near: FloatArray,
) -> FloatArray:
    """Return the least sums of squares (G,) at logarithms of the ceiling `tops` (G,), the other parameters free."""
    mean, bounds = mean_of(curve, measure, errors), limits_of(curve, times)
    grid, region = starts_of(curve, times)
    many = np.broadcast_to(y, (len(tops), len(y)))
    shapes = mean(grid, times)[0]
    starts = [np.broadcast_to(near, (len(tops), len(near)))]
    for one in np.unique(region):
        inside = np.flatnonzero(region == one)
        at = (
            tops[:, None, None] + shapes[inside]
            if errors == "log"
            else np.exp(tops)[:, None, None] * shapes[inside]
        )
        starts.append(grid[inside[((y - at) ** 2).sum(axis=2).argmin(axis=1)]])
    least = np.full(len(tops), np.inf)
    for start in starts:
        begun = start.copy()
        begun[:, 0] = tops
        found = search(mean, many, times, begun, np.repeat(rho, len(tops)), bounds, held=0)[1]
        least = np.minimum(least, found)
    return least


def _limit_kept(y: FloatArray, times: FloatArray, rho: FloatArray, allowed: float, errors: Errors) -> bool:
    """Return whether constant growth, at the same autocorrelation, is no worse than what the test keeps."""
    if errors == "level":
        # in levels the last ceiling of the grid, two hundred times the largest, stands for the limit
        return False
    design = mean_of(curve_of("constant_growth", "flow", origin=float(times.mean())), "flow", "log")(
        np.zeros((1, 2)), times
    )[1]
    x, moved = quasi_differenced(design, rho)[0], quasi_differenced(y[None], rho)[0]
    left = moved - x @ np.linalg.lstsq(x, moved, rcond=None)[0]
    return bool(left @ left <= allowed)


def _ends(tops: FloatArray, squares: FloatArray, allowed: float, best: float) -> tuple[float, float]:
    """Return where the profile crosses what is allowed, below and above its best value, on a straight line."""
    at = int(np.argmin(np.abs(tops - best)))
    return _crossing(tops, squares, allowed, at, -1), _crossing(tops, squares, allowed, at, 1)


def _crossing(tops: FloatArray, squares: FloatArray, allowed: float, at: int, way: int) -> float:
    while 0 <= at + way < len(tops) and squares[at + way] <= allowed:
        at += way
    if not 0 <= at + way < len(tops):
        return float(np.inf * way)
    inside, outside = squares[at], squares[at + way]
    share = (allowed - inside) / max(outside - inside, np.finfo(float).tiny)
    return float(tops[at] + np.clip(share, 0.0, 1.0) * (tops[at + way] - tops[at]))
