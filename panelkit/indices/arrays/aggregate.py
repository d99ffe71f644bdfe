"""Aggregate indicators to scores: linear, geometric, TOPSIS, grey relational; obstacle degree. Arrays only."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import ArrayLike

from panelkit.indices.arrays import normalise
from panelkit.indices.arrays.checks import directions, matrix, non_negative, weights_of
from panelkit.kernels.frames import as_floats
from panelkit.language.errors import DataError, SpecError
from panelkit.language.message import message
from panelkit.language.options import is_real
from panelkit.results.fit import FloatArray
from panelkit.show.brief import Brief

Weighting = Literal["squared", "once"]


def linear(z: ArrayLike, weights: ArrayLike | None = None) -> FloatArray:
    """Return sum_j w_j z_ij (n,): gaps in one indicator are made good by another."""
    values = matrix(z, message("linear aggregation"))
    return np.asarray(values @ weights_of(weights, values.shape[1], message("linear aggregation")))


def geometric(z: ArrayLike, weights: ArrayLike | None = None) -> FloatArray:
    """Return prod_j z_ij^w_j (n,): one zero makes the score zero, so normalise with a floor. 0^0 = 1."""
    values = non_negative(matrix(z, message("geometric aggregation")), message("geometric aggregation"))
    w = weights_of(weights, values.shape[1], message("geometric aggregation"))
    with np.errstate(divide="ignore"):
        logs = np.where(w > 0, w * np.log(values), 0.0) if (values > 0).all() else _safe_logs(values, w)
    return np.asarray(np.exp(logs.sum(axis=1)))


@dataclass(frozen=True, eq=False)
class Closeness(Brief):
    """TOPSIS: closeness C = S- / (S+ + S-) and the distances to the ideal and the anti-ideal point, each (n,)."""

    closeness: FloatArray
    to_ideal: FloatArray
    to_anti_ideal: FloatArray


def topsis(
    x: ArrayLike,
    weights: ArrayLike | None = None,
    *,
    direction: Sequence[int] | ArrayLike | None = None,
    vector_normalise: bool = True,
    weighting: Weighting = "squared",
) -> Closeness:
    """Return the closeness to the ideal point (Hwang and Yoon 1981).

    With `weighting="squared"` (theirs) v = w r, so that w enters distances as w^2; "once" takes
    sqrt(sum w (r - r*)^2). Papers mix the two and the numbers differ. Give min-max data with
    `vector_normalise=False` and no `direction`. All rows equal is refused (0 / 0).
    """
    values = matrix(x, message("TOPSIS"))
    w = weights_of(weights, values.shape[1], message("TOPSIS"))
    sign = directions(direction, values.shape[1], message("TOPSIS"))
    r = (normalise.vector(values) if vector_normalise else values) * sign
    if weighting == "squared":
        scale = w**2
    elif weighting == "once":
        scale = w
    else:
        raise SpecError(message("weighting must be squared or once, not {weighting!r}", weighting=weighting))
    plus = np.sqrt((scale * (r - r.max(axis=0)) ** 2).sum(axis=1))
    minus = np.sqrt((scale * (r - r.min(axis=0)) ** 2).sum(axis=1))
    if not (plus + minus > 0).all():
        raise DataError(message("TOPSIS: all rows are equal, so that ideal and anti-ideal coincide"))
    return Closeness(minus / (plus + minus), plus, minus)


def grey_relational(
    z: ArrayLike,
    reference: ArrayLike | None = None,
    weights: ArrayLike | None = None,
    *,
    rho: float = 0.5,
) -> FloatArray:
    """Return grey relational grades (n,) of rows to a reference row (Deng 1982).

    xi = (min + rho max) / (delta + rho max) with min and max over ALL rows and columns, then the weighted mean over
    columns. `reference (k,)` defaults to the best value of each column. The first transformation of the series
    (by first value, mean or range) is the caller's and changes the grade. All rows equal to the reference: 1.
    """
    values = matrix(z, message("grey relational grade"))
    if not is_real(rho) or not 0.0 < rho <= 1.0:
        raise SpecError(message("rho lies in (0, 1], not {rho!r}: 0.5 is usual", rho=rho))
    target = (
        values.max(axis=0)
        if reference is None
        else as_floats(reference, message("grey relational grade: reference"))
    )
    if target.shape != (values.shape[1],) or not np.isfinite(target).all():
        raise SpecError(
            message(
                "the reference needs {k} finite values, not {shape}",
                k=values.shape[1],
                shape=str(target.shape),
            )
        )
    delta = np.abs(values - target)
    largest = delta.max()
    if largest == 0:
        return np.ones(len(values))
    xi = (delta.min() + rho * largest) / (delta + rho * largest)
    return np.asarray(xi @ weights_of(weights, values.shape[1], message("grey relational grade")))


def obstacle(z: ArrayLike, weights: ArrayLike | None = None) -> FloatArray:
    """Return obstacle degrees O_ij = w_j (1 - z_ij) / sum_j w_j (1 - z_ij) (n, k); rows sum to one.

    z must lie in [0, 1]. A row that has reached every goalpost has no obstacles: zeros.
    """
    values = matrix(z, message("obstacle degree"))
    if (values < 0).any() or (values > 1).any():
        raise DataError(message("obstacle degree needs values in [0, 1]: normalise by min-max first"))
    short = weights_of(weights, values.shape[1], message("obstacle degree")) * (1.0 - values)
    total = short.sum(axis=1, keepdims=True)
    return np.asarray(np.divide(short, total, out=np.zeros_like(short), where=total > 0))


def _safe_logs(values: FloatArray, w: FloatArray) -> FloatArray:
    with np.errstate(divide="ignore", invalid="ignore"):
        logs = np.log(values) * w
    return np.where(w == 0, 0.0, logs)
