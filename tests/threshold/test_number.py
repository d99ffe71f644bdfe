"""The bootstrap of the number of thresholds against a loop over fits; its size where nothing is there."""

from __future__ import annotations

import numpy as np
import pytest

from panelkit.models.threshold.bootstrap import bootstrap_f
from panelkit.models.threshold.sequence import beside_splits
from tests.threshold.panels import panel, spec, splits, squares


def test_f_of_drawn_outcomes_is_that_of_dummies_regressions() -> None:
    """H1 residuals by unit, drawn with replacement; x and q held (METHODS.md 2.10)."""
    frame = panel(4, units=6, periods=6)
    fit = spec(trim=0.2).fit(frame, reps=0)
    found = fit.searched
    residuals = found.left(1)
    draws = bootstrap_f(
        found.search,
        np.zeros(36),
        residuals,
        1,
        found.candidates.least,
        reps=5,
        rng=np.random.default_rng(7),
    )
    picked = np.random.default_rng(7).integers(0, 6, (5, 6))
    values, degrees = splits(frame, 0.2), 36 - 6 - 5
    for which, drawn in zip(picked, draws, strict=True):
        # a common slope changes no F: 3 x is added
        again = frame.assign(y=residuals.reshape(6, 6)[which].ravel() + 3.0 * frame["x"])
        none = squares(again, (), periods=True)
        one = min(squares(again, (v,), periods=True) for v in values)
        assert drawn == pytest.approx((none - one) * degrees / one, rel=1e-8)


@pytest.mark.parametrize("number", [2, 3])
def test_f_of_a_further_threshold_is_that_of_a_fit_to_each_draw(number: int) -> None:
    """The null model holds one fewer; every draw goes the whole way, as a fit of its own would."""
    frame = panel(6, units=15, periods=8, at=(-0.5, 0.4), jump=1.0)
    fit = spec(thresholds=number, trim=0.08).fit(frame, reps=0)
    found = fit.searched
    null = found.residuals - found.left(number - 1)
    draws = bootstrap_f(
        found.search,
        null,
        found.left(number),
        number,
        found.candidates.least,
        reps=6,
        rng=np.random.default_rng(1),
    )
    picked = np.random.default_rng(1).integers(0, 15, (6, 15))
    for which, drawn in zip(picked, draws, strict=True):
        again = frame.assign(y=found.left(number).reshape(15, 8)[which].ravel() + null)
        one = spec(thresholds=number, trim=0.08).fit(again, reps=0)
        assert drawn == pytest.approx(one.f_statistics[-1], rel=1e-8)


def test_p_is_the_share_of_draws_above_f() -> None:
    fit = spec().fit(panel(9, jump=0.3), reps=199, rng=5)
    test = fit.tests[0]
    assert test.p_value == (test.draws > test.statistic).mean()
    assert test.statistic == fit.f_statistics[0]
    assert fit.tested(199, rng=5).tests[0].p_value == test.p_value
    assert len(test.draws) == 199


def test_units_of_different_periods_keep_their_residuals() -> None:
    test = spec().fit(panel(9, holes=0.1), reps=99).tests[0]
    assert test.facts["resampling"] == "signs"
    assert test.p_value == test.wild_p_value
    assert "firm have different" not in str(test)
    assert "cannot change places" in str(test)


def test_blocks_of_draws_move_no_number(monkeypatch: pytest.MonkeyPatch) -> None:
    """One draw at a time meets the same chance as all at once."""
    frame = panel(2)
    whole = spec(thresholds=2).fit(frame, reps=50)
    monkeypatch.setattr("panelkit.models.threshold.search._CELLS", 1)
    single = spec(thresholds=2).fit(frame, reps=50)
    for one, two in zip(whole.tests, single.tests, strict=True):
        np.testing.assert_allclose(one.draws, two.draws, rtol=1e-9)


@pytest.mark.parametrize("rho", [0.0, 0.5])
def test_size_without_a_threshold(rho: float) -> None:
    """Both bootstraps at 5 %, 100 worlds of 31 units: three standard errors of a share are 6.5 points."""
    rejected = np.zeros(2)
    for seed in range(100):
        test = spec().fit(panel(seed, units=31, periods=8, jump=0.0, rho=rho), reps=99, rng=seed).tests[0]
        rejected += [test.p_value < 0.05, test.wild_p_value < 0.05]
    assert (rejected / 100 <= 0.05 + 0.065).all()


def test_a_threshold_is_found() -> None:
    """Jumps of 1 at 31 x 8: the F finds them nearly always, and the region holds the value."""
    found = held = 0
    for seed in range(60):
        fit = spec().fit(panel(seed, units=31, periods=8, jump=1.0), reps=99, rng=seed)
        found += fit.tests[0].p_value < 0.05
        below = fit.searched.candidates.values
        truth = below[below <= 0.2].max()
        held += any(low <= truth <= high for low, high in fit.regions[0].intervals)
    assert found >= 57
    assert held >= 51


def test_residuals_beside_splits_are_those_of_the_fit() -> None:
    fit = spec(thresholds=2).fit(panel(3), reps=0)
    left = beside_splits(fit.searched.search, fit.searched.places).without(fit.searched.residuals[None])[0]
    np.testing.assert_allclose(left, fit.residuals, atol=1e-10)


def test_wald_tests_between_regimes_say_that_the_threshold_was_searched() -> None:
    """A difference of slopes at a searched threshold has no chi2: the note points to the bootstrap F."""
    fit = spec(trim=0.2).fit(panel(4, units=8, periods=8), reps=0)
    found = fit.test("x:regime1 = x:regime2")
    assert "taken as known" in found.notes[-1]
    assert found.summary(language="zh").count("自助F检验") == 1
