"""Randomisation inference over dates of adoption: what the effects would have been, had other units adopted."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from math import lgamma
from typing import Any

import numpy as np

from panelkit.kernels.index import Array
from panelkit.kernels.permutation import random_permutations, same_periods
from panelkit.kernels.rng import as_generator, seed_of
from panelkit.kernels.within import FloatArray, IntArray
from panelkit.language.errors import PanelkitError, SpecError
from panelkit.language.message import Message, message
from panelkit.language.options import check_confidence, check_count
from panelkit.language.spelt import option
from panelkit.models.policy.effects.cells import By
from panelkit.models.policy.effects.estimator import StaggeredEstimator
from panelkit.models.policy.rows.panel import PolicyPanel
from panelkit.results.derived import Uncertainty
from panelkit.show.brief import Brief

FEW_TREATED = 8
# Statistics of one assignment met twice differ by rounding: closer than this, relative to the largest, they tie.
_TIE = 1e-9


@dataclass(frozen=True, eq=False)
class Randomised(Brief):
    """Averages under other dates of adoption; p averages, r assignments (the actual one is not among them).

    `draws` (r, p) are the averages of the outcome, `moved` (r, p) those of the treatment path itself, which is what a
    constant effect of one adds to them (at that event time, for a lead); `own` (p,) the latter under the actual
    assignment. A draw that is not identified is missing and counts as extreme. `enumerated`: all assignments were
    taken, not a sample of them.
    """

    estimates: FloatArray
    own: FloatArray
    draws: FloatArray
    moved: FloatArray
    enumerated: bool
    reps: int
    seed: int | None

    def p_values(self) -> FloatArray:
        """Return two-sided p of no effect in any unit at any time, (p,)."""
        return self._p_of(np.zeros(len(self.estimates)))

    def _p_of(self, effect: FloatArray) -> FloatArray:
        """Return p of a constant effect, (p,)."""
        seen = np.abs(self.estimates - effect * self.own)
        drawn = np.abs(self.draws - effect * self.moved)
        scale = _TIE * np.maximum(np.nanmax(drawn, axis=0, initial=0.0), seen)
        extreme = ~(drawn < seen - scale)  # a missing draw is no evidence against it
        return np.asarray((1.0 + extreme.sum(axis=0)) / (1.0 + len(self.draws)))

    def interval(self, level: float) -> tuple[FloatArray, FloatArray]:
        """Return the constant effects that are not rejected, (p,) each.

        An assignment is at least as extreme as the actual one for effects between the roots of a quadratic, so that
        the interval is exact for the draws; where they cannot reject at this level it is unbounded.
        """
        alpha = 1.0 - check_confidence(level)
        low, high = np.full(len(self.estimates), np.nan), np.full(len(self.estimates), np.nan)
        for j in np.flatnonzero(np.abs(self.own) > _TIE):
            low[j], high[j] = self._one(int(j), alpha)
        return low, high

    def _one(self, j: int, alpha: float) -> tuple[float, float]:
        starts, ends = _extreme_between(self.draws[:, j], self.moved[:, j], self.estimates[j], self.own[j])
        need = alpha * (1.0 + len(starts)) - 1.0  # at most so many may be extreme where an effect is rejected
        if need < 0.0:
            return -np.inf, np.inf
        centre = self.estimates[j] / self.own[j]
        allowed = int(np.floor(need + 1e-9))
        below, above = np.sort(starts), np.sort(ends)[::-1]
        low = below[allowed] if allowed < len(below) else centre
        high = above[allowed] if allowed < len(above) else centre
        return float(min(low, centre)), float(max(high, centre))

    @property
    def uncertainty(self) -> Uncertainty:
        """Return how p-values and intervals were made."""
        return Uncertainty(method="draws", reps=self.reps, seed=self.seed)

    def sentence(self) -> Message:
        """Return what was done, as a note."""
        kind = message("all {n} other assignments", n=self.reps) if self.enumerated else None
        drawn = message("{n} assignments, seed {seed}", n=self.reps, seed=self.seed)
        return message(
            "p-values and intervals by randomisation over dates of adoption ({drawn}): p is that of no effect "
            "anywhere, the interval holds the constant effects that are not rejected; standard errors are those of "
            "clusters",
            drawn=kind or drawn,
        )


def randomise(
    method: StaggeredEstimator,
    panel: PolicyPanel,
    kinds: list[By],
    estimates: dict[By, tuple[FloatArray, FloatArray]],
    *,
    reps: int = 999,
    rng: int | np.random.Generator = 0,
) -> Randomised:
    """Let units that hold the same periods exchange their dates of adoption, and estimate each time.

    Parameters
    ----------
    method, panel
        The estimator and its rows.
    kinds
        The kinds of averages.
    estimates
        By kind, labels and values (p,) of the averages as they are.
    reps
        Assignments drawn; where there are no more than this, all are taken.
    rng
        Seed or generator; the same seed gives the same numbers.

    Raises
    ------
    SpecError
        If clusters are not units, or no unit can exchange its date with another.
    """
    check_count("reps", reps)
    if panel.n_clusters != panel.n_units:
        raise SpecError(
            message(
                "randomisation exchanges the dates of single {units}, and the clusters here are by `{name}`: leave "
                "`cluster` out, or take inference='clusters'",
                name=panel.cluster_name,
            ).spoken(*panel.design.level_names)
        )
    roles, enumerated = _assignments(panel, reps, rng)
    labels = {by: estimates[by][0] for by in kinds}
    shifts, column = _shifts(method, panel, labels)
    outcomes = np.column_stack([panel.y, shifts])
    own = _read(method, panel, outcomes, labels, column)[1]
    exchangeable = not panel.covariates and panel.design.weights is None
    draw = _by_weights if exchangeable else _one_by_one
    draws, moved = draw(method, panel, outcomes, labels, column, roles)
    values = np.concatenate([estimates[by][1] for by in kinds])
    return Randomised(values, own, draws, moved, enumerated, len(roles), seed_of(rng))


def _by_weights(
    method: StaggeredEstimator,
    panel: PolicyPanel,
    outcomes: FloatArray,
    labels: dict[By, FloatArray],
    column: IntArray,
    roles: IntArray,
) -> tuple[FloatArray, FloatArray]:
    """Return draws and what a constant effect adds to them, (r, p), from the weights of every row in an average.

    Without covariates and weights a unit in another's role takes its weights, so that an assignment costs N look-ups
    in a table of products of unit with unit.
    """
    each = np.eye(len(panel.y))
    weights = np.concatenate([aligned(method.points(panel, each, by), held) for by, held in labels.items()])
    n_units, place = panel.n_units, np.arange(panel.n_units)
    cubes = np.zeros((outcomes.shape[1], n_units, len(panel.periods)))
    cubes[:, panel.unit, panel.time] = outcomes.T
    made = np.empty((2, len(roles), len(weights)))
    for j, row in enumerate(weights):
        cube = np.zeros(cubes.shape[1:])
        cube[panel.unit, panel.time] = row
        for kind, held in enumerate((cubes[0], cubes[1 + column[j]])):
            made[kind, :, j] = (cube @ held.T)[roles, place].sum(axis=1)
    return made[0], made[1]


def _one_by_one(
    method: StaggeredEstimator,
    panel: PolicyPanel,
    outcomes: FloatArray,
    labels: dict[By, FloatArray],
    column: IntArray,
    roles: IntArray,
) -> tuple[FloatArray, FloatArray]:
    """Return draws and what a constant effect adds to them, (r, p), by estimating under every assignment."""
    made = np.full((2, len(roles), len(column)), np.nan)
    for row, role in enumerate(roles):
        try:
            made[:, row] = _read(method, panel.under(panel.adoption.first[role]), outcomes, labels, column)
        except PanelkitError:
            continue  # this assignment identifies nothing; it stays missing and counts as extreme
    return made[0], made[1]


def _shifts(
    method: StaggeredEstimator, panel: PolicyPanel, labels: dict[By, FloatArray]
) -> tuple[FloatArray, IntArray]:
    """Return what a constant effect of one adds to rows (n, s), and the column of each average (p,).

    It is the treatment path for effects from adoption on, and the rows at that event time (or those that the method's
    own `placed` puts there) for a lead.
    """
    path = panel.adoption.path(panel.unit, panel.time)
    event = panel.adoption.event(panel.unit, panel.time)
    placed = getattr(method, "placed", None)
    event = event if placed is None else placed(event)
    leads = [label for label in labels.get("event", np.empty(0)) if label < 0.0]
    column = [
        1 + leads.index(label) if by == "event" and label < 0.0 else 0
        for by, held in labels.items()
        for label in held
    ]
    return np.column_stack([path, *[event == label for label in leads]]), np.array(column, dtype=np.int64)


def _read(
    method: StaggeredEstimator,
    panel: PolicyPanel,
    outcomes: FloatArray,
    labels: dict[By, FloatArray],
    column: IntArray,
) -> tuple[FloatArray, FloatArray]:
    """Return the averages (p,) of the outcome, and of what a constant effect adds to each."""
    values = np.concatenate(
        [aligned(method.points(panel, outcomes, by), held) for by, held in labels.items()]
    )
    return values[:, 0], values[np.arange(len(values)), 1 + column]


def aligned(points: Any, labels: FloatArray) -> FloatArray:
    """Return the values (p, m) of points at these labels, missing where they have none."""
    if np.array_equal(points.labels, labels, equal_nan=True):
        return np.asarray(points.values)
    held = {_key(label): row for label, row in zip(points.labels, points.values, strict=True)}
    nothing = np.full(points.values.shape[1], np.nan)
    return np.array([held.get(_key(label), nothing) for label in labels])


def _key(label: float) -> float | None:
    return None if np.isnan(label) else float(label)


def _assignments(panel: PolicyPanel, reps: int, rng: int | np.random.Generator) -> tuple[IntArray, bool]:
    """Return whose dates each unit receives (r, N), and whether these are all other assignments."""
    groups = same_periods(panel.design.layout.plain())
    first = panel.adoption.first
    logs = sum(_log_assignments(first[groups == group]) for group in np.unique(groups))
    if logs <= 0.0:
        raise SpecError(
            panel.design.spoken(
                message(
                    "no {unit} can exchange its date of adoption with another that holds the same "
                    "{periods}: balance the panel ({where}), or take inference='clusters'",
                    where=option("where"),
                )
            )
        )
    if logs <= np.log(reps + 1.5):
        return _all_assignments(first, groups), True
    return random_permutations(groups, reps, as_generator(rng)).astype(np.int64), False


def _log_assignments(first: FloatArray) -> float:
    """Return the log of how many ways there are to hand dates to units."""
    counts = np.unique(first, return_counts=True)[1]
    return lgamma(len(first) + 1.0) - sum(lgamma(count + 1.0) for count in counts)


def _all_assignments(first: FloatArray, groups: IntArray) -> IntArray:
    """Return whose dates each unit receives in every assignment but the actual one, (r, N)."""
    made = [np.arange(len(first))]
    for group in np.unique(groups):
        members = np.flatnonzero(groups == group)
        held = list(_arrangements(members.tolist(), first))
        made = [_placed(one, members, roles) for one in made for roles in held]
    return np.array([one for one in made if not np.array_equal(first[one], first)], dtype=np.int64)


def _placed(base: IntArray, members: Array, roles: tuple[int, ...]) -> IntArray:
    copy = base.copy()
    copy[members] = roles
    return copy


def _arrangements(roles: list[int], first: FloatArray) -> Iterator[tuple[int, ...]]:
    """Yield the orders of roles that differ in their dates."""
    if not roles:
        yield ()
        return
    for role in {first[each]: each for each in reversed(roles)}.values():
        rest = [each for each in roles if each != role]
        for tail in _arrangements(rest, first):
            yield (role, *tail)


def _extreme_between(
    draws: FloatArray, moved: FloatArray, estimate: float, own: float
) -> tuple[FloatArray, FloatArray]:
    """Return between which effects each draw is at least as extreme as the estimate, (r,) and (r,).

    |a - c b| >= |A - c B|: between the roots where |b| < |B|; everywhere outside them where |b| > |B|, which is taken
    as everywhere.
    """
    quad = own**2 - moved**2
    lin = estimate * own - draws * moved
    const = estimate**2 - draws**2
    root = np.sqrt(np.maximum(lin**2 - quad * const, 0.0))
    with np.errstate(divide="ignore", invalid="ignore"):
        one, two = (lin - root) / quad, (lin + root) / quad
        straight = const / (2.0 * lin)
    low, high = np.minimum(one, two), np.maximum(one, two)
    flat = np.abs(quad) <= 1e-12 * own**2
    low = np.where(flat, np.where(lin > 0.0, straight, -np.inf), low)
    high = np.where(flat, np.where(lin > 0.0, np.inf, straight), high)
    wide = ~flat & (quad < 0.0)
    lost = wide | ~np.isfinite(draws) | (flat & (lin == 0.0))
    return np.where(lost, -np.inf, low), np.where(lost, np.inf, high)
