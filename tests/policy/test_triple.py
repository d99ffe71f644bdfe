"""Triple differences: all two-way interactions written out, gaps inside places, cells that lack, bias under growth."""

from __future__ import annotations

import pickle
from typing import Any

import numpy as np
import pandas as pd
import pytest

import panelkit as pk
from panelkit.language.errors import DataError, SpecError
from tests.policy.designed_panels import dummies

P, S, T = 20, 4, 9


def panel(
    seed: int = 1, dates: tuple[int, ...] = (2014,), growth: float = 0.0, treated: int = 9
) -> pd.DataFrame:
    rng = np.random.default_rng(seed)
    p, s, t = (a.ravel() for a in np.indices((P, S, T)))
    first = np.zeros(P)
    first[:treated] = np.resize(dates, treated)
    since = np.where(first[p] > 0, 2010 + t - first[p], -99)
    on = (since >= 0) & (s < 2)
    frame = pd.DataFrame(
        {
            "province": [f"p{i:02d}" for i in p],
            "sector": [f"s{i}" for i in s],
            "year": 2010 + t,
            "first": first[p],
            "hit": (s < 2).astype(int),
            "law": (since >= 0).astype(int),
            "x": rng.normal(size=P * S * T),
        }
    )
    shocks = rng.normal(size=(P, S))[p, s] + rng.normal(size=(P, T))[p, t] + rng.normal(size=(S, T))[s, t]
    frame["y"] = shocks + on * (0.7 + growth * since) + 0.2 * frame["x"] + 0.3 * rng.normal(size=P * S * T)
    return frame


def written_out(frame: pd.DataFrame) -> Any:
    """Return the coefficients of treatment and x beside dummies of every pair of levels."""
    p, s, t = (pd.factorize(frame[name], sort=True)[0] for name in ("province", "sector", "year"))
    X = np.column_stack([frame["law"] * frame["hit"], frame["x"], dummies(p * S + s, p * T + t, s * T + t)])
    return np.linalg.lstsq(X, frame["y"], rcond=None)[0][:2]


def spec(formula: str = "y ~ 1", **options: Any) -> pk.TripleDifference:
    return pk.TripleDifference(
        formula, "province", "sector", **{"affected": "hit", "treatment": "law", **options}
    )


def test_three_way_effects_with_dummies() -> None:
    frame = panel()
    fit = spec("y ~ x").fit(frame)
    np.testing.assert_allclose(fit.params, written_out(frame), atol=1e-9)
    assert fit.facts["n_clusters"] == P
    assert fit.facts["n_treated_places"] == 9
    same = spec("y ~ x", treatment=None, cohort="first").fit(frame)
    np.testing.assert_allclose(same.estimates, fit.estimates, atol=1e-12)
    told = frame.assign(law=frame["law"] * frame["hit"])
    np.testing.assert_allclose(spec("y ~ x", affected=None).fit(told).estimates, fit.estimates, atol=1e-12)
    levels = spec("y ~ x").fit(frame.set_index(["province", "sector", "year"]).sample(frac=1, random_state=0))
    np.testing.assert_allclose(levels.estimates, fit.estimates, atol=1e-12)
    assert "三重差分" in fit.summary(language="zh")
    assert pickle.loads(pickle.dumps(fit)).summary() == fit.summary()


def test_rows_that_lack_and_weights() -> None:
    frame = panel().drop(index=[5, 77, 300])
    np.testing.assert_allclose(spec("y ~ x").fit(frame).params, written_out(frame), atol=1e-9)
    fit = spec("y ~ x", where="year >= 2012").fit(panel())
    np.testing.assert_allclose(fit.params, written_out(panel().query("year >= 2012")), atol=1e-9)


def test_gaps_inside_places_are_the_same_regression() -> None:
    frame = panel()
    gaps = spec().gaps(frame)
    by_hand = frame.pivot_table(index=["province", "year"], columns="hit", values="y")
    np.testing.assert_allclose(gaps["gap"], by_hand[1] - by_hand[0], atol=1e-12)
    gaps["post"] = (gaps["first_treated"] > 0) & (gaps.index.get_level_values(1) >= gaps["first_treated"])
    did = pk.FixedEffects("gap ~ post").fit(gaps.astype({"post": int}))
    assert did.params["post"] == pytest.approx(spec().fit(frame).params.iloc[0], abs=1e-10)
    ri = pk.randomisation_inference(did, "post", reps=199, rng=1)
    assert ri.p_value < 0.05


def test_staggered_estimators_on_gaps() -> None:
    frame = panel(dates=(2013, 2015, 2017), growth=0.3)
    found = spec(estimator="imputation").fit(frame)
    by_hand = pk.StaggeredDiD("gap ~ 1", cohort="first_treated").fit(spec().gaps(frame))
    np.testing.assert_allclose(found.estimates, by_hand.estimates, atol=1e-12)
    assert found.outcome == "y"
    assert found.facts["n_treated_places"] == 9
    told = spec().fit(frame).notes
    assert any("3 dates of adoption" in note for note in told)


def test_growing_effects_bias_three_way_effects_and_not_imputation() -> None:
    dates, regressed, imputed, nothing = (2012, 2014, 2017), [], [], []
    rejected = 0
    for seed in range(12):
        frame = panel(seed, dates, 0.3)
        regressed.append(spec().fit(frame).estimates[0])
        imputed.append(spec(estimator="imputation").fit(frame, by="overall").estimates[0])
        still = frame.assign(y=panel(seed, dates, 0.0)["y"] - 0.7 * frame["law"] * frame["hit"])
        plain = spec().fit(still)
        nothing.append(plain.estimates[0])
        rejected += float(plain.p_values.iloc[0]) < 0.05
    since = frame["year"] - frame["first"]
    on = (frame["law"] * frame["hit"]).to_numpy() > 0
    truth = (0.7 + 0.3 * since)[on].mean()
    # deviations of .09: means of 12 within four of theirs
    assert abs(np.mean(imputed) - truth) < 0.1
    assert np.mean(regressed) < truth - 0.15
    assert abs(np.mean(nothing)) < 0.1
    assert rejected <= 3  # 12 tests at 5 %: three or fewer in 99.8 % of samples


def test_bad_input_is_refused() -> None:
    frame = panel()
    late = (frame["province"] == "p03") & (frame["hit"] == 0) & (frame["year"] >= 2014)
    with pytest.raises(DataError, match=r"lack cells: p03 \(other groups after\)"):
        spec().fit(frame[~late])
    with pytest.raises(DataError, match=r"groups are missing in p15 2011"):
        spec().gaps(
            frame[~((frame["province"] == "p15") & (frame["sector"] == "s0") & (frame["year"] == 2011))]
        )
    with pytest.raises(DataError, match="changes over time in p00 · s0"):
        spec().fit(frame.assign(hit=frame["hit"].where(frame.index != 0, 0)))
    with pytest.raises(DataError, match="is 1 in all rows"):
        spec().fit(frame.assign(hit=1))
    with pytest.raises(DataError, match="adopt at different dates"):
        spec().fit(frame.assign(law=frame["law"] * (frame["sector"] != "s3")))
    with pytest.raises(DataError, match="switches off"):
        spec().fit(frame.assign(law=frame["law"] * (frame["year"] < 2018)))
    with pytest.raises(DataError, match="no column `sector`"):
        spec().fit(frame.drop(columns="sector"))
    with pytest.raises(DataError, match="held more than once"):
        spec().fit(pd.concat([frame, frame.iloc[[3]]]))
    with pytest.raises(DataError, match="places with the policy and places without"):
        spec().fit(frame[frame["first"] > 0])
    with pytest.raises(DataError, match="spells one province in two ways"):
        spec().fit(frame.replace({"province": {"p00": "北京", "p01": "Beijing"}}))
    with pytest.raises(SpecError, match="Ortiz-Villavicencio"):
        spec("y ~ x", estimator="imputation")
    with pytest.raises(SpecError, match="estimator is one of"):
        spec(estimator="magic")
    with pytest.raises(SpecError, match="would change nothing"):
        spec(estimator="imputation", vcov=pk.Cluster())
    with pytest.raises(SpecError, match="two columns"):
        pk.TripleDifference("y ~ 1", "province", "province", treatment="law")


def test_few_treated_places_are_told() -> None:
    fit = spec().fit(panel(treated=5))
    assert any("5 of 20 places are treated: below eight" in note for note in fit.notes)
