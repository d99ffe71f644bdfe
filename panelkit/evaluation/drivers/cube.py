"""A composite index as an array of provinces, years and indicators, where its parts can be told."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from panelkit.indices.arrays.uncertainty import draw_weights
from panelkit.indices.panels.composite import Composite
from panelkit.indices.panels.indicator_cube import cube_index
from panelkit.language.errors import SpecError
from panelkit.language.message import Message, message
from panelkit.results.fit import FloatArray
from panelkit.show.brief import Brief


@dataclass(frozen=True, kw_only=True, eq=False)
class IndexCube(Brief):
    """Normalised indicators z (N, T, k), weights (k,), and the names of the three dimensions."""

    z: FloatArray
    w: FloatArray
    units: pd.Index
    years: pd.Index
    indicators: tuple[str, ...]
    aggregation: str
    notes: tuple[Message, ...] = ()

    def at(self, year: int) -> int:
        """Return the place of a year.

        Raises
        ------
        SpecError
            If the index has no such year.
        """
        if year not in self.years:
            raise SpecError(
                message(
                    "no {period} {year} in the index: it runs from {first} to {last}",
                    year=str(year),
                    first=str(self.years[0]),
                    last=str(self.years[-1]),
                )
            )
        return int(self.years.get_indexer(pd.Index([year]))[0])

    def drawn_weights(self, draws: int, rng: int | np.random.Generator) -> FloatArray:
        """Return weights (draws, k) of a rank cloud: Dirichlet(1), one indicator left out in each."""
        return draw_weights(len(self.w), draws, rng, delete_one=len(self.w) > 1)


def index_cube(index: Composite) -> IndexCube:
    """Return the cube of an index whose score is a weighted sum or product under goalposts that do not move.

    Raises
    ------
    SpecError
        If it is no composite index, its extremes are those of each year, or it is aggregated otherwise.
    """
    if not isinstance(index, Composite):
        raise SpecError(
            message("an index is what composite_index returns, not {kind}", kind=type(index).__name__)
        )
    plan = index.design
    if plan.extremes != "global" or plan.normalisation not in ("minmax", "zscore"):
        raise SpecError(
            message(
                "{design}: under {normalisation} with {extremes} extremes a unit moves when others do, so that a "
                "change has no parts of its own: take minmax with extremes='global'",
                design=plan.id,
                normalisation=plan.normalisation,
                extremes=plan.extremes,
            )
        )
    if plan.aggregation not in ("linear", "geometric") or index.weights is None:
        raise SpecError(
            message(
                "{design}: {aggregation} measures distances to points that move with the sample, and has no parts: "
                "take aggregation='linear' or 'geometric'",
                design=plan.id,
                aggregation=plan.aggregation,
            )
        )
    rows, units, years = cube_index(index)
    z = index.normalised.to_numpy(float)[rows].reshape(len(units), len(years), -1)
    lost = index.values.index.get_level_values("province").unique().difference(units)
    notes = (
        (message("without a score in every {period}: {names}", names=[str(name) for name in lost]),)
        if len(lost)
        else ()
    )
    return IndexCube(
        z=z,
        w=index.weights["weight"].to_numpy(float),
        units=units,
        years=years,
        indicators=tuple(str(name) for name in index.normalised.columns),
        aggregation=plan.aggregation,
        notes=notes,
    )
