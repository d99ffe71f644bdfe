"""The one conversion at the doors: frames of other libraries become pandas, values become floats, or are refused."""

from __future__ import annotations

from decimal import Decimal
from numbers import Real
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from panelkit.language.errors import DataError
from panelkit.language.message import Message, message, verbatim

_COLLECT = {
    "polars": "collect",
    "dask": "compute",
    "duckdb": "df",
    "pyspark": "toPandas",
    "ibis": "to_pandas",
}


THE_DATA = message("the data")


def as_pandas(data: Any, what: str = THE_DATA) -> pd.DataFrame:
    """Return `data` as a pandas frame: pandas untouched, other eager frames through narwhals, nulls as NaN.

    polars needs no pyarrow here. Categories of polars and Arrow become texts, those of a polars Enum stay
    categories in their order.

    Raises
    ------
    DataError
        If the data are no frame, or a lazy one; the type is named.
    """
    if isinstance(data, pd.DataFrame):
        return data
    held = _narwhals(data)
    kind = _kind(held)
    if kind == "LazyFrame":
        method = _COLLECT.get(held.implementation.value, "collect")
        raise DataError(
            message(
                "{what}: {kind} is a query that has not been run: give `data.{method}()` instead",
                what=what,
                kind=type_name(data),
                method=method,
            )
        )
    if kind != "DataFrame":
        raise DataError(_no_frame(data, what))
    if held.implementation.is_pandas_like():
        return held.to_pandas()  # modin and others with an index of their own
    return _from_columns(held)


def as_pandas_series(values: Any) -> Any:
    """Return a series of polars, Arrow or narwhals as a pandas series, nulls as NaN; anything else untouched."""
    if isinstance(values, (pd.Series, pd.Index, np.ndarray, list, tuple)):
        return values
    held = _narwhals(values)
    if _kind(held) != "Series":
        return values
    if held.implementation.is_pandas_like():
        return held.to_pandas()
    return pd.Series(_column(held), name=held.name or None)


def is_frame(data: Any) -> bool:
    """Return whether the data are a frame, eager or lazy, of any library that can be read."""
    return isinstance(data, pd.DataFrame) or _kind(_narwhals(data)) in ("DataFrame", "LazyFrame")


def as_floats(values: Any, what: str) -> NDArray[np.float64]:
    """Return an array, list, series or frame as float64 of the same shape, missing cells as NaN.

    Nullable and Arrow columns, masked arrays, polars, truth values (0 and 1) and cells that are numbers are read.

    Raises
    ------
    DataError
        If cells are texts, dates, categories or complex: the first of them and its column are named.
    """
    if (
        isinstance(values, np.ndarray)
        and values.dtype == np.float64
        and not isinstance(values, np.ma.MaskedArray)
    ):
        return values
    if isinstance(values, pd.DataFrame) or (_kind(_narwhals(values)) in ("DataFrame", "LazyFrame")):
        frame = as_pandas(values, what)
        if all(dtype == np.float64 for dtype in frame.dtypes):
            return np.array(frame.to_numpy(), dtype=np.float64, order="C")
        columns = [
            _series_floats(frame.iloc[:, at], f"{what}: column {name}")
            for at, name in enumerate(frame.columns)
        ]
        return np.column_stack(columns) if columns else np.empty((len(frame), 0))
    read = as_pandas_series(values)
    if isinstance(read, pd.api.extensions.ExtensionArray):
        read = pd.Series(read)
    if isinstance(read, (pd.Series, pd.Index)):
        return _series_floats(read, what)
    return _array_floats(read, what)


def _series_floats(series: pd.Series | pd.Index, what: str) -> NDArray[np.float64]:
    dtype = series.dtype
    if isinstance(dtype, np.dtype):
        return _array_floats(series.to_numpy(), what)
    if pd.api.types.is_numeric_dtype(dtype) and not pd.api.types.is_complex_dtype(dtype):
        return np.asarray(series.to_numpy(dtype=np.float64, na_value=np.nan))
    if isinstance(dtype, pd.CategoricalDtype):
        raise DataError(
            message("{what} holds categories, and only numbers can be read: convert them first", what=what)
        )
    return _cell_floats(series.to_numpy(dtype=object), what)


def _array_floats(values: Any, what: str) -> NDArray[np.float64]:
    if isinstance(values, np.ma.MaskedArray):
        return np.where(np.ma.getmaskarray(values), np.nan, _array_floats(np.ma.getdata(values), what))
    try:
        array = np.asarray(values)
    except ValueError as error:
        raise DataError(
            message("{what} is no regular array: {error}", what=what, error=verbatim(str(error)))
        ) from None
    if array.dtype.kind in "fiub":
        return array.astype(np.float64)
    if array.dtype.kind in "mM":
        raise DataError(
            message(
                "{what} holds dates or durations ({dtype}), and only numbers can be read",
                what=what,
                dtype=array.dtype,
            )
        )
    return _cell_floats(array.astype(object), what)


def _cell_floats(cells: NDArray[Any], what: str) -> NDArray[np.float64]:
    missing = np.asarray(pd.isna(cells))
    flat, out = cells.ravel(), np.full(cells.size, np.nan)
    for at in np.flatnonzero(~missing.ravel()):
        cell = flat[at]
        if not isinstance(cell, (Real, Decimal, np.bool_)):
            kind = message("text") if isinstance(cell, str) else type_name(cell)
            raise DataError(
                message(
                    "{what} holds {kind}, for example {cell!r}, and only numbers can be read: convert it first "
                    "(`pandas.to_numeric`)",
                    what=what,
                    kind=kind,
                    cell=cell,
                )
            )
        out[at] = float(cell)
    return out.reshape(cells.shape)


def type_name(data: Any) -> str:
    """Return the name of a type as a person knows it: `polars.LazyFrame`, `dict`."""
    kind = type(data)
    root = kind.__module__.partition(".")[0]
    return kind.__qualname__ if root == "builtins" else f"{root}.{kind.__qualname__}"


def _narwhals(data: Any) -> Any:
    import narwhals as nw

    try:
        return nw.from_native(data, pass_through=True, allow_series=True)
    except nw.exceptions.NarwhalsError as error:
        raise DataError(message("the frame cannot be read: {error}", error=verbatim(str(error)))) from error


def _kind(held: Any) -> str:
    """Return DataFrame, LazyFrame or Series of narwhals (of any of its stable versions too), or nothing."""
    return type(held).__name__ if type(held).__module__.partition(".")[0] == "narwhals" else ""


def _no_frame(data: Any, what: str) -> Message:
    """Return that data are no frame, and how to make one of them."""
    said = message(
        "{what} must be a frame of pandas, polars or Arrow, not {kind}", what=what, kind=type_name(data)
    )
    remedy = _way_out(data)
    return said if remedy is None else message("{said}: {remedy}", said=said, remedy=remedy)


def _way_out(data: Any) -> Message | None:
    name = type(data).__name__
    if "GroupBy" in name:
        return message("give the frame itself, or the result of an aggregation (`.sum()`, `.mean()`)")
    if isinstance(data, (str, bytes)) or hasattr(data, "__fspath__"):
        return message("read the file first (`pandas.read_csv`, `pandas.read_excel`)")
    if name == "Series":
        return message("give the frame that holds it (`.to_frame()`)")
    if isinstance(data, (dict, list, tuple, np.ndarray)):
        return message("build one with named columns, `pandas.DataFrame(...)`")
    return None


def _from_columns(held: Any) -> pd.DataFrame:
    import narwhals as nw

    try:
        names = list(held.columns)
        return pd.DataFrame({name: _column(held.get_column(name)) for name in names}, columns=pd.Index(names))
    except nw.exceptions.NarwhalsError as error:
        raise DataError(message("the frame cannot be read: {error}", error=verbatim(str(error)))) from error


def _column(series: Any) -> Any:
    """Return one column's values for pandas; a null is NaN, and NaT among dates."""
    import narwhals as nw

    dtype = series.dtype
    if isinstance(dtype, nw.Decimal):
        series, dtype = series.cast(nw.Float64), nw.Float64()
    small = dtype.is_numeric() and not isinstance(dtype, (nw.Int128, nw.UInt128))
    missing = int(series.null_count())
    if small or (isinstance(dtype, nw.Boolean) and not missing):
        values = np.array(series.to_numpy())
        return values.astype(np.float64) if missing else values
    cells = series.to_list()
    if len(cells) and missing == len(cells):
        return np.full(len(cells), np.nan)
    if isinstance(dtype, nw.Enum):
        return pd.Categorical(cells, categories=list(dtype.categories), ordered=True)
    if isinstance(dtype, nw.Boolean):
        return np.array([np.nan if cell is None else cell for cell in cells], dtype=object)
    return pd.Series(cells)
