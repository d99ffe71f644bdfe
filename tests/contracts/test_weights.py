"""Every function of a fit under weights: what it gives for the same least squares without them, or its refusal.

With unit effects a row of frequency n is n rows in n periods of their own, so that the same function of an unweighted
fit is a brute force of the weighted one. With period effects the rows times the root of their weight, the dummies
written as such columns, make a pooled fit of the same least squares.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from typing import Any

import numpy as np
import pandas as pd
import pytest

import panelkit as pk
from panelkit.language.errors import SpecError
from panelkit.language.register import entries
from panelkit.results.fit import TestResult
from tests.panels import dummies, random_panel

# two roads to the same small least-squares problem
SAME = 1e-7
DRAWS: dict[str, Any] = {"reps": 199, "rng": 3}


def panel() -> pd.DataFrame:
    data = random_panel(5, 10, 7, 0.9, regressors=3).sort_index()
    rng = np.random.default_rng(6)
    data["n"], data["w"] = rng.integers(1, 4, len(data)), rng.uniform(0.3, 4.0, len(data))
    data["z1"], data["z2"] = data["x1"].to_numpy() + rng.normal(size=(2, len(data)))
    return data


def written_out(data: pd.DataFrame) -> pd.DataFrame:
    """Return every row as often as its frequency says, each in a period of its own."""
    long = data.reset_index().loc[np.repeat(np.arange(len(data)), data["n"])].assign(n=1)
    long["year"] = long.groupby("province").cumcount() + 1_000
    return long.set_index(["province", "year"])


def rooted(data: pd.DataFrame, effects: str) -> tuple[pd.DataFrame, str]:
    """Return rows times the root of their weight beside dummies of the effects, and the dummies as terms."""
    root = np.sqrt(data["w"].to_numpy())
    made = data[["y", "x1", "x2", "x3", "z1", "z2"]].mul(root, axis=0)
    unit, time = (np.unique(data.index.get_level_values(at), return_inverse=True)[1] for at in (0, 1))
    columns = np.hstack([dummies(unit), dummies(time)[:, 1:]]) if effects == "twoway" else dummies(time)
    columns = columns * root[:, None]
    names = [f"d{at}" for at in range(columns.shape[1])]
    made[names] = columns
    return made, " + ".join(names)


@cache
def pair(kind: str, formula: str = "y ~ x1 + x2 + x3") -> tuple[Any, Any]:
    """Return a weighted fit and an unweighted one of the same least squares."""
    data = panel()
    common: dict[str, Any] = {"convention": "lsdv", "vcov": pk.Cluster()}
    if kind == "fw":
        weighted = pk.FixedEffects(formula, effects="unit", weights="fw=n", **common).fit(data)
        return weighted, pk.FixedEffects(formula, effects="unit", **common).fit(written_out(data))
    if kind == "fw pooled":
        weighted = pk.PooledOLS(formula, weights="fw=n", **common).fit(data)
        return weighted, pk.PooledOLS(formula, **common).fit(written_out(data))
    effects = "twoway" if kind == "aw twoway" else "time"
    left, right = rooted(data, effects)
    weighted = pk.FixedEffects(formula, effects=effects, weights="aw=w", **common).fit(data)
    return weighted, pk.PooledOLS(f"{formula} + {right} - 1", **common).fit(left)


@cache
def instrumented(kind: str) -> tuple[Any, Any]:
    """Return a weighted two-stage fit and an unweighted one of the same two stages."""
    data, formula = panel(), "y ~ x2 + [x1 ~ z1 + z2]"
    common: dict[str, Any] = {"convention": "lsdv", "vcov": pk.Cluster()}
    if kind == "fw":
        weighted = pk.InstrumentalFE(formula, effects="unit", weights="fw=n", **common).fit(data)
        return weighted, pk.InstrumentalFE(formula, effects="unit", **common).fit(written_out(data))
    left, right = rooted(data, "time")
    weighted = pk.InstrumentalFE(formula, effects="time", weights="aw=w", **common).fit(data)
    other = f"y ~ x2 + {right} - 1 + [x1 ~ z1 + z2]"
    return weighted, pk.InstrumentalFE(other, effects="none", **common).fit(left)


def by_label(found: Any, columns: list[str]) -> Any:
    return found.table.assign(left_out=found.table["left_out"].astype(str)).sort_values("left_out")[columns]


def of_test(found: TestResult) -> tuple[Any, ...]:
    assert found.applicable, found.reason
    return (found.statistic, *found.df, found.p_value)


def influences(fit: Any) -> np.ndarray:
    return by_label(pk.influence(fit, "x1"), ["estimate", "conf_low", "conf_high"]).to_numpy(float)


def cells(fit: Any) -> np.ndarray:
    return by_label(pk.influence(fit, "x1", by="cell"), ["estimate", "change_in_se"]).to_numpy(float)


def wild(fit: Any) -> tuple[Any, ...]:
    found = pk.wild_cluster_bootstrap(fit, "x1", **DRAWS)
    return found.statistic, found.p_value, found.conf_low, found.conf_high


def wild_joined(fit: Any) -> tuple[Any, ...]:
    found = pk.wild_cluster_bootstrap(fit, {"x1": 1.0, "x2": -1.0}, null=0.5, **DRAWS)
    return found.statistic, found.p_value


def anderson(fit: Any) -> tuple[Any, ...]:
    found = pk.anderson_rubin(fit, **DRAWS)
    return found.statistic, found.p_value, found.conf_low, found.conf_high


def robustness(fit: Any) -> np.ndarray:
    found = pk.robustness_value(fit, "x1", benchmarks=["x2", ["x2", "x3"]], k_d=(0.5, 1.0))
    numbers = [found.partial_r2, found.value, found.value_alpha]
    return np.r_[numbers, found.bounds.select_dtypes("number").to_numpy(float).ravel()]


def detectable(fit: Any) -> tuple[float, ...]:
    found = pk.minimum_detectable_effect(fit, "x1")
    return found.value, found.standardised


def equivalence(fit: Any) -> tuple[Any, ...]:
    found = pk.equivalence(fit, "x1")
    return found.bound, found.statistic, found.p_value


def left_out(fit: Any) -> np.ndarray:
    found = pk.leave_one_out(fit, lambda one: pk.wild_cluster_bootstrap(one, "x1", interval=False, **DRAWS))
    return by_label(found, ["statistic", "p_value"]).to_numpy(float)


def covariances(fit: Any) -> np.ndarray:
    specs = (pk.Iid(), pk.Robust(), pk.Cluster(), pk.CRV3(), pk.CR2())
    moved = [pk.with_vcov(fit, vcov) for vcov in specs]
    ends = [each.conf_int().loc[["x1", "x2"]].to_numpy() for each in moved]
    return np.concatenate([each.std_errors[["x1", "x2"]] for each in moved] + [end.ravel() for end in ends])


def sensitivity(fit: Any) -> np.ndarray:
    return np.asarray(pk.sensitivity_table(fit).loc["x1"].to_numpy(float))


def statistics(fit: Any) -> np.ndarray:
    values = fit.model_statistics().values
    return np.array([values[key] for key in sorted(values)])


def taken_apart(fit: Any) -> np.ndarray:
    found = fit.effects()
    return np.r_[found.constant, found.unit.to_numpy()]


def combined(fit: Any) -> np.ndarray:
    return fit.combine(["x1 + 2*x2", "-x1/(2*x3)"]).tidy()[["estimate", "std_error"]].to_numpy()


def joint(fit: Any) -> tuple[Any, ...]:
    return of_test(fit.test("x1 = x2 = 0.5"))


def drawn_joint(fit: Any) -> tuple[float, float]:
    found = fit.test("x1 = x2 = 0.5", bootstrap=True, **DRAWS)
    return found.statistic, found.p_value


def averaged(fit: Any) -> np.ndarray:
    at_percentiles, found = fit.margins("x1", at="x2"), fit.margins("x1", at="x2", values=[-1.0, 0.5])
    return np.r_[found.estimates, found.std_errors, at_percentiles.values, at_percentiles.std_errors]


def turned(fit: Any) -> tuple[Any, ...]:
    found = fit.turning_point("x1")
    return found.point, found.std_error, found.p_value


# what is the same for rows written out (frequencies), and for rows times the root of their weight (any weights)
BOTH: dict[str, Callable[[Any], Any]] = {
    "influence": influences,
    "combine": combined,
    "joint_test": joint,
    "leave_one_out": left_out,
    "robustness_value": robustness,
    "wild_cluster_bootstrap": wild,
    "wild_joint": drawn_joint,
    "with_vcov": covariances,
}
FREQUENCIES: dict[str, Callable[[Any], Any]] = {
    **BOTH,
    "effects_f": lambda fit: of_test(pk.effects_f(fit)),
    "equivalence": equivalence,
    "estimated_effects": taken_apart,
    "minimum_detectable_effect": detectable,
    "model_statistics": statistics,
    "poolability": lambda fit: of_test(pk.poolability(fit)),
    "sensitivity_table": sensitivity,
    "shapley_shares": lambda fit: pk.shapley_shares(fit).to_numpy(),
    "smallest_effect": lambda fit: pk.smallest_effect(fit, "x1"),
}
# held by tests of their own below: two fits, instruments, products and squares, rows
OF_TWO = {"oster_delta", "compare_fits"}
OF_PRODUCTS: dict[str, tuple[str, Callable[[Any], Any]]] = {
    "margins": ("y ~ x1*x2", averaged),
    "turning_point": ("y ~ x1 + I(x1^2) + x2", turned),
}
OF_ROWS = {"predict"}
INSTRUMENTED = {"anderson_rubin"}
# held by tests/inference/test_shift_share.py
OF_SHARES = {"exposure_robust", "rotemberg_weights"}
# held by tests/policy
OF_TREATMENTS = {"bacon_weights", "two_way_weights"}
REFUSED: dict[str, Callable[[Any], Any]] = {
    "breusch_pagan_lm": pk.breusch_pagan_lm,
    "groupwise_heteroskedasticity": pk.groupwise_heteroskedasticity,
    "hausman": lambda fit: pk.hausman(fit, pk.RandomEffects("y ~ x1 + x2 + x3").fit(panel())),
    "mundlak": pk.mundlak,
    "pesaran_cd": pk.pesaran_cd,
    "randomisation_inference": lambda fit: pk.randomisation_inference(fit, "x1", reps=19),
    "scrutinise": lambda fit: pk.scrutinise(fit, "x1"),
    "serial_correlation": pk.serial_correlation,
}
# These take no fit of least squares: a frame, a spec, a spatial model, a mediation, a panel VAR (which has no weights).
NO_FIT = {
    "EventPath", "Sample", "SpecificationCurve", "control_sets", "granger_wald", "honest_did",
    "impulse_responses", "local_moran", "local_projections", "moderated_impacts", "moran",
    "multiplier_bands", "placebo", "pretrend_test", "pvar_lag_order", "reduction_tests", "select_model",
    "shift_share", "spatial_hausman", "spatial_lm_tests", "variance_decomposition", "weights_sensitivity",
}  # fmt: skip
# What stands behind methods of a fit, and is held by the tests of these.
BEHIND = {"backdated", "donors_left_out", "under_covariance", "without_rows"}


def test_every_function_of_the_register_says_what_weights_do_to_it() -> None:
    """A new function of fits needs a row here: a brute force under weights, or its refusal."""
    keys = {
        entry.key for kind in ("test", "inference", "study", "capability") for entry in entries(kind)
        if not entry.key.startswith("mediation_")
    }  # fmt: skip
    own = {*OF_TWO, *OF_PRODUCTS, *OF_ROWS, *INSTRUMENTED, *OF_SHARES, *OF_TREATMENTS}
    named = {*FREQUENCIES, *own, *REFUSED, *NO_FIT, *BEHIND}
    assert keys == named


@pytest.mark.parametrize("key", sorted(FREQUENCIES))
def test_frequencies_are_rows_written_out(key: str) -> None:
    weighted, other = pair("fw")
    np.testing.assert_allclose(FREQUENCIES[key](weighted), FREQUENCIES[key](other), rtol=SAME, atol=1e-9)


@pytest.mark.parametrize("key", sorted(OF_PRODUCTS))
@pytest.mark.parametrize("kind", ["fw", "fw pooled"])
def test_frequencies_of_products_are_rows_written_out(key: str, kind: str) -> None:
    formula, quantity = OF_PRODUCTS[key]
    weighted, other = pair(kind, formula)
    np.testing.assert_allclose(quantity(weighted), quantity(other), rtol=SAME, atol=1e-9)


@pytest.mark.parametrize("kind", ["xb", "u", "xbu", "e"])
def test_predictions_are_those_of_rows_written_out(kind: str) -> None:
    weighted, other = pair("fw")
    repeated = np.repeat(weighted.predict(kind=kind).to_numpy(), panel()["n"])
    np.testing.assert_allclose(repeated, other.predict(kind=kind), atol=1e-9)
    # no residual is left of a weighted normal equation
    left = weighted.predict(kind="e").to_numpy() * panel()["n"]
    np.testing.assert_allclose(panel()[["x1", "x2", "x3"]].to_numpy().T @ left, 0.0, atol=1e-9)


def test_two_fits_are_compared_with_their_weights() -> None:
    found = []
    for at in (0, 1):
        made = pair("fw")[at].compare(pair("fw", "y ~ x1 + x2")[at])
        nested = [test for test in made.tests if "smaller model" in test.name]
        found.append(np.r_[made.estimates, made.std_errors, of_test(nested[0])])
    np.testing.assert_allclose(*found, rtol=SAME)
    plain = pk.FixedEffects("y ~ x1 + x2", effects="unit").fit(panel())
    assert not [test for test in pair("fw")[0].compare(plain).tests if "smaller model" in test.name]


@pytest.mark.parametrize("key", sorted(set(FREQUENCIES) - {"effects_f", "estimated_effects"}))
def test_frequencies_are_rows_written_out_beside_an_intercept(key: str) -> None:
    weighted, other = pair("fw pooled")
    np.testing.assert_allclose(FREQUENCIES[key](weighted), FREQUENCIES[key](other), rtol=SAME, atol=1e-9)


@pytest.mark.parametrize("key", sorted(BOTH))
def test_analytic_weights_are_rows_times_their_root(key: str) -> None:
    weighted, other = pair("aw")
    np.testing.assert_allclose(BOTH[key](weighted), BOTH[key](other), rtol=SAME, atol=1e-9)


@pytest.mark.parametrize(
    "vcov", [pk.TwoWayCluster(), pk.DriscollKraay(2), pk.Conley(700.0), pk.Conley(700.0, 1)]
)
def test_covariances_over_periods_and_places_are_those_of_rows_times_their_root(vcov: Any) -> None:
    """Rows times their root, less what least squares on the dummies explains, without a small-sample factor (plm)."""
    data, columns = panel(), ["y", "x1", "x2", "x3"]
    left, right = rooted(data, "twoway")
    D = left[right.split(" + ")].to_numpy()
    for name in columns:
        left[name] -= D @ np.linalg.lstsq(D, left[name].to_numpy(), rcond=None)[0]
    rng = np.random.default_rng(4)
    names = sorted(set(data.index.get_level_values("province")))
    places = pd.DataFrame({"lat": rng.uniform(25, 40, 10), "lon": rng.uniform(100, 118, 10)}, index=names)
    coords = places if isinstance(vcov, pk.Conley) else None
    common: dict[str, Any] = {"convention": "plm", "vcov": vcov}
    weighted = pk.FixedEffects("y ~ x1 + x2 + x3", weights="aw=w", **common).fit(data, coords=coords)
    other = pk.PooledOLS("y ~ x1 + x2 + x3 - 1", **common).fit(left, coords=coords)
    np.testing.assert_allclose(weighted.std_errors, other.std_errors, rtol=SAME)


def test_cells_leave_with_their_weight() -> None:
    weighted, other = pair("aw twoway")
    np.testing.assert_allclose(cells(weighted), cells(other), rtol=SAME, atol=1e-9)
    np.testing.assert_allclose(wild(weighted), wild(other), rtol=SAME)
    np.testing.assert_allclose(wild_joined(weighted), wild_joined(other), rtol=SAME)


@pytest.mark.parametrize("kind", ["fw", "aw"])
def test_instruments(kind: str) -> None:
    weighted, other = instrumented(kind)
    np.testing.assert_allclose(anderson(weighted), anderson(other), rtol=1e-6)
    np.testing.assert_allclose(influences(weighted), influences(other), rtol=SAME)
    assert {test.name for test in weighted.tests} == {test.name for test in other.tests}
    for one, two in zip(weighted.tests, other.tests, strict=True):
        assert one.applicable == two.applicable
        if one.applicable:
            np.testing.assert_allclose((one.statistic, one.p_value), (two.statistic, two.p_value), rtol=1e-6)


@pytest.mark.parametrize("kind", ["fw", "fw pooled"])
def test_selection_on_unobservables(kind: str) -> None:
    found = []
    for at in (0, 1):
        short, long = pair(kind, "y ~ x1")[at], pair(kind)[at]
        made = pk.oster_delta(short, long, r2_max=0.99)
        found.append((made.r2_short, made.r2_long, made.delta, made.adjusted))
    np.testing.assert_allclose(*found, rtol=SAME)
    with pytest.raises(SpecError, match="rows, outcome, effects and weights"):
        pk.oster_delta(pk.FixedEffects("y ~ x1", effects="unit").fit(panel()), pair(kind)[0])


@pytest.mark.parametrize("key", sorted(REFUSED))
def test_what_has_no_meaning_with_weights_is_refused_with_the_reason(key: str) -> None:
    pooled = key in ("mundlak", "breusch_pagan_lm")
    fit = pair("fw pooled" if pooled else "aw twoway")[0]
    try:
        found = REFUSED[key](fit)
    except SpecError as error:
        assert "not defined for rows with weights" in str(error)  # noqa: PT017
    else:
        assert "not defined for rows with weights" in str(found.reason)


@pytest.mark.parametrize("test", [pk.effects_f, pk.poolability])
def test_sampling_weights_carry_no_f_of_errors_of_one_variance(test: Callable[[Any], TestResult]) -> None:
    assert "sampling weights" in str(test(pk.FixedEffects("y ~ x1", weights="pw=w").fit(panel())).reason)
