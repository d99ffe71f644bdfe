"""Confidence sets from conditional and least-favourable tests of moment inequalities (Andrews, Roth and Pakes 2023).

The statistic of an effect theta is the smallest eta so that some other effects meet all inequalities within eta
standard errors. Its dual has few corners, because the differences after treatment are as many as the periods there: w
on the two sides, and for each period the pair of its inequalities. With a and b of `restrictions.Bounded`, N the
weights times the standard errors of the inequalities that they fall on, and s_t the sum of the two of a period,

    eta = max{ (a - theta - |w| b) / N+,  (theta - a - |w| b) / N-,  -2 b / min s,  -2 b / max s },

so that no linear program has to be solved, and the least favourable value is an integral over one variable.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from panelkit.inference.parallel_trends.restrictions import Bounded
from panelkit.kernels.within import FloatArray, IntArray

BoolArray = NDArray[np.bool_]

_GRID = 1001
_HALVINGS = 40
# of Gauss-Legendre on nine standard deviations on either side of zero
_NODES, _WEIGHTS = np.polynomial.legendre.leggauss(80)


class ConditionalTests:
    """The tests of all sets of a union at any effects.

    Parameters
    ----------
    sets
        The union.
    level
        Of the tests.
    first
        Share of the level that the least favourable test has; 0 is the conditional test alone.
    """

    def __init__(self, sets: Bounded, level: float, first: float) -> None:
        w, spread = sets.weights, sets.spread
        up, down = np.maximum(w, 0.0), np.maximum(-w, 0.0)
        plus, minus = spread[:, 0], spread[:, 1]  # (S, T)
        sums = plus + minus
        self.n_up, self.n_down = plus @ up + minus @ down, plus @ down + minus @ up
        self.narrow, self.wide = sums.min(axis=1), sums.max(axis=1)
        self.sets = sets
        kappa = first * level
        self.alpha = (level - kappa) / (1.0 - kappa)
        self.limit = self._least_favourable(kappa) if first > 0.0 else np.full(len(sets.b), np.inf)
        # corners (S, 4) as weights of (a, b), their variances and covariances
        zero, one = np.zeros_like(self.n_up), np.ones_like(self.n_up)
        self.of_a = np.stack([1.0 / self.n_up, -1.0 / self.n_down, zero, zero], axis=1)
        self.of_b = -np.stack(
            [
                sets.outer / self.n_up,
                sets.outer / self.n_down,
                2.0 * one / self.narrow,
                2.0 * one / self.wide,
            ],
            axis=1,
        )

    def _least_favourable(self, kappa: float) -> FloatArray:
        """Return the 1 - kappa quantile of eta where all inequalities hold with equality (S,)."""
        low, high = np.zeros_like(self.n_up), np.full_like(self.n_up, 20.0)
        for _ in range(_HALVINGS):
            middle = 0.5 * (low + high)
            above = self._below(middle) > 1.0 - kappa
            low, high = np.where(above, low, middle), np.where(above, middle, high)
        return high

    def _below(self, c: FloatArray) -> FloatArray:
        """Return the probability that eta does not exceed c (S,), by Gauss-Legendre over b."""
        from scipy import special

        sets = self.sets
        sd_b = np.sqrt(sets.var_b)
        random = sd_b > 0.0
        steep = np.divide(sets.cov, sets.var_b, out=np.zeros_like(sd_b), where=random)
        rest = np.sqrt(np.maximum(sets.var_a - steep * sets.cov, 0.0))
        lowest = np.divide(-0.5 * c * self.narrow, sd_b, out=np.full_like(sd_b, -9.0), where=random)
        lowest = np.clip(lowest, -9.0, 9.0)
        z = lowest[:, None] + 0.5 * (_NODES + 1.0) * (9.0 - lowest)[:, None]
        share = 0.5 * (9.0 - lowest)[:, None] * _WEIGHTS * np.exp(-0.5 * z**2) / np.sqrt(2.0 * np.pi)
        b = sd_b[:, None] * z
        centre = steep[:, None] * b
        top = (c * self.n_up)[:, None] + sets.outer * b - centre
        bottom = -(c * self.n_down)[:, None] - sets.outer * b - centre
        inside = special.ndtr(top / rest[:, None]) - special.ndtr(bottom / rest[:, None])
        return (share * np.maximum(inside, 0.0)).sum(axis=1)

    def accepted(self, theta: FloatArray) -> BoolArray:
        """Return whether each set's test accepts effects (S, g)."""
        sets = self.sets
        a, b = sets.a - theta, np.broadcast_to(sets.b[:, None], theta.shape)
        values = a[..., None] * self.of_a[:, None] + b[..., None] * self.of_b[:, None]  # (S, g, 4)
        best = values.argmax(axis=-1)
        eta = np.take_along_axis(values, best[..., None], axis=-1)[..., 0]
        rows = np.arange(len(theta))[:, None]
        of_a, of_b = self.of_a[rows, best], self.of_b[rows, best]
        var_a, var_b, cov = sets.var_a, sets.var_b[:, None], sets.cov[:, None]
        along_a, along_b = of_a * var_a + of_b * cov, of_a * cov + of_b * var_b
        variance = of_a * along_a + of_b * along_b
        fixed = variance <= 1e-24
        safe = np.where(fixed, 1.0, variance)
        slope = (along_a[..., None] * self.of_a[:, None] + along_b[..., None] * self.of_b[:, None]) / safe[
            ..., None
        ]
        low, high = _truncation(values, eta, slope)
        high = np.minimum(high, self.limit[:, None])
        sd = np.sqrt(safe)
        tail = _upper_share(eta / sd, low / sd, high / sd)
        rejected = (eta > 0.0) & (fixed | (tail < self.alpha))
        return ~(rejected | (eta >= self.limit[:, None]))

    def brackets(self) -> tuple[FloatArray, FloatArray]:
        """Return ends (S,) between which all accepted effects lie; low above high where there is none."""
        sets = self.sets
        if np.isfinite(self.limit).all():
            low = sets.a - sets.outer * sets.b - self.limit * self.n_up
            high = sets.a + sets.outer * sets.b + self.limit * self.n_down
            return low, high
        reach = sets.outer * np.abs(sets.b) + 8.0 * (np.sqrt(sets.var_a) + sets.outer * np.sqrt(sets.var_b))
        for _ in range(_HALVINGS):
            ends = np.stack([sets.a - reach, sets.a + reach], axis=1)
            open_ = self.accepted(ends).any(axis=1)
            if not open_.any():
                break
            reach = np.where(open_, 2.0 * reach, reach)
        return sets.a - reach, sets.a + reach

    def confidence_set(self) -> list[tuple[float, float]]:
        """Return the intervals that make up the effects which some set's test accepts, in order."""
        low, high = self.brackets()
        some = low <= high
        if not some.any():
            return []
        middle = np.clip(self.sets.a, low, high)
        share = np.linspace(0.0, 1.0, _GRID)
        grid = np.sort(
            np.where(some, low, middle)[:, None] + share * np.where(some, high - low, 0.0)[:, None], axis=1
        )
        ok = self.accepted(grid) & some[:, None]
        padded = np.pad(ok, ((0, 0), (1, 1)))
        starts, stops = padded[:, 1:] & ~padded[:, :-1], padded[:, :-1] & ~padded[:, 1:]
        begins, ends = np.argwhere(starts), np.argwhere(stops)
        lows = self._edge(begins[:, 0], grid[begins[:, 0], begins[:, 1]], _beside(grid, begins, -1))
        highs = self._edge(ends[:, 0], grid[ends[:, 0], ends[:, 1] - 1], _beside(grid, ends, 0))
        return _merged(lows, highs)

    def _edge(self, rows: IntArray, inside: FloatArray, outside: FloatArray) -> FloatArray:
        """Return where each row's test turns between an accepted and a rejected effect."""
        for _ in range(_HALVINGS):
            middle = 0.5 * (inside + outside)
            full = np.broadcast_to(middle, (len(self.sets.b), len(middle)))
            ok = self.accepted(full)[rows, np.arange(len(middle))]
            inside, outside = np.where(ok, middle, inside), np.where(ok, outside, middle)
        return inside


def _beside(grid: FloatArray, at: IntArray, shift: int) -> FloatArray:
    """Return the grid's neighbour of each place, the end itself at an end."""
    return grid[at[:, 0], np.clip(at[:, 1] + shift, 0, grid.shape[1] - 1)]


def _truncation(values: FloatArray, eta: FloatArray, slope: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Return between which values the best corner stays best, given what is independent of it (S, g)."""
    still = values - slope * eta[..., None]
    gap = 1.0 - slope
    with np.errstate(divide="ignore", invalid="ignore"):
        crossing = still / gap
    low = np.where(gap > 1e-10, crossing, -np.inf).max(axis=-1)
    high = np.where(gap < -1e-10, crossing, np.inf).min(axis=-1)
    return np.minimum(low, eta), np.maximum(high, eta)


def _upper_share(z: FloatArray, low: FloatArray, high: FloatArray) -> FloatArray:
    """Return P(Z > z | low <= Z <= high), in logarithms, so that far tails keep their digits."""
    from scipy import special

    log_z, log_low, log_high = (special.log_ndtr(-end) for end in (z, low, high))
    with np.errstate(divide="ignore", invalid="ignore"):
        above = special.log1p(-np.exp(np.minimum(log_high - log_z, 0.0)))
        all_ = special.log1p(-np.exp(np.minimum(log_high - log_low, 0.0)))
        share = np.exp(log_z + above - log_low - all_)
    return np.where(np.isfinite(share), share, 0.0)


def _merged(lows: FloatArray, highs: FloatArray) -> list[tuple[float, float]]:
    """Return the union of intervals as intervals that do not touch."""
    found: list[tuple[float, float]] = []
    for low, high in sorted(zip(lows.tolist(), highs.tolist(), strict=True)):
        if found and low <= found[-1][1]:
            found[-1] = (found[-1][0], max(found[-1][1], high))
        else:
            found.append((low, high))
    return found
