"""Dates of adoption dealt to other units: p-values and intervals of a policy's effect where few units are treated."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from panelkit.kernels.index import Array
from panelkit.kernels.permutation import all_placements, placements, random_permutations
from panelkit.kernels.within import FloatArray, IntArray
from panelkit.language.errors import DataError
from panelkit.language.message import message
from panelkit.models.policy.panel import PolicyPanel
from panelkit.show.brief import Brief
from panelkit.studies.adoption.maps import EffectMap, Maps

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


def dealt(maps: Maps, *, reps: int, rng: int | np.random.Generator) -> Dealt:
    """Deal the adoption dates of a panel to other units, those held in the same periods exchanging theirs.

    Parameters
    ----------
    maps
        The estimates of the panel; the effect is that of imputation.
    reps
        Random assignments; where there are no more than this in all, every one is taken.
    rng
        Seed or generator.

    Returns
    -------
    Dealt

    Raises
    ------
    DataError
        If no unit can exchange its dates with another.
    """
    panel = maps.panel
    draws, everything = _assignments(panel, reps, np.random.default_rng(rng))
    treatment = panel.adoption.path(panel.unit, panel.time)
    columns = np.column_stack([panel.y, treatment])
    if panel.X.shape[1] == 0:
        effects = _by_outcomes(maps.main, panel, columns, draws)
    else:
        effects = np.array([_under(panel, draw) @ columns for draw in draws])
    actual = maps.main.weights @ columns
    if not everything:
        effects = np.vstack([actual, effects])
    return Dealt(float(actual[0]), effects[:, 0], effects[:, 1], everything)


def _by_outcomes(main: EffectMap, panel: PolicyPanel, columns: FloatArray, draws: IntArray) -> FloatArray:
    """Return the effects (R, 2) of dealt dates: without covariates to deal dates is to deal outcomes."""
    weights = np.zeros((panel.n_units, len(panel.periods)))
    weights[panel.unit, panel.time] = main.weights
    cubes = np.zeros((columns.shape[1], panel.n_units, len(panel.periods)))
    cubes[:, panel.unit, panel.time] = columns.T
    products = np.einsum("gt,cht->cgh", weights, cubes)  # weights of unit g on what unit h holds
    return products[:, draws, np.arange(panel.n_units)].sum(axis=2).T


def _under(panel: PolicyPanel, draw: IntArray) -> FloatArray:
    """Return the weights of the effect had the units adopted at the dates of others."""
    other = Maps(panel.under(panel.adoption.first[draw]))
    return other.main_weights


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
