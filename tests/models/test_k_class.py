"""LIML and Fuller's estimator against linearmodels, Stata's output, minimisation, refits and a simulation."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

import panelkit as pk
from panelkit.kernels.instruments import as_member, fit_two_stage
from panelkit.kernels.k_class import KClass
from panelkit.kernels.within import Layout
from tests.models.test_instrumental import panel
from tests.models.test_weak_identification import STORED, TWO, card, two_endogenous
from tests.panels import codes, dummies

LIVE = 1e-8
SPEC = pk.InstrumentalFE("y ~ x1 + [w ~ z1 + z2]", method="liml")


@pytest.mark.parametrize("share", [1.0, 0.75])
@pytest.mark.parametrize("effects", ["unit", "twoway", "none"])
@pytest.mark.parametrize("fuller", [0.0, 1.0, 4.0])
def test_linearmodels_on_dummies(share: float, effects: str, fuller: float) -> None:
    from linearmodels.iv import IVLIML

    frame, unit, time = codes(panel(share=share))
    blocks = [frame[["x1"]].to_numpy(), np.ones((len(frame), 1)) if effects == "none" else dummies(unit)]
    if effects == "twoway":
        blocks.append(dummies(time)[:, 1:])
    model = IVLIML(frame["y"], np.hstack(blocks), frame["w"], frame[["z1", "z2"]], fuller=fuller)
    theirs = model.fit(cov_type="unadjusted", debiased=True)
    how = {"method": "fuller", "alpha": fuller} if fuller else {"method": "liml"}
    spec = pk.InstrumentalFE("y ~ x1 + [w ~ z1 + z2]", effects=effects, vcov=pk.Iid(), **how)
    fit = spec.fit(frame)
    assert fit.facts["kappa"] == pytest.approx(theirs.kappa, rel=1e-10)
    assert fit.params["w"] == pytest.approx(theirs.params["w"], rel=LIVE)
    assert fit.std_errors["w"] == pytest.approx(theirs.std_errors["w"], rel=1e-7)
    robust = replace(spec, vcov=pk.Robust("HC0")).fit(frame)
    assert robust.std_errors["w"] == pytest.approx(
        model.fit(cov_type="robust", debiased=False).std_errors["w"], rel=1e-7
    )
    clustered = replace(spec, vcov=pk.Cluster(), convention="plm").fit(frame)
    other = model.fit(cov_type="clustered", clusters=unit, debiased=False).std_errors["w"]
    assert clustered.std_errors["w"] == pytest.approx(other, rel=1e-7)


def test_kappa_is_the_least_variance_ratio() -> None:
    """kappa minimises (y - Xb)'M2(y - Xb) / (y - Xb)'M(y - Xb), and LIML is where it does."""
    from scipy.optimize import minimize

    fit = replace(SPEC, formula=TWO).fit(two_endogenous())
    linear = fit.linear
    W, Z = linear.instruments[:, :1], linear.instruments

    def ratio(beta: np.ndarray) -> float:
        e = linear.y - linear.regressors[:, 1:] @ beta
        rest = [e - part @ np.linalg.lstsq(part, e, rcond=None)[0] for part in (W, Z)]
        return float((rest[0] @ rest[0]) / (rest[1] @ rest[1]))

    best = minimize(ratio, fit.estimates[1:], method="BFGS", tol=1e-13)
    assert fit.facts["kappa"] == pytest.approx(best.fun, rel=1e-10)
    # a minimum of a quotient is flat to the root of the machine's precision
    np.testing.assert_allclose(fit.estimates[1:], best.x, rtol=1e-5)


@pytest.mark.parametrize("share", [1.0, 0.75])
@pytest.mark.parametrize("method", ["liml", "fuller"])
@pytest.mark.parametrize("by", [None, "year"])
def test_jackknife_estimates_kappa_anew(share: float, method: str, by: str | None) -> None:
    frame = two_endogenous() if share < 1.0 else panel()
    formula = TWO if share < 1.0 else SPEC.formula
    spec = pk.InstrumentalFE(formula, method=method, vcov=pk.CRV3(by))
    fit = spec.fit(frame)
    level = 0 if by is None else 1
    labels = frame.index.get_level_values(level).unique()
    plain = replace(spec, vcov=pk.Iid())
    betas = [plain.fit(frame.drop(label, level=level)).estimates for label in labels]
    gaps = np.array(betas) - fit.estimates
    count = len(labels)
    np.testing.assert_allclose(fit.covariance, gaps.T @ gaps * (count - 1) / count, rtol=1e-6, atol=1e-12)


@pytest.mark.parametrize(
    "vcov", [pk.CR2(), pk.CRV3(), pk.Robust(), pk.TwoWayCluster(), pk.DriscollKraay(2), pk.Iid()]
)
def test_as_many_instruments_as_regressors_is_two_stage_least_squares(vcov: object) -> None:
    formula = "y ~ x1 + [w ~ z1]"
    liml = pk.InstrumentalFE(formula, method="liml", vcov=vcov).fit(panel(share=0.8))
    plain = pk.InstrumentalFE(formula, vcov=vcov).fit(panel(share=0.8))
    assert liml.facts["kappa"] == 1.0
    np.testing.assert_allclose(liml.estimates, plain.estimates, rtol=1e-10)
    np.testing.assert_allclose(liml.covariance, plain.covariance, rtol=1e-7)


def test_stata_on_card() -> None:
    """Stata's `ivreg2, fuller(1) cluster(smsa66) small` on Card (1995), from public fixtures of a port of it."""
    fit = card(method="fuller", vcov=pk.Cluster("smsa66"))
    held = {"educ": 0.0426595575968114, "exper": 0.01834977688981, "black": 0.0833291611479808}
    # G/(G-1) (n-1)/(n-k) is what `small` adds
    small = np.sqrt(2 / 1 * 3009 / 3004)
    for name, value in held.items():
        assert fit.std_errors[name] * small == pytest.approx(value, rel=STORED)


def test_weak_instruments_bias_two_stage_least_squares_and_not_liml() -> None:
    """Twenty weak instruments: 2SLS leans to least squares, LIML's median does not, and Fuller's lies between.

    The median of 400 estimates has a standard error of about 1.25 sd / sqrt(400).
    """
    members = {"2sls": None, "liml": KClass(), "fuller": KClass(1.0)}
    estimates: dict[str, list[float]] = {method: [] for method in members}
    layout = Layout(np.repeat(np.arange(50), 6), np.tile(np.arange(6), 50))
    names = ((), ("d",), tuple(f"z{j}" for j in range(20)))
    for seed in range(400):
        rng = np.random.default_rng(60_000 + seed)
        Z, u = rng.normal(size=(300, 20)), rng.normal(size=300)
        d = Z @ np.full(20, 0.09) + 0.9 * u + rng.normal(size=300) * 0.44
        plain = fit_two_stage(d + u, Z[:, :0], d[:, None], Z, names, layout, "unit")
        for method, member in members.items():
            fit = plain if member is None else as_member(plain, member)
            estimates[method].append(float(fit.beta[0]))
    median = {method: float(np.median(values)) - 1.0 for method, values in estimates.items()}
    noise = 1.25 * np.std(np.clip(estimates["liml"], -1, 3)) / np.sqrt(400)
    assert abs(median["liml"]) < 4 * noise
    assert median["2sls"] > 0.15 > median["fuller"] > -4 * noise


def test_bad_input() -> None:
    for options, said in (
        ({"method": "ols"}, "method is one of 2sls, liml, fuller"),
        ({"alpha": 2.0}, "alpha is Fuller's constant"),
        ({"method": "fuller", "alpha": 0.0}, "alpha is above zero"),
        ({"method": "fuller", "alpha": "1"}, "Fuller's constant"),
    ):
        with pytest.raises(pk.SpecError, match=said):
            pk.InstrumentalFE("y ~ [w ~ z1]", **options)


def test_summary_names_the_estimator() -> None:
    assert str(SPEC.fit(panel()).title).startswith("LIML")
    text = SPEC.fit(panel()).summary(language="zh")
    assert "kappa" in text


@pytest.mark.parametrize("method", ["liml", "fuller"])
def test_frequency_weights_are_rows_written_so_often(method: str) -> None:
    frame = panel(share=0.8).reset_index()
    frame["times"] = np.random.default_rng(4).integers(1, 4, size=len(frame))
    long = frame.loc[frame.index.repeat(frame["times"])].reset_index(drop=True)
    long["copy"] = long.groupby(["province", "year"]).cumcount()
    long["row"] = long["province"] + "/" + long["copy"].astype(str)
    long["province_of"] = long["province"]
    formula = "y ~ x1 + [w ~ z1 + z2]"
    for vcov in (pk.Robust(), pk.Iid()):
        spec = pk.InstrumentalFE(formula, effects="time", vcov=vcov, method=method, weights="fw=times")
        fit = spec.fit(frame, unit="province", time="year")
        whole = replace(spec, weights=None).fit(long, unit="row", time="year")
        np.testing.assert_allclose(fit.estimates, whole.estimates, rtol=1e-9)
        np.testing.assert_allclose(fit.covariance, whole.covariance, rtol=1e-8)
        table, other = fit.weak_identification.tidy(), whole.weak_identification.tidy()
        np.testing.assert_allclose(table.to_numpy(float), other.to_numpy(float), rtol=1e-7)
        for test, same in zip(fit.tests, whole.tests, strict=True):
            if not test.name.startswith("cluster-robust"):  # sums by unit, and the units are not the same
                assert test.statistic == pytest.approx(same.statistic, rel=1e-7, nan_ok=True), test.name


def test_analytic_weights_are_linearmodels_weights() -> None:
    from linearmodels.iv import IVLIML

    frame, unit, _ = codes(panel(share=0.8))
    weights = np.random.default_rng(6).uniform(0.5, 2.0, size=len(frame))
    theirs = IVLIML(
        frame["y"],
        np.hstack([frame[["x1"]], dummies(unit)]),
        frame["w"],
        frame[["z1", "z2"]],
        weights=weights,
    ).fit(cov_type="robust", debiased=False)
    held = panel(share=0.8)
    held["a"] = weights
    spec = pk.InstrumentalFE(
        "y ~ x1 + [w ~ z1 + z2]", effects="unit", vcov=pk.Robust("HC0"), method="liml", weights="aw=a"
    )
    fit = spec.fit(held)
    assert fit.facts["kappa"] == pytest.approx(theirs.kappa, rel=1e-9)
    assert fit.params["w"] == pytest.approx(theirs.params["w"], rel=LIVE)
    assert fit.std_errors["w"] == pytest.approx(theirs.std_errors["w"], rel=1e-7)
