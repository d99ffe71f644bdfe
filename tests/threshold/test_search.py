"""The search against a regression on dummies at every value, one split after the other."""

from __future__ import annotations

import itertools

import numpy as np
import pytest

from tests.threshold.panels import panel, spec, splits, squares

KINDS = {
    "plain": {},
    "ties": {"ties": True},
    "unbalanced": {"holes": 0.2},
    "ties and holes": {"ties": True, "holes": 0.15},
}


@pytest.mark.parametrize("intercept", [False, True])
@pytest.mark.parametrize("periods", [False, True])
@pytest.mark.parametrize("kind", KINDS)
def test_one_threshold_is_where_dummies_leave_least(kind: str, periods: bool, intercept: bool) -> None:
    frame = panel(3, **KINDS[kind])
    values = splits(frame, 0.1, least=3 if intercept else 2)
    left = {v: squares(frame, (v,), periods=periods, intercept=intercept) for v in values}
    best = min(left, key=left.get)
    fit = spec(time_effects=periods, intercept=intercept).fit(frame, reps=0)
    assert fit.thresholds[0] == best
    # without an intercept by regime the model without thresholds has none either
    none = squares(frame, (), periods=periods)
    n, k = len(frame), 12 + (frame.index.get_level_values(1).nunique() - 1) * periods
    np.testing.assert_allclose(fit.sums, [none, left[best]], rtol=1e-10)
    np.testing.assert_allclose(fit.f_statistics[0], (none - left[best]) / (left[best] / (n - k)), rtol=1e-9)
    region = fit.regions[0]
    assert list(region.values) == values
    ratios = (np.array(list(left.values())) - left[best]) * (n - k) / left[best]
    np.testing.assert_allclose(region.ratios, ratios, rtol=1e-7, atol=1e-7)


@pytest.mark.parametrize("kind", KINDS)
def test_two_thresholds_one_after_the_other_and_again(kind: str) -> None:
    frame = panel(5, at=(-0.5, 0.6), units=10, periods=9, **KINDS[kind])

    def best(held: tuple[float, ...]) -> tuple[float, float]:
        left = {v: squares(frame, (*held, v), periods=True) for v in splits(frame, 0.1, held)}
        value = min(left, key=left.get)
        return value, left[value]

    first, s1 = best(())
    second, s2 = best((first,))
    searched, settled = s2, s2
    while True:
        first_again, now = best((second,))
        second_again, now = best((first_again,))
        if now >= settled - 1e-10:
            break
        first, second, settled = first_again, second_again, now
    fit = spec(thresholds=2).fit(frame, reps=0)
    assert list(fit.thresholds) == sorted((first, second))
    assert fit.sums[-1] == pytest.approx(settled, rel=1e-10)
    degrees = fit.searched.search.space.degrees
    assert fit.f_statistics[1] == pytest.approx((s1 - searched) * degrees / searched, rel=1e-8)


def test_sequence_finds_what_all_pairs_leave_least() -> None:
    frame = panel(8, at=(-0.6, 0.7), units=8, periods=8, ties=True, jump=3.0)
    pairs = {
        (a, b): squares(frame, (a, b), periods=True)
        for a, b in itertools.combinations(splits(frame, 0.1), 2)
        if b in splits(frame, 0.1, (a,))
    }
    best = min(pairs, key=pairs.get)
    fit = spec(thresholds=2).fit(frame, reps=0)
    assert tuple(fit.thresholds) == best
    assert fit.sums[-1] == pytest.approx(pairs[best], rel=1e-10)


@pytest.mark.parametrize("scale", [1e-8, 1e8])
def test_units_of_measurement_move_nothing(scale: float) -> None:
    frame = panel(1)
    moved = frame.assign(y=frame["y"] * scale, x=frame["x"] / scale, q=3.0 * frame["q"] + 1e6)
    one, two = (spec().fit(each, reps=99) for each in (frame, moved))
    assert two.thresholds[0] == pytest.approx(3.0 * one.thresholds[0] + 1e6, abs=1e-8)
    assert two.f_statistics[0] == pytest.approx(one.f_statistics[0], rel=1e-9)
    np.testing.assert_allclose(two.tests[0].draws, one.tests[0].draws, rtol=1e-8)


def test_a_high_level_of_x_moves_nothing_where_regimes_have_intercepts() -> None:
    frame = panel(2)
    one = spec(intercept=True).fit(frame, reps=0)
    two = spec(intercept=True).fit(frame.assign(x=frame["x"] + 1e5), reps=0)
    assert two.thresholds[0] == one.thresholds[0]
    assert two.f_statistics[0] == pytest.approx(one.f_statistics[0], rel=1e-5)
