"""Curves of a life cycle as logarithms with their slopes, for any number of parameter vectors at once.

Logistic, Gompertz, Bass (1969) and two logistic waves; constant growth is their limit far below the ceiling. Every
curve has its logarithm of scale first: of the ceiling K, of Bass's peak or market m, of the first wave.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from panelkit.kernels.within import FloatArray, IntArray
from panelkit.show.brief import Brief

Measure = Literal["flow", "level", "cumulative"]
Errors = Literal["log", "level"]
Slopes = tuple[FloatArray, FloatArray]

# exponents beyond which exp() of a double says nothing new
_FAR = 60.0


@dataclass(frozen=True)
class Curve(Brief):
    """A curve: `log_values(theta, times)` gives ln f (..., n) and its slopes (..., n, k) for parameters (..., k).

    `parameters` are their names; `rates` and `places` the positions of logarithms of rates and of dates among them.
    """

    key: str
    parameters: tuple[str, ...]
    log_values: Callable[[FloatArray, FloatArray], Slopes]
    rates: tuple[int, ...]
    places: tuple[int, ...]

    @property
    def size(self) -> int:
        """Return the number of parameters."""
        return len(self.parameters)


def _angle(theta: FloatArray, times: FloatArray, rate: int, place: int) -> tuple[FloatArray, FloatArray]:
    """Return r and r (t - t0), each (..., n) by broadcasting."""
    r = np.exp(theta[..., rate, None])
    return r, np.clip(r * (times - theta[..., place, None]), -_FAR, _FAR)


def logistic(theta: FloatArray, times: FloatArray) -> Slopes:
    """Return ln K/(1 + exp(-r (t - t0))) and its slopes by ln K, ln r and t0 (Verhulst 1838).

    Parameters
    ----------
    theta
        Shape (..., 3): ln K, ln r (per year), t0 (a year).
    times
        Shape (n,): years.
    """
    r, x = _angle(theta, times, 1, 2)
    left = 1.0 / (1.0 + np.exp(x))
    values = theta[..., 0, None] - np.logaddexp(0.0, -x)
    return values, np.stack([np.ones_like(x), left * x, -r * left], axis=-1)


def gompertz(theta: FloatArray, times: FloatArray) -> Slopes:
    """Return ln K - exp(-r (t - t0)) and its slopes by ln K, ln r and t0 (Gompertz 1825).

    Parameters
    ----------
    theta
        Shape (..., 3): ln K, ln r (per year), t0 (a year, the inflection at K/e).
    times
        Shape (n,): years.
    """
    r, x = _angle(theta, times, 1, 2)
    left = np.exp(-x)
    return theta[..., 0, None] - left, np.stack([np.ones_like(x), x * left, -r * left], axis=-1)


def bass_flow(theta: FloatArray, times: FloatArray) -> Slopes:
    """Return the logarithm of Bass's new adoptions and its slopes: a wave of height n* about the peak t*.

    n(t) = m (p+q)^2/p e^{-(p+q)t} / (1 + (q/p) e^{-(p+q)t})^2 = n* / cosh^2((p+q)(t - t*)/2) with
    n* = m (p+q)^2/(4q): without the date of the launch p, q and m are not apart (Bass 1969, eq. 9).

    Parameters
    ----------
    theta
        Shape (..., 3): ln n*, ln(p+q) (per year), t* (a year).
    times
        Shape (n,): years.
    """
    r, x = _angle(theta, times, 1, 2)
    half = np.tanh(x / 2.0)
    values = theta[..., 0, None] - 2.0 * (np.logaddexp(x / 2.0, -x / 2.0) - np.log(2.0))
    return values, np.stack([np.ones_like(x), -x * half, r * half], axis=-1)


def bass_stock(launch: float) -> Callable[[FloatArray, FloatArray], Slopes]:
    """Return the function of ln m F(t), Bass's adopters so far, launched at the year given (Bass 1969, eq. 8).

    F = (1 - e^{-(p+q)(t - launch)}) / (1 + e^{-(p+q)(t - t*)}), parameters ln m, ln(p+q), t*.
    """

    def values(theta: FloatArray, times: FloatArray) -> Slopes:
        r, x = _angle(theta, times, 1, 2)
        since = np.minimum(r * (times - launch), _FAR)
        left = 1.0 / (1.0 + np.exp(x))
        begun = since / np.expm1(since)
        logs = theta[..., 0, None] + np.log(-np.expm1(-since)) - np.logaddexp(0.0, -x)
        return logs, np.stack([np.ones_like(x), left * x + begun, -r * left], axis=-1)

    return values


def two_wave(theta: FloatArray, times: FloatArray) -> Slopes:
    """Return the logarithm of the sum of two logistic waves, the second one later, and its slopes.

    Parameters
    ----------
    theta
        Shape (..., 6): ln K1, ln r1, t1, ln(K2/K1), ln r2, ln(t2 - t1): the order of the waves is built in.
    times
        Shape (n,): years.
    """
    first, d1 = logistic(theta[..., :3], times)
    gap = np.exp(theta[..., 5])
    own = np.stack([theta[..., 0] + theta[..., 3], theta[..., 4], theta[..., 2] + gap], axis=-1)
    second, d2 = logistic(own, times)
    values = np.logaddexp(first, second)
    w1, w2 = np.exp(first - values)[..., None], np.exp(second - values)[..., None]
    slopes = np.concatenate(
        [
            np.ones_like(w1),
            w1 * d1[..., 1:2],
            w1 * d1[..., 2:] + w2 * d2[..., 2:],
            w2,
            w2 * d2[..., 1:2],
            w2 * d2[..., 2:] * gap[..., None, None],
        ],
        axis=-1,
    )
    return values, slopes


def constant_growth(origin: float) -> Callable[[FloatArray, FloatArray], Slopes]:
    """Return the function of a + g (t - origin) and its slopes, parameters (..., 2) a and g: constant growth."""

    def values(theta: FloatArray, times: FloatArray) -> Slopes:
        x = np.broadcast_to(times - origin, (*theta.shape[:-1], len(times)))
        line = theta[..., 0, None] + theta[..., 1, None] * x
        return line, np.stack([np.ones_like(x), x], axis=-1)

    return values


def curve_of(key: str, measure: Measure, launch: float | None = None, *, origin: float = 0.0) -> Curve:
    """Return a curve by its key, as it reads for a flow, a level or a running total.

    `origin` is the year from which constant growth is counted: the middle of the data keeps its parameters apart.
    """
    if key == "bass":
        stock = measure == "level" and launch is not None
        values = bass_stock(float(launch or 0.0)) if stock else bass_flow
        scale = "market" if stock else "peak_height"
        return Curve("bass", (scale, "rate", "peak"), values, (1,), (2,))
    if key == "two_wave":
        names = ("ceiling_1", "rate_1", "midpoint_1", "ratio", "rate_2", "gap")
        return Curve("two_wave", names, two_wave, (1, 4), (2,))
    if key == "constant_growth":
        return Curve("constant_growth", ("level", "growth"), constant_growth(origin), (), ())
    function = {"logistic": logistic, "gompertz": gompertz}[key]
    return Curve(key, ("ceiling", "rate", "midpoint"), function, (1,), (2,))


def mean_of(curve: Curve, measure: Measure, errors: Errors) -> Callable[[FloatArray, FloatArray], Slopes]:
    """Return the function that is fitted: ln f or f; of a running total, what it gains in a year."""

    def log_gain(theta: FloatArray, times: FloatArray) -> Slopes:
        (now, d_now), (then, d_then) = (curve.log_values(theta, times - back) for back in (0.0, 1.0))
        # 1 - F(t-1)/F(t), whose least value keeps the logarithm finite where a curve has ended
        share = np.maximum(-np.expm1(then - now), 1e-12)
        before = np.exp(then - now)[..., None]
        return now + np.log(share), (d_now - before * d_then) / share[..., None]

    logs = log_gain if measure == "cumulative" and curve.key != "constant_growth" else curve.log_values
    if errors == "log":
        return logs

    def plain(theta: FloatArray, times: FloatArray) -> Slopes:
        values, slopes = logs(theta, times)
        level = np.exp(np.minimum(values, 700.0))
        return level, level[..., None] * slopes

    return plain


def limits_of(curve: Curve, times: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Return the least and largest parameters that are searched, (k,) each.

    Takeovers (10 to 90 per cent) between one year and twenty spans of the data, dates up to two spans away.
    """
    span = float(times[-1] - times[0])
    low, high = np.full(curve.size, -np.inf), np.full(curve.size, np.inf)
    for at in curve.rates:
        low[at], high[at] = np.log(np.log(81.0) / (20.0 * span)), np.log(np.log(81.0))
    for at in curve.places:
        low[at], high[at] = times[0] - 2.0 * span, times[-1] + 2.0 * span
    if curve.key == "two_wave":
        low[3], high[3] = np.log(0.05), np.log(100.0)
        low[5], high[5] = np.log(2.0), np.log(2.0 * span)
        low[2], high[2] = times[0] - span, times[-1]
    return low, high


def starts_of(curve: Curve, times: FloatArray) -> tuple[FloatArray, IntArray]:
    """Return a grid of parameters (G, k) with scale one, and which of a few regions each belongs to, (G,)."""
    span = float(times[-1] - times[0])
    if curve.key == "two_wave":
        return _pairs_of_waves(times, span)
    rates = np.log(np.log(81.0) / (span * np.array([0.15, 0.25, 0.4, 0.6, 0.9, 1.4, 2.2, 4.0])))
    shares = np.linspace(-0.6, 1.6, 23)
    r, at = (one.ravel() for one in np.meshgrid(rates, shares, indexing="ij"))
    region = np.digitize(at, [0.35, 0.85])
    return np.column_stack([np.zeros_like(r), r, times[0] + at * span]), region


def _pairs_of_waves(times: FloatArray, span: float) -> tuple[FloatArray, IntArray]:
    takeovers = np.array([0.2, 0.4, 0.8])
    parts = [
        np.log(np.log(81.0) / (span * np.array([0.2, 0.4, 0.8, 1.5]))),
        np.linspace(-0.3, 0.7, 9),
        np.log([0.3, 1.0, 3.0, 10.0]),
        np.log(np.log(81.0) / (span * takeovers)),
        np.array([0.15, 0.3, 0.45, 0.65, 0.9]),
    ]
    r1, first, ratio, r2, gap = (one.ravel() for one in np.meshgrid(*parts, indexing="ij"))
    kept: NDArray[np.bool_] = (first + gap > 0.15) & (first + gap < 1.2)
    grid = np.column_stack([np.zeros_like(r1), r1, times[0] + first * span, ratio, r2, np.log(gap * span)])
    return grid[kept], np.digitize((first + gap)[kept], [0.45, 0.65, 0.85])
