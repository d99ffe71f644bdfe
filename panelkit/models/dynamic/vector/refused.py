"""What no panel VAR can be estimated on: variables that do not move, or that the lags know already."""

from __future__ import annotations

from typing import Any

import numpy as np

from panelkit.kernels.deviations import FloatArray
from panelkit.kernels.identified import absorbed_terms
from panelkit.language.errors import DataError, SpecError
from panelkit.language.message import message
from panelkit.language.spelt import option
from panelkit.models.dynamic.vector.columns import VectorColumns

_EXACT = 1e-10
"""Residuals below so much of their variable are rounding."""


def refuse_empty(rows: Any, names: tuple[str, ...], columns: VectorColumns) -> None:
    """Refuse variables (n, m) of `rows` without variation of their own, and fewer rows than coefficients.

    Raises
    ------
    SpecError, DataError
        With the names, or the counts.
    """
    flat = absorbed_terms(rows.y, columns.y * columns.y_scale)
    if flat.any():
        raise SpecError(
            message(
                "{names}: no variation is left within {units}: a panel VAR explains how variables move over {periods} "
                "(if it does move, its level hides it from double precision: subtract a constant)",
                names=[f"`{name}`" for name, gone in zip(names, flat, strict=True) if gone],
            )
        )
    if columns.df_resid < 1:
        raise DataError(
            message(
                "{rows} rows are left after the transform, for {terms} coefficients an equation and {periods_held} "
                "effects of {periods}: take fewer lags or more {units}",
                rows=len(columns.y),
                terms=columns.X.shape[1],
                periods_held=columns.D.shape[1],
            )
        )


def refuse_exact(sigma: FloatArray, names: tuple[str, ...], columns: VectorColumns) -> None:
    """Refuse variables whose equations leave no errors, `sigma` (m, m) of them: lags of others, or sums of such.

    Raises
    ------
    SpecError
        With the names.
    """
    size = np.sqrt(np.mean((columns.y * columns.y_scale) ** 2, axis=0))
    exact = np.sqrt(np.diag(sigma)) <= _EXACT * size
    if exact.any():
        raise SpecError(
            message(
                "{names}: the lags tell it without an error, as they do a lag of another variable: its "
                "equation is an identity, whose errors and tests would be those of rounding. Leave it "
                "out; more lags are {lags}",
                lags=option("lags"),
                names=[f"`{name}`" for name, gone in zip(names, exact, strict=True) if gone],
            )
        )


def refuse_mirrored(covariance: FloatArray, sigma: FloatArray, columns: VectorColumns) -> None:
    """Refuse a covariance (m k, m k) that is rounding beside the least that errors `sigma` (m, m) leave.

    Between two units with period effects each row is the mirror of the other's, and the moments of a unit are half of
    those that the estimate sets to zero.

    Raises
    ------
    SpecError
        With the remedy.
    """
    squares = ((columns.X * columns.X_scale) ** 2).sum(axis=0)
    least = np.outer(np.diag(sigma), 1.0 / squares).ravel()
    if (np.diag(covariance) <= _EXACT**2 * least).all():
        raise SpecError(
            message(
                "the moments of every cluster add up to zero, as they do by construction where two {units} mirror each "
                "other after the effects of {periods}, and errors would be those of rounding: take more {units}, or "
                "time_effects=False"
            )
        )


def refuse_far(first: int, held: FloatArray) -> None:
    """Refuse instruments from lag `first` on where no row holds a level so far back, `held` (n, m, Q).

    Raises
    ------
    SpecError
        With the farthest lag that is held.
    """
    there = np.flatnonzero(~np.isnan(held).all(axis=(0, 1))) + 1
    if not len(there) or first > there[-1]:
        raise SpecError(
            message(
                "no row holds a level {first} {periods} back as an instrument: the farthest is {farthest}; take nearer "
                "lags",
                first=first,
                farthest=int(there[-1]) if len(there) else 0,
            )
        )
