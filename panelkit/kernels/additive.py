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


def taken_apart(values: FloatArray, layout: Layout, effects: Effects) -> Parts:
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
    """
    constant = float(values.mean())
    left = values - constant
    none = np.zeros(layout.n_units), np.zeros(layout.n_times)
    if effects == "none":
        return Parts(constant, *none, 1)
    if effects == "unit":
        return Parts(constant, layout.sum_units(left[:, None])[:, 0] / layout.unit_counts, none[1], 1)
    if effects == "time":
        return Parts(constant, none[0], layout.sum_times(left[:, None])[:, 0] / layout.time_counts, 1)
    time, groups = _time_effects(left, layout)
    unit = layout.sum_units((left - time[layout.time])[:, None])[:, 0] / layout.unit_counts
    return Parts(constant, unit, time, groups)


def _time_effects(left: FloatArray, layout: Layout) -> tuple[FloatArray, int]:
    """Return the time effects (T,) of additive values, with mean zero over the rows of every group, and the groups.

    They solve sum_i (d_it - mean_i d) = (diag - C'diag^-1 C) time, whose null space is one constant a group.
    """
    means = layout.sum_units(left[:, None])[:, 0] / layout.unit_counts
    right = layout.sum_times((left - means[layout.unit])[:, None])[:, 0]
    table = sparse.csr_array(
        (np.ones(layout.n), (layout.unit, layout.time)), shape=(layout.n_units, layout.n_times)
    )
    scaled = sparse.diags_array(1.0 / layout.unit_counts) @ table
    matrix = np.diag(layout.time_counts.astype(float)) - (table.T @ scaled).toarray()
    links = sparse.csr_array((table.T @ table) > 0)
    groups, label = csgraph.connected_components(links, directed=False)
    counts = layout.time_counts.astype(float)
    for group in range(groups):  # the rows' mean of each group is zero
        weights = np.where(label == group, counts, 0.0)
        matrix += np.outer(weights, weights) / weights.sum()
    return np.linalg.solve(matrix, right), int(groups)
