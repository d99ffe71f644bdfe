"""The rank decision against least squares in long doubles, on data as given in double precision."""

from __future__ import annotations

import warnings

import numpy as np
import pytest

from panelkit.kernels.identified import least_squares, orthonormal_columns, refuse_squares
from panelkit.kernels.linear import fit_swept
from panelkit.kernels.sandwich import clustered
from panelkit.kernels.within import Layout
from panelkit.language.errors import SpecError
from panelkit.language.message import message

LONG = np.longdouble
# what is asked for: six digits
SIX = 1e-6

pytestmark = pytest.mark.skipif(np.finfo(LONG).eps > 1e-18, reason="long doubles are doubles on this machine")


def swept(columns: np.ndarray, unit: np.ndarray, time: np.ndarray, effects: str) -> np.ndarray:
    """Sweep by alternating means in long doubles until nothing moves."""
    columns = columns.astype(LONG)
    blocks = {"none": (), "unit": (unit,), "time": (time,), "twoway": (unit, time)}[effects]
    for _ in range(500 if blocks else 0):
        before = columns
        for block in blocks:
            sums = np.zeros((block.max() + 1, columns.shape[1]), LONG)
            np.add.at(sums, block, columns)
            columns = columns - (sums / np.bincount(block).astype(LONG)[:, None])[block]
        if np.abs(columns - before).max() <= 1e-18 * np.abs(columns).max():
            break
    return columns


def solved(X: np.ndarray, y: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return coefficients, T and X T with orthonormal X T, by Gram-Schmidt with reorthogonalisation."""
    size = np.sqrt((X**2).sum(axis=0))
    basis, k = X / size, X.shape[1]
    upper, inverse = np.zeros((k, k), LONG), np.zeros((k, k), LONG)
    for j in range(k):
        for _ in range(3):
            for i in range(j):
                share = (basis[:, i] * basis[:, j]).sum()
                upper[i, j] += share
                basis[:, j] = basis[:, j] - share * basis[:, i]
        upper[j, j] = np.sqrt((basis[:, j] ** 2).sum())
        basis[:, j] /= upper[j, j]
    for column in range(k):
        for i in range(k - 1, -1, -1):
            right = LONG(i == column) - (upper[i, i + 1 :] * inverse[i + 1 :, column]).sum()
            inverse[i, column] = right / upper[i, i]
    T = inverse / size[:, None]
    return T @ (basis * y[:, None]).sum(axis=0), T, basis


def case(seed: int) -> tuple[float, str, np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    """Return noise, effects, y, X, unit, time: x3 nearly repeats x1, or x1 and x2, at some level of the data."""
    rng = np.random.default_rng(seed)
    units, periods = int(rng.integers(4, 32)), int(rng.integers(4, 16))
    held = rng.random(units * periods) < rng.choice([1.0, 1.0, 0.8, 0.6])
    unit, time = np.repeat(np.arange(units), periods)[held], np.tile(np.arange(periods), units)[held]
    unit, time = (np.unique(codes, return_inverse=True)[1] for codes in (unit, time))
    noise, level = 10.0 ** rng.uniform(-13, -5), rng.choice([0.0, 0.0, 1.0, 1e3, 1e6])
    x = rng.normal(size=(len(unit), 2)) + level * (rng.normal(size=units)[unit, None] if seed % 2 else 1.0)
    if seed % 3 == 0:
        x += 0.1 * level * rng.normal(size=periods)[time, None]
    u = rng.normal(size=len(unit))
    third = (x[:, 0] + noise * u, x[:, 0] - 2.0 * x[:, 1] + noise * u, 1e4 * (x[:, 0] + noise * u))[
        seed % 5 % 3
    ]
    X = np.column_stack([x, third])
    effects = ("none", "unit", "time", "twoway", "twoway")[rng.integers(0, 5)]
    if effects == "none":
        X = np.column_stack([np.ones(len(X)), X])
    return noise, effects, x[:, 0] + rng.normal(size=len(X)), X, unit, time


def test_right_to_six_digits_or_refused_by_name() -> None:
    answered, refused, names = [], [], []
    for seed in range(400):
        noise, effects, y, X, unit, time = case(seed)
        if len(y) < 40:
            continue
        terms = ("one", "a", "b", "c")[-X.shape[1] :]
        with warnings.catch_warnings():
            warnings.simplefilter("error", RuntimeWarning)
            try:
                fit = fit_swept(y, X, terms, Layout(unit, time), effects)
            except SpecError as error:
                refused.append(noise)
                names.append(str(error).split(":")[0] + str(error).split("(")[-1])
                continue
            betas, kept = fit.without_groups(unit)
        answered.append(noise)
        columns = swept(np.column_stack([X, y]), unit, time, effects)
        beta, T, basis = solved(columns[:, :-1], columns[:, -1])
        residuals = columns[:, -1] - columns[:, :-1] @ beta
        iid = np.sqrt(((T**2).sum(axis=1) * (residuals**2).sum() / fit.df_resid).astype(float))
        sums = np.zeros((unit.max() + 1, len(beta)), LONG)
        np.add.at(sums, unit, basis * residuals[:, None])
        crv = np.sqrt(((sums @ T.T) ** 2).sum(axis=0).astype(float))
        assert (np.abs(fit.beta - beta) <= SIX * np.maximum(np.abs(beta), iid)).all()
        np.testing.assert_allclose(np.sqrt(np.diag(fit.bread) * fit.rss / fit.df_resid), iid, rtol=SIX)
        np.testing.assert_allclose(np.sqrt(np.diag(clustered(fit, unit))), crv, rtol=SIX)
        # one deletion, refitted from the data as given
        left = unit != 0
        codes = [np.unique(each[left], return_inverse=True)[1] for each in (unit, time)]
        rest = swept(np.column_stack([X, y])[left], *codes, effects)
        assert kept[0]
        move = solved(rest[:, :-1], rest[:, -1])[0] - beta
        assert (np.abs(betas[0] - fit.beta - move) <= SIX * np.maximum(np.abs(move), iid)).all()
    assert all("`c`" in name and "`a`" in name for name in names)
    assert len(answered) > 80
    assert min(answered) < 2e-9  # what is refused is what double precision cannot carry
    assert len(refused) > 80


def test_a_repetition_to_rounding_is_a_combination() -> None:
    rng = np.random.default_rng(0)
    unit, time = np.repeat(np.arange(8), 5), np.tile(np.arange(5), 8)
    x = rng.normal(size=(40, 2))
    layout = Layout(unit, time)
    with pytest.raises(
        SpecError, match=r"`c`: a linear combination of the regressors before it \(`a`, `b`\)"
    ):
        fit_swept(x[:, 0], np.column_stack([x, x @ [2.0, 3.0]]), ("a", "b", "c"), layout, "twoway")
    near = np.column_stack([x, x[:, 0] + 5e-9 * rng.normal(size=40) + 1e3])
    with pytest.raises(
        SpecError, match=r"`a`, `c`: they nearly repeat each other after the unit and time effects"
    ):
        fit_swept(x[:, 0], near, ("a", "b", "c"), layout, "twoway")


def test_helpers() -> None:
    rng = np.random.default_rng(1)
    X = rng.normal(size=(50, 3)) * [1e9, 1.0, 1e-9]
    y = X @ [1e-9, 1.0, 1e9]
    np.testing.assert_allclose(least_squares(X, y), [1e-9, 1.0, 1e9], rtol=1e-12)
    np.testing.assert_allclose(
        least_squares(X, np.column_stack([y, y])), np.outer([1e-9, 1, 1e9], [1, 1]), rtol=1e-12
    )
    basis = orthonormal_columns(np.column_stack([X, X[:, 0] * 2.0, np.zeros(50)]))
    assert basis.shape == (50, 3)
    np.testing.assert_allclose(basis.T @ basis, np.eye(3), atol=1e-14)
    assert orthonormal_columns(np.zeros((4, 0))).shape == (4, 0)
    near = np.column_stack([X[:, 1], X[:, 1] + 1e-6 * rng.normal(size=50)])
    fit = fit_swept(y, near, ("a", "b"), Layout(np.arange(50), np.zeros(50, int)), "none")
    with pytest.raises(SpecError, match="the test inverts a covariance; `a`, `b`: they nearly repeat"):
        refuse_squares(fit.root, fit.X, fit.terms, fit.effects, message("the test inverts a covariance"))
