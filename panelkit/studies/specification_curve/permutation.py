"""The permutation test of a whole curve: units exchange their paths of the treatments."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from panelkit.kernels.permutation import local_draws, paths_of, random_permutations, same_periods
from panelkit.kernels.rng import as_generator, seed_of
from panelkit.kernels.within import IntArray
from panelkit.language.errors import SpecError
from panelkit.language.message import message
from panelkit.language.options import FEWEST_PERMUTATIONS, check_count, is_whole
from panelkit.results.fit import TestResult, t_quantile
from panelkit.studies.specification_curve.choices import Choices
from panelkit.studies.specification_curve.columns import CurveColumns
from panelkit.studies.specification_curve.fits import crv1_factor
from panelkit.studies.specification_curve.specifications import by_rows, by_size, specifications
from panelkit.studies.specification_curve.sweep import Swept, column_numbers, sweep


@dataclass(frozen=True, kw_only=True, eq=False)
class CurveTest(TestResult):
    """The permutation test of a curve; the statistic is the mean t, `table` holds all three."""

    table: pd.DataFrame
    reps: int
    seed: int | None


def permutation_test(
    spec: Choices,
    columns: CurveColumns,
    computed: NDArray[np.bool_],
    *,
    reps: int,
    rng: int | np.random.Generator,
) -> CurveTest:
    """Return the test that the treatments have no effect in any specification.

    Parameters
    ----------
    spec, columns
        The choices of the curve, and its columns on the panel.
    computed
        Which specifications of the grid have an estimate (S,), one a specification whatever its covariances.
    reps
        The number of permutations.
    rng
        A seed or a generator.

    Raises
    ------
    SpecError
        If there are fewer than 19 permutations.
    """
    if is_whole(reps) and reps < FEWEST_PERMUTATIONS:
        raise SpecError(message("a permutation test needs at least 19 permutations, not {reps}", reps=reps))
    check_count("reps", reps, FEWEST_PERMUTATIONS)
    tasks = specifications(spec, columns)
    count = len(tasks)
    tasks = [task for task, known in zip(tasks, computed, strict=True) if known]
    lost = count - len(tasks)
    groups = [(group, sweep(spec, columns, group)) for group in by_rows(tasks)]
    units = len(columns.unit_labels)
    pattern = np.stack([_pattern(swept, units) for _, swept in groups], axis=1)
    classes = np.unique(pattern, axis=0, return_inverse=True)[1].reshape(-1).astype(np.int64)
    name = message("permutation test of the curve")
    null = message("the treatments have no effect in any specification")
    if np.bincount(classes).max() == 1:
        return CurveTest(
            name=name,
            null=null,
            reason=message(
                "no two units hold the same years in every sample, so that they cannot exchange paths"
            ),
            table=pd.DataFrame(),
            reps=0,
            seed=None,
        )
    draws = random_permutations(classes, reps, as_generator(rng))
    draws = np.concatenate([np.arange(units)[None, :], draws])
    total = {name: np.zeros(len(draws)) for name in ("t", "positive", "negative")}
    estimates = []
    for group, swept in groups:
        local = local_draws(draws, swept.units)
        limit = float(t_quantile(0.95, swept.layout.n_units - 1.0))
        for tasks_of_size in by_size(group):
            regressors, outcomes = column_numbers(spec, swept, tasks_of_size)
            factor = crv1_factor(spec, swept, regressors.shape[1])
            for row, outcome in zip(regressors, outcomes, strict=True):
                rest = swept.columns[:, [*row[1:], outcome]]
                beta, t = paths_of(swept.columns[:, row[0]], rest, swept.layout).statistics(local, factor)
                estimates.append(beta)
                total["t"] += t
                total["positive"] += t > limit
                total["negative"] += t < -limit
    median = np.median(np.array(estimates), axis=0)
    share = np.maximum(total["positive"], total["negative"]) / count
    share[np.isnan(total["t"])] = np.nan  # a draw in which a specification cannot be computed has no share
    rows = {
        "median estimate": median,
        "share significant, dominant sign": share,
        "mean t": total["t"] / count,
    }
    table = pd.DataFrame(
        [
            {
                "statistic": name,
                "observed": values[0],
                "p_value": float(
                    # a draw that cannot be computed counts as at least as far
                    (1 + (~(np.abs(values[1:]) < abs(values[0]) * (1 - 1e-9))).sum()) / (reps + 1)
                ),
            }
            for name, values in rows.items()
        ]
    ).set_index("statistic")
    fixed = int((np.bincount(classes)[classes] == 1).sum())
    notes = []
    if fixed:
        notes.append(
            message(
                "{fixed} units share their years with no other unit and keep their own paths", fixed=fixed
            )
        )
    if lost:
        notes.append(
            message(
                "{lost} of {count} specifications could not be computed: they count as t = 0, not significant",
                lost=lost,
                count=count,
            )
        )
    last = table.iloc[-1]
    return CurveTest(
        name=name,
        null=null,
        statistic=float(last["observed"]),
        distribution=message("mean t"),
        p_value=float(last["p_value"]),
        facts={"regressions": count, **({"not_computed": lost} if lost else {})},
        notes=tuple(notes),
        table=table,
        reps=reps,
        seed=seed_of(rng),
    )


def _pattern(swept: Swept, units: int) -> IntArray:
    """Return a code of the held periods by unit of the whole panel, -1 where the sample lacks the unit."""
    codes = np.full(units, -1, dtype=np.int64)
    codes[swept.units] = same_periods(swept.layout)
    return codes
