"""Directional distances with undesirable outputs: more of the good and less of the bad by one share of what is made.

Chung, Faere and Grosskopf (1997). Under weak disposability less of an undesirable output costs outputs: both are
scaled down together; under variable returns each reference point has its own factor of abatement (Kuosmanen 2005).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np

from panelkit.evaluation.efficiency.programs import Returns, as_stack, scale_row, sparse_peers
from panelkit.kernels.linear_programs import solve_programs
from panelkit.kernels.within import FloatArray, IntArray
from panelkit.language.errors import SpecError
from panelkit.language.message import message
from panelkit.language.options import check_choice
from panelkit.show.brief import Brief

Disposability = Literal["weak", "strong"]
DISPOSABILITIES = ("weak", "strong")

Directions = tuple[FloatArray, FloatArray, FloatArray]


@dataclass(frozen=True, eq=False)
class Directional(Brief):
    """Distances of P units: zero on the frontier, positive inside, negative outside; nan where none is defined.

    `peers` (P, k) and `peer_weights` are reference points and intensities; -1 where there is none.
    """

    distances: FloatArray
    peers: IntArray
    peer_weights: FloatArray
    by_highs: int


def directional(
    inputs: FloatArray,
    outputs: FloatArray,
    undesirable: FloatArray,
    reference_inputs: FloatArray,
    reference_outputs: FloatArray,
    reference_undesirable: FloatArray,
    *,
    returns: Returns = "constant",
    disposability: Disposability = "weak",
    directions: Directions | None = None,
) -> Directional:
    """Return the largest d with Y l >= y0 + d gy, B l = b0 - d gb (<= under strong), X l <= x0 - d gx.

    Parameters
    ----------
    inputs, outputs, undesirable
        (P, m), (P, s) and (P, b); b may be zero.
    reference_inputs, reference_outputs, reference_undesirable
        (R, m), (R, s), (R, b), or with a first axis P. Units need not be among them: d is then negative outside.
    returns
        Returns to scale. Weak disposability is offered for "constant" and "variable".
    disposability
        Of undesirable outputs.
    directions
        gx (P, m), gy (P, s) and gb (P, b), none negative; None: zero for inputs, the unit's own outputs and
        undesirable outputs.

    Raises
    ------
    SpecError
        If the direction of a unit is zero, or weak disposability is asked for under other returns.
    """
    check_choice("disposability", disposability, DISPOSABILITIES)
    weak = disposability == "weak" and undesirable.shape[1] > 0
    if weak and returns not in ("constant", "variable"):
        raise SpecError(
            message(
                "weak disposability is defined here under constant and variable returns, not {returns}",
                returns=returns,
            )
        )
    gx, gy, gb = directions or (np.zeros_like(inputs), outputs, undesirable)
    _check_directions(gx, gy, gb)
    every, count = np.arange(len(inputs)), len(inputs)
    X, Y, B = (
        as_stack(one, every, count) for one in (reference_inputs, reference_outputs, reference_undesirable)
    )
    points, (m, s, b) = X.shape[1], (inputs.shape[1], outputs.shape[1], undesirable.shape[1])
    rows = m + s + b + (returns != "constant")
    # what a reference point abates whole adds its inputs and its share of intensity, and makes nothing
    idle = points if weak and returns == "variable" else 0
    matrix, bounds = np.zeros((count, rows, points + idle + 2)), np.zeros((count, rows))
    matrix[:, :m, :points], bounds[:, :m] = np.swapaxes(X, 1, 2), inputs
    matrix[:, :m, points : points + idle] = matrix[:, :m, :idle]
    matrix[:, m : m + s, :points], bounds[:, m : m + s] = -np.swapaxes(Y, 1, 2), -outputs
    matrix[:, m + s : m + s + b, :points] = np.swapaxes(B, 1, 2)
    bounds[:, m + s : m + s + b] = undesirable
    scale_row(matrix[:, :, : points + idle], bounds, returns)
    along = np.concatenate([gx, gy, gb], axis=1)
    matrix[:, : m + s + b, -2], matrix[:, : m + s + b, -1] = along, -along
    equal = np.zeros(rows, dtype=bool)
    equal[m + s : m + s + b], equal[m + s + b :] = weak, returns == "variable"
    costs = np.zeros(points + idle + 2)
    costs[-2:] = -1.0, 1.0
    found = solve_programs(costs, matrix, bounds, equal)
    peers, weights = sparse_peers(found.x[:, :points], rows)
    distances = np.where(np.isinf(found.values), np.nan, -found.values)
    return Directional(distances, peers, weights, found.by_highs)


def _check_directions(gx: FloatArray, gy: FloatArray, gb: FloatArray) -> None:
    whole = np.concatenate([gx, gy, gb], axis=1)
    if (whole < 0.0).any() or not (whole > 0.0).any(axis=1).all():
        raise SpecError(
            message("a direction has no negative part, and a positive one for every row to be judged")
        )
