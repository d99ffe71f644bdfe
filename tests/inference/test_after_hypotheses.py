"""Joint tests against statsmodels, linearmodels and pyfixest, and the joint wild bootstrap against refits."""

from __future__ import annotations

import warnings
from typing import Any

import numpy as np
import pandas as pd
import pytest
import statsmodels.api as sm
from scipy import stats

import panelkit as pk
from panelkit.inference.wild.bootstrap import draw_weights
from tests.every_result import city_panel, lattice
from tests.munnell import FORMULA, munnell
from tests.panels import codes, dummies, random_panel


def lsdv(frame: pd.DataFrame, names: list[str]) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return y, the regressors with dummies of units and times, and unit codes."""
    frame, unit, time = codes(frame)
    X = np.hstack([frame[names].to_numpy(), dummies(unit), dummies(time)[:, 1:]])
    return frame["y"].to_numpy(), X, unit


@pytest.mark.parametrize("share", [1.0, 0.8])
@pytest.mark.parametrize(
    ("texts", "R", "r"),
    [
        ("x1 = x2 = x3 = 0", np.eye(3), [0, 0, 0]),
        (["x1 = 1", "x2 + 2*x3 = 0.5"], [[1, 0, 0], [0, 1, 2]], [1, 0.5]),
        ("x1 = 2*x2", [[1, -2, 0]], [0]),
        ("x3", [[0, 0, 1]], [0]),
    ],
)
def test_f_is_that_of_statsmodels_on_dummies(share: float, texts: Any, R: Any, r: list[float]) -> None:
    frame = random_panel(3, units=9, periods=6, share=share, regressors=3)
    fit = pk.FixedEffects("y ~ x1 + x2 + x3", vcov=pk.Iid(), convention="lsdv").fit(frame)
    y, X, _ = lsdv(frame, ["x1", "x2", "x3"])
    rows = np.hstack([np.asarray(R, float), np.zeros((len(r), X.shape[1] - 3))])
    theirs = sm.OLS(y, X).fit().f_test((rows, np.asarray(r, float)))
    found = fit.test(texts)
    # two solvers of one least-squares problem of condition about 10
    np.testing.assert_allclose(
        [found.statistic, found.p_value], [float(theirs.fvalue), float(theirs.pvalue)], rtol=1e-9
    )
    assert found.df == (float(len(r)), float(theirs.df_denom))


def test_clustered_f_is_that_of_linearmodels() -> None:
    from linearmodels.panel import PanelOLS

    data = munnell()
    fit = pk.FixedEffects(FORMULA, vcov=pk.Cluster(), convention="linearmodels").fit(data)
    theirs = PanelOLS.from_formula(FORMULA + " + EntityEffects + TimeEffects", data).fit(
        cov_type="clustered", cluster_entity=True
    )
    wald = theirs.wald_test(formula=["lpcap = 0", "lpc - lemp = 0"])
    found = fit.test(["lpcap = 0", "lpc = lemp"])
    assert found.statistic * 2 == pytest.approx(wald.stat, rel=1e-8)  # theirs is chi2, W = q F


def test_clustered_f_is_that_of_pyfixest() -> None:
    import pyfixest as pf

    frame = random_panel(5, units=14, periods=6, regressors=3).reset_index()
    R = np.array([[1.0, -1.0, 0.0], [0.0, 0.0, 1.0]])
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # pyfixest meets pandas' own deprecations
        theirs = pf.feols("y ~ x1 + x2 + x3 | province", frame, vcov={"CRV1": "province"})
        theirs.wald_test(R=R, distribution="F")
    fit = pk.FixedEffects("y ~ x1 + x2 + x3", "unit", vcov=pk.Cluster(), convention="fixest").fit(
        frame, unit="province", time="year"
    )
    assert fit.test(["x1 = x2", "x3"]).statistic == pytest.approx(float(theirs._f_statistic), rel=1e-8)


def test_normal_statistics_make_a_chi2() -> None:
    data, w = city_panel(), lattice()
    fit = pk.SpatialPanel("y ~ x + w", "sdm", small_sample=False).fit(data, w)
    found = fit.test(["W*x = 0", "W*w = 0"])
    at = [fit.terms.index("W*x"), fit.terms.index("W*w")]
    b, V = fit.estimates[at], fit.covariance[np.ix_(at, at)]
    value = float(b @ np.linalg.inv(V) @ b)
    assert (found.distribution, found.df) == ("chi2", (2.0,))
    assert found.statistic == pytest.approx(value, rel=1e-10)
    assert found.p_value == pytest.approx(float(stats.chi2.sf(value, 2)), rel=1e-10)
    by_reduction = next(test for test in fit.reduction_tests() if "SAR" in test.name)
    assert found.statistic == pytest.approx(
        by_reduction.statistic, rel=1e-5
    )  # its Jacobian is by differences
    t = fit.tidy().set_index("term").loc["rho"]
    assert fit.test("rho = 0").p_value == pytest.approx(t["p_value"], rel=1e-10)


def test_one_coefficient_is_its_own_t_test_under_every_covariance() -> None:
    data = random_panel(8, units=12, periods=6)
    for vcov in (pk.Iid(), pk.CRV3(), pk.CR2(), pk.Cluster(), pk.DriscollKraay(1)):
        fit = pk.FixedEffects("y ~ x1 + x2", vcov=vcov).fit(data)
        assert fit.test("x1").p_value == pytest.approx(fit.p_values["x1"], rel=1e-9)
        assert fit.test("x1").statistic == pytest.approx(fit.statistics["x1"] ** 2, rel=1e-9)


def test_a_contrast_under_cr2_has_the_df_of_the_model_written_in_it() -> None:
    data = random_panel(8, units=12, periods=6)
    fit = pk.FixedEffects("y ~ x1 + x2", vcov=pk.CR2()).fit(data)
    # b1 - b2 is the coefficient of x1 where x1 + x2 stands beside it: b1 x1 + b2 x2 = (b1 - b2) x1 + b2 (x1 + x2)
    other = pk.FixedEffects("y ~ x1 + I(x1 + x2)", vcov=pk.CR2()).fit(data)
    assert fit.test("x1 = x2").p_value == pytest.approx(other.p_values["x1"], rel=1e-8)
    assert fit.combine("x1 - x2").p_values.iloc[0] == pytest.approx(other.p_values["x1"], rel=1e-8)


def test_redundant_restrictions_leave_with_a_note() -> None:
    fit = pk.FixedEffects("y ~ x1 + x2").fit(random_panel(2))
    found = fit.test(["x1 = x2", "x1 = 0", "x2 = 0", "2*x1 = 2*x2"])
    assert found.df[0] == 2
    assert found.statistic == pytest.approx(fit.test("x1 = x2 = 0").statistic, rel=1e-10)
    assert "x2 = 0" in found.notes[0]
    assert "2*x1 = 2*x2" in found.notes[0]


@pytest.mark.parametrize(
    ("texts", "said"),
    [
        (["x1 = 0", "x1 = 1"], "`x1 = 1` contradicts `x1 = 0`"),
        (["x1 = x2", "x2 = 3", "x1 = 4"], "contradicts"),
        ("1 = 2", "false whatever the coefficients are"),
        ("x1 = x1 + 1", "false whatever the coefficients are"),
        (["x1 = 1e-12", "x1 = 0"], "contradicts"),
        (["1e12*x1 = 1", "x1 = 0"], "contradicts"),
        (["x1*x2 = 1", "x1*x2 = 2"], "cannot be tested together"),
        (["x1 = 1", "x1^2 = 5"], "cannot be tested together"),
        ("(x1 = 0) (x2 = 0)", "position 5: an equation inside parentheses: several at once are a list"),
        ("x1 = 0; x2 = 0", "position 7.*several at once are a list"),
        ("x1 = 0, x2 = 0", "several at once are a list"),
        ("x1 > 0", "position 4: `>`: a hypothesis is an equation"),
        (None, "a text, or a list of texts"),
        ({"a": "x1"}, "a text, or a list of texts"),
        ("x1 = x1", "tests nothing"),
        ("x1/(x2 - x2) = 1", "no value or no derivative"),
        ([], "no hypothesis"),
        ("x9", "there are `x1`, `x2`"),
    ],
)
def test_bad_hypotheses_are_refused(texts: Any, said: str) -> None:
    fit = pk.FixedEffects("y ~ x1 + x2").fit(random_panel(2))
    with pytest.raises(pk.SpecError, match=said):
        fit.test(texts)


@pytest.mark.parametrize(
    "texts",
    [
        ["x1 + 0.1 + 0.2 = 0.3", "x1 = 0"],  # 0.1 + 0.2 - 0.3 is 6e-17
        ["x1/3 + x2/7 = 0.1", "3*x2 + 7*x1 = 2.1"],
        ["x1 = 1e-12", "2*x1 = 2e-12"],
        ["x1*x2 = 1", "2*x1*x2 = 2"],
    ],
)
def test_rounding_is_no_contradiction(texts: list[str]) -> None:
    found = pk.FixedEffects("y ~ x1 + x2").fit(random_panel(2)).test(texts)
    assert found.df[0] == 1
    assert "left out" in found.notes[0]


@pytest.mark.parametrize("text", ["x1", ["x1", "x2"]])
@pytest.mark.parametrize("reps", [0, -1, 1.5, "many"])
def test_a_bootstrap_has_draws(text: Any, reps: Any) -> None:
    fit = pk.FixedEffects("y ~ x1 + x2").fit(random_panel(2))
    with pytest.raises(pk.SpecError, match="reps is a whole number and at least 1"):
        fit.test(text, bootstrap=True, reps=reps)


def test_signs_are_written_as_signs() -> None:
    fit = pk.FixedEffects("y ~ x1 + x2").fit(random_panel(2))
    assert fit.test("(-x1)^3 - x2 = -1").null == "(-x1)^3 - x2 = -1"


def test_a_term_of_one_equation_is_found_by_its_name() -> None:
    fit = pk.SpatialPanel("y ~ x + w", "sdm").fit(city_panel(), lattice())
    assert fit.params["W*x"] == fit.params["wx", "W*x"] == fit.params.loc[("wx", "W*x")]
    assert fit.p_values["rho"] == fit.p_values["spatial", "rho"]
    assert list(fit.params["main"].index) == ["x", "w"]
    assert type(2 * fit.params) is pd.Series
    with pytest.raises(KeyError, match="direct, indirect, total"):
        fit.impacts().params["x"]
    with pytest.raises(KeyError, match="x9"):
        fit.params["x9"]


def test_options_of_the_bootstrap_are_not_ignored() -> None:
    fit = pk.FixedEffects("y ~ x1 + x2").fit(random_panel(2))
    with pytest.raises(pk.SpecError, match="bootstrap=True"):
        fit.test("x1", reps=99)


def test_more_restrictions_than_clusters_do_not_apply() -> None:
    frame = random_panel(4, units=4, periods=30, regressors=5)
    fit = pk.FixedEffects("y ~ x1 + x2 + x3 + x4 + x5", "unit", vcov=pk.Cluster()).fit(frame)
    found = fit.test("x1 = x2 = x3 = x4 = x5 = 0")
    assert not found.applicable
    assert "rank" in found.reason


def test_a_nonlinear_hypothesis_is_a_delta_wald() -> None:
    fit = pk.FixedEffects("y ~ x1 + x2").fit(random_panel(2))
    found = fit.test("x1*x2 = 1")
    b, V = fit.estimates, fit.covariance
    g = np.array([b[1], b[0]])
    assert found.statistic == pytest.approx((b[0] * b[1] - 1) ** 2 / (g @ V @ g), rel=1e-10)
    assert "delta" in found.notes[0]


def brute_joint(
    frame: pd.DataFrame, R: np.ndarray, r: np.ndarray, draws: np.ndarray, *, effects: str
) -> tuple[float, np.ndarray]:
    """Return W and every W* by least squares on dummies, refitted draw by draw."""
    frame, unit, time = codes(frame)
    y, X = frame["y"].to_numpy(), frame[["x1", "x2", "x3"]].to_numpy()
    D = np.hstack([dummies(unit), dummies(time)[:, 1:]]) if effects == "twoway" else dummies(unit)
    Z = np.hstack([X, D])
    inverse = np.linalg.pinv(Z.T @ Z)
    full = np.hstack([R, np.zeros((len(R), Z.shape[1] - 3))])

    def wald(outcome: np.ndarray) -> float:
        b = inverse @ Z.T @ outcome
        e = outcome - Z @ b
        scores = np.array([Z[unit == g].T @ e[unit == g] for g in range(unit.max() + 1)])
        V = inverse @ scores.T @ scores @ inverse
        gap = full @ b - r
        return float(gap @ np.linalg.solve(full @ V @ full.T, gap))

    b = inverse @ Z.T @ y
    middle = np.linalg.solve(full @ inverse @ full.T, full @ b - r)
    under = b - inverse @ full.T @ middle
    errors = y - Z @ under
    return wald(y), np.array([wald(Z @ under + errors * v[unit]) for v in draws])


@pytest.mark.parametrize("effects", ["unit", "twoway"])
@pytest.mark.parametrize("share", [1.0, 0.85])
def test_joint_wild_bootstrap_is_that_of_refits(effects: Any, share: float) -> None:
    frame = random_panel(6, units=9, periods=5, share=share, regressors=3)
    fit = pk.FixedEffects("y ~ x1 + x2 + x3", effects, vcov=pk.Cluster()).fit(frame)
    R, r = np.array([[1.0, 0, 0], [0, 1.0, -1.0]]), np.array([0.8, 0.1])
    draws, _ = draw_weights(9, 399, "rademacher", np.random.default_rng(0), "inclusive")
    own, drawn = brute_joint(frame, R, r, draws, effects=effects)
    found = fit.test(["x1 = 0.8", "x2 - x3 = 0.1"], bootstrap=True, reps=399)
    # ties of the identity draw and of its mirror come from the same arithmetic in both
    assert found.p_value == pytest.approx(np.mean(drawn >= own * (1 - 1e-9)), abs=1e-12)
    assert found.statistic == pytest.approx(fit.test(["x1 = 0.8", "x2 - x3 = 0.1"]).statistic, rel=1e-8)


def test_bootstrap_of_one_restriction_is_the_one_known() -> None:
    fit = pk.FixedEffects("y ~ x1 + x2").fit(random_panel(2, units=11))
    found = fit.test("x1 = x2", bootstrap=True, reps=499, rng=3)
    known = pk.wild_cluster_bootstrap(fit, {"x1": 1.0, "x2": -1.0}, reps=499, rng=3)
    assert found.p_value == known.p_value


def test_bootstrap_refuses_what_it_cannot_resample() -> None:
    data = city_panel()
    fit = pk.InstrumentalFE("y ~ w + [x ~ z1 + z2]").fit(data)
    with pytest.raises(pk.SpecError, match="one equation"):
        fit.test("x = w = 0", bootstrap=True)
    linear = pk.FixedEffects("y ~ x + w").fit(data)
    with pytest.raises(pk.SpecError, match="linear"):
        linear.test("x*w = 0", bootstrap=True)


def test_size_of_the_joint_tests_with_few_clusters() -> None:
    """Twelve clusters with serial errors: CRV1's chi2 rejects far too often, the joint wild bootstrap does not."""
    rng, reps = np.random.default_rng(7), 150
    unit, time = np.repeat(np.arange(12), 8), np.tile(np.arange(8), 12)
    frame = pd.DataFrame({"u": unit, "t": time})
    wild = wald = 0
    for _ in range(reps):
        walk = rng.normal(size=(3, 12, 8)).cumsum(axis=2)
        frame["x1"], frame["x2"], frame["y"] = walk.reshape(3, -1)
        fit = pk.FixedEffects("y ~ x1 + x2", "unit", vcov=pk.Cluster()).fit(frame, unit="u", time="t")
        wild += fit.test("x1 = x2 = 0", bootstrap=True, reps=199).p_value < 0.05
        found = fit.test("x1 = x2 = 0")
        wald += float(stats.chi2.sf(2 * found.statistic, 2)) < 0.05
    # 150 draws: a true size of .05 shows between .01 and .10 in 99 of 100 such runs
    assert 0.01 <= wild / reps <= 0.10
    assert wald / reps > 0.12


def test_mediation_and_impacts_take_the_same_road() -> None:
    data = city_panel()
    found = pk.Mediation("y", "x", "m", "w").fit(data, reps=199)
    assert found.test("direct = indirect").applicable
    assert found.combine("indirect/total").draws is not None
    impacts = pk.SpatialPanel("y ~ x + w").fit(data, lattice()).impacts()
    one = impacts.test("direct:x = 0")
    row = impacts.tidy().query("equation == 'direct' and term == 'x'").iloc[0]
    assert one.statistic == pytest.approx(row["statistic"] ** 2, rel=1e-9)
