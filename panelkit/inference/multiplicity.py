"""Many tests at once: Benjamini and Hochberg's q within families, Holm's p.

Written out: they are a cumulative minimum and a cumulative maximum, and to import them takes a third of a run whose
verdicts are kept. The tests hold them to statsmodels.
"""

from __future__ import annotations

from collections.abc import Hashable, Sequence

import numpy as np
from numpy.typing import ArrayLike

from panelkit.kernels.frames import as_floats
from panelkit.kernels.within import FloatArray
from panelkit.language.errors import SpecError
from panelkit.language.message import message


def q_values(p_values: ArrayLike, families: Sequence[Hashable] | None = None) -> FloatArray:
    """Return the q of each p (m,): the smallest false discovery rate at which its family would reject it.

    Benjamini and Hochberg (1995); it holds under independence and positive dependence.
    NaN (no test) stays NaN and does not count; a family of one keeps its p. `families` (m,) labels the tests; None:
    all are one family.

    Raises
    ------
    SpecError
        If a p lies outside [0, 1], or there are not as many labels as p.
    """
    p = as_floats(p_values, "p-values")
    labels: Sequence[Hashable] = [None] * len(p) if families is None else families
    if len(labels) != len(p):
        raise SpecError(
            message(
                "{needed} p-values need as many family labels, not {given}", needed=len(p), given=len(labels)
            )
        )
    outside = p[(p < 0.0) | (p > 1.0)]
    if len(outside):
        raise SpecError(
            message(
                "p-values lie between 0 and 1, not {values:g}", values=[float(value) for value in outside]
            )
        )
    q = np.full(len(p), np.nan)
    for family in dict.fromkeys(labels):
        of_it = np.array([label == family for label in labels], dtype=bool)
        at = np.flatnonzero(of_it & np.isfinite(p))
        q[at] = p[at] if len(at) < 2 else _benjamini_hochberg(p[at])
    return q


def _benjamini_hochberg(p: FloatArray) -> FloatArray:
    order = np.argsort(p, kind="stable")
    steps = p[order] * len(p) / np.arange(1, len(p) + 1)
    q = np.empty(len(p))
    q[order] = np.minimum(np.minimum.accumulate(steps[::-1])[::-1], 1.0)
    return q


def holm(p: FloatArray) -> FloatArray:
    """Return Holm's (1979) p of each of several tests (m,): the smallest level at which the step-down rejects it.

    NaN (no test) stays NaN and does not count.
    """
    order = np.argsort(p, kind="stable")[: np.isfinite(p).sum()]
    steps = p[order] * np.arange(len(order), 0, -1)
    out = np.full(len(p), np.nan)
    out[order] = np.minimum(np.maximum.accumulate(steps), 1.0)
    return out
