"""Weights: provincial oracles, normalisation once, alignment by id, conversions."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from scipy import sparse

from panelkit.language.errors import DataError, SpecError
from panelkit.spatial import provincial
from panelkit.spatial.weights import Weights, as_weights


def _trace(w: Weights) -> float:
    m = w.matrix.toarray()
    return float(np.trace(m @ m) + np.trace(m.T @ m))


@pytest.mark.parametrize(
    ("provinces", "trace", "low", "radius"),
    [("all", 15.777123, -0.620099, 5.319672), ("no_tibet", 15.833472, -0.623587, 5.259759)],
)
def test_contiguity_oracles(provinces: str, trace: float, low: float, radius: float) -> None:
    # tolerance: half a unit of the sixth decimal given
    w = provincial.contiguity(provinces)
    assert _trace(w) == pytest.approx(trace, abs=5e-7)
    assert 1 / w.spectrum().interval[0] == pytest.approx(low, abs=5e-7)
    raw = provincial.contiguity(provinces, normalisation="none")
    assert 1 / raw.spectrum().interval[1] == pytest.approx(radius, abs=5e-7)
    degrees = dict(zip(raw.ids, raw.row_sums, strict=True))
    assert degrees["Inner Mongolia"] == degrees["Shaanxi"] == 8
    assert degrees["Hainan"] == 1


def test_distance_oracles() -> None:
    # tolerances: half a unit of the last digit given
    w = provincial.inverse_distance()
    assert _trace(w) == pytest.approx(3.213599, abs=5e-7)
    assert 1 / w.spectrum().interval[0] == pytest.approx(-0.218406, abs=5e-7)
    assert provincial.distances().loc["Beijing", "Shanghai"] == pytest.approx(1067.3, abs=0.05)


def test_cutoff_that_empties_a_row_names_the_smallest_that_does_not() -> None:
    with pytest.raises(DataError, match=r"Tibet, Xinjiang; 1439\.7 is the smallest"):
        provincial.inverse_distance(cutoff_km=1000)
    assert not provincial.inverse_distance(cutoff_km=1440).islands


def test_islands_are_named() -> None:
    raw = provincial.contiguity(hainan="none", normalisation="none")
    assert raw.islands == ("Hainan",)
    with pytest.raises(DataError, match="no neighbour for Hainan"):
        raw.normalised("row")
    both = provincial.contiguity(hainan="guangdong+guangxi", normalisation="none")
    assert dict(zip(both.ids, both.row_sums, strict=True))["Hainan"] == 2


def test_normalised_once() -> None:
    raw = provincial.contiguity(normalisation="none")
    spectral = raw.normalised("spectral")
    assert max(abs(np.linalg.eigvals(spectral.matrix.toarray()))) == pytest.approx(1.0, abs=1e-12)
    minmax = raw.normalised("minmax")
    assert minmax.row_sums.max() == pytest.approx(1.0, abs=1e-12)
    for once in (spectral, minmax):
        with pytest.raises(SpecError, match="normalised already"):
            once.normalised("row")
    row = raw.normalised("row")
    assert row.normalised("row") is row
    given = as_weights(row.matrix.toarray(), row.ids)
    assert given.normalisation == "row"  # recognised, so that it cannot be standardised twice
    with pytest.raises(SpecError, match="normalised already"):
        given.normalised("spectral")


def test_alignment_is_by_id() -> None:
    w = provincial.contiguity()
    order = list(reversed(w.ids))
    turned = w.aligned(order)
    pd.testing.assert_frame_equal(
        pd.DataFrame(turned.matrix.toarray(), order, order).loc[list(w.ids), list(w.ids)],
        pd.DataFrame(w.matrix.toarray(), w.ids, w.ids),
    )
    with pytest.raises(
        DataError, match=r"in the panel but not in the weights: Atlantis.*not in the panel: Tibet"
    ):
        w.aligned(["Atlantis", *[key for key in w.ids if key != "Tibet"]])


def test_subset_equals_building_without() -> None:
    small = provincial.contiguity("no_tibet")
    cut = provincial.contiguity().subset(small.ids)
    assert abs(cut.matrix - small.matrix).max() < 1e-15


def test_labels_of_the_panel_are_understood() -> None:
    w = provincial.contiguity()
    matched = provincial.match_labels(w, provincial.contiguity(labels="zh").ids)
    assert set(matched.ids) == set(provincial.contiguity(labels="zh").ids)
    assert "广东" in matched.ids
    codes = provincial.match_labels(w, provincial.contiguity(labels="adcode").ids)
    assert 440000 in codes.ids


def test_economic_weights_warn_and_show_their_largest_share() -> None:
    ids = provincial.contiguity().ids
    income = pd.Series(np.linspace(3, 12, 31) ** 1.5, index=list(ids))
    w = provincial.economic_distance(income)
    assert any("endogenous" in note for note in w.notes)
    assert any("largest weight" in note for note in w.notes)
    halves = provincial.nested(income)
    km = provincial.inverse_distance()
    assert np.allclose(
        halves.matrix.toarray(), 0.5 * km.matrix.toarray() + 0.5 * w.matrix.toarray(), atol=1e-14
    )
    product = provincial.nested(income, share=None)
    expected = (
        1
        / (provincial.distances().to_numpy() + np.eye(31))
        * (1 - np.eye(31))
        * (income / income.mean()).to_numpy()
    )
    assert np.allclose(product.matrix.toarray(), expected / expected.sum(1, keepdims=True), atol=1e-14)
    pulled = provincial.gravity(income)
    assert pulled.row_standardised
    with pytest.raises(DataError, match="same value"):
        provincial.economic_distance(pd.Series(1.0, index=list(ids)))


def test_nearest_and_rings() -> None:
    assert (np.diff(provincial.nearest(4).matrix.indptr) == 4).all()
    rings = [
        provincial.distance_band(a, b).matrix.toarray() for a, b in ((0, 500), (500, 1000), (1000, None))
    ]
    assert np.array_equal(sum(rings), 1 - np.eye(31))
    with pytest.raises(SpecError, match="between 1 and 30"):
        provincial.nearest(31)


def test_conversions_agree(tmp_path) -> None:
    w = provincial.contiguity()
    graph = w.to_graph()
    assert np.allclose(as_weights(graph).aligned(w.ids).matrix.toarray(), w.matrix.toarray())
    square = pd.DataFrame(w.matrix.toarray(), w.ids, w.ids)
    square.to_csv(tmp_path / "square.csv")
    assert np.allclose(
        as_weights(tmp_path / "square.csv").aligned(w.ids).matrix.toarray(), w.matrix.toarray()
    )
    coo = w.matrix.tocoo()
    links = pd.DataFrame(
        {"focal": [w.ids[i] for i in coo.row], "neighbor": [w.ids[j] for j in coo.col], "weight": coo.data}
    )
    links.to_csv(tmp_path / "links.csv", index=False)
    assert np.allclose(as_weights(tmp_path / "links.csv").aligned(w.ids).matrix.toarray(), w.matrix.toarray())
    codes = provincial.contiguity(labels="adcode", normalisation="none")
    codes.to_graph().to_gal(tmp_path / "w.gal")
    assert as_weights(tmp_path / "w.gal").matrix.nnz == codes.matrix.nnz
    codes.normalised("row").to_graph().to_gwt(tmp_path / "w.gwt")
    assert as_weights(tmp_path / "w.gwt").row_standardised


def test_damaged_weights_are_refused() -> None:
    ids = ["a", "b", "c"]
    for matrix, message in (
        (np.eye(3), "its own neighbour"),
        (-np.ones((3, 3)) + np.eye(3), "negative"),
        (np.array([[0, np.nan, 0], [1, 0, 1], [0, 1, 0]]), "missing or infinite"),
    ):
        with pytest.raises(DataError, match=message):
            as_weights(matrix, ids)
    with pytest.raises(DataError, match="ids stand twice: a"):
        as_weights(np.ones((3, 3)) - np.eye(3), ["a", "a", "b"])
    with pytest.raises(SpecError, match="has no ids"):
        as_weights(np.ones((3, 3)))
    with pytest.raises(SpecError, match="not list"):
        as_weights([1, 2])
    with pytest.raises(DataError, match="shape"):
        Weights(sparse.csr_array((2, 2)), ("a",), "short")


def test_links_and_ids_that_stand_twice() -> None:
    links = pd.DataFrame({"focal": ["a", "a", "b"], "neighbor": ["b", "b", "a"], "weight": [1.0, 1.0, 1.0]})
    with pytest.raises(DataError, match="links stand twice, .* a - b"):
        as_weights(links)
    square = pd.DataFrame(np.ones((2, 2)) - np.eye(2), index=["a", "b"], columns=["a", "b"])
    with pytest.raises(DataError, match="twice in the columns: a"):
        as_weights(pd.concat([square, square[["a"]]], axis=1))
