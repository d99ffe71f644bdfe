"""What the slope of an interaction is asked beside the five conditions of a treatment's.

Most of a product of two figures is the growth of one times the level of the other, and where both grow it moves with
the square of time. Two things follow. A slow movement stays in its first differences, so that these are taken once
more. And what trends leave of it is little, so that its slope beside them is imprecise: that it is *not significantly
below* the main one then says nothing, and half of it is asked for where it is not significant by itself.

Chosen on 32 cells of 1,000 worlds whose interaction is known (trying seeds). With the five conditions alone PARTLY
was said in 16 to 25 of 100 worlds whose trends are tied and SUPPORTED in up to 8 with a slow movement; with half
beside trends it is 6 to 9 and up to 8, with second differences too up to 5, and four of 100 true effects of .38 are
lost. Trends with their squares, years times the levels of both parts, a p of second differences and half of the slope
beside the common path stopped less or cost more.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from panelkit.kernels.within import FloatArray
from panelkit.language.message import message
from panelkit.studies.scrutiny.channel import Ends
from panelkit.studies.scrutiny.cube import Cube, Mask
from panelkit.studies.scrutiny.deciding import SHORTEST_DIFFERENCES, STILL_THERE, differences
from panelkit.studies.scrutiny.designs import differenced
from panelkit.studies.scrutiny.main_test import MainTest
from panelkit.studies.scrutiny.trial import Trial, not_computed
from panelkit.studies.scrutiny.words import words

LEFT_BESIDE_TRENDS = 0.5
"""The share of the main slope that is left beside trends where it is not significant there: half, as of differences and
of the joint test."""


def second_differences(panel: Cube, main: MainTest, direction: FloatArray) -> Trial:
    """Ask whether differences of differences, with a drift, give at least half of the main slope, on its side."""
    changed = differenced(panel)
    if differenced(changed).held.sum(axis=1).max(initial=0) < SHORTEST_DIFFERENCES - 1:
        said = message("needs at least {years} {periods} in a row", years=SHORTEST_DIFFERENCES + 1)
        return not_computed("second_differences", panel.worlds, said)
    return replace(differences(changed, main, direction), name="second_differences")


def stands_beside_trends(trends: Trial, main: MainTest, direction: FloatArray) -> Mask:
    """Return whether an interaction is there beside trends, by p or by half of the main slope, (W,)."""
    return stands(trends.slope, trends.p, main.slope, direction)


def stands(slope: FloatArray, p: FloatArray, main: FloatArray, direction: FloatArray) -> Mask:
    """Return whether a slope beside trends has p < .10 or half of the main one, on the side asked for, (W,)."""
    with np.errstate(invalid="ignore"):
        there = (p < STILL_THERE) | (slope * direction >= LEFT_BESIDE_TRENDS * main * direction)
        return np.asarray(there & (slope * direction > 0.0))


def interaction_words(
    interval: Ends, inner: Ends, smallest: FloatArray, passed: Mask, taken: Mask, *, standing: Mask
) -> NDArray[np.str_]:
    """Return the word of every interaction, the claimed direction being positive.

    As `words`, with `standing` (W,) where the slope stands beside trends: elsewhere nothing takes it away, and nothing
    tells it from the growth of two figures that it is the product of, so that PARTLY is UNDECIDED.
    """
    found = words(interval, inner, smallest, passed & standing, taken)
    told: NDArray[np.str_] = np.where((found == "PARTLY") & ~standing, "UNDECIDED", found)
    return told
