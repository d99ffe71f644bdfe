"""Deleting clusters without the dummies: against refits on explicit dummies, and within bounds of memory."""

from __future__ import annotations

import tracemalloc
from collections.abc import Callable

import numpy as np
import pandas as pd
import pytest

import panelkit as pk
from panelkit.kernels import downdating
from panelkit.kernels.linear import fit_swept
from panelkit.kernels.within import Layout
from panelkit.language.errors import SpecError
from tests.panels import dummies

# brute force on dummies by singular values loses some digits of numbers of order one itself
TOL = 1e-8

CLUSTERS: dict[str, Callable[[np.ndarray, np.ndarray, np.random.Generator], np.ndarray]] = {
    "units": lambda unit, time, rng: unit,
    "groups of units": lambda unit, time, rng: unit // 2,
    "scattered groups of units": lambda unit, time, rng: rng.integers(0, 4, unit.max() + 1)[unit],
    "periods": lambda unit, time, rng: time,
    "groups of periods": lambda unit, time, rng: time // 2,
    "region and period": lambda unit, time, rng: (unit % 3) * 100 + time,
    "unit and spell": lambda unit, time, rng: unit * 10 + time // 3,
    "cut": lambda unit, time, rng: rng.integers(0, max(2, len(unit) // 5), len(unit)),
    "rows": lambda unit, time, rng: np.arange(len(unit)),
    "a unit and the rest": lambda unit, time, rng: (unit > 0).astype(int),
}


def compact(codes: np.ndarray) -> np.ndarray:
    return np.unique(codes, return_inverse=True)[1]


def refit(
    y: np.ndarray, X: np.ndarray, unit: np.ndarray, time: np.ndarray, effects: str
) -> np.ndarray | None:
    """Return the coefficients on explicit dummies, None where they are not identified."""
    blocks = {"unit": [unit], "time": [time], "twoway": [unit, time], "none": []}[effects]
    columns = np.column_stack([X, y])
    if blocks and len(y):
        Z = np.hstack([dummies(compact(block)) for block in blocks])
        columns = columns - Z @ np.linalg.lstsq(Z, columns, rcond=1e-11)[0]
    inside = columns[:, :-1]
    size = np.maximum(np.linalg.norm(X, axis=0), 1e-300)
    if len(y) < X.shape[1] or np.linalg.matrix_rank(inside / size, tol=1e-9) < X.shape[1]:
        return None
    return np.linalg.lstsq(inside, columns[:, -1], rcond=None)[0]


def problem(seed: int) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray, np.random.Generator]:
    rng = np.random.default_rng(seed)
    units, periods = rng.integers(3, 11, 2)
    unit, time = np.repeat(np.arange(units), periods), np.tile(np.arange(periods), units)
    held = rng.random(len(unit)) < rng.choice([1.0, 1.0, 0.85, 0.6, 0.45])
    unit, time = compact(unit[held]), compact(time[held])
    k = int(rng.integers(1, 7 if len(unit) > 50 else 3))
    X = rng.normal(size=(len(unit), k)) + rng.normal(size=(units, 1))[unit]
    if rng.random() < 0.3:  # seen in one unit only: lost without it
        X[:, -1] = (unit == 0) * rng.normal(size=len(unit))
    return X.sum(axis=1) + rng.normal(size=len(unit)), X, unit, time, rng


@pytest.mark.parametrize("road", ["as chosen", "by rows", "by effects", "by iteration"])
@pytest.mark.parametrize("effects", ["none", "unit", "time", "twoway"])
@pytest.mark.parametrize("kind", CLUSTERS)
def test_equals_refits(kind: str, effects: str, road: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Balanced and unbalanced panels, some of which fall apart, lose a year or keep singletons without a cluster."""
    if road == "by rows":
        monkeypatch.setattr(downdating, "_OVERHEAD", 1e12)
        monkeypatch.setattr(downdating, "LARGEST_WORK", np.inf)
        monkeypatch.setattr(downdating, "_BATCH_CELLS", 300)
    if road == "by effects":
        monkeypatch.setattr(downdating, "_LARGEST_BLOCK", 0)
        monkeypatch.setattr(downdating, "_STEPS", 1e12)
    if road == "by iteration":
        monkeypatch.setattr(downdating, "_LARGEST_BLOCK", 0)
        monkeypatch.setattr(downdating, "_OVERHEAD", 1e12)
        monkeypatch.setattr(downdating, "_BATCH_CELLS", 60)
        monkeypatch.setattr(downdating, "LARGEST_WORK", np.inf)
    compared = lost = 0
    for seed in range(25 if effects == "twoway" else 6):
        y, X, unit, time, rng = problem(seed)
        codes = compact(CLUSTERS[kind](unit, time, rng))
        if codes.max() < 1 or len(y) < 8:
            continue
        try:
            fit = fit_swept(y, X, tuple(f"x{j}" for j in range(X.shape[1])), Layout(unit, time), effects)
        except SpecError:
            continue
        betas, identified = fit.without_groups(codes)
        for group, beta in enumerate(betas):
            left = codes != group
            expected = refit(y[left], X[left], unit[left], time[left], effects)
            assert identified[group] == (expected is not None)
            if expected is None:
                lost += 1
                assert np.isnan(beta).all()
            else:
                compared += 1
                np.testing.assert_allclose(beta, expected, atol=TOL * max(1.0, np.abs(expected).max()))
    assert compared > 3
    assert (
        lost > 0
        or kind in ("rows", "cut", "periods", "groups of periods", "region and period")
        or effects != "twoway"
    )


def big(units: int, periods: int, share: float = 1.0) -> pd.DataFrame:
    rng = np.random.default_rng(0)
    index = pd.MultiIndex.from_product([range(units), range(periods)], names=["id", "year"])
    frame = pd.DataFrame(rng.normal(size=(len(index), 3)), columns=["y", "x1", "x2"], index=index)
    frame["cut"] = rng.integers(0, units, len(index))
    return frame[rng.random(len(index)) < share]


def peak(call: Callable[[], object]) -> float:
    """Return the largest memory that numpy held during the call, in MB."""
    tracemalloc.start()
    try:
        call()
        return tracemalloc.get_traced_memory()[1] / 1e6
    finally:
        tracemalloc.stop()


@pytest.mark.parametrize(
    ("units", "periods", "share"), [(31, 3_650, 1.0), (31, 3_650, 0.9), (3_650, 31, 1.0), (3_650, 31, 0.9)]
)
def test_crv3_holds_a_few_copies_of_the_data(units: int, periods: int, share: float) -> None:
    """Cross-products of 31 clusters with 3,650 period dummies would be 3.3 GB."""
    data = big(units, periods, share)
    spec = pk.FixedEffects("y ~ x1 + x2", vcov=pk.Cluster())
    fit = spec.fit(data)
    # 40 columns of n doubles: the fit's own arrays, their products, and batches of at most 32 MB each
    assert peak(lambda: pk.CRV3().compute(fit.linear, fit.design, None)) < 40 * 8e-6 * len(data) + 200


@pytest.mark.parametrize("cluster", [None, "cut"])
def test_cr2_holds_no_square_of_the_clusters(cluster: str | None) -> None:
    fit = pk.FixedEffects("y ~ x1 + x2", vcov=pk.Cluster(cluster)).fit(big(2_500, 3))
    assert fit.facts["n_clusters"] > 2_300
    # a square would be 50 MB, all that is held is five
    assert peak(lambda: pk.CR2(cluster).compute(fit.linear, fit.design, None)) < 25


@pytest.mark.parametrize("cluster", [None, "cut"])
def test_the_wild_bootstrap_holds_no_draws_in_doubles(cluster: str | None) -> None:
    fit = pk.FixedEffects("y ~ x1 + x2", vcov=pk.Cluster(cluster)).fit(big(10_000, 3))
    assert fit.facts["n_clusters"] > 9_400
    # 999 draws are 10 MB as bytes and 80 MB as doubles; the rest is batches
    assert peak(lambda: pk.wild_cluster_bootstrap(fit, "x1", reps=999, interval=False)) < 150


def test_what_would_take_too_long_is_refused_with_the_remedy(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(downdating, "LARGEST_WORK", 1e7)
    spec = pk.FixedEffects("y ~ x1 + x2")
    with pytest.raises(pk.SpecError, match=r"60 clusters .* unbalanced .* use vcov=Cluster\(\)"):
        spec.fit(big(60, 50, 0.9))
    assert spec.fit(big(60, 50)).nobs == 3_000  # a balanced panel takes no such work


def test_messages_say_what_is_lost() -> None:
    two = big(2, 9)
    with pytest.raises(pk.SpecError, match="only one unit is left") as caught:
        pk.FixedEffects("y ~ x1").fit(two)
    assert "repeat" not in str(caught.value)
    with pytest.raises(pk.SpecError, match="only one period is left"):
        pk.FixedEffects("y ~ x1", vcov=pk.CRV3("year")).fit(big(9, 2))
    several = big(9, 6)
    unit = several.index.get_level_values(0)
    several["first"] = (unit == 3) * several["x2"]
    several["second"] = (unit == 5) * several["x2"]
    with pytest.raises(
        pk.SpecError, match="without id 3, 5 the regressors are not identified.*`first`, `second`"
    ):
        pk.FixedEffects("y ~ x1 + first + second").fit(several)
    several["near"] = several["x1"] + several["first"]
    with pytest.raises(pk.SpecError, match="only 3 tells `x1`, `near` from"):
        pk.FixedEffects("y ~ x1 + near").fit(several)
    few = big(4, 3).assign(x3=lambda q: q["x1"] ** 2, x4=lambda q: q["x2"] ** 2)
    with pytest.raises(
        pk.SpecError, match="too little is left: 9 rows carry 5 effects and 5 regressors not at all"
    ):
        pk.FixedEffects("y ~ x1 + x2 + x3 + x4 + cut").fit(few)


def test_cr2_of_long_clusters_is_refused_before_it_begins() -> None:
    """Blocks of 31 clusters with 3,650 rows each would take eigenvalues for half an hour."""
    fit = pk.FixedEffects("y ~ x1 + x2", vcov=pk.Cluster()).fit(big(31, 3_650))
    with pytest.raises(SpecError, match=r"31 clusters of up to 3,650 rows.*minutes: use CRV3\(\)"):
        pk.CR2().compute(fit.linear, fit.design, None)


def fixed(data: pd.DataFrame) -> pk.FitResult:
    return pk.FixedEffects("y ~ x1 + x2", vcov=pk.Cluster()).fit(data)


STUDIES: dict[str, tuple[Callable[[pd.DataFrame], object], Callable[..., object]]] = {
    "influence": (fixed, lambda fit: pk.influence(fit, "x1")),
    "randomisation": (fixed, lambda fit: pk.randomisation_inference(fit, "x1", reps=99)),
    "anderson_rubin": (
        pk.InstrumentalFE("y ~ [x1 ~ x2]", vcov=pk.Cluster()).fit,
        lambda fit: pk.anderson_rubin(fit, reps=99, interval=False),
    ),
    "mediation": (
        lambda data: data,
        lambda data: pk.Mediation("y", "x1", "x2", vcov=pk.Cluster()).fit(data, reps=100),
    ),
}


@pytest.mark.parametrize(("units", "periods"), [(31, 3_650), (10_000, 3)])
@pytest.mark.parametrize("study", STUDIES)
def test_studies_hold_a_few_copies_of_the_data(study: str, units: int, periods: int) -> None:
    """Moments with 3,650 dummies would be 3.3 GB, tables of 10,000 units by themselves 800 MB each."""
    data = big(units, periods)
    before, run = STUDIES[study]
    ready = before(data)
    assert peak(lambda: run(ready)) < 60 * 8e-6 * len(data) + 400
