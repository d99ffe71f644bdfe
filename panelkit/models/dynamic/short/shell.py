"""What estimators of dynamic panels share: their options, the road from a frame to a fit."""

from __future__ import annotations

from dataclasses import replace
from typing import Any, Self, cast, get_args

import numpy as np

from panelkit.formula.conditions import check_where
from panelkit.kernels.within import FloatArray, within
from panelkit.language.errors import SpecError
from panelkit.language.message import message
from panelkit.models.dynamic.short.dynamic_rows import DynamicEffects, DynamicRows, read_rows
from panelkit.models.dynamic.short.own_lags import own_lags
from panelkit.models.dynamic.short.result import DynamicFit
from panelkit.models.dynamic.short.unit_errors import check_errors
from panelkit.models.reading import open_frame, spoken_errors


class DynamicSpec:
    """The shell of an estimator of a dynamic panel: a frozen dataclass that declares these fields."""

    formula: str
    effects: DynamicEffects
    where: str | None

    def __post_init__(self) -> None:
        own_lags(self.formula)
        if self.effects not in get_args(DynamicEffects):
            raise SpecError(
                message(
                    "effects of a dynamic panel is one of {known}, not {effects!r}: without unit effects there is no "
                    "bias to correct",
                    known=get_args(DynamicEffects),
                    effects=self.effects,
                )
            )
        object.__setattr__(self, "where", check_where(self.where))
        self._check()

    def with_errors(self, errors: str) -> Self:
        """Return the same model with errors made in another way."""
        return cast(Self, replace(cast(Any, self), errors=errors))

    def fit(self, data: Any, *, unit: str | None = None, time: str | None = None) -> DynamicFit:
        """Fit the model to a panel.

        Parameters
        ----------
        data
            A frame with a (province, year) MultiIndex, or any frame with `unit` and `time` columns named. Row order
            does not matter.
        unit, time
            The columns that name unit and period, where the index does not.

        Raises
        ------
        DataError
            If the panel is unusable, or too short for the lags.
        SpecError
            If the formula or a regressor cannot be right for these data.
        ConvergenceError
            If the equations of the estimator have no solution.
        """
        frame = open_frame(data, unit, time)
        rows = read_rows(self.formula, frame, self.effects, self.where, unit, time)
        with spoken_errors(rows.design):
            return self._estimate(rows)

    def _check(self) -> None:
        """Refuse options that have no meaning."""
        check_errors(cast(Any, self).errors)

    def _estimate(self, rows: DynamicRows) -> DynamicFit:
        """Return the fit of the rows."""
        raise NotImplementedError


def scaled_columns(rows: DynamicRows) -> tuple[FloatArray, FloatArray, FloatArray]:
    """Return y (n,), W (n, K) and the scales (k,) by which estimates are divided.

    Both are swept of unit means. W holds own lags, other terms, period columns; lags are measured in the unit of the
    outcome, so that their coefficients stay, and other columns have norm one.
    """
    X = np.asarray(rows.design.X)
    order = np.r_[rows.lag_at, np.setdiff1d(np.arange(X.shape[1]), rows.lag_at)]
    both = within(np.column_stack([rows.design.y, X[:, order]]), rows.layout, "unit")
    p = len(rows.lag_at)
    size = np.sqrt(np.einsum("ij,ij->j", both, both))
    size[: p + 1] = size[0]
    both = both / size
    scales = np.ones(X.shape[1])
    scales[p:] = size[p + 1 :] / size[0]
    return both[:, 0], np.column_stack([both[:, 1:], rows.year_basis]), scales


def in_order(rows: DynamicRows, values: FloatArray) -> FloatArray:
    """Put values (..., k) of lags first, other terms after, into the order of the terms."""
    k = len(rows.terms)
    order = np.r_[rows.lag_at, np.setdiff1d(np.arange(k), rows.lag_at)]
    out = np.empty_like(values)
    out[..., order] = values
    return out
