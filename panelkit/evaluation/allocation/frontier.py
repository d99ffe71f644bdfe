"""The frontier of output and balance, and how far an allocation lies from it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from panelkit.kernels.within import FloatArray
from panelkit.show.brief import Brief

# What weighs balance against an index of output that is 1: from nothing to as good as balance alone. Where every point
# is searched there are fewer.
PENALTIES = np.concatenate([[0.0], np.geomspace(1e-2, 1e3, 16)])
FEWER_PENALTIES = np.concatenate([[0.0], np.geomspace(1e-1, 1e2, 7)])
# Along the frontier output and imbalance both fall; more than rounding the other way means that a search stayed short.
_ROUNDING = 1e-6


@dataclass(frozen=True, eq=False)
class Frontier(Brief):
    """Points (m,) by rising weight of balance: output index and imbalance; `monotone` tells whether both fall.

    `more_output` is what could be gained at the imbalance of the allocation compared, `less_imbalance` what could be
    had at its output; missing where the frontier does not reach.
    """

    penalty: FloatArray
    output: FloatArray
    imbalance: FloatArray
    monotone: bool
    more_output: float
    less_imbalance: float


def frontier(
    points: Callable[[float], tuple[float, float]],
    here: tuple[float, float],
    penalties: FloatArray,
) -> Frontier:
    """Return the frontier that optima (output, imbalance) by penalty trace, and the distances of a point `here`.

    Between points the frontier is taken as straight: it is concave where the optima are global, so that the distances
    are understated at most.
    """
    held = np.array([points(float(penalty)) for penalty in penalties])
    output, imbalance = held[:, 0], held[:, 1]
    monotone = bool((np.diff(output) <= _ROUNDING).all() and (np.diff(imbalance) <= _ROUNDING).all())
    order = np.argsort(imbalance, kind="stable")
    rising = np.maximum.accumulate(output[order])
    reached = here[1] >= imbalance.min() - _ROUNDING
    most = float(np.interp(here[1], imbalance[order], rising)) if reached else float("nan")
    least = float(np.interp(here[0], rising, imbalance[order])) if here[0] <= output.max() else float("nan")
    return Frontier(penalties, output, imbalance, monotone, most - here[0], here[1] - least)
