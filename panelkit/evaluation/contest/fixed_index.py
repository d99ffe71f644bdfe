"""A composite index as it could have been known: extremes and weights of the first training window alone.

The extremes and the entropy weights of an index are those of all its years, so that the score of 2015 knows the figures
of 2023. In a contest of forecasts that is the future in the past.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from panelkit.indices.panels.composite import Composite
from panelkit.indices.panels.indicator_cube import cube_index
from panelkit.indices.panels.scoring import goalposts, indicator_weights, part_score
from panelkit.indices.panels.weighting import normalise
from panelkit.language.errors import DataError, SpecError
from panelkit.language.message import message


def index_of_first_window(index: Composite, part: str, min_train: int) -> pd.Series:
    """Return an index, or one of its dimensions, by (province, year), goalposts and weights of the first years.

    Values after the first window may leave [0, 1]: they are not cut, so that growth stays visible.

    Raises
    ------
    SpecError
        If the design is not linear in min-max values with extremes of all years, or has no such part.
    DataError
        If an indicator is constant in the first window.
    """
    plan = index.design
    if plan.normalisation != "minmax" or plan.aggregation != "linear" or plan.extremes != "global":
        raise SpecError(
            message(
                "goalposts of the training window are held for linear min-max indices with extremes of all {periods}; "
                "{design} is {aggregation} in {normalisation} ({extremes}): forecast its figures, or a column of its "
                "scores with the caution that they know the future",
                design=plan.id,
                aggregation=plan.aggregation,
                normalisation=plan.normalisation,
                extremes=plan.extremes,
            )
        )
    parts = {one.id: [item.id for item in one.indicator] for one in plan.dimension}
    if part != "score" and part not in parts:
        raise SpecError(
            message(
                "{design} has no part {part!r}: there are {held}",
                design=plan.id,
                part=part,
                held=["score", *parts],
            )
        )
    rows, _, years = cube_index(index)
    raw = index.indicators.loc[index.values.index].iloc[rows]
    early = raw[raw.index.get_level_values("year") < years[min_train]]
    flat = [str(name) for name in raw.columns if early[name].nunique() < 2]
    if flat:
        raise DataError(
            message(
                "{indicators}: constant in the first training window: lengthen min_train, or leave them out of the "
                "index",
                indicators=flat,
            )
        )
    declared = goalposts(plan) or {}
    posts = {
        str(name): declared.get(str(name), (early[name].min(), early[name].max())) for name in raw.columns
    }
    sign = {item.id: item.direction for item in plan.indicators()}
    w = indicator_weights(plan, normalise(early, direction=sign, goalposts=posts, floor=plan.floor), early)
    low, high = np.array([posts[str(name)] for name in raw.columns]).T
    z = (raw.to_numpy() - low) / (high - low)
    z = np.where(np.array([sign[str(name)] for name in raw.columns]) > 0, z, 1.0 - z)
    z = plan.floor + (1.0 - plan.floor) * z
    chosen = np.arange(raw.shape[1]) if part == "score" else raw.columns.get_indexer(pd.Index(parts[part]))
    return pd.Series(part_score(plan, z[:, chosen], w[chosen]), index=raw.index, name=part)
