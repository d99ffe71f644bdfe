"""Samples in which a statistic of an instrumented fit is rounding, or its covariance is none: said, not printed."""

from __future__ import annotations

import warnings

import numpy as np
import pandas as pd
import pytest

import panelkit as pk
from tests.models.test_instrumental import panel
from tests.models.test_weak_identification import TWO, blocks, named, two_endogenous
from tests.panels import codes

# two bases of one small matrix
LIVE = 1e-7


def of_units(frame: pd.DataFrame, *positions: int) -> pd.DataFrame:
    names = frame.index.unique(0)[list(positions)]
    return frame[frame.index.get_level_values(0).isin(names)]


def test_two_way_clusters_that_are_no_covariance() -> None:
    """Sums by units and periods less the rows' own, by hand: the rank test is their quadratic form, or none."""
    outcomes = []
    for seed in range(71, 96):
        frame = of_units(two_endogenous(seed), *range(4))
        fit = pk.InstrumentalFE(TWO, vcov=pk.TwoWayCluster(), convention="ivreg2").fit(frame)
        X, Z, unit, time = blocks(frame, ["w", "v"], ["z1", "z2", "z3"])
        X, Z = (np.linalg.qr(part)[0] for part in (X, Z))
        left, _, right = np.linalg.svd(Z.T @ X)
        weakest, kept = X @ right[-1], Z @ left[:, 1:]
        scores = pd.DataFrame(kept * weakest[:, None])
        a, b = (scores.groupby(by).sum().to_numpy() for by in (unit, time))
        meat = a.T @ a + b.T @ b - (scores.T @ scores).to_numpy()
        test = named(fit, "underidentification")
        positive = np.linalg.eigvalsh(meat)[0] > 0
        outcomes.append(positive)
        assert test.applicable == positive
        if positive:
            total = kept.T @ weakest
            assert test.statistic == pytest.approx(total @ np.linalg.solve(meat, total), rel=LIVE)
        else:
            assert "not positive definite" in str(test.reason)
    assert {bool(each) for each in outcomes} == {True, False}


@pytest.mark.parametrize("effects", ["twoway", "none"])
@pytest.mark.parametrize("formula", ["y ~ x1 + [made ~ z1 + z2]", "y ~ x1 + [w + made ~ z1 + z2 + x2]"])
def test_a_first_stage_without_residuals(effects: str, formula: str) -> None:
    frame = panel()
    frame["made"] = frame["z1"] + 0.5 * frame["z2"]
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        fit = pk.InstrumentalFE(formula, effects=effects, vcov=pk.Cluster()).fit(frame)
        fit.summary()
    test = named(fit, "first-stage F of made")
    assert not test.applicable
    assert "reproduce an endogenous regressor exactly" in str(test.reason)
    # two-stage least squares on what the instruments reproduce are least squares on it
    if "w +" not in formula:
        spec = pk.PooledOLS if effects == "none" else pk.FixedEffects
        assert fit.params["made"] == pytest.approx(spec("y ~ x1 + made").fit(frame).params["made"], rel=1e-9)


def test_one_unit_has_no_sums_by_unit() -> None:
    frame = of_units(panel(), 0)
    fit = pk.InstrumentalFE("y ~ [w ~ z1 + z2]", effects="none", vcov=pk.Robust()).fit(frame)
    test = named(fit, "cluster-robust over-identification")
    assert not test.applicable
    assert "holds one" in str(test.reason)


MIRRORS = [
    pk.InstrumentalFE("y ~ [w ~ z1 + z2]", vcov=pk.Cluster()),
    pk.FixedEffects("y ~ x1 + x2", vcov=pk.Cluster()),
]


@pytest.mark.parametrize("spec", MIRRORS, ids=["instruments", "fixed effects"])
def test_two_units_mirror_each_other(spec: pk.FixedEffects | pk.InstrumentalFE) -> None:
    """After two-way effects one unit's rows are minus the other's: their scores cancel, and the error was 1e-16."""
    from dataclasses import replace

    frame = of_units(panel(), 0, 1)
    with pytest.raises(pk.SpecError, match="add up to zero in every group"):
        spec.fit(frame)
    years = panel().index.unique(1)[:2]
    short = panel()[panel().index.get_level_values(1).isin(years)]
    for vcov in (pk.Cluster("year"), pk.DriscollKraay(0)):
        with pytest.raises(pk.SpecError, match="add up to zero in every group"):
            replace(spec, vcov=vcov).fit(short)
    assert replace(spec, vcov=pk.Robust()).fit(frame).std_errors.iloc[0] > 1e-3
    three = replace(spec, vcov=pk.Cluster()).fit(of_units(panel(), 0, 1, 2))
    assert three.std_errors.iloc[0] > 1e-3


def test_the_score_test_of_two_units_is_their_number() -> None:
    fit = pk.InstrumentalFE("y ~ [w ~ z1 + z2]", vcov=pk.Robust()).fit(of_units(panel(), 0, 1))
    test = named(fit, "cluster-robust over-identification")
    assert not test.applicable
    assert "whatever the data" in str(test.reason)


@pytest.mark.parametrize("convention", ["reghdfe", "ivregress", "ivreghdfe", "xtivreg2", "fixest"])
def test_anderson_rubin_bootstraps_the_f_that_is_printed(convention: str) -> None:
    fit = pk.InstrumentalFE("y ~ x1 + [w ~ z1 + z2]", vcov=pk.Cluster(), convention=convention).fit(panel())
    found = pk.anderson_rubin(fit, reps=19, interval=False)
    assert found.statistic == pytest.approx(2 * named(fit, "Anderson-Rubin F").statistic, rel=1e-8)


@pytest.mark.parametrize("vcov", [pk.Iid(), pk.Cluster(), pk.Robust()])
def test_values_of_independent_errors_bound_no_other_size(vcov: object) -> None:
    fit = pk.InstrumentalFE("y ~ x1 + [w ~ z1 + z2]", vcov=vcov).fit(panel(units=30))
    said = next(str(note) for note in fit.weak_identification.notes if "Stock and Yogo" in str(note))
    assert ("rejected (at 5 %)" in said) == isinstance(vcov, pk.Iid)
    assert ("bounds no size" in said) != isinstance(vcov, pk.Iid)


def test_effects_beside_nested_ones_are_counted_by_level() -> None:
    """Two groups of units that share no period: periods count one each where the units are nested, as in reghdfe.

    reghdfe (`DoF.mata`) looks for groups of effects that both count, and adds one for those nested; pyfixest the same.
    """
    rng = np.random.default_rng(3)
    rows = [(f"A{i}", t) for i in range(6) for t in range(5)]
    rows += [(f"B{i}", t) for i in range(5) for t in range(10, 14)]
    frame = pd.DataFrame({"x": rng.normal(size=len(rows))}, pd.MultiIndex.from_tuples(rows))
    frame["y"] = frame["x"] + rng.normal(size=len(rows))
    held, unit, time = codes(frame)
    n, units, periods = len(held), unit.max() + 1, time.max() + 1
    spec = {"province": (pk.Cluster(), units, periods), "year": (pk.Cluster("year"), periods, units)}
    spec["both"] = (pk.TwoWayCluster(), min(units, periods), 1)
    for vcov, groups, counted in spec.values():
        plain = pk.FixedEffects("y ~ x", vcov=vcov, convention="plm").fit(frame).std_errors.iloc[0]
        for convention in ("reghdfe", "fixest"):
            error = pk.FixedEffects("y ~ x", vcov=vcov, convention=convention).fit(frame).std_errors.iloc[0]
            factor = groups / (groups - 1) * (n - 1) / (n - 1 - counted)
            assert error == pytest.approx(plain * np.sqrt(factor), rel=1e-10)
