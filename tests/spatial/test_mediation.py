"""Spatial mediation: brute force, closed forms, the case without neighbours, a simulated truth, refusals."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

import panelkit as pk
from panelkit.language.errors import DataError, SpecError
from panelkit.models.mediation.matrices import mediated_matrices
from panelkit.models.mediation.spatial import SpatialMediationResult
from panelkit.spatial.provincial import contiguity

A, A_NEAR, RHO_M = 0.6, 0.3, 0.3
B, B_NEAR, RHO_Y, C = 0.5, 0.2, 0.4, 0.2


def simulated(periods: int = 40, seed: int = 0) -> tuple[pd.DataFrame, np.ndarray]:
    weights = contiguity()
    w, rng = weights.matrix.toarray(), np.random.default_rng(seed)
    n = len(w)

    def effects() -> np.ndarray:
        return rng.standard_normal((n, 1)) + rng.standard_normal((1, periods))

    x = rng.standard_normal((n, periods))
    m = np.linalg.solve(
        np.eye(n) - RHO_M * w, A * x + A_NEAR * w @ x + effects() + rng.standard_normal((n, periods))
    )
    inner = B * m + B_NEAR * w @ m + C * x + effects() + rng.standard_normal((n, periods))
    y = np.linalg.solve(np.eye(n) - RHO_Y * w, inner)
    index = pd.MultiIndex.from_product([weights.ids, range(1980, 1980 + periods)], names=["province", "year"])
    columns = {"x": x.ravel(), "m": m.ravel(), "y": y.ravel(), "z": rng.standard_normal(n * periods)}
    return pd.DataFrame(columns, index=index).sample(frac=1.0, random_state=seed), w


@pytest.fixture(scope="module")
def panel() -> tuple[pd.DataFrame, np.ndarray]:
    return simulated()


@pytest.fixture(scope="module")
def result(panel: tuple[pd.DataFrame, np.ndarray]) -> SpatialMediationResult:
    return pk.SpatialMediation("y", "x", "m").fit(panel[0], contiguity(), reps=1_000)


def test_brute_force_from_the_coefficients(result: SpatialMediationResult) -> None:
    ids = list(result.matrices["mediated"].index)
    w = contiguity().aligned(ids).matrix.toarray()
    eye = np.eye(len(w))

    def matrix(equation: str, term: str) -> np.ndarray:
        fit = result.fits[equation]
        held = dict(zip(zip(fit.equations, fit.terms, strict=True), fit.estimates, strict=True))
        lagged = next(key for key in held if key[0] == "wx" and term in key[1])
        return np.linalg.inv(eye - held["spatial", "rho"] * w) @ (held["main", term] * eye + held[lagged] * w)

    expected = matrix("outcome", "m") @ matrix("mediator 0", "x")
    np.testing.assert_allclose(
        result.matrices["mediated"].to_numpy(), expected, atol=1e-12
    )  # inverse and solve
    within = np.trace(expected) / len(w)
    told = result.params["mediated"]
    assert told["within"] == pytest.approx(within, rel=1e-10)
    assert told["between"] == pytest.approx(expected.sum() / len(w) - within, rel=1e-10)


def test_totals_multiply_with_row_standardised_weights(result: SpatialMediationResult) -> None:
    impacts = {name: fit.impacts().params["total"] for name, fit in result.fits.items()}
    assert result.params["mediated"]["total"] == pytest.approx(
        impacts["mediator 0"]["x"] * impacts["outcome"]["m"], rel=1e-9
    )  # row sums of a product of matrices with constant row sums
    assert result.params["direct"]["total"] == pytest.approx(impacts["outcome"]["x"], rel=1e-9)


def test_truth_lies_in_the_intervals(result: SpatialMediationResult, panel) -> None:
    w = panel[1]
    eye = np.eye(len(w))
    s_m = np.linalg.inv(eye - RHO_M * w) @ (A * eye + A_NEAR * w)
    s_y = np.linalg.inv(eye - RHO_Y * w) @ (B * eye + B_NEAR * w)
    truth = s_y @ s_m
    within = np.trace(truth) / len(w)
    expected = {"within": within, "between": truth.sum() / len(w) - within}
    ends = result.conf_int().loc["mediated"]
    for where, value in expected.items():
        assert ends.loc[where, "conf_low"] < value < ends.loc[where, "conf_high"]
    assert abs(A * B - expected["within"]) > 0.05  # the product of coefficients is far from the effect


def test_without_neighbours_the_product_of_coefficients_returns(result: SpatialMediationResult) -> None:
    parts = {name: fit.impact_parts() for name, fit in result.fits.items()}
    thetas = {}
    for name, part in parts.items():
        theta = part.theta.copy()
        theta[[part.rho, *part.neighbour]] = 0.0
        thetas[name] = theta[None, :]
    matrix = mediated_matrices(parts, thetas, "x", ["m"])[1][0]
    a = parts["mediator 0"].theta[parts["mediator 0"].own[0]]
    b = parts["outcome"].theta[parts["outcome"].own[parts["outcome"].terms.index("m")]]
    np.testing.assert_allclose(matrix, a * b * np.eye(len(matrix)), atol=1e-15)


def test_model_without_spatial_terms_equals_plain_mediation(panel) -> None:
    """SEM has no lag of outcome or regressors: its effects are products of coefficients, and none is between."""
    found = pk.SpatialMediation("y", "x", "m", model="sem", effects="unit", convention="lsdv").fit(
        panel[0], contiguity(), reps=200
    )
    a = found.fits["mediator 0"].estimates[0]
    b = found.fits["outcome"].estimates[found.fits["outcome"].terms.index("m")]
    assert found.params["mediated"]["within"] == pytest.approx(a * b, rel=1e-12)
    assert found.params["mediated"]["between"] == pytest.approx(0.0, abs=1e-15)


def test_several_mediators_add_up(panel) -> None:
    data = panel[0].assign(other=lambda frame: 0.5 * frame.x + 0.3 * frame.z)
    found = pk.SpatialMediation("y", "x", ("m", "other"), vcov=pk.Information()).fit(
        data, contiguity(), reps=200
    )
    told = found.params
    assert told["via m"]["total"] + told["via other"]["total"] == pytest.approx(
        told["mediated"]["total"], rel=1e-10
    )
    assert told["mediated"]["total"] + told["direct"]["total"] == pytest.approx(
        told["total"]["total"], rel=1e-10
    )


def test_by_province_and_the_naive_product(result: SpatialMediationResult) -> None:
    table = result.by_province()
    assert table["within"].mean() == pytest.approx(result.params["mediated"]["within"], rel=1e-10)
    assert table["received"].sum() == pytest.approx(table["radiated"].sum(), rel=1e-10)
    assert any("it is no effect" in note for note in result.notes)
    with pytest.raises(SpecError, match="no effect 'x'"):
        result.by_province("x")


def test_same_seed_same_numbers_and_refusals(panel) -> None:
    data, spec = panel[0], pk.SpatialMediation("y", "x", "m")
    one, two = (spec.fit(frame, contiguity(), reps=200, rng=5) for frame in (data, data.sort_index()))
    np.testing.assert_allclose(one.draws, two.draws, rtol=1e-9)  # the optimum is found to about 1e-10
    with pytest.raises(DataError, match="missing province-years"):
        spec.fit(data.drop(index=("Beijing", 1990)), contiguity())
    with pytest.raises(SpecError, match="stands in two places"):
        pk.SpatialMediation("y", "x", "x").fit(data, contiguity())


def test_notes_in_chinese(result: SpatialMediationResult) -> None:
    told = result.summary(language="zh")
    assert "若直接相乘系数则为" in told
    assert "the product of the coefficients" not in told
