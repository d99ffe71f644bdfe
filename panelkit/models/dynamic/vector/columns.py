"""The rows of a panel VAR as they are estimated: transformed, swept of the periods, with their instruments."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np

from panelkit.kernels.deviations import BoolArray, FloatArray, IntArray, first_differences, forward_deviations
from panelkit.kernels.identified import ABSORBED_SHARE, orthonormal_columns
from panelkit.models.dynamic.vector.marks import Levels, Marks, marks_of
from panelkit.show.brief import Brief

Transform = Literal["fod", "fd"]


@dataclass(frozen=True, eq=False)
class VectorRows(Brief):
    """The equations of a panel VAR before anything is transformed; n rows sorted by unit, then time.

    `y` (n, m) are the variables, `X` (n, k) their lags (lag by lag, variables in order) and the exogenous columns after
    them. `unit` (n,), `time` (n,) codes of a calendar with steps of one, `cluster` (n,). `held` (n, m, Q) are levels
    1 to Q periods earlier as instruments, missing where the panel does not hold them.
    """

    y: FloatArray
    X: FloatArray
    unit: IntArray
    time: IntArray
    cluster: IntArray
    held: FloatArray
    lags: int

    @property
    def m(self) -> int:
        """Return the number of variables."""
        return int(self.y.shape[1])


@dataclass(frozen=True, eq=False)
class VectorColumns(Brief):
    """What enters the moments: n transformed rows in units of their own size.

    `y` (n, m), `X` (n, k), `Z` (n, L) and `D` (n, d) of the periods, out of which the others are swept; `cluster` (n,).
    `follows` (n,) marks rows one period after the row before, of the same unit, where the transform is differences.
    `y_scale` (m,) and `X_scale` (k,) take coefficients back: b[k, j] * y_scale[j] / X_scale[k]. `counts` (G, p, J) are
    what the bias of least squares needs (`adjusted.py`). `instruments` is their number as asked for, L their rank.
    `marks` are those of the means in instruments, on panels with gaps (`marks.py`).
    """

    y: FloatArray
    X: FloatArray
    Z: FloatArray
    D: FloatArray
    cluster: IntArray
    follows: BoolArray | None
    y_scale: FloatArray
    X_scale: FloatArray
    counts: FloatArray
    instruments: int
    lags: int
    marks: Marks | None = None

    @property
    def groups(self) -> int:
        """Return the number of clusters."""
        return int(self.cluster.max()) + 1

    @property
    def errors_in_row(self) -> float:
        """Return how often the variance of an error stands in that of a transformed one."""
        return 1.0 if self.follows is None else 2.0

    @property
    def df_resid(self) -> int:
        """Return rows less coefficients and periods."""
        return len(self.y) - self.X.shape[1] - self.D.shape[1]


def vector_columns(
    rows: VectorRows,
    *,
    transform: Transform,
    time_effects: bool,
    instruments: tuple[int, int] | None,
    collapse: bool,
    scaled: bool = True,
) -> VectorColumns:
    """Transform the rows and lay out their instruments.

    Parameters
    ----------
    rows
        The equations.
    transform
        "fod" (forward orthogonal deviations) or "fd" (first differences).
    time_effects
        Whether the transformed dummies of the periods are swept out of everything, instruments included. On a balanced
        panel that is the demeaning of the cross-sections; on others it stays exact.
    instruments
        The first and the last lag of the levels; None: the regressors are their own (least squares).
    collapse
        One column a lag and variable; else one a period too.
    scaled
        Columns in units of their own size, instruments as an orthonormal basis; False leaves both as they are, for a
        generalised inverse whose tolerance means the columns as they stand.

    Returns
    -------
    The columns; exogenous regressors are instruments of themselves.
    """
    n, m, k = len(rows.y), rows.m, rows.X.shape[1]
    D = _period_dummies(rows.time) if time_effects else np.empty((n, 0))
    stacked = np.hstack([rows.y, rows.X, D])
    if transform == "fod":
        moved, kept = forward_deviations(stacked, rows.unit)
    else:
        moved, kept = first_differences(stacked, rows.unit, rows.time)
    y, X, D = moved[kept, :m], moved[kept, m : m + k], orthonormal_columns(moved[kept, m + k :])
    exogenous = X[:, rows.lags * m :]
    levels = None if instruments is None else _levels(rows, kept, instruments, collapse, time_effects)
    Z = X if levels is None else np.hstack([levels.columns, exogenous])
    y, X, Z = (_swept(part, D) for part in (y, X, Z))
    basis = orthonormal_columns(Z) if scaled else Z
    size = _size(y) if scaled else np.ones(m)
    own = _size(X[:, rows.lags * m :]) if scaled else np.ones(exogenous.shape[1])
    X_scale = np.concatenate([np.tile(size, rows.lags), own])
    clusters, cluster = np.unique(rows.cluster[kept], return_inverse=True)
    again = scaled and time_effects and levels is not None
    return VectorColumns(
        y=y / size,
        X=X / X_scale,
        Z=basis,
        D=D,
        cluster=cluster.astype(np.int64),
        follows=_follows(rows.unit[kept], rows.time[kept]) if transform == "fd" else None,
        y_scale=size,
        X_scale=X_scale,
        counts=_bias_counts(rows)[clusters],
        instruments=Z.shape[1],
        lags=rows.lags,
        marks=marks_of(levels, Z, basis, D, cluster) if again and levels is not None else None,
    )


def _period_dummies(time: IntArray) -> FloatArray:
    """Return a dummy of every period but the first, (n, T - 1)."""
    periods, codes = np.unique(time, return_inverse=True)
    dummies: FloatArray = np.eye(len(periods))[codes][:, 1:]
    return dummies


def _levels(
    rows: VectorRows, kept: BoolArray, lags: tuple[int, int], collapse: bool, centred: bool
) -> Levels:
    """Return the levels at the lags asked for, zero where they are not held.

    With time effects they are distances to the mean of their period (over the rows that hold them), so that what all
    units share does not matter.
    """
    first, last = lags
    time, m = rows.time[kept], rows.m
    found: list[FloatArray] = []
    marks: list[BoolArray] = []
    owners: list[int] = []  # the block of levels that a mark centres
    for lag in range(first, min(last, rows.held.shape[2]) + 1):
        values = rows.held[kept][:, :, lag - 1]
        there = ~np.isnan(values[:, 0])
        level = np.where(there[:, None], values, 0.0)
        for period in np.unique(time[there]):
            at = there & (time == period)
            block = level[at] - level[at].mean(axis=0) if centred else level[at]
            marks.append(at)
            owners.append(len(found))
            if collapse:
                level[at] = block
                continue
            alone = np.zeros_like(level)
            alone[at] = block
            found.append(alone)
        if collapse and there.any():
            found.append(level)
    n = int(kept.sum())
    owned = np.repeat(np.array(owners, dtype=np.int64)[:, None] == np.arange(len(found)), m, axis=1)
    if not found:
        return Levels(np.empty((n, 0)), np.empty((n, 0), dtype=bool), np.empty((0, 0), dtype=bool))
    return Levels(np.hstack(found), np.column_stack(marks), owned)


def _swept(part: FloatArray, basis: FloatArray) -> FloatArray:
    """Return columns (n, q) without what an orthonormal basis (n, d) holds of them; rounding is made zero."""
    if not basis.shape[1]:
        return part
    left = part - basis @ (basis.T @ part)
    left -= basis @ (basis.T @ left)
    gone = np.linalg.norm(left, axis=0) <= ABSORBED_SHARE * np.linalg.norm(part, axis=0)
    left[:, gone] = 0.0
    return left


def _size(part: FloatArray) -> FloatArray:
    """Return the root mean square of columns (n, q), one where it is zero."""
    size = np.sqrt(np.mean(part**2, axis=0))
    return np.where(size > 0.0, size, 1.0)


def _follows(unit: IntArray, time: IntArray) -> BoolArray:
    """Mark rows one period after the row before, of the same unit, (n,)."""
    found = np.zeros(len(unit), dtype=bool)
    found[1:] = (unit[1:] == unit[:-1]) & (time[1:] == time[:-1] + 1)
    return found


def _bias_counts(rows: VectorRows) -> FloatArray:
    """Return, by cluster, lag l and distance j, the pairs of rows (t, s) of a unit with t - l - s = j over its rows.

    Shape (G, p, J). They weigh the moving-average coefficients in the bias of the within estimator.
    """
    span = int(rows.time.max() - rows.time.min()) + 1
    out = np.zeros((int(rows.cluster.max()) + 1, rows.lags, span))
    starts = np.flatnonzero(np.concatenate([[True], rows.unit[1:] != rows.unit[:-1]]))
    for first, last in zip(starts, np.append(starts[1:], len(rows.unit)), strict=True):
        time = rows.time[first:last]
        apart = (time[:, None] - time[None, :]).ravel()
        for lag in range(1, rows.lags + 1):
            ahead = apart[apart >= lag] - lag
            out[rows.cluster[first], lag - 1] += np.bincount(ahead, minlength=span) / len(time)
    return out
