"""Read one table of a user's own file, CSV, Excel or Stata, or say in one sentence why it cannot be read."""

from __future__ import annotations

import csv
import io
from collections import Counter
from pathlib import Path

import pandas as pd

from panelkit.data.user.stata import read_stata
from panelkit.language.errors import DataError
from panelkit.language.message import message

WORKBOOKS = (".xlsx", ".xls", ".xlsm")
_MARKS = (
    (b"\xef\xbb\xbf", "utf-8-sig", "UTF-8"),
    (b"\xff\xfe", "utf-16", "UTF-16"),
    (b"\xfe\xff", "utf-16", "UTF-16"),
)
_SHOWN = 8


def is_workbook(path: str | Path) -> bool:
    """Tell whether a file has sheets, by its ending."""
    return Path(path).suffix.lower() in WORKBOOKS


def read_table(path: str | Path, *, as_text: bool = False, sheet: str | int = 0) -> pd.DataFrame:
    """Return one sheet of an Excel file, a CSV or a Stata file; `as_text` keeps every cell as printed.

    CSV in UTF-8 (with or without a mark), in UTF-16 with a mark, or in GB18030.

    Raises
    ------
    DataError
        If there is no such file or sheet, the file is empty or no table, or two columns carry one name.
    """
    place = Path(path)
    table = _read(place, as_text, sheet)
    table.columns = pd.Index([str(name).strip() for name in table.columns])
    table = table.dropna(how="all")
    if len(table) == 0:
        raise DataError(
            message("{path} holds column names and no rows: is it the right file and sheet?", path=path)
        )
    return table.reset_index(drop=True)


def _read(path: Path, as_text: bool, sheet: str | int) -> pd.DataFrame:
    from python_calamine import CalamineError

    try:
        if is_workbook(path):
            return _workbook(path, as_text, sheet)
        if path.suffix.lower() == ".dta":
            table = read_stata(path)
            return table.astype(str) if as_text else table
        return _separated(path, as_text)
    except FileNotFoundError:
        raise DataError(message("there is no file {path}", path=path)) from None
    except (OSError, ValueError, CalamineError) as error:
        raise DataError(
            message("{path} cannot be read as a table: {error}", path=path, error=str(error))
        ) from error


def _workbook(path: Path, as_text: bool, sheet: str | int) -> pd.DataFrame:
    with pd.ExcelFile(path, engine="calamine") as book:
        if isinstance(sheet, str) and sheet not in book.sheet_names:
            named = [str(name) for name in book.sheet_names]
            raise DataError(
                message(
                    "{path} has no sheet {sheet!r}: there are {named}", path=path, sheet=sheet, named=named
                )
            )
        top = pd.read_excel(book, sheet_name=sheet, header=None, nrows=1, dtype=str)
        if top.empty:
            raise DataError(message("{path} is empty: sheet {sheet!r} holds no cell", path=path, sheet=sheet))
        _refuse_twins([str(name) for name in top.iloc[0].dropna()], path)
        return pd.read_excel(book, sheet_name=sheet, dtype=str if as_text else None)


def _separated(path: Path, as_text: bool) -> pd.DataFrame:
    text = _decoded(path)
    names = next((row for row in csv.reader(io.StringIO(text)) if any(cell.strip() for cell in row)), [])
    if not names:
        raise DataError(message("{path} is empty: it holds no column names", path=path))
    _refuse_twins(names, path)
    other = next((mark for mark in (";", "\t") if mark in names[0]), None)
    if len(names) == 1 and other is not None:
        shown = message("tabs") if other == "\t" else message("semicolons")
        raise DataError(
            message(
                "{path} separates its columns by {shown}: save it with commas, or as .xlsx",
                path=path,
                shown=shown,
            )
        )
    table = pd.read_csv(io.StringIO(text), dtype=str if as_text else None, keep_default_na=not as_text)
    if not isinstance(table.index, pd.RangeIndex):
        raise DataError(
            message(
                "{path}: the rows hold more cells than the {count} column names ({names}): name every "
                "column, or take the separator at the end of the rows away",
                path=path,
                count=len(names),
                names=names[:_SHOWN],
            )
        )
    return table


def _decoded(path: Path) -> str:
    """Return the text of a file; what a mark at its start declares is not read in any other way."""
    content = path.read_bytes()
    for mark, encoding, name in _MARKS:
        if content.startswith(mark):
            try:
                return content.decode(encoding)
            except UnicodeDecodeError as error:
                raise DataError(
                    message(
                        "{path} starts with the mark of {name}, but byte {byte:,} is none: it is damaged, or two "
                        "files were joined; save it again as UTF-8",
                        path=path,
                        name=name,
                        byte=error.start + 1,
                    )
                ) from None
    if b"\x00" in content:
        raise DataError(
            message(
                "{path} is no text file: it holds zero bytes; save it as CSV in UTF-8, or as .xlsx", path=path
            )
        )
    try:
        return content.decode("utf-8")
    except UnicodeDecodeError:
        pass
    try:
        return content.decode("gb18030")
    except UnicodeDecodeError as error:
        raise DataError(
            message(
                "{path} is neither UTF-8 nor GB18030: byte {byte:,} belongs to neither; save it as CSV "
                "in UTF-8",
                path=path,
                byte=error.start + 1,
            )
        ) from None


def _refuse_twins(names: list[str], path: Path) -> None:
    counts = Counter(name.strip() for name in names if name.strip())
    twins = [name for name, count in counts.items() if count > 1]
    if twins:
        raise DataError(
            message(
                "{path} holds more than one column called {twins}: rename all but one of each",
                path=path,
                twins=twins[:_SHOWN],
            )
        )
