"""Closed forms of the curves: METHODS 3.14 to the printed digits, and derivatives worked out anew."""

from __future__ import annotations

import numpy as np
import pytest

from panelkit.evaluation.life_cycle.curves import curve_of
from panelkit.evaluation.life_cycle.points import (
    bass_coefficients,
    bass_points,
    gompertz_points,
    logistic_points,
)
from panelkit.evaluation.life_cycle.stages import dates_of, shares_of, stages_of

PRINTED = 5e-7  # half of the last printed digit


def test_logistic_as_printed() -> None:
    found = logistic_points(100.0, 0.5, 10.0)
    assert found["acceleration"] == pytest.approx(7.366084, abs=PRINTED)
    assert found["at_acceleration"] == pytest.approx(21.132487, abs=PRINTED)
    assert found["deceleration"] == pytest.approx(12.633916, abs=PRINTED)
    assert found["at_deceleration"] == pytest.approx(78.867513, abs=PRINTED)
    assert found["takeover"] == pytest.approx(8.788898, abs=PRINTED)
    assert (found["inflection"], found["at_inflection"]) == (10.0, 50.0)


def test_bass_as_printed() -> None:
    found = bass_points(0.03, 0.38)
    assert found["peak"] == pytest.approx(6.192619, abs=PRINTED)
    assert found["share_at_peak"] == pytest.approx(0.460526, abs=PRINTED)
    assert found["at_peak"] == pytest.approx(0.110592, abs=PRINTED)


@pytest.mark.parametrize(("key", "points"), [("logistic", logistic_points), ("gompertz", gompertz_points)])
def test_points_are_where_derivatives_say(key: str, points: object) -> None:
    """Second and third derivatives by differences on a fine grid."""
    curve = curve_of(key, "flow")
    t = np.linspace(-10.0, 40.0, 200_001)
    y = np.exp(curve.log_values(np.array([[np.log(50.0), np.log(0.4), 12.0]]), t)[0][0])
    found = points(50.0, 0.4, 12.0)  # type: ignore[operator]
    step = t[1] - t[0]
    first, second = np.gradient(y, step), np.gradient(np.gradient(y, step), step)
    # the grid is 2.5e-4 apart, and the largest of a flat top is found to a few steps
    assert t[first.argmax()] == pytest.approx(found["inflection"], abs=2e-3)
    assert t[second.argmax()] == pytest.approx(found["acceleration"], abs=5e-3)
    assert t[second.argmin()] == pytest.approx(found["deceleration"], abs=5e-3)
    assert np.interp(found["acceleration"], t, y) == pytest.approx(found["at_acceleration"], rel=1e-6)
    assert np.interp(found["inflection"], t, y) == pytest.approx(found["at_inflection"], rel=1e-6)
    ends = np.interp([5.0, 45.0], y, t)  # 10 and 90 per cent of 50
    assert ends[1] - ends[0] == pytest.approx(found["takeover"], rel=1e-6)


def test_bass_wave_and_stock_are_the_curve_of_p_q_m() -> None:
    p, q, m, launch = 0.02, 0.4, 1000.0, 1990.0
    since = np.arange(1.0, 40.0)
    decay = np.exp(-(p + q) * since)
    flow = m * (p + q) ** 2 / p * decay / (1.0 + q / p * decay) ** 2
    stock = m * (1.0 - decay) / (1.0 + q / p * decay)
    at = bass_points(p, q, m)
    for measure, scale, known in (("flow", at["at_peak"], "height"), ("level", m, "market")):
        theta = np.array([[np.log(scale), np.log(p + q), launch + at["peak"]]])
        curve = curve_of("bass", measure, launch)  # type: ignore[arg-type]
        values = np.exp(curve.log_values(theta, launch + since)[0][0])
        # nothing but rounding stands between the two forms
        np.testing.assert_allclose(values, flow if measure == "flow" else stock, rtol=1e-10)
        read = bass_coefficients(p + q, launch + at["peak"], launch, **{known: scale})  # type: ignore[arg-type]
        assert [read[key] for key in ("p", "q", "m")] == pytest.approx([p, q, m], rel=1e-10)


@pytest.mark.parametrize("measure", ["flow", "level"])
@pytest.mark.parametrize("key", ["logistic", "gompertz", "bass", "two_wave"])
def test_dates_are_where_the_curve_has_its_shares(key: str, measure: str) -> None:
    curve = curve_of(key, measure, 1980.0)  # type: ignore[arg-type]
    theta = np.array([[3.0, np.log(0.4), 2000.0]])
    if key == "two_wave":
        theta = np.array([[3.0, np.log(0.8), 1990.0, 1.0, np.log(0.6), np.log(20.0)]])
    dates = dates_of(curve, theta, 1980.0)[0]
    shares, _ = shares_of(curve, theta, np.r_[1981.0, dates])
    np.testing.assert_allclose(shares[0, 1:], [0.5 - np.sqrt(3) / 6, 0.5, 0.5 + np.sqrt(3) / 6], rtol=1e-9)


def test_stages_of_a_wave_that_falls() -> None:
    curve = curve_of("bass", "flow")
    theta = np.array([[0.0, np.log(0.5), 2000.0]])
    shares, falls = shares_of(curve, theta, np.array([1990.0, 1996.0, 2000.0, 2001.5, 2006.0]))
    assert stages_of(shares, falls, np.array([False])).tolist() == [[0, 1, 2, 2, 3]]
    assert stages_of(shares, falls, np.array([True])).tolist() == [[4] * 5]
