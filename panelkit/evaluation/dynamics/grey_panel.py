"""`grey_forecast`: GM(1,1) of every unit of a panel, beside a random walk and a log-linear trend."""

from __future__ import annotations

from typing import Any

import numpy as np

from panelkit.evaluation.dynamics.grey import LEAST, class_ratios, grey_accuracy, grey_fit
from panelkit.evaluation.dynamics.grey_errors import forecasts, grey_draws, most_origins, outside_errors
from panelkit.evaluation.dynamics.grey_result import GreyForecast
from panelkit.evaluation.dynamics.reading import Series, read_series
from panelkit.indices.panels.incomplete import Incomplete
from panelkit.indices.panels.panel_frame import own_words
from panelkit.kernels.rng import as_generator, seed_of
from panelkit.language.errors import SpecError
from panelkit.language.levels import Levels
from panelkit.language.message import message
from panelkit.language.offers import offered
from panelkit.language.options import check_confidence, check_count
from panelkit.language.spelt import option
from panelkit.results.derived import Uncertainty


@offered(
    "evaluation",
    family="dynamic evaluation",
    result="GreyForecast",
    source="Deng 1982; Liu and Lin 2006, ch. 5 (GM(1,1))",
    public=True,
)
def grey_forecast(
    data: Any,
    column: str,
    *,
    horizon: int = 3,
    origins: int = 3,
    reps: int = 999,
    level: float = 0.95,
    rng: int | np.random.Generator = 0,
    unit: str | None = None,
    time: str | None = None,
    incomplete: Incomplete = "refuse",
) -> GreyForecast:
    """Return GM(1,1) forecasts of a column, a model a unit, beside a random walk and a log-linear trend.

    The class-ratio precondition, the posterior ratio C and the small-error share p are those of the textbooks; they
    look at the fit. What a forecast is worth say the errors outside the sample: every model is fitted up to each of
    the last `origins` periods and held against what came.

    Parameters
    ----------
    data
        A panel: one row a unit and time; pandas, polars or Arrow.
    column
        A column above zero.
    horizon
        Periods ahead.
    origins
        How many of the last periods a forecast is tried at.
    reps
        Draws of the interval, which resamples log residuals by series.
    level
        Of the interval.
    rng
        Seed or numpy generator; the same seed gives the same numbers.
    unit, time
        Columns that hold unit and time; None: the levels of the index, or columns with a known name.
    incomplete
        "refuse": a gap in the series of one unit is an error. "skip": the models of the others, and a note says who was
        left out.

    Returns
    -------
    GreyForecast
        Parameters, precondition, accuracy, forecasts with intervals, and errors outside the sample by model.

    Raises
    ------
    DataError
        If a value is not above zero or missing, periods do not follow each other, or there are fewer than four.
    SpecError
        If `origins` leaves an origin with fewer than four values.

    Examples
    --------
    >>> found = pk.grey_forecast(panel, "gdp", horizon=2, origins=2, reps=99, rng=1)
    >>> found.outside().columns.tolist()
    ['model', 'ahead', 'mape', 'median_ape', 'forecasts']
    """
    check_count("horizon", horizon)
    check_count("origins", origins)
    check_count("reps", reps, 2)
    check_confidence(level)
    with own_words(data, unit, time) as levels:
        held = read_series(data, [column], least=LEAST + 1, unit=unit, time=time, incomplete=incomplete)
        return _forecast(held, column, horizon, origins, reps, level, rng, levels)


def _forecast(
    held: Series,
    column: str,
    horizon: int,
    origins: int,
    reps: int,
    level: float,
    rng: int | np.random.Generator,
    levels: Levels,
) -> GreyForecast:
    """Return the result of series that were read; the parameters are those of `grey_forecast`."""
    x = held.values[:, :, 0]
    n = x.shape[1]
    if origins > most_origins(n):
        raise SpecError(
            message(
                "{origins}: {count} {periods} leave at most {most}, each with four values before it",
                origins=option("origins", origins),
                count=n,
                most=most_origins(n),
            )
        )
    fit = grey_fit(x)
    ratios, low, high = class_ratios(x)
    draws = grey_draws(x, horizon, reps, as_generator(rng))
    tail = (1.0 - level) / 2.0
    ends = np.quantile(draws, [tail, 1.0 - tail], axis=0)
    return GreyForecast(
        title=message("Grey forecast of {column}: GM(1,1)", column=column),
        column=column,
        units=held.units,
        periods=tuple(int(one) for one in held.periods),
        ahead=held.next_periods(horizon),
        values=x,
        fit=fit,
        accuracy=grey_accuracy(x, fit.path(n)),
        admissible=np.asarray(((ratios > low) & (ratios < high)).all(axis=1)),
        forecasts=forecasts(x, horizon),
        low=ends[0],
        high=ends[1],
        errors=outside_errors(x, horizon, origins),
        level=level,
        uncertainty=Uncertainty(method="bootstrap", reps=reps, seed=seed_of(rng)),
        levels=levels,
        notes=tuple(note.spoken(*levels) for note in held.notes),
    )
