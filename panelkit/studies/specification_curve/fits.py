"""All regressions of one set of rows as one batch of small solves, and why some have no numbers."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from panelkit.covariance.clusters import Clusters
from panelkit.covariance.conventions import Convention, convention_named
from panelkit.covariance.small_sample import small_sample_factor
from panelkit.kernels.batched import Solved, crv1_errors, crv3_errors, solve
from panelkit.kernels.identified import refuse_unidentified
from panelkit.kernels.leave_out import grams_without_each
from panelkit.kernels.linear import LinearFit
from panelkit.kernels.moments import group_moments
from panelkit.kernels.outcome import is_exact
from panelkit.kernels.within import Effects, FloatArray, IntArray, Layout
from panelkit.language.errors import DataError, SpecError
from panelkit.language.message import message
from panelkit.results.fit import t_quantile, t_survival
from panelkit.studies.specification_curve.choices import AXES, Choices
from panelkit.studies.specification_curve.columns import CurveColumns
from panelkit.studies.specification_curve.specifications import CurveSpecification, by_size
from panelkit.studies.specification_curve.sweep import OutcomeError, Swept, column_numbers, sweep

_NUMBERS = ("estimate", "std_error", "statistic", "p_value", "conf_low", "conf_high")
_NEARLY_EXACT = 1e-10  # what cross-products tell of a residual; smaller ones are formed from the rows
EXACT = message("the regressors reproduce the outcome exactly")
TOO_FEW = message("too few complete rows")
_ABSORBED = message("a regressor is absorbed by the effects or nearly repeats others")
_NO_ERROR = message("no standard error: without one unit the treatment is lost, or the fit is exact")


def fit_or_count(spec: Choices, columns: CurveColumns, group: list[CurveSpecification]) -> list[pd.DataFrame]:
    """Return the rows of one sample's specifications; where failures count, those of each alone that fails.

    Raises
    ------
    DataError, SpecError
        If one cannot be fitted and failures do not count.
    """
    try:
        return [_fit_group(spec, columns, group)]
    except OutcomeError as found:
        if spec.failures == "raise":
            raise found.refusal() from None
        reason = found.error.said
    except (DataError, SpecError) as error:
        if spec.failures == "raise":
            raise
        reason = error.said
    if len(group) == 1:
        return [without_numbers(spec, group[0], reason)]
    return [part for task in group for part in fit_or_count(spec, columns, [task])]


def without_numbers(spec: Choices, task: CurveSpecification, reason: str) -> pd.DataFrame:
    """Return the rows of a specification that cannot be fitted."""
    count = len(spec.vcovs)
    frame = pd.DataFrame([task.labels] * count, columns=list(AXES[:-1])).assign(vcov=spec.vcovs)
    return frame.assign(
        **dict.fromkeys(_NUMBERS, np.nan),
        nobs=0,
        n_clusters=0,
        place=[task.place * count + which for which in range(count)],
        failed=_said([reason] * count),
    )


def reasons_of(frame: pd.DataFrame) -> pd.Series:
    """Return why each specification has no estimate or no standard error, "" where it has both."""
    no_estimate = frame["estimate"].isna()
    no_error = ~(frame["std_error"] > 0.0)
    return _said(
        [
            said or (_ABSORBED if absorbed else _NO_ERROR if bare else "")
            for said, absorbed, bare in zip(frame["failed"], no_estimate, no_error, strict=True)
        ]
    )


def _said(reasons: list[str]) -> pd.Series:
    """Return reasons as a column that keeps them in both languages: pandas would make plain text of messages."""
    return pd.Series(reasons, dtype=object)


def unidentified_in(
    spec: Choices, columns: CurveColumns, tasks: list[CurveSpecification], labels: tuple[Any, ...]
) -> str | None:
    """Return which regressors are not identified in a specification, None where that cannot be told."""
    task = next(task for task in tasks if tuple(task.labels) == labels)
    swept = sweep(spec, columns, [task])
    at = [swept.at[number] for number in task.regressors]
    terms = tuple(columns.name(number) for number in task.regressors)
    try:
        refuse_unidentified(swept.raw[:, at], swept.columns[:, at], terms, spec.effects, squares=True)
    except SpecError as error:
        return error.said
    return None


def _fit_group(spec: Choices, columns: CurveColumns, group: list[CurveSpecification]) -> pd.DataFrame:
    swept = sweep(spec, columns, group)
    layout = swept.layout
    moments = group_moments(swept.columns, layout, "none").moments
    gram = moments.sum(axis=0)
    jackknife = (
        grams_without_each(swept.columns, layout, spec.effects, layout.unit) if "CRV3" in spec.vcovs else None
    )
    parts = []
    for tasks in by_size(group):
        regressors, outcomes = column_numbers(spec, swept, tasks)
        solved = solve(gram, regressors, outcomes)
        exact = _exact(swept, gram, solved, outcomes)
        for which, name in enumerate(spec.vcovs):
            if name == "CRV1":
                factor = crv1_factor(spec, swept, regressors.shape[1])
                errors = crv1_errors(moments, solved, np.full(len(tasks), factor))
            elif jackknife is not None:
                errors = crv3_errors(jackknife, regressors, outcomes, solved.beta)
            found = _rows(spec, tasks, solved, errors, name, which, swept)
            found.loc[exact, [*_NUMBERS]] = np.nan
            parts.append(found.assign(failed=_said([EXACT if lost else "" for lost in exact])))
    return pd.concat(parts)


def _exact(swept: Swept, gram: FloatArray, solved: Solved, outcomes: IntArray) -> NDArray[np.bool_]:
    """Mark the regressions that leave rounding only of their outcome: their numbers would be rounding too, (S,)."""
    left = np.einsum("sp,pq,sq->s", solved.errors, gram, solved.errors, optimize=True)
    exact = solved.identified & (left <= _NEARLY_EXACT * np.diag(gram)[outcomes])
    for at in np.flatnonzero(exact):
        exact[at] = is_exact(swept.columns @ solved.errors[at], swept.columns[:, outcomes[at]])
    return exact


def crv1_factor(spec: Choices, swept: Swept, k: int) -> float:
    layout, convention = swept.layout, convention_named(spec.convention)
    return _cluster_factor(layout, spec.effects, k, convention)


def _cluster_factor(layout: Layout, effects: Effects, k: int, convention: Convention) -> float:
    shell = LinearFit.shell(layout, effects, k)
    return small_sample_factor(shell, (Clusters(layout.unit, "unit", np.arange(layout.n_units)),), convention)


def _rows(
    spec: Choices,
    tasks: list[CurveSpecification],
    solved: Solved,
    errors: FloatArray,
    vcov: str,
    which: int,
    swept: Swept,
) -> pd.DataFrame:
    groups, n = swept.layout.n_units, swept.layout.n
    df = float(groups - 1)
    if vcov == "CRV1" and convention_named(spec.convention).cluster_df == "residual":
        k = len(tasks[0].regressors) + (spec.effects == "none")  # the intercept counts
        df = float(n - k - swept.layout.absorbed(spec.effects))
    with np.errstate(divide="ignore", invalid="ignore"):
        t = solved.beta / errors
    half = float(t_quantile(0.95, df)) * errors
    frame = pd.DataFrame([task.labels for task in tasks], columns=list(AXES[:-1]))
    return frame.assign(
        vcov=vcov,
        estimate=solved.beta,
        std_error=errors,
        statistic=t,
        p_value=t_survival(t, df),
        conf_low=solved.beta - half,
        conf_high=solved.beta + half,
        nobs=n,
        n_clusters=groups,
        place=[task.place * len(spec.vcovs) + which for task in tasks],
        failed="",
    )
