"""Normalise indicators: min-max with declared, global or per-year goalposts; z-scores; vector; ranks. Arrays only.

`x (n, k)` has one row a unit-year and one column an indicator. Missing cells stay missing. Extremes are those
of all rows (the panel), so that levels compare over time; `groups (n,)` gives per-year extremes instead, under
which every year spans [0, 1] and a change over time means nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
from numpy.typing import ArrayLike, NDArray

from panelkit.indices.arrays.checks import directions, labels, matrix
from panelkit.kernels.frames import as_floats
from panelkit.language.errors import DataError, SpecError
from panelkit.language.message import message, term
from panelkit.results.fit import FloatArray


def constant_columns(x: ArrayLike) -> NDArray[np.bool_]:
    """Return which columns (k,) carry no information: all equal, or no two values held."""
    values = matrix(x, message("indicators"), missing=True)
    low, high = _extremes(values)
    return np.asarray(~(high > low))


def minmax(
    x: ArrayLike,
    *,
    direction: Sequence[int] | ArrayLike | None = None,
    goalposts: ArrayLike | None = None,
    groups: ArrayLike | None = None,
    floor: float = 0.0,
    clip: bool = False,
) -> FloatArray:
    """Return z (n, k) in [floor, 1]: (x - low) / (high - low), or (high - x) / (high - low) where less is better.

    `goalposts (k, 2)` declares low and high by column (NaN: take the sample's). `floor` maps [0, 1] to
    [floor, 1], because a zero makes a geometric mean, a coupling degree and a logarithm collapse.

    Raises
    ------
    DataError
        If a column is constant (drop it), or a value lies outside declared goalposts and `clip` is False.
    """
    values = matrix(x, message("indicators"), missing=True)
    sign = directions(direction, values.shape[1], message("min-max"))
    if not 0.0 <= floor < 1.0:
        raise SpecError(message("floor lies in [0, 1), not {floor!r}: 0.01 keeps zeros away", floor=floor))
    if groups is not None:
        if goalposts is not None:
            raise SpecError(message("declared goalposts and per-group extremes exclude each other"))
        return _by_group(values, groups, lambda part: minmax(part, direction=sign, floor=floor))
    low, high = _extremes(values)
    if goalposts is not None:
        low, high = _declared(goalposts, low, high)
    _refuse_constant(low, high)
    with np.errstate(invalid="ignore"):
        outside = (values < low) | (values > high)
    if outside.any() and not clip:
        columns = np.flatnonzero(outside.any(axis=0)).tolist()
        raise DataError(
            message(
                "{count} values lie outside the declared goalposts (columns {columns}): widen them, "
                "or ask for clip=True",
                count=int(outside.sum()),
                columns=str(columns),
            )
        )
    z = (np.clip(values, low, high) - low) / (high - low)
    z = np.where(sign > 0, z, 1.0 - z)
    return np.asarray(floor + (1.0 - floor) * z)


def to_optimum(x: ArrayLike, optimum: ArrayLike) -> FloatArray:
    """Return 1 - |x - x0| / max |x - x0| for indicators with an interior optimum x0 (k,), in [0, 1]."""
    values = matrix(x, message("indicators"), missing=True)
    best = as_floats(optimum, message("optimum"))
    if best.shape not in ((), (values.shape[1],)) or not np.isfinite(best).all():
        raise SpecError(
            message(
                "one finite optimum a column is needed: {k}, not {given}",
                k=values.shape[1],
                given=str(best.tolist()),
            )
        )
    distance = np.abs(values - best)
    _, far = _extremes(distance)
    if not (far > 0).all():
        raise DataError(
            message("every value of a column equals its optimum: it carries no information; drop it")
        )
    return np.asarray(1.0 - distance / far)


def zscore(
    x: ArrayLike,
    *,
    direction: Sequence[int] | ArrayLike | None = None,
    groups: ArrayLike | None = None,
    ddof: int = 1,
) -> FloatArray:
    """Return z-scores (n, k), the sign turned where less is better. `ddof` 1 divides by n - 1, 0 by n."""
    values = matrix(x, message("indicators"), missing=True)
    sign = directions(direction, values.shape[1], message("z-scores"))
    if groups is not None:
        return _by_group(values, groups, lambda part: zscore(part, direction=sign, ddof=ddof))
    _refuse_constant(*_extremes(values))
    centred = values - np.nanmean(values, axis=0)
    return np.asarray(sign * centred / np.nanstd(values, axis=0, ddof=ddof))


def vector(x: ArrayLike, *, groups: ArrayLike | None = None) -> FloatArray:
    """Return x / sqrt(sum x^2) by column (n, k), as TOPSIS uses it (Hwang and Yoon 1981).

    Direction is not applied here: TOPSIS turns it in its ideal points. An all-zero column is refused.
    """
    values = matrix(x, message("indicators"), missing=True)
    if groups is not None:
        return _by_group(values, groups, vector)
    length = np.sqrt(np.nansum(values**2, axis=0))
    if (length == 0).any():
        raise DataError(
            message(
                "columns {columns} are all zero: drop them", columns=str(np.flatnonzero(length == 0).tolist())
            )
        )
    return np.asarray(values / length)


def ranks(
    x: ArrayLike, *, direction: Sequence[int] | ArrayLike | None = None, groups: ArrayLike | None = None
) -> FloatArray:
    """Return mid-ranks scaled to (0, 1): (rank - 1/2) / m over the m values held, 1 towards the better end.

    Robust to outliers and skewness, blind to distances.
    """
    values = matrix(x, message("indicators"), missing=True)
    sign = directions(direction, values.shape[1], message("ranks"))
    if groups is not None:
        return _by_group(values, groups, lambda part: ranks(part, direction=sign))
    from scipy.stats import rankdata

    ranked = rankdata(values * sign, axis=0, nan_policy="omit")
    return np.asarray((ranked - 0.5) / np.sum(~np.isnan(values), axis=0))


def _extremes(values: FloatArray) -> tuple[FloatArray, FloatArray]:
    held = ~np.isnan(values)
    low = np.where(held, values, np.inf).min(axis=0)
    high = np.where(held, values, -np.inf).max(axis=0)
    return low, high


def _declared(goalposts: ArrayLike, low: FloatArray, high: FloatArray) -> tuple[FloatArray, FloatArray]:
    posts = as_floats(goalposts, message("goalposts"))
    if posts.shape != (len(low), 2):
        raise SpecError(
            message(
                "goalposts are one (low, high) a column: shape ({k}, 2), not {shape}",
                k=len(low),
                shape=str(posts.shape),
            )
        )
    turned = posts[:, 0] >= posts[:, 1]
    if turned.any():
        raise SpecError(
            message(
                "goalposts of columns {columns} do not run from low to high",
                columns=str(np.flatnonzero(turned).tolist()),
            )
        )
    return np.where(np.isnan(posts[:, 0]), low, posts[:, 0]), np.where(
        np.isnan(posts[:, 1]), high, posts[:, 1]
    )


def _refuse_constant(low: FloatArray, high: FloatArray) -> None:
    flat = ~(high > low)
    if flat.any():
        raise DataError(
            message(
                "columns {columns} are constant or empty: they carry no information; drop them",
                columns=str(np.flatnonzero(flat).tolist()),
            )
        )


def _by_group(
    values: FloatArray, groups: ArrayLike, function: Callable[[FloatArray], FloatArray]
) -> FloatArray:
    of_rows = labels(groups, len(values), term("array", "groups"))
    out = np.empty_like(values)
    for label in np.unique(of_rows):
        rows = of_rows == label
        try:
            out[rows] = function(values[rows])
        except DataError as error:
            raise DataError(message("within {group}: {why}", group=label, why=error.said)) from error
    return out
