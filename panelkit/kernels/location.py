"""Where most of a sample lies: Huber's mean, which few far values move little."""

from __future__ import annotations

import numpy as np

from panelkit.kernels.within import FloatArray
from panelkit.language.errors import SpecError
from panelkit.language.message import message

BOUND = 1.345  # scales from the middle beyond which a value counts no more: 95 % efficient for normal values
_NORMAL = 1.482602218505602  # makes the median absolute deviation the standard deviation of normal values


def huber_location(values: FloatArray, bound: float = BOUND) -> tuple[FloatArray, FloatArray]:
    """Return Huber's mean of each column (k,) and its influence function at every row (n, k).

    The scale of a column is its median absolute deviation about the median, and stays (Huber 1981, section 6.4).

    Raises
    ------
    SpecError
        If more than half of a column is one value, so that it has no such scale.
    """
    middle = np.median(values, axis=0)
    scale = np.median(np.abs(values - middle), axis=0) * _NORMAL
    if not (scale > 0.0).all():
        raise SpecError(
            message(
                "more than half of the {units} have the same slope, and Huber's mean has no scale: take average='mean'"
            )
        )
    z = (values - middle) / scale
    at = np.zeros(len(scale))
    for _ in range(200):
        inside = np.clip(z - at, -bound, bound)
        move = inside.mean(axis=0) / np.maximum((np.abs(z - at) < bound).mean(axis=0), 0.5)
        at = at + move
        if np.abs(move).max() < 1e-15:
            break
    share = (np.abs(z - at) < bound).mean(axis=0)
    return middle + scale * at, scale * np.clip(z - at, -bound, bound) / share
