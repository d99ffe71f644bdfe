"""Stages, dates, decline, second leap and forecasts of series whose truth is known."""

from __future__ import annotations

import numpy as np
import pytest

from panelkit.evaluation.life_cycle.curves import curve_of
from panelkit.evaluation.life_cycle.cycle import Cycle, Ways
from panelkit.evaluation.life_cycle.decline import decline_test, fall_from_peak
from panelkit.evaluation.life_cycle.forecasts import random_walk_paths
from panelkit.evaluation.life_cycle.mixtures import weighted_quantiles
from panelkit.evaluation.life_cycle.one_series import cycles_of, life_cycle_of, of_stages
from panelkit.evaluation.life_cycle.stages import STAGES, dates_of

TIMES = np.arange(1998.0, 2023.0)
WAYS = Ways(curves=("logistic", "gompertz", "bass", "two_wave"), reps=99, horizon=3)


def ar_errors(count: int, n: int, rho: float, deviation: float, seed: int) -> np.ndarray:
    """Return stationary AR(1) errors (count, n)."""
    drawn = deviation * np.random.default_rng(seed).standard_normal((count, n))
    for t in range(1, n):
        drawn[:, t] = rho * drawn[:, t - 1] + np.sqrt(1 - rho**2) * drawn[:, t]
    return drawn


def found_for(
    key: str, theta: list[float], deviation: float = 0.05, seed: int = 0, **options: object
) -> Cycle:
    curve = curve_of(key, "flow")
    y = curve.log_values(np.array([theta]), TIMES)[0][0]
    y = y + ar_errors(1, len(TIMES), 0.3, deviation, seed)[0]
    return life_cycle_of(np.exp(y), TIMES, WAYS, np.random.default_rng(seed))


def test_a_logistic_that_has_saturated_is_mature() -> None:
    one = found_for("logistic", [3.0, np.log(0.5), 2008.0])
    assert one.stage == "maturity"
    assert not one.decline.shown
    assert one.waves is not None
    assert not one.waves.admitted
    known = [stage for stage in one.stages if stage is not None]
    assert known == sorted(known, key=STAGES.index)  # stages follow each other
    assert one.probabilities.sum(axis=1) == pytest.approx(np.ones(25), abs=1e-9)
    assert one.ceilings["logistic"].low < np.exp(3.0) < one.ceilings["logistic"].high


def test_a_series_that_still_grows_has_no_stage() -> None:
    y = 0.15 * (TIMES - 2000) + ar_errors(1, 25, 0.3, 0.1, 1)[0]
    one = life_cycle_of(np.exp(y), TIMES, WAYS, np.random.default_rng(0))
    assert one.stage is None
    assert not one.ceilings[one.best].identified
    assert one.decline.p_value is None  # no peak yet


def test_a_fallen_wave_declines() -> None:
    one = found_for("bass", [3.0, np.log(0.4), 2009.0])
    assert one.stage == "decline"
    assert one.decline.shown
    assert abs(one.decline.peak - 2009.0) <= 2.0


def test_a_second_leap_is_found_where_there_is_one() -> None:
    one = found_for("two_wave", [1.0, np.log(0.9), 2002.0, 1.2, np.log(0.9), np.log(12.0)], 0.03)
    assert one.waves is not None
    assert one.waves.admitted
    assert one.waves.gain > 4.0
    assert one.best == "two_wave"
    assert one.dates[1, 0] == pytest.approx(2014.0, abs=1.5)


def test_dates_cover_the_truth_under_serial_correlation() -> None:
    """24 worlds: intervals that cover 92 % hold fewer than 18 of them with probability .001."""
    curve, theta = curve_of("logistic", "flow"), np.array([[3.0, np.log(0.4), 2009.0]])
    truth = dates_of(curve, theta)[0]
    y = curve.log_values(theta, TIMES)[0] + ar_errors(24, 25, 0.5, 0.1, 7)
    ways = Ways(curves=("logistic", "gompertz"), reps=59, horizon=0)
    held = [(one.dates[:, 1] <= truth) & (truth <= one.dates[:, 2])
            for one in cycles_of(np.exp(y), TIMES, ways, np.random.default_rng(0))]  # fmt: skip
    assert (np.sum(held, axis=0) >= 18).all()


def test_size_of_the_test_of_decline() -> None:
    """200 driftless walks: five per cent is 10 of them, and 18 or more has probability .01."""
    walks = np.random.default_rng(11).standard_normal((200, 20)).cumsum(axis=1)
    drawn = [
        decline_test(y, np.arange(20.0), reps=99, rng=np.random.default_rng(i)).shown
        for i, y in enumerate(walks)
    ]
    assert sum(drawn) < 18
    flat = -np.logaddexp(0.0, -0.5 * (TIMES - 2006)) + ar_errors(100, 25, 0.5, 0.1, 3)
    falls = [decline_test(y, TIMES, reps=99, rng=np.random.default_rng(i)).shown for i, y in enumerate(flat)]
    assert sum(falls) <= 5


def test_the_fall_by_hand() -> None:
    y = np.array([[0.0, 1.0, 2.0, 3.0, 2.0, 1.0, 0.0, 0.0, 0.0]])
    statistic, peak, fall, _ = fall_from_peak(y)
    # the three years about the fourth have the largest mean, 7/3; the last three have none
    assert (peak[0], fall[0]) == (3, pytest.approx(7 / 3))
    before, after = np.array([1.0, 1.0, 1.0]), np.array([-1.0, -1.0, -1.0, 0.0, 0.0])
    spread = np.sqrt((((before - 1.0) ** 2).sum() + ((after + 0.6) ** 2).sum()) / 6)
    assert statistic[0] == pytest.approx(7 / 3 / (spread * 2.0))


def test_no_second_leap_in_one_wave_or_in_walks() -> None:
    """Eight series each: at five per cent four or more false leaps have probability .0004."""
    y = curve_of("logistic", "flow").log_values(np.array([[3.0, np.log(0.4), 2009.0]]), TIMES)[0]
    waves = y + ar_errors(8, 25, 0.5, 0.1, 2)
    walks = np.random.default_rng(5).normal(0.05, 0.1, (8, 25)).cumsum(axis=1)
    for series in (waves, walks):
        found = cycles_of(np.exp(series), TIMES, Ways(curves=("logistic", "two_wave"), reps=39, horizon=0),
                          np.random.default_rng(1))  # fmt: skip
        assert sum(one.waves is not None and one.waves.admitted for one in found) < 4


def test_forecasts_of_a_random_walk() -> None:
    y = np.random.default_rng(0).normal(0.1, 0.2, 400).cumsum()
    paths = random_walk_paths(y, 4, 20_000, np.random.default_rng(1))
    change = np.diff(y)
    steps = np.arange(1, 5)
    variance = change.var(ddof=1) * (steps + steps**2 / len(change))
    # 20,000 draws know a standard deviation to half a per cent; four of these
    np.testing.assert_allclose(paths.std(axis=0), np.sqrt(variance), rtol=0.02)
    np.testing.assert_allclose(paths.mean(axis=0), y[-1] + steps * change.mean(), atol=0.02)


def test_quantiles_of_weighted_draws() -> None:
    values = np.array([[1.0], [np.inf], [3.0]])
    found = weighted_quantiles(values, np.array([0.2, 0.3, 0.5]), (0.1, 0.5, 0.95))
    assert found[:, 0].tolist() == [1.0, 3.0, np.inf]


def test_many_series_at_once_and_the_same_seed() -> None:
    y = np.exp(
        curve_of("logistic", "flow").log_values(np.array([[3.0, np.log(0.5), 2008.0]]), TIMES)[0]
        + ar_errors(3, 25, 0.2, 0.05, 9)
    )
    ways = Ways(curves=("logistic", "gompertz"), reps=49, horizon=0)
    first, again = (of_stages(cycles_of(y, TIMES, ways, np.random.default_rng(4))) for _ in range(2))
    assert first.shape == (3, 25, len(STAGES))
    np.testing.assert_array_equal(first, again)
