"""Inequality, convergence and mobility of a panel, with inference by resampling provinces."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Literal

import numpy as np
import pandas as pd

from panelkit.data.user.provinces import spelled_as
from panelkit.indices.arrays import convergence, inequality, markov, studentised
from panelkit.indices.panels.frames import panel_frame, wide
from panelkit.kernels.frames import as_pandas, as_pandas_series, is_frame, type_name
from panelkit.kernels.rng import as_generator, seed_of
from panelkit.language.errors import DataError, SpecError
from panelkit.language.offers import offered
from panelkit.panel.provenance import place_notes, with_place_notes
from panelkit.results.fit import Derived, FloatArray, TestResult, Uncertainty

if TYPE_CHECKING:
    from panelkit.spatial.weights import Weights

COVERAGE = MappingProxyType(
    {
        "percentile": "covers 87 % for the Gini and 73 % for Theil T",
        "studentised": "covers 90 % for the Gini and 82 % for Theil T",
    }
)
InequalityName = Literal["gini", "theil_t", "theil_l", "cv"]


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
        raise DataError(f"no province-year holds {' and '.join(names)}")
    if index == "dagum" and groups is None:
        raise SpecError("Dagum's decomposition needs groups: without them use index='gini'")
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
    other = benchmark_population or population
    names = [resource, benchmark, *([population] if population else []), *([other] if other else [])]
    frame = panel_frame(data, list(dict.fromkeys(names)), unit=unit, time=time)
    places = place_notes(frame)
    held = frame.index.get_level_values("year")
    wanted = sorted(held.unique()) if years is None else [int(year) for year in years]
    frame = frame[held.isin(wanted)]
    first, provinces, found = wide(frame[resource])
    second, _, _ = wide(frame[benchmark])
    if list(found) != list(wanted):
        raise DataError(f"no rows for {', '.join(str(y) for y in wanted if y not in list(found))}")
    people = [wide(frame[name])[0] if name else np.ones_like(first) for name in (population, other)]
    if interval not in ("percentile", "studentised"):
        raise SpecError(f"interval must be percentile or studentised, not {interval!r}")
    n = len(provinces)
    if n < 3:
        raise DataError(f"a province bootstrap needs at least three provinces, not {n}")
    counts = as_generator(rng).multinomial(n, np.full(n, 1.0 / n), size=reps).astype(float)
    columns = [_by_year(y, w) for y, w in zip((first, second), people, strict=True)]

    def statistic(times: FloatArray) -> FloatArray:
        values = np.column_stack([_mean_index(index, column, times) for column in columns])
        return np.column_stack([values, values[:, 0] - values[:, 1]])

    estimate = statistic(np.ones((1, n)))[0]
    plain = statistic(counts)
    draws = plain if interval == "percentile" else _studentised(statistic, estimate, plain, counts)
    kept = np.asarray(np.isfinite(np.column_stack([plain, draws])).all(axis=1))
    if kept.sum() < 2:
        raise DataError(f"{resource} or {benchmark}: hardly any resample of provinces holds a positive total")
    return Derived(
        title=f"{index} of {resource} against {benchmark}",
        terms=(resource, benchmark, "difference"),
        estimates=estimate,
        covariance=np.cov(plain[kept], rowvar=False),
        draws=draws[kept],
        uncertainty=Uncertainty(
            method="bootstrap", reps=reps, seed=seed_of(rng), discarded=int(len(kept) - kept.sum())
        ),
        facts={
            "index": index,
            "interval": interval,
            "n_units": n,
            "years": ", ".join(str(year) for year in wanted),
            "weights": population or "every province once",
            "discarded": int(len(kept) - kept.sum()),
        },
        notes=(
            *places,
            f"provinces resampled whole; {interval} intervals: with 31 provinces and log-normal values a nominal 95 % "
            f"{COVERAGE[interval]} (docs/evidence/index_inference.csv)",
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
    held = _yearly(as_pandas(table), column) if is_frame(table) else as_pandas_series(table)
    if not isinstance(held, pd.Series):
        raise DataError(f"a trend is of a series by year, not {type_name(table)}: index it by the years")
    if held.index.nlevels > 1 or not pd.api.types.is_integer_dtype(held.index.dtype):
        raise DataError(
            f"a trend is of a series by year, and this one stands under {_labels(held.index)}: index it by whole years"
        )
    series = held.sort_index()
    _consecutive(series.index)
    return convergence.trend(series, lags=lags, reference=reference, rng=rng)


def _labels(index: pd.Index) -> str:
    names = [str(name) for name in index.names if name is not None]
    return " and ".join(names) or f"labels such as {index[0]!r}"


def _yearly(table: pd.DataFrame, column: str) -> pd.Series:
    """Return a column by the years of the index, or of a column `year` where rows are only counted."""
    if column not in table.columns:
        raise DataError(f"the table has no column {column} (there are: {', '.join(map(str, table.columns))})")
    if isinstance(table.index, pd.RangeIndex) and "year" in table.columns:
        table = table.set_index("year")
    return table[column]


@offered(
    "index", family="convergence", result="DataFrame", source="Barro and Sala-i-Martin 1992", public=True
)
def sigma_convergence(
    data: pd.DataFrame,
    column: str,
    *,
    reps: int = 999,
    rng: int | np.random.Generator = 0,
    unit: str | None = None,
    time: str | None = None,
) -> pd.DataFrame:
    """Return sigma (sd of logs, divisor N) and the coefficient of variation by year, with bootstrap intervals.

    Needs positive values and a balanced panel. `sigma_low, sigma_high` are 95 % percentile bounds over provinces.

    Parameters
    ----------
    data
        A panel: one row a unit and time; pandas, polars or Arrow.
    column
        A positive column of `data`.
    reps
        Number of draws.
    rng
        Seed or numpy generator; the same seed gives the same numbers.
    unit, time
        Columns that hold unit and time; None: the levels of the index, or columns with a known name.

    Returns
    -------
    DataFrame
        One row a year: sigma, its bounds, and the coefficient of variation.

    Raises
    ------
    DataError
        If a value is not positive or the panel is not balanced.

    Examples
    --------
    >>> table = pk.sigma_convergence(panel, "gdp", reps=99, rng=1)
    >>> len(table)
    6
    """
    frame = panel_frame(data, [column], unit=unit, time=time)
    y, _, years = wide(frame[column])
    sigma = convergence.sigma(y)
    n = len(y)
    counts = as_generator(rng).multinomial(n, np.full(n, 1.0 / n), size=reps) / n
    logs = np.log(y)
    mean = counts @ logs
    spread = np.sqrt(np.maximum(counts @ logs**2 - mean**2, 0.0))
    low, high = np.quantile(spread, [0.025, 0.975], axis=0)
    out = pd.DataFrame(
        {"sigma": sigma, "sigma_low": low, "sigma_high": high, "cv": y.std(axis=0) / y.mean(axis=0)},
        index=pd.Index(years, name="year"),
    )
    return with_place_notes(out, place_notes(frame))


@offered(
    "index",
    family="convergence",
    result="Derived",
    source="Barro and Sala-i-Martin 1992; Nickell 1981 (bias)",
    public=True,
)
def beta_convergence(
    data: pd.DataFrame,
    column: str,
    *,
    kind: Literal["absolute", "conditional", "spatial"] = "absolute",
    controls: Sequence[str] = (),
    w: Any = None,
    reps: int = 999,
    rng: int | np.random.Generator = 0,
    unit: str | None = None,
    time: str | None = None,
) -> Derived:
    """Return the slope, speed and (in facts) half-life of beta convergence of a positive panel column.

    - absolute: (1/T) ln(y_T / y_0) on ln y_0 over provinces, lambda = -ln(1 + b T) / T; intervals by resampling
      provinces.
    - conditional: the change of ln y on its lag with province and year effects and `controls` (lagged one year),
      lambda = -ln(1 + b); covariance CRV3 by province. Fixed effects bias b towards convergence (Nickell 1981).
    - spatial: the absolute regression with the neighbours' growth on the right (spatial lag, maximum likelihood,
      `w` a frame with provinces on both sides or weights with ids); the speed comes from the direct effect
      b tr[(I - rho W)^-1] / N, and the total effect b / (1 - rho) stands beside it in `facts`.

    A negative slope alone does not show a falling spread (Quah 1993): print sigma beside it.

    Parameters
    ----------
    data
        A panel: one row a unit and time; pandas, polars or Arrow.
    column
        A positive column of `data`.
    kind
        "absolute", "conditional" or "spatial".
    controls
        Columns, lagged one year, of the conditional form.
    w
        Weights (N, N) by id, of any kind that `as_weights` reads.
    reps
        Number of draws.
    rng
        Seed or numpy generator; the same seed gives the same numbers.
    unit, time
        Columns that hold unit and time; None: the levels of the index, or columns with a known name.

    Returns
    -------
    Derived
        Slope and speed (per year), the half-life (years) in `facts`.

    Raises
    ------
    DataError
        If a value is not positive or the panel is not balanced.

    Examples
    --------
    >>> found = pk.beta_convergence(panel, "gdp", reps=99, rng=1)
    """
    frame = panel_frame(data, [column, *controls], unit=unit, time=time)
    if kind == "absolute":
        found = _absolute(frame[column], reps, rng)
    elif kind == "conditional":
        found = _conditional(frame, column, controls)
    elif kind == "spatial":
        found = _spatial(frame[column], w)
    else:
        raise SpecError(f"kind must be absolute, conditional or spatial, not {kind!r}")
    return replace(found, notes=(*place_notes(frame), *found.notes))


@offered(
    "index", family="mobility", result="Derived", source="Rey 2001; Shorrocks 1978 (mobility)", public=True
)
def markov_chain(
    data: pd.DataFrame,
    column: str,
    *,
    k: int = 4,
    relative: bool = False,
    reps: int = 999,
    rng: int | np.random.Generator = 0,
    unit: str | None = None,
    time: str | None = None,
) -> Derived:
    """Return the transition probabilities of pooled quantile classes, intervals by resampling provinces.

    Terms `1->1`, `1->2`, ... over one year; `facts` hold mobility and the order test. 31 provinces and a dozen
    years leave few moves a cell: three or four classes at most. `relative` divides by each year's mean, as Rey (2001)
    does: without it an index that grows everywhere leaves no way down.

    Parameters
    ----------
    data
        A panel: one row a unit and time; pandas, polars or Arrow.
    column
        A numeric column of `data`.
    k
        Number of classes.
    relative
        Divide by each year's mean first.
    reps
        Number of draws.
    rng
        Seed or numpy generator; the same seed gives the same numbers.
    unit, time
        Columns that hold unit and time; None: the levels of the index, or columns with a known name.

    Returns
    -------
    Derived
        One row a pair of classes: the probability of the move in one year, with its interval.

    Raises
    ------
    DataError
        If a class is empty or the panel is not balanced.

    Examples
    --------
    >>> found = pk.markov_chain(panel, "gdp", k=3, relative=True, reps=99, rng=1)
    """
    frame = panel_frame(data, [column], unit=unit, time=time)
    y, _, years = wide(frame[column])
    _consecutive(years)
    y = _relative(y) if relative else y
    classes = markov.classify(y, markov.quantile_cutoffs(y, k))
    moves = markov.transitions(classes, k)
    never = [str(i + 1) for i in np.flatnonzero(moves.sum(axis=1) == 0)]
    if never:
        raise DataError(f"{column}: no move starts in class {', '.join(never)} of {k}: use fewer classes")
    p = markov.probabilities(moves)
    drawn = markov.bootstrap(classes, k, reps=reps, rng=rng)
    whole = (drawn.sum(axis=2) > 0).all(axis=1)
    if whole.sum() < 2:
        raise DataError(f"{column}: no resample of provinces holds all {k} classes: use fewer classes")
    draws = drawn[whole].reshape(-1, k * k)
    test = markov.order_test(classes, k)
    return Derived(
        title=f"Markov chain of {column}, {k} classes",
        terms=tuple(f"{i + 1}->{j + 1}" for i in range(k) for j in range(k)),
        estimates=p.ravel(),
        covariance=np.cov(draws, rowvar=False),
        draws=draws,
        uncertainty=Uncertainty(
            method="bootstrap", reps=reps, seed=seed_of(rng), discarded=int(len(whole) - whole.sum())
        ),
        facts={
            "n_units": len(y),
            "years": f"{years[0]}-{years[-1]}",
            "moves": int(classes.shape[0] * (classes.shape[1] - 1)),
            "discarded": int(len(whole) - whole.sum()),
            "mobility": markov.mobility(p),
            "order_test_p": test.p_value,
        },
        notes=(
            *place_notes(frame),
            "classes are pooled quantiles with fixed cut-offs"
            + (", of values relative to the year" if relative else ""),
        ),
    )


@offered("index", family="mobility", result="SpatialMarkov", source="Rey 2001", public=True)
def spatial_markov(
    data: pd.DataFrame,
    column: str,
    w: Any,
    *,
    k: int = 4,
    m: int | None = None,
    same_cutoffs: bool = False,
    relative: bool = False,
    unit: str | None = None,
    time: str | None = None,
) -> markov.SpatialMarkov:
    """Return the spatial Markov chain of a panel column under row-standardised weights, aligned by id (Rey 2001).

    `w` is a panelkit or libpysal weights object, or a frame with provinces on both sides; `relative` divides by each
    year's mean.

    Parameters
    ----------
    data
        A panel: one row a unit and time; pandas, polars or Arrow.
    column
        A numeric column of `data`.
    w
        Weights (N, N) by id, of any kind that `as_weights` reads.
    k
        Number of classes of the values.
    m
        Number of classes of the neighbours' mean; None: k.
    same_cutoffs
        Class the neighbours by the cut-offs of the values.
    relative
        Divide by each year's mean first.
    unit, time
        Columns that hold unit and time; None: the levels of the index, or columns with a known name.

    Returns
    -------
    SpatialMarkov
        Transition matrices (m, k, k) by class of the neighbours, and the tests of equality.

    Raises
    ------
    DataError
        If ids disagree or the panel is not balanced.

    Examples
    --------
    >>> found = pk.spatial_markov(panel, "gdp", w, k=3, relative=True)
    """
    frame = panel_frame(data, [column], unit=unit, time=time)
    y, provinces, years = wide(frame[column])
    _consecutive(years)
    y = _relative(y) if relative else y
    weights = _row_weights(w, provinces)
    found = markov.spatial_markov(y, weights.matrix.toarray(), k=k, m=m, same_cutoffs=same_cutoffs)
    return replace(found, notes=(*weights.said, *place_notes(frame)))


def weights_matrix(w: Any, ids: pd.Index) -> FloatArray:
    """Return row-standardised spatial weights (N, N) in the order of `ids`, matched by id, never by position.

    `w` is anything that `panelkit.spatial.weights.as_weights` reads; provinces may be spelled otherwise than in the
    panel. Units of the weights that the panel lacks are left out, and the rest standardised again.

    Raises
    ------
    DataError
        If an id is missing from the weights, or is left without a neighbour, naming it.
    """
    return np.asarray(_row_weights(w, ids).matrix.toarray(), dtype=float)


def _row_weights(w: Any, ids: pd.Index) -> Weights:
    from panelkit.spatial.provincial import match_labels
    from panelkit.spatial.weights import as_weights

    labels = [label.item() if isinstance(label, np.generic) else label for label in ids]
    given = match_labels(as_weights(w), labels).subset(labels)
    given.refuse_islands()
    return given if given.normalisation == "row" else given.normalised("row")


def _absolute(series: pd.Series, reps: int, rng: int | np.random.Generator) -> Derived:
    y, provinces, years = wide(series)
    span = float(years[-1] - years[0])
    if len(provinces) < 3 or span <= 0:
        raise DataError("absolute convergence needs at least three provinces and two years")
    rate, start = convergence.growth(y, span)
    n = len(provinces)
    counts = as_generator(rng).multinomial(n, np.full(n, 1.0 / n), size=reps).astype(float)
    slopes = convergence.batched_slopes(rate, start, np.vstack([np.ones(n), counts]))
    if not np.isfinite(slopes[0]):
        raise DataError("all provinces start equal: there is nothing to converge from")
    speeds = convergence.speed(slopes, span)
    if not np.isfinite(speeds[0]):
        raise DataError(
            f"{series.name}: provinces overtake each other, slope {slopes[0]:.4f} a year over {span:g} years: "
            "1 + b T is not positive, and no speed of convergence gives that; take a shorter span"
        )
    draws = np.column_stack([slopes, np.where(np.isfinite(slopes) & np.isnan(speeds), np.inf, speeds)])[1:]
    kept = draws[np.isfinite(draws[:, 0])]
    finite = kept[np.isfinite(kept).all(axis=1)]
    return Derived(
        title=f"Absolute beta convergence of {series.name}",
        terms=("slope", "speed"),
        estimates=np.array([slopes[0], speeds[0]]),
        covariance=np.cov(finite, rowvar=False),
        draws=kept,
        uncertainty=Uncertainty(
            method="bootstrap", reps=reps, seed=seed_of(rng), discarded=len(draws) - len(kept)
        ),
        facts=_speed_facts(n, years, float(speeds[0])),
        notes=(
            "provinces resampled; percentile intervals",
            "a negative slope does not show a falling spread",
        ),
    )


def _conditional(frame: pd.DataFrame, column: str, controls: Sequence[str]) -> Derived:
    from panelkit.models.linear.fixed_effects import FixedEffects

    if (frame[column].dropna() <= 0).any():
        raise DataError(f"convergence takes logarithms: {column} has values that are not positive")
    table = frame.rename(columns={column: "y", **{name: f"x{i}" for i, name in enumerate(controls)}})
    table["ly"] = np.log(table["y"])
    right = ["lag(ly)", *(f"lag(x{i})" for i in range(len(controls)))]
    fit = FixedEffects(f"diff(ly) ~ {' + '.join(right)}").fit(table)
    slope, error = float(fit.params.iloc[0]), float(fit.std_errors.iloc[0])
    speed = float(convergence.speed(slope, 1.0))
    gradient = np.array([1.0, -1.0 / (1.0 + slope)])
    years = frame.index.get_level_values("year")
    return Derived(
        title=f"Conditional beta convergence of {column}",
        terms=("slope", "speed"),
        estimates=np.array([slope, speed]),
        covariance=np.outer(gradient, gradient) * error**2,
        df=fit.df,
        uncertainty=Uncertainty(method="delta"),
        facts=_speed_facts(int(fit.facts["n_units"]), years.unique().sort_values(), speed)
        | {"nobs": fit.nobs, "vcov": fit.facts.get("vcov"), "controls": ", ".join(controls) or "none"},
        notes=("fixed effects with a lagged outcome bias the slope towards convergence (Nickell 1981)",),
    )


def _spatial(series: pd.Series, w: Any) -> Derived:
    if w is None:
        raise SpecError("spatial convergence needs w: the spatial weights, labelled as the provinces are")
    y, provinces, years = wide(series)
    span = float(years[-1] - years[0])
    if len(provinces) < 4 or span <= 0:
        raise DataError("spatial convergence needs at least four provinces and two years")
    rate, start = convergence.growth(y, span)
    _refuse_no_spread(series.name, rate, start)
    used = _row_weights(w, provinces)
    weights = np.asarray(used.matrix.toarray(), dtype=float)
    rho, slope, covariance = convergence.spatial_lag(rate, start, weights)
    multiplier = np.linalg.inv(np.eye(len(weights)) - rho * weights)
    direct = float(np.trace(multiplier)) / len(weights) * slope
    total = slope / (1.0 - rho)
    speed = float(convergence.speed(direct, span))
    errors = np.sqrt(np.diag(covariance))
    return Derived(
        title=f"Spatial beta convergence of {series.name}",
        terms=("slope", "rho"),
        estimates=np.array([slope, rho]),
        covariance=covariance,
        uncertainty=Uncertainty(method="delta"),
        facts=_speed_facts(len(provinces), years, speed)
        | {
            "direct": direct,
            "total": total,
            "effect": "speed from the direct effect",
            "slope_se": float(errors[0]),
        },
        notes=(
            "spatial lag of growth, maximum likelihood; standard errors from the observed information",
            *used.said,
        ),
    )


def _refuse_no_spread(name: Any, rate: FloatArray, start: FloatArray) -> None:
    if np.ptp(start) <= 1e-12 * max(1.0, float(np.abs(start).max())):
        raise DataError(f"{name}: all provinces start equal: there is nothing to converge from")
    if np.ptp(rate) <= 1e-12 * max(1.0, float(np.abs(rate).max())):
        raise DataError(f"{name}: all provinces grow at the same rate: there is nothing to explain")


def _speed_facts(n: int, years: Any, speed: float) -> dict[str, Any]:
    return {
        "n_units": n,
        "n_periods": len(years),
        "years": f"{years[0]}-{years[-1]}",
        "speed": speed,
        "half_life": float(convergence.half_life(speed)),
    }


def _by_year(y: FloatArray, people: FloatArray) -> list[tuple[FloatArray, FloatArray]]:
    return [inequality.checked(y[:, t], people[:, t]) for t in range(y.shape[1])]


def _mean_index(index: str, columns: list[tuple[FloatArray, FloatArray]], counts: FloatArray) -> FloatArray:
    function = inequality.batched(index)
    with np.errstate(divide="ignore", invalid="ignore"):  # a resample without any holder: NaN, discarded
        found = [function(values, counts * people) for values, people in columns]
    return np.asarray(np.mean(found, axis=0))


def _studentised(
    statistic: studentised.Statistic, estimate: FloatArray, plain: FloatArray, counts: FloatArray
) -> FloatArray:
    error = studentised.jackknife_errors(statistic, np.ones((1, counts.shape[1])))[0]
    return studentised.pivots(estimate, error, plain, studentised.jackknife_errors(statistic, counts))


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
        raise DataError(f"no group is given for {', '.join(lost[:8])}: label groups as the panel is")
    return out


def _relative(y: FloatArray) -> FloatArray:
    mean = y.mean(axis=0)
    if (mean <= 0).any():
        raise DataError("values relative to the year's mean need positive means")
    return np.asarray(y / mean)


def _consecutive(years: pd.Index) -> None:
    if (np.diff(years.to_numpy()) != 1).any():
        raise DataError(f"a yearly chain or trend needs consecutive years, not {', '.join(map(str, years))}")
