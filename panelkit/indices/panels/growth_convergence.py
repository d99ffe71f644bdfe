"""Sigma and beta convergence of a panel column, with inference by resampling provinces."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any, Literal

import numpy as np
import pandas as pd

from panelkit.indices.arrays import convergence
from panelkit.indices.panels.panel_frame import own_words, panel_frame, wide
from panelkit.indices.panels.spatial_weights import row_weights
from panelkit.kernels.rng import as_generator, seed_of
from panelkit.language.errors import DataError, SpecError
from panelkit.language.message import message, term
from panelkit.language.offers import offered
from panelkit.language.options import check_count, refuse_idle
from panelkit.language.spelt import option
from panelkit.panel.provenance import place_notes, with_place_notes
from panelkit.results.fit import Derived, FloatArray, Uncertainty

_SLOPE, _SPEED = term("convergence", "slope"), term("convergence", "speed")
_BELONGS = {"absolute": "", "conditional": "controls", "spatial": "w"}
_IDLE = message(
    "would change nothing: controls= belongs to {kind_option}, and w= to {kind}",
    kind_option=option("kind", "conditional"),
    kind=option("kind", "spatial"),
)


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
    check_count("reps", reps, 2)
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
    if kind not in _BELONGS:
        raise SpecError(message("kind must be absolute, conditional or spatial, not {kind!r}", kind=kind))
    check_count("reps", reps, 2)
    given = {"controls": len(controls) > 0, "w": w is not None}
    refuse_idle({name: there and _BELONGS[kind] != name for name, there in given.items()}, _IDLE)
    with own_words(data, unit, time) as levels:
        frame = panel_frame(data, [column, *controls], unit=unit, time=time)
        if kind == "absolute":
            found = _absolute(frame[column], reps, rng)
        elif kind == "conditional":
            found = _conditional(frame, column, controls)
        else:
            found = _spatial(frame[column], w)
    return replace(found, notes=(*place_notes(frame), *found.notes), levels=levels)


def _absolute(series: pd.Series, reps: int, rng: int | np.random.Generator) -> Derived:
    y, provinces, years = wide(series)
    span = float(years[-1] - years[0])
    if len(provinces) < 3 or span <= 0:
        raise DataError(message("absolute convergence needs at least three {units} and two {periods}"))
    rate, start = convergence.growth(y, span)
    n = len(provinces)
    counts = as_generator(rng).multinomial(n, np.full(n, 1.0 / n), size=reps).astype(float)
    slopes = convergence.batched_slopes(rate, start, np.vstack([np.ones(n), counts]))
    if not np.isfinite(slopes[0]):
        raise DataError(message("all {units} start equal: there is nothing to converge from"))
    speeds = convergence.speed(slopes, span)
    if not np.isfinite(speeds[0]):
        raise DataError(
            message(
                "{name}: {units} overtake each other, slope {slope:.4f} a year over {span:g} "
                "years: 1 + b T is not positive, and no speed of convergence gives that; take a "
                "shorter span",
                name=str(series.name),
                slope=slopes[0],
                span=span,
            )
        )
    draws = np.column_stack([slopes, np.where(np.isfinite(slopes) & np.isnan(speeds), np.inf, speeds)])[1:]
    kept = draws[np.isfinite(draws[:, 0])]
    finite = kept[np.isfinite(kept).all(axis=1)]
    return Derived(
        title=message("Absolute beta convergence of {column}", column=str(series.name)),
        terms=(_SLOPE, _SPEED),
        estimates=np.array([slopes[0], speeds[0]]),
        covariance=np.cov(finite, rowvar=False),
        draws=kept,
        uncertainty=Uncertainty(
            method="bootstrap", reps=reps, seed=seed_of(rng), discarded=len(draws) - len(kept)
        ),
        facts=_speed_facts(n, years, float(speeds[0])),
        notes=(
            message("{units} resampled; percentile intervals"),
            message("a negative slope does not show a falling spread"),
        ),
    )


def _conditional(frame: pd.DataFrame, column: str, controls: Sequence[str]) -> Derived:
    from panelkit.models.linear.fixed_effects import FixedEffects

    if (frame[column].dropna() <= 0).any():
        raise DataError(
            message("convergence takes logarithms: {column} has values that are not positive", column=column)
        )
    table = frame.rename(columns={column: "y", **{name: f"x{i}" for i, name in enumerate(controls)}})
    table["ly"] = np.log(table["y"])
    right = ["lag(ly)", *(f"lag(x{i})" for i in range(len(controls)))]
    fit = FixedEffects(f"diff(ly) ~ {' + '.join(right)}").fit(table)
    slope, error = float(fit.params.iloc[0]), float(fit.std_errors.iloc[0])
    speed = float(convergence.speed(slope, 1.0))
    gradient = np.array([1.0, -1.0 / (1.0 + slope)])
    years = frame.index.get_level_values("year")
    return Derived(
        title=message("Conditional beta convergence of {column}", column=column),
        terms=(_SLOPE, _SPEED),
        estimates=np.array([slope, speed]),
        covariance=np.outer(gradient, gradient) * error**2,
        df=fit.df,
        uncertainty=Uncertainty(method="delta"),
        facts=_speed_facts(int(fit.facts["n_units"]), years.unique().sort_values(), speed)
        | {
            "nobs": fit.nobs,
            "vcov": fit.facts.get("vcov"),
            term("fact", "controls"): ", ".join(controls) or term("controls", "none"),
        },
        notes=(
            message("fixed effects with a lagged outcome bias the slope towards convergence (Nickell 1981)"),
        ),
    )


def _spatial(series: pd.Series, w: Any) -> Derived:
    if w is None:
        raise SpecError(
            message("spatial convergence needs w: the spatial weights, labelled as the {units} are")
        )
    y, provinces, years = wide(series)
    span = float(years[-1] - years[0])
    if len(provinces) < 4 or span <= 0:
        raise DataError(message("spatial convergence needs at least four {units} and two {periods}"))
    rate, start = convergence.growth(y, span)
    _refuse_no_spread(series.name, rate, start)
    used = row_weights(w, provinces)
    weights = np.asarray(used.matrix.toarray(), dtype=float)
    rho, slope, covariance = convergence.spatial_lag(rate, start, weights)
    multiplier = np.linalg.inv(np.eye(len(weights)) - rho * weights)
    direct = float(np.trace(multiplier)) / len(weights) * slope
    total = slope / (1.0 - rho)
    speed = float(convergence.speed(direct, span))
    errors = np.sqrt(np.diag(covariance))
    return Derived(
        title=message("Spatial beta convergence of {column}", column=str(series.name)),
        terms=(_SLOPE, "rho"),
        estimates=np.array([slope, rho]),
        covariance=covariance,
        uncertainty=Uncertainty(method="delta"),
        facts=_speed_facts(len(provinces), years, speed)
        | {
            term("fact", "direct"): direct,
            term("fact", "total"): total,
            term("fact", "effect"): message("speed from the direct effect"),
            term("fact", "slope_se"): float(errors[0]),
        },
        notes=(
            message(
                "spatial lag of growth, maximum likelihood; standard errors from the observed information"
            ),
            *used.said,
        ),
    )


def _refuse_no_spread(name: Any, rate: FloatArray, start: FloatArray) -> None:
    if np.ptp(start) <= 1e-12 * max(1.0, float(np.abs(start).max())):
        raise DataError(
            message("{name}: all {units} start equal: there is nothing to converge from", name=str(name))
        )
    if np.ptp(rate) <= 1e-12 * max(1.0, float(np.abs(rate).max())):
        raise DataError(
            message("{name}: all {units} grow at the same rate: there is nothing to explain", name=str(name))
        )


def _speed_facts(n: int, years: Any, speed: float) -> dict[str, Any]:
    return {
        "n_units": n,
        "n_periods": len(years),
        "years": f"{years[0]}-{years[-1]}",
        _SPEED: speed,
        term("fact", "half_life"): float(convergence.half_life(speed)),
    }
