"""Means of the periods in instruments, taken again where clusters count otherwise.

Levels stand as distances to the mean of their period over the rows that hold them. Under weights w of clusters that
mean moves by delta_t = sum_c w_c S_ct / sum_c w_c n_ct, S the sums of the distances and n the rows, and a level z
becomes z - sum_t 1_t delta_t. Where the periods' own columns make up the marks 1_t, as on panels without gaps, sweeping
those takes it; elsewhere the marks stand among the columns.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from panelkit.kernels.deviations import BoolArray, FloatArray, IntArray
from panelkit.show.brief import Brief

_MADE_UP = 1e-9
"""Marks leave so much, or less, of their norm outside the periods that make them up."""


@dataclass(frozen=True, eq=False)
class Marks(Brief):
    """Marks (n, J) of the rows that hold a level of one lag in one period, by 0 and 1.

    `sums` (G, J, L) are those of instruments over marked rows of a cluster, `rows` (G, J) count them.
    """

    columns: FloatArray
    sums: FloatArray
    rows: FloatArray

    def moved(self, weights: FloatArray) -> FloatArray:
        """Return delta (R, J, L) under weights (R, G) of clusters, zero where no row is left."""
        left = weights @ self.rows
        sums = np.tensordot(weights, self.sums, axes=(1, 0))
        return np.asarray(sums / np.where(left > 0.0, left, 1.0)[:, :, None])


@dataclass(frozen=True, eq=False)
class Levels(Brief):
    """Levels (n, q) at lags, zero where they are not held; `marks` (n, J), and which marks centre a level, (J, q)."""

    columns: FloatArray
    marks: BoolArray
    owned: BoolArray


def marks_of(
    levels: Levels, swept: FloatArray, basis: FloatArray, D: FloatArray, cluster: IntArray
) -> Marks | None:
    """Return the marks that the columns of periods, D (n, d), do not make up; None where there are none.

    `swept` (n, q + e) are levels and exogenous columns without the periods, `basis` (n, L) is made of them.
    """
    marks = levels.marks.astype(np.float64)
    left = marks - D @ (D.T @ marks)
    kept = np.linalg.norm(left, axis=0) > _MADE_UP * np.linalg.norm(marks, axis=0)
    if not kept.any():
        return None
    size = np.linalg.norm(swept, axis=0)
    size = np.where(size > 0.0, size, 1.0)
    into = (np.linalg.lstsq(swept / size, basis, rcond=None)[0] / size[:, None])[: levels.columns.shape[1]]
    marks, owned = marks[:, kept], levels.owned[kept]
    groups = int(cluster.max()) + 1
    sums, rows = np.empty((groups, len(owned), basis.shape[1])), np.empty((groups, len(owned)))
    for group in range(groups):
        at = cluster == group
        sums[group] = (marks[at].T @ levels.columns[at] * owned) @ into
        rows[group] = marks[at].sum(axis=0)
    return Marks(marks, sums, rows)
