"""Radial efficiencies: multiplier programs of HiGHS, hand-made frontiers, and what must hold of every answer."""

from __future__ import annotations

import numpy as np
import pytest

from panelkit.evaluation.efficiency import programs
from panelkit.evaluation.efficiency.programs import ORIENTATIONS, RETURNS, radial
from panelkit.language.errors import SpecError
from tests.evaluation.efficiency.reference import multiplier_score, some_units


@pytest.mark.parametrize("exclude_self", [False, True])
@pytest.mark.parametrize("orientation", ORIENTATIONS)
@pytest.mark.parametrize("returns", RETURNS)
def test_scores_are_those_of_the_multiplier_programs(returns, orientation, exclude_self):
    X, Y = some_units(1)
    found = radial(X, Y, X, Y, returns=returns, orientation=orientation, exclude_self=exclude_self)
    wanted = []
    for i in range(len(X)):
        kept = np.arange(len(X)) != i if exclude_self else np.full(len(X), True)
        wanted.append(multiplier_score(X[i], Y[i], X[kept], Y[kept], returns, orientation))
    assert (np.isnan(found.scores) == np.isnan(wanted)).all()
    # HiGHS works to 1e-7; here it ends at vertices, so that more digits agree
    np.testing.assert_allclose(found.scores, wanted, rtol=1e-8)
    assert found.by_highs == 0


@pytest.mark.parametrize("orientation", ORIENTATIONS)
@pytest.mark.parametrize("returns", RETURNS)
def test_intensities_and_multipliers_make_the_score(returns, orientation):
    X, Y = some_units(2)
    found = radial(X, Y, X, Y, returns=returns, orientation=orientation)
    score, weights = found.scores, found.intensities
    shrunk, grown = (X * score[:, None], Y) if orientation == "input" else (X, Y * score[:, None])
    # entries are of the order of their column: 1e-9 of it is the certificate
    assert ((weights @ X - shrunk) / X.max(axis=0)).max() < 1e-9
    assert ((grown - weights @ Y) / Y.max(axis=0)).max() < 1e-9
    by_inputs, by_outputs = (found.input_weights * X).sum(axis=1), (found.output_weights * Y).sum(axis=1)
    one, other = (by_inputs, by_outputs) if orientation == "input" else (by_outputs, by_inputs)
    np.testing.assert_allclose(one, 1.0, rtol=1e-9)
    np.testing.assert_allclose(other + found.intercepts, score, rtol=1e-9)


def test_one_input_and_one_output_by_hand():
    # the steepest ray through the origin is B's (3 out of 2): scores are slopes over 3/2
    X = np.array([[2.0], [2.0], [4.0], [6.0]])
    Y = np.array([[1.0], [3.0], [4.0], [5.0]])
    slopes = (Y / X).ravel() / 1.5
    # exact but for the rounding of a division
    np.testing.assert_allclose(radial(X, Y, X, Y).scores, slopes, rtol=1e-15)
    np.testing.assert_allclose(radial(X, Y, X, Y, orientation="output").scores, 1.0 / slopes, rtol=1e-15)
    # under variable returns B, C, D are on the frontier (slopes 1/2 both), A could do with x = 2 itself
    variable = radial(X, Y, X, Y, returns="variable")
    np.testing.assert_allclose(variable.scores, 1.0, rtol=1e-15)
    np.testing.assert_allclose(
        radial(X, Y, X, Y, returns="variable", orientation="output").scores, [3.0, 1.0, 1.0, 1.0], rtol=1e-15
    )


def test_every_unit_may_have_a_reference_of_its_own(monkeypatch):
    X, Y = some_units(3, count=12)
    own_X = np.stack([np.roll(X, i, axis=0)[:6] for i in range(12)])
    own_Y = np.stack([np.roll(Y, i, axis=0)[:6] for i in range(12)])
    alone = [radial(X[i : i + 1], Y[i : i + 1], own_X[i], own_Y[i]).scores[0] for i in range(12)]
    monkeypatch.setattr(programs, "_PART_CELLS", 100)
    # the same programs in other batches
    np.testing.assert_allclose(radial(X, Y, own_X, own_Y).scores, alone, rtol=1e-12)


def test_units_of_measurement_do_not_matter():
    X, Y = some_units(4)
    here = radial(X, Y, X, Y, returns="variable")
    there = radial(X * [1e6, 1e-4], Y, X * [1e6, 1e-4], Y * 1.0, returns="variable")
    # rounding of the scales
    np.testing.assert_allclose(here.scores, there.scores, rtol=1e-12)


def test_a_unit_that_no_point_reaches_has_no_score():
    X, Y = np.array([[1.0], [2.0]]), np.array([[1.0], [2.0]])
    found = radial(np.array([[1.0]]), np.array([[3.0]]), X, Y, returns="variable")
    assert np.isnan(found.scores[0])
    assert np.isnan(found.intensities).all()
    assert (found.peers == -1).all()


def test_what_does_not_fit_is_refused():
    X, Y = some_units(5)
    with pytest.raises(SpecError, match="do not fit each other"):
        radial(X, Y, X[:, :1], Y)
    with pytest.raises(SpecError, match="do not fit each other"):
        radial(X, Y, X[:5], Y[:5], exclude_self=True)
    with pytest.raises(SpecError, match="one positive input and output"):
        radial(X, Y * 0.0, X, Y)
    with pytest.raises(SpecError, match="returns is one of"):
        radial(X, Y, X, Y, returns="crs")
