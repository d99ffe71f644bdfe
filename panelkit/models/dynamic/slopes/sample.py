"""The rows of regressions by unit: cubes, averages of the cross-section, and units that cannot carry a regression."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np

from panelkit.covariance.lags import periods_of
from panelkit.kernels.index import Array, listed
from panelkit.kernels.unit_regressions import UnitRegressions, cube, identified_together, regress_units
from panelkit.kernels.within import FloatArray, IntArray
from panelkit.language.errors import DataError, SpecError
from panelkit.language.message import Message, message
from panelkit.panel.design import Design
from panelkit.panel.leaving import Reason, Why
from panelkit.show.brief import Brief

Unidentified = Literal["refuse", "drop"]

NO_AVERAGE = Reason(
    Why.OTHER, message("no average of the cross-section so many {periods} before, as its lags ask")
)
NO_SLOPE = Reason(Why.OTHER, message("its {unit} cannot carry a regression of its own"))


@dataclass(frozen=True)
class Plan:
    """What stands in every unit's regression beside the regressors.

    `averages`: those of outcome and regressors over the units of a period, with `lags` of them; `trends`: a linear
    trend of each unit's own; `demeaned`: all columns as deviations from the means of their period.
    `own_slopes`: whether every unit must have a slope, not only a row beside its nuisance.
    """

    trends: bool = False
    demeaned: bool = False
    averages: bool = False
    lags: int = 0
    unidentified: Unidentified = "refuse"
    own_slopes: bool = True


@dataclass(frozen=True, eq=False)
class Fitted(Brief):
    """The design whose units all have slopes, their regressions, and where each row stands (calendar position)."""

    design: Design
    regressions: UnitRegressions
    time: IntArray


def fit_units(design: Design, plan: Plan) -> Fitted:
    """Fit every unit by itself; units that cannot are refused by name, or leave with the reason.

    Averages are those of the units that stay, so that units are judged again after some have left.

    Raises
    ------
    DataError
        If no more than one unit is left.
    SpecError
        If a unit cannot carry its regression, and the plan refuses it.
    """
    while True:
        fitted = _fitted(*_with_averages(design, plan), plan)
        found = fitted.regressions
        poor = ~found.solvable | (found.left < 1) if plan.own_slopes else found.rows <= found.other
        if len(poor) == int(poor.sum()) and plan.unidentified == "drop":
            raise SpecError(_said(fitted, poor, plan))
        if not poor.any():
            _refuse_few(fitted.design, plan)
            if not plan.own_slopes:
                _refuse_repeated(fitted, plan)
            return fitted
        if plan.unidentified == "refuse":
            raise SpecError(_said(fitted, poor, plan))
        gone = fitted.design.unit_labels[poor]
        design = design.keep(~np.isin(design.unit_labels, gone)[design.unit], NO_SLOPE)


def _refuse_few(design: Design, plan: Plan) -> None:
    """Refuse units whose slopes have no spread: a single one, and two that mirror each other about their average.

    Raises
    ------
    DataError
        Which names them.
    """
    labels = [str(label) for label in design.unit_labels]
    if len(labels) == 1:
        raise DataError(
            message("one {unit} is left ({label}), and the spread of slopes needs two", label=labels[0])
        )
    if len(labels) == 2 and (plan.averages or plan.demeaned):
        raise DataError(
            message(
                "two {units} are left ({first}, {second}), and mirror each other about their average: their slopes are "
                "the same by construction, and have no spread. Take a sample of three or more",
                first=labels[0],
                second=labels[1],
            )
        )


def _refuse_repeated(fitted: Fitted, plan: Plan) -> None:
    """Refuse regressors of which nothing is left over all units, or that repeat each other there.

    Raises
    ------
    SpecError
        Which names them.
    """
    left = fitted.regressions.X
    solvable, lost = identified_together(fitted.design.X, left.reshape(-1, left.shape[2]))
    if not solvable:
        raise SpecError(
            message(
                "{names}: no variation is left beside what stands in the regression of every {unit} ({what}), or they "
                "repeat each other: leave out one of them",
                names=[f"`{fitted.design.terms[j]}`" for j in np.flatnonzero(lost)],
                what=_what(plan),
            )
        )


def _with_averages(design: Design, plan: Plan) -> tuple[Design, IntArray, FloatArray]:
    """Return the rows whose averages are all known, their calendar positions, and averages (T, (1 + lags) m)."""
    where, count = periods_of(design)
    if not plan.averages:
        return design, where, np.empty((count, 0))
    means = period_means(np.column_stack([design.y, design.X]), where, count)
    lost = np.full_like(means, np.nan)
    moved = [np.vstack([lost[:lag], means])[:count] for lag in range(plan.lags + 1)]
    averages = np.hstack(moved)
    known = np.asarray(~np.isnan(averages).any(axis=1))[where]
    return design.keep(known, NO_AVERAGE), where[known], averages


def period_means(columns: FloatArray, where: IntArray, count: int) -> FloatArray:
    """Return the means (T, m) of columns (n, m) by period, missing where no unit holds the period."""
    held = np.bincount(where, minlength=count).astype(float)
    held[held == 0.0] = np.nan
    centre = columns.mean(axis=0)
    sums = np.column_stack([np.bincount(where, column, count) for column in (columns - centre).T])
    return np.asarray(sums / held[:, None] + centre)


def _fitted(design: Design, where: IntArray, averages: FloatArray, plan: Plan) -> Fitted:
    count = len(averages)
    shape = (len(design.unit_labels), count)
    held = np.zeros(shape, dtype=bool)
    held[design.unit, where] = True
    columns = np.column_stack([design.y, design.X])
    if plan.demeaned:
        columns = columns - period_means(columns, where, count)[where]
    if plan.averages:
        refuse_common(design, columns, averages[:, : columns.shape[1]], where)
    stacked = cube(columns, design.unit, where, shape)
    beside = [averages] if plan.averages else []
    if plan.trends:
        beside.append(np.arange(1.0, count + 1.0)[:, None])
    common = np.nan_to_num(np.hstack(beside)) if beside else np.empty((count, 0))
    nuisance = np.where(held[:, :, None], common[None], 0.0)
    return Fitted(design, regress_units(stacked[:, :, 0], stacked[:, :, 1:], nuisance, held), where)


def refuse_common(design: Design, columns: FloatArray, averages: FloatArray, where: IntArray) -> None:
    """Refuse regressors that all units share: their averages repeat them.

    Raises
    ------
    SpecError
        Which names them.
    """
    apart = np.abs(columns - averages[where]).max(axis=0)
    spread = np.ptp(columns, axis=0)
    shared = apart <= 1e-12 * np.maximum(spread, np.abs(columns).max(axis=0))
    names = [name for name, same in zip(design.terms, shared[1:], strict=True) if same]
    if names:
        raise SpecError(
            message(
                "{names}: the same in every {unit}, so that the averages of the cross-section repeat it: leave it out "
                "(the averages stand for everything that is common)",
                names=[f"`{name}`" for name in names],
            )
        )


def _said(fitted: Fitted, poor: Array, plan: Plan) -> Message:
    """Say which units cannot carry their regression, and why: too few rows, or columns that do not vary in them."""
    found, labels, terms = fitted.regressions, fitted.design.unit_labels, fitted.design.terms
    short = np.flatnonzero(found.left < 1 if plan.own_slopes else found.rows <= found.other)
    if len(short):
        named = [
            message("{label} ({rows} rows)", label=str(labels[at]), rows=int(found.rows[at])) for at in short
        ]
        return message(
            "{shown}: the regression of one {unit} has {count} coefficients ({what}) and needs a row more than these. "
            "{remedy}",
            shown=listed(named, len(named)),
            count=(len(terms) if plan.own_slopes else 0) + int(found.other.max()),
            what=[*([f"`{name}`" for name in terms] if plan.own_slopes else []), *_what(plan)],
            remedy=_remedy(plan, all_of_them=len(short) == len(labels)),
        )
    named = [
        message(
            "{label} ({terms})",
            label=str(labels[at]),
            terms=[f"`{terms[j]}`" for j in np.flatnonzero(found.lost[at])],
        )
        for at in np.flatnonzero(poor)
    ]
    return message(
        "no slope of its own in {shown}: there the regressor does not vary beside what else stands in the regression "
        "({what}), or repeats the others. {remedy}",
        shown=listed(named, len(named)),
        what=_what(plan),
        remedy=_remedy(plan, all_of_them=bool(poor.all())),
    )


def _what(plan: Plan) -> list[Message]:
    parts = [message("the intercept")]
    if plan.averages:
        parts.append(
            message("averages of the cross-section")
            if not plan.lags
            else message("averages of the cross-section and {lags} lags of them", lags=plan.lags)
        )
    if plan.trends:
        parts.append(message("a trend"))
    return parts


def _remedy(plan: Plan, *, all_of_them: bool) -> Message:
    if not all_of_them:
        return message("Leave them out by unidentified='drop', or leave the regressor out")
    if plan.averages and plan.own_slopes:
        return message(
            "Take fewer regressors, no lags of the averages and no trends, pooled=True with "
            "vcov=UnitSlopes('pooled'), which asks no {unit} for a slope of its own, or InteractiveEffects"
        )
    if plan.averages:
        return message(
            "Take fewer regressors, no lags of the averages and no trends, or InteractiveEffects, which asks less of "
            "each {unit}"
        )
    return message("Take fewer regressors, or FixedEffects, which estimates one slope for all")
