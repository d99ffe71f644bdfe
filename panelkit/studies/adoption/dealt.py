"""Dates of adoption dealt to other units: p-values and intervals of a policy's effect where few units are treated."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from panelkit.kernels.index import Array
from panelkit.kernels.permutation import all_placements, placements, random_permutations
from panelkit.kernels.within import FloatArray, IntArray
from panelkit.language.errors import DataError
from panelkit.language.message import message
from panelkit.models.policy.panel import PolicyPanel
from panelkit.show.brief import Brief
from panelkit.studies.adoption.maps import Maps

_TIE = 1e-9
"""Effects of one assignment differ by rounding; closer than this they count as ties."""


@dataclass(frozen=True, eq=False)
class Dealt(Brief):
    """One effect under every assignment of the adoption dates; R assignments, the actual one among them.

    Under a constant effect tau the estimate of assignment r is `without[r]` less tau times `path[r]`, and that of the
    actual one `effect` less tau: what an assignment finds in the outcome, and in the actual treatment itself.
    `everything` says whether these are all assignments that there are.
    """

    effect: float
    without: FloatArray
    path: FloatArray
    everything: bool

    @property
    def count(self) -> int:
        """Return how many assignments were taken, the actual one among them."""
        return len(self.without)

    def p(self, tau: float = 0.0) -> float:
        """Return the share of assignments whose estimate is as far from zero as the actual one, with an effect tau."""
        found = np.abs(self.without - tau * self.path)
        return float(np.mean(~(found < abs(self.effect - tau) * (1.0 - _TIE))))

    def interval(self, level: float) -> tuple[float, float]:
        """Return the effects that are not rejected at one minus `level`; infinite where assignments are too few.

        An assignment is as extreme as the actual one for the effects between two roots, which hold the estimate; one
        that finds the whole actual treatment is always.
        """
        with np.errstate(divide="ignore", invalid="ignore"):
            one = (self.effect - self.without) / (1.0 - self.path)
            two = (self.effect + self.without) / (1.0 + self.path)
        always = ~(np.abs(self.path) < 1.0 - _TIE) | ~np.isfinite(self.without)
        low = np.sort(np.where(always, -np.inf, np.fmin(one, two)))
        high = np.sort(np.where(always, np.inf, np.fmax(one, two)))[::-1]
        at = int(np.floor((1.0 - level) * self.count + _TIE))
        return float(low[at]), float(high[at])


class Dealer:
    """Assignments of the adoption dates of a panel to its units, drawn once for as many outcomes as there are.

    Parameters
    ----------
    maps
        The estimates of the panel; the effect is that of imputation.
    reps
        Random assignments; where there are no more than this in all, every one is taken.
    rng
        Seed or generator.

    Raises
    ------
    DataError
        If no unit can exchange its dates with another.
    """

    def __init__(self, maps: Maps, *, reps: int, rng: int | np.random.Generator) -> None:
        self._maps = maps
        self._draws, self._everything = _assignments(maps.panel, reps, np.random.default_rng(rng))
        self._path = self._under_each(maps.panel.adoption.path(maps.panel.unit, maps.panel.time))

    def deal(self, y: FloatArray) -> Dealt:
        """Return the effect on an outcome (n,) under every assignment."""
        return Dealt(
            float(self._maps.main_weights @ y), self._under_each(y), self._path, everything=self._everything
        )

    def _under_each(self, y: FloatArray) -> FloatArray:
        """Return the effects on a column (n,) under every assignment, the actual one among them."""
        if self._maps.panel.X.shape[1]:
            effects = self._weights @ y
        else:
            effects = _by_outcomes(self._maps, y, self._draws)
        return effects if self._everything else np.r_[self._maps.main_weights @ y, effects]

    @cached_property
    def _weights(self) -> FloatArray:
        """The weights of the effect had the units adopted at the dates of others, (R, n)."""
        panel = self._maps.panel
        under = (Maps(panel.under(panel.adoption.first[draw])) for draw in self._draws)
        return np.array([maps.main_weights for maps in under])


def dealt(maps: Maps, *, reps: int, rng: int | np.random.Generator) -> Dealt:
    """Deal the adoption dates of a panel to other units, those held in the same periods exchanging theirs.

    Parameters and errors are those of `Dealer`; the outcome is the panel's own.
    """
    return Dealer(maps, reps=reps, rng=rng).deal(maps.panel.y)


def _by_outcomes(maps: Maps, y: FloatArray, draws: IntArray) -> FloatArray:
    """Return the effects (R,) of dealt dates: without covariates to deal dates is to deal outcomes."""
    panel = maps.panel
    weights, outcomes = (np.zeros((panel.n_units, len(panel.periods))) for _ in range(2))
    weights[panel.unit, panel.time] = maps.main_weights
    outcomes[panel.unit, panel.time] = y
    products = weights @ outcomes.T  # weights of unit g on what unit h holds
    return np.asarray(products[draws, np.arange(panel.n_units)].sum(axis=1))


def _assignments(panel: PolicyPanel, reps: int, rng: np.random.Generator) -> tuple[IntArray, bool]:
    """Return draws (R, N): the unit whose date each unit receives; whether they are all there are."""
    held = np.zeros((panel.n_units, len(panel.periods)), dtype=bool)
    held[panel.unit, panel.time] = True
    groups = np.unique(held, axis=0, return_inverse=True)[1].reshape(-1).astype(np.int64)
    treated: Array = panel.adoption.treated
    mixed = [g for g in np.unique(groups) if len(np.unique(panel.adoption.first[groups == g])) > 1]
    if not mixed:
        raise DataError(
            panel.design.spoken(
                message(
                    "no two {units} with other dates of adoption are held in the same {periods}, so that none can "
                    "exchange its date: take a sample in which treated and untreated {units} hold the same {periods}"
                )
            )
        )
    if len(np.unique(groups)) == 1:
        places = np.flatnonzero(treated)
        alike = len(panel.adoption.cohorts) == 1
        if placements(panel.n_units, places, alike) <= reps:
            return all_placements(panel.n_units, places, alike), True
    return random_permutations(groups, reps, rng), False
