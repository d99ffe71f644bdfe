"""Static against dynamic forecasts: the gain by hand, conditions on either side, sizes, refusals."""

from __future__ import annotations

import numpy as np
import pytest

from panelkit.evaluation.contest.differences import loss_difference
from panelkit.evaluation.contest.forecasters.naive import drift
from panelkit.evaluation.contest.forecasters.pooled import autoregression
from panelkit.evaluation.contest.forecasters.scores import moving_scores, static_scores
from panelkit.evaluation.contest.origins import Plan
from panelkit.evaluation.contest.static import static_contest
from panelkit.language.errors import DataError

PLAN = Plan(5, 1)


def _walks(units: int = 30, years: int = 12, *, drift_of: float = 0.0, seed: int = 0) -> np.ndarray:
    rng = np.random.default_rng(seed)
    return 60.0 + np.cumsum(drift_of + rng.normal(size=(units, years, 2)), axis=1)


def _told_by_score(strength: float, seed: int = 0) -> np.ndarray:
    """Return a target whose change follows last year's change of its score."""
    rng = np.random.default_rng(seed)
    moved = rng.normal(size=(30, 12))
    change = rng.normal(size=(30, 12))
    change[:, 1:] += strength * moved[:, :-1]
    return np.stack([np.cumsum(change, axis=1), np.cumsum(moved, axis=1)], axis=2)


def test_the_gain_is_that_of_the_mean_forecast_over_the_last_value() -> None:
    """By hand: losses over the unit's mean change in the first window, of the mean of two forecasters."""
    values = _walks(drift_of=1.0)
    found = static_contest(values, {"drift": drift, "autoregression": autoregression}, PLAN)
    y, scale = values[..., 0], np.abs(np.diff(values[:, :5, 0], axis=1)).mean(axis=1)
    walk, mine = [], []
    for known in range(5, 12):
        told = (drift(values[:, :known], 1) + autoregression(values[:, :known], 1))[:, 0] / 2.0
        walk.append(np.abs(y[:, known] - y[:, known - 1]) / scale)
        mine.append(np.abs(y[:, known] - told) / scale)
    by_hand = loss_difference(np.transpose(walk), np.transpose(mine))
    # the same sums in another order
    assert found.main.relative == pytest.approx(by_hand.relative, rel=1e-12)
    assert found.main.relative_low == pytest.approx(by_hand.relative_low, rel=1e-12)
    assert found.by_year == pytest.approx(1.0 - np.mean(mine, axis=1) / np.mean(walk, axis=1), rel=1e-12)
    assert set(found.alone) == {"drift", "autoregression"}


def test_scores_are_regressed_as_least_squares_says() -> None:
    """One window: the forecasts are those of numpy's least squares on the same columns."""
    values = _told_by_score(1.0)[:, :7]
    y, s = values[..., 0], values[..., 1]
    known = [np.ones((30, 6)), y[:, 1:], np.diff(y, axis=1), s[:, 1:]]
    for forecaster, columns in ((static_scores, known), (moving_scores, [*known, np.diff(s, axis=1)])):
        x = np.stack(columns, axis=2)
        left, right = x[:, :-1].reshape(-1, x.shape[2]), np.diff(y[:, 1:], axis=1).ravel()
        slope = np.linalg.lstsq(left, right, rcond=None)[0]
        # two ways of the same least squares
        assert forecaster(values, 1)[:, 0] == pytest.approx(y[:, -1] + x[:, -1] @ slope, rel=1e-8)


def test_growth_alone_is_taken_away() -> None:
    """Where figures grow and do no more, forecasts beat the last value and not a ruler: no SUPPORTED."""
    said = []
    for seed in range(8):
        found = static_contest(_walks(drift_of=1.0, seed=seed), {"autoregression": autoregression}, PLAN)
        said.append(found.word())
        trials = {trial.name: trial for trial in found.trials}
        assert set(trials) == {"drift", "common_drift", "relative"}
        assert not trials["common_drift"].passes
    assert "SUPPORTED" not in said
    assert said.count("NOT SUPPORTED") >= 4


def test_changes_that_foretell_are_supported_and_useless_ones_are_not() -> None:
    told = static_contest(_told_by_score(1.5), {}, PLAN)
    assert told.word() == "SUPPORTED"
    assert {trial.name for trial in told.trials} == {"walk", "relative"}
    assert static_contest(_told_by_score(0.0), {}, PLAN).word() in ("UNDECIDED", "NOT SUPPORTED")


def test_a_loss_by_noise_alone_contradicts_nothing() -> None:
    """A forecaster of pure noise loses for certain: its coefficients known, it would neither help nor harm."""

    def noise(history: np.ndarray, horizon: int) -> np.ndarray:
        rng = np.random.default_rng(history.shape[1])
        return history[:, -1, :1] + 2.0 * rng.normal(size=(len(history), horizon))

    def backwards(history: np.ndarray, horizon: int) -> np.ndarray:
        return history[:, -1, :1] - 2.0 * np.arange(1.0, horizon + 1.0)

    lost = static_contest(_walks(), {"noise": noise}, PLAN)
    assert lost.main.relative_high < 0.0
    assert lost.trials[-1].name == "noise"
    assert lost.word() == "NOT SUPPORTED"
    # what foretells a fall of figures that rise misleads: worse than its noise
    wrong = static_contest(_walks(drift_of=1.0), {"backwards": backwards}, PLAN)
    assert {trial.name: trial.passes for trial in wrong.trials}["noise"]


def test_the_truth_a_walk_is_seldom_supported() -> None:
    """Half of the shocks common: of 40 worlds at most one is SUPPORTED, none CONTRADICTED."""
    said = []
    for seed in range(40):
        rng = np.random.default_rng([1, seed])
        steps = np.sqrt(0.5) * (rng.normal(size=(30, 10, 2)) + rng.normal(size=(1, 10, 2)))
        said.append(static_contest(60.0 + np.cumsum(steps, axis=1), {"ar": autoregression}, PLAN).word())
    assert said.count("SUPPORTED") <= 1
    assert said.count("CONTRADICTED") == 0


def test_silence_and_short_panels_are_refused() -> None:
    def silent(history: np.ndarray, horizon: int) -> np.ndarray:
        return np.full((len(history), horizon), np.nan)

    with pytest.raises(DataError, match="silent"):
        static_contest(_walks(), {"silent": silent}, PLAN)
    with pytest.raises(DataError, match="origins"):
        static_contest(_walks(years=7), {"drift": drift}, PLAN)


def test_two_years_ahead_are_judged_alone() -> None:
    found = static_contest(_walks(years=14), {"drift": drift}, Plan(5, 2))
    assert len(found.by_year) == 8
    assert found.main.blocks == 4
