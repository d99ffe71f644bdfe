"""Tables of Stata and Parquet as rows of cells, and what an OpenDocument sheet shows otherwise than it stores.

Loaded by the process that reads workbooks, by its path; pandas and pyarrow are imported where a file asks for them.
"""

from __future__ import annotations

import io
import re
from datetime import date
from decimal import Decimal
from typing import Any
from xml.parsers import expat

_ODS_KIND = b"application/vnd.oasis.opendocument.spreadsheet"
_PERCENT = re.compile(rb'office:value-type="(?:percentage|currency)"')
_FACTOR = re.compile(rb'number:display-factor="(?!1(?:\.0*)?")')
_ERROR = re.compile(rb'calcext:value-type="error"')
_FORMULA = re.compile(
    rb"<table:table-cell\b(?=[^>]*\btable:formula=)(?![^>]*\boffice:(?:value-type|string-value)=)[^>]*>"
)
_INDEX = re.compile(r"__index_level_\d+__")
_EXACT = 2**53


class TooLargeError(Exception):
    """A table beyond the limits."""


class NoReaderError(Exception):
    """A table whose library is not installed."""


def is_ods(mark: bytes) -> bool:
    """Return whether the part `mimetype` of an archive says that it is a spreadsheet."""
    return mark.strip() == _ODS_KIND


def odd_in_ods(body: bytes) -> str:
    """Return what a part of an OpenDocument sheet shows otherwise than it stores it; nothing where nothing is."""
    for word, pattern in (
        ("percent", _PERCENT),
        ("scaled", _FACTOR),
        ("error", _ERROR),
        ("formula", _FORMULA),
    ):
        if pattern.search(body):
            return word
    return ""


def check_xml(body: bytes) -> None:
    """Raise an error of expat where a part is no well-formed XML, which a lenient reader may read all the same."""
    expat.ParserCreate().Parse(body, True)


def read_dta(content: bytes, limits: dict[str, Any]) -> list[dict[str, Any]]:
    """Return a Stata file as one sheet: names in the first row; dates other than years are marked as dates."""
    import pandas as pd

    table = pd.read_stata(io.BytesIO(content), convert_dates=False)
    dated = pd.read_stata(io.BytesIO(content), convert_dates=True)
    _check_size(len(table), len(table.columns), limits)
    columns = []
    for at in range(len(table.columns)):
        raw, shown = table.iloc[:, at], dated.iloc[:, at]
        if pd.api.types.is_datetime64_any_dtype(shown) and not bool(
            (shown.dt.year == raw)[raw.notna()].all()
        ):
            raw = shown.dt.date
        columns.append(_column(raw.tolist(), single=str(raw.dtype) == "float32"))
    return _sheet([str(name) for name in table.columns], columns)


def read_parquet(content: bytes, limits: dict[str, Any]) -> list[dict[str, Any]]:
    """Return a Parquet file as one sheet: names in the first row; an index without a name is left out."""
    try:
        import pyarrow as pa
        import pyarrow.parquet as pq
    except ImportError as error:
        raise NoReaderError from error
    pa.set_cpu_count(1)
    file = pq.ParquetFile(io.BytesIO(content))
    about = file.metadata
    size = sum(about.row_group(at).total_byte_size for at in range(about.num_row_groups))
    _check_size(about.num_rows, about.num_columns, limits)
    if size > limits["unpacked"]:
        raise TooLargeError(f"{size} bytes")
    table = file.read(use_threads=False)
    names = [name for name in table.column_names if not _INDEX.fullmatch(name)]
    columns = [_column(table[name].to_pylist(), single=table[name].type == pa.float32()) for name in names]
    return _sheet(names, columns)


def _check_size(rows: int, columns: int, limits: dict[str, Any]) -> None:
    if rows * columns > limits["cells"] or columns > limits["columns"]:
        raise TooLargeError(f"{rows} x {columns}")


def _sheet(names: list[str], columns: list[list[Any]]) -> list[dict[str, Any]]:
    rows = [names, *([column[row] for column in columns] for row in range(len(columns[0]) if columns else 0))]
    return [{"name": "", "rows": rows, "merged": [], "hidden": False}]


def _column(values: list[Any], *, single: bool) -> list[Any]:
    return [_cell(value, single) for value in values]


def _cell(value: Any, single: bool) -> Any:
    """Return a value as JSON holds it; a single-precision number is the shortest decimal that it stands for."""
    if value is None or value == "" or value != value:
        return None
    if isinstance(value, bool):
        return {"odd": "truth value", "shown": str(value).upper()}
    if isinstance(value, str):
        return value
    if isinstance(value, Decimal):
        return format(value, "f")
    if isinstance(value, int):
        return float(value) if abs(value) < _EXACT else str(value)
    if isinstance(value, float):
        return _shortest(value) if single else value
    if isinstance(value, date):
        return {"odd": "date", "shown": str(value)}
    return {"odd": "odd cell", "shown": str(value)[:40]}


def _shortest(value: float) -> float:
    import numpy as np

    return float(str(np.float32(value)))
