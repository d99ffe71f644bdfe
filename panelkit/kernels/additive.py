"""What is additive in unit and time, taken apart: constant, unit effects, time effects."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy import sparse
from scipy.sparse import csgraph

from panelkit.kernels.within import Effects, FloatArray, Layout
from panelkit.show.brief import Brief


@dataclass(frozen=True, eq=False)
class Parts(Brief):
    """constant + unit[i] + time[t]: (), (N,), (T,), and how many groups of units share no period with another."""

    constant: float
    unit: FloatArray
    time: FloatArray
    components: int


def taken_apart(
    values: FloatArray, layout: Layout, effects: Effects, weights: FloatArray | None = None
) -> Parts:
    """Take values (n,) that are a sum of effects apart.

    The constant is the mean over the rows; unit effects, and time effects, have mean zero over the rows. Where groups
    of units share no period, the level between two groups is not identified: time effects then have mean zero over
    the rows of each group, and the unit effects carry the difference.

    Parameters
    ----------
    values
        Shape (n,): what the effects explain of the outcome, such as y - X b less the residual.
    layout
        Where the rows stand.
    effects
        Which effects the values are made of.
    weights
        Positive weights (n,) of the rows, for the means; None is equal weights.
    """
    w = np.ones(len(values)) if weights is None else np.asarray(weights, dtype=np.float64)
    constant = float(values @ w / w.sum())
    left = values - constant
    unit, time = np.zeros(layout.n_units), np.zeros(layout.n_times)
    groups = 1
    if effects == "time":
        time = np.bincount(layout.time, left * w) / np.bincount(layout.time, w)
    if effects == "twoway":
        time, groups = _time_effects(left, layout, w)
    if effects in ("unit", "twoway"):
        unit = _unit_means(left - time[layout.time], layout, w)
    return Parts(constant, unit, time, groups)


def _unit_means(values: FloatArray, layout: Layout, w: FloatArray) -> FloatArray:
    return np.asarray(np.bincount(layout.unit, values * w) / np.bincount(layout.unit, w))


def _time_effects(left: FloatArray, layout: Layout, w: FloatArray) -> tuple[FloatArray, int]:
    """Return the time effects (T,) of additive values, with mean zero over the rows of every group, and the groups.

    They solve sum_i w_it (d_it - mean_i d) = (diag - C' diag^-1 C) time, whose null space is one constant a group.
    """
    of_units, of_times = np.bincount(layout.unit, w), np.bincount(layout.time, w)
    right = np.bincount(layout.time, (left - _unit_means(left, layout, w)[layout.unit]) * w)
    table = sparse.csr_array((w, (layout.unit, layout.time)), shape=(layout.n_units, layout.n_times))
    scaled = sparse.diags_array(1.0 / of_units) @ table
    matrix = np.diag(of_times) - (table.T @ scaled).toarray()
    links = sparse.csr_array((table.T @ table) > 0)
    groups, label = csgraph.connected_components(links, directed=False)
    for group in range(groups):  # the rows' mean of each group is zero
        held = np.where(label == group, of_times, 0.0)
        matrix += np.outer(held, held) / held.sum()
    return np.linalg.solve(matrix, right), int(groups)
