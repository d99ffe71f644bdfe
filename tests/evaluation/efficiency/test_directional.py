"""Directional distances: prices in HiGHS, a printed example, and points outside the envelope."""

from __future__ import annotations

import numpy as np
import pytest

from panelkit.evaluation.efficiency.directional import directional
from panelkit.evaluation.efficiency.programs import radial
from panelkit.language.errors import SpecError
from tests.evaluation.efficiency.reference import explicit_distance

CASES = [
    ("constant", "weak"),
    ("variable", "weak"),
    ("constant", "strong"),
    ("variable", "strong"),
    ("decreasing", "strong"),
    ("increasing", "strong"),
]


@pytest.mark.parametrize(("returns", "disposability"), CASES)
@pytest.mark.parametrize("own", [True, False])
def test_distances_are_those_of_the_prices(returns, disposability, own):
    rng = np.random.default_rng(7)
    X, Y, B = (np.exp(rng.normal(0.0, 0.6, (20, k))) for k in (2, 2, 1))
    ones = (np.full_like(X, 0.3), np.ones_like(Y), np.full_like(B, 0.5))
    directions = (np.zeros_like(X), Y, B) if own else ones
    seen = slice(0, 14)  # the last six may lie outside
    found = directional(
        X,
        Y,
        B,
        X[seen],
        Y[seen],
        B[seen],
        returns=returns,
        disposability=disposability,
        directions=directions,
    )
    wanted = [
        explicit_distance(
            X[i], Y[i], B[i], X[seen], Y[seen], B[seen], returns, disposability, [g[i] for g in directions]
        )
        for i in range(20)
    ]
    assert (np.isnan(found.distances) == np.isnan(wanted)).all()
    # tolerance of HiGHS, 1e-7, on terms of order one
    np.testing.assert_allclose(found.distances, wanted, rtol=1e-6, atol=1e-7)
    assert np.nanmin(found.distances[:14]) > -1e-9


def test_printed_distances_under_strong_disposability():
    # DataEnvelopmentAnalysis.jl, its environmental example; by hand unit 2 (y 5, b 5) could make 7: 0.4
    X, Y, B = np.ones((5, 1)), np.array([[7.0], [5], [1], [3], [4]]), np.array([[2.0], [5], [3], [3], [2]])
    found = directional(X, Y, B, X, Y, B, disposability="strong")
    np.testing.assert_allclose(found.distances, [0.0, 0.4, 19 / 23, 5 / 9, 3 / 11], atol=1e-12)
    # under weak disposability unit 2 alone makes 5 of the bad: the frontier goes through it
    weak = directional(X, Y, B, X, Y, B)
    np.testing.assert_allclose(weak.distances, [0.0, 0.0, 19 / 23, 5 / 9, 3 / 11], atol=1e-12)


def test_without_undesirable_outputs_the_distance_is_the_radial_growth():
    rng = np.random.default_rng(8)
    X, Y = np.exp(rng.normal(size=(15, 2))), np.exp(rng.normal(size=(15, 2)))
    none = np.empty((15, 0))
    found = directional(X, Y, none, X, Y, none)
    np.testing.assert_allclose(
        1.0 + found.distances, radial(X, Y, X, Y, orientation="output").scores, rtol=1e-9
    )


def test_what_is_not_defined_is_refused():
    X, Y, B = np.ones((4, 1)), np.ones((4, 1)), np.ones((4, 1))
    with pytest.raises(SpecError, match="weak disposability is defined here under constant and variable"):
        directional(X, Y, B, X, Y, B, returns="decreasing")
    with pytest.raises(SpecError, match="a direction has no negative part"):
        directional(X, Y, B, X, Y, B, directions=(0 * X, 0 * Y, 0 * B))
