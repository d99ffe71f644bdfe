"""Synthetic difference in differences of one block: weights of units and of periods, and the effect they make.

Arkhangelsky, Athey, Hirshberg, Imbens and Wager (2021, American Economic Review 111): equations 2 and 4-7. The effect
is the weighted two-way regression of equation 1, which for a block of treated cells is a double difference of weighted
means.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Literal, get_args

import numpy as np

from panelkit.kernels.simplex import simplex_least_squares
from panelkit.kernels.within import FloatArray, IntArray
from panelkit.show.brief import Brief

Method = Literal["sdid", "sc", "did"]
METHODS: tuple[str, ...] = get_args(Method)
_NEARLY_NONE = 1e-6  # of the noise: the ridge that makes weights unique, as the paper takes it


@dataclass(frozen=True, eq=False)
class Block(Brief):
    """Controls and one cohort in all periods; N0 controls, N1 treated, T periods of which T0 lie before.

    `controls` (N0, T), `treated` (T,) their mean over `n_treated` units. `zeta` is the regularisation of unit weights,
    `zeta_time` that of period weights, in units of the outcome.
    """

    controls: FloatArray
    treated: FloatArray
    n_treated: int
    start: int
    zeta: float
    zeta_time: float


@dataclass(frozen=True, eq=False)
class BlockEffect(Brief):
    """The effect of a block: `omega` (N0,), `lam` (T0,), paths `treated` and `synthetic` (T,), and the start."""

    omega: FloatArray
    lam: FloatArray
    treated: FloatArray
    synthetic: FloatArray
    start: int
    n_treated: int

    @cached_property
    def effects(self) -> FloatArray:
        """Return the gap in every period less its weighted mean before, (T,)."""
        gap = self.treated - self.synthetic
        return np.asarray(gap - gap[: self.start] @ self.lam)

    @property
    def effect(self) -> float:
        """Return the mean effect from adoption on."""
        return float(self.effects[self.start :].mean())


def regularisation(controls: FloatArray, start: int, n_treated: int, method: Method) -> tuple[float, float]:
    """Return zeta of unit weights (equation 5) and of period weights.

    `controls` (N0, T): their changes before treatment give the noise. Synthetic control takes next to none.
    """
    changes = np.diff(controls[:, :start], axis=1)
    noise = float(np.std(changes, ddof=1)) if changes.size > 1 else 0.0
    cells = n_treated * (controls.shape[1] - start)
    zeta = _NEARLY_NONE if method == "sc" else cells**0.25
    return zeta * noise, _NEARLY_NONE * noise


def block_effect(
    block: Block, method: Method, omega: FloatArray | None = None, lam: FloatArray | None = None
) -> BlockEffect:
    """Return the effect of a block, under given weights or those of the method."""
    if omega is None:
        omega = unit_weights(block, method)
    if lam is None:
        lam = period_weights(block, method)
    return BlockEffect(omega, lam, block.treated, omega @ block.controls, block.start, block.n_treated)


def unit_weights(block: Block, method: Method) -> FloatArray:
    """Return the weights of controls, (N0,): equation 4, synthetic control's without intercept, or all alike."""
    n, start = len(block.controls), block.start
    if method == "did":
        return np.full(n, 1.0 / n)
    A, b = block.controls[:, :start].T, block.treated[:start]
    if method == "sdid":
        A, b = A - A.mean(axis=0), b - b.mean()
    return simplex_least_squares(A, b, ridge=block.zeta**2 * start)


def period_weights(block: Block, method: Method) -> FloatArray:
    """Return the weights of periods before treatment, (T0,): equation 6, none for synthetic control, or all alike."""
    start = block.start
    if method == "did":
        return np.full(start, 1.0 / start)
    if method == "sc":
        return np.zeros(start)
    A, b = block.controls[:, :start], block.controls[:, start:].mean(axis=1)
    A, b = A - A.mean(axis=0), b - b.mean()
    return simplex_least_squares(A, b, ridge=block.zeta_time**2 * len(A))


@dataclass(frozen=True, eq=False)
class Cohorts(Brief):
    """The effects of all cohorts; C of them, E event times.

    `found` holds one block a cohort, `event` (E,) in calendar periods, `effects` (E,) averaged over treated units.
    """

    found: tuple[BlockEffect, ...]
    periods: FloatArray

    @property
    def effect(self) -> float:
        """Return the mean over treated unit-periods."""
        sizes = [each.n_treated * (len(self.periods) - each.start) for each in self.found]
        return float(np.average([each.effect for each in self.found], weights=sizes))

    def by_event(self, event: FloatArray) -> FloatArray:
        """Return the effects at event times (E,), over the cohorts and units seen then; missing where none is."""
        total, size = np.zeros(len(event)), np.zeros(len(event))
        for each in self.found:
            at = np.searchsorted(event, self.periods - self.periods[each.start])
            np.add.at(total, at, each.n_treated * each.effects)
            np.add.at(size, at, each.n_treated)
        with np.errstate(invalid="ignore"):
            return np.asarray(np.where(size > 0.0, total / size, np.nan))

    @cached_property
    def event(self) -> FloatArray:
        """Return the event times that occur, in order."""
        return np.unique(np.concatenate([self.periods - self.periods[each.start] for each in self.found]))


@dataclass(frozen=True, eq=False)
class Panel(Brief):
    """What is estimated on: outcomes (N, T), the place of adoption (N,), T for never, and periods (T,)."""

    Y: FloatArray
    start: IntArray
    periods: FloatArray

    @property
    def controls(self) -> IntArray:
        """Return the places of units that never adopt."""
        return np.flatnonzero(self.start == self.Y.shape[1])

    @cached_property
    def dates(self) -> tuple[int, ...]:
        """Return the places of adoption that occur, in order."""
        return tuple(int(s) for s in np.unique(self.start[self.start < self.Y.shape[1]]))

    def members(self, date: int) -> IntArray:
        """Return the units of a cohort."""
        return np.flatnonzero(self.start == date)


Zetas = dict[int, tuple[float, float]]


def zetas_of(panel: Panel, method: Method) -> Zetas:
    """Return the regularisation of each cohort."""
    controls = panel.Y[panel.controls]
    return {date: regularisation(controls, date, len(panel.members(date)), method) for date in panel.dates}


def cohort_effects(
    panel: Panel,
    method: Method,
    zetas: Zetas,
    weights: dict[int, tuple[FloatArray, FloatArray]] | None = None,
) -> Cohorts:
    """Return the effects of every cohort against the units that never adopt.

    `weights`: omega and lambda by cohort, where they are kept; omega is then rescaled to sum one.
    """
    found = []
    for date in panel.dates:
        members = panel.members(date)
        zeta, zeta_time = zetas[date]
        block = Block(
            panel.Y[panel.controls], panel.Y[members].mean(axis=0), len(members), date, zeta, zeta_time
        )
        omega, lam = (None, None) if weights is None else weights[date]
        if omega is not None:
            omega = omega / omega.sum()
        found.append(block_effect(block, method, omega, lam))
    return Cohorts(tuple(found), panel.periods)
