"""What a public function does with a fit, a spec, a count or an option that is not for it: right, or refused."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from functools import cache
from typing import Any

import numpy as np
import pandas as pd
import pytest

import panelkit as pk
from panelkit.language.register import find
from tests.contracts.cases import CASES, fitted
from tests.every_result import CITIES, city_panel, lattice

PANEL = city_panel()
POSITIVE = np.exp(PANEL[["x", "m", "w"]])
GROUPS = pd.Series({name: "a" if at < 10 else "b" for at, name in enumerate(CITIES)})
PEOPLE = pd.Series(1.0, index=PANEL.index)
SPEC = pk.SpatialPanel("y ~ x", "sar")

OF_ONE_FIT: dict[str, Callable[[Any], Any]] = {
    "poolability": pk.poolability,
    "effects_f": pk.effects_f,
    "mundlak": pk.mundlak,
    "breusch_pagan_lm": pk.breusch_pagan_lm,
    "serial_correlation": pk.serial_correlation,
    "groupwise_heteroskedasticity": pk.groupwise_heteroskedasticity,
    "pesaran_cd": pk.pesaran_cd,
    "shapley_shares": pk.shapley_shares,
    "influence": lambda fit: pk.influence(fit, "x"),
    "influence, cell": lambda fit: pk.influence(fit, "x", by="cell"),
    "wild": lambda fit: pk.wild_cluster_bootstrap(fit, "x", reps=19),
    "randomisation": lambda fit: pk.randomisation_inference(fit, "x", reps=19),
    "anderson_rubin": lambda fit: pk.anderson_rubin(fit, reps=19),
    "with_vcov": lambda fit: pk.with_vcov(fit, pk.Cluster()),
}
NO_FIT: dict[str, Any] = {"none": None, "spec": pk.FixedEffects("y ~ x"), "frame": PANEL}


def answered(call: Callable[[], Any]) -> bool:
    """Tell whether a call answers; what is not refused by panelkit raises here."""
    try:
        call()
    except pk.PanelkitError as error:
        return untranslated(error)
    return True


def untranslated(error: pk.PanelkitError) -> bool:
    """Tell whether an error says in Chinese what it says in English."""
    return error.text("zh") == str(error)


@pytest.mark.parametrize("name", OF_ONE_FIT)
@pytest.mark.parametrize("key", sorted(CASES))
def test_every_fit_is_answered_or_refused(name: str, key: str) -> None:
    with suppress(pk.PanelkitError):
        OF_ONE_FIT[name](fitted(key))


@pytest.mark.parametrize("name", OF_ONE_FIT)
@pytest.mark.parametrize("kind", NO_FIT)
def test_what_is_no_fit_is_refused(name: str, kind: str) -> None:
    assert not answered(lambda: OF_ONE_FIT[name](NO_FIT[kind]))


@pytest.mark.parametrize("name", ["effects_f", "poolability", "serial_correlation"])
def test_no_f_test_of_two_stage_least_squares(name: str) -> None:
    assert not OF_ONE_FIT[name](fitted("instrumental")).applicable


def test_tests_of_levels_do_not_take_changes() -> None:
    changes = pk.FirstDifference("y ~ x + w", effects="none").fit(PANEL)
    assert not pk.breusch_pagan_lm(changes).applicable
    assert not pk.breusch_pagan_lm(fitted("between")).applicable
    with pytest.raises(pk.SpecError, match="random-effects"):
        pk.mundlak(changes)


@cache
def pair(name: str) -> Any:
    """Return a fit for Hausman's test."""
    return {
        "unit": lambda: pk.FixedEffects("y ~ x + w", effects="unit").fit(PANEL),
        "twoway": lambda: pk.FixedEffects("y ~ x + w").fit(PANEL),
        "random": lambda: pk.RandomEffects("y ~ x + w").fit(PANEL),
        "random, years": lambda: pk.RandomEffects("y ~ x + w + C(year)").fit(PANEL),
        "pooled": lambda: pk.PooledOLS("y ~ x + w").fit(PANEL),
        "other outcome": lambda: pk.RandomEffects("m ~ x + w").fit(PANEL),
        "other terms": lambda: pk.RandomEffects("y ~ x").fit(PANEL),
        "other rows": lambda: pk.RandomEffects("y ~ x + w", where="year > 2011").fit(PANEL),
        "instrumental": lambda: fitted("instrumental"),
    }[name]()


KINDS = ("classic", "sigmamore", "auxiliary")


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize(
    ("fixed", "random", "said"),
    [
        ("twoway", "twoway", "random is a fit of RandomEffects"),
        ("unit", "pooled", "random is a fit of RandomEffects"),
        ("random", "random", "fixed is a fit of FixedEffects"),
        ("instrumental", "random", "fixed is a fit of FixedEffects"),
        ("unit", "other outcome", "one outcome"),
        ("unit", "other terms", "w stand in one of them alone"),
        ("unit", "random, years", "the same regressors"),
        ("unit", "other rows", "40 city-years stand in the first alone and 0 in the second"),
        ("twoway", "random", r"write C\(year\) into the formula"),
    ],
)
def test_hausman_takes_one_model_both_ways(kind: Any, fixed: str, random: str, said: str) -> None:
    with pytest.raises(pk.SpecError, match=said):
        pk.hausman(pair(fixed), pair(random), kind=kind)


@pytest.mark.parametrize("kind", KINDS)
def test_hausman_of_two_way_effects_stands_beside_years_in_the_formula(kind: Any) -> None:
    found = pk.hausman(pair("twoway"), pair("random, years"), kind=kind)
    assert kind == "auxiliary" or found.facts["terms"] == ("x", "w")


COUNTS: dict[str, Callable[[Any], Any]] = {
    "wild": lambda v: pk.wild_cluster_bootstrap(fitted("fixed_effects"), "x", reps=v),
    "randomisation": lambda v: pk.randomisation_inference(fitted("fixed_effects"), "x", reps=v),
    "anderson_rubin": lambda v: pk.anderson_rubin(fitted("instrumental"), reps=v),
    "mediation": lambda v: pk.Mediation("y", "x", "m").fit(PANEL, reps=v),
    "spatial mediation": lambda v: pk.SpatialMediation("y", "x", "m").fit(PANEL, lattice(), reps=v),
    "monte carlo": lambda v: fitted("mediation").with_interval("monte carlo", reps=v),
    "wild intervals": lambda v: fitted("mediation").wild(reps=v),
    "inference": lambda v: fitted("mediation").inference(reps=v),
    "impacts": lambda v: fitted("spatial_panel").impacts("draws", reps=v),
    "moran": lambda v: pk.moran(PANEL["x"], lattice(), permutations=v),
    "local_moran": lambda v: pk.local_moran(PANEL["x"], lattice(), permutations=v),
    "markov_chain": lambda v: pk.markov_chain(PANEL, "x", reps=v),
    "sigma": lambda v: pk.sigma_convergence(POSITIVE, "x", reps=v),
    "beta": lambda v: pk.beta_convergence(POSITIVE, "x", reps=v),
    "gap": lambda v: pk.inequality_gap(POSITIVE, "x", "m", reps=v),
    "placebo": lambda v: pk.placebo(SPEC, PANEL, lattice(), permutations=v),
    "ranks": lambda v: pk.rank_uncertainty(index(), draws=v),
}


@cache
def index() -> Any:
    """Return a composite index of the panel."""
    return pk.composite_index({"x": 1, "w": 1}, PANEL)


@pytest.mark.parametrize("value", [True, -1, 0, 19.5, 199.0, "99", float("nan")])
@pytest.mark.parametrize("name", COUNTS)
def test_counts_are_whole_numbers(name: str, value: Any) -> None:
    assert not answered(lambda: COUNTS[name](value))


@pytest.mark.parametrize("name", sorted(set(COUNTS) - {"mediation"}))
def test_counts_of_numpy_are_counts(name: str) -> None:
    COUNTS[name](np.int64(19))


def test_words_and_rule_of_permutations_agree() -> None:
    with pytest.raises(pk.SpecError, match="permutations=9 cannot reach p = 0.05: take 19 or more"):
        COUNTS["placebo"](9)
    with pytest.raises(pk.SpecError, match="99 resamples make no interval: take 100 at least"):
        COUNTS["mediation"](99)


LEVELS: dict[str, Callable[[Any], Any]] = {
    "wild": lambda v: pk.wild_cluster_bootstrap(fitted("fixed_effects"), "x", reps=19, level=v),
    "anderson_rubin": lambda v: pk.anderson_rubin(fitted("instrumental"), reps=19, level=v),
    "select_model": lambda v: pk.select_model(SPEC, PANEL, lattice(), level=v),
    "local_moran": lambda v: pk.local_moran(PANEL["x"], lattice(), permutations=19, fdr=v),
    "conf_int": lambda v: fitted("fixed_effects").conf_int(v),
    "summary": lambda v: fitted("spatial_panel").summary(v),
    "draws": lambda v: fitted("mediation").conf_int(v),
    "bias corrected": lambda v: fitted("mediation").bias_corrected_int(v),
    "share": lambda v: fitted("mediation").share(v),
    "sensitivity": lambda v: fitted("mediation").sensitivity(level=v),
    "ranks": lambda v: pk.rank_uncertainty(index(), draws=19, level=v),
}


@pytest.mark.parametrize("value", [0, 1, 1.5, 95, -0.1, True, float("nan"), "0.95", None])
@pytest.mark.parametrize("name", LEVELS)
def test_levels_lie_between_zero_and_one(name: str, value: Any) -> None:
    assert not answered(lambda: LEVELS[name](value))


@pytest.mark.parametrize(
    "make",
    [
        lambda: pk.Robust("HC9"),  # type: ignore[arg-type]
        lambda: pk.DriscollKraay(-1),
        lambda: pk.DriscollKraay(True),
        lambda: pk.DriscollKraay(1.5),  # type: ignore[arg-type]
        lambda: pk.Conley(0),
        lambda: pk.Conley("far"),  # type: ignore[arg-type]
        lambda: pk.Conley(float("nan")),
        lambda: pk.Conley(500, lags=-1),
        lambda: pk.Conley(500, kernel="gauss"),  # type: ignore[arg-type]
        lambda: pk.Cluster(3),  # type: ignore[arg-type]
        lambda: pk.CRV3(["a"]),  # type: ignore[arg-type]
        lambda: pk.CR2(""),
        lambda: pk.TwoWayCluster("a", "a"),
    ],
)
def test_a_covariance_is_checked_when_it_is_made(make: Callable[[], Any]) -> None:
    assert not answered(make)


VALUES = pd.Series(np.arange(1.0, 32.0), index=pk.contiguity().ids)
SCORES = pk.normalise(PANEL[["x", "w"]])
IDLE: dict[str, Callable[[], Any]] = {
    "hausman": lambda: pk.hausman(pair("unit"), pair("random"), vcov=pk.Cluster()),
    "beta, controls": lambda: pk.beta_convergence(POSITIVE, "x", controls=["m"]),
    "beta, w": lambda: pk.beta_convergence(POSITIVE, "x", w=lattice()),
    "beta, spatial": lambda: pk.beta_convergence(POSITIVE, "x", kind="spatial", w=lattice(), controls=["m"]),
    "structure, years": lambda: pk.structural_upgrading(
        POSITIVE, value_added=["x", "m", "w"], employment=None, years=(2010, 2011)
    ),
    "structure, unit": lambda: pk.structural_upgrading(unit="city"),
    "impacts": lambda: fitted("spatial_panel").impacts("delta", reps=99),
    "nested": lambda: pk.nested(VALUES, normalisation="spectral"),
    "groups of gini": lambda: pk.inequality_by_year(POSITIVE, "x", index="gini", groups=GROUPS),
    "classes": lambda: pk.spatial_markov(PANEL, "x", lattice(), k=3, m=2, same_cutoffs=True),
    "goalposts": lambda: pk.normalise(PANEL[["x"]], "zscore", goalposts={"x": (0.0, 1.0)}),
    "grid": lambda: pk.kernel_density([1.0, 2.0, 3.0], at=[1.0], points=5),
    "durbin": lambda: pk.SpatialRandomEffects("y ~ x", "sar", durbin=("x",)),
    "error weights": lambda: SPEC.fit(PANEL, lattice(), w_error=lattice()),
    "durbin weights": lambda: SPEC.fit(PANEL, lattice(), w_durbin=lattice()),
    "moderates": lambda: pk.Mediation("y", "x", "m", moderates=("second",)),
    "population": lambda: pk.rank_uncertainty(index(), draws=19, population=PEOPLE),
}


@pytest.mark.parametrize("name", IDLE)
def test_an_option_that_changes_nothing_is_refused(name: str) -> None:
    assert not answered(IDLE[name])


def test_population_needs_no_names_of_levels() -> None:
    bare = PEOPLE.set_axis(PEOPLE.index.set_names([None, None]))
    own, other = (
        pk.rank_uncertainty(index(), draws=50, groups=GROUPS, population=people).table
        for people in (PEOPLE, bare)
    )
    pd.testing.assert_frame_equal(own, other)
    with pytest.raises(pk.DataError, match="two levels, province and year"):
        pk.rank_uncertainty(index(), draws=50, groups=GROUPS, population=PEOPLE.droplevel(1))
    twice = pd.concat([PEOPLE, PEOPLE.iloc[:1]])
    with pytest.raises(pk.DataError, match="c00 2010 twice"):
        pk.rank_uncertainty(index(), draws=50, groups=GROUPS, population=twice)


def test_order_degrees_lie_between_zero_and_one() -> None:
    pk.synergy_degree(SCORES)
    with pytest.raises(pk.DataError, match="order degree outside"):
        pk.synergy_degree(PANEL[["x", "w"]])


def test_a_panel_holds_one_value_a_figure() -> None:
    row = {"adcode": 110000, "period": "2020", "indicator": "gdp", "vintage": "own", "unit": "亿元"}
    figures = pd.DataFrame([{**row, "value": 1.0}, {**row, "value": 2.0}])
    options: dict[str, Any] = {"provinces": ["北京"], "vintage": {"gdp": "own"}, "check": False}
    with pytest.raises(pk.DataError, match="gdp of Beijing in 2020, vintage own, stands as 1, 2"):
        pk.build_panel(figures, **options)
    assert pk.build_panel(figures.iloc[[0, 0]], **options).iloc[0, 0] == 1.0


OF_A_SPATIAL_SPEC: dict[str, Callable[[Any], Any]] = {
    "placebo": lambda spec: pk.placebo(spec, PANEL, lattice(), permutations=19),
    "weights_sensitivity": lambda spec: pk.weights_sensitivity(spec, PANEL, {"a": lattice()}),
    "select_model": lambda spec: pk.select_model(spec, PANEL, lattice()),
    "spatial_hausman": lambda spec: pk.spatial_hausman(spec, PANEL, lattice()),
}


@pytest.mark.parametrize("key", [*sorted(CASES), "none"])
@pytest.mark.parametrize("name", OF_A_SPATIAL_SPEC)
def test_studies_take_the_spec_that_they_fit(name: str, key: str) -> None:
    """A dynamic panel, say, is not fitted as a static one."""
    wanted = "spatial_random_effects" if name == "spatial_hausman" else "spatial_panel"
    spec = None if key == "none" else CASES[key].spec("x")
    assert answered(lambda: OF_A_SPATIAL_SPEC[name](spec)) == (key == wanted)


def test_placebo_without_a_spatial_lag_is_the_refit_of_every_map() -> None:
    spec = pk.SpatialPanel("y ~ x", "slx")
    found, generator = pk.placebo(spec, PANEL, lattice(), permutations=19, rng=4), np.random.default_rng(4)
    for drawn in found.draws.to_numpy():
        order = generator.permutation(len(CITIES))
        blocks = [PANEL.loc[[CITIES[at]]] for at in order]
        dealt = pd.concat(blocks).set_axis(PANEL.index)
        np.testing.assert_allclose(spec.fit(dealt, lattice()).impacts().estimates, drawn, rtol=1e-6)
    assert np.isnan(pk.weights_sensitivity(spec, PANEL, {"a": lattice()}).table["rho"]).all()
    with pytest.raises(pk.SpecError, match="a SEM without Durbin terms has no indirect impacts"):
        pk.placebo(pk.SpatialPanel("y ~ x", "sem"), PANEL, lattice())


def test_reductions_of_other_models_do_not_apply() -> None:
    for key in ("dynamic_spatial_panel", "spatial_random_effects"):
        assert not any(test.applicable for test in fitted(key).reduction_tests())
    assert find("capability", "reduction_tests")(fitted("spatial_panel"))[0].applicable
