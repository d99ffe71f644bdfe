"""Oster's delta: her printed formula, populations built with a known selection, and a seeded simulation."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

import panelkit as pk
from panelkit.inference.oster import Selection
from tests.panels import random_panel


def printed(short: Any, long: Any, r2_max: float, beta: float) -> float:
    """Return delta as Oster (2019), proposition 3, prints it: b_ring short, b_tilde long, tau_x, variances."""
    x, y = short.linear.X[:, 0], short.linear.y
    rest = long.linear.X[:, 1:]
    sy, sx = y @ y, x @ x
    tau = np.sum((x - rest @ np.linalg.lstsq(rest, x, rcond=None)[0]) ** 2)
    ring, tilde = short.params.iloc[0], long.params.iloc[0]
    r_ring, r_tilde = 1 - short.linear.rss / sy, 1 - long.linear.rss / sy
    gap, move = tilde - beta, ring - tilde
    top = (
        gap * (r_tilde - r_ring) * sy * tau
        + gap * sx * tau * move**2
        + 2 * gap**2 * tau * move * sx
        + gap**3 * (tau * sx - tau**2)
    )
    below = (
        (r2_max - r_tilde) * sy * move * sx
        + gap * (r2_max - r_tilde) * sy * (sx - tau)
        + gap**2 * tau * move * sx
        + gap**3 * (tau * sx - tau**2)
    )
    return float(top / below)


@pytest.mark.parametrize("effects", ["unit", "time", "twoway"])
@pytest.mark.parametrize("beta", [0.0, 0.5])
def test_delta_as_printed(effects: Any, beta: float) -> None:
    frame = random_panel(81, 12, 7, 0.9, regressors=4)
    short = pk.FixedEffects("y ~ x1", effects=effects).fit(frame)
    long = pk.FixedEffects("y ~ x1 + x2 + x3 + x4", effects=effects).fit(frame)
    found = pk.oster_delta(short, long, r2_max=0.95, beta=beta)
    assert found.delta == pytest.approx(printed(short, long, 0.95, beta), rel=1e-8)
    usual = pk.oster_delta(short, long)
    assert usual.r2_max == pytest.approx(min(1.0, 1.3 * long.facts["r2_within"]))
    assert usual.r2_long == pytest.approx(long.facts["r2_within"])


@pytest.mark.parametrize("delta", [-1.5, 0.3, 1.0, 1.7, 4.0])
def test_effect_and_delta_are_inverses(delta: float) -> None:
    frame = random_panel(82, 12, 7, regressors=3)
    short, long = (pk.FixedEffects(f"y ~ {f}").fit(frame) for f in ("x1", "x1 + x2 + x3"))
    found = pk.oster_delta(short, long, r2_max=0.9, selected=delta)
    assert found.roots
    for root in found.roots:
        back = pk.oster_delta(short, long, r2_max=0.9, beta=root)
        assert back.delta == pytest.approx(delta, rel=1e-6)


def test_no_selection_is_the_long_estimate() -> None:
    frame = random_panel(83, 12, 7, regressors=3)
    short, long = (pk.FixedEffects(f"y ~ {f}").fit(frame) for f in ("x1", "x1 + x2 + x3"))
    found = pk.oster_delta(short, long, selected=0.0)
    assert found.adjusted == pytest.approx(long.params["x1"], rel=1e-9)
    assert found.bounds == pytest.approx((long.params["x1"], long.params["x1"]), rel=1e-9)


def population(seed: int, n: int, delta: float, beta: float) -> pd.DataFrame:
    """Return rows in which unobservables are selected `delta` times as strongly as the controls, in the sample itself.

    w1, w2 observed, u unobserved, all orthonormal; psi is the controls' true part, x leans on psi and u.
    """
    rng = np.random.default_rng(seed)
    basis, _ = np.linalg.qr(np.column_stack([np.ones(n), rng.normal(size=(n, 5))]))
    w1, w2, u, own, noise = np.sqrt(n) * basis[:, 1:].T
    psi, other = 0.8 * w1 + 0.6 * w2, 0.9
    lean = 0.5
    # cov(x, psi) / var(psi) = lean; cov(x, other u) / var(other u) = delta lean
    x = lean * psi + delta * lean * other * u + own + 0.3 * (0.6 * w1 - 0.8 * w2)
    y = beta * x + psi + other * u + 0.7 * noise
    return pd.DataFrame(
        {"y": y, "x": x, "w1": w1, "w2": w2, "u": u, "unit": np.arange(n) // 6, "time": np.arange(n) % 6}
    )


@pytest.mark.parametrize("delta", [0.5, 1.0, 1.8])
@pytest.mark.parametrize("beta", [0.0, 0.7])
def test_a_population_with_known_selection_is_read_back(delta: float, beta: float) -> None:
    frame = population(1, 240, delta, beta)

    def fit(formula: str) -> Any:
        return pk.PooledOLS(formula, vcov=pk.Iid()).fit(frame, unit="unit", time="time")

    short, long, full = fit("y ~ x"), fit("y ~ x + w1 + w2"), fit("y ~ x + w1 + w2 + u")
    r2 = full.facts["r2"]
    assert full.params["x"] == pytest.approx(beta, abs=1e-10)
    found = pk.oster_delta(short, long, r2_max=r2, beta=beta, selected=delta)
    assert found.delta == pytest.approx(delta, rel=1e-8)
    assert min(abs(root - beta) for root in found.roots) < 1e-7
    assert found.adjusted == pytest.approx(beta, abs=1e-7)


def test_common_controls_are_not_compared() -> None:
    """What both fits hold is as good as swept out beforehand: effects as dummies give what effects swept give."""
    frame = random_panel(84, 8, 6, regressors=3)
    swept = [pk.FixedEffects(f"y ~ {f}", effects="unit").fit(frame) for f in ("x1", "x1 + x2 + x3")]
    written = [
        pk.PooledOLS(f"y ~ {f} + C(province)", vcov=pk.Iid()).fit(frame) for f in ("x1", "x1 + x2 + x3")
    ]
    one = pk.oster_delta(*swept, r2_max=0.9)
    # an R2 of .9 within is this share of all variance
    inside = swept[0].linear.tss / written[0].linear.tss
    two = pk.oster_delta(*written, "x1", r2_max=1 - 0.1 * inside)
    assert two.delta == pytest.approx(one.delta, rel=1e-7)
    assert two.adjusted == pytest.approx(one.adjusted, rel=1e-7)


def test_samples_of_such_a_population() -> None:
    """60 samples of 600 rows with delta = 1: the effect is found, within four errors of the mean."""
    found = []
    for seed in range(60):
        rng = np.random.default_rng(seed)
        w1, w2, u, own, noise = rng.normal(size=(5, 600))
        psi = 0.8 * w1 + 0.6 * w2
        x = 0.5 * psi + 0.5 * 0.9 * u + own
        frame = pd.DataFrame(
            {"y": 0.7 * x + psi + 0.9 * u + 0.7 * noise, "x": x, "w1": w1, "w2": w2,
             "unit": np.arange(600) // 6, "time": np.arange(600) % 6}
        )  # fmt: skip
        spec = pk.PooledOLS("y ~ x", vcov=pk.Iid())
        fits = [
            replace(spec, formula=f).fit(frame, unit="unit", time="time")
            for f in ("y ~ x", "y ~ x + w1 + w2")
        ]
        variance = np.var(frame["y"])
        found.append(pk.oster_delta(*fits, r2_max=1 - 0.49 / variance).adjusted)
    assert np.mean(found) == pytest.approx(0.7, abs=4 * np.std(found) / np.sqrt(60) + 0.01)


def test_roots_against_the_equation_on_a_grid() -> None:
    """Every change of sign of the equation is a root, and no other."""
    rng = np.random.default_rng(85)
    for _ in range(60):
        one = Selection(
            long=float(rng.normal()), a=float(rng.normal()), v=float(rng.uniform(0.5, 3)),
            s=float(rng.uniform(0.1, 2)), tau=float(rng.uniform(0.1, 2)), d=float(rng.uniform(0.1, 2)),
        )  # fmt: skip
        delta = float(rng.choice([0.5, 1.0, 2.0, rng.uniform(-2, 3)]))
        n = one.long - np.linspace(-300, 300, 300_001) - one.long
        left = delta * (one.a + n * one.s) * (one.d + n**2 * one.tau)
        gap = left - n * one.tau * (one.v + 2 * one.a * n + n**2 * one.s)
        changes = n[:-1][np.sign(gap[:-1]) != np.sign(gap[1:])]
        found = np.array([one.long - root for root in one.effects(delta)])
        found = found[np.abs(found) < 299]
        if len(changes) == len(found):  # two roots within one step of the grid are none to it
            np.testing.assert_allclose(np.sort(found), np.sort(changes), atol=2.5e-3)
        else:
            assert abs(len(changes) - len(found)) == 2


def test_the_root_that_turns_the_controls_is_not_chosen() -> None:
    frame = random_panel(86, 12, 7, regressors=3)
    short, long = (pk.FixedEffects(f"y ~ {f}").fit(frame) for f in ("x1", "x1 + x2 + x3"))
    found = pk.oster_delta(short, long, r2_max=0.9)
    assert len(found.roots) == 2
    assert found.adjusted in found.roots
    assert any(note.startswith("solutions:") for note in found.notes)


def test_text_and_tables(tmp_path: Path) -> None:
    frame = random_panel(87, 12, 7, regressors=3)
    short, long = (pk.FixedEffects(f"y ~ {f}").fit(frame) for f in ("x1", "x1 + x2 + x3"))
    found = pk.oster_delta(short, long)
    assert "R² are within" in str(found)
    assert "组内" in found.summary(language="zh")
    assert "estimate" not in found.summary(language="zh").lower()
    assert found.tidy()["delta"].iloc[0] == found.delta
    assert "toprule" in found.to_latex(tmp_path / "t.tex")


def test_refusals() -> None:
    frame = random_panel(88, 12, 7, regressors=3)

    def fit(formula: str, **options: Any) -> Any:
        return pk.FixedEffects(formula, **options).fit(frame)

    short, long = fit("y ~ x1"), fit("y ~ x1 + x2")
    with pytest.raises(pk.SpecError, match="r2_max lies above"):
        pk.oster_delta(short, long, r2_max=0.01)
    with pytest.raises(pk.SpecError, match="r2_max lies above"):
        pk.oster_delta(short, long, r2_max=1.2)
    with pytest.raises(pk.SpecError, match="adds no control"):
        pk.oster_delta(short, short)
    with pytest.raises(pk.SpecError, match="it lacks x3"):
        pk.oster_delta(fit("y ~ x1 + x3"), long, "x1")
    with pytest.raises(pk.SpecError, match="Say `term=`"):
        pk.oster_delta(long, fit("y ~ x1 + x2 + x3"))
    with pytest.raises(pk.SpecError, match="not of the same rows"):
        pk.oster_delta(fit("y ~ x1", where="year > 2011"), long)
    with pytest.raises(pk.SpecError, match="not of the same rows"):
        pk.oster_delta(fit("y ~ x1", effects="unit"), long)
    random = [pk.RandomEffects(f).fit(frame) for f in ("y ~ x1", "y ~ x1 + x2")]
    with pytest.raises(pk.SpecError, match="no R²"):
        pk.oster_delta(*random)


def test_r2_that_does_not_rise_and_controls_off_the_term() -> None:
    n = 48
    basis, _ = np.linalg.qr(np.column_stack([np.ones(n), np.random.default_rng(9).normal(size=(n, 4))]))
    x, w, e, off = basis[:, 1:].T
    frame = pd.DataFrame(
        {
            "y": x + e,
            "x": x,
            "w": w + 0.5 * x,
            "off": off,
            "unit": np.arange(n) // 6,
            "time": np.arange(n) % 6,
        }
    )

    def fit(formula: str, data: pd.DataFrame = frame) -> Any:
        return pk.PooledOLS(formula, vcov=pk.Iid()).fit(data, unit="unit", time="time")

    with pytest.raises(pk.SpecError, match="R² does not rise"):
        pk.oster_delta(fit("y ~ x"), fit("y ~ x + w"))
    moved = frame.assign(y=frame["y"] + off)
    with pytest.raises(pk.SpecError, match="unrelated to x"):
        pk.oster_delta(fit("y ~ x", moved), fit("y ~ x + off", moved), r2_max=1.0)
