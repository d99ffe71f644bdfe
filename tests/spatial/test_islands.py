"""Units without a neighbour: refused, or zero rows by name; what they mean for lags, impacts, Moran and tests."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

import panelkit as pk
from panelkit.language.errors import DataError, SpecError
from panelkit.spatial.moran_moments import moran_i, moran_with_zero_rows
from panelkit.spatial.weights import Weights
from tests.spatial.data import lattice, simulate
from tests.spatial.test_xsmle import cell_likelihood

ISLAND = 7


def alone() -> Weights:
    """A lattice in which one unit has no neighbour and is nobody's."""
    matrix = lattice(5, 4).matrix.toarray() > 0
    matrix[ISLAND], matrix[:, ISLAND] = False, False
    return pk.as_weights(matrix.astype(float), list(range(20)), name="with an island", islands="zero")


def panel(seed: int = 2, t: int = 8) -> pd.DataFrame:
    w = alone().normalised("row")
    return simulate(w, t, np.random.default_rng(seed), rho=0.4, beta=(1.0, -0.5), theta=(0.4, 0.1))


def test_default_names_the_islands_and_the_option() -> None:
    refusing = replace(alone(), zero_rows=False)
    with pytest.raises(DataError, match=r"no neighbour for 7: .*islands='zero'.*--islands zero"):
        refusing.normalised("row")
    with pytest.raises(DataError, match="no neighbour for 7"):
        pk.SpatialPanel("y ~ x1", "sar", convention="xsmle").fit(panel(), refusing)
    with pytest.raises(SpecError, match="'refuse' or 'zero', not 'drop'"):
        pk.as_weights(alone(), islands="drop")
    nobody = pk.as_weights(np.zeros((3, 3)), list("abc"), islands="zero")
    with pytest.raises(DataError, match="no neighbour for a, b, c"):
        nobody.normalised("row")


def test_every_source_keeps_its_zero_row(tmp_path: Path) -> None:
    raw = alone().matrix.toarray()
    shares = raw / np.maximum(raw.sum(axis=1, keepdims=True), 1.0)
    frame = pd.DataFrame(raw, index=[f"u{i}" for i in range(20)], columns=[f"u{i}" for i in range(20)])
    frame.to_csv(tmp_path / "w.csv")
    frame.reset_index().to_stata(tmp_path / "w.dta", write_index=False)
    printed = frame.copy()
    printed[:] = shares.round(4)
    lines = [f"{name} {(row > 0).sum()}\n" + " ".join(row[row > 0].index) for name, row in frame.iterrows()]
    (tmp_path / "w.gal").write_text("\n".join(["0 20 map id", *lines]) + "\n")
    graph = pk.as_weights(frame).to_graph()
    files = [tmp_path / f"w.{kind}" for kind in ("csv", "dta", "gal")]
    sources = [frame, printed, *files, graph, graph.to_W()]
    for source in sources:
        w = pk.as_weights(source, islands="zero")
        w = w if w.normalisation == "row" else w.normalised("row")
        assert w.islands == ("u7",)
        assert w.normalisation == "row"
        assert w.matrix.toarray() == pytest.approx(shares, abs=1e-12)
    assert pk.as_weights(printed, islands="zero").normalisation == "row"
    coo = pk.as_weights(frame).matrix.tocoo()
    links = pd.DataFrame({"focal": frame.index[coo.row], "neighbor": frame.index[coo.col]})
    named = pk.as_weights(links, list(frame.index), islands="zero")
    assert named.normalised("row").islands == ("u7",)


@pytest.mark.parametrize("model", ["sar", "sem", "sdm", "slx", "sdem", "sac"])
@pytest.mark.parametrize(
    ("effects", "convention"), [("twoway", "xsmle"), ("unit", "lee-yu"), ("unit", "lsdv")]
)
def test_models_take_a_zero_row(model: str, effects: str, convention: str) -> None:
    """The likelihood written out has its top there; with unit effects alone the conventions agree on it."""
    fit = pk.SpatialPanel("y ~ x1 + x2", model, effects, convention).fit(panel(), alone())
    assert any("no neighbour for 7: zero rows by choice" in note for note in fit.notes)
    kind = {"sar": "lag", "sdm": "lag", "sem": "error", "sdem": "error", "sac": "both"}.get(model, "none")
    cells = cell_likelihood(fit.curvature.problem, kind)
    theta = fit.curvature.optimum.theta(fit.curvature.problem)
    n, t = fit.curvature.problem.y.shape
    theta[-1] *= fit.curvature.problem.counting.nobs / (n * t)
    top = cells(theta).sum()
    for j in range(len(theta)):
        for sign in (-1, 1):
            moved = theta.copy()
            moved[j] += sign * 1e-3 * max(abs(theta[j]), 0.05)
            assert cells(moved).sum() < top


def test_lee_yu_refuses_an_island_beside_time_effects() -> None:
    for effects in ("time", "twoway"):
        with pytest.raises(SpecError, match=r"needs row-standardised weights, .* row, with zero rows for 7"):
            pk.SpatialPanel("y ~ x1", "sar", effects, "lee-yu").fit(panel(), alone())
    with pytest.raises(SpecError, match="with zero rows for 7"):
        pk.spatial_lm_tests("y ~ x1", panel(), alone())
    with pytest.raises(SpecError, match="with zero rows for 7"):
        pk.SpatialRandomEffects("y ~ x1", "sar", time_effects=True).fit(panel(), alone())
    with pytest.raises(SpecError, match="with zero rows for 7"):
        pk.DynamicSpatialPanel("y ~ x1", "sar").fit(panel(), alone())


def test_other_estimators_and_tests_take_it() -> None:
    tests = pk.spatial_lm_tests("y ~ x1", panel(), alone(), effects="unit")
    assert all(np.isfinite(test.statistic) for test in tests)
    assert np.isfinite(pk.SpatialRandomEffects("y ~ x1", "sar").fit(panel(), alone()).rho)
    assert np.isfinite(pk.DynamicSpatialPanel("y ~ x1", "sar", effects="unit").fit(panel(), alone()).rho)
    assert np.isfinite(pk.SpatialCrossSection("y ~ x1", "sar").fit(panel(), alone(), year=2003).rho)


def test_impacts_of_an_island_are_its_coefficients() -> None:
    fit = pk.SpatialPanel("y ~ x1 + x2", "sdm", convention="xsmle").fit(panel(), alone())
    found = fit.impacts()
    row = found.by_province("x1").loc[ISLAND]
    assert row["direct"] == pytest.approx(fit.estimates[0], rel=1e-12)
    assert row["received"] == pytest.approx(0.0, abs=1e-14)
    assert row["radiated"] == pytest.approx(0.0, abs=1e-14)
    w = fit.weights.matrix.toarray()
    effects = np.linalg.solve(np.eye(20) - fit.rho * w, fit.estimates[0] * np.eye(20) + fit.estimates[2] * w)
    direct, total = np.trace(effects) / 20, effects.sum() / 20
    assert found.estimates[[0, 2, 4]] == pytest.approx([direct, total - direct, total], rel=1e-9)
    assert any("no neighbour for 7: their impacts are the regressors' own" in note for note in found.notes)


def test_moran_counts_the_others() -> None:
    """R spdep with zero.policy: n is the number of units with a neighbour, deviations are from the mean of all.

    Where the island lies at the mean of the others, I and its expectation are those of the panel without it.
    """
    w, x = alone().normalised("row"), np.random.default_rng(1).standard_normal(20)
    others = np.arange(20) != ISLAND
    x[ISLAND] = x[others].mean()
    series = pd.Series(x, index=pd.Index(range(20), name="unit"))
    with_island = pk.moran(series, alone(), permutations=99)
    without = pk.moran(series[others], w.subset(list(np.arange(20)[others])), permutations=99)
    for column in ("I", "expected", "n"):
        assert with_island[column].iloc[0] == pytest.approx(without[column].iloc[0], rel=1e-12)
    z = x - x.mean()
    s0 = w.matrix.sum()
    assert with_island["I"].iloc[0] == pytest.approx(19 / s0 * z @ (w.matrix @ z) / (z @ z), rel=1e-12)
    note = " ".join(with_island.attrs["panelkit"]["notes"])
    assert "no neighbour for 7" in note


def test_moments_with_zero_rows_are_those_of_the_permutations() -> None:
    """With every unit linked they are esda's.

    With an island the formula puts n for N (R spdep) where permutations deal all N out: draws hold its variance only
    within some shares of islands.
    """
    from panelkit.spatial.moran import esda_weights, moran_by_esda

    full, x = lattice(5, 4), np.random.default_rng(4).standard_normal(20) ** 2
    esda = moran_by_esda(x, esda_weights(full))
    ours = moran_with_zero_rows(x, full.matrix)
    assert ours == pytest.approx((esda[0], esda[1], esda[3]), rel=1e-12)
    w = alone().normalised("row")
    generator = np.random.default_rng(0)
    shuffled = generator.permuted(np.tile(x, (20_000, 1)), axis=1).T
    draws = moran_i(shuffled, w.matrix)
    assert moran_with_zero_rows(x, w.matrix)[2] == pytest.approx(
        draws.var(), rel=0.15
    )  # 1 of 20 units is an island


def test_moran_with_more_islands_than_the_formula_bears() -> None:
    """The variance of R spdep can come out below zero: missing then, as a square root of it is no number."""
    matrix = np.zeros((6, 6))
    for i, j in ((0, 1), (1, 2), (2, 3)):
        matrix[i, j] = matrix[j, i] = 1.0
    w = pk.as_weights(matrix, list("abcdef"), islands="zero")
    x = pd.Series([0.1, -0.2, 0.3, 0.1, 9.0, -0.4], index=pd.Index(list("abcdef"), name="unit"), name="x")
    found = pk.moran(x, w, permutations=99)
    assert found[["variance", "z", "p_randomisation"]].isna().all(axis=None)
    assert found["p_permutation"].between(0, 1).all()
    assert any("gives none" in note for note in found.attrs["panelkit"]["notes"])
    pair = pk.as_weights(
        np.where(matrix * matrix.T * (np.add.outer(range(6), range(6)) < 2), 1.0, 0.0),
        list("abcdef"),
        islands="zero",
    )
    with pytest.raises(DataError, match="three units with a neighbour, and 2 have one"):
        pk.moran(x, pair)


def test_refusals_of_islands_name_what_helps() -> None:
    for model, convention in (("sar", "lee-yu"), ("sem", "lsdv")):
        with pytest.raises(SpecError, match="leave them out, or take effects='unit' or convention='xsmle'"):
            pk.SpatialPanel("y ~ x1", model, "twoway", convention).fit(panel(), alone())
    with pytest.raises(SpecError, match="leave them out, or take effects='unit' or form='elhorst'"):
        pk.spatial_lm_tests("y ~ x1", panel(), alone())


def test_lisa_leaves_the_island_out() -> None:
    series = pd.Series(np.random.default_rng(1).standard_normal(20), index=pd.Index(range(20), name="unit"))
    found = pk.local_moran(series, alone(), permutations=199)
    row = found.table.loc[ISLAND]
    assert row["quadrant"] == "island"
    assert row["lag"] == row["I"] == 0.0
    assert np.isnan(row["p_value"])
    assert not row["significant"]
    p = found.table["p_value"].drop(ISLAND).to_numpy()
    order = np.argsort(p)
    steps = np.minimum.accumulate((p[order] * 19 / np.arange(1, 20))[::-1])[::-1]
    q = np.empty(19)
    q[order] = np.minimum(steps, 1.0)
    assert found.table["q_value"].drop(ISLAND).to_numpy() == pytest.approx(q, rel=1e-12)


def test_means_of_neighbours_have_no_zero_row() -> None:
    from panelkit.indices.panels.spatial_weights import row_weights

    with pytest.raises(DataError, match="a mean of neighbours is asked for"):
        row_weights(alone(), pd.Index(range(20)))


def test_provinces_without_the_link_of_hainan() -> None:
    w = pk.as_weights(pk.contiguity(hainan="none", normalisation="none"), islands="zero").normalised("row")
    assert w.islands == ("Hainan",)
    assert w.normalisation == "row"
    band = pk.inverse_distance(cutoff_km=800, normalisation="none")
    assert set(pk.as_weights(band, islands="zero").islands) == {"Tibet", "Xinjiang"}


def test_sensitivity_names_the_weights_that_have_islands() -> None:
    """Neither Hainan nor Xinjiang borders on the others: contiguity fails alone, or keeps them by name."""
    from panelkit.models.spatial.sensitivity import provincial_weights

    keep = ["Beijing", "Tianjin", "Hebei", "Shandong", "Xinjiang", "Hainan"]
    figures = pk.load_provinces(["patents_granted", "rd_expenditure"], (2015, 2022))
    figures = figures[figures.index.get_level_values(0).isin(keep)]
    spec = pk.SpatialPanel("log(patents_granted) ~ log(rd_expenditure)", "sar", convention="xsmle")
    found = pk.weights_sensitivity(spec, figures)
    assert set(found.failures) == {"contiguity"}
    assert "no neighbour for Hainan, Xinjiang" in str(found.failures["contiguity"])
    whole = pk.weights_sensitivity(spec, figures, provincial_weights(keep, islands="zero"))
    assert whole.failures == {}
    w = pk.as_weights(pk.contiguity(normalisation="none").subset(keep), islands="zero").normalised("row")
    alone = spec.fit(figures, w)
    assert whole.table.set_index("weights").loc["contiguity", "rho"] == pytest.approx(alone.rho, rel=1e-9)
