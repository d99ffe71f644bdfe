"""Descriptives of a panel: summary within and between units, correlations, missing cells."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Literal

import numpy as np
import pandas as pd

from panelkit.data.user.places import provincial_rows
from panelkit.formula.formula import evaluate
from panelkit.kernels.frames import as_floats, as_pandas
from panelkit.kernels.index import read_panel_index
from panelkit.kernels.within import FloatArray
from panelkit.language.errors import DataError, SpecError
from panelkit.language.message import Language, message
from panelkit.language.offers import offered
from panelkit.language.spelt import option
from panelkit.panel.provenance import place_notes, with_place_notes

# Sums of doubles keep about 14 digits: deviations below this share of the figures they are of are rounding.
_ROUNDING = 1e-12


def settled(deviations: FloatArray, of: FloatArray) -> FloatArray:
    """Return deviations (n,) or (n, k), columns that hold rounding alone as zeros; `of` what they are taken from."""
    flat = np.ptp(deviations, axis=0) <= _ROUNDING * np.abs(of).max(axis=0)
    return np.where(flat, 0.0, deviations)


def deviation(values: FloatArray) -> float:
    """Return the standard deviation with divisor n - 1: not a number for one value, zero for values all alike."""
    if len(values) < 2:
        return float("nan")
    return float(settled(values - values.mean(), values).std(ddof=1))


@offered("description", family="panel", result="DataFrame", source="Stata's xtsum", public=True)
def describe_panel(
    data: pd.DataFrame,
    variables: Sequence[str] | None = None,
    *,
    unit: str | None = None,
    time: str | None = None,
) -> pd.DataFrame:
    """Return mean, standard deviation and range of each variable, overall, between and within units.

    As Stata's xtsum: `between` are the unit means, `within` the deviations from them with the overall mean added back;
    all standard deviations with divisor n-1 (n rows, N units).

    Parameters
    ----------
    data
        A panel: one row a unit and time; pandas, polars or Arrow.
    variables
        Columns or expressions of the formula gate; None is every numeric column.
    unit, time
        Columns that hold unit and time; None: the levels of the index, or columns with a known name.

    Returns
    -------
    DataFrame
        Rows (variable, part), columns mean, sd, min, max, count; count is rows overall, units between, rows per unit
        within.

    Raises
    ------
    SpecError
        If an expression does not pass the gate.

    Examples
    --------
    >>> table = pk.describe_panel(panel, ["log(gdp)", "patents_granted"])
    >>> table.shape
    (6, 5)
    """
    frame = indexed(data, unit, time)
    codes = read_panel_index(frame).unit
    rows = []
    for name, values in columns_of(frame, variables).items():
        held = ~np.isnan(values)
        if not held.any():
            raise DataError(message("`{name}` holds no value", name=name))
        x, own = values[held], codes[held]
        counts = np.bincount(own)
        means = np.bincount(own, x)[counts > 0] / counts[counts > 0]
        apart = settled(x - (np.bincount(own, x) / np.maximum(counts, 1))[own], x)
        inside = apart + x.mean()
        parts = {
            "overall": (x, len(x)),
            "between": (means, len(means)),
            "within": (inside, len(x) / len(means)),
        }
        for part, (column, count) in parts.items():
            rows.append(
                {
                    "variable": name,
                    "part": part,
                    "mean": x.mean() if part == "overall" else np.nan,
                    "sd": deviation(apart if part == "within" else column),
                    "min": column.min(),
                    "max": column.max(),
                    "count": count,
                }
            )
    return with_place_notes(pd.DataFrame(rows).set_index(["variable", "part"]), place_notes(frame))


@offered("description", family="panel", result="DataFrame", public=True)
def correlations(
    data: pd.DataFrame,
    variables: Sequence[str] | None = None,
    *,
    kind: Literal["overall", "within", "between"] = "overall",
    unit: str | None = None,
    time: str | None = None,
) -> pd.DataFrame:
    """Return the correlation matrix on the rows where all variables are held.

    `kind`: of the rows, of the deviations from the unit means, or of the unit means.

    Parameters
    ----------
    data
        A panel: one row a unit and time; pandas, polars or Arrow.
    variables
        Columns or expressions of the formula gate (k); None is every numeric column.
    kind
        "overall": of the rows; "within": of the deviations from the unit means; "between": of the unit means.
    unit, time
        Columns that hold unit and time; None: the levels of the index, or columns with a known name.

    Returns
    -------
    DataFrame
        Correlations (k, k).

    Raises
    ------
    DataError
        If fewer than three rows hold all of them.

    Examples
    --------
    >>> within = pk.correlations(panel[["gdp", "population"]], kind="within")
    >>> within.shape
    (2, 2)
    """
    if kind not in ("overall", "within", "between"):
        raise SpecError(message("kind is overall, within or between, not {kind!r}", kind=kind))
    frame = indexed(data, unit, time)
    columns = columns_of(frame, variables)
    values = np.column_stack(list(columns.values()))
    held = ~np.isnan(values).any(axis=1)
    columns = columns_of(frame, variables, held)
    values = np.column_stack(list(columns.values()))
    if held.sum() < 3:
        raise DataError(
            message(
                "{rows} rows hold all of {columns}: at least three are needed",
                rows=int(held.sum()),
                columns=list(columns),
            )
        )
    x, own = values[held], read_panel_index(frame).unit[held]
    grouped = pd.DataFrame(x).groupby(own)
    if kind == "between":
        x = grouped.mean().to_numpy()
    elif kind == "within":
        x = settled(x - grouped.transform("mean").to_numpy(), x)
    x = settled(x - x.mean(axis=0), x)
    names = list(columns)
    with np.errstate(divide="ignore", invalid="ignore"):
        table = pd.DataFrame(np.corrcoef(x, rowvar=False).reshape(len(names), -1), index=names, columns=names)
    return with_place_notes(table, place_notes(frame))


@offered("description", family="panel", result="DataFrame", public=True)
def missing_cells(
    data: pd.DataFrame, variable: str, *, unit: str | None = None, time: str | None = None
) -> pd.DataFrame:
    """Return one variable as a table of units by periods, NaN where no figure is held.

    Parameters
    ----------
    data
        A panel: one row a unit and time; pandas, polars or Arrow.
    variable
        A column or an expression of the formula gate.
    unit, time
        Columns that hold unit and time; None: the levels of the index, or columns with a known name.

    Returns
    -------
    DataFrame
        Units by periods (N, T), NaN where no figure is held.

    Raises
    ------
    SpecError
        If the expression does not pass the gate.

    Examples
    --------
    >>> cells = pk.missing_cells(panel, "gdp")
    >>> cells.shape
    (31, 6)
    """
    frame = indexed(data, unit, time)
    panel = read_panel_index(frame)
    values = columns_of(frame, [variable])[variable]
    table = np.full((len(panel.unit_labels), len(panel.time_labels)), np.nan)
    table[panel.unit, panel.time] = values
    cells = pd.DataFrame(table, index=panel.unit_labels, columns=panel.time_labels)
    return with_place_notes(cells, place_notes(frame))


def missing_plot(
    data: pd.DataFrame,
    variable: str,
    *,
    unit: str | None = None,
    time: str | None = None,
    language: Language = "en",
    **style: Any,
) -> Any:
    """Draw which units hold a figure in which periods."""
    from panelkit.show.figures import missing_map

    return missing_map(missing_cells(data, variable, unit=unit, time=time), language=language, **style)


def indexed(data: pd.DataFrame, unit: str | None, time: str | None) -> pd.DataFrame:
    """Return a panel under an index of unit and time, totals set apart.

    Raises
    ------
    DataError
        If only one of them is named, or the data lack a column.
    """
    if (unit is None) != (time is None):
        raise DataError(
            message(
                "give both {unit} and {time}, or neither for a (province, year) index",
                unit=option("unit"),
                time=option("time"),
            )
        )
    frame, notes = provincial_rows(as_pandas(data), unit, time)
    if unit is not None:
        absent = [repr(name) for name in (unit, time) if name not in frame.columns]
        if absent:
            raise DataError(
                message(
                    "the data hold no column {names} for {unit} and {time}",
                    unit=option("unit"),
                    time=option("time"),
                    names=absent,
                )
            )
        frame = frame.set_index([unit, str(time)])
    return with_place_notes(frame, notes)


def columns_of(
    frame: pd.DataFrame, variables: Sequence[str] | None, rows: np.ndarray | None = None
) -> dict[str, np.ndarray]:
    """Return columns and expressions by their names; `rows` are those that bases and levels are taken from.

    Raises
    ------
    DataError
        If there is none.
    """
    names = list(frame.select_dtypes("number").columns) if variables is None else list(variables)
    if not names:
        raise DataError(message("no numeric column to describe"))
    return {
        str(name): as_floats(frame[name], f"column {name}")
        if name in frame.columns
        else evaluate(name, frame, rows).to_numpy()
        for name in names
    }
