"""Slacks of the second phase, slacks-based measures: explicit programs of HiGHS, printed examples, invariances."""

from __future__ import annotations

import numpy as np
import pytest

from panelkit.evaluation.efficiency.programs import ORIENTATIONS, RETURNS, radial
from panelkit.evaluation.efficiency.slacks import largest_slacks
from panelkit.evaluation.efficiency.slacks_based import SLANTS, slacks_based, super_slacks_based
from panelkit.language.errors import SpecError
from tests.evaluation.efficiency.reference import (
    PRINTED_X,
    PRINTED_Y,
    explicit_slacks,
    explicit_slacks_based,
    explicit_super,
    some_units,
)


def test_printed_scores_and_slacks_of_eleven_units():
    # the eleven units that DataEnvelopmentAnalysis.jl prints in its manual, held there against R: ten digits
    X, Y = PRINTED_X, PRINTED_Y
    constant = radial(X, Y, X, Y)
    np.testing.assert_allclose(
        constant.scores,
        [1, 0.6222896791, 0.8198562444, 1, 0.3103709311, 0.5555555556, 1, 0.7576690896, 0.8201058201,
         0.4905660377, 1],
        atol=6e-11,
    )  # fmt: skip
    slacks = largest_slacks(X, Y, constant.scores, X, Y)
    np.testing.assert_allclose(
        slacks.inputs.T,
        [[0, 0, 0, 0, 0, 4.444444444, 0, 0, 1.640211640, 0, 0], [0] * 10 + [4]],
        atol=6e-10,
    )
    np.testing.assert_array_equal(slacks.outputs, 0.0)
    variable = radial(X, Y, X, Y, returns="variable", orientation="output")
    np.testing.assert_allclose(
        variable.scores, [1, 1.507518797, 1, 1, 3.203947368, 1, 1, 1, 1, 1.192307692, 1], atol=6e-10
    )
    slacks = largest_slacks(X, Y, variable.scores, X, Y, returns="variable", orientation="output")
    np.testing.assert_allclose(slacks.inputs[9:], [[5, 11], [0, 4]], atol=1e-9)


def test_printed_slacks_based_scores():
    # Pastor, Ruiz and Sirvent (1999): their enhanced Russell measure is Tone's fraction; numbers of
    # DataEnvelopmentAnalysis.jl, and by hand: unit 3 (8, 8) against ray y = 1.25 x is 1 / 1.25
    X = np.array([[2.0], [4], [8], [12], [6], [14], [14], [9.412]])
    Y = np.array([[1.0], [5], [8], [9], [3], [7], [9], [2.353]])
    np.testing.assert_allclose(
        slacks_based(X, Y, X, Y).scores, [0.4, 1, 0.8, 0.6, 0.4, 0.4, 0.514285714286, 0.2], atol=1e-11
    )
    found = slacks_based(X, Y, X, Y, returns="variable")
    np.testing.assert_allclose(
        found.scores, [1, 1, 1, 1, 0.4, 0.4761904761905, 0.857142857143, 0.2], atol=1e-11
    )
    np.testing.assert_allclose(found.inputs.ravel(), [0, 0, 0, 0, 2, 22 / 3, 2, 5.412], atol=1e-9)
    np.testing.assert_allclose(found.outputs.ravel(), [0, 0, 0, 0, 2, 0, 0, 2.647], atol=1e-9)


@pytest.mark.parametrize("orientation", ORIENTATIONS)
@pytest.mark.parametrize("returns", RETURNS)
def test_slacks_have_the_largest_sum(returns, orientation):
    X, Y = some_units(11, count=15)
    scores = radial(X, Y, X, Y, returns=returns, orientation=orientation).scores
    found = largest_slacks(X, Y, scores, X, Y, returns=returns, orientation=orientation)
    made = (found.inputs / X.mean(axis=0)).sum(axis=1) + (found.outputs / Y.mean(axis=0)).sum(axis=1)
    wanted = [explicit_slacks(X[i], Y[i], scores[i], X, Y, returns, orientation) for i in range(len(X))]
    # HiGHS reads the score with a tolerance of 1e-7 on every row, and multipliers of slacks reach 1e2
    np.testing.assert_allclose(made, wanted, atol=2e-5)


@pytest.mark.parametrize("bads", [0, 2])
@pytest.mark.parametrize("orientation", SLANTS)
@pytest.mark.parametrize("returns", RETURNS)
def test_slacks_based_scores_are_those_of_the_explicit_programs(returns, orientation, bads):
    rng = np.random.default_rng(2)
    X, Y = np.exp(rng.normal(size=(18, 2))), np.exp(rng.normal(size=(18, 2)))
    B = np.exp(rng.normal(size=(18, bads)))
    found = slacks_based(
        X * 1e4,
        Y,
        X * 1e4,
        Y,
        undesirable=B,
        reference_undesirable=B,
        returns=returns,
        orientation=orientation,
    )
    wanted = [explicit_slacks_based(X[i], Y[i], B[i], X, Y, B, returns, orientation) for i in range(len(X))]
    # tolerance of HiGHS, 1e-7, on terms of order one
    np.testing.assert_allclose(found.scores, wanted, rtol=1e-6)
    assert found.by_highs == 0


@pytest.mark.parametrize("orientation", SLANTS)
@pytest.mark.parametrize("returns", RETURNS)
def test_super_slacks_based_scores_are_those_of_the_explicit_programs(returns, orientation):
    rng = np.random.default_rng(3)
    X, Y = np.exp(rng.normal(size=(12, 2))), np.exp(rng.normal(size=(12, 2)))
    found = super_slacks_based(X, Y, X, Y, left_out=np.arange(12), returns=returns, orientation=orientation)
    others = [np.arange(12) != i for i in range(12)]
    wanted = [explicit_super(X[i], Y[i], X[others[i]], Y[others[i]], returns, orientation) for i in range(12)]
    assert (np.isnan(found.scores) == np.isnan(wanted)).all()
    np.testing.assert_allclose(found.scores, wanted, rtol=1e-6)
    assert np.nanmin(found.scores) >= 1.0 - 1e-9


def test_a_slacks_based_score_is_at_most_the_radial_one_and_free_of_units():
    rng = np.random.default_rng(4)
    X, Y = np.exp(rng.normal(size=(25, 2))), np.exp(rng.normal(size=(25, 3)))
    here = slacks_based(X, Y, X, Y)
    there = slacks_based(X * [1e5, 1e-3], Y * 7.0, X * [1e5, 1e-3], Y * 7.0)
    np.testing.assert_allclose(here.scores, there.scores, rtol=1e-10)
    assert (here.scores <= radial(X, Y, X, Y).scores + 1e-9).all()


def test_slacks_based_measures_refuse_zeros():
    X, Y = some_units(6)
    with pytest.raises(SpecError, match="share of a slack in a figure of zero"):
        slacks_based(X, Y * 0.0, X, Y)
