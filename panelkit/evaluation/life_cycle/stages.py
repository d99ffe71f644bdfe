"""Shares of the ceiling, dates and stages that curves imply, for any number of parameter vectors.

Start-up below 21.13 per cent of the ceiling (where a logistic gathers speed fastest), growth up to 78.87 per cent
(where it loses speed fastest), maturity above, decline where the curve itself has fallen below 78.87 per cent again.
The same cuts hold for every curve, so that a stage means the same under each.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from panelkit.evaluation.life_cycle.curves import Curve, logistic
from panelkit.kernels.within import FloatArray, IntArray

LOW, HIGH = 0.5 - np.sqrt(3.0) / 6.0, 0.5 + np.sqrt(3.0) / 6.0
STAGES = ("startup", "growth", "maturity", "decline", "open")
STARTUP, GROWTH, MATURITY, DECLINE, OPEN = range(5)
# what a stage must have to be assigned
ENOUGH = 0.8


def shares_of(curve: Curve, theta: FloatArray, times: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Return the share of the ceiling (B, n) and whether the curve falls there, 0 or 1 (B, n).

    Of two waves it is that of the second from the year in which it gains more than the first, of the first before.
    """
    if curve.key == "two_wave":
        return _shares_of_waves(theta, times)
    values = np.exp(curve.log_values(theta, times)[0] - theta[:, :1])
    falls = np.zeros_like(values)
    if curve.parameters[0] == "peak_height":
        falls = (times > theta[:, 2:3]).astype(float)
    return np.minimum(values, 1.0), falls


def _shares_of_waves(theta: FloatArray, times: FloatArray) -> tuple[FloatArray, FloatArray]:
    one = np.column_stack([theta[:, 0] * 0.0, theta[:, 1], theta[:, 2]])
    two = np.column_stack([theta[:, 0] * 0.0, theta[:, 4], theta[:, 2] + np.exp(theta[:, 5])])
    first, second = (np.exp(logistic(wave, times)[0]) for wave in (one, two))
    # r g (1 - g) is a logistic's gain
    gain_1 = np.exp(one[:, 1:2]) * first * (1.0 - first)
    gain_2 = np.exp(theta[:, 3:4] + two[:, 1:2]) * second * (1.0 - second)
    leads = (gain_2 > gain_1) & (times > theta[:, 2:3])
    leads = np.maximum.accumulate(leads, axis=1)
    return np.where(leads, second, first), np.zeros_like(first)


def stages_of(shares: FloatArray, falls: FloatArray, open_: NDArray[np.bool_]) -> IntArray:
    """Return the stage (B, n) of shares (B, n): 0 start-up to 3 decline, 4 where `open_` (B,): no ceiling."""
    stage = np.digitize(shares, [LOW, HIGH])
    stage = np.where((falls > 0.0) & (shares < HIGH), DECLINE, stage)
    return np.asarray(np.where(open_[:, None], OPEN, stage))


def dates_of(curve: Curve, theta: FloatArray, launch: float | None = None) -> FloatArray:
    """Return the years (B, 3) of 21.13, 50 and 78.87 per cent of the ceiling; of two waves, of the second.

    Logistic: t0 - ln(2+sqrt 3)/r, t0, t0 + ln(2+sqrt 3)/r. Gompertz: t0 - ln(-ln s)/r. Bass's wave of sales: before the
    peak, t* - 2 arcosh(s^-1/2)/(p+q); his adopters: ln((1 + (q/p) s)/(1 - s))/(p+q) after the launch.
    """
    s = np.array([LOW, 0.5, HIGH])
    r, place = np.exp(theta[:, 1:2]), theta[:, 2:3]
    if curve.key == "two_wave":
        r, place = np.exp(theta[:, 4:5]), theta[:, 2:3] + np.exp(theta[:, 5:6])
    if curve.key == "gompertz":
        return np.asarray(place - np.log(-np.log(s)) / r)
    if curve.parameters[0] == "peak_height":
        return np.asarray(place - 2.0 * np.arccosh(s**-0.5) / r)
    if curve.parameters[0] == "market" and launch is not None:
        ratio = np.exp(np.minimum(r * (place - launch), 60.0))
        return np.asarray(launch + np.log((1.0 + ratio * s) / (1.0 - s)) / r)
    return np.asarray(place + np.log(s / (1.0 - s)) / r)


def settled(probabilities: FloatArray) -> IntArray:
    """Return the stage (...) whose probability (..., 5) reaches .8, -1 where none does or no ceiling is in sight."""
    best = probabilities.argmax(axis=-1)
    enough = (probabilities.max(axis=-1) >= ENOUGH) & (best != OPEN)
    return np.asarray(np.where(enough, best, -1))
