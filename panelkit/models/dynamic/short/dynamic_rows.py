"""The rows of a dynamic panel with unit effects: outcome, own lags and regressors, and where they stand in time."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from panelkit.formula.tree import columns_of
from panelkit.kernels.identified import orthonormal_columns, refuse_unidentified
from panelkit.kernels.outcome import refuse_absorbed, refuse_exact
from panelkit.kernels.within import FloatArray, IntArray, Layout, within
from panelkit.language.errors import DataError, SpecError
from panelkit.language.message import Message, message
from panelkit.language.spelt import option
from panelkit.models.dynamic.short.own_lags import OwnLags, own_lags, spelled
from panelkit.models.reading import Frame, read_design
from panelkit.models.shell import without_intercept
from panelkit.panel.design import Design
from panelkit.panel.redundant import without_redundant
from panelkit.panel.sample import WithoutSingletons
from panelkit.show.brief import Brief

DynamicEffects = Literal["twoway", "unit"]


@dataclass(frozen=True, eq=False)
class DynamicRows(Brief):
    """Rows of one dynamic panel: n rows, k terms, N units, T periods of the calendar from the first to the last.

    `lag_at` are the places of the own lags among the terms, in ascending order of `lags.orders`; `period` (n,) counts
    from the first calendar period of the sample. `named` are the `unit=` and `time=` that the user gave.
    """

    design: Design
    lags: OwnLags
    effects: DynamicEffects
    frame: Frame
    named: tuple[str | None, str | None] = (None, None)
    notes: tuple[Message, ...] = ()

    @property
    def terms(self) -> tuple[str, ...]:
        """Return the k terms."""
        return self.design.terms

    @cached_property
    def lag_at(self) -> IntArray:
        """Return the places of the own lags among the terms."""
        return np.array([self.terms.index(term) for term in self.lags.terms], dtype=np.int64)

    @cached_property
    def layout(self) -> Layout:
        """Return where the rows stand."""
        return Layout(self.design.unit, self.design.time)

    @cached_property
    def period(self) -> IntArray:
        """Return the calendar period of every row, (n,), from 0."""
        years = np.asarray(self.design.time_labels).astype(np.int64)
        return np.asarray((years - years[0])[self.design.time], dtype=np.int64)

    @cached_property
    def n_calendar(self) -> int:
        """Return how many calendar periods lie from the first to the last."""
        return int(self.period.max()) + 1

    @cached_property
    def mask(self) -> NDArray[np.bool_]:
        """Mark the cells (N, T) of unit and calendar period that hold a row."""
        held = np.zeros((self.layout.n_units, self.n_calendar), dtype=bool)
        held[self.design.unit, self.period] = True
        return held

    def spread(self, values: FloatArray) -> FloatArray:
        """Return values of rows (n, k) as cells (N, T, k), zero where there is no row."""
        cells = np.zeros((*self.mask.shape, values.shape[1]))
        cells[self.design.unit, self.period] = values
        return cells

    def refuse_slopes_of_units(self) -> None:
        """Refuse trends or slopes of every unit, whose bias is another one.

        Raises
        ------
        SpecError
            Naming the term.
        """
        formula = self.design.formula
        for term in () if formula is None else formula.terms:
            own = [
                f
                for f in term.factors
                if f.kind == "category" and columns_of(f.node)[0] in self.design.unit_names
            ]
            if own and len(term.factors) > 1:
                raise SpecError(
                    message(
                        "`{term}` gives every {unit} a slope, and the bias that is corrected here is "
                        "that of intercepts alone: HalfPanelJackknife with {errors} takes such terms",
                        errors=option("errors", "cluster"),
                        term=term.label,
                    ).spoken(*self.design.level_names)
                )

    @cached_property
    def year_basis(self) -> FloatArray:
        """Return orthonormal columns (n, r) that span the period dummies beside unit effects; none of "unit"."""
        return year_columns(self.layout) if self.effects == "twoway" else np.zeros((len(self.design.y), 0))


def year_columns(layout: Layout) -> FloatArray:
    """Return orthonormal columns (n, r) of the dummies of periods, swept of their means by unit."""
    dummies = np.zeros((layout.n, layout.n_times))
    dummies[np.arange(layout.n), layout.time] = 1.0
    return orthonormal_columns(within(dummies[:, 1:], Layout(layout.unit, layout.time), "unit"))


def read_rows(
    formula: str, frame: Frame, effects: DynamicEffects, where: str | None, unit: str | None, time: str | None
) -> DynamicRows:
    """Read the rows of a dynamic panel.

    Raises
    ------
    SpecError
        If the formula names no lag of its outcome or hides one, or a regressor is not identified beside the effects.
    DataError
        If the panel is unusable, or too few rows are left.
    """
    lags = own_lags(formula)
    design = read_design(
        spelled(formula), frame, unit=unit, time=time, where=where, policies=(WithoutSingletons(effects),)
    )
    design, said = without_redundant(without_intercept(design), effects)
    rows = DynamicRows(design, lags, effects, frame, (unit, time), said)
    layout = rows.layout
    if layout.n_units == 1:
        raise DataError(
            message(
                "the sample holds one {unit}, and errors by {units} need more: a regression of one time series, "
                "PooledOLS with DriscollKraay(), is something else"
            )
        )
    X = np.asarray(design.X)
    both = within(np.column_stack([design.y, X]), layout, effects)
    refuse_absorbed(design.y, both[:, 0], design.outcome, effects)
    refuse_unidentified(X, both[:, 1:], design.terms, effects, squares=True)
    size = np.sqrt((both**2).sum(axis=0))
    scaled = both[:, 1:] / size[1:]
    refuse_exact(
        both[:, 0] - scaled @ np.linalg.lstsq(scaled, both[:, 0], rcond=None)[0], both[:, 0], design.outcome
    )
    left = layout.n - layout.n_units - rows.year_basis.shape[1] - len(design.terms)
    if left < 1:
        raise DataError(
            message(
                "{nobs} rows less {n_units} unit effects, {years} period effects and {k} terms leave no degree of "
                "freedom: take more {periods}, fewer lags or fewer regressors",
                nobs=layout.n,
                n_units=layout.n_units,
                years=rows.year_basis.shape[1],
                k=len(design.terms),
            )
        )
    return rows
