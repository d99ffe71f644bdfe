"""The one door for panel frames: any frame becomes a (province, year) frame, sorted, each cell once.

Frames of polars and Arrow are read, one province has one name, and totals and regions are set apart: what was done
says `core.provenance.place_notes`. The labelled twins of the array functions stand here: frames in, frames out.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any, Literal

import numpy as np
import pandas as pd

from panelkit.data.user.places import provincial_rows
from panelkit.indices.arrays import aggregate, inequality, weights
from panelkit.indices.arrays import normalise as scale
from panelkit.indices.arrays.aggregate import Weighting
from panelkit.indices.arrays.inequality import Decomposition, TheilKind
from panelkit.indices.arrays.weights import Components
from panelkit.kernels.frames import as_floats, as_pandas, as_pandas_series, is_frame
from panelkit.kernels.index import read_panel_index
from panelkit.language.errors import DataError, SpecError
from panelkit.language.offers import offered
from panelkit.panel.provenance import Note, place_notes, with_place_notes
from panelkit.results.fit import FloatArray

Extremes = Literal["global", "per_year"]
Directions = Mapping[str, int] | Sequence[int] | None


def panel_frame(
    data: pd.DataFrame,
    columns: Sequence[str] | None = None,
    *,
    unit: str | None = None,
    time: str | None = None,
    in_order: bool = True,
) -> pd.DataFrame:
    """Return the columns as floats under a sorted (province, year) MultiIndex, provinces only and under one name each.

    `in_order=False` leaves the rows as the caller has them.

    Raises
    ------
    DataError
        If the data are no frame, a column is missing or holds text, or a province-year stands twice.
    """
    data, notes = provincial_rows(as_pandas(data), unit, time)
    index = read_panel_index(data, unit, time)
    names = [name for name in data.columns if name not in (unit, time)] if columns is None else list(columns)
    absent = [name for name in names if name not in data.columns]
    if absent:
        held = ", ".join(str(name) for name in data.columns)
        raise DataError(f"the data have no column {', '.join(absent)} (there are: {held})")
    order = np.arange(len(data)) if index.order is None or not in_order else index.order
    levels = [index.unit_labels[index.unit[order]], index.time_labels[index.time[order]]]
    out = pd.DataFrame(
        {name: as_floats(_only(data, name), f"column {name}")[order] for name in names},
        index=pd.MultiIndex.from_arrays(levels, names=["province", "year"]),
    )
    out.attrs = dict(data.attrs)
    return with_place_notes(out, notes)


def labelled(table: pd.DataFrame, what: str) -> tuple[pd.DataFrame, FloatArray]:
    """Return a table of indicators without totals and regions among its labelled rows, and its values (n, k)."""
    frame, notes = provincial_rows(as_pandas(table, what))
    values = as_floats(frame, what)
    return with_place_notes(frame, notes), values


def _only(data: pd.DataFrame, name: str) -> pd.Series:
    column: Any = data[name]
    if isinstance(column, pd.DataFrame):
        raise DataError(f"the data hold {column.shape[1]} columns called {name!r}: rename all but one")
    return column


def _like(values: FloatArray, frame: pd.DataFrame) -> pd.DataFrame:
    return with_place_notes(pd.DataFrame(values, frame.index, frame.columns), place_notes(frame))


def wide(series: pd.Series) -> tuple[FloatArray, pd.Index, pd.Index]:
    """Return a (province, year) series as an array (N, T) with its provinces and years.

    Raises
    ------
    DataError
        If cells are missing, naming the first of them: balance the panel by dropping provinces or years.
    """
    table = series.unstack()
    lost = table.isna()
    if lost.to_numpy().any():
        places = [
            f"{table.index[i]} {table.columns[j]}" for i, j in zip(*np.nonzero(lost.to_numpy()), strict=True)
        ]
        more = f" and {len(places) - 5} more" if len(places) > 5 else ""
        raise DataError(
            f"{series.name}: missing for {', '.join(places[:5])}{more}; drop these provinces or years"
        )
    return as_floats(table, str(series.name)), table.index, table.columns


def earlier(frame: pd.DataFrame, *, base: int | None = None) -> pd.DataFrame:
    """Return for every row the same province's row of the year before, or of the year `base`; NaN where not held."""
    province, year = (frame.index.get_level_values(name) for name in ("province", "year"))
    wanted = year - 1 if base is None else np.full(len(frame), base)
    source = pd.MultiIndex.from_arrays([province, wanted], names=["province", "year"])
    return pd.DataFrame(frame.reindex(source).to_numpy(), index=frame.index, columns=frame.columns)


@offered("index", family="normalisation", result="DataFrame", public=True)
def normalise(
    table: pd.DataFrame,
    method: str = "minmax",
    *,
    direction: Directions = None,
    goalposts: Mapping[str, tuple[float, float]] | None = None,
    extremes: Extremes = "global",
    floor: float = 0.0,
    clip: bool = False,
) -> pd.DataFrame:
    """Return indicators normalised by `minmax`, `zscore`, `vector` or `ranks`; direction applied, vector excepted.

    `direction` maps columns to +1 or -1 (columns not named: +1). Extremes are those of the whole panel;
    `extremes="per_year"` makes every year span [0, 1], so that levels no longer compare over time.

    Parameters
    ----------
    table
        Indicators (rows, k), one row a unit and year.
    method
        "minmax", "zscore", "vector" or "ranks".
    direction
        Column -> +1 or -1; columns not named: +1.
    goalposts
        Column -> (low, high) in place of the sample's extremes, in the column's unit.
    extremes
        "global" (over the whole panel) or "per_year".
    floor
        Lowest value after scaling, for logs and zeros.
    clip
        Cut values outside the goalposts instead of refusing them.

    Returns
    -------
    DataFrame
        Normalised indicators (rows, k), without unit.

    Raises
    ------
    DataError
        If a column is constant, or a value lies outside declared goalposts.

    Examples
    --------
    >>> scaled = pk.normalise(panel[["patents_granted", "gdp"]], direction={"gdp": -1})
    >>> float(scaled["gdp"].max())
    1.0
    """
    table, values = labelled(table, "indicators")
    names = [str(name) for name in table.columns]
    sign = signs(direction, names)
    groups = _years(table) if extremes == "per_year" else None
    if extremes not in ("global", "per_year"):
        raise SpecError(f"extremes must be global or per_year, not {extremes!r}")
    flat = scale.constant_columns(values)
    if flat.any():
        raise DataError(
            f"constant or empty columns: {', '.join(np.array(names)[flat])}; they carry no information, drop them"
        )
    if method == "minmax":
        posts = None
        if goalposts is not None:
            stray = [name for name in goalposts if name not in names]
            if stray:
                raise SpecError(f"goalposts name no column of the table: {', '.join(stray)}")
            posts = np.array([goalposts.get(name, (np.nan, np.nan)) for name in names])
        out = scale.minmax(values, direction=sign, goalposts=posts, groups=groups, floor=floor, clip=clip)
    elif method == "zscore":
        out = scale.zscore(values, direction=sign, groups=groups)
    elif method == "vector":
        out = scale.vector(values, groups=groups)
    elif method == "ranks":
        out = scale.ranks(values, direction=sign, groups=groups)
    else:
        raise SpecError(f"normalisation must be minmax, zscore, vector or ranks, not {method!r}")
    return _like(out, table)


@offered(
    "index",
    family="weights",
    result="Series",
    source="Shannon entropy: e_j = -(1/ln m) sum p ln p, w_j = (1 - e_j)/sum(1 - e)",
    public=True,
)
def entropy_weights(table: pd.DataFrame, *, by_year: bool = False) -> pd.Series | pd.DataFrame:
    """Return entropy weights of normalised indicators, over the whole panel or for every year alone.

    See `weights.entropy`: zeros count right without any shift; missing cells are refused.

    Examples
    --------
    >>> table = pk.normalise(panel[["patents_granted", "rd_expenditure"]])
    >>> weights = pk.entropy_weights(table)
    >>> round(float(weights.sum()), 12)
    1.0
    """
    table, values = labelled(table, "entropy")
    if by_year:
        held, out = weights.entropy_by_year(values, _years(table))
        found = pd.DataFrame(out, index=pd.Index(held, name="year"), columns=table.columns)
        return with_place_notes(found, place_notes(table))
    return _weights(weights.entropy(values), table)


@offered(
    "index",
    family="weights",
    result="Series",
    source="Diakoulaki, Mavrotas and Papayannakis 1995",
    public=True,
)
def critic_weights(table: pd.DataFrame, *, absolute: bool = False) -> pd.Series:
    """Return CRITIC weights of normalised indicators (see `weights.critic`).

    Examples
    --------
    >>> table = pk.normalise(panel[["patents_granted", "rd_expenditure"]])
    >>> weights = pk.critic_weights(table)
    """
    table, values = labelled(table, "CRITIC")
    return _weights(weights.critic(values, absolute=absolute), table)


@offered("index", family="weights", result="Series", public=True)
def cv_weights(table: pd.DataFrame) -> pd.Series:
    """Return coefficient-of-variation weights of raw positive indicators (see `weights.variation`).

    Examples
    --------
    >>> weights = pk.cv_weights(panel[["patents_granted", "rd_expenditure"]])
    """
    table, values = labelled(table, "coefficient of variation")
    return _weights(weights.variation(values), table)


@offered("index", family="weights", result="Series", public=True)
def pca_weights(table: pd.DataFrame, *, components: Components = "first") -> pd.Series:
    """Return weights from principal components of the correlation matrix (see `weights.pca`).

    Examples
    --------
    >>> weights = pk.pca_weights(panel[["patents_granted", "rd_expenditure", "gdp"]])
    """
    table, values = labelled(table, "principal components")
    return _weights(weights.pca(values, components=components), table)


@offered("index", family="weights", result="Series", source="郭亚军 2002", public=True)
def scatter_weights(table: pd.DataFrame) -> pd.Series:
    """Return vertical-and-horizontal scatter-degree weights of min-max indicators (see `weights.scatter`).

    Examples
    --------
    >>> table = pk.normalise(panel[["patents_granted", "rd_expenditure"]])
    >>> weights = pk.scatter_weights(table)
    """
    table, values = labelled(table, "scatter degree")
    return _weights(weights.scatter(values, _years(table)), table)


@offered("index", family="aggregation", result="DataFrame", source="Hwang and Yoon 1981", public=True)
def topsis(
    table: pd.DataFrame,
    weights: pd.Series | Sequence[float] | None = None,
    *,
    direction: Directions = None,
    vector_normalise: bool = True,
    weighting: Weighting = "squared",
) -> pd.DataFrame:
    """Return TOPSIS closeness and the distances to ideal and anti-ideal, one row a row of the table.

    `weighting`: v = w r as Hwang and Yoon (1981) ("squared"), or w once inside the distance ("once").

    Parameters
    ----------
    table
        Indicators (rows, k).
    weights
        Weights (k,), matched by name if a Series; None: equal.
    direction
        Column -> +1 or -1; columns not named: +1.
    vector_normalise
        Divide every column by its root sum of squares first.
    weighting
        "squared" (v = w r) or "once" (w inside the distance).

    Returns
    -------
    DataFrame
        One row a row of the table: closeness in [0, 1], distance to the ideal and to the anti-ideal.

    Raises
    ------
    DataError
        If cells are missing, or a column is zero throughout.

    Examples
    --------
    >>> scores = pk.topsis(panel[["patents_granted", "rd_expenditure"]], [0.5, 0.5])
    >>> bool(scores.iloc[:, 0].between(0, 1).all())
    True
    """
    table, values = labelled(table, "TOPSIS")
    found = aggregate.topsis(
        values,
        _aligned(weights, table),
        direction=signs(direction, [str(name) for name in table.columns]),
        vector_normalise=vector_normalise,
        weighting=weighting,
    )
    columns = {"closeness": found.closeness, "to_ideal": found.to_ideal, "to_anti_ideal": found.to_anti_ideal}
    return with_place_notes(pd.DataFrame(columns, index=table.index), place_notes(table))


@offered("index", family="aggregation", result="Series", source="Deng 1982", public=True)
def grey_relational(
    table: pd.DataFrame,
    reference: pd.Series | Sequence[float] | None = None,
    weights: pd.Series | Sequence[float] | None = None,
    *,
    rho: float = 0.5,
) -> pd.Series:
    """Return grey relational grades of the rows to a reference row (default: the best of every column).

    Parameters
    ----------
    table
        Normalised indicators (rows, k).
    reference
        The reference row (k,); None: the best of every column.
    weights
        Weights (k,); None: equal.
    rho
        Distinguishing coefficient, in (0, 1].

    Returns
    -------
    Series
        Grades (rows,) in [0, 1].

    Raises
    ------
    DataError
        If cells are missing or lengths disagree.

    Examples
    --------
    >>> table = pk.normalise(panel[["patents_granted", "rd_expenditure"]])
    >>> grades = pk.grey_relational(table)
    """
    table, values = labelled(table, "grey relational grade")
    grade = aggregate.grey_relational(values, _aligned(reference, table), _aligned(weights, table), rho=rho)
    return with_place_notes(pd.Series(grade, index=table.index, name="grade"), place_notes(table))


@offered(
    "index",
    family="inequality",
    result="Decomposition",
    source="Theil 1967; Shorrocks 1980 (decomposition)",
    public=True,
)
def theil(
    y: pd.Series | Sequence[float],
    groups: pd.Series | Sequence[Any] | None = None,
    weights: pd.Series | Sequence[float] | None = None,
    *,
    kind: TheilKind = "T",
) -> Decomposition:
    """Return Theil's index of one cross-section, within and between groups (one group if None).

    Series are matched by their index, not by position. `inequality_by_year` does every year of a panel.

    Parameters
    ----------
    y
        Positive values (n,).
    groups
        Group of every value (n,); None: one group.
    weights
        Weights (n,), such as persons; None: equal.
    kind
        "T" or "L" (mean log deviation).

    Returns
    -------
    Decomposition
        Total, within and between; the parts add up exactly.

    Raises
    ------
    DataError
        If a value is not positive, or the series do not match.

    Examples
    --------
    >>> gdp = panel["gdp"].xs(2020, level="year")
    >>> inequality = pk.theil(gdp)
    """
    values, group, people, notes = _matched(y, groups, weights)
    found = inequality.decompose_theil(values, group, people, kind=kind)
    return replace(found, notes=(*found.notes, *notes))


@offered("index", family="inequality", result="Decomposition", source="Dagum 1997", public=True)
def dagum_gini(
    y: pd.Series | Sequence[float],
    groups: pd.Series | Sequence[Any],
    weights: pd.Series | Sequence[float] | None = None,
) -> Decomposition:
    """Return Dagum's Gini of one cross-section: within, net between, transvariation, and every pair of groups.

    Series are matched by their index, not by position.

    Examples
    --------
    >>> gdp = panel["gdp"].xs(2020, level="year")
    >>> halves = pd.Series(np.where(gdp > gdp.median(), "rich", "poor"), gdp.index)
    >>> inequality = pk.dagum_gini(gdp, halves)
    """
    values, group, people, notes = _matched(y, groups, weights)
    found = inequality.decompose_dagum(values, group, people)
    return replace(found, notes=(*found.notes, *notes))


def signs(direction: Directions, names: Sequence[str]) -> list[int]:
    """Return one direction a column; a mapping may leave columns out (+1), never name strangers."""
    if direction is None:
        return [1] * len(names)
    if isinstance(direction, Mapping):
        stray = [name for name in direction if name not in names]
        if stray:
            raise SpecError(f"direction names no column of the table: {', '.join(stray)}")
        return [int(direction.get(name, 1)) for name in names]
    if len(direction) != len(names):
        raise SpecError(f"{len(names)} directions are needed, one a column, not {len(direction)}")
    return [int(sign) for sign in direction]


def _matched(y: Any, groups: Any, weights: Any) -> tuple[FloatArray, Any, Any, tuple[Note, ...]]:
    y = as_pandas_series(y)
    if is_frame(y):
        raise DataError("inequality is of one column: give a series, `data['income']`, not a frame")
    if not isinstance(y, pd.Series):
        values = as_floats(y, "inequality")
        return values, np.zeros(values.shape, dtype=int) if groups is None else groups, weights, ()
    frame, notes = provincial_rows(pd.DataFrame({"y": y, "at": np.arange(len(y))}))
    rows, at = frame["y"], frame["at"].to_numpy()

    def of_rows(other: Any, what: str) -> Any:
        if isinstance(other, pd.Series):
            return _by_index(provincial_rows(other.to_frame("x"))[0]["x"], rows, what)
        values = as_pandas_series(other)
        if isinstance(values, pd.Series):
            values = values.to_numpy()
        return np.asarray(values, dtype=object)[at] if len(rows) < len(y) == len(values) else values

    return (
        as_floats(rows, "inequality"),
        np.zeros(len(rows), dtype=int) if groups is None else of_rows(groups, "groups"),
        None if weights is None else of_rows(weights, "weights"),
        notes,
    )


def _by_index(other: pd.Series, y: pd.Series, what: str) -> pd.Series:
    absent = y.index.difference(other.index)
    if len(absent):
        raise DataError(f"{what} are missing for {', '.join(str(name) for name in absent[:8])}")
    return other.reindex(y.index)


def _aligned(given: pd.Series | Sequence[float] | None, table: pd.DataFrame) -> Any:
    if isinstance(given, pd.Series):
        if not given.index.is_unique:
            raise DataError("a column of the table is named twice among the values: give each one once")
        absent = [str(name) for name in table.columns if name not in given.index]
        if absent:
            raise DataError(f"no value is given for {', '.join(absent)}: name every column of the table")
        return as_floats(given.reindex(table.columns), "weights")
    return as_pandas_series(given)


def _weights(values: FloatArray, table: pd.DataFrame) -> pd.Series:
    return with_place_notes(pd.Series(values, index=table.columns, name="weight"), place_notes(table))


def _years(table: pd.DataFrame) -> FloatArray:
    if not isinstance(table.index, pd.MultiIndex) or "year" not in table.index.names:
        raise DataError("by-year results need a (province, year) index: use `panel_frame` first")
    return np.asarray(table.index.get_level_values("year"))
