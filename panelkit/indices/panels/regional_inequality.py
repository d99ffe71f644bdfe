"""Inequality of a panel column: by year, by groups, of a resource against a benchmark, over time."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from types import MappingProxyType
from typing import Any, Literal

import numpy as np
import pandas as pd

from panelkit.data.user.places import provincial_rows
from panelkit.data.user.provinces import spelled_as
from panelkit.indices.arrays import convergence, inequality, studentised
from panelkit.indices.arrays.inequality import Decomposition, TheilKind
from panelkit.indices.arrays.inequality_without import without_each
from panelkit.indices.panels.panel_frame import panel_frame, refuse_gaps, wide
from panelkit.kernels.frames import as_floats, as_pandas, as_pandas_series, is_frame, type_name
from panelkit.kernels.rng import as_generator, seed_of
from panelkit.language.errors import DataError, SpecError
from panelkit.language.message import Joined, Language, Message, message, term
from panelkit.language.offers import offered
from panelkit.language.options import check_count, refuse_idle
from panelkit.panel.provenance import place_notes, with_place_notes
from panelkit.results.fit import Derived, FloatArray, TestResult, Uncertainty

INTERVALS = MappingProxyType(
    {
        "percentile": message(
            "{units} resampled whole; percentile intervals: with 31 provinces and log-normal values a nominal 95 % "
            "covers 87 % for the Gini and 73 % for Theil T (docs/evidence/index_inference.csv)"
        ),
        "studentised": message(
            "{units} resampled whole; studentised intervals: with 31 provinces and log-normal values a nominal 95 % "
            "covers 90 % for the Gini and 82 % for Theil T (docs/evidence/index_inference.csv)"
        ),
    }
)
_AND: Mapping[Language, str] = {"en": " and ", "zh": "和"}
_MOST = 5
"""Cells that a message names."""

InequalityName = Literal["gini", "theil_t", "theil_l", "cv"]


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


@offered("index", family="inequality", result="DataFrame", source="Theil 1967; Dagum 1997", public=True)
def inequality_by_year(
    data: pd.DataFrame,
    column: str,
    *,
    index: Literal["gini", "theil_t", "theil_l", "cv", "dagum"] = "dagum",
    groups: pd.Series | Mapping[Any, Any] | None = None,
    population: str | None = None,
    unit: str | None = None,
    time: str | None = None,
) -> pd.DataFrame:
    """Return an inequality index of a panel column by year, with its parts where `groups` are given.

    One row a year: `total`, for Theil `within, between` and for Dagum `within, net_between, transvariation`, and each
    part's share (`<part>_share`); the parts add up exactly. `population` names a column of weights. Provinces without
    a figure are left out of that year; `units` counts those held.

    Parameters
    ----------
    data
        A panel: one row a unit and time; pandas, polars or Arrow.
    column
        A numeric column of `data`.
    index
        "gini", "theil_t", "theil_l", "cv" or "dagum".
    groups
        Unit -> group; None: no parts.
    population
        A column of weights, in persons.
    unit, time
        Columns that hold unit and time; None: the levels of the index, or columns with a known name.

    Returns
    -------
    DataFrame
        One row a year: the total, its parts, their shares and the number of units.

    Raises
    ------
    DataError
        If values are negative, or not positive where the index needs logs.

    Examples
    --------
    >>> table = pk.inequality_by_year(panel, "gdp", index="gini")
    >>> len(table)
    6
    """
    names = [column, *([population] if population else [])]
    frame = panel_frame(data, names, unit=unit, time=time).dropna()
    places = place_notes(frame)
    if frame.empty:
        raise DataError(message("no {unit}-{period} holds {columns}", columns=Joined(names, _AND)))
    _refuse_negative(frame, names)
    if index == "dagum" and groups is None:
        raise SpecError(message("Dagum's decomposition needs groups: without them use index='gini'"))
    refuse_idle(
        {"groups": groups is not None and index in ("gini", "cv")},
        message("would change nothing: gini and cv are not decomposed; take index='dagum' or 'theil_t'"),
    )
    member = None if groups is None else _members(groups, frame)
    rows = {}
    for year, part in frame.groupby(level="year"):
        y = part[column].to_numpy()
        w = part[population].to_numpy() if population else None
        row: dict[str, float] = {"units": len(part)}
        if member is None or index in ("gini", "cv"):
            held, even = inequality.checked(y, w)
            row["total"] = float(inequality.batched(index)(held, even[None])[0])
        else:
            found = _decomposed(index, y, member.loc[part.index].to_numpy(), w)
            row |= {"total": found.total, **found.parts}
            row |= {f"{name}_share": found.share(name) for name in found.parts}
        rows[year] = row
    out = pd.DataFrame.from_dict(rows, orient="index").rename_axis("year")
    return with_place_notes(out, places)


@offered("index", family="inequality", result="Derived", public=True)
def inequality_gap(
    data: pd.DataFrame,
    resource: str,
    benchmark: str,
    *,
    index: InequalityName = "gini",
    population: str | None = None,
    benchmark_population: str | None = None,
    years: Sequence[int] | None = None,
    interval: Literal["percentile", "studentised"] = "percentile",
    reps: int = 999,
    rng: int | np.random.Generator = 0,
    unit: str | None = None,
    time: str | None = None,
) -> Derived:
    """Return the inequality of a resource, of a benchmark, and their difference, with province-bootstrap intervals.

    Both columns are resampled together, so that the difference keeps their dependence; with several years the indices
    are means over years and a province's years stay together. Totals are compared as totals (concentration); name
    `population` and give values per head to compare persons (`benchmark_population` where the benchmark has
    another base, such as employed persons). With 31 provinces and log-normal values a nominal 95 % covers 87 % for the
    Gini and 73 % for Theil T as a percentile interval, 90 % and 82 % as a `studentised` one (bootstrap-t, every
    resample with its own jackknife error; docs/evidence/index_inference.csv). Resamples in which nobody holds anything
    are discarded and counted.

    Parameters
    ----------
    data
        A panel: one row a unit and time; pandas, polars or Arrow.
    resource
        A numeric column of `data`.
    benchmark
        A numeric column of `data`.
    index
        "gini", "theil_t", "theil_l" or "cv".
    population
        A column of weights, in persons.
    benchmark_population
        Weights of the benchmark, where others.
    years
        Years to average over; None: all.
    interval
        "percentile" or "studentised".
    reps
        Number of draws.
    rng
        Seed or numpy generator; the same seed gives the same numbers.
    unit, time
        Columns that hold unit and time; None: the levels of the index, or columns with a known name.

    Returns
    -------
    Derived
        Three rows: resource, benchmark and difference, with 95 % intervals.

    Raises
    ------
    DataError
        If values are negative or a year is not held.

    Examples
    --------
    >>> gap = pk.inequality_gap(panel, "rd_expenditure", "gdp", years=(2020,), reps=199, rng=1)
    """
    check_count("reps", reps, 2)
    other = benchmark_population or population
    names = [resource, benchmark, *([population] if population else []), *([other] if other else [])]
    frame = panel_frame(data, list(dict.fromkeys(names)), unit=unit, time=time)
    _refuse_negative(frame, [str(name) for name in frame.columns])
    places = place_notes(frame)
    held = frame.index.get_level_values("year")
    wanted = sorted(held.unique()) if years is None else [int(year) for year in years]
    frame = frame[held.isin(wanted)]
    first, provinces, found = wide(frame[resource])
    second, _, _ = wide(frame[benchmark])
    if list(found) != list(wanted):
        raise DataError(
            message("no rows for {years}", years=[str(y) for y in wanted if y not in list(found)])
        )
    people = [wide(frame[name])[0] if name else np.ones_like(first) for name in (population, other)]
    if interval not in ("percentile", "studentised"):
        raise SpecError(
            message("interval must be percentile or studentised, not {interval!r}", interval=interval)
        )
    n = len(provinces)
    if n < 3:
        raise DataError(message("a {unit} bootstrap needs at least three {units}, not {n}", n=n))
    counts = as_generator(rng).multinomial(n, np.full(n, 1.0 / n), size=reps).astype(float)
    columns = [_by_year(y, w) for y, w in zip((first, second), people, strict=True)]

    def statistic(times: FloatArray) -> FloatArray:
        values = np.column_stack([_mean_index(index, column, times) for column in columns])
        return np.column_stack([values, values[:, 0] - values[:, 1]])

    estimate = statistic(np.ones((1, n)))[0]
    plain = statistic(counts)
    draws = plain if interval == "percentile" else _studentised(index, columns, estimate, plain, counts)
    kept = np.asarray(np.isfinite(np.column_stack([plain, draws])).all(axis=1))
    if kept.sum() < 2:
        raise DataError(
            message(
                "{resource} or {benchmark}: hardly any resample of {units} holds a positive total",
                resource=resource,
                benchmark=benchmark,
            )
        )
    return Derived(
        title=message(
            "{index} of {resource} against {benchmark}", index=index, resource=resource, benchmark=benchmark
        ),
        terms=(resource, benchmark, term("inequality", "difference")),
        estimates=estimate,
        covariance=np.cov(plain[kept], rowvar=False),
        draws=draws[kept],
        uncertainty=Uncertainty(
            method="bootstrap", reps=reps, seed=seed_of(rng), discarded=int(len(kept) - kept.sum())
        ),
        facts={
            "index": index,
            term("fact", "interval"): interval,
            "n_units": n,
            "years": ", ".join(str(year) for year in wanted),
            term("fact", "weights"): population or message("every {unit} once"),
            term("fact", "discarded"): int(len(kept) - kept.sum()),
        },
        notes=(
            *places,
            INTERVALS[interval],
        ),
    )


@offered("index", family="inequality", result="TestResult", source="Newey and West 1987", public=True)
def inequality_trend(
    table: pd.DataFrame | pd.Series,
    column: str = "total",
    *,
    lags: int = 2,
    reference: convergence.Reference = "t",
    rng: int | np.random.Generator = 0,
) -> TestResult:
    """Return the Newey-West test that a yearly index has no trend; fewer than ten years: not applicable.

    `reference="simulated"` holds the statistic against simulated series instead of t(T - 2), which rejects too often
    (see `convergence.trend`). Years must be consecutive.

    Parameters
    ----------
    table
        One row a year, as `inequality_by_year` gives it.
    column
        The column of the index.
    lags
        Lags of the Bartlett kernel, in years.
    reference
        "t" or "simulated".
    rng
        Seed or numpy generator; the same seed gives the same numbers.

    Returns
    -------
    TestResult
        The slope by year over its standard error.

    Raises
    ------
    DataError
        If years do not follow each other.

    Examples
    --------
    >>> frame = pk.load_provinces(["gdp"], (2010, 2020))
    >>> found = pk.inequality_trend(pk.inequality_by_year(frame, "gdp", index="gini"))
    """
    check_count("lags", lags, 0)
    held = _yearly(as_pandas(table), column) if is_frame(table) else as_pandas_series(table)
    if not isinstance(held, pd.Series):
        raise DataError(
            message(
                "a trend is of a series by year, not {kind}: index it by the years", kind=type_name(table)
            )
        )
    if held.index.nlevels > 1 or not pd.api.types.is_integer_dtype(held.index.dtype):
        raise DataError(
            message(
                "a trend is of a series by year, and this one stands under {labels}: index it by whole years",
                labels=_labels(held.index),
            )
        )
    series = held.sort_index()
    refuse_gaps(series.index)
    return convergence.trend(series, lags=lags, reference=reference, rng=rng)


def _refuse_negative(frame: pd.DataFrame, columns: Sequence[str]) -> None:
    """Refuse negative cells by column, unit and year, all of them together."""
    cells = [
        f"{name} {unit} {year}"
        for name in columns
        for unit, year in frame.index[(frame[name] < 0).to_numpy()]
    ]
    if cells:
        raise DataError(
            message(
                "negative: {cells}; an index of inequality reads values of zero or more: leave these rows out, or take "
                "another column",
                cells=cells[:_MOST] + (["..."] if len(cells) > _MOST else []),
            )
        )


def _labels(index: pd.Index) -> Message:
    names = [str(name) for name in index.names if name is not None]
    return Joined(names, _AND) if names else message("labels such as {label!r}", label=index[0])


def _yearly(table: pd.DataFrame, column: str) -> pd.Series:
    """Return a column by the years of the index, or of a column `year` where rows are only counted."""
    if column not in table.columns:
        raise DataError(
            message(
                "the table has no column {column} (there are: {held})",
                column=column,
                held=[str(one) for one in table.columns],
            )
        )
    if isinstance(table.index, pd.RangeIndex) and "year" in table.columns:
        table = table.set_index("year")
    return table[column]


def _by_year(y: FloatArray, people: FloatArray) -> list[tuple[FloatArray, FloatArray]]:
    return [inequality.checked(y[:, t], people[:, t]) for t in range(y.shape[1])]


def _mean_index(index: str, columns: list[tuple[FloatArray, FloatArray]], counts: FloatArray) -> FloatArray:
    function = inequality.batched(index)
    with np.errstate(divide="ignore", invalid="ignore"):  # a resample without any holder: NaN, discarded
        found = [function(values, counts * people) for values, people in columns]
    return np.asarray(np.mean(found, axis=0))


def _studentised(
    index: str,
    columns: list[list[tuple[FloatArray, FloatArray]]],
    estimate: FloatArray,
    plain: FloatArray,
    counts: FloatArray,
) -> FloatArray:
    def errors(times: FloatArray) -> FloatArray:
        parts = [
            np.mean([without_each(index, y, times * people, people) for y, people in column], axis=0)
            for column in columns
        ]
        return studentised.errors_of(np.stack([*parts, parts[0] - parts[1]], axis=2), times)

    return studentised.pivots(estimate, errors(np.ones((1, counts.shape[1])))[0], plain, errors(counts))


def _decomposed(index: str, y: FloatArray, member: Any, w: FloatArray | None) -> inequality.Decomposition:
    if index == "dagum":
        return inequality.decompose_dagum(y, member, w)
    return inequality.decompose_theil(y, member, w, kind="T" if index == "theil_t" else "L")


def _members(groups: pd.Series | Mapping[Any, Any], frame: pd.DataFrame) -> pd.Series:
    given = groups if isinstance(groups, pd.Series) else pd.Series(dict(groups))
    province = frame.index.get_level_values("province")
    given = given.rename(index=spelled_as(province, given.index))
    out = pd.Series(given.reindex(province).to_numpy(), index=frame.index)
    if out.isna().any():
        lost = sorted({str(name) for name in province[out.isna().to_numpy()]})
        raise DataError(
            message("no group is given for {names}: label groups as the panel is", names=lost[:8])
        )
    return out


def _matched(y: Any, groups: Any, weights: Any) -> tuple[FloatArray, Any, Any, tuple[Message, ...]]:
    y = as_pandas_series(y)
    if is_frame(y):
        raise DataError(message("inequality is of one column: give a series, `data['income']`, not a frame"))
    if not isinstance(y, pd.Series):
        values = as_floats(y, message("inequality"))
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
        as_floats(rows, message("inequality")),
        np.zeros(len(rows), dtype=int) if groups is None else of_rows(groups, term("array", "groups")),
        None if weights is None else of_rows(weights, term("array", "weights")),
        notes,
    )


def _by_index(other: pd.Series, y: pd.Series, what: str) -> pd.Series:
    absent = y.index.difference(other.index)
    if len(absent):
        raise DataError(
            message("{what} are missing for {names}", what=what, names=[str(name) for name in absent[:8]])
        )
    return other.reindex(y.index)
