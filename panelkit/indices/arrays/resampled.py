"""Intervals of statistics of units, the units resampled whole. Arrays only.

A statistic maps counts (R, N), how often each unit is taken, to values (R, q). Its interval is the bootstrap-t of
`studentised.py`, on a scale on which the statistic is nearer to symmetric. A resample of a probability may be one and
have no error: it then stands as far from the estimate as probabilities can.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
from scipy.special import expit, logit

from panelkit.indices.arrays.studentised import Statistic, jackknife_errors, pivots
from panelkit.kernels.rng import as_generator
from panelkit.results.fit import FloatArray
from panelkit.show.brief import Brief

Scale = Literal["plain", "fisher", "log", "logit", "probability"]
_NEAREST = 1.0 - 1e-12  # a correlation of one has no Fisher scale


@dataclass(frozen=True, eq=False)
class Resampled(Brief):
    """Values (q,) with what their intervals are read from: `pivots` (B, q), and jackknife errors on the plain scale."""

    value: FloatArray
    error: FloatArray
    pivots: FloatArray

    def interval(self, level: float = 0.95) -> tuple[FloatArray, FloatArray]:
        """Return low and high ends (q,) of the intervals of a level; NaN where too few draws have an error."""
        tail = (1.0 - level) / 2.0
        enough = np.isfinite(self.pivots).mean(axis=0) > _ENOUGH
        ends = np.full((2, len(self.value)), np.nan)
        if enough.any():
            ends[:, enough] = np.nanquantile(self.pivots[:, enough], [tail, 1.0 - tail], axis=0)
        still = self.error <= _STILL * np.maximum(1.0, np.abs(self.value))
        ends[:, still] = self.value[still]
        return ends[0], ends[1]

    def p_value(self, bound: float, at: int = -1) -> float:
        """Return the two-sided p of one value being the bound."""
        draws = self.pivots[:, at]
        draws = draws[np.isfinite(draws)]
        if not len(draws):
            return float("nan")
        less = min((draws <= bound).sum(), (draws >= bound).sum())
        return float(min(1.0, 2.0 * (1.0 + less) / (1.0 + len(draws))))


_STILL = 1e-12
"""An error of this share is rounding: nothing depends on which units are drawn."""

_ENOUGH = 0.9
"""Of the draws must have an error: an interval of the others alone would be of other samples."""


def bootstrap_t(
    statistic: Statistic, units: int, *, draws: int, rng: int | np.random.Generator, scale: Scale = "plain"
) -> Resampled:
    """Return a statistic of all units with its bootstrap-t pivots.

    Parameters
    ----------
    statistic
        Counts (R, N) -> values (R, q).
    units
        N.
    draws, rng
        How many resamples, and their seed or generator.
    scale
        "fisher" for correlations, "log" for positive quotients, "logit" for shares, "probability" for what may be one.

    Returns
    -------
    Resampled
    """
    once = np.ones((1, units))
    counts = as_generator(rng).multinomial(units, np.full(units, 1.0 / units), size=draws).astype(float)

    def scaled(times: FloatArray) -> FloatArray:
        return _scaled(statistic(times), scale)

    value = statistic(once)[0]
    estimate, error = scaled(once)[0], jackknife_errors(scaled, once)[0]
    values, errors = scaled(counts), jackknife_errors(scaled, counts)
    found = pivots(estimate, error, values, errors)
    if scale == "probability":
        found = np.clip(np.where(errors > 0.0, found, estimate - np.sign(values - estimate)), 0.0, 1.0)
    return Resampled(value, jackknife_errors(statistic, once)[0], _unscaled(found, scale))


def fisher(correlations: FloatArray) -> FloatArray:
    """Return Fisher's z of correlations; of one of one the largest that there is."""
    return np.asarray(np.arctanh(np.clip(correlations, -_NEAREST, _NEAREST)))


def _scaled(values: FloatArray, scale: Scale) -> FloatArray:
    if scale == "fisher":
        return fisher(values)
    if scale in ("plain", "probability"):
        return values
    with np.errstate(divide="ignore"):
        return np.asarray(np.log(values) if scale == "log" else logit(values))


def _unscaled(values: FloatArray, scale: Scale) -> FloatArray:
    if scale == "fisher":
        return np.asarray(np.tanh(values))
    if scale in ("plain", "probability"):
        return values
    return np.asarray(np.exp(values) if scale == "log" else expit(values))
