"""Effects by cohort and period, what every cluster adds to them, and their averages with errors."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Literal, cast, get_args

import numpy as np

from panelkit.kernels.index import Array
from panelkit.kernels.within import FloatArray
from panelkit.language.errors import SpecError
from panelkit.language.message import Message, message
from panelkit.models.policy.effects.leverage import Mixing, Spread, even, mixing_of
from panelkit.show.brief import Brief

By = Literal["overall", "event", "cohort", "calendar", "cells"]
BY: tuple[str, ...] = get_args(By)
Shares = Literal["estimated", "fixed"]


@dataclass(frozen=True, eq=False)
class CellEffects(Brief):
    """Effects by cohort and period; k cells, G clusters.

    `cohort`, `period` (k,) are calendar values; their difference is the event time. `estimate` (k,). `influence`
    (G, k): what a cluster adds to estimate less truth, so that the covariance under independent clusters is
    influence' influence; it holds no small-sample factor. `members` (G, k): how much of the treated cell lies in a
    cluster, whose sums are the sizes by which cells are averaged. `reference` (k,) marks cells that are zero by
    normalisation. `at` (k,) marks cells from adoption on; the others are leads. `factor` is the small-sample factor of
    the convention that the estimator is known by, 1 where it has none.
    """

    cohort: FloatArray
    period: FloatArray
    estimate: FloatArray
    influence: FloatArray
    members: FloatArray
    reference: Array
    factor: float = 1.0
    notes: tuple[Message, ...] = ()
    facts: dict[str, Any] = field(default_factory=dict)

    @property
    def kinds(self) -> tuple[str, ...]:
        """Return the kinds of averages that there are."""
        return BY

    def averages(
        self,
        by: By,
        *,
        shares: Shares = "estimated",
        window: tuple[float, float] | None = None,
        balanced: float | None = None,
    ) -> Averages:
        """Average the cells; see `averages`."""
        return averages(self, by, shares=shares, window=window, balanced=balanced)

    @property
    def event(self) -> FloatArray:
        """Return the periods since adoption, (k,)."""
        return self.period - self.cohort

    @property
    def size(self) -> FloatArray:
        """Return how many treated rows (or their weight) each cell stands for, (k,)."""
        return self.members.sum(axis=0)


@dataclass(frozen=True, eq=False)
class Averages(Brief):
    """Averages of cells; p of them over k cells and G clusters.

    `labels` (p,) name them: the value of event time, cohort or period, missing for an average over all. `estimates`
    (p,), `influence` (G, p) as in `CellEffects`, `weights` (p, k) of the cells, `treated` (G, p) marks the clusters
    whose treated rows an average holds. `spread` says how variances are told from `influence` where the treated
    clusters weigh differently; None where nothing is known of that.
    """

    labels: FloatArray
    estimates: FloatArray
    influence: FloatArray
    weights: FloatArray
    treated: Array
    spread: Spread | None = None


def joined_spread(found: Sequence[Averages]) -> Spread:
    """Return the spread of several averages in a row; those without one take their treated clusters as equal."""
    return Spread.joined([even(rows.treated) if rows.spread is None else rows.spread for rows in found])


def bases(reference: FloatArray, estimated: FloatArray) -> tuple[float, ...]:
    """Return the event times (of cells) that are a base alone: where cohorts are estimated, too, there is no zero."""
    return tuple(float(each) for each in np.setdiff1d(reference, estimated))


def check_by(by: str) -> By:
    """Return `by` if cells can be averaged so.

    Raises
    ------
    SpecError
        If it is none of overall, event, cohort, calendar, cells.
    """
    if not isinstance(by, str) or by not in BY:
        raise SpecError(message("effects are shown by {known}, not {by!r}", known=BY, by=by))
    return cast(By, by)


def averages(
    cells: CellEffects,
    by: By,
    *,
    shares: Shares = "estimated",
    window: tuple[float, float] | None = None,
    balanced: float | None = None,
) -> Averages:
    """Average cells over all treated rows, by event time, cohort or calendar period.

    Within a row cells are weighted by their sizes. The first row by event time, cohort and calendar is the mean over
    the treated ones: of event times and periods alike with equal weights, of cohorts with their sizes (Callaway and
    Sant'Anna 2021, table 1).

    Parameters
    ----------
    by
        "overall", "event", "cohort", "calendar", or "cells", which averages nothing.
    shares
        "estimated": the sizes of cohorts vary from sample to sample and add to the errors, which holds the spread of
        effects between cohorts too; "fixed": the errors are those given the cohorts.
    window
        First and last event time that are kept.
    balanced
        Only cohorts that are seen until this event time, and event times up to it.

    Returns
    -------
    The averages; `cells` leaves no row out, and the others hold leads by event time only.
    """
    kept = _kept(cells, window, balanced)
    event = np.where(kept, cells.event, np.nan)
    post = kept & (event >= 0.0)
    if by in ("cells", "overall"):
        chosen = [np.flatnonzero(post)]
        if by == "cells":
            chosen = [np.flatnonzero(kept)[j : j + 1] for j in range(int(kept.sum()))]
        alone = [(np.nan, at) for at in chosen]
        return _spread(cells, _rows(cells, alone, shares), _mixing(cells, alone, shares))
    values = {"event": event, "cohort": cells.cohort, "calendar": cells.period}[by]
    inside = kept if by == "event" else post
    groups = [(float(v), np.flatnonzero(inside & (values == v))) for v in np.unique(values[inside])]
    rows, mixing = _rows(cells, groups, shares), _mixing(cells, groups, shares)
    if by == "cohort":
        mixing = mixing and mixing.over_cohorts(_largest(cells, groups), estimated=shares == "estimated")
        return _spread(cells, _led(rows, _over_cohorts(cells, rows, groups, shares)), mixing)
    late = np.array([by == "calendar" or label >= 0.0 for label in rows.labels])
    return _spread(cells, _led(rows, _mean(rows, late)), mixing and mixing.mean(late))


def _mixing(cells: CellEffects, groups: list[tuple[float, Array]], shares: Shares) -> Mixing | None:
    """Return how treated clusters are mixed in averages of groups; None where they are many."""
    return mixing_of(cells.members, [at for _, at in groups], estimated=shares == "estimated")


def _spread(cells: CellEffects, made: Averages, mixing: Mixing | None) -> Averages:
    """Return averages with their spread; those that are zero by normalisation have no error and need none."""
    if mixing is None:
        return made
    spread = mixing.spread(len(cells.members))
    fixed = (np.abs(made.weights) @ ~cells.reference) == 0.0
    spread.scale[:, fixed] = 1.0
    return replace(made, spread=spread)


def _kept(cells: CellEffects, window: tuple[float, float] | None, balanced: float | None) -> Array:
    """Mark the cells that an average may hold, (k,)."""
    event = cells.event
    kept = np.isfinite(cells.estimate)
    if window is not None:
        kept = kept & (event >= window[0]) & (event <= window[1])
    if balanced is not None:
        seen = {c: event[(cells.cohort == c) & np.isfinite(cells.estimate)].max() for c in set(cells.cohort)}
        long = np.array([seen[c] >= balanced for c in cells.cohort])
        kept = kept & long & (event <= balanced)
        if not long.any():
            raise SpecError(
                message(
                    "no cohort is seen until event time {balanced:g}: lower `balanced`", balanced=balanced
                )
            )
    if not (kept & (event >= 0.0)).any():
        raise SpecError(message("no effect after adoption is left by the window: widen it"))
    return kept


def _rows(cells: CellEffects, groups: list[tuple[float, Array]], shares: Shares) -> Averages:
    """Return one average a group of cells."""
    size, k, p = cells.size, len(cells.estimate), len(groups)
    weights = np.zeros((p, k))
    influence = np.zeros((len(cells.influence), p))
    treated = np.zeros((len(cells.influence), p), dtype=bool)
    for row, (_, at) in enumerate(groups):
        share = size[at] / size[at].sum()
        weights[row, at] = share
        influence[:, row] = cells.influence[:, at] @ share
        treated[:, row] = (cells.members[:, at] > 0.0).any(axis=1)
        if shares == "estimated":
            apart = cells.estimate[at] - cells.estimate[at] @ share
            influence[:, row] += cells.members[:, at] @ apart / size[at].sum()
    estimates = weights @ np.where(np.isfinite(cells.estimate), cells.estimate, 0.0)
    return Averages(np.array([label for label, _ in groups]), estimates, influence, weights, treated)


def _over_cohorts(
    cells: CellEffects, rows: Averages, groups: list[tuple[float, Array]], shares: Shares
) -> tuple[float, FloatArray, FloatArray, Array]:
    """Return the mean over cohorts, weighted by how many units they hold: estimate, influence, weights, treated."""
    largest = _largest(cells, groups)
    units = largest.sum(axis=0)
    share = units / units.sum()
    estimate = float(share @ rows.estimates)
    influence = rows.influence @ share
    if shares == "estimated":
        influence = influence + largest @ (rows.estimates - estimate) / units.sum()
    return estimate, influence, share @ rows.weights, np.asarray(rows.treated.any(axis=1))


def _largest(cells: CellEffects, groups: list[tuple[float, Array]]) -> FloatArray:
    """Return how much of each group's largest cell lies in each cluster, (G, p)."""
    return np.column_stack([cells.members[:, at].max(axis=1) for _, at in groups])


def _mean(rows: Averages, late: Array) -> tuple[float, FloatArray, FloatArray, Array]:
    """Return the plain mean of the marked averages."""
    return (
        float(rows.estimates[late].mean()),
        rows.influence[:, late].mean(axis=1),
        rows.weights[late].mean(axis=0),
        np.asarray(rows.treated[:, late].any(axis=1)),
    )


def _led(rows: Averages, first: tuple[float, FloatArray, FloatArray, Array]) -> Averages:
    """Return averages with one more in front, whose label is missing."""
    estimate, influence, weights, treated = first
    return Averages(
        np.r_[np.nan, rows.labels],
        np.r_[estimate, rows.estimates],
        np.column_stack([influence, rows.influence]),
        np.vstack([weights, rows.weights]),
        np.column_stack([treated, rows.treated]),
    )


@dataclass(frozen=True, eq=False)
class DirectEffects(Brief):
    """Effects of an estimator that has no cells of its own: its averages by kind, as it estimates them.

    `held` maps a kind ("overall", "event") to its averages; `factor`, `notes` and `facts` as in `CellEffects`.
    """

    held: Mapping[str, Averages]
    factor: float = 1.0
    notes: tuple[Message, ...] = ()
    facts: dict[str, Any] = field(default_factory=dict)

    @property
    def kinds(self) -> tuple[str, ...]:
        """Return the kinds of averages that there are."""
        return tuple(self.held)

    def averages(
        self,
        by: By,
        *,
        shares: Shares = "estimated",
        window: tuple[float, float] | None = None,
        balanced: float | None = None,
    ) -> Averages:
        """Return the averages of a kind, those by event time inside the window.

        Raises
        ------
        SpecError
            If the estimator has no such averages, or no cells that could be balanced.
        """
        if by not in self.held or balanced is not None:
            raise SpecError(
                message(
                    "this estimator estimates effects {kinds} and has no cells: take imputation, callaway-santanna or "
                    "sun-abraham for others",
                    kinds=self.kinds,
                )
            )
        held = self.held[by]
        if window is None:
            return held
        if by != "event":
            raise SpecError(
                message(
                    "the effect overall of this estimator is one number for all event times, which a window cannot "
                    "bound: take by='event', whose mean is that of the window"
                )
            )
        inside = (held.labels >= window[0]) & (held.labels <= window[1])
        if not (inside & (held.labels >= 0.0)).any():
            raise SpecError(message("no effect after adoption is left by the window: widen it"))
        rows = Averages(
            held.labels[inside],
            held.estimates[inside],
            held.influence[:, inside],
            held.weights[inside],
            held.treated[:, inside],
        )
        return _led(rows, _mean(rows, rows.labels >= 0.0))
