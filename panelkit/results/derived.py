"""Functions of parameters: impacts, indirect effects, long-run effects, and how their uncertainty was made."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np

from panelkit.kernels.within import FloatArray
from panelkit.language.levels import PROVINCIAL, Levels
from panelkit.language.message import Message, message
from panelkit.language.options import check_confidence
from panelkit.results.estimates import Estimates


@dataclass(frozen=True, kw_only=True)
class Uncertainty:
    """How the uncertainty of a derived quantity was made."""

    method: Literal["delta", "draws", "bootstrap", "influence", "placebo", "jackknife", "none"]
    reps: int = 0
    seed: int | None = None
    discarded: int = 0

    def sentence(self) -> Message:
        """Return the method as a note under a table."""
        if self.method == "delta":
            return message("standard errors by the delta method")
        if self.method == "influence":
            return message("standard errors from what each cluster adds to the estimate")
        if self.method == "jackknife":
            return message("standard errors by the jackknife")
        if self.method == "none":
            return message("points alone: no standard errors were asked for")
        seed = (
            message("a generator of the caller's")
            if self.seed is None
            else message("seed {seed}", seed=self.seed)
        )
        made = (
            message("draws: {reps} replications, {seed}", reps=self.reps, seed=seed)
            if self.method == "draws"
            else self._placebos(seed)
            if self.method == "placebo"
            else message("bootstrap: {reps} replications, {seed}", reps=self.reps, seed=seed)
        )
        if not self.discarded:
            return made
        return message("{made}, {discarded} discarded", made=made, discarded=self.discarded)

    def _placebos(self, seed: Message) -> Message:
        """Return how many placebos there are; without a seed none was drawn."""
        if self.seed is None:
            return message("standard errors from {reps} placebos, all there are", reps=self.reps)
        return message("standard errors from {reps} placebos, {seed}", reps=self.reps, seed=seed)


@dataclass(frozen=True, kw_only=True, eq=False)
class Derived(Estimates):
    """A function of parameters: impacts, indirect effects, long-run effects.

    `draws` (reps, k), where given, makes the intervals (percentile) and p-values (share on the far side of
    zero, doubled, with the +1 of a finite number of draws); otherwise they come from the covariance and `df`.
    """

    uncertainty: Uncertainty
    draws: FloatArray | None = None
    levels: Levels = PROVINCIAL

    @property
    def level_names(self) -> Levels:
        """Return what unit and time are called in the data."""
        return self.levels

    def _p_values(self) -> FloatArray:
        if self.draws is None:
            return super()._p_values()
        return two_sided_p(self.draws)

    def _interval(self, level: float) -> tuple[FloatArray, FloatArray]:
        if self.draws is None:
            return super()._interval(level)
        tail = (1.0 - check_confidence(level)) / 2.0
        low, high = _quantiles(self.draws, [tail, 1.0 - tail])
        return low, high


def two_sided_p(draws: FloatArray) -> FloatArray:
    """Return twice the share of draws (reps, k) on the far side of zero, with the +1 of a finite number of them."""
    reps = len(draws)
    below = (1.0 + (draws <= 0.0).sum(axis=0)) / (reps + 1.0)
    above = (1.0 + (draws >= 0.0).sum(axis=0)) / (reps + 1.0)
    return np.minimum(1.0, 2.0 * np.minimum(below, above))


def _quantiles(draws: FloatArray, shares: list[float]) -> FloatArray:
    """Return quantiles of draws (reps, k), which may be infinite: numpy has no number between two infinite ones."""
    with np.errstate(invalid="ignore"):
        found = np.quantile(draws, shares, axis=0)
    lower, higher = (np.quantile(draws, shares, axis=0, method=side) for side in ("lower", "higher"))
    return np.asarray(np.where(np.isnan(found), np.where(np.isneginf(lower), lower, higher), found))
