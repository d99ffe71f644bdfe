"""The bound on violations at which a confidence set first touches zero."""

from __future__ import annotations

import numpy as np

from panelkit.inference.parallel_trends.conditional import ConditionalTests
from panelkit.inference.parallel_trends.fixed_length import fixed_length
from panelkit.inference.parallel_trends.restrictions import Study, bounded

_FIRST = 0.1
_LARGEST = 1e3
_HALVINGS = 30


def breakdown_value(held: Study, restriction: str, method: str, alpha: float) -> float:
    """Return the smallest m whose set holds zero: 0 where that of m = 0 does, infinite where none up to 1,000 does.

    `m` of smoothness is looked for in standard errors of the effect. The sets grow with m but for small moves of their
    critical values, so that the first m on a fine scale is halved down from.
    """
    unit = held.std_error if restriction == "smoothness" else 1.0
    scale = unit * np.r_[0.0, np.linspace(0.05, 5.0, 100), np.geomspace(5.25, _LARGEST, 60)]
    below = 0.0
    for m in scale.tolist():
        if holds_zero(held, restriction, method, m, alpha):
            break
        below = m
    else:
        return np.inf
    above = m
    for _ in range(_HALVINGS if above > 0.0 else 0):
        middle = 0.5 * (below + above)
        inside = holds_zero(held, restriction, method, middle, alpha)
        below, above = (below, middle) if inside else (middle, above)
    return float(above)


def holds_zero(held: Study, restriction: str, method: str, m: float, alpha: float) -> bool:
    """Return whether the confidence set under a bound holds zero."""
    if method == "FLCI":
        found = fixed_length(held, m, alpha)
        return abs(found.centre) <= found.half
    sets = bounded(held, restriction, m)
    tests = ConditionalTests(sets, alpha, _FIRST if method == "C-LF" else 0.0)
    return bool(tests.accepted(np.zeros((len(sets.b), 1))).any())
