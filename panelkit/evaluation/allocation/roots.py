"""Roots of many increasing functions at once: Newton's steps inside brackets that are halved where these fail."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from panelkit.kernels.within import FloatArray
from panelkit.language.errors import ConvergenceError
from panelkit.language.message import message

# A step below this share of the point is rounding.
_STEP = 4e-15
_MOST = 300
_CHECKED = 4


def increasing_roots(
    function: Callable[[FloatArray], tuple[FloatArray, FloatArray]],
    low: FloatArray,
    high: FloatArray,
    start: FloatArray,
    *,
    rounding: float = 0.0,
) -> FloatArray:
    """Return where increasing functions are zero; the end of the bracket where they are on one side of it.

    Parameters
    ----------
    function
        Points to values and slopes, each of the shape of `start`.
    low, high
        The bracket.
    start
        Where the search begins.
    rounding
        Values of this size are zero but for rounding: where the function is flat at zero its sign is that of noise.

    Raises
    ------
    ConvergenceError
        If values are no numbers, so that no step settles it.
    """
    low, high, at = low.copy(), high.copy(), np.clip(start, low, high)
    before = high - low
    for step in range(_MOST):
        value, slope = function(at)
        above = value > 0.0
        high, low = np.where(above, at, high), np.where(above, low, at)
        with np.errstate(divide="ignore", invalid="ignore"):
            moved = at - value / slope
        near = _STEP * np.maximum(1.0, np.abs(at))
        done = (np.abs(moved - at) <= near) | (high - low <= near) | (np.abs(value) <= rounding)
        inside = (moved > low) & (moved < high)
        if step % _CHECKED == _CHECKED - 1:
            inside &= high - low <= 0.5 * before
            before = high - low
        if (done & ~np.isnan(value)).all():
            return at
        at = np.where(done, at, np.where(inside, moved, 0.5 * (low + high)))
    raise ConvergenceError(message("the price of money was not found in {n} steps", n=_MOST))
