"""Effects of a regressor at values of its moderator: the reduced form moved by hand, closed forms, coverage."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from typer.testing import CliRunner

import panelkit as pk
from panelkit.cli import app
from panelkit.inference.moderated_parts import moderated_stacked
from panelkit.inference.multipliers import Multipliers, _smooth
from panelkit.language.errors import SpecError
from panelkit.spatial.weights import Weights
from tests.spatial.data import lattice, simulate

FORMULA = "y ~ x*m"
STEP = 1e-5
# central differences of a function of third degree: rounding of 1e-16 over the step
CLOSE = 1e-9


@pytest.fixture(scope="module")
def w() -> Weights:
    return pk.contiguity()


def world(w: Weights, t: int, seed: int, **truth: float) -> pd.DataFrame:
    """Return a panel of y = rho W y + b x + c m + d x m + W(...) + effects + e."""
    rng = np.random.default_rng(seed)
    data = simulate(w, t, rng, beta=(0.0, 0.0), theta=(0.0, 0.0)).rename(columns={"x1": "x", "x2": "m"})
    x, m, e = (data[name].to_numpy().reshape(w.n, t) for name in ("x", "m", "y"))
    m = m + 1.0
    matrix = w.matrix.toarray()
    b, d, theta, u, rho = (truth.get(name, 0.0) for name in ("b", "d", "theta", "u", "rho"))
    mean = b * x + 0.3 * m + d * x * m + matrix @ (theta * x - 0.2 * m + u * x * m) + e
    data["y"], data["m"] = np.linalg.solve(np.eye(w.n) - rho * matrix, mean).reshape(-1), m.reshape(-1)
    return data


@pytest.fixture(scope="module")
def data(w: Weights) -> pd.DataFrame:
    return world(w, 6, 3, b=1.0, d=0.5, theta=0.3, u=0.4, rho=0.3)


def by_hand(fit: Any, data: pd.DataFrame, w: Weights, at: float | None, formula: str = "x*m") -> np.ndarray:
    """Return direct, indirect and total effect: the reduced form solved anew with x of one province a step away.

    Columns, lags and the solution are made here, from coefficients alone; `at` sets m everywhere.
    """
    n, matrix = w.n, w.matrix.toarray()
    x, m = (data[name].to_numpy().reshape(n, -1) for name in ("x", "m"))
    m = m if at is None else np.full_like(m, at)
    params, own, behind = dict(zip(fit.terms, fit.estimates, strict=True)), 0.0, 0.0
    columns = {
        "x*m": lambda x: {"x": x, "m": m, "x:m": x * m},
        "curve": lambda x: {"x": x, "m": m, "I(x^2)": x**2},
    }[formula]
    inverse = np.linalg.inv(np.eye(n) - params.get("rho", 0.0) * matrix)

    def outcome(x: np.ndarray) -> np.ndarray:
        return inverse @ sum(
            params[name] * z + params.get(f"W*{name}", 0.0) * (matrix @ z) for name, z in columns(x).items()
        )

    for j in range(n):
        up, down = x.copy(), x.copy()
        up[j] += STEP
        down[j] -= STEP
        change = ((outcome(up) - outcome(down)) / (2 * STEP)).mean(axis=1)
        own, behind = own + change[j] / n, behind + (change.sum() - change[j]) / n
    return np.array([own, behind, own + behind])


def row(found: Any, name: str) -> np.ndarray:
    """Return direct, indirect and total of a row, by the first words of its name."""
    tidy = found.tidy()
    chosen = [term == name or term.startswith(f"{name} ") for term in tidy["term"]]
    return tidy.loc[chosen, "estimate"].to_numpy()


@pytest.mark.parametrize("model", ["sdm", "sar", "sem", "sdem", "slx", "sac"])
def test_the_reduced_form_moved_by_hand(w: Weights, data: pd.DataFrame, model: Any) -> None:
    fit = pk.SpatialPanel(FORMULA, model).fit(data, w)
    found = pk.moderated_impacts(fit, "x", by="m", values=[-1.0, 2.0])
    assert found.values == (-1.0, 2.0)
    for name, at in (("-1", -1.0), ("as observed", None)):
        assert row(found, name) == pytest.approx(by_hand(fit, data, w, at), abs=CLOSE)
    high, low = by_hand(fit, data, w, 2.0), by_hand(fit, data, w, -1.0)
    assert row(found, "2 less -1") == pytest.approx(high - low, abs=CLOSE)
    assert row(found, "a unit more") == pytest.approx((high - low) / 3.0, abs=CLOSE)


def test_a_curve_by_its_own_values(w: Weights, data: pd.DataFrame) -> None:
    fit = pk.SpatialPanel("y ~ x + m + I(x^2)", "sdm").fit(data, w)
    found = fit.moderated_impacts("x", "x", values=[0.5, 1.0])
    assert row(found, "as observed") == pytest.approx(by_hand(fit, data, w, None, "curve"), abs=1e-7)
    params = fit.params
    total = (params["x"] + params["W*x"] + (params["I(x^2)"] + params["W*I(x^2)"])) / (1 - params["rho"])
    assert row(found, "0.5")[2] == pytest.approx(total, abs=1e-10)  # 2 x = 1, in closed form


def test_closed_form_of_the_total_and_its_error(w: Weights, data: pd.DataFrame) -> None:
    """With rows that sum to one the total is (b + d m + theta + u m) / (1 - rho), its gradient by hand."""
    fit = pk.SpatialPanel(FORMULA, "sdm").fit(data, w)
    p, m = fit.params, 1.5
    top = p["x"] + p["W*x"] + m * (p["x:m"] + p["W*x:m"])
    found = fit.moderated_impacts("x", "m", values=[m])
    total = found.effect("total").iloc[0]
    assert total["estimate"] == pytest.approx(top / (1 - p["rho"]), abs=1e-12)
    gradient = np.zeros(len(fit.terms))
    for name, by in (("x", 1.0), ("W*x", 1.0), ("x:m", m), ("W*x:m", m)):
        gradient[fit.terms.index(name)] = by / (1 - p["rho"])
    gradient[fit.terms.index("rho")] = top / (1 - p["rho"]) ** 2
    error = np.sqrt(gradient @ fit.covariance @ gradient)
    # the jacobian of the delta method is one of numerical differences
    assert total["std_error"] == pytest.approx(error, rel=1e-6)


def test_draws_agree_with_the_delta_method(w: Weights, data: pd.DataFrame) -> None:
    fit = pk.SpatialPanel(FORMULA, "sdm").fit(data, w)
    delta = fit.moderated_impacts("x", "m")
    drawn = fit.moderated_impacts("x", "m", method="draws", reps=4_000, rng=1)
    assert np.array_equal(
        drawn.draws, fit.moderated_impacts("x", "m", method="draws", reps=4_000, rng=1).draws
    )
    # t(30) has 3.5 per cent more, and 1/(1 - rho) a tail that the delta method leaves out
    assert drawn.std_errors.to_numpy() == pytest.approx(delta.std_errors.to_numpy(), rel=0.15)


def test_the_long_run_of_a_dynamic_model(w: Weights, data: pd.DataFrame) -> None:
    fit = pk.DynamicSpatialPanel(FORMULA, lags="both").fit(data, w)
    p, matrix = dict(zip(fit.terms, fit.estimates, strict=True)), w.matrix.toarray()
    at, eye = 0.7, np.eye(w.n)
    inner = (p["x"] + at * p["x:m"]) * eye + (p["W*x"] + at * p["W*x:m"]) * matrix
    for horizon, left in (
        ("short", eye - p["rho"] * matrix),
        ("long", (1 - p["lag(y)"]) * eye - (p["rho"] + p["W*lag(y)"]) * matrix),
    ):
        effect = np.linalg.solve(left, inner)
        own, total = np.trace(effect) / w.n, effect.sum() / w.n
        found = fit.moderated_impacts("x", "m", values=[at], horizon=horizon)
        assert row(found, "0.7") == pytest.approx([own, total - own, total], abs=1e-12)
    # the first year is the start: it is no year in which x moves
    kept = data[data.index.get_level_values("year") > 2001]
    observed = fit.moderated_impacts("x", "m", method="none")
    median = fit.moderated_impacts("x", "m", values=[kept["m"].median()])
    assert observed.values[1] == kept["m"].median()
    assert row(observed, "p50") == pytest.approx(median.estimates.reshape(3, -1)[:, 0])


def test_other_estimators_and_weights(w: Weights, data: pd.DataFrame) -> None:
    random = pk.SpatialRandomEffects(FORMULA, "sdm").fit(data, w)
    assert row(random.moderated_impacts("x", "m", values=[0.0]), "0") == pytest.approx(
        by_hand(random, data, w, 0.0), abs=CLOSE
    )
    far = pk.nearest(4)
    fit = pk.SpatialPanel(FORMULA, "sdm").fit(data, far)  # not similar to a symmetric matrix
    assert row(fit.moderated_impacts("x", "m"), "as observed") == pytest.approx(
        by_hand(fit, data, far, None), abs=CLOSE
    )
    cross = pk.SpatialCrossSection(FORMULA, "sar").fit(data, w, year=2003)
    one = data[data.index.get_level_values("year") == 2003]
    assert row(cross.moderated_impacts("x", "m"), "as observed") == pytest.approx(
        by_hand(cross, one, w, None), abs=CLOSE
    )


def test_means_of_unequal_units_by_every_road(w: Weights) -> None:
    """Eigenvectors, factorisation and interpolation give the means that dense matrices give."""
    rng = np.random.default_rng(0)
    matrix, far = w.matrix, pk.nearest(3).matrix
    values = rng.normal(size=(2, w.n))
    made = Multipliers(w.n, matrix, far)
    rho = np.linspace(-0.2, 0.5, 15)
    found = made.of_units(rho, values)
    for at, value in enumerate(rho):
        s = np.linalg.inv(np.eye(w.n) - value * matrix.toarray())
        for q in range(2):
            d = np.diag(values[q])
            want = [np.trace(s @ d), np.trace(s @ far @ d), (s @ d).sum(), (s @ far @ d).sum()]
            assert found[at, :, q] == pytest.approx(np.array(want) / w.n, abs=1e-12)
    by_factors = _smooth(rho, lambda one: made._by_unit(made._solved(one)) @ values.T / w.n)
    assert by_factors == pytest.approx(found, abs=1e-5)  # nine nodes over .7 of rho
    assert made.of_units(rho, np.ones((1, w.n)))[:, :, 0] == pytest.approx(made.at(rho), abs=1e-14)


def test_many_units_at_one_value_of_the_moderator() -> None:
    w = lattice(32, 32)
    data = world(w, 3, 1, b=1.0, d=0.5, rho=0.3)
    fit = pk.SpatialPanel(FORMULA, "sdm").fit(data, w)
    found = fit.moderated_impacts("x", "m", values=[0.0, 1.0])
    assert "as observed" not in found.terms
    impacts = fit.impacts()
    assert row(found, "0")[0] == pytest.approx(impacts.params["direct"]["x"], rel=1e-9)
    parts = fit.impact_parts()
    with pytest.raises(SpecError, match="1024 units are too many"):
        moderated_stacked(parts, [0], np.arange(w.n, dtype=float)[None, None])(parts.theta[None], "short")


def test_what_is_refused(w: Weights, data: pd.DataFrame) -> None:
    fit = pk.SpatialPanel("y ~ x + m", "sdm").fit(data, w)
    with pytest.raises(SpecError, match="does not depend on `m`"):
        fit.moderated_impacts("x", "m")
    fit = pk.SpatialPanel(FORMULA, "sdm").fit(data, w)
    with pytest.raises(SpecError, match="z"):
        fit.moderated_impacts("z", "m")
    with pytest.raises(SpecError, match="percentiles"):
        fit.moderated_impacts("x", "m", values=[1.0], percentiles=[50])
    with pytest.raises(SpecError, match="between 0 and 100"):
        fit.moderated_impacts("x", "m", percentiles=[120])
    with pytest.raises(SpecError, match="static model"):
        fit.moderated_impacts("x", "m", horizon="long")
    with pytest.raises(SpecError, match="an effect is"):
        fit.moderated_impacts("x", "m").effect("spillover")
    with pytest.raises(SpecError, match="margins"):
        pk.moderated_impacts(pk.FixedEffects(FORMULA).fit(data), "x", by="m")
    with pytest.raises(SpecError, match="moderated_impacts"):
        fit.margins("x", at="m")


def test_impacts_say_that_a_row_is_not_the_effect(w: Weights, data: pd.DataFrame) -> None:
    notes = [str(note) for note in pk.SpatialPanel(FORMULA, "sdm").fit(data, w).impacts().notes]
    assert any(note.startswith("`x` moves in `x:m` too") for note in notes)
    assert not any(
        "moves in" in str(note) for note in pk.SpatialPanel("y ~ x + m").fit(data, w).impacts().notes
    )


def test_a_moderator_by_the_frame_and_the_figure(w: Weights, data: pd.DataFrame) -> None:
    frame = data.assign(size=np.exp(data["m"]))
    fit = pk.SpatialPanel("y ~ x*log(size)", "sdm").fit(frame, w)
    with pytest.raises(SpecError, match="data="):
        fit.moderated_impacts("x", "size")
    bent = fit.moderated_impacts("x", "size", values=[1.0, 2.0], data=frame)
    straight = fit.moderated_impacts("x", "log(size)", values=[0.0, np.log(2.0)])
    assert row(bent, "1") == pytest.approx(row(straight, "0"), abs=1e-12)
    assert not any(name.startswith("a unit more") for name in bent.terms)  # not linear in size
    assert bent.plot("total").drawing is not None


def test_coverage_of_what_the_moderator_changes(w: Weights) -> None:
    """150 panels of 8 years: the change of the indirect effect is covered as its interval says."""
    b, d, theta, u, rho = 1.0, 0.4, 0.3, 0.3, 0.3
    inside = []
    inverse, matrix = np.linalg.inv(np.eye(w.n) - rho * w.matrix.toarray()), w.matrix.toarray()
    slope = inverse @ (d * np.eye(w.n) + u * matrix)
    truth = (slope.sum() - np.trace(slope)) / w.n
    for seed in range(150):
        data = world(w, 8, seed, b=b, d=d, theta=theta, u=u, rho=rho)
        fit = pk.SpatialPanel(FORMULA, "sdm").fit(data, w)
        found = fit.moderated_impacts("x", "m").effect("indirect").iloc[-1]
        inside.append(found["conf_low"] <= truth <= found["conf_high"])
    # 95 per cent of 150, three standard errors (1.8 points) below and none above
    assert 0.897 <= np.mean(inside) <= 1.0


def test_a_moderator_that_moves_with_the_variable_is_refused(w: Weights, data: pd.DataFrame) -> None:
    """At log(s) = 0 the effect of s is b + c + d, not b: log(s) cannot be held while s moves."""
    frame = data.assign(s=np.exp(data["x"]))
    fit = pk.SpatialPanel("y ~ s*log(s)", "sdm").fit(frame, w)
    for of, by in (("s", "log(s)"), ("log(s)", "s")):
        with pytest.raises(SpecError, match="moves where"):
            fit.moderated_impacts(of, by, data=frame)
        with pytest.raises(SpecError, match="moves where"):
            pk.FixedEffects("y ~ s*log(s)").fit(frame).margins(of, by, data=frame)
    found, p = fit.moderated_impacts("s", "s", values=[1.0], data=frame), fit.params
    names = ("s", "log(s)", "s:log(s)")  # derivatives at s = 1: 1, 1/s = 1, log(s) + 1 = 1
    total = sum(p[name] + p[f"W*{name}"] for name in names) / (1.0 - p["rho"])
    assert row(found, "1")[2] == pytest.approx(total, rel=1e-10)


def test_a_moderator_that_changes_nothing_is_refused(w: Weights, data: pd.DataFrame) -> None:
    fit = pk.SpatialPanel(FORMULA, "sdm").fit(data, w)
    with pytest.raises(SpecError, match="does not depend on `x`"):
        fit.moderated_impacts("x", "x")
    flat = data.assign(two=2.0)
    with pytest.raises(SpecError, match="is 2 in all rows"):
        pk.SpatialPanel("y ~ x:two", "sdm").fit(flat, w).moderated_impacts("x", "two", data=flat)
    assert not [name for name in fit.moderated_impacts("x", "m", values=[1.0, 1.0]).terms if "less" in name]


@pytest.mark.parametrize("given", [["a"], 3.0, "12", None])
def test_values_that_are_no_list_of_numbers(w: Weights, data: pd.DataFrame, given: Any) -> None:
    fit = pk.SpatialPanel(FORMULA, "sdm").fit(data, w)
    if given is not None:
        with pytest.raises(SpecError, match="are numbers"):
            fit.moderated_impacts("x", "m", values=given)
    with pytest.raises(SpecError, match="percentiles lie"):
        fit.moderated_impacts("x", "m", percentiles=given or 50)


def test_the_frame_may_hold_unit_and_time_as_columns(w: Weights, data: pd.DataFrame) -> None:
    """The frame that was fitted serves as it is, in any order, with years as text, and as a cross-section."""
    frame = data.assign(size=np.exp(data["m"]))
    formula = "y ~ x + x:log(size)"
    known = pk.SpatialPanel(formula, "sdm").fit(frame, w).moderated_impacts("x", "size", data=frame)
    flat = frame.rename_axis(["prov", "when"]).reset_index().sample(frac=1.0, random_state=1)
    flat["when"] = flat["when"].astype(str)
    fit = pk.SpatialPanel(formula, "sdm").fit(flat, w, unit="prov", time="when")
    assert np.allclose(fit.moderated_impacts("x", "size", data=flat).estimates, known.estimates)
    linear = pk.FixedEffects(formula).fit(frame).margins("x", "size", data=frame)
    again = pk.FixedEffects(formula).fit(flat, unit="prov", time="when").margins("x", "size", data=flat)
    assert np.allclose(again.estimates, linear.estimates)
    year = frame.xs(frame.index.levels[1][0], level=1).rename_axis("prov")
    cross = pk.SpatialCrossSection(formula, "sdm").fit(year, w)
    columns = year.reset_index()
    beside = pk.SpatialCrossSection(formula, "sdm").fit(columns, w, unit="prov")
    one, two = (
        fitted.moderated_impacts("x", "size", data=given)
        for fitted, given in ((cross, year), (beside, columns))
    )
    assert np.allclose(one.estimates, two.estimates)
    assert one.values[1] == pytest.approx(year["size"].median())


def test_chinese_names_the_rows_in_the_terminal(w: Weights, data: pd.DataFrame, tmp_path: Path) -> None:
    path = tmp_path / "panel.csv"
    data.reset_index().to_csv(path, index=False)
    call = ["spatial", "impacts", FORMULA, "--data", str(path), "--unit", "province", "--time", "year"]
    asked = [*call, "--moderated", "x@m=0,1", "--method", "none", "--lang", "zh"]
    printed = CliRunner().invoke(app, asked).output
    assert "按实际取值" in printed
    assert "as observed" not in printed
    assert "less" not in printed
