"""Tests that a system-dynamics model passes whatever its numbers are: zero, no growth, capacity, units, the step."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from panelkit.evaluation.dynamics.equilibria import equilibrium, is_bounded
from panelkit.evaluation.dynamics.trajectories import STEPS, paths
from panelkit.kernels.linear_programs import BoolArray
from panelkit.language.message import Message, message
from panelkit.results.fit import FloatArray
from panelkit.show.brief import Brief

_EXACT = 1e-9  # relative: rounding over some hundred steps
_STEP = 1e-6  # relative: the fourth-order rule at steps of a tenth, rates below one a period
_NEAR = 0.01  # of the equilibrium, after `_LONG` periods
_LONG = 400


@dataclass(frozen=True, eq=False)
class Check(Brief):
    """A test: what is asked, how far each system is from it (...), whether that is near enough (...).

    A value is NaN where the test does not apply.
    """

    name: Message
    value: FloatArray
    passed: BoolArray


def extreme_conditions(coefficients: FloatArray, start: FloatArray, periods: int) -> tuple[Check, ...]:
    """Return the tests of systems, coefficients (..., 2, 3) and first stocks (..., 2), over `periods`."""
    path = paths(start, coefficients, periods)
    none = paths(start * np.array([0.0, 1.0]), coefficients, periods)[..., 0]
    still = paths(start, np.zeros_like(coefficients), periods)
    units = np.array([1e3, 1e-2])
    scale = np.stack([np.ones(2), units, units[::-1]], axis=-1)
    scaled = paths(start * units, coefficients / scale, periods) / units
    halved = paths(start, coefficients, periods, steps=2 * STEPS)
    return (
        _held(message("a stock at zero stays at zero"), np.abs(none).max(axis=-1), 0.0),
        _held(
            message("without growth and interaction nothing changes"),
            _apart(still, start[..., None, :]).max(axis=-1),
            _EXACT,
        ),
        _held(
            message("other units of the stocks give the same path"),
            _apart(scaled, path).max(axis=-1),
            _EXACT,
        ),
        _held(message("half the step gives the same path"), _apart(halved, path).max(axis=-1), _STEP),
        _at_rest(coefficients, start),
    )


def _held(name: Message, value: FloatArray, most: float) -> Check:
    return Check(name, value, value <= most)


def _apart(one: FloatArray, other: FloatArray) -> FloatArray:
    """Return the larger relative distance of the two stocks (...)."""
    with np.errstate(invalid="ignore", divide="ignore"):
        return np.asarray(np.max(np.abs(one / other - 1.0), axis=-1))


def _at_rest(coefficients: FloatArray, start: FloatArray) -> Check:
    """Return whether bounded systems end at their equilibrium; one without bounds has none to end at."""
    rest = equilibrium(coefficients)
    ends = is_bounded(coefficients) & np.isfinite(rest).all(axis=-1)
    apart = np.where(ends, _apart(paths(start, coefficients, _LONG)[..., -1, :], rest), np.nan)
    name = message("a bounded system comes to rest at its equilibrium")
    return Check(name, apart, (apart <= _NEAR) | ~ends)
