"""Percentiles as Stata's `summarize, detail` and `margins` take them, of rows that may have weights."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

FloatArray = NDArray[np.float64]

# Sums of weights reach a share of their total but for rounding.
_REACHED = 1e-12


def percentiles(values: FloatArray, shares: Sequence[float], weights: FloatArray | None = None) -> FloatArray:
    """Return the percentiles of `values` (n,) at `shares` in percent (m,), rows counted by `weights` (n,) or alike.

    The first value whose weights, summed from below, exceed the share of the total; where they meet it, the mean of it
    and the value before. Frequencies give the percentile of the rows written out.
    """
    order = np.argsort(values, kind="stable")
    ordered = np.asarray(values, dtype=np.float64)[order]
    counted = np.ones(len(ordered)) if weights is None else np.asarray(weights, dtype=np.float64)[order]
    reached = np.cumsum(counted)
    total = reached[-1]
    found = np.empty(len(shares))
    for m, share in enumerate(shares):
        wanted = total * share / 100.0
        at = int(np.searchsorted(reached, wanted * (1.0 - _REACHED)))
        met = abs(reached[at] - wanted) <= _REACHED * wanted
        found[m] = ordered[at : at + 1 + met].mean()
    return found
