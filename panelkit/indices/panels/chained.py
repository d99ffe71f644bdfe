"""Real growth chained to a level."""

from __future__ import annotations

import pandas as pd


def chained(index: pd.Series) -> pd.Series:
    """Return the level behind an index of growth (the year before = 100) by province, 1 in the first year held.

    `index` has a (province, year) index; the level has the same rows.
    """
    growth = index.unstack().sort_index(axis=1) / 100.0
    growth.iloc[:, 0] = 1.0
    level = growth.cumprod(axis=1)
    at = (
        level.index.get_indexer(index.index.get_level_values(0)),
        level.columns.get_indexer(index.index.get_level_values(1)),
    )
    return pd.Series(level.to_numpy(float)[at], index=index.index)
