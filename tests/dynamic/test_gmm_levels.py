"""Levels of a system far from zero: against fractions without rounding, and against the fit without centring."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import numpy as np
import pandas as pd
import pytest

import panelkit as pk
from panelkit.models.dynamic.gmm import centring
from tests.dynamic.test_gmm_bad_input import panel

FORMULA = "y ~ lag(y, 1) + x | gmm(y, 2:3) + iv(x)"
SYSTEM = pk.SystemGMM(FORMULA, time_effects=True)


def _solve(A: Any, b: Any) -> Any:
    """Solve A X = b of fractions by elimination."""
    n = len(A)
    M = np.concatenate([A, b], axis=1)
    for j in range(n):
        pivot = next(i for i in range(j, n) if M[i, j] != 0)
        M[[j, pivot]] = M[[pivot, j]]
        M[j] = M[j] / M[j, j]
        for i in range(n):
            if i != j and M[i, j] != 0:
                M[i] = M[i] - M[i, j] * M[j]
    return M[:, n:]


def exact_system(frame: pd.DataFrame) -> dict[str, Any]:
    """Fit FORMULA with collapsed instruments in differences, one and two steps, in fractions: levels as they stand."""
    T = frame.index.get_level_values("year").nunique()
    D = np.array([[Fraction((t == s + 1) - (t == s)) for t in range(T - 1)] for s in range(T - 2)])
    dummies = np.array([[Fraction(t == s) for s in range(1, T - 1)] for t in range(T - 1)])
    one, none = np.array([[Fraction(1)]] * (T - 1)), np.array([[Fraction(0)]] * (T - 1))
    S = np.concatenate([D, np.array([[Fraction(t == s) for t in range(T - 1)] for s in range(T - 1)])])
    units = []
    for _, part in frame.groupby("city"):
        y, x = (np.array([Fraction(value) for value in part[name]])[:, None] for name in ("y", "x"))
        early = [y[t - 1 : t] if t else none[:1] for t in range(T - 2)]  # lag 3 of rows 2, 3, ...
        before = np.concatenate([none[:1], y[1:-1] - y[:-2]])
        lags = np.concatenate([np.concatenate([y[: T - 2], np.concatenate(early)], axis=1), none[:, [0, 0]]])
        change = np.concatenate([none[: T - 2], before])
        level = np.concatenate([x[1:], dummies, one], axis=1)
        moved = D @ level
        moved[:, -1] = Fraction(0)
        Z = np.concatenate([lags, change, np.concatenate([moved, level])], axis=1)
        X = np.concatenate([y[:-1], level], axis=1)
        both = np.concatenate([D @ X, X])
        both[: T - 2, -1] = Fraction(0)
        units.append((Z, both, np.concatenate([D @ y[1:], y[1:]])))
    inside = sum(Z.T @ S @ S.T @ Z for Z, _, _ in units)
    ZX, Zy = sum(Z.T @ X for Z, X, _ in units), sum(Z.T @ y for Z, _, y in units)
    found: dict[str, Any] = {}
    for step in ("one", "two"):
        weighed = _solve(inside, np.concatenate([ZX, Zy], axis=1))
        k = ZX.shape[1]
        bread = _solve(
            ZX.T @ weighed[:, :k], np.array([[Fraction(i == j) for j in range(k)] for i in range(k)])
        )
        b = bread @ (ZX.T @ weighed[:, k:])
        scores = [Z.T @ (y - X @ b) for Z, X, y in units]
        if step == "one":
            parts = [bread @ (weighed[:, :k].T @ g) for g in scores]
            variance = sum(part * part for part in parts)[:, 0]
        else:
            variance = np.diag(bread)
            total = sum(scores)
            found["hansen"] = float((total.T @ _solve(inside, total))[0, 0])
        found[step] = (b[:, 0].astype(float), np.sqrt(variance.astype(float)))
        inside = sum(g @ g.T for g in scores)
    return found


@pytest.mark.parametrize("level", [1e5, 1e7, -1e9])
def test_a_system_equals_fractions_at_any_level(level: float) -> None:
    """The rounding of the data themselves, 1e-16 of their level, is in the fractions too: ten digits are left."""
    data = panel(n=15, t=6)
    data = data.assign(y=data["y"] + level, x=data["x"] - 3.0 * level)
    exact = exact_system(data)
    for step, name in ((1, "one"), (2, "two")):
        fit = pk.SystemGMM(FORMULA, time_effects=True, collapse=True, steps=step, windmeijer=False).fit(data)
        b, errors = exact[name]
        order = [0, 1, 2, 3, 4, 5, 6]
        assert fit.terms[:2] == ("lag(y, 1)", "x")
        assert fit.terms[-1] == "Intercept"
        np.testing.assert_allclose(fit.estimates[order] / errors, b / errors, rtol=1e-9, atol=1e-9)
        np.testing.assert_allclose(fit.std_errors, errors, rtol=1e-9)
        np.testing.assert_allclose(fit.hansen.statistic, exact["hansen"], rtol=1e-9)


@pytest.mark.parametrize("transform", ["differences", "fod"])
@pytest.mark.parametrize("formula", [FORMULA, "y ~ lag(y, 1) + x | gmm(y, 2:4) + iv(x, level)"])
@pytest.mark.parametrize("collapse", [True, False])
def test_nothing_moves_by_centring(
    formula: str, transform: Any, collapse: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Near levels lose six digits of sixteen at most: all numbers equal those of the columns as they stand."""
    data = panel(n=40)
    data = data.assign(y=data["y"] + 20.0, x=data["x"] - 10.0)
    for steps in (1, 2):
        spec = pk.SystemGMM(formula, transform=transform, collapse=collapse, steps=steps, time_effects=True)
        plain = spec.fit(data)
        monkeypatch.setattr(centring, "_FAR", 2.0)
        moved = spec.fit(data)
        monkeypatch.undo()
        assert moved.equations_of[1].turn is not None
        assert plain.equations_of[1].turn is None
        errors = plain.std_errors.to_numpy()
        np.testing.assert_allclose(moved.estimates / errors, plain.estimates / errors, atol=1e-10)
        np.testing.assert_allclose(moved.covariance, plain.covariance, rtol=2e-9)
        found, held = ([one.statistic for one in fit.tests if one.applicable] for fit in (moved, plain))
        np.testing.assert_allclose(found, held, rtol=2e-9)
        assert len(found) > 6
        np.testing.assert_allclose(moved.residuals, plain.residuals, atol=1e-10)


@pytest.mark.parametrize(
    "changed",
    [
        {"time_effects": False},
        {"h": 2},
        {"formula": "y ~ lag(y, 1) + x - 1 | gmm(y, 2:3) + iv(x)"},
        {"data": "gaps"},
        {"transform": "fod", "where": "year < 2016"},
    ],
)
def test_lags_stand_as_they_are_where_the_fit_moves_with_their_level(changed: dict[str, Any]) -> None:
    """The fit at a level of 20 is another one than at 0; far from zero it is refused, with the reason."""
    changed = dict(changed)
    data = panel(n=40)
    if changed.pop("data", None):
        data = data.drop([("c03", 2011), ("c07", 2014), ("c11", 2016)])
    spec = pk.SystemGMM(**({"formula": FORMULA, "time_effects": True} | changed))
    plain, moved = spec.fit(data), spec.fit(data.assign(y=data["y"] + 20.0))
    assert np.abs(moved.estimates[:2] - plain.estimates[:2]).max() > 1e-5
    far = data.assign(y=data["y"] + 1e4)
    assert spec.fit(far).equations_of[1].far == ("gmm(y, 2:3)",)
    with pytest.raises(pk.SpecError, match="the fit itself moves with that level"):
        spec.fit(data.assign(y=data["y"] + 1e8))


def test_what_stands_beside_a_constant_is_centred_without_period_effects() -> None:
    """Outcome, regressors and iv() move the constant alone; lags of w, near zero, are the instruments."""
    data = panel(n=40).rename(columns={"x": "w"})
    data["x"] = np.random.default_rng(3).normal(size=len(data)) + data["w"]
    spec = pk.SystemGMM("y ~ x | gmm(w, 1:2) + iv(x)")
    plain, moved = spec.fit(data), spec.fit(data.assign(y=data["y"] + 1e8, x=data["x"] + 1e7))
    np.testing.assert_allclose(moved.estimates[0], plain.estimates[0], rtol=1e-7)  # the data's own rounding
    np.testing.assert_allclose(moved.std_errors.iloc[0], plain.std_errors.iloc[0], rtol=1e-7)
    constant = plain.estimates[1] + 1e8 - 1e7 * plain.estimates[0]
    np.testing.assert_allclose(moved.estimates[1], constant, rtol=1e-7)


@pytest.mark.parametrize("transform", ["differences", "fod"])
def test_folding_is_the_transpose_of_the_transformation(transform: Any) -> None:
    data = panel(n=6).drop([("c03", 2011), ("c04", 2014)])
    rows = pk.SystemGMM(FORMULA, transform=transform).fit(data).equations_of[0]
    rng = np.random.default_rng(0)
    V, X = rng.normal(size=(int(rows.moved.sum()), 3)), rng.normal(size=(len(rows.y), 2))
    np.testing.assert_allclose(centring.folded(V, rows).T @ X, V.T @ rows.transformed(X), atol=1e-12)
