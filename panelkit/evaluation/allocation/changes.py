"""What an optimum moves, with intervals, and which of the moves are certain enough to be named."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

import numpy as np
import pandas as pd

from panelkit.kernels.within import FloatArray

Conclusion = Literal["more", "less", "open"]
# A move smaller than this share of the actual spending is none: prices are found to fourteen digits.
_NO_MOVE = 1e-9


def changes(
    names: pd.Index,
    actual: FloatArray,
    optimal: FloatArray,
    draws: FloatArray | None,
    level: float,
    certain: float,
) -> pd.DataFrame:
    """Return one row a name: actual (M,), optimal (M,), its interval over draws (D, M), and the chance of more money.

    `conclusion` is "more" or "less" where that share of the draws is at least `certain`, and "open" else; without
    draws it is "open" everywhere, because a point says nothing of how sure it is.
    """
    table = pd.DataFrame({"actual": actual, "optimal": optimal}, index=names)
    table["change"] = optimal / actual - 1.0
    nothing = np.full(len(actual), np.nan)
    if draws is None:
        low = high = more = less = nothing
    else:
        tail = (1.0 - level) / 2.0
        low, high = np.quantile(draws, [tail, 1.0 - tail], axis=0)
        moved = draws / actual - 1.0
        more, less = (moved > _NO_MOVE).mean(axis=0), (moved < -_NO_MOVE).mean(axis=0)
    table["low"], table["high"], table["more"], table["less"] = low, high, more, less
    table["conclusion"] = np.where(more >= certain, "more", np.where(less >= certain, "less", "open"))
    return table


def cells(units: Sequence[str], links: Sequence[str]) -> pd.MultiIndex:
    """Return the names of the cells (J, K) in the order in which they are raveled."""
    return pd.MultiIndex.from_product([list(units), list(links)], names=["unit", "link"])


def moved_share(actual: FloatArray, x: FloatArray) -> FloatArray:
    """Return which share of the money (..., J, K) changes its place: half the summed absolute differences of shares."""
    shares = x / x.sum(axis=(-2, -1), keepdims=True)
    return np.asarray(0.5 * np.abs(shares - actual / actual.sum()).sum(axis=(-2, -1)))
