"""The numbers of the linear family are those of the estimators that it stands for, under every covariance."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

import panelkit as pk
from panelkit.audit.convention.asked import read_target
from panelkit.audit.convention.linear.family import linear_candidates
from panelkit.audit.convention.problem import Problem

FORMULA = "log(y) ~ log(x) + log(z) + w"
# one covariance by the name of the search: the spec, and the convention under which its program prints it
SPECS = {
    "iid": (pk.Iid(), "reghdfe"),
    "HC1": (pk.Robust("HC1"), "reghdfe"),
    "HC0": (pk.Robust("HC0"), "reghdfe"),
    **{
        f"cluster unit, {name}": (pk.Cluster(), name)
        for name in ("reghdfe", "xtreg", "fixest", "plm-sss", "lsdv", "plm", "linearmodels")
    },
    "CRV3": (pk.CRV3(), "fixest"),
    **{f"cluster time, {name}": (pk.Cluster("year"), name) for name in ("reghdfe", "linearmodels")},
    **{f"two-way, {name}": (pk.TwoWayCluster(), name) for name in ("reghdfe", "linearmodels")},
    **{
        f"Driscoll-Kraay {lags}, {program}": (pk.DriscollKraay(lags), name)
        for lags in (1, 2, 3)
        for program, name in (
            ("fixest", "fixest"),
            ("xtscc", "xtreg"),
            ("linearmodels", "linearmodels"),
            ("plm", "plm"),
        )
    },
}


def panel(*, units: int = 14, periods: int = 9, lost: int = 0, seed: int = 3) -> pd.DataFrame:
    rng = np.random.default_rng(seed)
    labels = [f"u{at:02d}" for at in range(units)]
    index = pd.MultiIndex.from_product([labels, range(2010, 2010 + periods)], names=["province", "year"])
    n = len(index)
    own = np.repeat(rng.normal(size=units), periods)
    frame = pd.DataFrame(
        {"x": np.exp(rng.normal(size=n) + own), "z": np.exp(rng.normal(size=n))}, index=index
    )
    frame["w"] = rng.normal(size=n) + 0.5 * own
    noise = rng.normal(size=n) * (1.0 + 0.5 * np.abs(frame["w"])) + rng.normal(size=periods).repeat(units)[:n]
    frame["y"] = np.exp(0.4 * np.log(frame["x"]) - 0.2 * np.log(frame["z"]) + 0.1 * frame["w"] + own + noise)
    return frame.drop(frame.index[rng.choice(n, lost, replace=False)]).sample(frac=1.0, random_state=seed)


def stated(frame: pd.DataFrame, effects: str, formula: str = FORMULA, **more: object):
    printed = {"log(x)": "0.1 (0.1)", "log(z)": "0.1 [0.1]", "w": "0.1", "N": "126", "R2": "0.4"}
    problem = Problem(
        read_target(printed), {"figures": frame}, formula=formula, effects=effects, depth=0, **more
    )  # type: ignore[arg-type]
    return linear_candidates(problem)


@pytest.mark.parametrize("effects", ["twoway", "unit", "time", "none"])
@pytest.mark.parametrize("lost", [0, 17])
def test_every_covariance_is_the_one_of_the_estimator(effects: str, lost: int) -> None:
    """A factor on a shared sandwich is the covariance that the estimator computes by itself, balanced or not."""
    frame = panel(lost=lost)
    found = stated(frame, effects)
    by_key = {dict(one.axes)["covariance"]: at for at, one in enumerate(found.candidates)}
    model = pk.PooledOLS if effects == "none" else pk.FixedEffects
    options = {} if effects == "none" else {"effects": effects}
    checked = 0
    for key, (vcov, convention) in SPECS.items():
        try:
            fit = model(FORMULA, vcov=vcov, convention=convention, **options).fit(frame)
        except pk.SpecError:
            continue
        row = dict(zip(found.slots, found.matrix[by_key[key]], strict=True))
        for term in ("log(x)", "log(z)"):
            # the same numbers by another factorisation: nine digits
            assert row[term, "estimate"] == pytest.approx(fit.params[term], rel=1e-9)
            assert row[term, "error"] == pytest.approx(fit.std_errors[term], rel=1e-8), key
            assert row[term, "t"] == pytest.approx(fit.params[term] / fit.std_errors[term], rel=1e-8)
        assert row["", "nobs"] == fit.nobs
        checked += 1
    assert checked >= 22


@pytest.mark.parametrize("effects", ["twoway", "unit", "none"])
def test_the_six_r2_are_those_of_dummies_by_hand(effects: str) -> None:
    """Within, within units with periods explained (xtreg, i.year) or not fitted, with the effects, both adjusted."""
    frame = panel(lost=11)
    found = stated(frame, effects)
    row = dict(zip(found.slots, found.matrix[0], strict=True))
    flat = frame.reset_index()
    X = np.column_stack([np.log(flat["x"]), np.log(flat["z"]), flat["w"]])
    y = np.log(flat["y"].to_numpy())
    one = np.ones((len(flat), 1))
    unit = pd.get_dummies(flat["province"]).to_numpy(float)
    time = pd.get_dummies(flat["year"]).to_numpy(float)
    dummies = {"twoway": np.column_stack([unit, time[:, 1:]]), "unit": unit, "none": one}[effects]

    def left(columns: np.ndarray, y: np.ndarray = y) -> float:
        e = y - columns @ np.linalg.lstsq(columns, y, rcond=None)[0]
        return float(e @ e)

    rss, n, k, m = left(np.column_stack([X, dummies])), len(y), 3, dummies.shape[1]
    within, whole = 1 - rss / left(dummies), 1 - rss / left(one)
    b = np.linalg.lstsq(np.column_stack([X, dummies]), y, rcond=None)[0][:3]
    expected = {
        "R2 of units alone": 1 - left(unit, y - X @ b) / left(unit),
        "R2 within": within,
        "R2 of units": 1 - rss / left(unit),
        "R2": whole,
        "adjusted R2": 1 - (1 - whole) * (n - 1) / (n - k - m),
        "adjusted R2 within": 1 - (1 - within) * (n - m) / (n - k - m),
    }
    for kind, value in expected.items():
        # the same sums of squares by another factorisation
        assert row["", kind] == pytest.approx(value, rel=1e-9), kind


@pytest.mark.parametrize("effects", ["twoway", "unit"])
def test_r2_within_of_linearmodels_is_one_of_them(effects: str) -> None:
    panels = pytest.importorskip("linearmodels.panel")
    frame = panel(lost=11)
    X = pd.DataFrame({"x": np.log(frame["x"]), "z": np.log(frame["z"]), "w": frame["w"]})
    model = panels.PanelOLS(np.log(frame["y"]), X, entity_effects=True, time_effects=effects == "twoway")
    found = stated(frame, effects)
    row = dict(zip(found.slots, found.matrix[0], strict=True))
    # two factorisations of the same least squares
    assert row["", "R2 of units alone"] == pytest.approx(model.fit().rsquared_within, rel=1e-8)


def test_p_values_are_those_of_the_estimator_under_its_degrees_of_freedom() -> None:
    frame = panel()
    problem = Problem(
        read_target({"log(x)": "0.1 (0.1)", "log(z)": "0.1 (0.1)"}, "p"),
        {"figures": frame},
        formula=FORMULA,
        effects="twoway",
        depth=0,
    )
    found = linear_candidates(problem)
    by_key = {dict(one.axes)["covariance"]: at for at, one in enumerate(found.candidates)}
    for key in ("iid", "cluster unit, reghdfe", "cluster unit, plm", "CRV3", "Driscoll-Kraay 2, fixest"):
        vcov, convention = SPECS[key]
        fit = pk.FixedEffects(FORMULA, vcov=vcov, convention=convention).fit(frame)
        row = dict(zip(found.slots, found.matrix[by_key[key]], strict=True))
        # relative: small p lose digits of t
        assert row["log(z)", "p"] == pytest.approx(fit.p_values["log(z)"], rel=1e-6), key
