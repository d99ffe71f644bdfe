"""What speaks against the moments: serial correlation of errors, Sargan, Hansen, and Hansen by group of instruments."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from scipy import stats

from panelkit.kernels.identified import orthonormal_columns
from panelkit.kernels.moment_conditions import generalised_root
from panelkit.kernels.within import IntArray
from panelkit.language.message import Message, message
from panelkit.models.dynamic.gmm.instruments import Instruments
from panelkit.models.dynamic.gmm.rows import INTERCEPT, DynamicRows
from panelkit.models.dynamic.gmm.solution import Solution
from panelkit.models.dynamic.gmm.weights import Weighting
from panelkit.results.tests import TestResult

VALID = message("the instruments are valid: no moment is away from zero")
HANSEN = message("Hansen J")
SARGAN = message("Sargan")
NEAR_ONE = 0.99
_NOTHING_LEFT = message("the fit leaves no residuals")


def serial_correlation(solution: Solution, rows: DynamicRows, order: int) -> TestResult:
    """Test that changes of the errors are uncorrelated with those `order` periods before (Arellano and Bond 1991, (8)).

    m = sum_i e_i(-l)'e_i over its error: the products of every group, less what the estimated parameters move them
    by, under the covariance of the fit. Residuals are first differences under forward deviations too.
    """
    name = message("Arellano-Bond AR({order}) of changes", order=order)
    null = message("changes of the errors at a distance of {order} are uncorrelated", order=order)
    changed, kept = rows.changes(np.column_stack([rows.y, rows.X]))
    residual = changed[:, 0] - changed[:, 1:] @ solution.fit.params[: rows.X.shape[1]]
    pairs = _earlier(rows, kept, order)
    now, before = pairs
    if len(now) == 0:
        return TestResult.not_applicable(name, null, message("no unit holds changes so far apart"))
    if solution.exact:
        return TestResult.not_applicable(name, null, _NOTHING_LEFT)
    products = residual[before] * residual[now]
    k = len(solution.fit.params)
    moved = np.zeros(k)
    moved[: rows.X.shape[1]] = residual[before] @ changed[now, 1:]
    by_group = np.bincount(_group_of(solution, rows)[now], products, solution.stack.groups)
    variance = (
        by_group @ by_group
        - 2.0 * moved @ (solution.influence().T @ by_group)
        + moved @ solution.covariance @ moved
    )
    if not variance > 0.0:
        return TestResult.not_applicable(
            name, null, message("its variance is not positive in so small a sample")
        )
    z = float(products.sum() / np.sqrt(variance))
    return TestResult(
        name=name, null=null, statistic=z, distribution="z", p_value=float(2.0 * stats.norm.sf(abs(z)))
    )


def sargan(solution: Solution, rows: DynamicRows, h: Weighting) -> TestResult:
    """Test over-identification by the one-step weight, right for independent errors of one variance only.

    The variance is that of the transformed residuals, e'e/2m for differences and e'e/m for forward deviations,
    where the weight has 2 and 1 on its diagonal: xtabond2's. `less_regressors` among the facts
    divides by rows less regressors (Arellano and Bond 1991, xtabond, gretl).
    """
    if solution.surplus <= 0:
        return _exact(SARGAN)
    if solution.exact:
        return TestResult.not_applicable(SARGAN, VALID, _NOTHING_LEFT)
    fit = solution.first
    residual = (solution.stack.y - solution.stack.X @ fit.params)[: solution.stack.n_moved]
    diagonal = 2.0 if rows.transform == "differences" and h > 1 else 1.0
    variance = float(residual @ residual) / (diagonal * len(residual))
    counted = 1.0 - len(fit.params) / len(residual)
    made = _chi2(SARGAN, VALID, fit.j / variance, solution.surplus)
    return replace(made, facts={"less_regressors": made.statistic * counted})


def hansen(solution: Solution) -> TestResult:
    """Test over-identification by the two-step weight, at the two-step estimate, whatever step is asked for.

    `at_first_step` among the facts is the same square at the one-step estimate, which plm prints as Sargan's test of a
    one-step fit.
    """
    if solution.surplus <= 0:
        return _exact(HANSEN)
    if solution.exact:
        return TestResult.not_applicable(HANSEN, VALID, _NOTHING_LEFT)
    if solution.second is None:
        return TestResult.not_applicable(HANSEN, VALID, _too_many(solution))
    made = _chi2(HANSEN, VALID, solution.second.j, solution.surplus)
    total = solution.first.moments_sum
    return replace(made, facts={"at_first_step": float(total @ solution.second.weight @ total)})


def difference_in_hansen(solution: Solution, instruments: Instruments) -> tuple[TestResult, ...]:
    """Test each group of instruments given the others: how much J falls without it (Hansen's difference).

    The weight of what is left is the inverse of that part of the full two-step weight's, so that the difference is not
    negative: groups are the nodes of the formula, in a system those of the levels together too.
    """
    if solution.surplus <= 0 or solution.second is None or solution.singular:
        return ()
    groups = [
        (_of(label), np.array([name == label for name in instruments.groups]))
        for label in dict.fromkeys(instruments.groups)
        if label != INTERCEPT
    ]
    level = np.array([equation == "level" for equation in instruments.equations])
    level &= np.array([label != INTERCEPT for label in instruments.groups])
    if level.any() and len({*instruments.equations} - {"level"}):
        groups.append((message("instruments of the levels"), level))
    return tuple(_without(solution, group, gone) for group, gone in groups if not gone.all())


def _of(label: str) -> Message:
    return message("`{label}`", label=label)


def _without(solution: Solution, group: Message, gone: np.ndarray) -> TestResult:
    name = message("difference in Hansen: {group}", group=group)
    null = message("{group}: these instruments are valid, given the others", group=group)
    assert solution.second is not None
    left_in = orthonormal_columns(solution.coordinates[:, ~gone])
    at_first = solution.moments.by_unit(solution.first.params) @ left_in
    root = left_in @ generalised_root(at_first.T @ at_first)
    columns = root.T @ solution.moments.b_sum
    norms = np.linalg.norm(columns, axis=0)
    if (
        len(columns) < columns.shape[1]
        or not norms.all()
        or np.linalg.matrix_rank(columns / norms) < columns.shape[1]
    ):
        return TestResult.not_applicable(
            name, null, message("the others alone do not identify the coefficients")
        )
    target = root.T @ solution.moments.a_sum
    basis = np.linalg.qr(columns / norms)[0]
    left = target - basis @ (basis.T @ target)
    df = solution.rank - root.shape[1]
    if df <= 0:
        return TestResult.not_applicable(name, null, message("the others span these instruments"))
    return _chi2(name, null, solution.second.j - float(left @ left), df)


def _earlier(rows: DynamicRows, kept: np.ndarray, order: int) -> tuple[np.ndarray, np.ndarray]:
    """Return rows with a change, and those of the same unit `order` periods before that have one too."""
    span = rows.calendar.span + order
    key = rows.unit * span + rows.when
    held = np.flatnonzero(kept)
    wanted = key[held] - order
    valid = rows.when[held] >= order
    at = np.minimum(np.searchsorted(key[held], wanted), len(held) - 1)
    found = valid & (key[held][at] == wanted)
    return held[found], held[at[found]]


def _group_of(solution: Solution, rows: DynamicRows) -> IntArray:
    """Return the group of every level row, (n,): that of its unit."""
    stack = solution.stack
    units = np.concatenate([rows.unit[rows.moved], rows.unit])[: len(stack.group)]
    of_unit = np.zeros(rows.n_units, dtype=np.int64)
    of_unit[units] = stack.group
    return of_unit[rows.unit]


def _chi2(name: Message, null: Message, statistic: float, df: int) -> TestResult:
    return TestResult(
        name=name,
        null=null,
        statistic=statistic,
        distribution="chi2",
        df=(float(df),),
        p_value=float(stats.chi2.sf(statistic, df)) if statistic >= 0.0 else 1.0,
    )


def _exact(name: Message) -> TestResult:
    return TestResult.not_applicable(
        name, VALID, message("there are as many instruments as coefficients, and nothing is over-identified")
    )


def _too_many(solution: Solution) -> Message:
    return message(
        "the moments of {groups} groups hold fewer directions than there are instruments ({count}): collapse them or "
        "take "
        "fewer lags",
        groups=solution.stack.groups,
        count=solution.rank,
    )
