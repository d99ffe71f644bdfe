"""Classes against pandas and by hand; greys of classes rise strictly."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from panelkit.language.errors import StyleError
from panelkit.show import style
from panelkit.show.maps.classes import breaks_of


@pytest.mark.parametrize("count", [3, 4, 5, 7])
def test_quantiles_are_those_of_pandas(count: int) -> None:
    values = np.random.default_rng(4).lognormal(size=83)
    found = breaks_of(values, "quantiles", count)
    _, edges = pd.qcut(values, count, retbins=True)
    np.testing.assert_allclose(found.edges, edges, rtol=1e-12)  # one formula, another order of sums
    counts = np.bincount(found.place(values), minlength=count)
    assert counts.sum() == 83
    assert counts.max() - counts.min() <= 1


def test_equal_classes_and_given_edges() -> None:
    values = np.array([0.0, 1.0, 2.5, 5.0, 9.0, 10.0])
    assert breaks_of(values, "equal", 4).edges.tolist() == [0.0, 2.5, 5.0, 7.5, 10.0]
    assert breaks_of(values, "equal", 4).place(values).tolist() == [0, 0, 1, 2, 3, 3]
    given = breaks_of(values, [0, 5, 20], 5)
    assert given.place(values).tolist() == [0, 0, 0, 1, 1, 1]
    assert given.labels(0) == ["0 – 5", "5 – 20"]


def test_ties_leave_fewer_classes_and_labels_stay_apart() -> None:
    tied = breaks_of([0, 0, 0, 0, 0, 0, 1, 2], "quantiles", 5)
    assert tied.count < 5
    assert breaks_of([3.0, 3.0], "quantiles", 5).place(np.array([3.0, 3.0])).tolist() == [0, 0]
    assert breaks_of([0.0001, 0.0002, 0.0003], [0.0001, 0.0002, 0.0004], 2).labels(2) == [
        "0.0001 – 0.0002",
        "0.0002 – 0.0004",
    ]


def test_classes_that_do_not_cover_or_rise_are_refused() -> None:
    with pytest.raises(
        StyleError, match=r"2 of the values lie outside the edges 0 to 5: they reach from 1 to 9"
    ):
        breaks_of([1.0, 6.0, 9.0], [0, 5], 5)
    for wrong in ([1], [2, 1], list(range(12))):
        with pytest.raises(StyleError, match="rising edges"):
            breaks_of([1.0], wrong, 5)
    with pytest.raises(StyleError, match="'quantiles', 'equal' or a list"):
        breaks_of([1.0], "jenks", 5)  # type: ignore[arg-type]
    with pytest.raises(StyleError, match="2 to 9 classes, not 12"):
        breaks_of([1.0, 2.0], "equal", 12)
    with pytest.raises(StyleError, match="every value is missing"):
        breaks_of([], "quantiles", 5)


@pytest.mark.parametrize("count", range(2, 10))
def test_greys_of_classes_fall_strictly(count: int) -> None:
    greys = [style.lightness(tint) for tint in style.sequence_colours(count, low=0.05)]
    assert (np.diff(greys) < -3).all()  # three units of lightness are seen side by side
