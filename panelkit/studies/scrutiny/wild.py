"""The restricted wild cluster bootstrap of one slope, for many worlds at once and with one set of draws.

The arithmetic is that of `inference/wild`: the numerator of t* is linear in the weights of the units, and the scores
behind its standard error are too. Columns of single units drop out of the scores: the influence of x is orthogonal to
them inside every unit.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from panelkit.inference.wild.bootstrap import Weights, draw_weights
from panelkit.inference.wild.draws import Ties
from panelkit.kernels.rng import as_generator
from panelkit.kernels.within import FloatArray
from panelkit.show.brief import Brief
from panelkit.studies.scrutiny.slopes import Slopes

# as in inference/wild/draws: |t*| and |t| of the same draw differ by rounding only
_TIE = 1e-10
_BATCH_CELLS = 4_000_000
_STEPS = 34
# up to so many units one square for each world is faster than its two thin factors
_LARGEST_SQUARE = 64


@dataclass(frozen=True)
class Lots(Brief):
    """How draws are made: their number, seed, weights and what counts as a tie."""

    reps: int = 9999
    rng: int = 0
    weights: Weights = "rademacher"
    ties: Ties = "inclusive"

    def of(self, units: int) -> FloatArray:
        """Return the weights of all draws, (units, B), read-only; made once for all the conditions where small."""
        return (_kept if self.reps * units <= _BATCH_CELLS else _drawn)(self, units)


def _drawn(lots: Lots, units: int) -> FloatArray:
    drawn = draw_weights(units, lots.reps, lots.weights, as_generator(lots.rng), lots.ties)[0]
    draws = np.ascontiguousarray(drawn.T)
    draws.flags.writeable = False
    return draws


_kept = lru_cache(maxsize=4)(_drawn)


@dataclass(frozen=True, eq=False)
class WildWorlds(Brief):
    """Squared t* of every world and draw as ratios of polynomials in the hypothesised slope.

    `tops` are n0, n1 and `bottoms` q0, q1, q2, (W, B) each, `own_tops` and `own_bottoms` (W,) those of the data;
    where only zero is asked for, n0 and q0 alone.
    """

    slope: FloatArray
    error: FloatArray
    ties: Ties
    tops: tuple[FloatArray, ...]
    bottoms: tuple[FloatArray, ...]
    own_tops: tuple[FloatArray, ...]
    own_bottoms: tuple[FloatArray, ...]

    def p(self, null: FloatArray | None = None) -> FloatArray:
        """Return the share of draws at least as far out as the data, (W,), at zero or at each world's value (W,)."""
        if null is None:
            top, bottom, own_top, own_bottom = (
                self.tops[0] ** 2,
                self.bottoms[0],
                self.own_tops[0] ** 2,
                self.own_bottoms[0],
            )
        else:
            top, bottom = _squares(self.tops, self.bottoms, null[:, None])
            own_top, own_bottom = _squares(self.own_tops, self.own_bottoms, null)
        ours, theirs = top * own_bottom[:, None], own_top[:, None] * np.maximum(bottom, 0.0)
        far = ours >= theirs * (1.0 - _TIE) if self.ties == "inclusive" else ours > theirs * (1.0 + _TIE)
        return np.where(np.isnan(self.slope), np.nan, far.mean(axis=1))

    def interval(self, level: float) -> tuple[FloatArray, FloatArray]:
        """Return the ends of the values around the slope that the draws do not reject, (W,) each.

        The public test gives the outer ends of all values not rejected, which are the same unless those fall apart.
        """
        low, high = (self._end(side, 1.0 - level) for side in (-1.0, 1.0))
        return low, high

    def _end(self, side: float, alpha: float) -> FloatArray:
        inside, outside = self.slope.copy(), self.slope + side * 3.0 * self.error
        # a slope or a standard error that is missing stays inside, and missing
        for _ in range(10):
            still = self.p(outside) > alpha
            if not still.any():
                break
            inside = np.where(still, outside, inside)
            outside = np.where(still, self.slope + 2.0 * (outside - self.slope), outside)
        endless = self.p(outside) > alpha
        for _ in range(_STEPS):
            middle = 0.5 * (inside + outside)
            still = self.p(middle) > alpha
            inside, outside = np.where(still, middle, inside), np.where(still, outside, middle)
        return np.where(endless, side * np.inf, inside)


def wild(fit: Slopes, lots: Lots, *, at_zero: bool = False) -> WildWorlds:
    """Return the draws of every world; `at_zero` is for the p value of zero alone, at half the work.

    The same draws serve every world, so that one world's p is that of the public test with the same seed.
    """
    active = fit.nuisance.held.any(axis=1)
    draws = lots.of(int(active.sum()))
    influence = fit.x / fit.size[:, None, None]
    left = fit.by_unit(influence)[:, active]
    columns = (fit.y,) if at_zero else (fit.y, fit.x)
    a = [(influence * c).sum(axis=-1)[:, active] for c in columns]
    right = [fit.by_unit(c)[:, active] for c in columns]
    once = np.ones((len(draws), 1))
    own_tops, own_bottoms = _polynomials(a, right, left, once)
    step = max(1, _BATCH_CELLS // draws.size)
    parts = [
        _polynomials([v[s] for v in a], [r[s] for r in right], left[s], draws)
        for s in (slice(at, at + step) for at in range(0, len(left), step))
    ]
    tops, bottoms = (
        tuple(np.concatenate(piece) for piece in zip(*(part[k] for part in parts), strict=True))
        for k in (0, 1)
    )
    # CRV1 without its small-sample factor: where to look for the ends
    scores = (influence * fit.residuals).sum(axis=-1)
    error = np.sqrt((scores**2).sum(axis=1))
    return WildWorlds(
        fit.slope,
        error,
        lots.ties,
        tops,
        bottoms,
        tuple(v[:, 0] for v in own_tops),
        tuple(v[:, 0] for v in own_bottoms),
    )


def _polynomials(
    a: list[FloatArray], right: list[FloatArray], left: FloatArray, draws: FloatArray
) -> tuple[tuple[FloatArray, ...], tuple[FloatArray, ...]]:
    """Return the parts of numerators and of squared standard errors, (W, B) each."""
    scores = [_scores(v, r.swapaxes(1, 2), left, draws) for v, r in zip(a, right, strict=True)]
    pairs = ((0, 0), (0, 1), (1, 1))[: 2 * len(a) - 1]
    tops = tuple(v @ draws for v in a)
    return tops, tuple(np.einsum("wgb,wgb->wb", scores[i], scores[j]) for i, j in pairs)


def _scores(own: FloatArray, right: FloatArray, left: FloatArray, draws: FloatArray) -> FloatArray:
    """Return the scores of every draw, (W, units, B): what the units hold less what the common columns take up."""
    units = len(draws)
    if units <= _LARGEST_SQUARE:
        return np.asarray((np.eye(units) * own[:, None, :] - left @ right) @ draws)
    return np.asarray(own[:, :, None] * draws - left @ (right @ draws))


def _squares(
    tops: tuple[FloatArray, ...], bottoms: tuple[FloatArray, ...], null: FloatArray
) -> tuple[FloatArray, FloatArray]:
    n0, n1 = tops
    q0, q1, q2 = bottoms
    return (n0 - null * n1) ** 2, q0 - (2.0 * null) * q1 + null**2 * q2
