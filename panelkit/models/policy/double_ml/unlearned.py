"""Periods that a training part does not hold: their effect cannot be learned there."""

from __future__ import annotations

import numpy as np

from panelkit.kernels.within import IntArray
from panelkit.language.errors import DataError
from panelkit.language.message import message
from panelkit.language.spelt import option
from panelkit.models.policy.double_ml.rows import Learnable


def refuse_unlearned_periods(made: Learnable, folds: IntArray) -> None:
    """Refuse periods whose rows all lie in one fold, where effects of periods are learned; folds (R, n).

    Raises
    ------
    DataError
        Which names all of them.
    """
    if made.period is None or folds.max() == 0:
        return
    time, count = made.design.time, len(made.design.time_labels)
    alone = np.zeros(count, dtype=bool)
    for row in folds:
        low, high = np.full(count, row.max()), np.zeros(count, dtype=np.int64)
        np.minimum.at(low, time, row)
        np.maximum.at(high, time, row)
        alone |= low == high
    if alone.any():
        raise DataError(
            message(
                "all rows of {periods_at} lie in one fold, so that the effect of that {period} cannot be "
                "learned from others: leave it out by {where}, or take more folds",
                where=option("where"),
                periods_at=[str(label) for label in made.design.time_labels[alone]],
            )
        )
