"""The public door: order of rows, alignment, missing cells, refusals, covariances."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

import panelkit as pk
from panelkit.language.errors import DataError, SpecError
from panelkit.models.spatial.curvature import Curvature
from panelkit.models.spatial.information import hessian, information
from panelkit.models.spatial.likelihood import Optimum
from panelkit.models.spatial.panel import SpatialPanel
from panelkit.spatial import provincial
from tests.spatial.data import CIGAR, cigarettes, lattice, simulate

W31 = provincial.contiguity()


def _data(seed: int = 1, t: int = 6, **more: float) -> pd.DataFrame:
    return simulate(W31, t, np.random.default_rng(seed), rho=0.4, beta=(1.0, -0.5), theta=(0.5, 0.2), **more)


def test_row_order_and_order_of_weights_do_not_matter() -> None:
    data, w = cigarettes()
    first = SpatialPanel(CIGAR).fit(data, w)
    shuffled = SpatialPanel(CIGAR).fit(data.sample(frac=1, random_state=3), w.aligned(tuple(reversed(w.ids))))
    assert np.array_equal(first.estimates, shuffled.estimates)
    flat = data.reset_index()
    columns = SpatialPanel(CIGAR).fit(flat, w, unit="state", time="year")
    assert np.array_equal(first.estimates, columns.estimates)


def test_chinese_labels_meet_english_weights() -> None:
    data = _data()
    names = dict(zip(W31.ids, provincial.contiguity(labels="zh").ids, strict=True))
    chinese = data.rename(index=names, level=0)
    one, two = SpatialPanel("y ~ x1").fit(data, W31), SpatialPanel("y ~ x1").fit(chinese, W31)
    assert one.rho == pytest.approx(two.rho, abs=1e-10)


def test_mismatched_ids_are_listed() -> None:
    data = _data().drop(index="Tibet", level=0)
    with pytest.raises(DataError, match="in the weights but not in the panel: Tibet"):
        SpatialPanel("y ~ x1").fit(data, W31)


def test_missing_cells_need_a_policy() -> None:
    data = _data()
    data.loc[("Hebei", 2003), "x1"] = np.nan
    with pytest.raises(DataError, match=r"missing province-years: Hebei 2003.*missing='drop-unit'"):
        SpatialPanel("y ~ x1").fit(data, W31)
    units = SpatialPanel("y ~ x1", missing="drop-unit").fit(data, W31)
    assert units.facts["n_units"] == 30
    assert any("Hebei left out" in note for note in units.notes)
    assert "Hebei" not in units.weights.ids
    years = SpatialPanel("y ~ x1", missing="drop-year").fit(data, W31)
    assert years.facts["n_periods"] == 5
    assert any("2003 left out" in note for note in years.notes)
    assert (years.dropped["year"] == 2003).all()
    data.loc["Tibet", "x1"] = np.nan
    with pytest.raises(DataError, match="no complete year at all: Tibet"):
        SpatialPanel("y ~ x1").fit(data, W31)
    both = SpatialPanel("y ~ x1", missing="drop-unit").fit(data, W31)
    assert both.facts["n_units"] == 29
    with pytest.raises(DataError, match="dropping years cannot help"):
        SpatialPanel("y ~ x1", missing="drop-year").fit(data, W31)


def test_first_years_of_a_lag_leave_together() -> None:
    fit = SpatialPanel("y ~ lag(x1, 1)").fit(_data(), W31)
    assert fit.facts["n_periods"] == 5
    assert any("rows left the sample" in note for note in fit.notes)


@pytest.mark.parametrize("effects", ["time", "twoway"])
def test_lee_yu_needs_unit_row_sums_with_time_effects(effects: str) -> None:
    spectral = provincial.contiguity(normalisation="spectral")
    with pytest.raises(SpecError, match="convention='lsdv'"):
        SpatialPanel("y ~ x1", effects=effects).fit(_data(), spectral)
    assert SpatialPanel("y ~ x1", effects=effects, convention="lsdv").fit(_data(), spectral).rho != 0
    assert SpatialPanel("y ~ x1", effects="unit").fit(_data(), spectral).rho != 0
    with pytest.raises(SpecError, match="mixes the time effects with lambda"):
        SpatialPanel("y ~ x1", model="sem", effects=effects, convention="lsdv").fit(_data(), spectral)


def test_durbin_subset_and_other_weights_for_it() -> None:
    far = provincial.inverse_distance()
    fit = SpatialPanel("y ~ x1 + x2", durbin=("x2",)).fit(_data(), W31, w_durbin=far)
    assert fit.terms == ("x1", "x2", "W*x2", "rho")
    assert set(fit.facts["weights"].split(", ")) == {"contiguity", "inverse distance"}
    table = fit.impacts().estimates.reshape(3, 2)
    d = far.aligned(fit.sample.ids).matrix.toarray()
    s = np.linalg.inv(np.eye(31) - fit.rho * W31.aligned(fit.sample.ids).matrix.toarray())
    own, behind = fit.params["main", "x2"], fit.params["wx", "W*x2"]
    assert table[0, 1] == pytest.approx(np.trace(s @ (own * np.eye(31) + behind * d)) / 31, rel=1e-9)
    with pytest.raises(SpecError, match="no regressor x3"):
        SpatialPanel("y ~ x1", durbin=("x3",)).fit(_data(), W31)
    with pytest.raises(SpecError, match="belong to sdm, slx, sdem"):
        SpatialPanel("y ~ x1", model="sar", durbin=("x1",))
    with pytest.raises(SpecError, match="list of regressors"):
        SpatialPanel("y ~ x1", durbin="x1")


def test_wrong_words_are_refused() -> None:
    for field, value in (("model", "sardine"), ("effects", "both"), ("convention", "stata")):
        with pytest.raises(SpecError, match="is one of"):
            SpatialPanel("y ~ x1", **{field: value})
    with pytest.raises(SpecError, match="no covariance 'hc3': there are CR2"):
        SpatialPanel("y ~ x1", vcov="hc3")
    data = _data()
    data["c"] = data.groupby(level=0)["x1"].transform("mean")
    with pytest.raises(SpecError, match="no variation is left"):
        SpatialPanel("y ~ x1 + c").fit(data, W31)


def test_the_hessian_is_the_second_derivative() -> None:
    for model in ("sdm", "sem", "sac"):
        fit = SpatialPanel("y ~ x1 + x2", model=model, effects="twoway").fit(_data(lam=0.3), W31)
        c = fit.curvature
        theta = c.optimum.theta(c.problem)

        def value(x: np.ndarray, c: Curvature = c) -> float:
            p = c.problem
            k = p.k
            rho = x[k] if p.w is not None else 0.0
            lam = x[-2] if p.m is not None else 0.0
            o = Optimum(x[:k], rho, lam, x[-1], 0.0, 0)
            e = Curvature(p, o).residuals
            from panelkit.models.spatial.likelihood import log_determinant

            n = p.counting.nobs
            det = p.counting.times * log_determinant(p, rho, lam)
            return float(-n / 2 * np.log(2 * np.pi * x[-1]) + det - (e**2).sum() / (2 * x[-1]))

        h = hessian(c)
        steps = 1e-4 * np.maximum(np.abs(theta), 0.1)
        numeric = np.empty_like(h)
        for i in range(len(theta)):
            for j in range(len(theta)):
                a, b = np.zeros_like(theta), np.zeros_like(theta)
                a[i], b[j] = steps[i], steps[j]
                gap = (
                    value(theta + a + b) - value(theta + a - b) - value(theta - a + b) + value(theta - a - b)
                )
                numeric[i, j] = -gap / (4 * steps[i] * steps[j])
        scale = np.sqrt(np.outer(np.diag(h), np.diag(h)))
        assert np.abs(h - numeric).max() < 2e-4 * scale.max()  # second differences of a value near 1e2
        assert (np.abs(h - numeric) / scale).max() < 2e-4


def test_information_is_the_variance_of_the_score() -> None:
    # 400 panels at the true parameters: the share of explained variance has a standard error of 7 %
    from panelkit.models.spatial.likelihood import Counting, Problem, lag
    from panelkit.models.spatial.lm_tests import full_score

    rng, t = np.random.default_rng(8), 6
    w = W31.matrix
    spectrum = W31.spectrum()
    X = rng.standard_normal((31, t, 1))
    Z = np.concatenate([X, lag(w, X)], axis=2)
    s = np.linalg.inv(np.eye(31) - 0.4 * w.toarray())
    r = np.linalg.inv(np.eye(31) - 0.3 * w.toarray())
    scores, info = [], np.zeros((5, 5))
    for _ in range(400):
        y = s @ (Z @ np.array([1.0, 0.5]) + r @ rng.standard_normal((31, t)))
        problem = Problem(y, Z, Counting(31, t, "twoway", "lee-yu"), w, w, spectrum, spectrum)
        c = Curvature(problem, Optimum(np.array([1.0, 0.5]), 0.4, 0.3, 1.0, 0.0, 0))
        scores.append(full_score(c))
        info += information(c) / 400
    found = np.cov(np.array(scores), rowvar=False)
    scale = np.sqrt(np.outer(np.diag(info), np.diag(info)))
    assert (np.abs(found - info) / scale).max() < 0.25
    assert np.diag(found) == pytest.approx(np.diag(info), rel=0.25)


def test_covariances_agree_under_ideal_errors_and_differ_under_serial_ones() -> None:
    w = lattice(12, 12)
    calm = simulate(w, 10, np.random.default_rng(5), rho=0.4, theta=(0.5,))
    fit = SpatialPanel("y ~ x1").fit(calm, w)
    base = fit.std_errors.to_numpy()
    for kind in (pk.Hessian(), pk.QML(), pk.Cluster()):
        # 144 clusters estimate a standard error within 6 % or so, three of which are allowed
        assert fit.with_vcov(kind).std_errors.to_numpy() == pytest.approx(base, rel=0.2)
    assert np.array_equal(fit.with_vcov(pk.Cluster()).estimates, fit.estimates)
    assert fit.with_vcov(pk.Cluster()).facts["vcov"] == "cluster"
    assert fit.with_vcov(pk.Iid()).facts["vcov"] == "information"
    with pytest.raises(SpecError, match="no covariance"):
        fit.with_vcov(pk.CRV3())


def test_driscoll_kraay_takes_its_lags_from_the_spec() -> None:
    fit = SpatialPanel("y ~ x1", vcov=pk.DriscollKraay(lags=1)).fit(_data(), W31)
    with (
        pytest.warns(DeprecationWarning, match="vcov='driscoll-kraay' is written"),
        pytest.warns(DeprecationWarning, match=r"vcov=DriscollKraay\(lags=1\)"),
    ):
        by_name = SpatialPanel("y ~ x1", vcov="driscoll-kraay", lags=1)
    assert by_name == SpatialPanel("y ~ x1", vcov=pk.DriscollKraay(1))
    other = SpatialPanel("y ~ x1", vcov=pk.DriscollKraay(0)).fit(_data(), W31)
    assert not np.array_equal(fit.covariance, other.covariance)
    with pytest.raises(SpecError, match="rest on many periods"):
        SpatialPanel("y ~ x1", vcov=pk.DriscollKraay()).fit(_data(t=4), W31)
    with pytest.raises(SpecError, match="between 0 and 5"):
        SpatialPanel("y ~ x1", vcov=pk.DriscollKraay(9)).fit(_data(), W31)


def test_results_make_tables_in_every_format(tmp_path: Path) -> None:
    fit = SpatialPanel("y ~ x1").fit(_data(), W31)
    assert "rho" in fit.to_latex()
    assert "lee-yu" in fit.to_html(language="zh")
    assert fit.to_docx(tmp_path / "fit.docx").stat().st_size > 1000
    assert "indirect" in fit.impacts().to_markdown()


def test_slx_is_least_squares() -> None:
    # special case: SLX with two-way effects is the fixed-effects regression on x and Wx
    data = _data()
    behind = data["x1"].unstack().loc[list(W31.ids)]
    lagged = pd.DataFrame(W31.matrix @ behind.to_numpy(), behind.index, behind.columns).stack()
    wide = data.assign(wx1=lagged.reindex(data.index))
    ols = pk.FixedEffects("y ~ x1 + wx1", vcov=pk.Iid()).fit(wide)
    slx = SpatialPanel("y ~ x1", model="slx").fit(data, W31)
    assert slx.estimates == pytest.approx(ols.estimates, rel=1e-10)
    # the transformed likelihood counts (N-1)(T-1) cells, which is what least squares leaves over before k
    assert slx.std_errors.to_numpy() == pytest.approx(ols.std_errors.to_numpy(), rel=1e-10)


def test_print_states_convention_and_covariance() -> None:
    text = str(SpatialPanel("y ~ x1").fit(_data(), W31))
    for phrase in ("convention lee-yu", "information matrix", "contiguity", "t(30)", "loglik"):
        assert phrase in text


@pytest.mark.parametrize("model", ["sar", "sem", "sdm", "slx", "sdem", "sac"])
def test_a_formula_without_a_regressor_is_refused_by_every_door(model: str) -> None:
    w = provincial.contiguity()
    data = simulate(w, 6, np.random.default_rng(1), rho=0.3)
    for effects in ("unit", "time", "twoway"):
        with pytest.raises(SpecError, match="has no regressor"):
            SpatialPanel("y ~ 1", model, effects).fit(data, w)  # type: ignore[arg-type]
    if model == "sac":  # a lag and an error are one process without a regressor
        with pytest.raises(SpecError, match="has no regressor"):
            SpatialPanel("y ~ 1", "sac", "none").fit(data, w)
    else:
        alone = SpatialPanel("y ~ 1", model, "none").fit(data, w)  # type: ignore[arg-type]
        with pytest.raises(SpecError, match="impacts are those of regressors"):
            alone.impacts()
    spec = SpatialPanel("y ~ 1", "sar")
    for door in (
        lambda: pk.select_model(spec, data, w),
        lambda: pk.spatial_lm_tests("y ~ 1", data, w),
        lambda: pk.placebo(spec, data, w, permutations=19),
        lambda: pk.weights_sensitivity(spec, data, {"w": w}),
        lambda: pk.spatial_hausman(pk.SpatialRandomEffects("y ~ 1", "sar"), data, w),
    ):
        with pytest.raises(SpecError, match="has no regressor"):
            door()
