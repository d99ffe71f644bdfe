"""Did output that had fallen rise in a second wave? Two waves of yearly output against one, and against a walk.

Yearly output is taken for the gains of a running total: one logistic total is a wave of output that rises and falls,
two are a fall with a second rise. Two steps upward without a fall between them are no leap out of decline: where only
errors fell, the two waves that fit them hardly do.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np

from panelkit.evaluation.life_cycle.choice import WAVE_GAIN, criterion_of, random_walk_criterion
from panelkit.evaluation.life_cycle.curves import Curve, Measure, curve_of
from panelkit.evaluation.life_cycle.decline import WINDOW, driftless_walks
from panelkit.evaluation.life_cycle.fitting import Fits, fit_many
from panelkit.evaluation.life_cycle.resampled import drawn_series
from panelkit.inference.multiplicity import holm
from panelkit.kernels.within import FloatArray

LEVEL = 0.05
# a decline is a fall by this share, and what a second rise must win back of the fall to be a leap
FELL, REGAINED = 0.2, 0.5
_MEASURE: Measure = "cumulative"
_PORTION = 50
_ONE = ("logistic", "gompertz", "constant_growth")


@dataclass(frozen=True)
class Fall:
    """The deepest fall of a series: the middle years of the three at the peak and at the trough.

    `share` is what the trough lacks of the peak, `regained` what came back of the fall in logarithms.
    """

    peak: float
    trough: float
    share: float
    regained: float

    @property
    def declined(self) -> bool:
        """Return whether output fell by a fifth or more: a fact, and no test."""
        return self.share >= FELL


@dataclass(frozen=True)
class Leap:
    """A fall, and what speaks for a second wave after it.

    `gain` is what AICc gains over one wave, constant growth and a random walk; `p_value` the larger of its p among
    series of one wave and among random walks with drift, 1 where nothing fell, the gain is too small or the second wave
    does not follow. `second` is the year of its peak, `between` the share by which the fitted waves fall before it.
    `adjusted` is Holm's p over the series that fell.
    """

    fall: Fall
    gain: float
    second: float
    between: float
    p_value: float
    adjusted: float = float("nan")

    @property
    def follows(self) -> bool:
        """Return whether the second wave comes after the trough, out of waves that fell too, and wins half back."""
        late = self.second > self.fall.trough
        return late and self.between >= FELL and self.fall.regained >= REGAINED

    @property
    def shown(self) -> bool:
        """Return whether the series leapt a second time, by Holm's p."""
        return self.fall.declined and self.follows and self.adjusted < LEVEL


def fall_of(y: FloatArray, times: FloatArray) -> Fall:
    """Return the deepest fall of log output y (n,) from any earlier peak, by means of three years."""
    means = np.convolve(y, np.full(WINDOW, 1.0 / WINDOW), "valid")
    trough = int((np.maximum.accumulate(means) - means).argmax())
    peak = int(means[: trough + 1].argmax())
    size = float(means[peak] - means[trough])
    back = float(means[trough:].max() - means[trough])
    return Fall(
        float(times[peak + 1]),
        float(times[trough + 1]),
        float(-np.expm1(-size)),
        back / size if size > 0.0 else 0.0,
    )


def waves_of(y: FloatArray, times: FloatArray) -> list[dict[str, Fits]]:
    """Return one wave, two waves and constant growth fitted to every series of log output y (B, n), all at once."""
    fits = {key: _fit(curve, y, times) for key, curve in _curves(times).items()}
    return [{key: fit.one(at) for key, fit in fits.items()} for at in range(len(y))]


def second_leap(
    y: FloatArray,
    times: FloatArray,
    *,
    reps: int,
    rng: np.random.Generator,
    fits: Mapping[str, Fits] | None = None,
    enough: int | None = None,
) -> Leap:
    """Return the fall of log output y (n,) and the test of a second wave; p not yet adjusted.

    Parameters
    ----------
    fits
        Of this series, from `waves_of`.
    enough
        Refits end once so many draws of one null gain as much as the series; p is then no less than what is returned.
    """
    fall, curves = fall_of(y, times), _curves(times)
    (fits,) = waves_of(y[None], times) if fits is None else (fits,)
    theta = fits["two_wave"].theta[0]
    second = float(theta[2] + np.exp(theta[5]))
    gain = float(_gain({key: criterion_of(fit) for key, fit in fits.items()}, y[None])[0])
    between = fall_of(fits["two_wave"].values[0], times).share
    untested = Leap(fall, gain, second, between, 1.0)
    if not (fall.declined and untested.follows and gain > WAVE_GAIN):
        return untested
    best = min(_ONE, key=lambda key: float(criterion_of(fits[key])[0]))
    change = np.diff(y)
    walks = driftless_walks((change - change.mean())[None], len(y), reps, rng)
    nulls = (
        drawn_series(fits[best], reps, rng),
        y[0] + walks + change.mean() * np.arange(len(y)),
    )
    above = 0
    for drawn in nulls:
        above = max(above, _above(curves, fits, drawn, times, gain, enough or reps + 1))
        if enough is not None and above >= enough:
            break
    return replace(untested, p_value=float((1 + above) / (reps + 1)))


def second_leaps(
    series: Mapping[str, tuple[FloatArray, FloatArray]], *, reps: int, rng: np.random.Generator
) -> dict[str, Leap]:
    """Return the leap of every series by name, given as positive output and its years, with Holm's p over those that
    fell.
    """
    found = {
        name: second_leap(np.log(values), times, reps=reps, rng=own)
        for (name, (values, times)), own in zip(series.items(), rng.spawn(len(series)), strict=True)
    }
    fell = [name for name, one in found.items() if one.fall.declined]
    adjusted = holm(np.array([found[name].p_value for name in fell])) if fell else ()
    for name, p in zip(fell, adjusted, strict=True):
        found[name] = replace(found[name], adjusted=float(p))
    return found


def _curves(times: FloatArray) -> dict[str, Curve]:
    return {key: curve_of(key, _MEASURE, None, origin=float(times.mean())) for key in (*_ONE, "two_wave")}


def _above(
    curves: Mapping[str, Curve],
    fits: Mapping[str, Fits],
    drawn: FloatArray,
    times: FloatArray,
    gain: float,
    enough: int,
) -> int:
    """Return how many series drawn under one null gain as much, counted until there are enough."""
    found, size = 0, len(drawn) if enough > len(drawn) else _PORTION
    for first in range(0, len(drawn), size):
        found += int((_refitted(curves, fits, drawn[first : first + size], times) >= gain).sum())
        if found >= enough:
            break
    return found


def _fit(curve: Curve, y: FloatArray, times: FloatArray, near: FloatArray | None = None) -> Fits:
    return fit_many(curve, y, times, measure=_MEASURE, errors="log", near=near)


def _gain(criteria: Mapping[str, FloatArray], y: FloatArray) -> FloatArray:
    """Return how much AICc gains by two waves over the best of all else (B,)."""
    others = [criteria[key] for key in _ONE] + [random_walk_criterion(y)]
    return np.asarray(np.min(others, axis=0) - criteria["two_wave"])


def _refitted(
    curves: Mapping[str, Curve], fits: Mapping[str, Fits], drawn: FloatArray, times: FloatArray
) -> FloatArray:
    """Return the gains (B,) of series drawn under one null."""
    criteria = {
        key: criterion_of(_fit(curve, drawn, times, fits[key].theta[0])) for key, curve in curves.items()
    }
    return _gain(criteria, drawn)
