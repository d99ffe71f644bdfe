"""Slacks-based efficiency (Tone 2001), with undesirable outputs (Tone 2003), and super-efficiency (Tone 2002).

The fraction of two means of slacks is made linear by Charnes and Cooper's (1962) change of variables; here the slacks
themselves are put in, which leaves the scaled intensities and their scale t. Slacks are shares of the unit's own
figures: free of units of measurement, and not defined for figures of zero.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np

from panelkit.evaluation.efficiency.programs import Returns, as_stack, sparse_peers
from panelkit.kernels.linear_programs import BoolArray, Programs, solve_programs
from panelkit.kernels.within import FloatArray, IntArray
from panelkit.language.errors import SpecError
from panelkit.language.message import message
from panelkit.language.options import check_choice
from panelkit.show.brief import Brief

Slanted = Literal["none", "input", "output"]
SLANTS = ("none", "input", "output")

_ROUNDING = 1e-9
# a slacks-based score within this of 1 is efficient: programs are certified to a billionth
EFFICIENT = 1e-7


@dataclass(frozen=True, eq=False)
class SlacksBased(Brief):
    """Slacks-based efficiencies of P units.

    `scores` (P,), at most 1 (super-efficiency: at least 1), nan where no point of the envelope reaches the unit;
    `inputs` (P, m), `outputs` (P, s), `undesirable` (P, b) the slacks (excesses of inputs and undesirable outputs,
    shortfalls of outputs; of super-efficiency what the unit is ahead by); `peers` (P, k) and `peer_weights`.
    """

    scores: FloatArray
    inputs: FloatArray
    outputs: FloatArray
    undesirable: FloatArray
    peers: IntArray
    peer_weights: FloatArray
    by_highs: int


def slacks_based(
    inputs: FloatArray,
    outputs: FloatArray,
    reference_inputs: FloatArray,
    reference_outputs: FloatArray,
    *,
    undesirable: FloatArray | None = None,
    reference_undesirable: FloatArray | None = None,
    returns: Returns = "constant",
    orientation: Slanted = "none",
) -> SlacksBased:
    """Return (1 - mean of s-/x0) / (1 + mean of s+/y0), the least over the envelope.

    Undesirable outputs are disposed of strongly: less of them is always possible, at no cost in outputs. Their
    excesses count in the denominator beside the shortfalls of outputs. Oriented measures keep one side of the
    fraction.

    Parameters
    ----------
    inputs, outputs, undesirable
        (P, m), (P, s), (P, b), all positive; None: no undesirable outputs.
    reference_inputs, reference_outputs, reference_undesirable
        (R, m), (R, s), (R, b), or with a first axis P.
    returns
        Of the envelope, as in `radial`.
    orientation
        "none", "input" (the numerator alone) or "output" (the denominator alone).

    Raises
    ------
    SpecError
        If a unit's own figure is zero or negative: the share of a slack in it is not defined.
    """
    bads = np.empty((len(inputs), 0)) if undesirable is None else undesirable
    reference_bads = (
        np.empty((reference_inputs.shape[-2], 0)) if reference_undesirable is None else reference_undesirable
    )
    check_choice("orientation", orientation, SLANTS)
    _check_positive(inputs, outputs, bads)
    every = np.arange(len(inputs))
    X, Y, B = (
        as_stack(one, every, len(inputs)) for one in (reference_inputs, reference_outputs, reference_bads)
    )
    x0, y0, b0 = inputs[:, None, :], outputs[:, None, :], bads[:, None, :]
    # the rows: X l <= t x0, B l <= t b0, Y l >= t y0; all in shares of the unit's own figures
    rows = np.concatenate([X / x0, B / b0, -(Y / y0)], axis=2)
    signs = np.concatenate([np.ones(inputs.shape[1] + bads.shape[1]), -np.ones(outputs.shape[1])])
    of_input, of_output = (X / x0).mean(axis=2), _mean_growth(Y / y0, B / b0)
    good, bad = outputs.shape[1], bads.shape[1]
    found = _fraction(rows, signs, of_input, of_output, (good - bad) / (good + bad), returns, orientation)
    t, weights = found.x[:, -1], found.x[:, :-1]
    lambdas = weights if orientation != "none" else weights / np.where(t > 0.0, t, 1.0)[:, None]
    peers, peer_weights = sparse_peers(lambdas, rows.shape[2] + 2)
    return SlacksBased(
        _score(found.values, orientation),
        _kept(inputs - np.einsum("pr,prm->pm", lambdas, X), inputs),
        _kept(np.einsum("pr,prs->ps", lambdas, Y) - outputs, outputs),
        _kept(bads - np.einsum("pr,prb->pb", lambdas, B), bads),
        peers,
        peer_weights,
        found.by_highs,
    )


def super_slacks_based(
    inputs: FloatArray,
    outputs: FloatArray,
    reference_inputs: FloatArray,
    reference_outputs: FloatArray,
    *,
    left_out: IntArray,
    returns: Returns = "constant",
    orientation: Slanted = "none",
) -> SlacksBased:
    """Return how far units are outside the envelope of the others: the least of mean of x/x0 over mean of y/y0.

    Over points (x, y) of the envelope without the unit, with x >= x0 and y <= y0. For units that are efficient; of
    others it gives 1. Oriented measures can have no answer under variable returns.

    Parameters
    ----------
    inputs, outputs, reference_inputs, reference_outputs, returns, orientation
        As in `slacks_based`.
    left_out
        (P,), the number of the reference point that is the unit itself.
    """
    check_choice("orientation", orientation, SLANTS)
    _check_positive(inputs, outputs, np.empty((len(inputs), 0)))
    count, m, s = len(inputs), inputs.shape[1], outputs.shape[1]
    every = np.arange(count)
    X = as_stack(reference_inputs, every, count) / inputs[:, None, :]
    Y = as_stack(reference_outputs, every, count) / outputs[:, None, :]
    points = X.shape[1]
    # columns: intensities, more of inputs p, less of outputs q, scale t; rows in shares of the unit's own figures
    rows = m + 2 * s
    matrix = np.zeros((count, rows + 2, points + m + s + 1))
    matrix[:, :m, :points], matrix[:, m : m + s, :points] = np.swapaxes(X, 1, 2), -np.swapaxes(Y, 1, 2)
    matrix[:, np.arange(m), points + np.arange(m)] = -1.0
    shortfalls = points + m + np.arange(s)
    matrix[:, m + np.arange(s), shortfalls] = -1.0
    matrix[:, m + s + np.arange(s), shortfalls] = 1.0
    matrix[:, :m, -1], matrix[:, m : m + s, -1], matrix[:, m + s : rows, -1] = -1.0, 1.0, -1.0
    matrix[every, :, left_out] = 0.0
    costs = np.zeros((count, points + m + s + 1))
    costs[:, points : points + m], costs[:, -1] = 1.0 / m, 1.0
    costs[every, left_out] = 1.0
    if orientation == "input":
        matrix[:, m + s : rows, -1] = 0.0
    if orientation == "output":
        matrix[:, np.arange(m), points + np.arange(m)] = 0.0
    bounds = np.zeros((count, rows + 2))
    # the mean of outputs of the point is one: t less the mean of what is missing
    matrix[:, rows, -1], matrix[:, rows, shortfalls], bounds[:, rows] = 1.0, -1.0 / s, 1.0
    equal = np.zeros(rows + 2, dtype=bool)
    equal[rows] = True
    matrix, bounds, equal = _with_returns(matrix, bounds, equal, returns, points)
    matrix[every, -1, left_out] = 0.0
    found = solve_programs(costs, matrix, bounds, equal)
    t = np.where(found.x[:, -1] > 0.0, found.x[:, -1], 1.0)[:, None]
    peers, weights = sparse_peers(found.x[:, :points] / t, rows + 2)
    return SlacksBased(
        found.values,
        found.x[:, points : points + m] / t * inputs,
        found.x[:, shortfalls] / t * outputs,
        np.empty((count, 0)),
        peers,
        weights,
        found.by_highs,
    )


def _mean_growth(of_goods: FloatArray, of_bads: FloatArray) -> FloatArray:
    """Return (P, R) what a unit of intensity adds to the mean of growth of goods and fall of bads."""
    total = of_goods.shape[2] + of_bads.shape[2]
    return np.asarray((of_goods.sum(axis=2) - of_bads.sum(axis=2)) / total)


def _fraction(
    rows: FloatArray,
    signs: FloatArray,
    of_input: FloatArray,
    of_output: FloatArray,
    share: float,
    returns: Returns,
    orientation: Slanted,
) -> Programs:
    """Solve for intensities (P, R) and the scale t, which stands last; oriented measures have t = 1."""
    count, points, k = rows.shape
    matrix = np.zeros((count, k + 2, points + 1))
    matrix[:, :k, :points] = np.swapaxes(rows, 1, 2)
    matrix[:, :k, -1] = -signs
    bounds, costs = np.zeros((count, k + 2)), np.zeros((count, points + 1))
    equal = np.zeros(k + 2, dtype=bool)
    equal[k] = True
    bounds[:, k] = 1.0
    if orientation == "none":
        # 1 + mean of s+/y0 is one in the scaled variables: t (1 - share) + growth = 1
        matrix[:, k, :points], matrix[:, k, -1] = of_output, 1.0 - share
        costs[:, :points] = of_input
    else:
        matrix[:, k, -1] = 1.0
        costs[:, :points] = of_input if orientation == "input" else -of_output
        costs[:, -1] = 0.0 if orientation == "input" else share - 1.0
    return solve_programs(costs, *_with_returns(matrix, bounds, equal, returns, points))


def _with_returns(
    matrix: FloatArray, bounds: FloatArray, equal: BoolArray, returns: Returns, points: int
) -> tuple[FloatArray, FloatArray, BoolArray]:
    """Write into the last row that intensities sum to t (at most, at least); leave it out under constant returns."""
    if returns == "constant":
        return matrix[:, :-1], bounds[:, :-1], equal[:-1]
    sign = -1.0 if returns == "increasing" else 1.0
    matrix[:, -1, :points], matrix[:, -1, -1] = sign, -sign
    equal[-1] = returns == "variable"
    return matrix, bounds, equal


def _score(values: FloatArray, orientation: Slanted) -> FloatArray:
    return values if orientation != "output" else -1.0 / values


def _kept(slack: FloatArray, figures: FloatArray) -> FloatArray:
    """Return slacks without what is rounding."""
    return np.where(slack > _ROUNDING * figures, slack, np.where(np.isnan(slack), np.nan, 0.0))


def _check_positive(inputs: FloatArray, outputs: FloatArray, bads: FloatArray) -> None:
    if any(figures.size and not (figures > 0.0).all() for figures in (inputs, outputs, bads)):
        raise SpecError(
            message(
                "a slacks-based measure needs positive figures: the share of a slack in a figure of zero is not defined"
            )
        )
