"""Refusals of an outcome that leaves nothing to estimate: it does not vary, the effects hold it, a term repeats it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import numpy as np

from panelkit.kernels.index import Array
from panelkit.kernels.within import Effects
from panelkit.language.errors import DataError, SpecError
from panelkit.language.message import message

# Rounding: relative to a column's size, sums of doubles keep about 14 digits; a swept column of which less than 1e-9 is
# left (`core/linear.py`) holds rounding only, and so do residuals of that size.
_SAME = 1e-14
_ROUNDING = 1e-9

LARGEST = 1e70

_WITHIN = {
    "none": message("in this sample"),
    "unit": message("within units: the unit effects hold it whole"),
    "time": message("within periods: the time effects hold it whole"),
    "twoway": message("after the unit and time effects, which hold it whole"),
}


def refuse_constant(y: Array, outcome: str) -> None:
    """Refuse an outcome (n,) that is the same in every row.

    Raises
    ------
    DataError
        With the value that it has.
    """
    if len(y) < 2 or float(np.ptp(y)) > _SAME * float(np.abs(y).max()):
        return
    raise DataError(
        message(
            "the outcome `{outcome}` does not vary: it is {value:.6g} in all {rows:,} rows of the sample. Take "
            "another outcome, or other rows",
            outcome=outcome,
            value=float(y[0]),
            rows=len(y),
        )
    )


def refuse_scale(columns: Iterable[tuple[str, Array]]) -> None:
    """Refuse columns (n,) whose fourth powers, which the variance of a variance holds, leave the range of doubles.

    Raises
    ------
    DataError
        Naming all of them.
    """
    sizes = [(name, max(float(column.max()), -float(column.min()))) for name, column in columns]
    wrong = [f"`{name}` ({size:.1g})" for name, size in sizes if size > LARGEST or 0.0 < size < 1.0 / LARGEST]
    if wrong:
        raise DataError(
            message(
                "values so large or small that their powers leave the range of double precision: {wrong}. Measure "
                "them in other units",
                wrong=wrong,
            )
        )


def refuse_absorbed(
    y: Array, swept: Array, outcome: str, effects: Effects, interactions: Sequence[str] = ()
) -> None:
    """Refuse an outcome of which sweeping the effects, and `interactions` beside them, leaves rounding only.

    Raises
    ------
    SpecError
        With the effects that hold it.
    """
    if effects == "none":
        return
    if float(np.linalg.norm(swept)) <= _ROUNDING * float(np.linalg.norm(y)):
        raise SpecError(
            message(
                "the outcome `{outcome}` does not vary {within}. Take another outcome or fewer effects (if it does "
                "vary, its level hides it from double precision: subtract a constant from it)",
                outcome=outcome,
                within=_WITHIN[effects]
                if not interactions
                else message(
                    "beside the effects and {interactions}, which hold it whole",
                    interactions=[f"`{name}`" for name in interactions],
                ),
            )
        )


def is_exact(residuals: Array, swept: Array) -> bool:
    """Tell whether a fit leaves rounding only of the swept outcome."""
    return float(np.linalg.norm(residuals)) <= _ROUNDING * float(np.linalg.norm(swept))


def refuse_exact(residuals: Array, swept: Array, outcome: str) -> None:
    """Refuse a fit without residuals where the estimator cannot do without: nothing is left to estimate.

    Raises
    ------
    SpecError
        With the name of the outcome.
    """
    if is_exact(residuals, swept):
        raise SpecError(
            message(
                "the regressors and effects reproduce the outcome `{outcome}` exactly, so that no residual varies "
                "and there are no standard errors: leave out the regressor that `{outcome}` is made of",
                outcome=outcome,
            )
        )
