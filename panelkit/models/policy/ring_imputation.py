"""Two stages with rings: effects of unit and period from clean rows alone, then means of what is left by group.

Butts (2021) and Gardner (2022): the first stage reads only rows that are neither treated nor exposed, so that no
contaminated control makes the counterfactual. Errors are those of Borusyak, Jaravel and Spiess (2024, eq. 7): an
estimate is a weighted sum of outcomes, sum v y, whose sum of v times residual is gathered by unit; a residual of the
second stage is taken from the mean of its group.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from panelkit.kernels.identified import absorbed_terms, refuse_unidentified, root_of
from panelkit.kernels.index import Array
from panelkit.kernels.within import FloatArray, IntArray
from panelkit.language.errors import DataError
from panelkit.language.message import message
from panelkit.show.brief import Brief


@dataclass(frozen=True, eq=False)
class GroupEffects(Brief):
    """Means of imputed effects; p groups, N units.

    `estimates` (p,); `influence` (N, p), what a unit adds to estimate less truth; `holders` (N, p) marks the units that
    have rows of the group; `effect` (n,) of rows, missing on clean ones.
    """

    estimates: FloatArray
    influence: FloatArray
    holders: Array
    effect: FloatArray


def impute(
    y: FloatArray, X: FloatArray, names: tuple[str, ...], unit: IntArray, time: IntArray, groups: FloatArray
) -> GroupEffects:
    """Return mean effects of groups of rows against what clean rows predict.

    Parameters
    ----------
    y
        Outcome (n,).
    X
        Covariates (n, m) called `names`.
    unit, time
        Codes (n,) from 0.
    groups
        0/1 (n, p); a row in none is clean. Every unit and period that has a row of a group has a clean one.

    Raises
    ------
    DataError
        If clean rows do not tie the periods of a group together.
    SpecError
        If a covariate does not vary among clean rows beside the effects.
    """
    clean = ~(groups > 0.0).any(axis=1)
    M, labels = _within_units(X, names, unit, time, clean)
    base = M[clean]
    effects_held = len(labels) - len(names)
    if np.linalg.matrix_rank(base[:, :effects_held]) < effects_held:
        raise DataError(
            message(
                "the rows that are neither treated nor exposed fall into parts without a {unit} or {period} in common, "
                "so that their effects cannot be compared: take smaller rings, or fewer {periods}"
            )
        )
    if names:
        _refuse_covariates(X[clean], base, names, effects_held)
    root = root_of(base) if base.shape[1] else np.empty((0, 0))
    clean_rows = np.bincount(unit[clean], minlength=int(unit.max()) + 1)
    mean = np.bincount(unit[clean], y[clean], len(clean_rows)) / np.maximum(clean_rows, 1)
    deviation = y - mean[unit]
    beta = root @ (root.T @ (base.T @ deviation[clean]))
    residual = deviation - M @ beta
    share = groups / groups.sum(axis=0)
    estimates = share.T @ residual
    v = _weights(share, M, root, unit, clean, clean_rows)
    centred = np.where(clean[:, None], residual[:, None], residual[:, None] - _own_mean(groups, estimates))
    influence = np.zeros((len(clean_rows), groups.shape[1]))
    np.add.at(influence, unit, v * centred)
    holders = np.zeros(influence.shape, dtype=bool)
    np.logical_or.at(holders, unit, groups > 0.0)
    return GroupEffects(estimates, influence, holders, np.where(clean, np.nan, residual))


def _within_units(
    X: FloatArray, names: tuple[str, ...], unit: IntArray, time: IntArray, clean: Array
) -> tuple[FloatArray, tuple[str, ...]]:
    """Return period dummies (the first left out) and covariates less the means of their unit's clean rows, (n, q)."""
    n_times = int(time.max()) + 1
    columns = np.column_stack([(time[:, None] == np.arange(1, n_times)).astype(np.float64), X])
    n_units = int(unit.max()) + 1
    sums = np.zeros((n_units, columns.shape[1]))
    np.add.at(sums, unit[clean], columns[clean])
    count = np.maximum(np.bincount(unit[clean], minlength=n_units), 1)
    return columns - (sums / count[:, None])[unit], (*("",) * (n_times - 1), *names)


def _refuse_covariates(X: FloatArray, base: FloatArray, names: tuple[str, ...], held: int) -> None:
    effects, own = base[:, :held], base[:, held:]
    swept = own - effects @ np.linalg.lstsq(effects, own, rcond=None)[0]
    swept = np.where(absorbed_terms(X, swept), 0.0, swept)
    refuse_unidentified(X, swept, names, "twoway")


def _weights(
    share: FloatArray, M: FloatArray, root: FloatArray, unit: IntArray, clean: Array, clean_rows: IntArray
) -> FloatArray:
    """Return v (n, p): the group's shares on its rows, and on clean rows minus what the first stage makes of them."""
    by_unit = np.zeros((len(clean_rows), share.shape[1]))
    np.add.at(by_unit, unit, share)
    own = by_unit / np.maximum(clean_rows, 1)[:, None]
    slopes = root @ (root.T @ (M.T @ share))
    return np.where(clean[:, None], -own[unit] - M @ slopes, share)


def _own_mean(groups: FloatArray, estimates: FloatArray) -> FloatArray:
    """Return the mean of each group on its own rows, (n, p)."""
    return np.asarray(groups * estimates)
