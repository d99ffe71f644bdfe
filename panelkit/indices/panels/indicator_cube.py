"""The indicators of a composite as a balanced cube of provinces, years and indicators."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from panelkit.indices.panels.composite import Composite
from panelkit.indices.panels.scoring import goalposts
from panelkit.indices.panels.weighting import normalise
from panelkit.language.errors import DataError
from panelkit.language.message import message
from panelkit.results.fit import FloatArray


def stack_of(composite: Composite, normalisations: tuple[str, ...] = ("minmax", "zscore")) -> FloatArray:
    """Return the indicator cube under several normalisations (S, N, T, k), for rank clouds.

    Declared goalposts and the design's extremes (global or per year) hold here as in the scores.

    Only provinces with a score in every year are held; `cube_index` names them.
    """
    rows, provinces, years = cube_index(composite)
    complete = composite.indicators.loc[composite.values.index]
    sign = {item.id: item.direction for item in composite.design.indicators()}
    floor = (
        max(composite.design.floor, 0.01)
        if composite.design.aggregation == "geometric"
        else composite.design.floor
    )
    cubes = []
    for method in normalisations:
        z = normalise(
            complete,
            method,
            direction=sign,
            goalposts=goalposts(composite.design) if method == "minmax" else None,
            extremes=composite.design.extremes,
            floor=floor if method == "minmax" else 0.0,
        )
        cubes.append(z.to_numpy()[rows].reshape(len(provinces), len(years), -1))
    return np.stack(cubes)


def cube_index(composite: Composite) -> tuple[np.ndarray[Any, Any], pd.Index, pd.Index]:
    """Return the rows of `values` that form a balanced cube, its provinces and its years."""
    index = composite.values.index
    years = pd.Index(sorted(index.get_level_values("year").unique()), name="year")
    held = pd.Series(1, index=index).groupby(level="province", sort=False).size()
    provinces = held.index[held == len(years)]
    if len(provinces) < 2:
        raise DataError(
            message(
                "fewer than two {units} have a score in every {period}: choose {periods} that are complete"
            )
        )
    keep = np.flatnonzero(index.get_level_values("province").isin(provinces))
    return keep, provinces, years
