"""How much of this year's output will not be there next year: errors with a memory, from residuals.

Errors of a unit are taken as AR(1): their correlation over d periods is rho^d. Taking out a unit's mean takes out
more of persistent errors than of independent ones, so that residuals understate both spread and memory in short
panels. With M the demeaning of a unit, E sum of u_t u_t+1 over E sum of u_t^2 = tr(L M R M) / tr(M R M) rises in rho:
the rho at which it is what residuals show is taken, and the variance with it. Of an error of this period the share
rho is expected to last into the next: who calibrates to this period's output is off by the rest, (1 - rho) e.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from panelkit.kernels.within import FloatArray
from panelkit.show.brief import Brief

# Memories beyond cannot be told from effects of units in panels of some years.
_MOST = 0.95
_HALVINGS = 40


@dataclass(frozen=True, eq=False)
class ErrorSpread(Brief):
    """The memory `rho` of errors and their deviation, from so many `units`."""

    rho: float
    deviation: float
    units: int

    def beyond_actual(self) -> float:
        """Return the deviation of an observed log output from what is expected to last of it."""
        return (1.0 - self.rho) * self.deviation

    def beyond_effects(self, gaps: FloatArray, held: FloatArray) -> float:
        """Return the same of what effects predict of a unit.

        Parameters
        ----------
        gaps
            Between the periods of the unit, (T, T).
        held
            From each of its periods to the one that is predicted, (T,).
        """
        mean, here = float((self.rho**gaps).mean()), float((self.rho**held).mean())
        # the mean of a unit's errors less what lasts of the one here, and the mean of the period's errors
        variance = mean - 2.0 * self.rho * here + self.rho**2 + (1.0 - mean) / self.units
        return self.deviation * float(np.sqrt(variance))


def error_spread(residuals: FloatArray, unit: Any, time: Any, k: int) -> ErrorSpread:
    """Return the spread of errors behind two-way residuals.

    Parameters
    ----------
    residuals
        Of a regression with effects of units and periods, (n,).
    unit, time
        Codes of units from 0 without gaps, and numbers of periods, (n,).
    k
        Number of regressors.
    """
    rows = [np.flatnonzero(unit == code) for code in range(int(np.max(unit)) + 1)]
    apart = [np.abs(np.subtract.outer(time[at], time[at])) for at in rows]
    squares = float(residuals @ residuals)
    products = sum(
        float(residuals[at] @ np.where(gaps == 1, 0.5, 0.0) @ residuals[at])
        for at, gaps in zip(rows, apart, strict=True)
    )
    low, high = -_MOST, _MOST
    for _ in range(_HALVINGS):
        middle = 0.5 * (low + high)
        expected, whole = _traces(apart, middle)
        low, high = (middle, high) if expected / whole < products / squares else (low, middle)
    rho, units = 0.5 * (low + high), len(rows)
    # effects of periods take one unit's share, regressors one row each
    whole = _traces(apart, rho)[1] * ((units - 1.0) / units - k / len(residuals))
    return ErrorSpread(rho, float(np.sqrt(squares / whole)), units)


def _traces(apart: list[Any], rho: float) -> tuple[float, float]:
    """Return tr(L M R M) and tr(M R M), summed over units."""
    products = whole = 0.0
    for gaps in apart:
        R = rho**gaps
        inside = R - R.mean(axis=0) - R.mean(axis=1)[:, None] + R.mean()
        products += 0.5 * float(inside[gaps == 1].sum())
        whole += float(np.trace(inside))
    return products, whole
