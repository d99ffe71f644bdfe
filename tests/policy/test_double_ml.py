"""Double machine learning on panels: against fixed effects, loops, the DoubleML package, and its refusals."""

from __future__ import annotations

import subprocess
import sys
from typing import Any

import numpy as np
import pandas as pd
import pytest
from sklearn.ensemble import HistGradientBoostingRegressor, RandomForestRegressor
from sklearn.linear_model import LassoCV, LinearRegression, LogisticRegression, Ridge, RidgeClassifier
from sklearn.model_selection import GroupKFold, KFold
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from sklearn.tree import DecisionTreeRegressor

import panelkit as pk
from panelkit.show.tables import to_format
from tests.stored import stored

# two roads of least squares on a few hundred rows
EXACT = 1e-10
FORMULA = "y ~ x1 + x2"


def panel(units: int = 12, periods: int = 6, seed: int = 0, *, gaps: bool = False) -> pd.DataFrame:
    """Return outcome, treatment, instrument, a 0/1 treatment of some rows, and confounders with unit effects."""
    rng = np.random.default_rng(seed)
    names = [f"p{at:02d}" for at in range(units)]
    index = pd.MultiIndex.from_product([names, range(2010, 2010 + periods)], names=["province", "year"])
    a, t = np.repeat(rng.normal(size=units), periods), np.tile(rng.normal(size=periods), units)
    x1, x2, hidden, e = rng.normal(size=(4, len(index)))
    x1, z = x1 + 0.5 * a, rng.normal(size=len(index)) + 0.3 * x2
    d = 0.5 * x1 + 0.3 * x2 + a + t + 0.8 * z + hidden
    b = (0.4 * x1 + rng.normal(size=len(index)) > 0.0) * 1.0
    y = 0.7 * d + x1 + x2 + 2.0 * a + t + hidden + e
    data = pd.DataFrame({"y": y, "d": d, "z": z, "b": b, "x1": x1, "x2": x2}, index=index)
    data["region"] = np.repeat(np.arange(units) % 4, periods)
    return data.drop(data.index[[3, 9, 16, 25, 40]]) if gaps else data


def one(fit: Any) -> tuple[float, float]:
    return float(fit.estimates[0]), float(fit.std_errors.iloc[0])


@pytest.mark.parametrize("gaps", [False, True])
@pytest.mark.parametrize("effects", ["twoway", "unit"])
@pytest.mark.parametrize("transform", ["within", "mundlak", "first-difference"])
def test_least_squares_on_all_rows_is_fixed_effects(transform: str, effects: Any, gaps: bool) -> None:
    """Frisch and Waugh 1933; with unit means Mundlak 1978: the same slope to rounding."""
    data = panel(gaps=gaps)
    made = pk.DoubleML(FORMULA, "d", learner="ols", folds=1, effects=effects, transform=transform).fit(data)
    if transform == "first-difference":
        changes: Any = {"twoway": "time", "unit": "drift"}[effects]
        other = pk.FirstDifference("y ~ d + x1 + x2", effects=changes).fit(data)
    else:
        other = pk.FixedEffects("y ~ d + x1 + x2", effects=effects).fit(data)
    assert made.params["d"] == pytest.approx(other.params["d"], abs=EXACT)
    assert made.facts["nobs"] == other.facts["nobs"]
    assert any("no cross-fitting" in note for note in made.notes)


@pytest.mark.parametrize("transform", ["within", "mundlak"])
def test_least_squares_with_an_instrument_is_two_stage(transform: Any) -> None:
    data = panel(gaps=True)
    spec = pk.DoubleML(FORMULA, "d", "pliv", instrument="z", learner="ols", folds=1, transform=transform)
    other = pk.InstrumentalFE("y ~ x1 + x2 + [d ~ z]").fit(data)
    assert spec.fit(data).params["d"] == pytest.approx(other.params["d"], abs=EXACT)


def least_squares(X: np.ndarray, target: np.ndarray) -> np.ndarray:
    return np.linalg.lstsq(X, target, rcond=None)[0]


@pytest.mark.parametrize("vcov", [pk.CRV3(), pk.Cluster()])
def test_cross_fitting_is_loops_over_folds_and_provinces(vcov: Any) -> None:
    """Every fold: unit means off, period means of the other provinces off, slopes of the others; sums by province."""
    data = panel(units=13)
    given = {name: at % 4 for at, name in enumerate(data.index.unique(0))}
    made = pk.DoubleML(FORMULA, "d", learner="ols", folds=given, vcov=vcov).fit(data)
    swept = data - data.groupby(level=0).transform("mean")
    fold = np.array([given[name] for name in data.index.get_level_values(0)])
    left = pd.DataFrame(index=data.index, columns=["y", "d"], dtype=float)
    for k in range(4):
        others = swept[fold != k]
        means = others.groupby(level=1).mean()
        moved = swept - means.loc[swept.index.get_level_values(1)].to_numpy()
        X = moved[["x1", "x2"]].to_numpy()
        for name in ("y", "d"):
            slopes = least_squares(X[fold != k], moved[name].to_numpy()[fold != k])
            left.loc[fold == k, name] = (moved[name].to_numpy() - X @ slopes)[fold == k]
    v, u = left["d"], left["y"]
    estimate = float((v * u).sum() / (v * v).sum())
    scores, without = [], []
    for name in data.index.unique(0):
        here = data.index.get_level_values(0) == name
        scores.append(float((v[here] * (u[here] - estimate * v[here])).sum()))
        without.append(float((v * u)[~here].sum() / (v * v)[~here].sum()))
    sandwich = 13 / 12 * sum(score**2 for score in scores) / float((v * v).sum()) ** 2
    jackknife = 12 / 13 * sum((other - estimate) ** 2 for other in without)
    expected = jackknife if isinstance(vcov, pk.CRV3) else sandwich
    assert one(made) == pytest.approx((estimate, expected**0.5), rel=1e-9)
    assert made.df == 12.0
    assert one(made.with_vcov(vcov)) == one(made)


DEEP = {
    "ols": LinearRegression(),
    "ridge": Ridge(alpha=5.0),
    "tree": DecisionTreeRegressor(max_depth=3, random_state=1),
}
LOGIT = LogisticRegression(C=1.0, max_iter=10_000, tol=1e-10)
PEERS: dict[str, dict[str, Any]] = {
    "plr ols": {"learner": DEEP["ols"]},
    "plr ridge": {"learner": DEEP["ridge"]},
    "plr tree": {"learner": DEEP["tree"]},
    "plr iv-type ridge": {"learner": DEEP["ridge"], "score": "iv-type"},
    "pliv ridge": {"learner": DEEP["ridge"], "model": "pliv", "instrument": "z"},
    "irm ate": {"model": "irm", "outcome_learner": DEEP["tree"], "treatment_learner": LOGIT},
    "irm atte": {
        "model": "irm",
        "outcome_learner": DEEP["ridge"],
        "treatment_learner": LOGIT,
        "score": "atte",
    },
}


@pytest.mark.parametrize("name", PEERS)
def test_scores_are_those_of_the_doubleml_package(name: str) -> None:
    """The same folds of clusters; its variance has no factor G/(G-1)."""
    oracle = stored("doubleml")
    data = pd.DataFrame(oracle["input"])
    folds = dict(enumerate(oracle["spec"]["folds"]))
    treatment = "b" if name.startswith("irm") else "d"
    spec = pk.DoubleML(
        "y ~ x1 + x2 + x3", treatment, effects="none", folds=folds, vcov=pk.Cluster(), **PEERS[name]
    )
    found = spec.fit(data, unit="cluster", time="period")
    expected = oracle["expect"][name]
    assert found.params[treatment] == pytest.approx(expected["estimate"], rel=oracle["rtol"])
    assert found.std_errors[treatment] == pytest.approx(
        expected["std_error"] * (30 / 29) ** 0.5, rel=oracle["rtol"]
    )


def test_draws_of_folds_are_joined_by_their_median_and_spread() -> None:
    """Chernozhukov et al. 2018, definition 3.3, from the splits alone."""
    fit = pk.DoubleML(FORMULA, "d", learner="ols", repeats=5).fit(panel(), rng=3)
    splits = fit.splits
    middle = float(np.median(splits["estimate"]))
    variance = np.median(splits["std_error"] ** 2 + (splits["estimate"] - middle) ** 2)
    assert one(fit) == pytest.approx((middle, float(variance) ** 0.5), rel=1e-12)
    assert len(splits) == 5
    assert splits["estimate"].nunique() == 5
    assert fit.facts["sd_over_splits"] == pytest.approx(splits["estimate"].std(ddof=0))


def test_no_learner_has_seen_a_row_of_the_province_that_it_predicts() -> None:
    """A tree that keeps every row knows each province by its mean: seen, it would explain all, unseen nothing."""
    rng = np.random.default_rng(1)
    data = panel(units=40)
    data["x1"] = np.repeat(rng.normal(size=40), 6) + 1e-3 * rng.normal(size=240)
    data["d"] = np.repeat(rng.normal(size=40), 6) + 0.1 * rng.normal(size=240)
    tree = DecisionTreeRegressor(random_state=0)
    fit = pk.DoubleML(FORMULA, "d", learner=tree, effects="none", repeats=1).fit(data)
    held = fit.nuisance[fit.nuisance["function"] == "treatment"]
    assert held["r2"].mean() < 0.0
    assert (held["units"] == 8).all()
    assert held["rows"].sum() == 240


class Watching(LinearRegression):  # type: ignore[misc]
    """Least squares that keeps the splits that it was given."""

    seen: list[Any] = []  # noqa: RUF012

    def __init__(self, cv: Any = None) -> None:
        super().__init__()
        self.cv = cv

    def fit(self, X: Any, y: Any) -> Any:
        Watching.seen.append((np.asarray(X)[:, 0].copy(), self.cv))
        return super().fit(X, y)


@pytest.mark.parametrize("cv", [3, None, GroupKFold(3)])
def test_tuning_splits_whole_provinces(cv: Any) -> None:
    """The first confounder numbers the provinces, so that each row says where it is from."""
    data = panel()
    data["x1"] = np.repeat(np.arange(12.0), 6)
    Watching.seen.clear()
    pk.DoubleML(FORMULA, "d", learner=Watching(cv), effects="none", folds=3, repeats=1).fit(data)
    assert len(Watching.seen) == 6
    for provinces, splits in Watching.seen:
        assert len(splits) == (5 if cv is None else 3)
        for train, test in splits:
            assert not set(provinces[train]) & set(provinces[test])
            assert len(train) + len(test) == len(provinces)


NAMED = ("lasso", "ridge", "elastic-net", "ols", "forest", "boosting")


def test_the_same_seed_is_the_same_numbers_on_any_number_of_workers() -> None:
    spec = pk.DoubleML(
        FORMULA, "d", outcome_learner=RandomForestRegressor(5), treatment_learner="lasso", folds=2, repeats=2
    )
    one_worker = spec.fit(panel(), rng=5)
    two = spec.fit(panel().sample(frac=1.0, random_state=1), rng=5, jobs=2)
    assert one(one_worker) == one(two)
    pd.testing.assert_frame_equal(one_worker.nuisance, two.nuisance)
    assert one(spec.fit(panel(), rng=6)) != one(one_worker)


@pytest.mark.parametrize("learner", NAMED)
def test_named_learners_are_near_the_truth(learner: str) -> None:
    """Effect .7 with 40 x 4 rows: three standard errors, and what a flexible learner leaves of a line."""
    data = panel(40, 4, seed=2)
    data["y"] = 0.7 * data["d"] + data["x1"] + np.random.default_rng(2).normal(size=len(data))
    fit = pk.DoubleML("y ~ x1 + x2 + z", "d", learner=learner, folds=2, repeats=1).fit(data)
    assert abs(fit.params["d"] - 0.7) < 3.0 * fit.std_errors["d"] + 0.15


def test_an_average_effect_is_near_the_truth() -> None:
    """An effect of 1 + x1 on rows of 60 provinces, more often treated where x1 is high; x1 has mean 0 in all."""
    data = panel(60, 6, seed=4)
    data["x1"] -= data["x1"].mean()
    rng = np.random.default_rng(4)
    data["b"] = (0.5 * data["x1"] + rng.logistic(size=360) > 0.0) * 1.0
    data["y"] = (1.0 + data["x1"]) * data["b"] + data["x1"] + rng.normal(size=360)
    options: dict[str, Any] = {"model": "irm", "learner": "ols", "effects": "time", "repeats": 3}
    ate = pk.DoubleML("y ~ x1 + x2", "b", **options).fit(data)
    atte = pk.DoubleML("y ~ x1 + x2", "b", score="atte", **options).fit(data)
    truth = 1.0 + float(data.loc[data["b"] == 1.0, "x1"].mean())
    assert abs(ate.params["b"] - 1.0) < 3.0 * ate.std_errors["b"]
    assert abs(atte.params["b"] - truth) < 3.0 * atte.std_errors["b"]
    assert atte.params["b"] > ate.params["b"]
    assert ate.facts["learner_treatment"] == "logit"
    assert any("rows of 360 stood outside" in note for note in ate.notes)


@pytest.mark.parametrize("learner", ["lasso", "ridge", "elastic-net", "forest", "boosting"])
def test_named_classifiers_learn_a_propensity(learner: str) -> None:
    """Treatment hangs on x1: out of fold, log loss below that of a coin (log 2) and R2 above that of the mean."""
    data = panel(30, 4, seed=6)
    rng = np.random.default_rng(6)
    data["b"] = (2.0 * data["x1"] + rng.logistic(size=120) > 0.0) * 1.0
    spec = pk.DoubleML(
        FORMULA, "b", "irm", outcome_learner="ols", treatment_learner=learner, effects="none", folds=2,
        repeats=1, score="atte", clip=0.001,
    )  # fmt: skip
    held = spec.fit(data).nuisance.set_index("function").loc["propensity"]
    assert (held["log_loss"] < np.log(2.0)).all()
    assert (held["r2"] > 0.05).all()


def test_coarser_clusters_are_the_folds() -> None:
    spec = pk.DoubleML(FORMULA, "d", learner="ols", folds=2, repeats=2, vcov=pk.Cluster("region"))
    fit = spec.fit(panel())
    assert fit.facts["n_clusters"] == 4
    assert (fit.nuisance["units"] == 2).all()  # regions
    assert fit.with_vcov(pk.Cluster()).facts["n_clusters"] == 12
    with pytest.raises(pk.SpecError, match="did not carry"):
        pk.DoubleML(FORMULA, "d", learner="ols").fit(panel()).with_vcov(pk.Cluster("region"))


def test_a_cross_section_has_its_units_as_folds() -> None:
    data = panel(40, 1).reset_index().drop(columns="year")
    fit = pk.DoubleML(FORMULA, "d", learner="ols", effects="none", repeats=2).fit(data, unit="province")
    assert fit.facts["nobs"] == 40


def test_the_result_stands_in_a_table_beside_fixed_effects() -> None:
    data = panel()
    fits = [
        pk.FixedEffects("y ~ d + x1 + x2").fit(data),
        pk.DoubleML(FORMULA, "d", learner="ols", repeats=2).fit(data),
    ]
    text = str(to_format(fits, "markdown", None))
    assert "| d" in text


REFUSED: dict[str, tuple[dict[str, Any], str]] = {
    "row folds": ({"folds": "rows"}, "about 20 %"),
    "a word": ({"folds": "five"}, "number of folds, each of whole provinces"),
    "no folds": ({"folds": 0}, "number of folds"),
    "one fold": ({"folds": 1}, "folds=1 learns on the rows"),
    "a mapping of one fold": ({"folds": {"p00": 1}}, "one fold only"),
    "repeats": ({"repeats": 0}, "repeats is a whole number"),
    "model": ({"model": "pls"}, "model is one of"),
    "score": ({"score": "ate"}, "partialling-out, iv-type"),
    "transform": ({"transform": "demeaned"}, "transform is one of"),
    "idle transform": ({"transform": "within", "effects": "time"}, "leave it out"),
    "transform of irm": ({"model": "irm", "transform": "within"}, "not 0 and 1"),
    "instrument": ({"instrument": "z"}, "give both or neither"),
    "no instrument": ({"model": "pliv"}, "give both or neither"),
    "learner": ({"learner": "svm"}, "learner is one of lasso"),
    "class": ({"learner": Ridge}, "with parentheses"),
    "classifier": ({"learner": LOGIT}, "is a classifier"),
    "no probabilities": (
        {"model": "irm", "treatment_learner": RidgeClassifier()},
        "RidgeClassifier has no predict_proba",
    ),
    "one learner of two": ({"model": "irm", "learner": Ridge()}, "a mean and a probability"),
    "rows in tuning": ({"learner": LassoCV(cv=KFold(3))}, "tunes on rows"),
    "rows in a pipeline": (
        {"learner": make_pipeline(StandardScaler(), LassoCV(cv=KFold(3)))},
        "lassocv__cv",
    ),
    "early stopping": ({"learner": HistGradientBoostingRegressor(early_stopping=True)}, "tunes on rows"),
    "clip": ({"model": "irm", "clip": 0.5}, "clip lies between"),
    "idle clip": ({"clip": 0.05}, "has none"),
    "covariance": ({"vcov": pk.Conley(300)}, "DoubleML has no covariance"),
    "treatment": ({"treatment": ""}, "treatment names one variable"),
}


@pytest.mark.parametrize("name", REFUSED)
def test_what_has_no_meaning_is_refused(name: str) -> None:
    options, said = REFUSED[name]
    with pytest.raises(pk.SpecError, match=said) as error:
        pk.DoubleML(**{"formula": FORMULA, "treatment": "d", **options})
    assert error.value.text("zh") != str(error.value)


def spoiled(name: str) -> pd.DataFrame:
    data = panel()
    if name == "constant inside":
        data["d"] = np.repeat(np.arange(12.0), 6)
    if name == "lonely period":
        data.loc[("p00", 2016), :] = data.iloc[0]
        data.loc[("p00", 2017), :] = data.iloc[1]
    if name == "no overlap":
        data["b"] = (data["x1"] > 0.0) * 1.0
    if name == "one treated":
        data["b"] = (data.index.get_level_values(0) == "p03") * 1.0
    if name == "never":
        data["b"] = 0.0
    if name == "a year of all":
        data["b"] = np.where(data.index.get_level_values(1) == 2012, 1.0, data["b"])
    return data.sort_index()


IRM: dict[str, Any] = {"treatment": "b", "model": "irm", "learner": "ols"}
BAD: dict[str, tuple[dict[str, Any], str]] = {
    "constant inside": ({}, "`d` does not vary inside the provinces"),
    "lonely period": ({"effects": "time", "folds": 3}, "2016, 2017 lie in one fold"),
    "many folds": ({"folds": 13}, "the sample holds 12 of `province`"),
    "mapping": ({"folds": {"p00": 1, "p01": 2}}, "names no fold for p02"),
    "continuous": ({**IRM, "treatment": "d"}, "72 rows are neither 0 nor 1"),
    "no overlap": ({**IRM, "effects": "unit"}, "no overlap"),
    "one treated": ({**IRM, "effects": "unit", "folds": 3}, "only untreated rows are left"),
    "never": (IRM, "`b` is 0.0 in every row"),
    "a year of all": (IRM, "same in every province in 2012"),
    "few to tune on": (
        {
            **IRM,
            "treatment_learner": "lasso",
            "effects": "unit",
            "folds": {f"p{at:02d}": at // 6 for at in range(12)},
        },
        "tunes itself",
    ),
    "confounder": ({"formula": "y ~ 1"}, "nothing to learn"),
    "twice": ({"formula": "y ~ d + x1"}, "stands in two of"),
    "several": ({"treatment": "C(region)"}, "several columns"),
    "clusters in time": ({"vcov": pk.Cluster("year")}, "folds are whole clusters"),
}


@pytest.mark.parametrize("name", BAD)
def test_data_that_cannot_carry_it_are_refused(name: str) -> None:
    options, said = BAD[name]
    data = spoiled(name)
    if name == "few to tune on":
        data["b"] = np.where(np.isin(data.index.get_level_values(0), ["p00", "p06"]), data["b"], 0.0)
    spec = {"formula": FORMULA, "treatment": "d", "learner": "ols", **options}
    with pytest.raises(pk.PanelkitError, match=said) as error:
        pk.DoubleML(**spec).fit(data)
    assert error.value.text("zh") != str(error.value)


def test_a_policy_adopted_at_several_dates_is_answered_with_its_weights() -> None:
    data = panel()
    number = data.index.get_level_values(0).str[1:].astype(int)
    start = np.where(number < 4, 2012, np.where(number < 8, 2014, 9999))
    data["did"] = (data.index.get_level_values(1) >= start) * 1.0
    fit = pk.DoubleML(FORMULA, "did", learner="ols", repeats=2).fit(data)
    assert any("StaggeredDiD" in note for note in fit.notes)
    assert not any(
        "StaggeredDiD" in note for note in pk.DoubleML(FORMULA, "d", learner="ols").fit(data).notes
    )


def test_size_on_31_provinces() -> None:
    """Effect .7 in 60 worlds: bias within three errors of its mean, misses of 95 % intervals within 7 + 3 x 3.3 %."""
    found = []
    for seed in range(60):
        data = panel(31, 6, seed=100 + seed)
        shocks = np.random.default_rng(seed).normal(size=len(data))
        data["y"] = 0.7 * data["d"] + data["x1"] + shocks + 0.5 * np.roll(shocks, 1)
        fit = pk.DoubleML("y ~ x1 + x2 + z", "d", learner="ols", repeats=1).fit(data, rng=seed)
        found.append((*one(fit), float(fit.conf_int()["conf_high"].iloc[0])))
    estimates, _, high = np.array(found).T
    assert abs(estimates.mean() - 0.7) < 3.0 * estimates.std() / 60**0.5
    assert np.mean(np.abs(estimates - 0.7) > high - estimates) <= 0.17


def test_missing_cells_leave_with_their_reason() -> None:
    data = panel()
    data.loc[("p02", 2013), "x1"] = np.nan
    fit = pk.DoubleML(FORMULA, "d", learner="ols", repeats=2).fit(data)
    assert fit.facts["nobs"] == 71
    assert "x1" in str(fit.dropped["reason"].iloc[0])


def test_constant_confounders_leave_with_a_note() -> None:
    data = panel()
    fit = pk.DoubleML(FORMULA + " + C(region)", "d", learner="ols", repeats=2).fit(data)
    assert any("constant inside every province" in note for note in fit.notes)
    assert one(fit) == one(pk.DoubleML(FORMULA, "d", learner="ols", repeats=2).fit(data))


def test_scikit_learn_is_imported_when_something_is_learned() -> None:
    code = "import sys, panelkit as pk\npk.DoubleML('y ~ x', 'd')\nsys.exit('sklearn' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
