"""Responses and shares of a fitted panel VAR: bands, both orders, what is said, what is refused."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd
import pytest

import panelkit as pk
from panelkit.language.errors import ConvergenceError, SpecError
from panelkit.models.dynamic.responses.arrays import (
    generalised_responses,
    orthogonalised_responses,
    variance_decomposition,
)
from panelkit.models.dynamic.responses.drawn import usable
from panelkit.models.dynamic.responses.joint import joint_band
from tests.reference import oracle, reference_path

A = np.array([[0.5, 0.1], [0.3, 0.4]])
FEW: dict[str, Any] = {"reps": 99, "rng": 1}


def panel(N: int = 31, T: int = 13, seed: int = 0, own: float | None = None) -> pd.DataFrame:
    rng = np.random.default_rng(seed)
    moved = A if own is None else np.diag([own, 0.3])
    y = np.zeros((N, T + 20, 2))
    level = rng.normal(size=(N, 2))
    for t in range(1, T + 20):
        y[:, t] = level + y[:, t - 1] @ moved.T + rng.multivariate_normal([0, 0], [[1, 0.4], [0.4, 2]], N)
    index = pd.MultiIndex.from_product([range(N), range(2005, 2005 + T)], names=["province", "year"])
    return pd.DataFrame(y[:, 20:].reshape(-1, 2), index=index, columns=["a", "b"])


@pytest.fixture(scope="module")
def fit() -> Any:
    return pk.PanelVAR(("a", "b")).fit(panel())


def test_numbers_are_the_arrays_of_the_fit(fit: Any) -> None:
    found = fit.irf(6, order=("b", "a"), bands="none")
    own = (fit.coefficients, fit.sigma)
    np.testing.assert_allclose(found.values, orthogonalised_responses(*own, 6, (1, 0)), rtol=1e-12)
    np.testing.assert_allclose(found.reversal.values, orthogonalised_responses(*own, 6, (0, 1)), rtol=1e-12)
    assert (found.order, found.reversal.order) == (("b", "a"), ("a", "b"))
    wide = fit.irf(6, kind="generalised", bands="none")
    np.testing.assert_allclose(wide.values, generalised_responses(*own, 6), rtol=1e-12)
    assert wide.reversal is None
    unit = fit.irf(1, kind="unit", bands="none")
    np.testing.assert_allclose(unit.values, [np.eye(2), fit.coefficients[0]], rtol=1e-12)
    shares = fit.fevd(6, kind="generalised", normalise=True, bands="none")
    np.testing.assert_allclose(shares.values, variance_decomposition(*own, 6, normalise=True), rtol=1e-12)
    assert fit.irf(6, cumulative=True, bands="none").values[-1] == pytest.approx(
        fit.irf(6, bands="none").values.sum(axis=0)
    )


def test_dahlberg_one_period_ahead() -> None:
    data = pd.read_csv(reference_path("Dahlberg.csv"))
    spec = pk.PanelVAR(
        ("expenditures", "revenues", "grants"), time_effects=False, instruments="all", collapse=False
    )
    fit = spec.fit(data, unit="id", time="year")
    # printed coefficients of panelvar's one-step example, rows the equations, times the factor of the errors
    printed = np.array(oracle("pvar_dahlberg_onestep")["outputs"]["A"])
    found = fit.irf(1, bands="none")
    np.testing.assert_allclose(found.values[1], printed @ np.linalg.cholesky(fit.sigma), rtol=2e-6, atol=1e-9)


def test_bands_are_quantiles_of_the_draws_of_the_fit(fit: Any) -> None:
    found = fit.irf(4, **FEW)
    coefficients, sigma = fit.resample(99, np.random.default_rng(1))
    draws = orthogonalised_responses(coefficients, sigma, 4, (0, 1))
    low, high = found.band(0.9)
    np.testing.assert_allclose(low, np.quantile(draws, 0.05, axis=0), rtol=1e-10, atol=1e-13)
    np.testing.assert_allclose(high, np.quantile(draws, 0.95, axis=0), rtol=1e-10, atol=1e-13)
    basic = fit.irf(4, interval="basic", **FEW).band(0.9)
    np.testing.assert_allclose(basic[0], 2 * found.values - high, rtol=1e-10, atol=1e-13)
    normal = fit.irf(4, interval="normal", **FEW).band(0.95)
    np.testing.assert_allclose(
        normal[1] - normal[0], 2 * 1.959964 * draws.std(axis=0, ddof=1), rtol=1e-6, atol=1e-13
    )


def test_monte_carlo_holds_sigma_and_so_the_impact(fit: Any) -> None:
    low, high = fit.irf(3, bands="monte-carlo", **FEW).band()
    assert np.abs(high[0] - low[0]).max() < 1e-14
    low, high = fit.irf(3, bands="bootstrap", **FEW).band()
    assert (high[0] - low[0])[1, 0] > 0.1  # Sigma is drawn again


def test_joint_bands_hold_their_share_of_whole_paths(fit: Any) -> None:
    found = fit.irf(6, reps=400, rng=1, joint=True)
    draws = found.draws
    for level in (0.5, 0.9, 0.95):
        low, high = found.band(level)
        inside = ((draws >= low) & (draws <= high)).all(axis=1).mean(axis=0)
        assert (inside >= level).all()
        assert inside[0, 0] < level + 0.03  # the next pair of order statistics further in holds fewer
    alone = replace(found, joint=False).band()
    low, high = found.band()
    assert (low <= alone[0] + 1e-12).all()
    assert (high >= alone[1] - 1e-12).all()
    assert np.abs(found.values[0, 0, 1] - low[0, 0, 1]) < 1e-12  # zero by the order in every draw
    assert "whole paths" in found.summary()


def test_joint_bands_of_one_horizon_are_pointwise_ones() -> None:
    draws = np.random.default_rng(0).normal(size=(1000, 1, 1, 1))
    low, high = joint_band(draws, 0.95)
    ordered = np.sort(draws[:, 0, 0, 0])
    # the widest tail that still holds 950 of 1,000 draws leaves 25 on each side
    assert (low[0, 0, 0], high[0, 0, 0]) == (ordered[25], ordered[974])


def test_numbers_that_overflow_are_refused(fit: Any) -> None:
    class Wild:
        """A fit whose draws, or whose own numbers, have a root of a million."""

        def __init__(self, own: bool) -> None:
            self.own = own
            self.coefficients = fit.coefficients * (1e6 if own else 1.0)

        def __getattr__(self, name: str) -> Any:
            return getattr(fit, name)

        def resample(self, reps: int, rng: Any) -> tuple[np.ndarray, np.ndarray]:
            coefficients, sigma = fit.resample(reps, rng)
            coefficients[:7] *= 1e6
            return coefficients, sigma

    with pytest.raises(SpecError, match="7 draws explode"):
        pk.impulse_responses(Wild(False), 100, reps=99)
    with pytest.raises(SpecError, match="the model explodes"):
        pk.impulse_responses(Wild(True), 100, bands="none")
    with pytest.raises(SpecError, match="7 draws explode"):
        pk.variance_decomposition(Wild(False), 100, reps=99)


def test_one_seed_one_set_of_numbers(fit: Any) -> None:
    one, two, three = (fit.irf(3, reps=99, rng=seed).tidy() for seed in (1, 1, 2))
    pd.testing.assert_frame_equal(one, two)
    assert not one.equals(three)
    given = fit.irf(3, reps=99, rng=np.random.default_rng(1))
    pd.testing.assert_frame_equal(one, given.tidy())
    assert given.uncertainty.seed is None


def test_row_order_and_units_of_measurement_do_not_matter(fit: Any) -> None:
    data = panel()
    mixed = pk.PanelVAR(("a", "b")).fit(data.sample(frac=1.0, random_state=0))
    np.testing.assert_allclose(mixed.irf(4, **FEW).band(), fit.irf(4, **FEW).band(), rtol=1e-8, atol=1e-11)
    scaled = pk.PanelVAR(("a", "b")).fit(data.assign(b=data["b"] * 1e6))
    one, two = (each.irf(4, **FEW).band()[1] for each in (fit, scaled))
    np.testing.assert_allclose(two / np.array([[1.0], [1e6]]), one, rtol=1e-6, atol=1e-9)


def test_the_tidy_columns(fit: Any) -> None:
    found = fit.irf(2, **FEW).tidy()
    assert list(found.columns) == [
        "impulse", "response", "horizon", "estimate", "std_error", "conf_low", "conf_high",
        "reversed", "reversed_low", "reversed_high",
    ]  # fmt: skip
    row = found[(found["impulse"] == "b") & (found["response"] == "a") & (found["horizon"] == 1)].iloc[0]
    made = fit.irf(2, **FEW)
    assert row["estimate"] == made.values[1, 0, 1]
    assert row["reversed_high"] == made.reversal.band()[1][1, 0, 1]
    assert list(fit.fevd(3, kind="generalised", **FEW).tidy()["horizon"][:3]) == [1, 2, 3]


def test_explosive_roots_and_draws_are_said() -> None:
    wild = pk.PanelVAR(("a", "b")).fit(panel(own=1.04))
    found = wild.irf(5, **FEW)
    assert any("explode" in note for note in found.notes)
    assert found.facts["stable"] is False
    unstable = found.facts["draws_unstable"]
    assert unstable > 10
    assert any(note.startswith(f"{unstable:,} of 99 draws") for note in found.notes)


def test_a_horizon_longer_than_the_panel_is_said(fit: Any) -> None:
    assert any("longer than the panel" in note for note in fit.irf(20, bands="none").notes)
    assert not any("longer than the panel" in note for note in fit.irf(10, bands="none").notes)


@pytest.mark.parametrize(
    "options",
    [
        {"horizon": 0},
        {"horizon": -1},
        {"horizon": 10_000},
        {"horizon": 2.5},
        {"horizon": True},
        {"order": ("a",)},
        {"order": ("a", "a")},
        {"order": ("a", "b", "a")},
        {"order": (0, 1)},
        {"order": "a"},
        {"order": ("a", "z")},
        {"order": ("a", "b"), "kind": "generalised"},
        {"kind": "cholesky"},
        {"bands": "delta"},
        {"reps": 20},
        {"reps": 99.5},
        {"reps": True},
        {"rng": "seed"},
        {"rng": -1},
        {"rng": 1.5},
        {"interval": "bca"},
        {"joint": 1},
        {"joint": True, "bands": "none"},
        {"joint": True, "interval": "normal"},
    ],
)
def test_what_means_nothing_is_refused(fit: Any, options: dict[str, Any]) -> None:
    with pytest.raises(SpecError) as caught:
        fit.irf(**{"horizon": 3, "reps": 99, **options})
    assert caught.value.said.text("zh") != str(caught.value.said)


def test_what_means_nothing_for_shares_is_refused(fit: Any) -> None:
    for options in ({"normalise": True}, {"kind": "unit"}, {"kind": "generalised", "order": ("a", "b")}):
        with pytest.raises(SpecError):
            fit.fevd(3, bands="none", **options)


def test_orders_by_number_and_with_blanks(fit: Any) -> None:
    one = fit.irf(2, order=("b", "a"), bands="none")
    for order in ((2, 1), ("2", "1"), (" b ", "`a`")):
        assert np.array_equal(fit.irf(2, order=order, bands="none").values, one.values)


def test_draws_without_a_covariance_are_left_out_and_counted(fit: Any) -> None:
    class Broken:
        """A fit some of whose draws hold no covariance."""

        def __init__(self, share: float) -> None:
            self.share = share

        def __getattr__(self, name: str) -> Any:
            return getattr(fit, name)

        def resample(self, reps: int, rng: Any) -> tuple[np.ndarray, np.ndarray]:
            coefficients, sigma = fit.resample(reps, rng)
            sigma[: int(self.share * reps)] = [[1.0, 1.0], [1.0, 1.0]]
            return coefficients, sigma

    found = pk.impulse_responses(Broken(0.1), 3, reps=200)
    assert found.facts["draws_discarded"] == 20
    assert any(note.startswith("20 of 200 draws") for note in found.notes)
    with pytest.raises(ConvergenceError, match="only 40 of 200"):
        pk.impulse_responses(Broken(0.8), 3, reps=200)


def test_tiny_errors_are_no_singular_ones() -> None:
    sigma = np.array(
        [[[1e-12, 1e-13], [1e-13, 1e-12]], [[1.0, 1.0], [1.0, 1.0]], [[np.nan, 0.0], [0.0, 1.0]]]
    )
    assert usable(np.zeros((3, 1, 2, 2)), sigma).tolist() == [True, False, False]


def test_projections_are_regressions_of_the_fit() -> None:
    data = panel(20, 12)
    fit = pk.PanelVAR(("a", "b")).fit(data)
    found = pk.local_projections(fit, 3, jackknife=False)
    size = np.linalg.cholesky(fit.sigma)
    moved = data.groupby(level=0)["b"].shift(-2)
    long = data.assign(
        ahead=moved, la=data.groupby(level=0)["a"].shift(1), lb=data.groupby(level=0)["b"].shift(1)
    )
    check = pk.FixedEffects("ahead ~ a + la + lb", vcov=pk.Cluster()).fit(long.dropna())
    assert found.values[2, 1, 0] == pytest.approx(check.params["a"] * size[0, 0], rel=1e-9)
    # cluster errors with another factor than G/(G - 1)
    n, k, G = check.nobs, len(check.terms), 20
    ratio = float(check.std_errors["a"]) * size[0, 0] / found.errors[2, 1, 0]
    assert 1.0 < ratio < ((n - 1) / (n - k - 20)) ** 0.5 * 1.02
    assert found.df == G - 1


def test_projections_take_gaps_clusters_exogenous_terms_and_other_steps() -> None:
    data = panel(30, 13)
    rng = np.random.default_rng(4)
    data = data.assign(x=rng.normal(size=len(data)), region=data.index.get_level_values(0) // 3)
    kept = data[rng.random(len(data)) > 0.06]
    fit = pk.PanelVAR(("a", "b"), exogenous=("x",), cluster="region").fit(kept)
    assert any("whole clusters of `region` drawn again" in note for note in fit.irf(2, **FEW).notes)
    found = pk.local_projections(fit, 2)
    assert found.df == 9.0
    assert np.isfinite(found.values).all()
    double = data.reset_index()
    double["year"] = 2000 + 2 * (double["year"] - 2005)
    every = pk.PanelVAR(("a", "b")).fit(double.set_index(["province", "year"]))
    one = pk.local_projections(pk.PanelVAR(("a", "b")).fit(data), 3)
    np.testing.assert_allclose(pk.local_projections(every, 3).values, one.values, rtol=1e-9)


def test_horizons_that_cannot_be_projected_are_said(fit: Any) -> None:
    found = pk.local_projections(fit, 8)
    assert found.horizons == (0, 1, 2)
    assert any(note.startswith("horizons 3 to 8 are left out") for note in found.notes)


def test_tables_in_both_languages_and_every_format(fit: Any, tmp_path: Any) -> None:
    found = fit.irf(3, **FEW)
    for text in (found.to_latex(), found.to_html(), found.to_markdown(), found.to_csv(), found.to_text()):
        assert "a → b" in text or r"a $\rightarrow$ b" in text
    assert found.to_docx(tmp_path / "irf.docx").exists()
    assert "冲击排序：a → b" in found.summary(language="zh")
    assert "order of the shocks: b → a" in found.summary()  # the reversal stands below
    assert repr(found) == "ImpulseResponses(Orthogonalised impulse responses: 2 variables, horizons 0 to 3)"


def test_the_figure_holds_both_orders_and_projections(fit: Any) -> None:
    figure = fit.irf(3, **FEW).plot(beside=pk.local_projections(fit, 2))
    text = figure.svg()
    for word in ("order reversed", "local projections", "95% interval", "a →", "→ b"):
        assert word in text
    assert len(figure.drawing.axes) == 5  # the legend has one
    alone = replace(fit.irf(3, kind="generalised", bands="none")).plot(language="zh").svg()
    assert "冲击后期数" in alone
    assert "95%" not in alone


def test_a_band_without_width_is_not_printed(fit: Any) -> None:
    projected = pk.local_projections(fit, 2)
    table = projected.table()
    low, high = projected.band(0.95)
    for name, pair in zip(table.columns, [(j, k) for k in range(2) for j in range(2)], strict=True):
        for at, text in enumerate(table[name]):
            width = high[at][pair] - low[at][pair]
            assert ("[" in text) == (width > 1e-10), (name, at, text)
    assert "[" not in table.iloc[0, 0]
    assert "[" in table.iloc[1, 0]
