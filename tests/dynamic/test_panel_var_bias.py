"""Least squares without its bias: the expectation by simulation and by hand, and what is left of the bias."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from scipy import optimize

import panelkit as pk
from benchmarks.evidence.panel_var import Cell, run
from panelkit.models.dynamic.vector.adjusted import adjusted, adjustment
from panelkit.models.dynamic.vector.columns import VectorColumns, VectorRows, vector_columns
from tests.dynamic.vector_panels import NAMES, vector_panel


def test_the_expectation_of_the_moments_is_what_is_added() -> None:
    """Errors are drawn, lags written out from any first period, within moments averaged: minus the adjustment."""
    rng = np.random.default_rng(1)
    A = np.array([[[0.5, 0.2], [-0.1, 0.6]], [[0.1, 0.0], [0.2, -0.2]]])
    root = np.array([[1.0, 0.0], [0.5, 0.8]])
    worlds, periods = 200_000, 7
    held = [True, True, False, True, True]  # of the periods with two lags
    e = rng.normal(size=(worlds, periods, 2)) @ root.T
    y = np.empty((worlds, periods, 2))
    y[:, :2] = e[:, :2] * 3.0 + 4.0  # far from stationary
    for t in range(2, periods):
        y[:, t] = y[:, t - 1] @ A[0].T + y[:, t - 2] @ A[1].T + e[:, t]
    at = np.flatnonzero(held) + 2
    X = np.concatenate([y[:, at - 1], y[:, at - 2]], axis=2)
    E = e[:, at]
    inner = (
        np.einsum("wtk,wtj->kj", X - X.mean(axis=1, keepdims=True), E - E.mean(axis=1, keepdims=True))
        / worlds
    )
    shape, unit = (len(at), 2), np.zeros(len(at), dtype=np.int64)
    rows = VectorRows(
        rng.normal(size=shape), rng.normal(size=(len(at), 4)), unit, at, unit, np.zeros((*shape, 1)), 2
    )
    counts = vector_columns(rows, transform="fod", time_effects=False, instruments=None, collapse=True).counts
    beta = np.concatenate([A[0].T, A[1].T])[None]
    added = adjustment(beta, (root @ root.T)[None], counts)[0]
    # sums of about ten products over 200,000 worlds: standard errors near 0.01
    np.testing.assert_allclose(inner, -added, atol=0.04)
    assert np.abs(added).min() > 0.2


def by_hand(data: pd.DataFrame) -> np.ndarray:
    """Return the root of the adjusted moments of one lag, balanced, without time effects, loops written out."""
    wide = data.sort_index()[list(NAMES)].to_numpy().reshape(data.index.unique("province").size, -1, 2)
    T = wide.shape[1] - 1

    def moments(flat: np.ndarray) -> np.ndarray:
        A = flat.reshape(2, 2)
        total, squares = np.zeros((2, 2)), np.zeros((2, 2))
        for unit in wide:
            x, u = unit[:-1], unit[1:] - unit[:-1] @ A.T
            x, u = x - x.mean(axis=0), u - u.mean(axis=0)
            total += x.T @ u
            squares += u.T @ u / (T - 1)
        return np.asarray(total + lagged_sum(A, T) @ squares / T).ravel()

    start = pk.PanelVAR(NAMES, estimator="least-squares", time_effects=False).fit(data).coefficients[0]
    return np.asarray(optimize.root(moments, start.ravel(), tol=1e-12).x.reshape(2, 2))


def lagged_sum(A: np.ndarray, T: int) -> np.ndarray:
    """Return the sum of A^(t - 1 - s) over s < t."""
    out = np.zeros((2, 2))
    for t in range(T):
        for s in range(t):
            out += np.linalg.matrix_power(A, t - 1 - s)
    return out


def test_it_solves_the_moments_written_out() -> None:
    data = vector_panel(21, units=40)
    fit = pk.PanelVAR(NAMES, estimator="bias-corrected", time_effects=False).fit(data)
    np.testing.assert_allclose(fit.coefficients[0], by_hand(data), rtol=1e-7)


def test_what_is_left_of_the_bias() -> None:
    """60 worlds: a standard error of a mean own lag of .008 to .02 at 31 units."""
    cells = {
        name: run(Cell(name, 31, 8, 0.5, "equal", 60))
        for name in ("least squares", "least squares without bias", "one step, lags 1-2 collapsed")
    }
    assert float(cells["least squares"]["bias"]) < -0.18
    assert abs(float(cells["least squares without bias"]["bias"])) < 0.05
    assert abs(float(cells["one step, lags 1-2 collapsed"]["bias"])) < 0.06
    assert cells["least squares"]["coverage"] < 40.0
    assert cells["one step, lags 1-2 collapsed"]["coverage"] > 88.0


def off_zero(values: np.ndarray, columns: VectorColumns, counts: np.ndarray, size: np.ndarray) -> np.ndarray:
    """Return the adjusted moments in units of the columns' sizes."""
    E = columns.y - columns.X @ values.reshape(2, 2)
    added = adjustment(values.reshape(1, 2, 2), (E.T @ E)[None], counts)[0]
    return np.asarray((columns.X.T @ E + added) / size).ravel()


def test_where_moments_have_no_root_the_nearest_point_is_taken() -> None:
    """Random walks: the squared moments are smallest there, by a search of scipy, and the fit says so."""
    said = 0
    for seed in range(4):
        y = np.cumsum(np.random.default_rng(seed).normal(size=(20, 6, 2)), axis=1)
        unit = np.repeat(np.arange(20), 5)
        time = np.tile(np.arange(1, 6), 20)
        flat = (100, 2)
        rows = VectorRows(
            y[:, 1:].reshape(flat), y[:, :-1].reshape(flat), unit, time, unit, np.full((*flat, 1), np.nan), 1
        )
        columns = vector_columns(rows, transform="fod", time_effects=True, instruments=None, collapse=True)
        both = np.hstack([columns.X, columns.y])
        squares = (both.T @ both)[None]
        counts = columns.counts.sum(axis=0)[None] / len(both)
        start = np.linalg.lstsq(columns.X, columns.y, rcond=None)[0]
        beta, left = adjusted(squares, start[None], counts)
        size = np.linalg.norm(columns.X, axis=0)[:, None] * np.linalg.norm(columns.y, axis=0)

        found = optimize.least_squares(
            off_zero,
            start.ravel(),
            args=(columns, counts, size),
            xtol=1e-14,
            ftol=1e-14,
            gtol=1e-14,
            max_nfev=5_000,
        )
        np.testing.assert_allclose(beta.ravel(), found.x, atol=1e-5)
        index = pd.MultiIndex.from_product(
            [[f"P{u:02d}" for u in range(20)], range(6)], names=["province", "year"]
        )
        fit = pk.PanelVAR(NAMES, estimator="bias-corrected").fit(
            pd.DataFrame(y.reshape(-1, 2), index=index, columns=list(NAMES))
        )
        told = any("nearest to it" in note for note in fit.notes)
        assert told == (left[0] > 1e-6)
        said += told
    assert said > 0


@pytest.mark.parametrize("seed", [30, 31, 32])
def test_gaps_are_counted_on_the_calendar(seed: int) -> None:
    """A unit seen in two spells has other distances between its rows than one seen in one: the estimates differ."""
    data = vector_panel(seed, units=60, share=0.8)
    fit = pk.PanelVAR(NAMES, estimator="bias-corrected").fit(data)
    within = pk.PanelVAR(NAMES, estimator="least-squares").fit(data)
    assert fit.coefficients[0, 0, 0] > within.coefficients[0, 0, 0]
    assert abs(fit.coefficients[0, 0, 0] - 0.5) < 0.2
