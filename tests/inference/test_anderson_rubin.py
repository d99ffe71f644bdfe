"""The Anderson-Rubin bootstrap against a loop over refits, and under weak instruments."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

import panelkit as pk
from panelkit.kernels.within import Layout, within
from tests.models.test_instrumental import panel
from tests.panels import codes


@pytest.mark.parametrize("share", [1.0, 0.75])
@pytest.mark.parametrize("instruments", ["z1", "z1 + z2"])
def test_enumerated_bootstrap_equals_a_loop_of_refits(share: float, instruments: str) -> None:
    frame, unit, time = codes(panel(62, share, units=7))
    fit = pk.InstrumentalFE(f"y ~ x1 + [w ~ {instruments}]", vcov=pk.Cluster(), convention="fixest").fit(
        frame
    )
    null = 0.7
    result = pk.anderson_rubin(fit, null)
    assert result.enumerated
    layout = Layout(unit, time)
    names = instruments.split(" + ")
    X = within(frame[["x1", *names]].to_numpy(), layout, "twoway")
    moved = within((frame["y"] - null * frame["w"]).to_numpy()[:, None], layout, "twoway")[:, 0]
    x1 = X[:, :1]
    restricted = moved - x1 @ np.linalg.lstsq(x1, moved, rcond=None)[0]

    def wald(y: np.ndarray) -> float:
        swept = within(y[:, None], layout, "twoway")[:, 0]
        beta = np.linalg.lstsq(X, swept, rcond=None)[0]
        e = swept - X @ beta
        S = pd.DataFrame(X * e[:, None]).groupby(unit).sum().to_numpy()
        B = np.linalg.inv(X.T @ X)
        V = B @ S.T @ S @ B
        return float(beta[1:] @ np.linalg.solve(V[1:, 1:], beta[1:]))

    signs = 1.0 - 2.0 * ((np.arange(2**7)[:, None] >> np.arange(7)) & 1)
    draws = np.array([wald(v[unit] * restricted) for v in signs])
    actual = wald(restricted)
    assert result.p_value == pytest.approx(np.mean(draws >= actual * (1 - 1e-10)))
    assert result.statistic * fit_factor(fit) == pytest.approx(actual, rel=1e-8)


def fit_factor(fit: object) -> float:
    from panelkit.covariance.clusters import clusters_of
    from panelkit.covariance.conventions import convention_named
    from panelkit.covariance.small_sample import small_sample_factor

    # the reduced form's, as of the F that is printed
    return small_sample_factor(
        fit.reduced_form.linear, (clusters_of(fit.design, None),), convention_named("fixest")
    )


def test_confidence_set_holds_what_is_not_rejected() -> None:
    fit = pk.InstrumentalFE("y ~ x1 + [w ~ z1 + z2]", vcov=pk.Cluster()).fit(panel())
    result = pk.anderson_rubin(fit, 1.0, reps=399, rng=1)
    low, high = result.conf_low, result.conf_high
    assert low < fit.params["w"] < high
    for value, inside in ((low - 0.01, False), (low + 0.01, True), (high - 0.01, True), (high + 0.01, False)):
        p = pk.anderson_rubin(fit, value, reps=399, rng=1, interval=False).p_value
        assert (p > 0.05) == inside


def test_weak_instruments_give_an_unbounded_set() -> None:
    frame = panel()
    frame["noise"] = np.random.default_rng(3).normal(size=len(frame))
    fit = pk.InstrumentalFE("y ~ x1 + [w ~ noise]", vcov=pk.Cluster()).fit(frame)
    result = pk.anderson_rubin(fit, reps=199)
    assert any("unbounded" in note for note in result.notes)


def test_size_with_instruments_of_no_strength() -> None:
    """Forty panels with an irrelevant instrument and the true null: 5 % within four binomial errors."""
    rejected = 0
    for seed in range(40):
        frame = panel(200 + seed)
        frame["noise"] = np.random.default_rng(5_000 + seed).normal(size=len(frame))
        fit = pk.InstrumentalFE("y ~ x1 + [w ~ noise]", vcov=pk.Cluster()).fit(frame)
        rejected += pk.anderson_rubin(fit, 1.0, reps=99, rng=seed, interval=False).p_value <= 0.05
    assert rejected <= 40 * 0.05 + 4 * np.sqrt(40 * 0.05 * 0.95)


def test_refusals() -> None:
    frame = panel()
    with pytest.raises(pk.SpecError, match="takes a fit of InstrumentalFE"):
        pk.anderson_rubin(pk.FixedEffects("y ~ w").fit(frame))
    fit = pk.InstrumentalFE("y ~ [w + x1 ~ z1 + z2 + x2]", vcov=pk.Cluster()).fit(frame)
    with pytest.raises(pk.SpecError, match="one endogenous regressor; the fit has 2"):
        pk.anderson_rubin(fit)
