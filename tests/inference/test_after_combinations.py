"""Combinations, Fieller's sets and turning points against statsmodels, grids and formulas by hand."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest
import statsmodels.api as sm
from scipy import stats

import panelkit as pk
from panelkit.inference.after.fieller import fieller
from panelkit.kernels.derivatives import numerical_jacobian
from tests.panels import codes, dummies, random_panel


def curved(
    seed: int = 1, *, slope: float = 2.0, bend: float = -0.5, units: int = 30, periods: int = 10
) -> pd.DataFrame:
    """Return a panel whose outcome is `slope` x + `bend` x^2 with x between 0 and 4."""
    rng = np.random.default_rng(seed)
    index = pd.MultiIndex.from_product([range(units), range(2000, 2000 + periods)], names=["firm", "year"])
    x = rng.uniform(0.0, 4.0, len(index))
    y = slope * x + bend * x**2 + rng.normal(size=len(index)) + rng.normal(size=units)[index.codes[0]]
    return pd.DataFrame({"x": x, "x2": x**2, "y": y}, index=index)


def test_linear_combinations_are_those_of_statsmodels() -> None:
    frame = random_panel(3, units=9, periods=6, share=0.9)
    fit = pk.FixedEffects("y ~ x1 + x2", vcov=pk.Iid(), convention="lsdv").fit(frame)
    frame, unit, time = codes(frame)
    X = np.hstack([frame[["x1", "x2"]].to_numpy(), dummies(unit), dummies(time)[:, 1:]])
    row = np.r_[1.0, 2.0, np.zeros(X.shape[1] - 2)]
    theirs = sm.OLS(frame["y"].to_numpy(), X).fit().t_test(row)
    found = fit.combine("x1 + 2*x2").tidy().iloc[0]
    expected = [theirs.effect.item(), theirs.sd.item(), theirs.pvalue.item(), *theirs.conf_int()[0]]
    # two solvers of one well-conditioned problem
    np.testing.assert_allclose(
        found[["estimate", "std_error", "p_value", "conf_low", "conf_high"]].to_numpy(float),
        expected,
        rtol=1e-9,
    )


def test_nonlinear_ones_have_the_delta_method_by_differences() -> None:
    fit = pk.FixedEffects("y ~ x1 + x2").fit(random_panel(3))
    texts = {"ratio": "-x1/(2*x2)", "factor": "exp(x1)", "root": "sqrt(x1^2 + x2^2)", "sum": "x1 + x2"}
    found = fit.combine(texts)

    def by_hand(b: np.ndarray) -> np.ndarray:
        return np.array([-b[0] / (2 * b[1]), np.exp(b[0]), np.hypot(*b), b.sum()])

    J = numerical_jacobian(by_hand, fit.estimates)
    assert found.terms == tuple(texts)
    np.testing.assert_allclose(found.estimates, by_hand(fit.estimates), rtol=1e-12)
    # central differences carry about 1e-10 of relative error
    np.testing.assert_allclose(found.covariance, J @ fit.covariance @ J.T, rtol=1e-6)


def test_a_pole_is_refused_and_its_neighbourhood_told() -> None:
    rng = np.random.default_rng(0)
    frame = random_panel(3, units=20)
    frame["noise"] = rng.normal(size=len(frame))
    fit = pk.FixedEffects("y ~ x1 + noise").fit(frame)
    near = fit.combine("x1/noise")
    assert any("not clearly away from zero" in note for note in near.notes)
    assert not near.fieller["x1/noise"].bounded
    clear = fit.combine("noise/x1")
    assert not any("not clearly away" in note for note in clear.notes)
    assert clear.fieller["noise/x1"].bounded
    with pytest.raises(pk.SpecError, match="pole"):
        fit.combine("x1/(noise - noise)")
    with pytest.raises(pk.SpecError, match="logarithm"):
        fit.combine("log(-exp(x1))")
    with pytest.raises(pk.SpecError, match="zero below a stroke"):
        fit.combine("x1/0")
    scale = 500 / abs(fit.params["x1"])  # exp(500) is a number, its square is none
    with pytest.raises(pk.SpecError, match="beyond the largest number: combine logarithms"):
        fit.combine(f"exp({scale}*abs(x1))")
    with pytest.raises(pk.SpecError, match="names no coefficient"):
        fit.combine("2 + 2")
    with pytest.raises(pk.SpecError, match="there are `x1`, `noise`"):
        fit.combine("x7")


@pytest.mark.parametrize(
    ("pair", "spread"),
    [
        ((2.0, 1.0), [[0.04, 0.01], [0.01, 0.02]]),
        ((2.0, 0.1), [[0.04, 0.01], [0.01, 0.02]]),
        ((0.1, 0.1), [[0.04, 0.0], [0.0, 0.04]]),
        ((-1.0, 3.0), [[0.5, -0.2], [-0.2, 0.3]]),
    ],
)
def test_fieller_is_the_set_that_is_not_rejected(pair: tuple[float, float], spread: Any) -> None:
    V, t = np.array(spread), 1.96
    found = fieller(pair, V, t, 0.95)
    grid = np.linspace(-60.0, 60.0, 240_001)
    a, b = pair
    held = np.abs(a - grid * b) <= t * np.sqrt(V[0, 0] - 2 * grid * V[0, 1] + grid**2 * V[1, 1])
    ours = np.zeros(len(grid), dtype=bool)
    for low, high in found.intervals:
        ours |= (grid >= low) & (grid <= high)
    assert (ours != held).sum() <= 2  # a grid point may lie on an edge


def test_turning_point_by_hand() -> None:
    data = curved()
    fit = pk.FixedEffects("y ~ x + I(x^2)", "unit", vcov=pk.Iid()).fit(data)
    found = fit.turning_point("x")
    (b, c), V = fit.estimates, fit.covariance
    assert found.point == pytest.approx(-b / (2 * c))
    g = np.array([-1 / (2 * c), b / (2 * c**2)])
    assert found.std_error == pytest.approx(np.sqrt(g @ V @ g))
    ends = np.array([data["x"].min(), data["x"].max()])
    t = (b + 2 * c * ends) / np.sqrt(V[0, 0] + 4 * ends * V[0, 1] + 4 * ends**2 * V[1, 1])
    assert found.shape == "inverse U"
    assert found.statistic == pytest.approx(min(t[0], -t[1]))
    assert found.p_value == pytest.approx(stats.t.sf(min(t[0], -t[1]), fit.df))
    ratio = fit.combine("-x/(2*I(x^2))").fieller["-x/(2*I(x^2))"]
    assert found.intervals.intervals[0] == pytest.approx(ratio.intervals[0])
    assert fit.combine("-x/(2*I(x^2))").std_errors.iloc[0] == pytest.approx(found.std_error)


@pytest.mark.parametrize("square", ["I(x^2)", "I(x * x)", "x2", "I(x2)"])
def test_squares_are_found_however_they_are_spelled(square: str) -> None:
    fit = pk.FixedEffects(f"y ~ x + {square}", "unit").fit(curved())
    found = pk.turning_point(fit, "x")
    assert (found.beside, found.form) == (square, "square")
    assert pk.turning_point(fit, "x", square).point == found.point


def test_logarithms_and_inverses_turn_where_their_slope_is_zero() -> None:
    data = curved(slope=0.0, bend=0.0)
    data["x"] += 0.5
    noise = np.random.default_rng(2).normal(size=len(data)) * 0.05
    data["y"] = data["x"] - 2.0 * np.log(data["x"]) + noise
    found = pk.FixedEffects("y ~ x + log(x)", "unit").fit(data).turning_point("x")
    assert (found.form, found.shape) == ("log", "U")
    assert found.point == pytest.approx(2.0, abs=0.05)  # thirty units of ten rows, noise of .05
    data["y"] = data["x"] + 4.0 / data["x"] + noise
    fit = pk.FixedEffects("y ~ x + I(1/x)", "unit").fit(data)
    found = fit.turning_point("x")
    assert (found.form, found.shape) == ("inverse", "U")
    assert found.point == pytest.approx(2.0, abs=0.05)
    by_combination = fit.combine("sqrt(I(1/x)/x)")
    assert found.point == pytest.approx(by_combination.estimates[0])
    assert found.std_error == pytest.approx(by_combination.std_errors.iloc[0])
    low, high = found.intervals.intervals[0]
    assert low < found.point < high


def test_a_turning_point_outside_the_data_does_not_apply() -> None:
    fit = pk.FixedEffects("y ~ x + I(x^2)", "unit").fit(curved(slope=8.0))
    found = fit.turning_point("x")
    assert not found.inside
    assert "outside the data" in found.reason


def test_random_effects_turn_in_levels() -> None:
    data = curved()
    found = pk.RandomEffects("y ~ x + I(x^2)").fit(data).turning_point("x")
    assert found.data_range == (data["x"].min(), data["x"].max())


@pytest.mark.parametrize(
    ("terms", "said"),
    [(("z",), "no term `z`"), (("x", "w"), "not the square"), (("w",), "no term of this fit is")],
)
def test_bad_turning_points_are_refused(terms: tuple[str, ...], said: str) -> None:
    data = curved()
    data["w"] = np.random.default_rng(4).normal(size=len(data))
    fit = pk.FixedEffects("y ~ x + I(x^2) + w", "unit").fit(data)
    with pytest.raises(pk.SpecError, match=said):
        pk.turning_point(fit, *terms)


def test_size_of_the_u_test_at_its_least_favourable_point() -> None:
    """A curve that is flat at the end of the data: the null's edge, where the size of the test is its level."""
    rejected, reps = 0, 400
    for seed in range(reps):
        data = curved(seed, slope=4.0, bend=-0.5, units=15, periods=8)  # the slope at 4 is zero, at 0 steep
        fit = pk.FixedEffects("y ~ x + I(x^2)", "unit", vcov=pk.Iid()).fit(data)
        found = fit.turning_point("x")
        rejected += found.applicable and found.p_value < 0.05
    # the ends of the data lie just inside 4, so that the size is slightly below .05; 400 draws: .05 +- .028 in 99 of
    # 100 assert 0.015 <= rejected / reps <= 0.08


def test_coverage_of_fieller_with_a_weak_denominator() -> None:
    """Where the denominator is two standard errors from zero, Fieller's set covers as it says."""
    rng, held, reps = np.random.default_rng(5), 0, 2_000
    V = np.array([[1.0, 0.3], [0.3, 1.0]])
    for a, b in rng.multivariate_normal([1.0, 2.0], V, size=reps):
        held += any(low <= 0.5 <= high for low, high in fieller((a, b), V, 1.959964, 0.95).intervals)
    assert held / reps == pytest.approx(0.95, abs=0.015)  # three standard errors of 2,000 draws


def test_a_third_term_of_x_is_refused() -> None:
    data = curved()
    for formula in ("y ~ x + x2 + I(1/(1 + x))", "y ~ x + I(x^2) + I(x^3)", "y ~ x + x2 + exp(x)"):
        with pytest.raises(pk.SpecError, match="bends the curve of `x` too"):
            pk.FixedEffects(formula).fit(data).turning_point("x")


def test_interactions_are_told_or_refused() -> None:
    data = curved()
    data["b"] = (np.arange(len(data)) % 3 == 0).astype(float)
    fit = pk.FixedEffects("y ~ x*b + I(x^2)*b").fit(data)
    assert "`x:b`" in fit.turning_point("x").notes[0]
    with pytest.raises(pk.SpecError, match="is an interaction"):
        fit.turning_point("x:b")
    assert not pk.FixedEffects("y ~ x + I(x^2) + b").fit(data).turning_point("x").notes


def test_an_inverse_turns_on_the_side_of_the_data() -> None:
    data = curved()
    data["x"] = -data["x"] - 0.2
    noise = np.random.default_rng(0).normal(size=len(data)) * 0.1
    data["y"] = data["x"] + 2.0 / data["x"] + noise  # turns where x^2 = 2
    found = pk.FixedEffects("y ~ x + I(1/x)").fit(data).turning_point("x")
    assert found.inside
    assert found.point == pytest.approx(-np.sqrt(2.0), abs=0.05)  # five of its standard errors, about .01
    assert found.intervals.intervals[0][0] < found.point < found.intervals.intervals[0][1]
    data["x"] += 2.0
    data = data[data["x"].abs() > 0.1]
    with pytest.raises(pk.SpecError, match="pole at zero"):
        pk.FixedEffects("y ~ x + I(1/x)").fit(data).turning_point("x")


def test_a_turning_point_reads_names_as_users_write_them() -> None:
    data = curved().rename(columns={"x": "人均 GDP"})
    fit = pk.FixedEffects("y ~ log(1+`人均 GDP`) + I(log(1 + `人均 GDP`)^2)").fit(data)
    assert fit.turning_point("log(1+`人均 GDP`)").point == fit.turning_point(fit.terms[0]).point
    with pytest.raises(pk.SpecError, match="its rows are changes"):
        pk.FirstDifference("y ~ `人均 GDP` + x2").fit(data).turning_point("人均 GDP")
