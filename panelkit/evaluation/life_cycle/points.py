"""Closed-form points of the curves: inflection, the points of largest acceleration, takeover, Bass's peak."""

from __future__ import annotations

import numpy as np


def logistic_points(ceiling: float, rate: float, midpoint: float) -> dict[str, float]:
    """Return the points of K/(1 + exp(-r (t - t0))).

    Inflection K/2 at t0; largest acceleration and deceleration at t0 -+ ln(2+sqrt 3)/r, at 21.13 and 78.87 per cent of
    K; takeover from 10 to 90 per cent, ln 81/r.
    """
    reach = float(np.log(2.0 + np.sqrt(3.0)) / rate)
    return {
        "inflection": midpoint,
        "at_inflection": ceiling / 2.0,
        "acceleration": midpoint - reach,
        "at_acceleration": ceiling * (0.5 - np.sqrt(3.0) / 6.0),
        "deceleration": midpoint + reach,
        "at_deceleration": ceiling * (0.5 + np.sqrt(3.0) / 6.0),
        "takeover": float(np.log(81.0) / rate),
    }


def gompertz_points(ceiling: float, rate: float, midpoint: float) -> dict[str, float]:
    """Return the points of K exp(-exp(-r (t - t0))).

    Inflection K/e at t0. With w = exp(-r (t - t0)) the third derivative is that of w^2 - 3 w + 1, so that acceleration
    and deceleration are largest at w = (3 +- sqrt 5)/2, at 7.29 and 68.25 per cent of K. Takeover ln(ln 10/ln(10/9))/r.
    """
    early, late = (3.0 + np.sqrt(5.0)) / 2.0, (3.0 - np.sqrt(5.0)) / 2.0
    return {
        "inflection": midpoint,
        "at_inflection": ceiling / float(np.e),
        "acceleration": midpoint - float(np.log(early)) / rate,
        "at_acceleration": ceiling * float(np.exp(-early)),
        "deceleration": midpoint - float(np.log(late)) / rate,
        "at_deceleration": ceiling * float(np.exp(-late)),
        "takeover": float(np.log(np.log(10.0) / np.log(10.0 / 9.0))) / rate,
    }


def bass_points(p: float, q: float, market: float = 1.0) -> dict[str, float]:
    """Return the points of Bass's new adoptions, in years since the launch (Bass 1969, eq. 9-11).

    Peak at t* = ln(q/p)/(p+q), when F* = 1/2 - p/(2q) have adopted, of height m (p+q)^2/(4q); the flow starts at m p.
    """
    return {
        "peak": float(np.log(q / p)) / (p + q),
        "share_at_peak": 0.5 - p / (2.0 * q),
        "at_peak": market * (p + q) ** 2 / (4.0 * q),
        "at_launch": market * p,
    }


def bass_coefficients(
    rate: float, peak: float, launch: float, *, height: float | None = None, market: float | None = None
) -> dict[str, float]:
    """Return p, q and m from p+q, the peak's year and the launch; m from the height of the peak or as it is given."""
    ratio = float(np.exp(np.clip(rate * (peak - launch), -60.0, 60.0)))
    p, q = rate / (1.0 + ratio), rate * ratio / (1.0 + ratio)
    if market is None:
        market = float("nan") if height is None else height * 4.0 * q / rate**2
    return {"p": p, "q": q, "m": market}
