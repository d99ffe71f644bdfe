"""Dose responses: columns written out, imputation by two stages, weights, doses that move, and the bias of both."""

from __future__ import annotations

import pickle
from typing import Any

import numpy as np
import pandas as pd
import pytest

import panelkit as pk
from panelkit.language.errors import DataError, SpecError
from tests.policy.designed_panels import cities, codes, dummies, slopes

N, T = 31, 10
DOSE = np.maximum(np.random.default_rng(1).uniform(-0.4, 1.0, N), 0.0)


def panel(seed: int = 1, slope: float = 0.8, growth: float = 0.0, first: Any = None) -> pd.DataFrame:
    rng = np.random.default_rng(seed)
    index = cities(N, T)
    unit, time = codes(index)
    begins = np.where(DOSE > 0, 2015 if first is None else first, 0)
    since = np.where(begins[unit] > 0, 2010 + time - begins[unit], -99)
    frame = pd.DataFrame({"d": DOSE[unit], "x": rng.normal(size=N * T), "first": begins[unit]}, index=index)
    frame["on"] = (since >= 0).astype(int)
    frame["y"] = rng.normal(size=N)[unit] + rng.normal(size=T)[time] + 0.2 * frame["x"]
    frame["y"] += DOSE[unit] * frame["on"] * (slope + growth * since) + 0.2 * rng.normal(size=N * T)
    return frame


def test_intensity_times_post_with_dummies() -> None:
    frame = panel()
    fit = pk.DoseDiD("y ~ x", "d", start=2015).fit(frame)
    unit, time = codes(frame.index)
    post = DOSE[unit] * (time >= 5)
    want = slopes(frame["y"], np.column_stack([post, frame["x"]]), unit, time)
    np.testing.assert_allclose(fit.params[["d_post", "x"]], want, atol=1e-10)
    np.testing.assert_allclose(pk.DoseDiD("y ~ x", "d", treatment="on").fit(frame).params, fit.params)
    # weights: the regressor less what effects and x hold, times the dose
    Z = np.column_stack([frame["x"], dummies(unit, time)])
    left = post - Z @ np.linalg.lstsq(Z, post, rcond=None)[0]
    weight = left * post / (left @ post)
    assert fit.facts["negative_weights"] == pytest.approx(-weight[weight < 0].sum() / np.abs(weight).sum())
    assert fit.facts["mean_dose"] == pytest.approx(DOSE[DOSE > 0].mean())
    assert "强度双重差分" in fit.summary(language="zh")
    assert pickle.loads(pickle.dumps(fit)).summary() == fit.summary()


def test_weights_of_rows_enter() -> None:
    frame = panel()
    frame["w"] = np.random.default_rng(0).integers(1, 5, len(frame)).astype(float)
    fit = pk.DoseDiD("y ~ 1", "d", start=2015, weights="aw=w").fit(frame)
    unit, time = codes(frame.index)
    want = slopes(frame["y"], DOSE[unit] * (time >= 5), unit, time, weights=frame["w"].to_numpy())
    assert fit.params["d_post"] == pytest.approx(want[0], abs=1e-10)


def test_event_time_with_dummies() -> None:
    frame = panel()
    fit = pk.DoseDiD("y ~ 1", "d", start=2015, event=True, window=(-3, 2)).fit(frame)
    assert list(fit.params.index) == ["d_pre3", "d_pre2", "d_post0", "d_post1", "d_post2"]
    unit, time = codes(frame.index)
    since = np.clip(time - 5, -3, 2)
    columns = np.column_stack([DOSE[unit] * (since == e) for e in (-3, -2, 0, 1, 2)])
    np.testing.assert_allclose(fit.params, slopes(frame["y"], columns, unit, time), atol=1e-10)
    joint = fit.test("d_pre3 = d_pre2 = 0")
    assert fit.facts["leads_p_value"] == pytest.approx(joint.p_value, rel=1e-9)


def test_classes_with_dummies() -> None:
    frame = panel()
    fit = pk.DoseDiD("y ~ 1", "d", start=2015, response="bins", bins=2).fit(frame)
    unit, time = codes(frame.index)
    middle = np.quantile(DOSE[DOSE > 0], 0.5, method="lower")
    low, high = (DOSE > 0) & (middle >= DOSE), middle < DOSE
    columns = np.column_stack([low[unit] * (time >= 5), high[unit] * (time >= 5)]).astype(float)
    np.testing.assert_allclose(fit.params, slopes(frame["y"], columns, unit, time), atol=1e-10)


def test_imputation_per_unit_of_dose() -> None:
    frame = panel(first=np.tile([2013, 2016, 2018], 11)[:N])
    fit = pk.DoseDiD("y ~ x", "d", cohort="first", estimator="imputation", event=True).fit(frame)
    unit, time = codes(frame.index)
    on = frame["on"].to_numpy() > 0
    Z = np.column_stack([dummies(unit), dummies(time)[:, 1:], frame["x"]])
    beta = np.linalg.lstsq(Z[~on], frame["y"][~on], rcond=None)[0]
    tau = frame["y"].to_numpy() - Z @ beta
    assert fit.estimates[0] == pytest.approx(tau[on].sum() / DOSE[unit][on].sum(), abs=1e-10)
    since = 2010 + time - frame["first"].to_numpy()
    one = on & (since == 1)
    at = list(zip(fit.equations, fit.terms, strict=True)).index(("d", "+1"))
    assert fit.estimates[at] == pytest.approx(tau[one].sum() / DOSE[unit][one].sum(), abs=1e-10)
    shuffled = frame.sample(frac=1, random_state=1)
    again = pk.DoseDiD("y ~ x", "d", cohort="first", estimator="imputation", event=True).fit(shuffled)
    np.testing.assert_allclose(again.estimates, fit.estimates, atol=1e-12)


def test_imputation_of_classes_is_that_of_staggered_did_in_each() -> None:
    frame = panel(first=np.tile([2013, 2016, 2018], 11)[:N])
    fit = pk.DoseDiD("y ~ 1", "d", cohort="first", response="bins", bins=1, estimator="imputation").fit(frame)
    whole = pk.StaggeredDiD("y ~ 1", cohort="first").fit(frame, by="overall")
    assert fit.estimates[0] == pytest.approx(whole.estimates[0], abs=1e-10)


def test_bias_and_size_where_the_design_holds() -> None:
    first = np.tile([2013, 2016, 2018], 11)[:N]
    static, grown, regressed, rejected = [], [], [], 0
    for seed in range(40):
        plain = pk.DoseDiD("y ~ 1", "d", start=2015).fit(panel(seed, slope=0.0))
        static.append(plain.params["d_post"])
        rejected += float(plain.p_values["d_post"]) < 0.05
        staggered = panel(seed, 0.5, 0.3, first)
        grown.append(
            pk.DoseDiD("y ~ 1", "d", cohort="first", estimator="imputation").fit(staggered).estimates[0]
        )
        regressed.append(pk.DoseDiD("y ~ 1", "d", cohort="first").fit(staggered).params["d_post"])
    on = panel(0, 0.5, 0.3, first)
    unit, time = codes(on.index)
    since = 2010 + time - on["first"].to_numpy()
    held = on["on"].to_numpy() > 0
    truth = ((0.5 + 0.3 * since) * DOSE[unit])[held].sum() / DOSE[unit][held].sum()
    # deviations of .04 and .06: means of 40 within four of theirs
    assert abs(np.mean(static)) < 0.03
    assert abs(np.mean(grown) - truth) < 0.04
    assert np.mean(regressed) < truth - 0.2  # later doses are held against doses that still grow
    assert rejected <= 6  # 40 tests at 5 %: six or fewer in 99.7 % of samples


def test_a_dose_that_moves() -> None:
    frame = panel()
    unit, time = codes(frame.index)
    frame["d2"] = frame["d"] + (time >= 6) * (unit == 3) * 0.1 + (time == 0) * (unit == 4) * 0.1
    with pytest.raises(DataError, match=r"changes within c03, c04, in 1 of them after the policy began.*c03"):
        pk.DoseDiD("y ~ 1", "d2", start=2015).fit(frame)
    last = pk.DoseDiD("y ~ 1", "d2", start=2015, fixed="last").fit(frame)
    assert last.params["d2_post"] == pytest.approx(
        pk.DoseDiD("y ~ 1", "d", start=2015).fit(frame).params["d_post"]
    )
    assert any("its last value before the policy" in note for note in last.notes)
    mean = pk.DoseDiD("y ~ 1", "d2", start=2015, fixed="mean").fit(frame)
    moved = DOSE.copy()
    moved[4] += 0.02
    want = slopes(frame["y"], moved[unit] * (time >= 5), unit, time)
    assert mean.params["d2_post"] == pytest.approx(want[0], abs=1e-10)


def test_bad_input_is_refused() -> None:
    frame = panel()
    unit, _ = codes(frame.index)
    with pytest.raises(DataError, match="no value before the policy in c05"):
        pk.DoseDiD("y ~ 1", "d", start=2015).fit(frame.assign(d=frame["d"].where(unit != 5)))
    with pytest.raises(DataError, match="negative in c05"):
        pk.DoseDiD("y ~ 1", "d", start=2015).fit(frame.assign(d=frame["d"].where(unit != 5, -1.0)))
    with pytest.raises(DataError, match="no column `e`"):
        pk.DoseDiD("y ~ 1", "e", start=2015).fit(frame)
    with pytest.raises(DataError, match="treated between 2010 and 2019|nobody"):
        pk.DoseDiD("y ~ 1", "d", start=2030).fit(frame)
    with pytest.raises(DataError, match="no year before"):
        pk.DoseDiD("y ~ 1", "d", start=2010).fit(frame)
    with pytest.raises(DataError, match="alike in all cities"):
        pk.DoseDiD("y ~ 1", "d", start=2015).fit(frame.assign(d=1.0))
    with pytest.raises(DataError, match="every city has a dose"):
        pk.DoseDiD("y ~ 1", "d", start=2015, response="bins").fit(frame.assign(d=frame["d"] + 1))
    with pytest.raises(DataError, match="no effect of d can be imputed"):
        pk.DoseDiD("y ~ 1", "d", start=2015, estimator="imputation").fit(frame.assign(d=frame["d"] + 1))
    off = frame.assign(on=frame["on"] * (frame.index.get_level_values(1) < 2019))
    with pytest.raises(DataError, match="switches off"):
        pk.DoseDiD("y ~ 1", "d", treatment="on").fit(off)
    with pytest.raises(SpecError, match="one of `start="):
        pk.DoseDiD("y ~ 1", "d")
    with pytest.raises(SpecError, match="window"):
        pk.DoseDiD("y ~ 1", "d", start=2015, event=True, window=(0, 3))
    with pytest.raises(SpecError, match="window=3"):
        pk.DoseDiD("y ~ 1", "d", start=2015, event=True, window=3)
    with pytest.raises(SpecError, match="`d` says of the policy"):
        pk.DoseDiD("y ~ d", "d", start=2015)
    with pytest.raises(SpecError, match="would change nothing"):
        pk.DoseDiD("y ~ 1", "d", start=2015, cluster="region")


def test_everybody_dosed_and_few_treated_are_told() -> None:
    frame = panel()
    told = pk.DoseDiD("y ~ 1", "d", start=2015).fit(frame.assign(d=frame["d"] + 1)).notes
    assert any("every city has a dose: nobody shows" in note for note in told)
    unit, _ = codes(frame.index)
    treated = np.flatnonzero(DOSE > 0)[:6]
    few = pk.DoseDiD("y ~ 1", "d", start=2015).fit(frame.assign(d=frame["d"] * np.isin(unit, treated)))
    assert few.facts["n_treated"] == 6
    assert any("6 of 31 cities are treated: below eight" in note for note in few.notes)
