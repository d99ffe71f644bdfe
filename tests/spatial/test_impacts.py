"""Impacts: the three-unit oracle, closed forms, delta against draws, by province, by order, large N."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import sparse

from panelkit.inference.impact_parts import ImpactParts, impact_matrix, partitioned, stacked
from panelkit.inference.impacts import impacts
from panelkit.inference.multipliers import Multipliers, _smooth
from panelkit.language.errors import ConvergenceError, SpecError
from panelkit.models.spatial.panel import SpatialPanel
from panelkit.spatial import provincial
from panelkit.spatial.spectrum import build_spectrum
from tests.reference import oracle
from tests.spatial.data import CIGAR, cigarettes, lattice, simulate
from tests.stored import worked

CHAIN = sparse.csr_array(np.array([[0, 1, 0], [0.5, 0, 0.5], [0, 1, 0]]))


def _parts(theta: list[float], **positions: int) -> ImpactParts:
    return ImpactParts(
        terms=("x",),
        theta=np.array(theta),
        covariance=1e-4 * np.eye(len(theta)),
        df=float("inf"),
        own=(0,),
        neighbour=(1,),
        ids=("a", "b", "c"),
        w=CHAIN,
        w_durbin=CHAIN,
        spectrum=build_spectrum(CHAIN),
        row_standardised=True,
        **positions,
    )


def test_three_units() -> None:
    entry = worked("sdm3")
    out, tol = entry["outputs"], entry["tol"]
    parts = _parts([1.0, 0.5, 0.4], rho=2)
    assert stacked(parts, parts.theta[None, :])[0] == pytest.approx(
        np.array([out["direct"], out["indirect"], out["total"]]), abs=tol
    )
    orders = partitioned(parts, 4).estimates.reshape(4, 3)
    assert orders[:, 0] == pytest.approx(np.array(out["orders_direct"]), abs=tol)
    assert orders[:, 2] == pytest.approx(np.array(out["orders_total"]), abs=tol)
    dynamic = _parts([1.0, 0.5, 0.4, 0.5, -0.1], rho=2, tau=3, eta=4)
    long = stacked(dynamic, dynamic.theta[None, :], "long")[0]
    assert long[[0, 2]] == pytest.approx(np.array(out["dyn_tau.5_eta-.1"]), abs=tol)
    expected = [
        [1.214286, 1.071429, 0.214286],
        [0.535714, 1.428571, 0.535714],
        [0.214286, 1.071429, 1.214286],
    ]
    assert impact_matrix(parts, "x") == pytest.approx(np.array(expected), abs=5e-7)  # six printed decimals


def test_delta_standard_errors_of_the_cigarettes() -> None:
    entry = oracle("sdm_cigar_twoway_ml")
    data, w = cigarettes()
    fit = SpatialPanel(CIGAR, convention="splm", small_sample=False).fit(data, w)
    errors = fit.impacts().covariance.diagonal() ** 0.5
    expected = entry["outputs"]["effects_delta_se"]
    assert pytest.approx(np.array([expected["p"], expected["y"]]), abs=entry["tol"]) == errors.reshape(3, 2).T
    draws = fit.impacts("draws", reps=20_000, rng=4)
    # a standard error from 20,000 draws has itself a relative error of 0.5 %; the impacts are curved by 2 %
    assert np.sqrt(np.diag(draws.covariance)) == pytest.approx(errors, rel=0.03)


def test_a_percentile_interval_and_its_p_value_agree() -> None:
    data, w = cigarettes()
    table = SpatialPanel(CIGAR).fit(data, w).impacts("draws", rng=1).tidy()
    inside = (table["conf_low"] > 0) | (table["conf_high"] < 0)
    assert ((table["p_value"] < 0.05) == inside).all()


def test_same_seed_same_numbers() -> None:
    data, w = cigarettes()
    fit = SpatialPanel(CIGAR).fit(data, w)
    one, two = (fit.impacts("draws", reps=500, rng=7) for _ in range(2))
    assert np.array_equal(one.draws, two.draws)
    one, two = (fit.impacts("bootstrap", reps=20, rng=7) for _ in range(2))
    assert np.array_equal(one.draws, two.draws)


@pytest.mark.parametrize("weights", ["row", "spectral", "asymmetric"])
def test_multipliers_equal_dense_inverses(weights: str) -> None:
    w = {
        "row": provincial.contiguity(),
        "spectral": provincial.inverse_distance(normalisation="spectral"),
        "asymmetric": provincial.nearest(4),
    }[weights]
    d = provincial.inverse_distance(2).matrix
    m = Multipliers(31, w.matrix, d)
    for rho in (-0.6, 0.3, 0.8):
        s = np.linalg.inv(np.eye(31) - rho * w.matrix.toarray())
        dense = np.array([np.trace(s), np.trace(s @ d), s.sum(), (s @ d).sum()]) / 31
        assert m.at(np.array([rho]))[0] == pytest.approx(dense, rel=1e-9)
        assert m._one(rho) == pytest.approx(dense, rel=1e-9)
    draws = np.random.default_rng(0).normal(0.4, 0.05, 200)
    assert _smooth(draws, m._one) == pytest.approx(m.at(draws), rel=1e-7)  # nine nodes over 0.3 of rho


def test_large_lattice_needs_no_inverse() -> None:
    w = lattice(35, 40)  # 1,400 units: above the eigenvalue limit
    m = Multipliers(1400, w.matrix, w.matrix, w.spectrum())
    s = np.linalg.inv(np.eye(1400) - 0.5 * w.matrix.toarray())
    dense = (
        np.array([np.trace(s), np.trace(s @ w.matrix.toarray()), s.sum(), (s @ w.matrix.toarray()).sum()])
        / 1400
    )
    assert m.at(np.array([0.5]))[0] == pytest.approx(dense, rel=1e-5)  # tr G is a fourth-order difference


def test_by_province_adds_up_and_maps() -> None:
    w = provincial.contiguity()
    data = simulate(w, 8, np.random.default_rng(3), rho=0.4)
    found = SpatialPanel("y ~ x1").fit(data, w).impacts()
    table = found.by_province("x1")
    direct, indirect, total = found.estimates
    assert table["direct"].mean() == pytest.approx(direct, rel=1e-10)
    assert table["received"].mean() == pytest.approx(indirect, rel=1e-10)
    assert table["radiated"].sum() == pytest.approx(table["received"].sum(), rel=1e-12)
    # row-standardised: everybody receives so much that direct + received is the total
    assert (table["direct"] + table["received"]).to_numpy() == pytest.approx(np.full(31, total), rel=1e-10)
    with pytest.raises(SpecError, match="no regressor 'x9'"):
        found.by_province("x9")
    assert "<svg" in found.map("x1").svg()


def test_orders_sum_to_the_impacts() -> None:
    w = provincial.contiguity()
    data = simulate(w, 8, np.random.default_rng(3), rho=0.4)
    found = SpatialPanel("y ~ x1").fit(data, w).impacts()
    rho = abs(found.parts.theta[2])
    orders = found.by_order(30).estimates.reshape(30, 3).sum(axis=0)
    assert orders == pytest.approx(found.estimates, abs=20 * rho**30 + 1e-10)


def test_models_without_a_lag() -> None:
    w = provincial.contiguity()
    data = simulate(w, 8, np.random.default_rng(3), beta=(1.0, 0.5), theta=(0.4, 0.0))
    sem = SpatialPanel("y ~ x1 + x2", model="sem").fit(data, w)
    found = sem.impacts().estimates.reshape(3, 2)
    assert found[0] == pytest.approx(sem.estimates[:2])
    assert np.abs(found[1]).max() == 0.0
    slx = SpatialPanel("y ~ x1 + x2", model="slx", durbin=("x1",)).fit(data, w)
    table = slx.impacts().estimates.reshape(3, 2)
    assert table[1] == pytest.approx([slx.params["wx", "W*x1"], 0.0], abs=1e-12)
    errors = slx.impacts().std_errors["indirect", "x1"]
    assert errors == pytest.approx(slx.std_errors["wx", "W*x1"], rel=1e-6)


def test_unstable_draws_are_counted_and_too_many_refused() -> None:
    near = _parts([1.0, 0.5, 0.985], rho=2)

    class Fit:
        title = "near the edge"
        design = None

        def impact_parts(self) -> ImpactParts:
            return near

        def bootstrap_theta(self, rng: np.random.Generator) -> np.ndarray:
            return near.theta

    found = impacts(Fit(), method="draws", reps=1000, rng=0)
    assert found.uncertainty.discarded > 20
    assert len(found.draws) + found.uncertainty.discarded == 1000
    beyond = _parts([1.0, 0.5, 0.9999], rho=2)
    object.__setattr__(beyond, "covariance", np.diag([1e-4, 1e-4, 25.0]))
    near = beyond
    with pytest.raises(ConvergenceError, match="unstable"):
        impacts(Fit(), method="draws", reps=1000, rng=0)


def test_static_models_have_no_long_run() -> None:
    data, w = cigarettes()
    fit = SpatialPanel(CIGAR).fit(data, w)
    with pytest.raises(SpecError, match="no long run"):
        impacts(fit, horizon="long")
    with pytest.raises(SpecError, match="delta"):
        impacts(fit, method="magic")


def test_too_few_draws_and_unknown_maps() -> None:
    w = provincial.contiguity()
    fit = SpatialPanel("y ~ x1").fit(simulate(w, 6, np.random.default_rng(0), rho=0.3), w)
    for reps in (0, 1):
        with pytest.raises(SpecError, match="at least two draws"):
            fit.impacts("draws", reps=reps)
    with pytest.raises(SpecError, match="direct, received, radiated"):
        fit.impacts().map("x1", "out")  # type: ignore[arg-type]
