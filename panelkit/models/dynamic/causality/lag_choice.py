"""How many lags: a Bayesian criterion on the same rows for every number of lags."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from panelkit.models.dynamic.causality.regressions import past_of, pooled, unit_squares
from panelkit.models.dynamic.wide import Wide


def bic_by_unit(blocks: Sequence[Wide], most: int) -> dict[int, float]:
    """Return, by lags, the sum over units of m log(SSR/m) + (1 + P + kP) log m; slopes differ between units."""
    found = dict.fromkeys(range(1, most + 1), 0.0)
    for block in blocks:
        k = block.size[2]
        rows = block.size[1] - most
        for lags in found:
            _, held = unit_squares(past_of(block.y, block.X, lags, most))
            found[lags] += float((rows * np.log(held / rows) + (1 + lags + k * lags) * np.log(rows)).sum())
    return found


def bic_pooled(block: Wide, most: int) -> dict[int, float]:
    """Return, by lags, Nm log(SSR/Nm) + N (1 + P) log m + kP log(Nm); the slopes of x are one for all units.

    The factor before the logarithm does not depend on the lags, so that the choice does not depend on the units in
    which y is measured.
    """
    n, periods, k = block.size
    rows = periods - most
    found = {}
    for lags in range(1, most + 1):
        left = pooled(*past_of(block.y, block.X, lags, most).partial())[1]
        squares = float((left**2).sum())
        found[lags] = (
            n * rows * np.log(squares / (n * rows))
            + n * (1 + lags) * np.log(rows)
            + k * lags * np.log(n * rows)
        )
    return found


def chosen(criterion: dict[int, float]) -> int:
    """Return the lags of the smallest criterion."""
    return min(criterion, key=lambda lags: criterion[lags])
