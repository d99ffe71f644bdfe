"""Checks that the array functions share: what they refuse, they refuse by naming row and column."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from numbers import Real
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray

from panelkit.kernels.frames import as_floats, as_pandas_series
from panelkit.language.errors import DataError, SpecError
from panelkit.language.message import Message, listed, message
from panelkit.results.fit import FloatArray


def matrix(values: ArrayLike, what: str, *, missing: bool = False) -> FloatArray:
    """Return `values` as a float matrix (n, k).

    Raises
    ------
    DataError
        If it is not two-dimensional, is empty, holds infinities, or (unless `missing`) holds missing cells.
    """
    out = as_floats(values, what)
    if out.ndim != 2 or 0 in out.shape:
        raise DataError(
            message(
                "{what}: needs rows and columns, not an array of shape {shape}",
                what=what,
                shape=str(out.shape),
            )
        )
    if np.isinf(out).any():
        raise DataError(message("{what}: infinite values in {where}", what=what, where=cells(np.isinf(out))))
    if not missing and np.isnan(out).any():
        raise DataError(
            message(
                "{what}: missing values in {where}: drop these rows or fill them by a named rule",
                what=what,
                where=cells(np.isnan(out)),
            )
        )
    return out


def vector(values: ArrayLike, what: str) -> FloatArray:
    """Return `values` as a finite float vector (n,)."""
    out = as_floats(values, what)
    if out.ndim != 1 or out.size == 0:
        raise DataError(
            message(
                "{what}: needs one value a unit, not an array of shape {shape}",
                what=what,
                shape=str(out.shape),
            )
        )
    if not np.isfinite(out).all():
        raise DataError(
            message(
                "{what}: missing or infinite values at position {places}: drop these units first",
                what=what,
                places=np.flatnonzero(~np.isfinite(out))[:5].tolist(),
            )
        )
    return out


def non_negative(values: FloatArray, what: str) -> FloatArray:
    """Return `values` if none is negative."""
    if (values < 0).any():
        where = (
            cells(values < 0)
            if values.ndim == 2
            else message("position {places}", places=str(np.flatnonzero(values < 0)[:5].tolist()))
        )
        raise DataError(
            message(
                "{what}: negative values in {where}: a share, an entropy or a ratio of means needs none",
                what=what,
                where=where,
            )
        )
    return values


def weights_of(weights: ArrayLike | None, k: int, what: str) -> FloatArray:
    """Return k non-negative weights that sum to one; equal ones if None is given."""
    if weights is None:
        return np.full(k, 1.0 / k)
    out = as_floats(weights, message("{what}: weights", what=what))
    if out.shape != (k,):
        raise SpecError(
            message("{what}: {k} weights are needed, not {shape}", what=what, k=k, shape=str(out.shape))
        )
    lost = np.flatnonzero(~np.isfinite(out))
    if len(lost):
        raise SpecError(
            message(
                "{what}: the weight at position {position} is missing or infinite: give every one",
                what=what,
                position=lost[0],
            )
        )
    if (out < 0).any() or out.sum() <= 0:
        raise SpecError(
            message(
                "{what}: weights must be non-negative and not all zero, not {given}",
                what=what,
                given=str(out.tolist()),
            )
        )
    return out / out.sum()


def directions(direction: Sequence[int] | ArrayLike | None, k: int, what: str) -> NDArray[np.int64]:
    """Return k directions, +1 (more is better) or -1 (less is better); all +1 if None is given."""
    if direction is None:
        return np.ones(k, dtype=np.int64)
    out = as_floats(direction, message("{what}: directions", what=what))
    if out.shape != (k,) or not np.isin(out, (-1, 1)).all():
        raise SpecError(
            message(
                "{what}: {k} directions of +1 or -1 are needed, not {given}",
                what=what,
                k=k,
                given=str(out.tolist()),
            )
        )
    return out.astype(np.int64)


def labels(values: ArrayLike, n: int, what: str) -> NDArray[np.generic]:
    """Return one label a row (n,), none missing, of which `np.unique` can be taken."""
    column = label_column(values, what)
    if column.shape != (n,):
        raise SpecError(
            message("{what} needs one label a row: {n}, not {shape}", what=what, n=n, shape=str(column.shape))
        )
    missing = np.flatnonzero(column.isna().to_numpy())
    if len(missing):
        raise DataError(
            message(
                "{what}: no label at position {places}: fill it or drop these rows",
                what=what,
                places=missing[:5].tolist(),
            )
        )
    found = column.infer_objects().to_numpy()
    if found.dtype == object and all(isinstance(cell, (Real, Decimal)) for cell in found):
        return as_floats(found, what)
    return found if found.dtype.kind in "iufbM" else found.astype(str)


def label_column(values: Any, what: str) -> pd.Series:
    """Return labels of any kind as a series, masked ones missing."""
    values = as_pandas_series(values)
    if isinstance(values, pd.Series):
        return values
    held = values if isinstance(values, np.ma.MaskedArray) else _array(values, what)
    if held.ndim != 1:
        raise SpecError(
            message(
                "{what} needs one label a row, in one column, not an array of shape {shape}",
                what=what,
                shape=str(held.shape),
            )
        )
    return pd.Series(held)


def _array(values: Any, what: str) -> NDArray[Any]:
    try:
        return np.asarray(values)
    except ValueError as error:
        raise DataError(message("{what} is no regular array: {error}", what=what, error=str(error))) from None


def cells(where: NDArray[np.bool_]) -> Message:
    """Return the first places of a mask (n, k) in words."""
    places = [message("(row {row}, column {column})", row=i, column=j) for i, j in np.argwhere(where)[:5]]
    return first_of(places, int(where.sum()))


def first_of(names: Sequence[str], total: int) -> Message:
    """Return the first names of `total`, and how many more there are."""
    more = total - len(names)
    return message("{names} and {more} more", names=list(names), more=more) if more > 0 else listed(names)
