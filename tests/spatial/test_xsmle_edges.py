"""Fixed-effects spatial panels where something is odd: few clusters, idle weights, units of any size, odd names."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

import panelkit as pk
from panelkit.language.errors import SpecError
from panelkit.models.spatial.likelihood import log_determinant, loglik, profile, score
from panelkit.models.spatial.sensitivity import rolling
from panelkit.spatial.weights import Weights
from tests.spatial.data import lattice, simulate

W = lattice(5, 4)


def data(seed: int = 1, t: int = 8) -> pd.DataFrame:
    made = simulate(W, t, np.random.default_rng(seed), rho=0.4, beta=(1.0, -0.5), theta=(0.4, 0.1))
    unit = np.repeat(np.arange(W.n), t)
    return made.assign(half=unit // 10, region=unit // 4, level=(unit * 7 + np.tile(np.arange(t), W.n)) % 3)


def second() -> Weights:
    matrix = (W.matrix @ W.matrix).toarray()
    np.fill_diagonal(matrix, 0.0)
    return pk.as_weights(matrix, W.ids, name="second order").normalised("row")


def test_fewer_clusters_than_restrictions_make_no_wald_test() -> None:
    """Scores of two clusters sum to zero, so that their sandwich has rank one."""
    fit = pk.SpatialPanel("y ~ x1 + x2", convention="xsmle", vcov=pk.ScoreCluster("half")).fit(data(), W)
    found = {str(test.name): test for test in fit.reduction_tests()}
    for name in ("Wald, SDM to SAR", "Wald, SDM to SEM"):
        assert "rank 1 over 2 restrictions" in str(found[name].reason)
    assert found["Wald, SDM to SLX"].statistic == pytest.approx(fit.statistics.iloc[4] ** 2, rel=1e-8)
    assert found["LR, SDM to SAR"].applicable
    random = pk.SpatialRandomEffects("y ~ x1 + x2", "sar", means=True, vcov=pk.ScoreCluster("half"))
    assert "rank 1" in str(random.fit(data(), W).mundlak_test().reason)


def test_sigma2_is_no_restriction() -> None:
    """The variance of the errors stands among xsmle's terms, and no test of slopes may ask that it be zero."""
    panel = data()
    fit = pk.SpatialPanel("y ~ x1 + x2", "sar", convention="xsmle").fit(panel, W)
    found = fit.model_statistics()
    assert found["chi2_model"] == pytest.approx(fit.test("x1 = x2 = 0").statistic, rel=1e-10)
    assert found["df_model"] == 2.0
    flat = panel.assign(y=panel["x1"] + np.random.default_rng(0).standard_normal(len(panel)))
    path = pk.select_model(pk.SpatialPanel("y ~ x1 + x2", convention="xsmle"), flat, W)
    slx = pk.SpatialPanel("y ~ x1 + x2", "slx", convention="xsmle").fit(flat, W)
    last = path.steps[-1]
    assert str(last.name) == "Wald, SLX to no spatial terms"
    assert last.df == (2.0,)
    assert last.statistic == pytest.approx(slx.test("`W*x1` = `W*x2` = 0").statistic, rel=1e-8)
    few = pk.SpatialPanel("y ~ x1 + x2", convention="xsmle", vcov=pk.ScoreCluster("half"))
    assert any("not tested" in said for said in pk.select_model(few, flat, W).sentences)


def test_t_of_clusters_above_the_unit() -> None:
    spec = pk.SpatialPanel("y ~ x1", "sar", convention="xsmle", vcov=pk.ScoreCluster("region"))
    assert np.isinf(spec.fit(data(), W).df)
    small = replace(spec, small_sample=True).fit(data(), W)
    assert small.df == 4.0
    assert any("t(4)" in note for note in small.notes)
    assert small.impacts().df == 4.0
    assert small.with_vcov(pk.ScoreCluster()).df == 19.0


def test_a_column_called_province_is_no_unit() -> None:
    """Cities lie in provinces: the clusters of a likelihood are the cities, and the column is refused, not ignored."""
    panel = data().rename_axis(["city", "year"]).assign(province=data()["region"].to_numpy())
    spec = pk.SpatialPanel("y ~ x1", "sar", convention="xsmle", vcov=pk.Cluster("province"))
    with pytest.raises(SpecError, match=r"not `province`: take Cluster\(\), or ScoreCluster\('province'\)"):
        spec.fit(panel, W)
    named = replace(spec, vcov=pk.Cluster("province")).fit(panel.drop(columns="province"), W)
    plain = replace(spec, vcov=pk.Cluster()).fit(panel, W)
    assert named.covariance == pytest.approx(plain.covariance, rel=1e-12)


def test_draws_do_not_depend_on_units() -> None:
    """With x1 in 1e8 of its unit and x2 in 1e-8, variances differ 1e32-fold.

    The errors of 4,000 draws lie within three Monte Carlo errors (1/sqrt(2 * 4000) = .011 each, times sqrt(2)) of those
    in common units, and within their nonlinearity (12 %) of the delta method.
    """
    panel = data()
    spec = pk.SpatialPanel("y ~ x1 + x2", convention="xsmle")
    plain = spec.fit(panel, W)
    other = spec.fit(panel.assign(y=panel["y"] * 1e6, x1=panel["x1"] * 1e8, x2=panel["x2"] * 1e-8), W)
    scale = np.tile([1e6 / 1e8, 1e6 * 1e8], 3)
    drawn = [fit.impacts("draws", reps=4000).std_errors.to_numpy() for fit in (plain, other)]
    assert drawn[1] / scale == pytest.approx(drawn[0], rel=0.05)
    delta = other.impacts().std_errors.to_numpy()
    assert drawn[1] == pytest.approx(delta, rel=0.12)


def test_weights_that_a_model_does_not_read_are_not_named() -> None:
    panel, other = data(), second()
    bare = pk.as_weights(np.zeros((20, 20)), W.ids, name="empty", islands="zero")
    fit = pk.SpatialPanel("y ~ x1", "sem", convention="xsmle").fit(panel, bare, w_error=other)
    assert fit.facts["weights"] == "second order"
    alone = pk.SpatialPanel("y ~ x1", "sem", convention="xsmle").fit(panel, other)
    assert fit.estimates == pytest.approx(alone.estimates, rel=1e-12)
    assert [note for note in fit.notes if "weights" in note] == ["weights second order: row-standardised"]
    slx = pk.SpatialPanel("y ~ x1", "slx").fit(panel, bare, w_durbin=other)
    assert slx.facts["weights"] == "second order"
    sdem = pk.SpatialPanel("y ~ x1", "sdem").fit(panel, W, w_durbin=other)
    assert str(sdem.facts["weights"]) == "lattice, second order"
    one = pk.SpatialCrossSection("y ~ x1", "sem").fit(panel, bare, year=2003, w_error=other)
    assert one.facts["weights"] == "second order"


def test_an_error_model_with_other_weights_is_not_nested() -> None:
    """(I - lambda M) y = (I - lambda M) X b has Durbin terms of M; the Durbin model has those of W."""
    fit = pk.SpatialPanel("y ~ x1", "sdm", convention="xsmle").fit(data(), W, w_error=second())
    found = {str(test.name): test for test in fit.reduction_tests()}
    assert not found["LR, SDM to SEM"].applicable
    assert not found["Wald, SDM to SEM"].applicable


def test_islands_of_the_durbin_weights() -> None:
    matrix = W.matrix.toarray() > 0
    matrix[7], matrix[:, 7] = False, False
    island = pk.as_weights(matrix.astype(float), W.ids, islands="zero")
    said = (
        pk.SpatialPanel("y ~ x1", "slx", convention="xsmle").fit(data(), W, w_durbin=island).impacts().notes
    )
    assert any("no neighbour for 7" in note for note in said)
    said = (
        pk.SpatialPanel("y ~ x1", "sdm", convention="xsmle").fit(data(), W, w_durbin=island).impacts().notes
    )
    assert not any("no neighbour for 7" in note for note in said)


def test_durbin_terms_as_a_formula_names_them() -> None:
    panel = data()
    spec = pk.SpatialPanel("y ~ x1 + x2 + x1:x2 + C(level)", "slx", convention="xsmle")
    both = replace(spec, durbin=("x1 + x2",)).fit(panel, W)
    assert [term for term in both.terms if term.startswith("W*")] == ["W*x1", "W*x2"]
    found = replace(spec, durbin=("x2:x1", "C(level)")).fit(panel, W)
    lagged = {term for term in found.terms if term.startswith("W*")}
    assert lagged == {"W*x1:x2", "W*C(level)[1]", "W*C(level)[2]"}
    for wrong in ("", "x1 + z", "C(level)[T.1]", "x1 x2"):
        with pytest.raises(SpecError, match="durbin: no regressor"):
            replace(spec, durbin=(wrong,)).fit(panel, W)
    with pytest.raises(SpecError, match="stands twice"):
        replace(spec, durbin=("x1 + x2", "x1")).fit(panel, W)


def test_a_regressor_called_rho() -> None:
    panel = data()
    odd = panel.rename(columns={"x1": "rho"})
    plain, renamed = (
        pk.spatial_hausman(pk.SpatialRandomEffects(f"y ~ {name} + x2", "sar"), frame, W, method="all")
        for name, frame in (("x1", panel), ("rho", odd))
    )
    assert plain[1].applicable
    for one, other in zip(plain, renamed, strict=True):
        assert other.statistic == pytest.approx(one.statistic, rel=1e-9, nan_ok=True)
    spec = pk.SpatialPanel("y ~ rho + x2", "sar", convention="xsmle")
    table = rolling(spec, odd, W, 6)
    first = replace(spec, where="year <= 2006").fit(odd, W)
    assert table["rho"].iloc[0] == pytest.approx(first.rho, rel=1e-9)
    assert table["std_error"].iloc[0] == pytest.approx(first.std_errors["spatial", "rho"], rel=1e-9)
    fit = spec.fit(odd, W)
    assert fit.model_statistics()["df_model"] == 2.0
    assert fit.compare(replace(spec, model="sem").fit(odd, W)).terms == ("rho", "x2", "sigma2_e")


def test_a_linear_regressor_called_rho_counts_in_the_test_of_the_model() -> None:
    panel = data().rename(columns={"x1": "rho"})
    fit = pk.FixedEffects("y ~ rho + x2", effects="unit", convention="xtreg").fit(panel)
    assert fit.model_statistics()["f_model"] == pytest.approx(fit.test("rho = x2 = 0").statistic, rel=1e-9)


@pytest.mark.filterwarnings("error")
@pytest.mark.parametrize("model", ["sar", "sem"])
def test_one_is_a_value_like_others_where_its_root_is_kept(model: str) -> None:
    """Weights whose largest eigenvalue lies below one allow rho = 1, where ln(1 - rho) of unit row sums has none."""
    raw = pk.as_weights((W.matrix.toarray() > 0) * np.linspace(0.2, 1.0, 20), W.ids)
    w = raw.normalised("minmax")
    fit = pk.SpatialPanel("y ~ x1", model, "twoway", "xsmle").fit(data(), w)
    problem = fit.curvature.problem
    assert w.spectrum().interval[1] > 1.0
    at = (1.0, 0.0) if model == "sar" else (0.0, 1.0)
    expected = np.linalg.slogdet(np.eye(20) - w.matrix.toarray())[1]
    assert log_determinant(problem, *at) == pytest.approx(expected, rel=1e-10)
    assert np.isfinite(score(problem, *at)).all()
    if model == "sar":
        found = profile(problem, w.spectrum(), np.array([0.5, 1.0]))
        assert found == pytest.approx([loglik(problem, 0.5, 0.0), loglik(problem, 1.0, 0.0)], rel=1e-12)
