"""The six words for one interval: the reading of `studies/scrutiny/words`, which simulations read too."""

from __future__ import annotations

from collections.abc import Iterable
from typing import cast

import numpy as np

from panelkit.claims.findings import Condition, Word
from panelkit.studies.scrutiny.words import words

Ends = tuple[float, float]


def word_of(
    direction: float,
    interval: Ends,
    inner: Ends,
    smallest: float,
    conditions: Iterable[Condition],
    *,
    number: float | None = None,
    inside: bool | None = None,
) -> Word:
    """Return the word for an interval and the conditions beside it.

    Parameters
    ----------
    direction
        The claimed sign, 1 or -1.
    interval, inner
        Ends of the main interval, and of the one at twice its distance from certainty (95 % and 90 %).
    smallest
        The smallest effect of interest, positive; NaN: none, so that nothing is ever at most small.
    conditions
        What is asked beside the interval. Where it lies on the other side they are those of the mirror.
    number
        The number that the claim states, on its own side.
    inside
        Whether it lies in every interval that it must lie in.

    Returns
    -------
    Word
    """
    asked = list(conditions)
    found = words(
        towards(direction, interval),
        towards(direction, inner),
        np.array([smallest]),
        np.array([all(item.passes for item in asked)]),
        np.array([any(item.takes_away for item in asked)]),
        number=None if number is None else np.array([direction * number]),
        inside=None if inside is None else np.array([inside]),
    )
    return cast(Word, str(found[0]))


def towards(direction: float, ends: Ends) -> tuple[np.ndarray, np.ndarray]:
    """Return the ends of an interval as seen in the claimed direction."""
    low, high = ends if direction > 0.0 else (-ends[1], -ends[0])
    return np.array([low]), np.array([high])


def leaning(direction: float, estimate: float) -> int:
    """Return 1 where an estimate lies on the claimed side, -1 on the other, 0 where there is none."""
    side = direction * estimate
    return int(side > 0.0) - int(side < 0.0)
