"""A search that was done: the candidates, the outcome, and where the thresholds lie."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from panelkit.kernels.within import FloatArray, IntArray
from panelkit.language.errors import DataError
from panelkit.language.message import Message, message
from panelkit.language.spelt import option
from panelkit.models.threshold.bootstrap import bootstrap_f
from panelkit.models.threshold.candidates import Candidates, candidates
from panelkit.models.threshold.regions import ThresholdRegion, likelihood_ratio_region
from panelkit.models.threshold.rows import ThresholdColumns
from panelkit.models.threshold.search import Search, search_of
from panelkit.models.threshold.sequence import Path, beside_splits, path
from panelkit.models.threshold.spaces import HansenSpace, Space, WithinSpace
from panelkit.show.brief import Brief


@dataclass(frozen=True, eq=False)
class Searched(Brief):
    """The search of a model, `residuals` (m,) of the model without thresholds, and `paths` of one, two, ... of them."""

    name: str
    columns: ThresholdColumns
    candidates: Candidates
    search: Search
    residuals: FloatArray
    paths: tuple[Path, ...]

    @property
    def places(self) -> list[int]:
        """Return the places of the thresholds among the candidates."""
        return [int(place) for place in self.paths[-1].places[0]]

    @property
    def thresholds(self) -> FloatArray:
        """Return the thresholds (m,)."""
        return np.asarray(self.candidates.values[self.places])

    def regime(self) -> IntArray:
        """Return the regime of every row (n,), from 0."""
        found = np.empty(self.search.n, dtype=np.int64)
        cuts = self.candidates.cuts[self.places]
        found[self.search.order] = np.searchsorted(cuts, np.arange(self.search.n), side="right")
        return found

    def f(self, number: int) -> float:
        """Return F of `number` thresholds against one fewer."""
        return float(self.paths[number - 1].f(self.search.space.degrees)[0, -1])

    def left(self, number: int) -> FloatArray:
        """Return the residuals (m,) of the model with `number` thresholds."""
        if number == 0:
            return self.residuals
        places = [int(place) for place in self.paths[number - 1].places[0]]
        return np.asarray(beside_splits(self.search, places).without(self.residuals[None, :])[0])

    def drawn(self, null: FloatArray, residuals: FloatArray, number: int, **how: Any) -> FloatArray:
        """Return F* of `number` thresholds against one fewer, as `bootstrap_f` does."""
        return bootstrap_f(self.search, null, residuals, number, self.candidates.least, **how)

    def regions(self, level: float) -> tuple[ThresholdRegion, ...]:
        """Return the region of each threshold given the others."""
        return tuple(
            likelihood_ratio_region(
                self.search,
                self.candidates.values,
                self.residuals,
                [other for other in self.places if other != place],
                place,
                self.candidates.least,
                level,
                float(self.paths[-1].settled[0]),
            )
            for place in self.places
        )


def searched(
    columns: ThresholdColumns,
    name: str,
    *,
    thresholds: int,
    trim: float,
    search: str,
    space: Space,
) -> Searched:
    """Search the thresholds of a model.

    Raises
    ------
    DataError
        If the variable has few values, the trim leaves none, or no split identifies the slopes of both regimes.
    """
    found = candidates(
        columns.q,
        name,
        trim,
        columns=columns.searched.shape[1],
        search=search,
        strict=isinstance(space, HansenSpace),
    )
    beside = np.column_stack([columns.common, columns.regime])
    made = search_of(space, columns.q, columns.searched, beside, found.cuts)
    residuals = made.without(space.moved(columns.design.y[:, None]).T)
    paths = []
    for number in range(1, thresholds + 1):
        paths.append(path(made, residuals, number, found.least))
        if not np.isfinite(paths[-1].settled[0]):
            raise DataError(_none_left(name, number, found))
    return Searched(name, columns, found, made, residuals[0], tuple(paths))


def _none_left(name: str, number: int, found: Candidates) -> Message:
    if number == 1:
        return message(
            "`{name}`: no split identifies the slopes on both sides: the regime regressors do not vary enough within "
            "{units} below or above it",
            name=name,
        )
    return message(
        "`{name}`: beside {held} thresholds no value is left that parts {least:,} rows on both sides: ask for fewer "
        "thresholds, or a smaller trim",
        name=name,
        held=number - 1,
        least=found.least,
    )


def space_of(columns: ThresholdColumns, transform: str, *, periods: bool) -> Space:
    """Return how the effects leave.

    Raises
    ------
    DataError
        If Hansen's program is asked for on a panel that is not balanced.
    """
    layout = columns.design.layout.plain()
    if transform == "within":
        return WithinSpace(layout, periods)
    if not layout.balanced:
        raise DataError(
            message(
                "{transform} drops the last {period} of every {unit} and needs a balanced panel: take "
                "'within'",
                transform=option("transform", "hansen-1999"),
            )
        )
    return HansenSpace(layout)
