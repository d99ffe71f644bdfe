"""`fit.with_vcov(spec)` is what a new fit under that covariance says, for every estimator and every covariance."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from functools import cache
from typing import Any

import numpy as np
import pytest

import panelkit as pk
from panelkit.covariance.base import carried, refuse_uncarried
from panelkit.covariance.by_name import vcov_named
from panelkit.kernels.capabilities import CAPABILITIES, ENDOGENOUS, WEIGHTS
from panelkit.language.register import entries, entry_of
from tests.contracts.cases import CASES, fitted
from tests.every_result import CITIES, city_panel

PLACES = {name: (30.0 + number % 5, 110.0 + number // 5) for number, name in enumerate(CITIES)}
ARGUMENTS = {
    "Conley": "Conley(300)",
    "DriscollKraay": "DriscollKraay(1)",
    "TwoWayCluster": "TwoWayCluster(city, year)",
}

# estimators whose covariance is of one problem; mediation has a joint one of several equations
CARRYING = {key: case for key, case in CASES.items() if not case.drawn and hasattr(case.spec("x"), "vcov")}
# one period, or one row a unit: nothing is summed by period there
ONE_PERIOD = {"between", "spatial_cross_section"}
PAIRS = [
    (key, name)
    for key in CARRYING
    for name in carried(entry_of("estimator", key).can)
    if not (key in ONE_PERIOD and name in ("DriscollKraay", "TwoWayCluster"))
]


@cache
def under(key: str, name: str) -> Any:
    """Return a new fit under a covariance."""
    vcov, case = vcov_named(ARGUMENTS.get(name, name)), CASES[key]
    places = {"coords": PLACES} if name == "Conley" else {}
    moved = replace(case, spec=lambda x: case.spec(x).with_vcov(vcov), options={**case.options, **places})
    return moved.fit(city_panel())


def same(found: Any, expected: Any) -> None:
    assert np.array_equal(found.estimates, expected.estimates)
    assert np.array_equal(found.covariance, expected.covariance)
    assert np.array_equal(found.df, expected.df)
    assert list(found.facts.items()) == list(expected.facts.items())
    assert found.notes == expected.notes
    assert [note.text("zh") for note in found.notes] == [note.text("zh") for note in expected.notes]
    assert found.spec == expected.spec
    assert found.covariance_of.name == expected.covariance_of.name == found.facts["vcov"]
    for language in ("en", "zh"):
        assert found.summary(language=language) == expected.summary(language=language)


@pytest.mark.parametrize(("key", "name"), PAIRS)
def test_another_covariance_is_a_new_fit_and_back_again(key: str, name: str) -> None:
    fit, expected = fitted(key), under(key, name)
    coords = {"coords": PLACES} if name == "Conley" else {}
    moved = fit.with_vcov(expected.spec.vcov, **coords)
    same(moved, expected)
    same(moved.with_vcov(fit.spec.vcov), fit)


def test_every_estimator_declares_itself_whole() -> None:
    assert all(entry.source and entry.can and entry.result for entry in entries("estimator"))


@pytest.mark.parametrize("key", sorted(CARRYING))
def test_a_fit_can_do_what_its_estimator_declares(key: str) -> None:
    entry = entry_of("estimator", key)
    # a fit whose rows count alike has no weights
    assert fitted(key).can == set(entry.can) - {WEIGHTS}
    assert set(entry.can) <= CAPABILITIES
    assert type(fitted(key)).__name__ == entry.result
    assert entry.source


@pytest.mark.parametrize("key", sorted(CARRYING))
def test_a_covariance_that_is_not_carried_is_refused_and_the_others_named(key: str) -> None:
    can = entry_of("estimator", key).can
    held = carried(can)
    for entry in entries("covariance"):
        if entry.key in held:
            continue
        vcov = vcov_named(ARGUMENTS.get(entry.key, entry.key))
        asked: tuple[Callable[[Any], Any], ...] = (CASES[key].spec("x").with_vcov, fitted(key).with_vcov)
        for ask in asked:
            with pytest.raises(pk.SpecError, match=f"has no covariance {entry.key}") as refused:
                ask(vcov)
            assert all(name in str(refused.value) for name in held)


def test_weights_are_offered_by_least_squares_and_refused_by_all_others() -> None:
    offered = {entry.key for entry in entries("estimator") if WEIGHTS in entry.can}
    assert offered == {"first_difference", "fixed_effects", "instrumental", "pooled"}
    for key in offered:
        weighted = replace(CASES[key].spec("x"), weights="aw=exp(w)").fit(city_panel())
        assert weighted.can == set(entry_of("estimator", key).can)
    for key in {"between", "random_effects"}:
        with pytest.raises(pk.SpecError, match="takes no weights"):
            replace(CASES[key].spec("x"), weights="aw=exp(w)")


def test_instruments_are_offered_by_one() -> None:
    assert [entry.key for entry in entries("estimator") if ENDOGENOUS in entry.can] == ["instrumental"]


@pytest.mark.parametrize("entry", entries("covariance"), ids=lambda entry: entry.key)
def test_a_covariance_is_declared_whole(entry: Any) -> None:
    kind = entry.load()
    assert entry.public
    assert entry.source
    assert set(entry.can) <= CAPABILITIES
    assert kind.spellings[0].partition("(")[0] == entry.key
    made = vcov_named(ARGUMENTS.get(entry.key, entry.key))
    assert isinstance(made, kind)
    assert made.columns() == () or entry.key == "TwoWayCluster"
    for other in entry.also:
        assert isinstance(vcov_named(other), kind)


def test_names_of_covariances_are_taken_with_a_warning_where_they_were() -> None:
    names = {
        "information": pk.Information(),
        "hessian": pk.Hessian(),
        "qml": pk.QML(),
        "cluster": pk.Cluster(),
        "cluster-scores": pk.ScoreCluster(),
        "driscoll-kraay": pk.DriscollKraay(),
    }
    fit = fitted("spatial_panel")
    for name, spec in names.items():
        with pytest.warns(DeprecationWarning, match="is written vcov="):
            model = pk.SpatialPanel("y ~ x + w", vcov=name)  # type: ignore[arg-type]
        assert model.vcov == spec
        with pytest.warns(DeprecationWarning, match="is written vcov="):
            moved = fit.with_vcov(name)
        same(moved, fit.with_vcov(spec))
    with pytest.raises(pk.SpecError, match="vcov is a covariance such as CRV3"):
        pk.FixedEffects("y ~ x", vcov="cluster")  # type: ignore[arg-type]


def test_lags_of_a_spatial_panel_are_those_of_its_covariance() -> None:
    with pytest.warns(DeprecationWarning, match=r"lags=1 is written vcov=DriscollKraay\(lags=1\)"):
        model = pk.SpatialPanel("y ~ x", vcov=pk.DriscollKraay(), lags=1)
    assert model == pk.SpatialPanel("y ~ x", vcov=pk.DriscollKraay(1))
    with pytest.raises(pk.SpecError, match=r"lags=1 belongs to DriscollKraay\(lags\)"):
        pk.SpatialPanel("y ~ x", lags=1)


def test_the_clusters_of_a_likelihood_are_its_units() -> None:
    fit = fitted("spatial_panel")
    same(fit.with_vcov(pk.Cluster()), fit.with_vcov(pk.Cluster()))
    assert np.array_equal(
        fit.with_vcov(pk.Cluster("city")).covariance, fit.with_vcov(pk.Cluster()).covariance
    )
    with pytest.raises(pk.SpecError, match="the clusters of a likelihood are the units"):
        fit.with_vcov(pk.Cluster("year"))


def test_a_covariance_of_a_users_own_is_asked_nothing() -> None:
    class Mine:
        def columns(self) -> tuple[str, ...]:
            return ()

        def compute(self, problem: Any, design: Any, convention: Any) -> Any:
            return pk.Iid().compute(problem, design, convention)

    refuse_uncarried(Mine(), (), "anything")
    fit = fitted("fixed_effects").with_vcov(Mine())
    assert np.array_equal(fit.covariance, fitted("fixed_effects").with_vcov(pk.Iid()).covariance)


@pytest.mark.parametrize(
    "named",
    [
        lambda: pk.SpatialPanel("y ~ x", vcov="cluster"),
        lambda: pk.DynamicSpatialPanel("y ~ x", vcov="cluster"),
        lambda: pk.SpatialCrossSection("y ~ x", vcov="qml"),
        lambda: pk.SpatialRandomEffects("y ~ x", vcov="hessian"),
        lambda: pk.SpatialMediation("y", "x", "m", vcov="cluster"),
        lambda: pk.SpatialPanel("y ~ x").with_vcov("qml"),
    ],
)
def test_the_warning_of_an_old_name_points_at_the_users_line(named: Callable[[], object]) -> None:
    with pytest.warns(DeprecationWarning, match="names are taken for one release more") as told:
        named()
    assert [warning.filename for warning in told] == [__file__]


@pytest.mark.parametrize("vcov", ["CRV3", pk.CRV3, None, 3, pk.QML()])
def test_mediation_refuses_what_is_no_covariance_of_its_own(vcov: object) -> None:
    with pytest.raises(pk.SpecError, match="vcov is a covariance|Mediation has no covariance"):
        pk.Mediation("y", "x", "m", vcov=vcov)
    with pytest.raises(pk.SpecError, match="SpatialMediation has no covariance"):
        pk.SpatialMediation("y", "x", "m", vcov=pk.CR2())
