"""Radial efficiency (Farrell): how far inputs could shrink, or outputs grow, under an envelope of reference points.

Charnes, Cooper and Rhodes (1978) under constant returns, Banker, Charnes and Cooper (1984) under variable ones; the
super-efficiency of Andersen and Petersen (1993) where a unit is left out of its own reference. Every program of every
unit is solved in one batch (`kernels.linear_programs`).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np

from panelkit.kernels.linear_programs import solve_programs
from panelkit.kernels.within import FloatArray, IntArray
from panelkit.language.errors import SpecError
from panelkit.language.message import message
from panelkit.language.options import check_choice
from panelkit.show.brief import Brief

Returns = Literal["constant", "variable", "decreasing", "increasing"]
Orientation = Literal["input", "output"]

RETURNS = ("constant", "variable", "decreasing", "increasing")
ORIENTATIONS = ("input", "output")

# cells of programs that are written out at a time
_PART_CELLS = 20_000_000


@dataclass(frozen=True, eq=False)
class Radial(Brief):
    """Radial efficiencies of P units against R reference points.

    Attributes
    ----------
    scores
        (P,), Farrell: theta <= 1 inside the envelope (input), phi >= 1 (output); nan where no point of the envelope
        reaches the unit (possible where it is not part of its reference, and under non-constant returns).
    peers
        (P, k), numbers of the reference points with weight, -1 in places that hold none.
    peer_weights
        (P, k), their intensities, zero where there is none.
    input_weights, output_weights
        (P, m) and (P, s), the multipliers v >= 0 and u >= 0 of an optimal solution: with v'x0 = 1 (input) or
        u'y0 = 1 (output). They need not be the only ones.
    intercepts
        (P,), the multiplier of the sum of intensities: score = u'y0 + intercept (input), v'x0 + intercept (output);
        zero under constant returns.
    by_highs
        How many programs needed HiGHS, because the batch did not prove its answer.
    """

    scores: FloatArray
    peers: IntArray
    peer_weights: FloatArray
    input_weights: FloatArray
    output_weights: FloatArray
    intercepts: FloatArray
    references: int
    by_highs: int

    @property
    def intensities(self) -> FloatArray:
        """Return the weights of all reference points, (P, R)."""
        dense = np.zeros((len(self.scores), self.references))
        rows, places = np.nonzero(self.peers >= 0)
        dense[rows, self.peers[rows, places]] = self.peer_weights[rows, places]
        dense[np.isnan(self.scores)] = np.nan
        return dense


def radial(
    inputs: FloatArray,
    outputs: FloatArray,
    reference_inputs: FloatArray,
    reference_outputs: FloatArray,
    *,
    returns: Returns = "constant",
    orientation: Orientation = "input",
    exclude_self: bool = False,
) -> Radial:
    """Return radial efficiencies of units against reference points, of one reference or of one each.

    Parameters
    ----------
    inputs, outputs
        (P, m) and (P, s), units to be judged; zeros are allowed, an input row or output row of zeros is not.
    reference_inputs, reference_outputs
        (R, m) and (R, s), the points that span the envelope; (P, R, m) and (P, R, s) where every unit has its own.
    returns
        Returns to scale of the envelope: the sum of intensities is free, 1, at most 1 ("decreasing", not increasing)
        or at least 1 ("increasing", not decreasing).
    orientation
        "input": by which factor all inputs can shrink; "output": all outputs grow.
    exclude_self
        Leave unit p out of its own reference, whose point p it is (R = P).

    Returns
    -------
    Radial
        Scores, peers and multipliers.

    Raises
    ------
    SpecError
        If shapes do not fit, or a unit has no positive input or output.
    """
    check_choice("returns", returns, RETURNS)
    check_choice("orientation", orientation, ORIENTATIONS)
    _check_shapes(inputs, outputs, reference_inputs, reference_outputs, exclude_self=exclude_self)
    step = max(
        1, _PART_CELLS // max(1, reference_inputs.shape[-2] * (inputs.shape[1] + outputs.shape[1] + 1))
    )
    whole = np.arange(len(inputs))
    parts = [
        _radial_part(
            inputs[part],
            outputs[part],
            reference_inputs if reference_inputs.ndim == 2 else reference_inputs[part],
            reference_outputs if reference_outputs.ndim == 2 else reference_outputs[part],
            returns,
            orientation,
            part if exclude_self else None,
        )
        for part in np.split(whole, range(step, len(whole), step))
    ]
    if len(parts) == 1:
        return parts[0]
    return Radial(
        np.concatenate([part.scores for part in parts]),
        np.concatenate([part.peers for part in parts]),
        np.concatenate([part.peer_weights for part in parts]),
        np.concatenate([part.input_weights for part in parts]),
        np.concatenate([part.output_weights for part in parts]),
        np.concatenate([part.intercepts for part in parts]),
        parts[0].references,
        sum(part.by_highs for part in parts),
    )


def _radial_part(
    inputs: FloatArray,
    outputs: FloatArray,
    reference_inputs: FloatArray,
    reference_outputs: FloatArray,
    returns: Returns,
    orientation: Orientation,
    left_out: IntArray | None,
) -> Radial:
    count, m = inputs.shape
    s, points = outputs.shape[1], reference_inputs.shape[-2]
    rows = m + s + (returns != "constant")
    matrix = np.zeros((count, rows, points + 1))
    matrix[:, :m, :points] = np.swapaxes(reference_inputs, -1, -2)
    matrix[:, m : m + s, :points] = -np.swapaxes(reference_outputs, -1, -2)
    bounds, costs = np.zeros((count, rows)), np.zeros((count, points + 1))
    if orientation == "input":
        matrix[:, :m, points], bounds[:, m : m + s], costs[:, points] = -inputs, -outputs, 1.0
    else:
        matrix[:, m : m + s, points], bounds[:, :m], costs[:, points] = outputs, inputs, -1.0
    sign = scale_row(matrix[:, :, :points], bounds, returns)
    if left_out is not None:
        # a column of zeros with a cost never enters
        here = np.arange(count)
        matrix[here, :, left_out], costs[here, left_out] = 0.0, 1.0
    equal = np.zeros(rows, dtype=bool)
    equal[m + s :] = returns == "variable"
    found = solve_programs(costs, matrix, bounds, equal)
    peers, weights = sparse_peers(found.x[:, :points], rows)
    turned = 1.0 if orientation == "input" else -1.0
    return Radial(
        turned * found.values,
        peers,
        weights,
        np.abs(found.duals[:, :m]),
        np.abs(found.duals[:, m : m + s]),
        turned * sign * found.duals[:, m + s :].sum(axis=1) if rows > m + s else np.zeros(count),
        points,
        found.by_highs,
    )


def scale_row(matrix: FloatArray, bounds: FloatArray, returns: Returns) -> float:
    """Write what returns ask of the sum of intensities into the last row, and give the sign that it was written with.

    `matrix` (P, k, R) are the columns of the intensities, `bounds` (P, k).
    """
    if returns == "constant":
        return 1.0
    sign = -1.0 if returns == "increasing" else 1.0
    matrix[:, -1], bounds[:, -1] = sign, sign
    return sign


def as_stack(reference: FloatArray, which: IntArray, count: int) -> FloatArray:
    """Return reference points (R, m) or (P, R, m) as those (p, R, m) of some of `count` units."""
    return np.broadcast_to(reference, (count, *reference.shape[-2:]))[which]


def sparse_peers(weights: FloatArray, most: int) -> tuple[IntArray, FloatArray]:
    """Return the places (P, k) and values of the positive weights, the largest first; a basis holds at most `most`."""
    k = min(most, weights.shape[1])
    order = np.argsort(-np.nan_to_num(weights), axis=1, kind="stable")[:, :k]
    values = np.nan_to_num(np.take_along_axis(weights, order, axis=1))
    return np.where(values > 0.0, order, -1), values


def _check_shapes(
    inputs: FloatArray,
    outputs: FloatArray,
    reference_inputs: FloatArray,
    reference_outputs: FloatArray,
    *,
    exclude_self: bool,
) -> None:
    count, points = len(inputs), reference_inputs.shape[-2]
    fits = (
        inputs.shape[1:] == reference_inputs.shape[-1:]
        and outputs.shape == (count, reference_outputs.shape[-1])
        and reference_outputs.shape[:-1] == reference_inputs.shape[:-1]
        and (reference_inputs.ndim == 2 or len(reference_inputs) == count)
        and not (exclude_self and points != count)
    )
    if not fits:
        raise SpecError(
            message(
                "units {units} and reference points {points} do not fit each other",
                units=f"{inputs.shape} {outputs.shape}",
                points=f"{reference_inputs.shape} {reference_outputs.shape}",
            )
        )
    empty = (inputs.max(axis=1) <= 0.0) | (outputs.max(axis=1) <= 0.0)
    if empty.any() or min(a.min() for a in (inputs, outputs, reference_inputs, reference_outputs)) < 0.0:
        raise SpecError(
            message("a radial measure needs figures of zero or more, and one positive input and output a row")
        )
