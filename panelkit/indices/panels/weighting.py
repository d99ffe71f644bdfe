"""Normalise, weight and aggregate the indicators of a labelled table: frames in, frames out."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Literal

import numpy as np
import pandas as pd

from panelkit.indices.arrays import aggregate, weights
from panelkit.indices.arrays import normalise as scale
from panelkit.indices.arrays.aggregate import Weighting
from panelkit.indices.arrays.weights import Components
from panelkit.indices.panels.panel_frame import labelled, years_of
from panelkit.kernels.frames import as_floats, as_pandas_series
from panelkit.language.errors import DataError, SpecError
from panelkit.language.message import message, term
from panelkit.language.offers import offered
from panelkit.language.options import refuse_idle
from panelkit.panel.provenance import place_notes, with_place_notes
from panelkit.results.fit import FloatArray

Extremes = Literal["global", "per_year"]
Directions = Mapping[str, int] | Sequence[int] | None

_UNSCALED = ("zscore", "vector", "ranks")


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
    given = {"goalposts": goalposts is not None, "floor": floor != 0.0, "clip": bool(clip)}
    refuse_idle(
        {name: there and method in _UNSCALED for name, there in given.items()},
        message(
            "would change nothing: method={method!r} takes none of them; they belong to 'minmax'",
            method=method,
        ),
    )
    table, values = labelled(table, message("indicators"))
    names = [str(name) for name in table.columns]
    sign = signs(direction, names)
    groups = years_of(table) if extremes == "per_year" else None
    if extremes not in ("global", "per_year"):
        raise SpecError(message("extremes must be global or per_year, not {extremes!r}", extremes=extremes))
    flat = scale.constant_columns(values)
    if flat.any():
        raise DataError(
            message(
                "constant or empty columns: {columns}; they carry no information, drop them",
                columns=np.array(names)[flat].tolist(),
            )
        )
    if method == "minmax":
        posts = None
        if goalposts is not None:
            stray = [name for name in goalposts if name not in names]
            if stray:
                raise SpecError(message("goalposts name no column of the table: {columns}", columns=stray))
            posts = np.array([goalposts.get(name, (np.nan, np.nan)) for name in names])
        out = scale.minmax(values, direction=sign, goalposts=posts, groups=groups, floor=floor, clip=clip)
    elif method == "zscore":
        out = scale.zscore(values, direction=sign, groups=groups)
    elif method == "vector":
        out = scale.vector(values, groups=groups)
    elif method == "ranks":
        out = scale.ranks(values, direction=sign, groups=groups)
    else:
        raise SpecError(
            message("normalisation must be minmax, zscore, vector or ranks, not {method!r}", method=method)
        )
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
    table, values = labelled(table, message("entropy"))
    if by_year:
        held, out = weights.entropy_by_year(values, years_of(table))
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
    table, values = labelled(table, message("CRITIC"))
    return _weights(weights.critic(values, absolute=absolute), table)


@offered("index", family="weights", result="Series", public=True)
def cv_weights(table: pd.DataFrame) -> pd.Series:
    """Return coefficient-of-variation weights of raw positive indicators (see `weights.variation`).

    Examples
    --------
    >>> weights = pk.cv_weights(panel[["patents_granted", "rd_expenditure"]])
    """
    table, values = labelled(table, term("method of weights", "coefficient of variation"))
    return _weights(weights.variation(values), table)


@offered("index", family="weights", result="Series", public=True)
def pca_weights(table: pd.DataFrame, *, components: Components = "first") -> pd.Series:
    """Return weights from principal components of the correlation matrix (see `weights.pca`).

    Examples
    --------
    >>> weights = pk.pca_weights(panel[["patents_granted", "rd_expenditure", "gdp"]])
    """
    table, values = labelled(table, message("principal components"))
    return _weights(weights.pca(values, components=components), table)


@offered("index", family="weights", result="Series", source="郭亚军 2002", public=True)
def scatter_weights(table: pd.DataFrame) -> pd.Series:
    """Return vertical-and-horizontal scatter-degree weights of min-max indicators (see `weights.scatter`).

    Examples
    --------
    >>> table = pk.normalise(panel[["patents_granted", "rd_expenditure"]])
    >>> weights = pk.scatter_weights(table)
    """
    table, values = labelled(table, message("scatter degree"))
    return _weights(weights.scatter(values, years_of(table)), table)


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
    table, values = labelled(table, message("TOPSIS"))
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
    table, values = labelled(table, message("grey relational grade"))
    grade = aggregate.grey_relational(values, _aligned(reference, table), _aligned(weights, table), rho=rho)
    return with_place_notes(pd.Series(grade, index=table.index, name="grade"), place_notes(table))


def signs(direction: Directions, names: Sequence[str]) -> list[int]:
    """Return one direction a column; a mapping may leave columns out (+1), never name strangers."""
    if direction is None:
        return [1] * len(names)
    if isinstance(direction, Mapping):
        stray = [name for name in direction if name not in names]
        if stray:
            raise SpecError(message("direction names no column of the table: {columns}", columns=stray))
        return [int(direction.get(name, 1)) for name in names]
    if len(direction) != len(names):
        raise SpecError(
            message(
                "{k} directions are needed, one a column, not {given}", k=len(names), given=len(direction)
            )
        )
    return [int(sign) for sign in direction]


def _aligned(given: pd.Series | Sequence[float] | None, table: pd.DataFrame) -> Any:
    if isinstance(given, pd.Series):
        if not given.index.is_unique:
            raise DataError(
                message("a column of the table is named twice among the values: give each one once")
            )
        absent = [str(name) for name in table.columns if name not in given.index]
        if absent:
            raise DataError(
                message("no value is given for {columns}: name every column of the table", columns=absent)
            )
        return as_floats(given.reindex(table.columns), term("array", "weights"))
    return as_pandas_series(given)


def _weights(values: FloatArray, table: pd.DataFrame) -> pd.Series:
    return with_place_notes(pd.Series(values, index=table.columns, name="weight"), place_notes(table))


def _like(values: FloatArray, frame: pd.DataFrame) -> pd.DataFrame:
    return with_place_notes(pd.DataFrame(values, frame.index, frame.columns), place_notes(frame))
