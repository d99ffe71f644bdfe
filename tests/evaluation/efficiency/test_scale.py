"""Scale efficiency and kinds of returns, by hand."""

from __future__ import annotations

import numpy as np

from panelkit.evaluation.efficiency.scale import KINDS, scale_of


def test_scale_of_four_points_by_hand():
    # B = (2, 3) is on the steepest ray; A = (1, 1) lies below it, C = (4, 4) above; D = (4, 2) is inside
    X, Y = np.array([[2.0], [1.0], [4.0], [4.0]]), np.array([[3.0], [1.0], [4.0], [2.0]])
    found = scale_of(X, Y, X, Y)
    assert [KINDS[kind] for kind in found.kind] == ["constant", "increasing", "decreasing", "increasing"]
    # thetas: 1, 2/3, 2/3, 1/3 under constant; 1, 1, 1, 1.5/4 under variable returns
    np.testing.assert_allclose(found.efficiency, [1.0, 2 / 3, 2 / 3, (1 / 3) / (1.5 / 4)], rtol=1e-12)
    by_outputs = scale_of(X, Y, X, Y, orientation="output")
    assert [KINDS[kind] for kind in by_outputs.kind] == ["constant", "increasing", "decreasing", "decreasing"]
