"""The deciding conditions and the word together: main test, five conditions, six words, in many worlds at once."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from panelkit.kernels.within import FloatArray
from panelkit.show.brief import Brief
from panelkit.studies.scrutiny.cube import Cube, Mask
from panelkit.studies.scrutiny.deciding import differences, leads, path, regions, trends
from panelkit.studies.scrutiny.designs import trend_slopes
from panelkit.studies.scrutiny.main_test import MainTest, run_main
from panelkit.studies.scrutiny.trial import Name, Trial
from panelkit.studies.scrutiny.wild import Lots, wild
from panelkit.studies.scrutiny.words import words

HALF_OF_A_NUMBER = 0.5
"""The smallest effect of interest beside a stated number: half of it."""


@dataclass(frozen=True, eq=False)
class Scrutiny(Brief):
    """The main test, the deciding conditions by name, and the word, of W worlds.

    `direction` (W,) is the side on which the conditions were read: the claimed one unless the main test lies on the
    other. `smallest` (W,) is the smallest effect of interest. `inside` (W,) says whether a stated number lies in both
    its intervals, None where none is stated.
    """

    main: MainTest
    trials: dict[Name, Trial]
    direction: FloatArray
    word: NDArray[np.str_]
    smallest: FloatArray
    inside: Mask | None = None

    @property
    def passed(self) -> Mask:
        """Return whether every deciding condition passes, (W,)."""
        return np.all([trial.passes for trial in self.trials.values()], axis=0)

    @property
    def taken(self) -> Mask:
        """Return whether a condition takes the effect away, (W,)."""
        return np.any([trial.takes_away for trial in self.trials.values()], axis=0)


def scrutinise_worlds(
    panel: Cube,
    lots: Lots,
    *,
    sign: float = 1.0,
    number: float | None = None,
    smallest: FloatArray | None = None,
) -> Scrutiny:
    """Run the main test and its five deciding conditions in every world and read the word.

    Parameters
    ----------
    panel
        The worlds.
    lots
        The draws of every bootstrap.
    sign
        The claimed direction, 1 or -1.
    number
        The number that the claim states, in units of the slope; its sign is the claimed direction.
    smallest
        Shape (W,) or a scalar, positive: the smallest effect of interest. None is half of the number, or the slope
        that moves y by a fifth of its within deviation for one of x.

    Returns
    -------
    Scrutiny
    """
    claimed = float(np.sign(sign if number is None else number))
    main = run_main(panel, lots)
    with np.errstate(invalid="ignore"):
        other = np.where(claimed > 0.0, main.high < 0.0, main.low > 0.0)
    direction = np.where(other, -claimed, claimed)
    found = (
        trends(panel, main, direction, lots),
        path(panel, main, direction, lots),
        differences(panel, main, direction),
        regions(panel, main, direction, lots),
        leads(panel, direction, lots),
    )
    trials = {trial.name: trial for trial in found}
    if smallest is None:
        smallest = main.smallest if number is None else np.asarray(HALF_OF_A_NUMBER * abs(number))
    smallest = np.broadcast_to(smallest, (panel.worlds,))
    stated = None if number is None else np.full(panel.worlds, claimed * number)
    inside = None if number is None else inside_both(panel, main, number, lots)
    word = words(
        _towards(claimed, main.low, main.high),
        _towards(claimed, main.inner_low, main.inner_high),
        smallest,
        np.all([trial.passes for trial in found], axis=0),
        np.any([trial.takes_away for trial in found], axis=0),
        number=stated,
        inside=inside,
    )
    return Scrutiny(main, trials, direction, word, smallest, inside)


def inside_both(panel: Cube, main: MainTest, number: float, lots: Lots) -> Mask:
    """Return whether a number lies in the 95 % interval of the main slope and in that beside unit trends, (W,)."""
    low, high = wild(trend_slopes(panel), lots).interval(0.95)
    with np.errstate(invalid="ignore"):
        return np.asarray((main.low <= number) & (number <= main.high) & (low <= number) & (number <= high))


def _towards(claimed: float, low: FloatArray, high: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Return the ends of an interval as seen in the claimed direction."""
    return (low, high) if claimed > 0.0 else (-high, -low)
