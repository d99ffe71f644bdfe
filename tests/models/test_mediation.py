"""Mediation: oracles, other programs, brute force, identities, bad input."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

import panelkit as pk
from panelkit.covariance.cluster import Cluster
from panelkit.covariance.crv3 import CRV3
from panelkit.covariance.iid import Iid
from panelkit.covariance.robust import Robust
from panelkit.language.errors import DataError, SpecError
from panelkit.models.mediation.paths import exact_jacobian
from panelkit.models.mediation.share import kind_of
from tests.mediation_panels import path_panel, resampled
from tests.stored import worked

LABELS = ["x", "m1", "z"]


@pytest.fixture(scope="module")
def panel() -> pd.DataFrame:
    return path_panel()


@pytest.fixture(scope="module")
def result(panel: pd.DataFrame):
    return pk.Mediation("y", "x", "m1", controls="z").fit(panel, reps=1_000)


def cross_section(table: pd.DataFrame) -> pd.DataFrame:
    index = pd.MultiIndex.from_product([range(len(table)), [2020]], names=["province", "year"])
    return table.set_axis(index)


def test_reference_example_of_ten_rows() -> None:
    told = worked("mediation10")
    data = cross_section(pd.DataFrame(told["inputs"]).astype(float))
    spec = pk.Mediation("y", "x", "m", effects="none", vcov=Iid(), convention="lsdv")
    found = spec.fit(data, reps=1_000)
    paths = found.path_table().set_index(["source", "target"])["estimate"]
    out, tol = told["outputs"], told["tol"]
    effects = found.params
    assert effects["total"] == pytest.approx(out["c"], abs=tol)
    assert effects["direct"] == pytest.approx(out["cp"], abs=tol)
    assert effects["indirect"] == pytest.approx(out["ab"], abs=tol)
    assert paths["x", "m"] == pytest.approx(out["a"], abs=tol)
    assert paths["m", "y"] == pytest.approx(out["b"], abs=tol)
    methods = found.inference(wild=False).set_index("method")
    assert methods.loc["Sobel", "statistic"] == pytest.approx(out["sobel"], abs=tol)
    sensitivity = found.sensitivity()
    assert sensitivity.rho_zero == pytest.approx(out["rho0"], abs=tol)
    assert sensitivity.at(0.0) == pytest.approx(out["ab"], abs=tol)
    assert sensitivity.at(0.3) == pytest.approx(
        -0.88944858, abs=1e-8
    )  # the eight digits that the reference prints
    assert sensitivity.at(out["rho0"]) == pytest.approx(0.0, abs=tol)


def test_statsmodels_mediation_coincides_on_a_cross_section() -> None:
    """statsmodels simulates: its average mediated effect has a Monte Carlo error, ours is the product."""
    import statsmodels.api as sm
    from statsmodels.stats.mediation import Mediation as Theirs

    rng = np.random.default_rng(5)
    table = pd.DataFrame({"x": rng.normal(size=300), "z": rng.normal(size=300)})
    table["m"] = 0.5 * table.x + 0.2 * table.z + rng.normal(size=300)
    table["y"] = 0.3 * table.x + 0.6 * table.m + rng.normal(size=300)
    spec = pk.Mediation("y", "x", "m", controls="z", effects="none", vcov=Iid())
    ours = spec.fit(cross_section(table), reps=1_000)
    one = np.ones(len(table))
    outcome = sm.OLS(table["y"], np.column_stack([one, table[["x", "m", "z"]]]))
    mediator = sm.OLS(table["m"], np.column_stack([one, table[["x", "z"]]]))
    np.random.seed(1)  # it draws from numpy's global state
    theirs = Theirs(outcome, mediator, (1, 1), mediator=2).fit(method="parametric", n_rep=400)
    mean = float(np.mean(theirs.ACME_tx))
    error = float(np.std(theirs.ACME_tx)) / np.sqrt(400)
    effect = ours.params["indirect"]
    # its draws of theta and of the potential outcomes: four Monte Carlo errors of a mean of 400
    assert effect == pytest.approx(mean, abs=4 * error)
    np.testing.assert_allclose(ours.fits["outcome"].params["m"], outcome.fit().params.iloc[2], rtol=1e-10)


def test_oracle_data_of_the_reference_in_statsmodels() -> None:
    import statsmodels.api as sm

    told = worked("mediation10")
    table = pd.DataFrame(told["inputs"]).astype(float)
    fit = sm.OLS.from_formula("y ~ x + m", table).fit()
    data = cross_section(table)
    ours = pk.Mediation("y", "x", "m", effects="none", vcov=Iid()).fit(data, reps=500).fits["outcome"]
    np.testing.assert_allclose(ours.std_errors["m"], fit.bse["m"], rtol=1e-10)  # one formula, two solvers


@pytest.mark.parametrize("share", [1.0, 0.8])
@pytest.mark.parametrize("order", ["parallel", "serial"])
def test_bootstrap_equals_linearmodels_draw_for_draw(share: float, order: str) -> None:
    from linearmodels.panel import PanelOLS

    data = path_panel(seed=2, units=12, periods=6, share=share)
    found = pk.Mediation("y", "x", ("m1", "m2"), controls="z", order=order).fit(data, reps=100, rng=7)
    counts = np.array(np.random.default_rng(7).integers(0, 12, size=(100, 12)))
    weights = np.stack([np.bincount(row, minlength=12) for row in counts])
    before = ["x", "m1", "z"] if order == "serial" else ["x", "z"]
    for draw in range(6):
        panel = resampled(data, weights[draw])

        def slopes(outcome: str, regressors: list[str], panel: pd.DataFrame = panel) -> pd.Series:
            model = PanelOLS(panel[outcome], panel[regressors], entity_effects=True, time_effects=True)
            return model.fit().params

        total, first = slopes("y", ["x", "z"]), slopes("m1", ["x", "z"])
        second, last = slopes("m2", before), slopes("y", ["x", "m1", "m2", "z"])
        via1, via2 = first["x"] * last["m1"], second["x"] * last["m2"]
        routes = [via1, via2]
        if order == "serial":
            routes.append(first["x"] * second["m1"] * last["m2"])
        expected = [total["x"], last["x"], sum(routes), *routes]
        # two exact solvers of the same least squares; cross-products lose about half of the 16 digits
        np.testing.assert_allclose(found.draws[draw, : len(expected)], expected, rtol=1e-8, atol=1e-10)


@pytest.mark.parametrize("effects", ["twoway", "unit", "time", "none"])
@pytest.mark.parametrize("order", ["parallel", "serial"])
def test_total_less_direct_is_indirect(effects: str, order: str) -> None:
    data = path_panel(seed=4, share=0.85)
    found = pk.Mediation("y", "x", ("m1", "m2"), controls="z", effects=effects, order=order).fit(
        data, reps=200
    )
    total, direct, indirect = found.estimates[:3]
    assert total - direct == pytest.approx(indirect, abs=1e-11)  # rounding
    np.testing.assert_allclose(
        found.draws[:, 0] - found.draws[:, 1], found.draws[:, 2], atol=1e-8
    )  # cross-products
    routes = [e for e, kind in zip(found.estimates, found.equations, strict=True) if kind == "path"]
    assert sum(routes) == pytest.approx(indirect, abs=1e-12)


def test_contrast_is_the_difference_of_its_routes(panel: pd.DataFrame) -> None:
    found = pk.Mediation("y", "x", ("m1", "m2"), controls="z").fit(panel, reps=300)
    held = dict(zip(found.terms, found.draws.T, strict=True))
    np.testing.assert_allclose(held["via m1 − via m2"], held["via m1"] - held["via m2"], atol=1e-14)


def test_same_numbers_for_any_number_of_workers_and_row_order(panel: pd.DataFrame) -> None:
    spec = pk.Mediation("y", "x", "m1", controls="z")
    one = spec.fit(panel, reps=3_000, rng=3)
    two = spec.fit(panel.sample(frac=1.0, random_state=9), reps=3_000, rng=3, jobs=2)
    assert np.array_equal(one.draws, two.draws)


def test_equations_are_fixed_effects_regressions_on_one_sample() -> None:
    data = path_panel(seed=6)
    data.iloc[:20, data.columns.get_loc("m1")] = np.nan
    found = pk.Mediation("y", "x", "m1", controls="z").fit(data, reps=200)
    complete = data.dropna(subset=["m1"])
    alone = pk.FixedEffects("y ~ x + z").fit(complete)
    assert {fit.nobs for fit in found.fits.values()} == {len(complete)}
    np.testing.assert_allclose(found.fits["total"].params["x"], alone.params["x"], rtol=1e-10)
    np.testing.assert_allclose(found.fits["total"].std_errors["x"], alone.std_errors["x"], rtol=1e-10)
    assert any("20 rows left the sample of every equation: missing: m1 (20)" in note for note in found.notes)


@pytest.mark.parametrize("vcov", [CRV3(), Cluster(), Robust(), Iid()])
def test_joint_covariance_has_the_equations_on_its_diagonal(vcov: object) -> None:
    data = path_panel(seed=8, units=14, periods=7, share=0.9)
    found = pk.Mediation("y", "x", "m1", controls="z", vcov=vcov).fit(data, reps=200)
    start = 0
    for fit in found.fits.values():
        k = len(fit.terms)
        np.testing.assert_allclose(
            found.joint_vcov[start : start + k, start : start + k], fit.covariance, rtol=1e-7, atol=1e-12
        )  # CRV3 from cross-products of all columns against those of one equation
        start += k


def test_joint_covariance_of_clusters_by_stacked_scores(panel: pd.DataFrame) -> None:
    """The off-diagonal block: sum over provinces of the influence of a times that of b, written out."""
    found = pk.Mediation("y", "x", "m1", controls="z", vcov=Cluster(), convention="plm").fit(panel, reps=200)
    sorted_panel = panel.sort_index()
    demeaned = sorted_panel - sorted_panel.groupby(level=0).transform("mean")
    demeaned -= demeaned.groupby(level=1).transform("mean")

    def influence(outcome: str, regressors: list[str], which: str) -> pd.Series:
        X = demeaned[regressors].to_numpy()
        y = demeaned[outcome].to_numpy()
        beta = np.linalg.lstsq(X, y, rcond=None)[0]
        row = (X * (y - X @ beta)[:, None]) @ np.linalg.inv(X.T @ X)[:, regressors.index(which)]
        return pd.Series(row, index=demeaned.index).groupby(level=0).sum()

    expected = influence("m1", ["x", "z"], "x") @ influence("y", ["x", "m1", "z"], "m1")
    at = found.paths.first[0], found.paths.second[0]
    assert found.joint_vcov[at] == pytest.approx(expected, rel=1e-9)


def test_delta_method_against_the_gradient_by_hand(result) -> None:
    first, second = result.paths.first[0], result.paths.second[0]
    theta, V = result.system.theta, result.joint_vcov
    gradient = np.zeros(len(theta))
    gradient[first], gradient[second] = theta[second], theta[first]
    delta = result.with_interval("delta")
    assert delta.std_errors["indirect"] == pytest.approx(np.sqrt(gradient @ V @ gradient), rel=1e-12)
    np.testing.assert_allclose(exact_jacobian(result.paths.effects, theta)[2], gradient, atol=1e-15)


def test_wild_bootstrap_against_refits(result, panel: pd.DataFrame) -> None:
    """Refit both equations on outcomes made with the same signs."""
    signs = 1.0 - 2.0 * np.random.default_rng(11).integers(0, 2, size=(400, 31))
    wild = result.wild(reps=400, rng=11)
    for draw in (0, 17):
        made = {}
        for name in ("mediator 0", "outcome"):
            fit = result.fits[name]
            factor = np.sqrt(31 / 30 * (fit.nobs - 1) / (fit.nobs - len(fit.terms) - 13))
            frame = fit.design.frame()
            stretched = fit.residuals * factor * signs[draw][fit.design.unit]
            frame["star"] = frame[fit.outcome].to_numpy() - fit.residuals + stretched
            made[name] = pk.FixedEffects(" ".join(["star ~", " + ".join(fit.terms)])).fit(frame).params
        expected = made["mediator 0"]["x"] * made["outcome"]["m1"]
        assert wild.draws[draw, 2] == pytest.approx(expected, rel=1e-9)
        assert wild.draws[draw, 1] == pytest.approx(made["outcome"]["x"], rel=1e-9)


def test_joint_significance_is_the_larger_p(result) -> None:
    p = result.path_table().set_index(["source", "target"])["p_value"]
    assert result.joint_significance()["indirect"] == max(p["x", "m1"], p["m1", "y"])
    wild = [pk.wild_cluster_bootstrap(result.fits[name], term).p_value for name, term in
            (("mediator 0", "x"), ("outcome", "m1"))]  # fmt: skip
    assert result.joint_significance(wild=True)["indirect"] == max(wild)


def test_inference_table_names_every_kind(result) -> None:
    table = result.inference(reps=500)
    assert list(table["method"])[:2] == ["percentile bootstrap", "joint significance"]
    assert set(table["method"]) >= {
        "joint significance, wild", "wild bootstrap", "bias-corrected bootstrap", "Monte Carlo", "delta", "Sobel",
        "Aroian", "Goodman", "Sobel, iid errors",
    }  # fmt: skip


# -- moderation, timing


def test_moderated_paths_against_one_regression_each(panel: pd.DataFrame) -> None:
    spec = pk.Mediation("y", "x", "m1", controls="z", moderator="w", moderates=("first", "second", "direct"))
    found = spec.fit(panel, reps=300)
    frame = panel.assign(c=panel.w - panel.w.mean())
    frame = frame.assign(xc=frame.x * frame.c, mc=frame.m1 * frame.c)
    a = pk.FixedEffects("m1 ~ x + xc + w + z").fit(frame).params
    b = pk.FixedEffects("y ~ x + m1 + xc + mc + w + z").fit(frame).params
    told = found.conditional().params
    for q, label in zip((0.1, 0.5, 0.9), found.conditional().terms[:3], strict=True):
        at = np.quantile(panel.w, q) - panel.w.mean()
        expected = (a["x"] + a["xc"] * at) * (b["m1"] + b["mc"] * at)
        assert told["indirect", label] == pytest.approx(expected, rel=1e-9)
        assert told["direct", label] == pytest.approx(b["x"] + b["xc"] * at, rel=1e-9)
    index = a["xc"] * b["m1"] + a["x"] * b["mc"]
    assert told["index", "index of moderated mediation"] == pytest.approx(index, rel=1e-9)


def test_one_moderated_stage_has_the_product_as_index(panel: pd.DataFrame) -> None:
    found = pk.Mediation("y", "x", "m1", moderator="w", moderates=("first",)).fit(panel, reps=300)
    fit = found.fits["mediator 0"]
    slope = fit.estimates[1] * found.fits["outcome"].params["m1"]
    assert found.conditional().params["index", "index of moderated mediation"] == pytest.approx(
        slope, rel=1e-12
    )
    points = found.conditional().params["indirect"]
    values = found.moderation.values
    assert (points.iloc[2] - points.iloc[0]) / (values[2] - values[0]) == pytest.approx(slope, rel=1e-9)


def test_lags_date_treatment_before_and_outcome_after(panel: pd.DataFrame) -> None:
    found = pk.Mediation("y", "x", "m1", treatment_lag=1, outcome_lead=1).fit(panel, reps=200)
    frame = panel.sort_index()
    frame["x0"] = frame.groupby(level=0)["x"].shift(1)
    frame["y1"] = frame.groupby(level=0)["y"].shift(-1)
    by_hand = pk.FixedEffects("y1 ~ x0 + m1").fit(frame.dropna())
    np.testing.assert_allclose(found.fits["outcome"].estimates, by_hand.estimates, rtol=1e-10)
    assert found.facts["n_periods"] == 11
    assert not any("same year" in note for note in found.notes)


def test_same_year_is_said(result) -> None:
    assert any("of the same year" in note for note in result.notes)


# -- shares, procedures


@pytest.mark.parametrize(
    ("total", "direct", "indirect", "holds", "kind"),
    [
        (1.0, 0.6, 0.4, (True, True), "share"),
        (0.4, 0.8, -0.4, (True, True), "suppression"),
        (-0.1, 0.2, -0.3, (False, True), "suppression"),
        (1.0, 0.6, 0.4, (False, True), "none"),
        (1.0, 0.6, 0.4, (True, False), "none"),
    ],
)
def test_share_only_where_it_means_something(total, direct, indirect, holds, kind) -> None:
    assert kind_of(total, direct, indirect, total_holds=holds[0], indirect_holds=holds[1]) == kind


def test_suppression_is_named() -> None:
    data = path_panel(seed=1)
    data["y"] = data["y"] - 1.2 * data["m1"]
    found = pk.Mediation("y", "x", "m1", controls="z").fit(data, reps=500)
    share = found.share()
    assert share.kind == "suppression"
    assert share.value == pytest.approx(abs(found.params["indirect"] / found.params["direct"]))
    assert "suppression" in share.reason
    assert "遮掩" in share.reason.text("zh")


def test_wen_ye_takes_each_branch() -> None:
    def conclusion(b: float, direct: float) -> str:
        rng = np.random.default_rng(12)
        data = path_panel(seed=3)
        data["m1"] = 0.5 * data["x"] + rng.normal(size=len(data))
        data["y"] = direct * data["x"] + b * data["m1"] + rng.normal(size=len(data))
        return pk.Mediation("y", "x", "m1").fit(data, reps=500).procedure("wen_ye_2014").conclusion

    assert "partial mediation" in conclusion(0.5, 0.5)
    assert "only an indirect effect" in conclusion(0.5, 0.0)
    assert "suppression, |ab/c'|" in conclusion(-0.5, 0.8)
    assert "not significant: stop" in conclusion(0.0, 0.5)
    assert "framed as suppression" in conclusion(-0.5, 0.25)


def test_procedures_say_what_they_do_not_show(result) -> None:
    for name, equations in (("baron_kenny", 3), ("wen_ye_2014", 3), ("jiang_2022", 2)):
        procedure = result.procedure(name)
        for language, word in (("en", "does not show"), ("zh", "不能说明")):
            assert word in procedure.summary(language)
        assert len(procedure.models) == equations
        assert "does not show" in procedure.to_markdown()
    assert "share" not in result.procedure("jiang_2022").conclusion


def test_procedures_refuse_chains(panel: pd.DataFrame) -> None:
    found = pk.Mediation("y", "x", ("m1", "m2"), order="serial").fit(panel, reps=200)
    with pytest.raises(SpecError, match="side by side"):
        found.procedure("baron_kenny", "m1")
    with pytest.raises(SpecError, match="name one of the mediators m1, m2"):
        found.sensitivity()


def test_diagram_and_texts_in_both_languages(result) -> None:
    assert b"<svg" in result.plot(language="zh", labels={"x": "财政科技支出"}).svg().encode()
    assert "间接效应" in result.summary(language="zh")
    assert "indirect" in str(result)
    assert "Sensitivity" in result.summary()


# -- overlap


def test_overlap_is_warned_of(panel: pd.DataFrame) -> None:
    data = panel.rename(columns={"x": "rd_expenditure", "m1": "gdp", "y": "va_tertiary", "m2": "innovation"})
    data = data.abs() + 1.0
    found = pk.Mediation("va_tertiary", "rd_expenditure / gdp", "gdp").fit(data, reps=200)
    told = " ".join(found.notes)
    assert "WARNING: `rd_expenditure / gdp` and `gdp` overlap: both hold gdp" in told
    assert "gdp ⊃ va_tertiary" in told
    opened = pk.Mediation("z", "rd_expenditure", "innovation").fit(
        data, reps=200, made_of={"innovation": ["rd_funds_government", "patents_granted"]}
    )
    assert [pair.related for pair in opened.overlaps] == [(("rd_expenditure", "rd_funds_government"),)]
    assert not pk.Mediation("z", "rd_expenditure", "gdp").fit(data, reps=200).overlaps


# -- bad input


def test_mediator_constant_within_provinces(panel: pd.DataFrame) -> None:
    data = panel.assign(fixed=panel.groupby(level=0)["x"].transform("mean"))
    with pytest.raises(SpecError, match="`fixed`: no variation is left within provinces"):
        pk.Mediation("y", "x", "fixed").fit(data)


def test_mediator_equal_to_the_treatment(panel: pd.DataFrame) -> None:
    with pytest.raises(SpecError, match="`x` stands in two places"):
        pk.Mediation("y", "x", "x").fit(panel)
    with pytest.raises(SpecError, match="mediator `copy` is a combination of the treatment `x`"):
        pk.Mediation("y", "x", "copy").fit(panel.assign(copy=2 * panel.x + 1))


def test_mediator_missing_for_a_province(panel: pd.DataFrame) -> None:
    data = panel.copy()
    data.loc["P05", "m1"] = np.nan
    found = pk.Mediation("y", "x", "m1").fit(data, reps=200)
    assert found.facts["n_units"] == 30
    assert any("P05: no complete row (missing: m1)" in note for note in found.notes)


def test_two_clusters_are_refused(panel: pd.DataFrame) -> None:
    half = panel.assign(half=(panel.index.get_level_values(0) > "P15").astype(int))
    with pytest.raises(SpecError, match="2 clusters can be resampled in no more than 3 different ways"):
        pk.Mediation("y", "x", "m1", vcov=CRV3("half")).fit(half)
    with pytest.raises(SpecError, match="cut through provinces"):
        pk.Mediation("y", "x", "m1", vcov=Cluster("year")).fit(panel)


def test_region_clusters_are_resampled_whole(panel: pd.DataFrame) -> None:
    data = panel.assign(region=[int(name[1:]) // 3 for name in panel.index.get_level_values(0)])
    found = pk.Mediation("y", "x", "m1", vcov=Cluster("region")).fit(data, reps=300)
    assert found.facts["n_clusters"] == 11
    assert any("11 clusters" in note for note in found.notes)


def test_other_refusals(panel: pd.DataFrame) -> None:
    for wrong in (
        {"order": "both"}, {"treatment_lag": -1}, {"effects": "three"}, {"moderator": "w", "moderates": ("last",)},
        {"moderator": "w", "order": "serial"}, {"convention": "nobody"},
    ):  # fmt: skip
        with pytest.raises(SpecError):
            pk.Mediation("y", "x", "m1", **wrong)
    with pytest.raises(SpecError, match="at least one mediator"):
        pk.Mediation("y", "x", ())
    with pytest.raises(SpecError, match="100 resamples|50 resamples"):
        pk.Mediation("y", "x", "m1").fit(panel, reps=50)
    with pytest.raises(DataError, match="nothere"):
        pk.Mediation("y", "x", "nothere").fit(panel)
    with pytest.raises(SpecError, match="strictly between -1 and 1"):
        pk.Mediation("y", "x", "m1").fit(panel, reps=200).sensitivity().at(1.0)


def test_moderator_that_the_effects_absorb(panel: pd.DataFrame) -> None:
    data = panel.assign(coast=np.where(panel.index.get_level_values(0) < "P12", 1.0, 0.0))
    spec = pk.Mediation("y", "x", "m1", "z", moderator="coast", moderates=("first", "second", "direct"))
    found = spec.fit(data, reps=100)
    data["by"] = data["coast"] - found.moderation.mean
    by_hand = pk.FixedEffects("m1 ~ x + I(x * by) + z").fit(data).params
    outcome = pk.FixedEffects("y ~ x + m1 + I(x * by) + I(m1 * by) + z").fit(data).params
    at = 1.0 - found.moderation.mean
    indirect = (by_hand["x"] + at * by_hand["I(x * by)"]) * (outcome["m1"] + at * outcome["I(m1 * by)"])
    # two least-squares solutions of the same equations: rounding only
    assert found.conditional().estimates[2] == pytest.approx(indirect, rel=1e-9)


def test_whole_share_of_several_mediators_stands_on_the_same_residuals(panel: pd.DataFrame) -> None:
    found = pk.Mediation("y", "x", ("m1", "m2"), "z").fit(panel, reps=100).sensitivity("m1")
    data = panel.sort_index()
    mediator = pk.FixedEffects("m1 ~ x + m2 + z").fit(data).facts["r2_within"]
    outcome = pk.FixedEffects("y ~ x + m1 + m2 + z").fit(data).facts["r2_within"]
    # the same sums of squares by another route: rounding only
    assert found.r2_total == pytest.approx(found.rho_zero**2 * (1 - mediator) * (1 - outcome), rel=1e-9)


def test_sensitivity_without_a_value_is_fragile(result) -> None:
    assert replace(result.sensitivity(), rho_zero=float("nan")).fragile


def test_a_lost_province_is_named_once(panel: pd.DataFrame) -> None:
    data = panel.copy()
    lost = data.index.get_level_values(0) == "P03"
    data.loc[lost, "m1"] = np.nan
    data.loc[lost & (data.index.get_level_values(1) < 2013), "z"] = np.nan
    found = pk.Mediation("y", "x", "m1", "z").fit(data, reps=100)
    told = [remark for remark in found.remarks if "whole province" in remark]
    assert len(told) == 1
    assert told[0].startswith("P03: no complete row (missing: m1)")


def test_facts_are_in_the_language_of_the_reader(result) -> None:
    last = result.summary(language="zh").splitlines()[-1]
    assert "中介次序=并列" in last
    assert "固定效应=省份和年份" in last
    assert "order=parallel" in result.summary().splitlines()[-1]
