"""What a stated effect means under each of the models that its sentence may come from, at the means of a sample."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from panelkit.kernels.intervals import Interval
from panelkit.language.message import Message, message

READINGS: Mapping[str, Message] = {
    "elasticity": message("read as an elasticity"),
    "points": message("read as points"),
    "semi": message("read as a semi-elasticity"),
    "level": message("read in levels"),
}


def sentence(reading: str, step: float, value: str) -> Message:
    """Return the model of a reading, and what it makes of the stated effect, in words."""
    if reading == "elasticity":
        return message("ln y on ln x: {step:g} % more x, {value} % more y", step=step, value=value)
    if reading == "points":
        return message("y on ln x: {step:g} % more x, {value} units of y more", step=step, value=value)
    if reading == "semi":
        return message("ln y on x: {step:g} units of x more, {value} % more y", step=step, value=value)
    return message("y on x: {step:g} units of x more, {value} units of y more", step=step, value=value)


@dataclass(frozen=True)
class Spread:
    """A variable in its sample: mean, and standard deviation and ends where they are known.

    `plus_one`: whether it enters as ln(1 + ·) where it enters in logarithms.
    """

    mean: float
    sd: float | None = None
    minimum: float | None = None
    maximum: float | None = None
    plus_one: bool = False

    @property
    def shift(self) -> float:
        return 1.0 if self.plus_one else 0.0

    @property
    def width(self) -> float | None:
        """Return the length of the range."""
        if self.minimum is None or self.maximum is None:
            return None
        return self.maximum - self.minimum


@dataclass(frozen=True)
class Sense:
    """A stated effect under one reading.

    `coefficient` is that of the model; `becomes` what the mean of y becomes by the stated step; `elasticity` and
    `marginal` (units of y for one of x) are taken at the means; `by_tenth` is the change of y by ten per cent more x;
    `per_sd` how many standard deviations of y one of x moves; `step_in_sd` how many standard deviations of x the stated
    step is; `over_range` the change of y as x goes over its range, in ranges of y. None where the sample does not say.
    """

    reading: str
    coefficient: Interval
    becomes: Interval
    elasticity: Interval | None
    marginal: Interval
    by_tenth: Interval
    per_sd: Interval | None
    step_in_sd: float | None
    over_range: Interval | None


def sense_of(reading: str, value: Interval, step: float, x: Spread, y: Spread) -> Sense:
    """Return the sense of an effect `value` of a `step` of x under a reading."""
    coefficient = _coefficient(reading, value, step)

    def moved(end: float, start: float = x.mean) -> Interval:
        return coefficient.mapped(lambda b: _moved(reading, b, end, x, y) - _moved(reading, b, start, x, y))

    stepped = x.mean * (1.0 + step / 100.0) if _relative(reading) else x.mean + step
    marginal = coefficient * _slope(reading, x, y)
    per_sd = None if x.sd is None or not y.sd else marginal * (x.sd / y.sd)
    over = None
    if x.minimum is not None and x.maximum is not None and y.width and _inside_logs(reading, x):
        over = moved(x.maximum, x.minimum) * (1.0 / y.width)
    taken = x.mean * step / 100.0 if _relative(reading) else step
    return Sense(
        reading,
        coefficient,
        y.mean + moved(stepped),
        marginal * (x.mean / y.mean) if y.mean != 0.0 else None,
        marginal,
        moved(1.1 * x.mean),
        per_sd,
        abs(taken / x.sd) if x.sd else None,
        over,
    )


def _relative(reading: str) -> bool:
    """Return whether the step is in per cent of x."""
    return reading in ("elasticity", "points")


def _inside_logs(reading: str, x: Spread) -> bool:
    """Return whether logarithms of x exist over its range."""
    return not _relative(reading) or (x.minimum is not None and x.minimum + x.shift > 0.0)


def _coefficient(reading: str, value: Interval, step: float) -> Interval:
    """Return the coefficient that the stated effect comes from (of logs: per cent for per cent at the margin)."""
    if reading == "points":
        return value / math.log1p(step / 100.0)
    return value / (100.0 * step if reading == "semi" else step)


def _moved(reading: str, b: float, end: float, x: Spread, y: Spread) -> float:
    """Return the change of y, from its mean, as x goes from its mean to another value."""
    ratio = _relative(reading)
    distance = math.log((end + x.shift) / (x.mean + x.shift)) if ratio else end - x.mean
    if reading in ("elasticity", "semi"):
        return (y.mean + y.shift) * math.expm1(min(b * distance, 700.0))
    return b * distance


def _slope(reading: str, x: Spread, y: Spread) -> float:
    """Return dy/dx at the means for a coefficient of one."""
    slopes: Mapping[str, Callable[[], float]] = {
        "elasticity": lambda: (y.mean + y.shift) / (x.mean + x.shift),
        "points": lambda: 1.0 / (x.mean + x.shift),
        "semi": lambda: y.mean + y.shift,
        "level": lambda: 1.0,
    }
    return slopes[reading]()
