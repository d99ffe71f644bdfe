"""The weights by which cells are averaged, without their errors: what a randomisation needs thousands of times."""

from __future__ import annotations

import numpy as np

from panelkit.kernels.within import FloatArray
from panelkit.language.errors import SpecError
from panelkit.language.message import message
from panelkit.models.policy.effects.cells import By, check_by


def shares_by(
    cohort: FloatArray,
    period: FloatArray,
    members: FloatArray,
    by: By,
    window: tuple[float, float] | None = None,
) -> tuple[FloatArray, FloatArray]:
    """Return labels (p,) and weights (p, k) of the averages that `cells.averages` makes of k cells.

    Parameters
    ----------
    cohort, period
        Calendar values of the cells, (k,).
    members
        How much of each cell lies in a cluster, (G, k), or in all of them, (1, k), where each holds the same in all
        cells of a cohort.
    by
        "overall", "event", "cohort", "calendar" or "cells".
    window
        First and last event time that are kept.

    Raises
    ------
    SpecError
        If no cell lies after adoption.
    """
    by, k, event = check_by(by), len(cohort), period - cohort
    size = members.sum(axis=0)
    kept = np.ones(k, dtype=bool) if window is None else (event >= window[0]) & (event <= window[1])
    late = kept & (event >= 0.0)
    if not late.any():
        raise SpecError(message("no effect after adoption is left by the window: widen it"))
    if by == "cells":
        return np.full(k, np.nan), np.eye(k)
    if by == "overall":
        whole = np.where(late, size, 0.0)
        return np.array([np.nan]), (whole / whole.sum())[None, :]
    values = {"event": event, "cohort": cohort, "calendar": period}[by]
    inside = np.flatnonzero(kept) if by == "event" else np.flatnonzero(late)
    labels, row = np.unique(values[inside], return_inverse=True)
    weights = np.zeros((len(labels), k))
    weights[row, inside] = size[inside]
    weights /= weights.sum(axis=1, keepdims=True)
    if by == "cohort":
        units = np.array([members[:, inside[row == j]].max(axis=1).sum() for j in range(len(labels))])
        share = units / units.sum()
    else:
        counted = np.ones(len(labels), dtype=bool) if by == "calendar" else labels >= 0.0
        share = counted / counted.sum()
    return np.r_[np.nan, labels], np.vstack([share @ weights, weights])
