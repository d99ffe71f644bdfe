"""Frontiers that are known, and Pyfrontier."""

from __future__ import annotations

import numpy as np
import pytest

from panelkit.evaluation.efficiency.mean_efficiency import mean_efficiency, rate
from panelkit.evaluation.efficiency.programs import ORIENTATIONS, radial
from panelkit.language.errors import DataError, SpecError
from tests.evaluation.efficiency.reference import some_units


def _drawn(rng, count):
    best = np.exp(rng.normal(0.0, 0.8, (count, 1)))
    theta = np.exp(-np.abs(0.4 * rng.normal(size=count)))
    return best / theta[:, None], best**0.8, theta


def test_scores_come_near_the_truth_from_above():
    rng = np.random.default_rng(1)
    errors = []
    for count in (30, 120, 480):
        X, Y, theta = _drawn(rng, count)
        gap = radial(X, Y, X, Y, returns="variable").scores - theta
        assert gap.min() > -1e-9  # an envelope lies inside the frontier
        errors.append(gap.mean())
    # n^(-2/3): sixteen times the units divide the error by 6; half of that is left to chance
    assert errors[2] < errors[0] / 3.0


def test_the_interval_of_a_mean_holds_the_truth():
    truth = 0.7439  # mean of exp(-|v|), v normal with deviation .4: 2 exp(.08) Phi(-.4)
    rng = np.random.default_rng(2)
    found = []
    for _ in range(60):
        X, Y, _ = _drawn(rng, 31)
        one = mean_efficiency(X, Y, splits=20, rng=rng)
        found.append((one.low <= truth <= one.high, one.mean - truth, one.corrected - truth))
    held, plain, corrected = np.mean(found, axis=0)
    # docs/evidence/efficiency.csv has 90 %; 60 draws have a standard error of 4 points
    assert held > 0.78
    assert abs(corrected) < plain / 3.0


def test_a_mean_of_many_inputs_has_no_interval():
    assert rate(2, "variable") == pytest.approx(2 / 3)
    with pytest.raises(SpecError, match="with 5 inputs and outputs an envelope comes near"):
        rate(5, "variable")
    with pytest.raises(SpecError, match="constant and variable returns, not decreasing"):
        rate(2, "decreasing")
    with pytest.raises(DataError, match="half of 4 provinces are too few"):
        mean_efficiency(np.ones((4, 1)), np.ones((4, 1)))


# PuLP warns of what Pyfrontier calls
@pytest.mark.filterwarnings("ignore::DeprecationWarning")
@pytest.mark.parametrize("orientation", ORIENTATIONS)
@pytest.mark.parametrize(("returns", "theirs"), [("constant", "CRS"), ("variable", "VRS")])
def test_pyfrontier_gives_the_same_scores(returns, theirs, orientation):
    models = pytest.importorskip("Pyfrontier.frontier_model")
    X, Y = some_units(9, count=8)
    X, Y = X / X.mean(axis=0), Y / Y.mean(axis=0)
    peer = models.EnvelopDEA(theirs, orientation[: 2 if orientation == "input" else 3])
    peer.fit(X, Y)
    # it prints six decimals
    np.testing.assert_allclose(
        radial(X, Y, X, Y, returns=returns, orientation=orientation).scores,
        [one.score for one in peer.result],
        atol=1e-6,
    )


@pytest.mark.filterwarnings("ignore::DeprecationWarning")
def test_pyfrontier_gives_scores_where_none_is_defined():
    models = pytest.importorskip("Pyfrontier.frontier_model")
    # the second unit makes most: no mixture of the others reaches its output
    X, Y = np.array([[1.0], [2.0], [3.0]]), np.array([[1.0], [3.0], [2.0]])
    found = radial(X, Y, X, Y, returns="variable", exclude_self=True).scores
    assert np.isnan(found[1])
    peer = models.EnvelopDEA("VRS", "in", super_efficiency=True)
    peer.fit(X, Y)
    assert np.isfinite(peer.result[1].score)
