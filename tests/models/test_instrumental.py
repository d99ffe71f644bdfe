"""Two-stage least squares against linearmodels on explicit dummies and refits."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

import panelkit as pk
from tests.panels import codes, dummies, random_panel

LIVE = 1e-8


def panel(seed: int = 61, share: float = 1.0, units: int = 14) -> pd.DataFrame:
    frame = random_panel(seed, units, 8, share, regressors=3).sort_index()
    rng = np.random.default_rng(seed + 1_000)
    u = rng.normal(size=len(frame))
    frame["z1"], frame["z2"] = rng.normal(size=len(frame)), rng.normal(size=len(frame))
    frame["w"] = 0.8 * frame["z1"] + 0.5 * frame["z2"] + u + frame["x3"]
    frame["y"] = frame["w"] + 0.5 * frame["x1"] + u + frame["x3"] + rng.normal(size=len(frame))
    return frame


SPEC = pk.InstrumentalFE("y ~ x1 + [w ~ z1 + z2]")


@pytest.mark.parametrize("share", [1.0, 0.75])
@pytest.mark.parametrize("effects", ["unit", "twoway", "none"])
def test_linearmodels_on_dummies(share: float, effects: str) -> None:
    from dataclasses import replace

    from linearmodels.iv import IV2SLS

    frame, unit, time = codes(panel(share=share))
    blocks = [frame[["x1"]].to_numpy()]
    if effects == "none":
        blocks.append(np.ones((len(frame), 1)))
    else:
        blocks.append(dummies(unit))
    if effects == "twoway":
        blocks.append(dummies(time)[:, 1:])
    reference = IV2SLS(frame["y"], np.hstack(blocks), frame["w"], frame[["z1", "z2"]])
    clustered = reference.fit(cov_type="clustered", clusters=unit, debiased=False)
    spec = replace(SPEC, effects=effects, vcov=pk.Cluster(), convention="plm")
    fit = spec.fit(frame)
    np.testing.assert_allclose(fit.params["w"], clustered.params["w"], rtol=LIVE)
    groups = unit.max() + 1
    # linearmodels' IV covariance has G/(G-1) in it; plm's convention nothing
    theirs = clustered.std_errors["w"]
    ours = fit.std_errors["w"]
    assert any(theirs == pytest.approx(ours * f, rel=LIVE) for f in (1.0, np.sqrt(groups / (groups - 1))))
    sargan = next(test for test in fit.tests if test.name.startswith("Sargan"))
    assert sargan.statistic == pytest.approx(clustered.sargan.stat, rel=1e-6)
    iid = replace(spec, vcov=pk.Iid()).fit(frame)
    plain = reference.fit(cov_type="unadjusted", debiased=True)
    np.testing.assert_allclose(iid.std_errors["w"], plain.std_errors["w"], rtol=1e-7)
    first = plain.first_stage.diagnostics
    f = next(test for test in iid.tests if test.name.startswith("first-stage F"))
    assert f.statistic * 2 == pytest.approx(
        first["f.stat"].iloc[0], rel=1e-6
    ) or f.statistic == pytest.approx(first["f.stat"].iloc[0], rel=1e-6)


def test_pyfixest_effective_f_of_one_instrument_is_the_clustered_f() -> None:
    fit = pk.InstrumentalFE("y ~ x1 + [w ~ z1]", vcov=pk.Cluster()).fit(panel())
    by_name = {test.name: test for test in fit.tests}
    assert by_name["effective F"].statistic == pytest.approx(
        by_name["first-stage F of w"].statistic, rel=1e-10
    )
    # Montiel Olea and Pflueger's critical value for one instrument, 10 % of the worst case
    assert by_name["effective F"].facts["critical_value"] == pytest.approx(23.1, abs=0.05)
    assert not by_name["Sargan over-identification"].applicable
    wald = fit.reduced_form.params["z1"] / fit.first_stages[0].params["z1"]
    assert wald == pytest.approx(fit.params["w"], rel=1e-10)


def test_effective_f_is_its_formula() -> None:
    frame = panel()
    fit = pk.InstrumentalFE("y ~ x1 + [w ~ z1 + z2]", vcov=pk.Cluster()).fit(frame)
    stage, linear = fit.first_stages[0], fit.linear
    at = [stage.terms.index("z1"), stage.terms.index("z2")]
    x1 = linear.instruments[:, :1]
    Z = linear.instruments[:, 1:]
    Z = Z - x1 @ np.linalg.lstsq(x1, Z, rcond=None)[0]
    pi, V = stage.estimates[at], stage.covariance[np.ix_(at, at)]
    expected = (pi @ (Z.T @ Z) @ pi) / np.trace(V @ (Z.T @ Z))
    effective = next(test for test in fit.tests if test.name == "effective F")
    assert effective.statistic == pytest.approx(expected, rel=1e-10)
    assert effective.p_value < 1e-3


@pytest.mark.parametrize("share", [1.0, 0.75])
@pytest.mark.parametrize("by", [None, "year"])
def test_jackknife_repeats_both_stages(share: float, by: str | None) -> None:
    frame = panel(share=share)
    from dataclasses import replace

    fit = replace(SPEC, vcov=pk.CRV3(by)).fit(frame)
    level = 0 if by is None else 1
    labels = frame.index.get_level_values(level).unique()
    betas = [replace(SPEC, vcov=pk.Iid()).fit(frame.drop(label, level=level)).estimates for label in labels]
    gaps = np.array(betas) - fit.estimates
    count = len(labels)
    np.testing.assert_allclose(fit.covariance, gaps.T @ gaps * (count - 1) / count, rtol=1e-6, atol=1e-12)


def test_keywords_and_bracket_are_one() -> None:
    frame = panel()
    a = SPEC.fit(frame)
    b = pk.InstrumentalFE("y ~ x1", endogenous="w", instruments="z1 + z2").fit(frame)
    np.testing.assert_array_equal(a.estimates, b.estimates)
    alone = pk.InstrumentalFE("y ~ [w ~ z1]").fit(frame)
    assert alone.terms == ("w",)
    assert "First stage: w" in a.summary()
    assert "Reduced form: y" in a.summary()


def test_weak_instruments_are_said_to_be_weak() -> None:
    frame = panel()
    frame["noise"] = np.random.default_rng(3).normal(size=len(frame))
    fit = pk.InstrumentalFE("y ~ x1 + [w ~ noise]", vcov=pk.Cluster()).fit(frame)
    assert any("weak instruments" in note for note in fit.notes)


def test_bad_input() -> None:
    frame = panel()
    frame["fixed"] = np.repeat(np.arange(14.0), 8)
    frame["copy"] = frame["z1"] + frame["fixed"]
    with pytest.raises(pk.SpecError, match="write one block"):
        pk.InstrumentalFE("y ~ x1")
    with pytest.raises(pk.SpecError, match="write one block"):
        pk.InstrumentalFE("y ~ x1", endogenous="w")
    with pytest.raises(pk.SpecError, match="at least as many excluded instruments; there are 1"):
        pk.InstrumentalFE("y ~ x1 + [w + x2 ~ z1]").fit(frame)
    with pytest.raises(pk.SpecError, match="`fixed`: no variation is left after the unit and time effects"):
        pk.InstrumentalFE("y ~ x1 + [w ~ fixed]").fit(frame)
    with pytest.raises(pk.SpecError, match="`fixed`: no variation is left after the unit and time effects"):
        pk.InstrumentalFE("y ~ x1 + [fixed ~ z1]").fit(frame)
    with pytest.raises(pk.SpecError, match="`copy`: a linear combination"):
        pk.InstrumentalFE("y ~ x1 + [w ~ z1 + copy]").fit(frame)
    with pytest.raises(pk.SpecError, match="stands in two of"):
        pk.InstrumentalFE("y ~ x1 + [w ~ x1 + z1]").fit(frame)
    fit = SPEC.fit(frame)
    with pytest.raises(pk.SpecError, match="first stage must be resampled"):
        pk.wild_cluster_bootstrap(fit, "w")
    with pytest.raises(pk.SpecError, match="one equation"):
        pk.randomisation_inference(fit, "w")
