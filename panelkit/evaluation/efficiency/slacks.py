"""The second phase of a radial measure: what inputs could still shrink and outputs grow after the radial step.

Cooper, Seiford and Tone (2007, ch. 3). The sum of slacks is not free of units, so that each counts in means of its
column; which of several points with the largest sum is found is not said by the data.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from panelkit.evaluation.efficiency.programs import (
    Orientation,
    Returns,
    as_stack,
    scale_row,
    sparse_peers,
)
from panelkit.kernels.linear_programs import solve_programs
from panelkit.kernels.within import FloatArray, IntArray
from panelkit.show.brief import Brief

# slacks are worked out by subtraction of figures of the size of the column: rounding is below this share of it
_ROUNDING = 1e-9


@dataclass(frozen=True, eq=False)
class Slacks(Brief):
    """Slacks of P units, (P, m) and (P, s), never negative, and the peers (P, k) of their targets with weights.

    nan and -1 where a unit has no radial score.
    """

    inputs: FloatArray
    outputs: FloatArray
    peers: IntArray
    peer_weights: FloatArray


def largest_slacks(
    inputs: FloatArray,
    outputs: FloatArray,
    scores: FloatArray,
    reference_inputs: FloatArray,
    reference_outputs: FloatArray,
    *,
    returns: Returns = "constant",
    orientation: Orientation = "input",
    left_out: IntArray | None = None,
) -> Slacks:
    """Return the slacks of the largest sum at radial scores that `radial` has found.

    Maximise sum s-/mean(x) + sum s+/mean(y), where X l + s- = theta x0 (input; x0 for output) and
    Y l - s+ = y0 (phi y0 for output).

    Parameters
    ----------
    inputs, outputs
        (P, m) and (P, s).
    scores
        (P,), theta or phi.
    reference_inputs, reference_outputs
        (R, m) and (R, s), or with a first axis P.
    returns, orientation
        As in `radial`.
    left_out
        (P,), the reference point that a unit may not use; None: all may be used.
    """
    known = np.flatnonzero(~np.isnan(scores))
    m, s = inputs.shape[1], outputs.shape[1]
    points = reference_inputs.shape[-2]
    X = as_stack(reference_inputs, known, len(inputs))
    Y = as_stack(reference_outputs, known, len(inputs))
    factor = scores[known, None]
    shrunk = inputs[known] * factor if orientation == "input" else inputs[known]
    grown = outputs[known] if orientation == "input" else outputs[known] * factor
    rows = m + s + (returns != "constant")
    matrix, bounds = np.zeros((len(known), rows, points)), np.zeros((len(known), rows))
    matrix[:, :m], matrix[:, m : m + s] = np.swapaxes(X, 1, 2), -np.swapaxes(Y, 1, 2)
    bounds[:, :m], bounds[:, m : m + s] = shrunk, -grown
    scale_row(matrix, bounds, returns)
    size_x, size_y = X.mean(axis=1), Y.mean(axis=1)
    costs = (X / _whole(size_x)[:, None]).sum(axis=2) - (Y / _whole(size_y)[:, None]).sum(axis=2)
    if left_out is not None:
        here = np.arange(len(known))
        matrix[here, :, left_out[known]], costs[here, left_out[known]] = 0.0, np.abs(costs).max() + 1.0
    equal = np.zeros(rows, dtype=bool)
    equal[m + s :] = returns == "variable"
    found = solve_programs(costs, matrix, bounds, equal)
    peers, weights = sparse_peers(found.x, rows)
    slack_x = shrunk - np.einsum("pr,prm->pm", found.x, X)
    slack_y = np.einsum("pr,prs->ps", found.x, Y) - grown
    made = Slacks(
        np.full((len(inputs), m), np.nan),
        np.full((len(inputs), s), np.nan),
        np.full((len(inputs), peers.shape[1]), -1),
        np.zeros((len(inputs), peers.shape[1])),
    )
    made.inputs[known] = np.where(slack_x > _ROUNDING * size_x, slack_x, 0.0)
    made.outputs[known] = np.where(slack_y > _ROUNDING * size_y, slack_y, 0.0)
    made.peers[known], made.peer_weights[known] = peers, weights
    return made


def _whole(size: FloatArray) -> FloatArray:
    return np.where(size > 0.0, size, 1.0)
