"""Covariates of synthetic difference in differences: taken out before weights are chosen ("projected").

Kranz (2022); Clarke, Pailanir, Athey and Imbens (2023), option "projected": slopes from the untreated cells alone,
under unit and period effects, so that the effect itself cannot move them.
"""

from __future__ import annotations

import numpy as np

from panelkit.kernels.linear import fit_swept
from panelkit.kernels.within import FloatArray, IntArray, Layout, within


def untreated_slopes(Y: FloatArray, X: FloatArray, start: IntArray) -> FloatArray:
    """Return slopes (K,) of outcomes Y (N, T) on covariates X (N, T, K) in cells before `start` (N,)."""
    columns, layout = _cells(Y, X, start)
    swept = within(columns, layout, "twoway")
    return np.asarray(np.linalg.lstsq(swept[:, 1:], swept[:, 0], rcond=None)[0])


def without_covariates(Y: FloatArray, X: FloatArray | None, start: IntArray) -> FloatArray:
    """Return the outcomes less what covariates explain of them, (N, T)."""
    if X is None or X.shape[2] == 0:
        return Y
    return Y - X @ untreated_slopes(Y, X, start)


def refuse_unidentified(Y: FloatArray, X: FloatArray | None, start: IntArray, names: tuple[str, ...]) -> None:
    """Refuse covariates that unit and period effects, or each other, absorb.

    Raises
    ------
    SpecError
        Naming them.
    """
    if X is None or X.shape[2] == 0:
        return
    columns, layout = _cells(Y, X, start)
    fit_swept(columns[:, 0], np.asfortranarray(columns[:, 1:]), names, layout, "twoway")


def _cells(Y: FloatArray, X: FloatArray, start: IntArray) -> tuple[FloatArray, Layout]:
    """Return outcome and covariates of the untreated cells, (n, 1+K), and where they stand."""
    unit, time = np.nonzero(np.arange(Y.shape[1]) < start[:, None])
    columns = np.column_stack([Y[unit, time], X[unit, time]])
    return np.asfortranarray(columns), Layout(unit.astype(np.int64), time.astype(np.int64))
