"""Read a user's own panel from a CSV, Excel or Stata file: one row a unit and year, named columns."""

from __future__ import annotations

from collections.abc import Collection
from pathlib import Path

import numpy as np
import pandas as pd

from panelkit.data.provinces import Labels, labels_of, lookup_many
from panelkit.data.user.cross_section import PERIOD, is_cross_section
from panelkit.data.user.stata import labels_of_codes
from panelkit.data.user.table import read_table
from panelkit.data.wording import alternatives
from panelkit.kernels.index import LARGEST_TIME, TIME_NAMES, UNIT_NAMES
from panelkit.language.errors import DataError
from panelkit.language.message import message, term

__all__ = ["province_labels", "read_panel", "read_table"]

_OPTIONS = {"unit": "--unit", "year": "--time"}
_ROLES = {
    "unit": term("column of a panel", "unit"),
    "year": term("column of a panel", "year"),
}


_OTHER_UNITS = frozenset(
    [
        "city",
        "cities",
        "城市",
        "市",
        "prefecture",
        "prefectures",
        "地级市",
        "county",
        "counties",
        "县",
        "县域",
        "区县",
        "县市",
        "district",
        "districts",
        "firm",
        "firms",
        "company",
        "companies",
        "enterprise",
        "enterprises",
        "企业",
        "公司",
        "上市公司",
        "bank",
        "banks",
        "银行",
        "school",
        "schools",
        "学校",
        "village",
        "villages",
        "村",
        "household",
        "households",
        "家庭",
        "农户",
        "country",
        "countries",
        "国家",
        "individual",
        "individuals",
        "个体",
    ]
)


def read_panel(
    path: str | Path,
    *,
    unit: str | None = None,
    time: str | None = None,
    as_text: bool = False,
    sheet: str | int = 0,
    labelled: Collection[str] = (),
) -> pd.DataFrame:
    """Return the file's table under a MultiIndex of units and years, each level under its column's own name.

    CSV in UTF-8 (with or without a mark) or GB18030; Excel (.xlsx, .xls), first sheet or the one named; Stata (.dta).
    `unit` and `time` name the two columns; without them a column called province, region, 省份, 地区, ... (where there
    is none: city, county, firm, 城市, 县, 企业, 个体, ...) and one called year, 年份, ... are taken. A table without
    such a column whose `unit` names every row once is a cross-section, and gets one period.
    `as_text` keeps every cell as printed, for numbers whose decimals matter. Units of a Stata file are called by their
    value labels; other columns are numbers, but those of `labelled`, which come as their labels where they have any.

    Raises
    ------
    DataError
        If the file cannot be read, the two columns are not found, or a row has no unit or no year.
    """
    table = read_table(path, as_text=as_text, sheet=sheet)
    asked = unit
    unit = unit or _named(table, _units_known(table), "unit", path)
    if time is None and asked is not None and _without_time(table, asked):
        table, time = table.assign(**{PERIOD: 1}), PERIOD
    time = time or _named(table, TIME_NAMES, "year", path)
    absent = [name for name in (unit, time) if name not in table.columns]
    if absent:
        raise DataError(
            message(
                "{path} has no column {absent}: there are {columns}",
                path=path,
                absent=absent,
                columns=list(table.columns),
            )
        )
    if unit == time:
        raise DataError(
            message("{path}: the column {unit} cannot be both the unit and the time", path=path, unit=unit)
        )
    names, years = table[unit], table[time]
    if Path(path).suffix.lower() == ".dta":
        names = _or(labels_of_codes(path, unit), names)
        years = _labelled_years(path, time, years)
        for name in labelled:
            if name in table.columns and name not in (unit, time):
                table[name] = _or(labels_of_codes(path, name), table[name])
    levels = [_units(names, unit, path), _years(years, time, path)]
    body = table.drop(columns=[unit, time])
    body.index = pd.MultiIndex.from_arrays(levels, names=_level_names(unit, time))
    if asked is None:
        _refuse_groups(body.index, unit, time, list(table.columns), path)
    return body


def read_one_series(
    path: str | Path, *, time: str | None = None, sheet: str | int = 0
) -> pd.DataFrame | None:
    """Return a file without a column of units as a frame indexed by year; None where it has such a column.

    Raises
    ------
    DataError
        If the file cannot be read, or the column of years is not found.
    """
    table = read_table(path, sheet=sheet)
    if {str(name).casefold() for name in table.columns} & (UNIT_NAMES | _OTHER_UNITS):
        return None
    time = time or _named(table, TIME_NAMES, "year", path)
    if time not in table.columns:
        raise DataError(
            message(
                "{path} has no column {absent}: there are {columns}",
                path=path,
                absent=[time],
                columns=list(table.columns),
            )
        )
    body = table.drop(columns=[time])
    body.index = pd.Index(_years(table[time], time, path), name=time)
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


def _refuse_groups(index: pd.MultiIndex, unit: str, time: str, columns: list[str], path: str | Path) -> None:
    """Refuse a column that was taken for the units by its name, and whose values are groups of them.

    Raises
    ------
    DataError
        If most rows share unit and time with another row.
    """
    if 2 * int(index.duplicated(keep=False).sum()) <= len(index):
        return
    held = index.value_counts()
    (name, year), rows = held.index[0], int(held.iloc[0])
    others = [column for column in columns if column not in (unit, time)]
    raise DataError(
        message(
            "{path}: the column {unit} was taken for the unit by its name, but most rows share "
            "{unit} and {time} with another ({name} {year}: {rows:,} rows): name the column of the "
            "units by --unit (there are also: {others})",
            path=path,
            unit=unit,
            time=time,
            name=name,
            year=year,
            rows=rows,
            others=others,
        )
    )


def _or(found: pd.Series | None, otherwise: pd.Series) -> pd.Series:
    return otherwise if found is None else found


def _level_names(unit: str, time: str) -> list[str]:
    """Return the two columns' own names, unless they would be taken for each other."""
    if unit.casefold() in TIME_NAMES or time.casefold() in UNIT_NAMES:
        return ["province", "year"]
    return [unit, time]


def _units(values: pd.Series, name: str, path: str | Path) -> np.ndarray:
    missing = np.flatnonzero(values.isna() | (values.astype(str).str.strip() == ""))
    if len(missing):
        raise DataError(
            message(
                "{path}: row {row} has no {name} ({count:,} such rows): fill merged cells down, and "
                "leave out notes below the table",
                path=path,
                row=missing[0] + 2,
                name=name,
                count=len(missing),
            )
        )
    if pd.api.types.is_float_dtype(values.dtype) and bool((values % 1 == 0).all()):
        values = values.astype("int64")
    return values.astype(str).str.strip().to_numpy()


def _years(values: pd.Series, name: str, path: str | Path) -> np.ndarray:
    years = pd.to_numeric(values.astype(str).str.strip().str.rstrip("年"), errors="coerce")
    wrong = years.isna() | (years % 1 != 0) | (years.abs() > LARGEST_TIME)
    if wrong.any():
        at = int(np.flatnonzero(wrong)[0])
        raise DataError(
            message(
                "{path}, row {row}: column {name} holds {value!r}, which is no year",
                path=path,
                row=at + 2,
                name=name,
                value=values.iloc[at],
            )
        )
    return years.astype(int).to_numpy()


def _labelled_years(path: str | Path, time: str, codes: pd.Series) -> pd.Series:
    """Return the years that the labels of a time column write, or its codes where the labels are no years."""
    labels = labels_of_codes(path, time)
    if labels is None:
        return codes
    written = pd.to_numeric(labels.astype(str).str.strip().str.rstrip("年"), errors="coerce")
    return codes if written.isna().any() else labels


def _without_time(table: pd.DataFrame, unit: str) -> bool:
    """Return whether a table is a cross-section of the column that the user named as the unit."""
    return is_cross_section(table, unit) and not any(name.casefold() in TIME_NAMES for name in table.columns)


def _units_known(table: pd.DataFrame) -> frozenset[str]:
    """Return the names of a column of units: those of provinces, of other units where the table has none of these."""
    held = {str(name).casefold() for name in table.columns}
    return UNIT_NAMES if held & UNIT_NAMES else _OTHER_UNITS


def _named(table: pd.DataFrame, known: frozenset[str], what: str, path: str | Path) -> str:
    found = [str(name) for name in table.columns if name.casefold() in known]
    if len(found) == 1:
        return found[0]
    option = _OPTIONS[what]
    if found:
        raise DataError(
            message(
                "{path}: which column is the {what}: {columns}? Name it, {option} {first}",
                path=path,
                what=_ROLES[what],
                columns=alternatives(found),
                option=option,
                first=found[0],
            )
        )
    raise DataError(
        message(
            "{path}: which column is the {what}? Name it by {option} (there are: {columns})",
            path=path,
            what=_ROLES[what],
            option=option,
            columns=list(table.columns),
        )
    )
