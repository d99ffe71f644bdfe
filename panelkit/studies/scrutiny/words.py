"""The reading of six words from intervals and conditions: top down, the first line that holds gives the word."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from panelkit.kernels.within import FloatArray
from panelkit.language.message import Message, message
from panelkit.studies.scrutiny.cube import Mask

SixWords = Literal["SUPPORTED", "PARTLY", "UNDECIDED", "NOT SUPPORTED", "CONTRADICTED", "NOT TESTABLE"]

TEXTS: Mapping[SixWords, Message] = {
    "SUPPORTED": message("SUPPORTED"),
    "PARTLY": message("PARTLY"),
    "UNDECIDED": message("UNDECIDED"),
    "NOT SUPPORTED": message("NOT SUPPORTED"),
    "CONTRADICTED": message("CONTRADICTED"),
    "NOT TESTABLE": message("NOT TESTABLE"),
}


def words(
    interval: tuple[FloatArray, FloatArray],
    inner: tuple[FloatArray, FloatArray],
    smallest: FloatArray,
    passed: Mask,
    taken: Mask,
    *,
    number: FloatArray | None = None,
    inside: Mask | None = None,
) -> NDArray[np.str_]:
    """Return the word of every world, the claimed direction being positive.

    Parameters
    ----------
    interval, inner
        Low and high ends (W,) of the 95 % and the 90 % interval of the main test.
    smallest
        Shape (W,): the smallest effect of interest, positive.
    passed, taken
        Shapes (W,): every deciding condition passes; one of them takes the effect away. Of a main test on the other
        side they are read in a mirror.
    number
        Shape (W,): the number that the claim states, None where it states a direction alone.
    inside
        Shape (W,): the number lies in the interval of the main slope and in that beside unit trends.

    Returns
    -------
    Words (W,): NOT TESTABLE where an interval is missing.
    """
    (low, high), (inner_low, inner_high) = interval, inner
    with np.errstate(invalid="ignore"):
        above, below = low > 0.0, high < 0.0
        small = (inner_low > -smallest) & (inner_high < smallest)
        excluded = np.zeros(np.shape(low), dtype=bool)
        if number is not None:
            excluded = (number < low) | (number > high)
    fits = np.ones(np.shape(low), dtype=bool) if inside is None else inside
    found: NDArray[np.str_] = np.select(
        [
            np.isnan(low) | np.isnan(high),
            above & taken,
            above & passed & fits,
            above,
            below & passed & ~taken,
            below,
            small,
            excluded,
        ],
        [
            "NOT TESTABLE",
            "NOT SUPPORTED",
            "SUPPORTED",
            "PARTLY",
            "CONTRADICTED",
            "NOT SUPPORTED",
            "NOT SUPPORTED",
            "NOT SUPPORTED",
        ],
        "UNDECIDED",
    )
    return found
