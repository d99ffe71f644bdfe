"""The permutation test of a whole grid: units exchange their paths of the treatment in every specification at once."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace

import numpy as np

from panelkit.kernels.permutation import Paths, local_draws, paths_of, random_permutations, same_periods
from panelkit.kernels.rng import as_generator
from panelkit.kernels.within import IntArray, check_effects, within
from panelkit.language.errors import SpecError
from panelkit.language.message import message
from panelkit.show.brief import Brief
from panelkit.studies.columns import PanelColumns
from panelkit.studies.specification import Specification
from panelkit.studies.tally import NOT_COMPUTED

# draws whose mean t differs from the observed one by rounding only count as equally far
_TIE = 1e-9


@dataclass(frozen=True)
class Exchanged(Brief):
    """The mean t over a grid, and the share of exchanges in which it is at least as far from zero.

    `regressions` were exchanged; `lost` could not be computed and count with t = 0. `fixed` units share their years
    with no other and keep their own path.
    """

    mean_t: float
    p_value: float
    reps: int
    regressions: int
    lost: int
    fixed: int


@dataclass(frozen=True, eq=False)
class _Sample(Brief):
    """One regression of the grid: its paths, the names of its units, and a code of the periods that each holds."""

    paths: Paths
    units: list[str]
    periods: IntArray


def exchange(
    specifications: Iterable[Specification],
    columns: Callable[[Specification], PanelColumns],
    *,
    reps: int,
    rng: int,
) -> Exchanged:
    """Return the permutation test that the treatment has no effect in any specification of a grid.

    Units that hold the same periods in every sample exchange the whole path of the treatment; outcome and controls
    stay. The statistic is the mean over the grid of the t clustered by unit, without a small-sample factor.
    Specifications that are the same regression on the same rows count once.

    Parameters
    ----------
    specifications
        The grid, without units left out.
    columns
        Returns the columns of the panel that a specification reads.
    reps
        How many exchanges.
    rng
        Their seed.

    Returns
    -------
    Exchanged

    Raises
    ------
    SpecError
        If one reads a sum of lags, is no least squares with effects, or no two units can exchange their paths.
    """
    samples, lost = _samples(specifications, columns)
    names = sorted({name for sample in samples for name in sample.units})
    places = [np.searchsorted(names, sample.units) for sample in samples]
    classes = _classes(samples, places, len(names))
    count = np.bincount(classes)
    if not samples or count.max() == 1:
        raise SpecError(
            message("no two {units} hold the same {periods} in every sample, so that none can exchange paths")
        )
    draws = random_permutations(classes, reps, as_generator(rng))
    draws = np.concatenate([np.arange(len(names))[None, :], draws])
    total = np.zeros(len(draws))
    for sample, at in zip(samples, places, strict=True):
        total += sample.paths.statistics(local_draws(draws, at))[1]
    mean = total / (len(samples) + lost)
    # a draw that cannot be computed counts as at least as far
    far = int((~(np.abs(mean[1:]) < abs(mean[0]) * (1.0 - _TIE))).sum())
    fixed = int((count[classes] == 1).sum())
    return Exchanged(float(mean[0]), (1 + far) / (reps + 1), reps, len(samples), lost, fixed)


def _samples(
    specifications: Iterable[Specification], columns: Callable[[Specification], PanelColumns]
) -> tuple[list[_Sample], int]:
    """Return every regression once, and how many specifications could not be computed."""
    held: dict[tuple[Specification, bytes], _Sample] = {}
    lost = 0
    for spec in specifications:
        if spec.spread == "sum" or spec.estimator != "fixed_effects" or spec.effects == "none":
            raise SpecError(
                message(
                    "paths are exchanged in fixed-effects regressions on one column of the treatment only"
                )
            )
        try:
            rows, sample = _sample(spec, columns(spec))
        except NOT_COMPUTED:
            lost += 1
            continue
        held.setdefault((replace(spec, years=(0, 0), choices=()), rows), sample)
    return list(held.values()), lost


def _sample(spec: Specification, columns: PanelColumns) -> tuple[bytes, _Sample]:
    """Return the rows of a specification, and its swept columns as paths."""
    X, y = columns.regressors(spec), columns.column(spec.left)
    rows = columns.rows(spec) & ~np.isnan(X).any(axis=1) & ~np.isnan(y)
    if not rows.any():
        raise SpecError(message("no row"))
    layout = columns.layout(rows, spec)
    swept = within(np.column_stack([X[rows], y[rows]]), layout, check_effects(spec.effects))
    paths = paths_of(swept[:, 0], swept[:, 1:], layout)
    return rows.tobytes(), _Sample(paths, columns.units(rows), same_periods(layout))


def _classes(samples: list[_Sample], places: list[IntArray], units: int) -> IntArray:
    """Return a code by unit, equal where two units hold the same periods in every sample."""
    pattern = np.full((units, max(len(samples), 1)), -1, dtype=np.int64)
    for column, (sample, at) in enumerate(zip(samples, places, strict=True)):
        pattern[at, column] = sample.periods
    return np.unique(pattern, axis=0, return_inverse=True)[1].reshape(-1).astype(np.int64)
