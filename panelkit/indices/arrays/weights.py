"""Weights of indicators: entropy, CRITIC, coefficient of variation, principal components, scatter degree. Arrays only.

`z (n, k)` has one row a unit-year and one column an indicator; missing cells are refused (a weight made from
other rows than its neighbour's is no weight). All weights sum to one.
"""

from __future__ import annotations

from typing import Literal

import numpy as np
from numpy.typing import ArrayLike

from panelkit.indices.arrays.checks import labels, matrix, non_negative, vector
from panelkit.kernels.frames import as_floats
from panelkit.language.errors import DataError, SpecError
from panelkit.language.message import message, term
from panelkit.results.fit import FloatArray

Components = Literal["first", "variance"]


def equal(k: int) -> FloatArray:
    """Return k equal weights: the benchmark that every data-driven set should be printed beside."""
    if k < 1:
        raise SpecError(message("at least one indicator is needed, not {k}", k=k))
    return np.full(k, 1.0 / k)


def entropies(z: ArrayLike) -> FloatArray:
    """Return e_j = -(1 / ln m) sum_i p_ij ln p_ij (k,), p_ij = z_ij / sum_i z_ij, m rows, 0 ln 0 = 0.

    Shannon's entropy as a share of its maximum: 1 for a column of equal values. No shift is added to zeros,
    because z + 0.0001, z + 0.01 and z + 1 give three different sets of weights.

    Raises
    ------
    DataError
        If there is one row only (ln 1 = 0), a negative cell, a missing cell or an all-zero column.
    """
    values = non_negative(matrix(z, message("entropy")), message("entropy"))
    return _entropies(values, np.ones((1, len(values))))[0]


def entropy(z: ArrayLike) -> FloatArray:
    """Return entropy weights w_j = (1 - e_j) / sum (1 - e) (k,), over all rows (the panel form).

    It rewards skewness, not importance: an indicator that few provinces have gets most of the weight. An
    equal-valued column gets zero; all columns equal-valued is refused.
    """
    return _from_divergence(1.0 - entropies(z))


def entropy_by_year(z: ArrayLike, years: ArrayLike) -> tuple[FloatArray, FloatArray]:
    """Return the years (T,) and entropy weights of each year alone (T, k). They drift with every year's extremes."""
    values = matrix(z, message("entropy"))
    of_rows = labels(years, len(values), term("array", "years"))
    held = np.unique(of_rows)
    return held, np.vstack([entropy(values[of_rows == year]) for year in held])


def bootstrap_entropy(z: ArrayLike, units: ArrayLike, counts: ArrayLike) -> FloatArray:
    """Return entropy weights (B, k) of B resamples of units; `counts (B, N)` says how often each unit is drawn.

    Units in ascending order of their labels. A resample's rows are the drawn units' rows, repeats included;
    normalisation stays that of the full sample. One matrix product, no loop over resamples.
    """
    values = non_negative(matrix(z, message("entropy")), message("entropy"))
    held, code = np.unique(labels(units, len(values), term("array", "units")), return_inverse=True)
    times = as_floats(counts, term("array", "counts"))
    if times.ndim != 2 or times.shape[1] != len(held):
        raise SpecError(
            message(
                "counts has one column a unit: (B, {n}), not {shape}", n=len(held), shape=str(times.shape)
            )
        )
    return _from_divergence(1.0 - _entropies(values, times[:, code]))


def critic(z: ArrayLike, *, absolute: bool = False) -> FloatArray:
    """Return CRITIC weights, C_j = s_j sum_k (1 - r_jk) (Diakoulaki, Mavrotas and Papayannakis 1995).

    s has divisor n - 1; `absolute` uses 1 - |r|, another number. Two rows or a constant column are refused.
    """
    values = matrix(z, message("CRITIC"))
    _enough_rows(values, 3, message("CRITIC"))
    spread = values.std(axis=0, ddof=1)
    if (spread <= 0).any():
        raise DataError(
            message(
                "CRITIC: columns {columns} are constant: drop them",
                columns=str(np.flatnonzero(spread <= 0).tolist()),
            )
        )
    if values.shape[1] == 1:
        return np.ones(1)
    r = np.corrcoef(values, rowvar=False)
    conflict = 1.0 - (np.abs(r) if absolute else r)
    return _from_divergence(spread * conflict.sum(axis=0))


def variation(x: ArrayLike) -> FloatArray:
    """Return weights in proportion to sd / mean (divisor n - 1) of RAW positive data (k,).

    On min-max data the coefficient of variation depends on where the minimum lies; means must be positive.
    """
    values = matrix(x, term("method of weights", "coefficient of variation"))
    _enough_rows(values, 2, term("method of weights", "coefficient of variation"))
    mean = values.mean(axis=0)
    if (mean <= 0).any():
        raise DataError(
            message("the coefficient of variation needs positive means: use raw positive data, not z-scores")
        )
    return _from_divergence(values.std(axis=0, ddof=1) / mean)


def loadings(z: ArrayLike) -> tuple[FloatArray, FloatArray]:
    """Return the principal components' loadings (k, c) of the correlation matrix and their variance shares (c,).

    Components run from large to small; each is turned so that its loadings sum to a positive number, since
    the sign of a component means nothing.
    """
    values = matrix(z, message("principal components"))
    _enough_rows(values, 3, message("principal components"))
    if (values.std(axis=0) <= 0).any():
        raise DataError(message("principal components: a column is constant; drop it"))
    if values.shape[1] == 1:
        return np.ones((1, 1)), np.ones(1)
    value, axis = np.linalg.eigh(np.corrcoef(values, rowvar=False))
    value, axis = value[::-1].clip(min=0.0), axis[:, ::-1]
    turn = np.where(axis.sum(axis=0) < 0, -1.0, 1.0)
    return axis * turn, value / value.sum()


def pca(z: ArrayLike, *, components: Components = "first") -> FloatArray:
    """Return weights from the absolute loadings of principal components (k,).

    "first": |loadings| of the first component; "variance": |loadings| of all components with an eigenvalue of
    at least one, each times its share of variance. Absolute values hide a sign: look at `loadings`.
    """
    axis, share = loadings(z)
    k = len(share)
    if components == "first":
        keep = np.arange(k) == 0
    elif components == "variance":
        keep = (share * k >= 1.0 - 1e-9) | (np.arange(k) == 0)
    else:
        raise SpecError(
            message("components must be first or variance, not {components!r}", components=components)
        )
    return _from_divergence(np.abs(axis[:, keep]) @ share[keep])


def scatter(z: ArrayLike, years: ArrayLike) -> FloatArray:
    """Return vertical-and-horizontal scatter-degree weights (k,) (Guo 2002): the leading eigenvector of sum_t A_t' A_t.

    On non-negative (min-max) data the vector is non-negative by Perron and Frobenius; on z-scores it may have
    negative entries, which are no weights, and is refused. `years (n,)` only checks that rows are labelled:
    the sum over years of A_t' A_t is that over all rows.
    """
    values = matrix(z, message("scatter degree"))
    labels(years, len(values), term("array", "years"))
    _, axis = np.linalg.eigh(values.T @ values)
    lead = axis[:, -1] * (1.0 if axis[:, -1].sum() >= 0 else -1.0)
    if (lead < -1e-10).any():
        columns = np.flatnonzero(lead < -1e-10).tolist()
        raise DataError(
            message(
                "scatter degree: columns {columns} get negative weights: use min-max data, not z-scores",
                columns=str(columns),
            )
        )
    return _from_divergence(lead.clip(min=0.0))


def concentration(weights: ArrayLike) -> float:
    """Return the effective number of indicators, 1 / sum w^2: k for equal weights, 1 if one has all."""
    w = vector(weights, term("array", "weights"))
    return float(1.0 / ((w / w.sum()) ** 2).sum())


def _entropies(values: FloatArray, times: FloatArray) -> FloatArray:
    rows = times.sum(axis=1, keepdims=True)
    if (rows < 2).any():
        raise DataError(message("entropy needs at least two rows: ln 1 = 0 divides"))
    total = times @ values
    if (total <= 0).any():
        columns = np.flatnonzero((total <= 0).any(axis=0)).tolist()
        raise DataError(message("entropy: columns {columns} are all zero: drop them", columns=str(columns)))
    with np.errstate(divide="ignore", invalid="ignore"):
        logs = np.where(values > 0, values * np.log(values), 0.0)
    entropy_value = np.log(total) - (times @ logs) / total
    return np.asarray(np.clip(entropy_value / np.log(rows), 0.0, 1.0))


def _from_divergence(divergence: FloatArray) -> FloatArray:
    d = np.where(divergence < 1e-14, 0.0, divergence)
    total = d.sum(axis=-1, keepdims=True)
    if (total <= 0).any():
        raise DataError(
            message("no indicator varies: weights cannot be made from the data; use equal weights")
        )
    return np.asarray(d / total)


def _enough_rows(values: FloatArray, least: int, what: str) -> None:
    if len(values) < least:
        raise DataError(
            message("{what} needs at least {least} rows, not {n}", what=what, least=least, n=len(values))
        )
