"""The one door for panel frames: any frame becomes a (province, year) frame, sorted, each cell once.

The labelled twins of the array functions stand here: frames in, frames out.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Literal

import numpy as np
import pandas as pd

from panelkit.core.errors import DataError, SpecError
from panelkit.core.panel_index import read_panel_index
from panelkit.core.results import FloatArray
from panelkit.indices import aggregate, inequality, weights
from panelkit.indices import normalise as scale
from panelkit.indices.aggregate import Weighting
from panelkit.indices.inequality import Decomposition, TheilKind
from panelkit.indices.weights import Components

Extremes = Literal["global", "per_year"]
Directions = Mapping[str, int] | Sequence[int] | None


def panel_frame(
    data: pd.DataFrame,
    columns: Sequence[str] | None = None,
    *,
    unit: str | None = None,
    time: str | None = None,
) -> pd.DataFrame:
    """Return the columns as floats under a sorted (province, year) MultiIndex.

    Raises
    ------
    DataError
        If a column is missing or holds text, or a province-year stands twice.
    """
    index = read_panel_index(data, unit, time)
    names = [name for name in data.columns if name not in (unit, time)] if columns is None else list(columns)
    absent = [name for name in names if name not in data.columns]
    if absent:
        held = ", ".join(str(name) for name in data.columns)
        raise DataError(f"the data have no column {', '.join(absent)} (there are: {held})")
    order = np.arange(len(data)) if index.order is None else index.order
    levels = [index.unit_labels[index.unit[order]], index.time_labels[index.time[order]]]
    out = pd.DataFrame(
        {name: _floats(data[name], name).to_numpy()[order] for name in names},
        index=pd.MultiIndex.from_arrays(levels, names=["province", "year"]),
    )
    out.attrs = dict(data.attrs)
    return out


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
    return table.to_numpy(dtype=float), table.index, table.columns


def earlier(frame: pd.DataFrame, *, base: int | None = None) -> pd.DataFrame:
    """Return for every row the same province's row of the year before, or of the year `base`; NaN where not held."""
    province, year = (frame.index.get_level_values(name) for name in ("province", "year"))
    wanted = year - 1 if base is None else np.full(len(frame), base)
    source = pd.MultiIndex.from_arrays([province, wanted], names=["province", "year"])
    return pd.DataFrame(frame.reindex(source).to_numpy(), index=frame.index, columns=frame.columns)


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

    Raises
    ------
    DataError
        If a column is constant, or a value lies outside declared goalposts.
    """
    values = table.to_numpy(dtype=float)
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
    return pd.DataFrame(out, index=table.index, columns=table.columns)


def entropy_weights(table: pd.DataFrame, *, by_year: bool = False) -> pd.Series | pd.DataFrame:
    """Return entropy weights of normalised indicators, over the whole panel or for every year alone.

    See `weights.entropy`: zeros count right without any shift; missing cells are refused.
    """
    if by_year:
        held, out = weights.entropy_by_year(table, _years(table))
        return pd.DataFrame(out, index=pd.Index(held, name="year"), columns=table.columns)
    return _weights(weights.entropy(table), table)


def critic_weights(table: pd.DataFrame, *, absolute: bool = False) -> pd.Series:
    """Return CRITIC weights of normalised indicators (see `weights.critic`)."""
    return _weights(weights.critic(table, absolute=absolute), table)


def cv_weights(table: pd.DataFrame) -> pd.Series:
    """Return coefficient-of-variation weights of raw positive indicators (see `weights.variation`)."""
    return _weights(weights.variation(table), table)


def pca_weights(table: pd.DataFrame, *, components: Components = "first") -> pd.Series:
    """Return weights from principal components of the correlation matrix (see `weights.pca`)."""
    return _weights(weights.pca(table, components=components), table)


def scatter_weights(table: pd.DataFrame) -> pd.Series:
    """Return vertical-and-horizontal scatter-degree weights of min-max indicators (see `weights.scatter`)."""
    return _weights(weights.scatter(table, _years(table)), table)


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
    """
    found = aggregate.topsis(
        table,
        _aligned(weights, table),
        direction=signs(direction, [str(name) for name in table.columns]),
        vector_normalise=vector_normalise,
        weighting=weighting,
    )
    columns = {"closeness": found.closeness, "to_ideal": found.to_ideal, "to_anti_ideal": found.to_anti_ideal}
    return pd.DataFrame(columns, index=table.index)


def grey_relational(
    table: pd.DataFrame,
    reference: pd.Series | Sequence[float] | None = None,
    weights: pd.Series | Sequence[float] | None = None,
    *,
    rho: float = 0.5,
) -> pd.Series:
    """Return grey relational grades of the rows to a reference row (default: the best of every column)."""
    grade = aggregate.grey_relational(table, _aligned(reference, table), _aligned(weights, table), rho=rho)
    return pd.Series(grade, index=table.index, name="grade")


def theil(
    y: pd.Series | Sequence[float],
    groups: pd.Series | Sequence[Any] | None = None,
    weights: pd.Series | Sequence[float] | None = None,
    *,
    kind: TheilKind = "T",
) -> Decomposition:
    """Return Theil's index of one cross-section, within and between groups (one group if None).

    Series are matched by their index, not by position. `inequality_by_year` does every year of a panel.
    """
    values, group, people = _matched(y, groups, weights)
    return inequality.decompose_theil(values, group, people, kind=kind)


def dagum_gini(
    y: pd.Series | Sequence[float],
    groups: pd.Series | Sequence[Any],
    weights: pd.Series | Sequence[float] | None = None,
) -> Decomposition:
    """Return Dagum's Gini of one cross-section: within, net between, transvariation, and every pair of groups.

    Series are matched by their index, not by position.
    """
    values, group, people = _matched(y, groups, weights)
    return inequality.decompose_dagum(values, group, people)


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


def _matched(y: Any, groups: Any, weights: Any) -> tuple[FloatArray, Any, Any]:
    if not isinstance(y, pd.Series):
        values = np.asarray(y, dtype=float)
        return values, np.zeros(len(values), dtype=int) if groups is None else groups, weights
    return (
        y.to_numpy(dtype=float),
        np.zeros(len(y), dtype=int) if groups is None else _by_index(groups, y, "groups"),
        None if weights is None else _by_index(weights, y, "weights"),
    )


def _by_index(other: Any, y: pd.Series, what: str) -> Any:
    if not isinstance(other, pd.Series):
        return other
    absent = y.index.difference(other.index)
    if len(absent):
        raise DataError(f"{what} are missing for {', '.join(str(name) for name in absent[:8])}")
    return other.reindex(y.index).to_numpy()


def _aligned(given: pd.Series | Sequence[float] | None, table: pd.DataFrame) -> Any:
    if isinstance(given, pd.Series):
        absent = [str(name) for name in table.columns if name not in given.index]
        if absent:
            raise DataError(f"no value is given for {', '.join(absent)}: name every column of the table")
        return given.reindex(table.columns).to_numpy(dtype=float)
    return given


def _weights(values: FloatArray, table: pd.DataFrame) -> pd.Series:
    return pd.Series(values, index=table.columns, name="weight")


def _years(table: pd.DataFrame) -> FloatArray:
    if not isinstance(table.index, pd.MultiIndex) or "year" not in table.index.names:
        raise DataError("by-year results need a (province, year) index: use `panel_frame` first")
    return np.asarray(table.index.get_level_values("year"))


def _floats(column: pd.Series, name: str) -> pd.Series:
    try:
        return column.astype(float)
    except (TypeError, ValueError):
        bad = column[pd.to_numeric(column, errors="coerce").isna() & column.notna()]
        raise DataError(f"column {name} holds text, for example {bad.iloc[0]!r}: only numbers do") from None
