"""Read a user's own panel from a CSV, Excel or Stata file: one row a province and year, named columns."""

from __future__ import annotations

from pathlib import Path

import pandas as pd

from panelkit.core.errors import DataError
from panelkit.core.panel_index import TIME_NAMES, UNIT_NAMES
from panelkit.data.provinces import Labels, labels_of, lookup_many


def read_panel(
    path: str | Path,
    *,
    unit: str | None = None,
    time: str | None = None,
    as_text: bool = False,
    sheet: str | int = 0,
) -> pd.DataFrame:
    """Return the file's table under a (province, year) MultiIndex.

    CSV in UTF-8 (with or without a mark) or GB18030; Excel (.xlsx, .xls), first sheet or the one named; Stata (.dta).
    `unit` and `time` name the two columns; without them a column called province, region, 省份, 地区, ... and one
    called year, 年份, ... are taken.
    `as_text` keeps every cell as printed, for numbers whose decimals matter.

    Raises
    ------
    DataError
        If the file cannot be read, or the two columns are not found.
    """
    table = read_table(path, as_text=as_text, sheet=sheet)
    unit = unit or _named(table, UNIT_NAMES, "province", path)
    time = time or _named(table, TIME_NAMES, "year", path)
    absent = [name for name in (unit, time) if name not in table.columns]
    if absent:
        raise DataError(f"{path} has no column {', '.join(absent)}: there are {', '.join(table.columns)}")
    years = pd.to_numeric(table[time].astype(str).str.strip().str.rstrip("年"), errors="coerce")
    if years.isna().any() or (years % 1 != 0).any():
        bad = table.loc[years.isna() | (years % 1 != 0), time].iloc[0]
        raise DataError(f"{path}: column {time} holds {bad!r}, which is no year")
    body = table.drop(columns=[unit, time])
    names = table[unit].astype(str).str.strip().to_numpy()
    body.index = pd.MultiIndex.from_arrays([names, years.astype(int)], names=["province", "year"])
    return body


def province_labels(names: pd.Index, labels: Labels) -> dict[str, str]:
    """Return each name as `labels` spell it, where every one of them is a province; else an empty mapping."""
    places = lookup_many(list(names))
    if any(place is None for place in places):
        return {}
    known = labels_of(labels)
    return {
        str(name): str(known[place.adcode])
        for name, place in zip(names, places, strict=True)
        if place is not None and place.adcode in known
    }


def read_table(path: str | Path, *, as_text: bool = False, sheet: str | int = 0) -> pd.DataFrame:
    """Return one sheet of an Excel file, a CSV or a Stata file; `as_text` keeps every cell as printed."""
    table = _read(Path(path), as_text, sheet)
    table.columns = pd.Index([str(name).strip() for name in table.columns])
    return table


def _read(path: Path, as_text: bool, sheet: str | int) -> pd.DataFrame:
    from python_calamine import CalamineError

    kind = str if as_text else None
    try:
        if path.suffix.lower() in (".xlsx", ".xls", ".xlsm"):
            return pd.read_excel(path, sheet_name=sheet, engine="calamine", dtype=kind)
        if path.suffix.lower() == ".dta":
            table = pd.read_stata(path, convert_categoricals=False)
            return table.astype(str) if as_text else table
        try:
            return pd.read_csv(path, dtype=kind, encoding="utf-8-sig", keep_default_na=not as_text)
        except UnicodeDecodeError:
            return pd.read_csv(path, dtype=kind, encoding="gb18030", keep_default_na=not as_text)
    except FileNotFoundError:
        raise DataError(f"there is no file {path}") from None
    except (OSError, ValueError, CalamineError) as error:
        raise DataError(f"{path} cannot be read as a table: {error}") from error


def _named(table: pd.DataFrame, known: frozenset[str], what: str, path: str | Path) -> str:
    found = [name for name in table.columns if name.casefold() in known]
    if len(found) != 1:
        held = ", ".join(table.columns)
        raise DataError(f"{path}: which column is the {what}? Name it, --unit or --time (there are: {held})")
    return str(found[0])
