"""Life cycles of a national series or of the units of a panel: the door."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd

from panelkit.evaluation.life_cycle.choice import LEAST_FOR_TWO
from panelkit.evaluation.life_cycle.curves import Errors, Measure
from panelkit.evaluation.life_cycle.cycle import Ways
from panelkit.evaluation.life_cycle.one_series import cycles_of
from panelkit.evaluation.life_cycle.reading import read_series
from panelkit.evaluation.life_cycle.result import LifeCycle
from panelkit.indices.panels.incomplete import Incomplete
from panelkit.indices.panels.panel_frame import own_words
from panelkit.kernels.frames import as_pandas
from panelkit.kernels.rng import as_generator, seed_of
from panelkit.language.errors import SpecError
from panelkit.language.message import Message, message, sentences
from panelkit.language.offers import offered
from panelkit.language.options import check_confidence, check_count, is_real
from panelkit.language.spelt import option
from panelkit.results.derived import Uncertainty

_CURVES = ("logistic", "gompertz", "bass", "two_wave")


@offered(
    "evaluation",
    "life_cycle",
    family="life cycles",
    result="LifeCycle",
    source="Bass 1969; Hurvich and Tsai 1989 (AICc)",
    public=True,
)
def life_cycle(
    data: pd.DataFrame | pd.Series,
    column: str | None = None,
    *,
    curves: Sequence[str] | None = None,
    measure: Measure = "flow",
    errors: Errors = "log",
    launch: float | None = None,
    horizon: int = 5,
    level: float = 0.95,
    reps: int = 999,
    rng: int | np.random.Generator = 0,
    unit: str | None = None,
    time: str | None = None,
    incomplete: Incomplete = "refuse",
) -> LifeCycle:
    """Return the stages of a life cycle and their dates, by S-curves that the data cannot tell apart.

    A stage is assigned where its probability over bootstrap draws and curves is .8 or more; constant growth and a
    random walk with drift take part with their Akaike weights, under which there is no stage. Decline needs a sustained
    fall from the peak that a random walk rarely shows; a second wave needs AICc lower by more than four than that of
    every other model, and a bootstrap test against one wave. Errors follow an AR(1).

    Parameters
    ----------
    data
        One series, indexed by year (a Series, or a frame as of `load_nation`); or a panel: one row a unit and time.
    column
        A numeric column of `data`; a Series needs none.
    curves
        Of "logistic", "gompertz", "bass", "two_wave"; None: those that the measure and the years allow.
    measure
        "flow": the yearly figure itself follows the curve, Bass's is that of new adoptions. "level": a stock or share,
        Bass's is that of adopters, which needs `launch`. "cumulative": a running total, whose yearly gains are fitted.
    errors
        "log": errors in per cent, all values positive. "level": errors in units of the figure.
    launch
        The year when adoption began, before the first year: Bass's p, q and m need it.
    horizon
        Years to forecast; 0: none.
    level
        Of intervals.
    reps
        Number of bootstrap draws.
    rng
        Seed or numpy generator; the same seed gives the same numbers.
    unit, time
        Columns that hold unit and time; None: the levels of the index.
    incomplete
        "refuse": a gap in the series of one unit is an error. "skip": the models of the others, and a note says who was
        left out.

    Returns
    -------
    LifeCycle
        `.table()`, `.stages()`, `.dates()`, `.curves()`, `.forecasts()`, `.plot()`.

    Raises
    ------
    DataError
        If years or values lack, values are not positive under errors of logarithms, or fewer than ten years are held.
    SpecError
        If an option is none of those above, or a curve does not suit the measure.

    Examples
    --------
    >>> made = pk.load_nation("microcomputers")
    >>> found = pk.life_cycle(made, "microcomputers", reps=99, rng=1)
    >>> found.of().stage
    'maturity'
    """
    check_count("reps", reps, 19)
    check_count("horizon", horizon, 0)
    check_confidence(level)
    _check_choice("measure", measure, ("flow", "level", "cumulative"))
    _check_choice("errors", errors, ("log", "level"))
    rows = data.to_frame() if isinstance(data, pd.Series) else as_pandas(data)
    panel = unit is not None or rows.index.nlevels > 1
    with own_words(rows if panel else pd.DataFrame(), unit, time if panel else None) as levels:
        series = read_series(
            data, column, unit=unit, time=time, measure=measure, errors=errors, incomplete=incomplete
        )
    chosen, left_out = _curves(curves, measure, launch, series.times)
    ways = Ways(
        curves=chosen,
        measure=measure,
        errors=errors,
        launch=launch,
        reps=reps,
        horizon=horizon,
        level=level,
    )
    found = cycles_of(series.values, series.times, ways, as_generator(rng))
    return LifeCycle(
        column=series.name,
        cycles=dict(zip(series.units or ("",), found, strict=True)),
        levels=levels,
        notes=(*series.notes, *left_out, *_notes(ways, seed_of(rng))),
    )


def _check_choice(name: str, value: Any, held: Sequence[str]) -> None:
    if value not in held:
        raise SpecError(
            message("{name} is one of {held}, not {value!r}", name=name, held=list(held), value=value)
        )


def _curves(
    asked: Sequence[str] | None, measure: Measure, launch: float | None, times: Any
) -> tuple[tuple[str, ...], tuple[Message, ...]]:
    """Return the curves to fit, and which of the four were left out without being asked to."""
    if launch is not None and not (is_real(launch) and launch < times[0]):
        raise SpecError(
            message(
                "launch is a year before the first of the data, {first}, not {launch!r}",
                first=int(times[0]),
                launch=launch,
            )
        )
    unfit = {key: why for key in _CURVES if (why := _unfit(key, measure, launch, len(times))) is not None}
    if asked is None:
        return tuple(key for key in _CURVES if key not in unfit), tuple(unfit.values())
    wanted = tuple(dict.fromkeys([asked] if isinstance(asked, str) else asked))
    unknown = [key for key in wanted if key not in _CURVES]
    if unknown or not wanted or wanted == ("two_wave",):
        raise SpecError(
            message(
                "curves are one or more of {held}, two_wave beside another, not {asked}",
                held=list(_CURVES),
                asked=list(wanted) or message("none"),
            )
        )
    refused = [unfit[key] for key in wanted if key in unfit]
    if refused:
        raise SpecError(sentences(refused))
    return wanted, ()


def _unfit(key: str, measure: Measure, launch: float | None, n: int) -> Message | None:
    if key == "bass" and measure == "cumulative":
        return message(
            "bass is left out: the gains of a running total under Bass's curve are those of a logistic, so that the "
            "two are one"
        )
    if key == "bass" and measure == "level" and launch is None:
        return message(
            "bass is left out: the adopters of Bass's curve need the year of the launch, {launch}",
            launch=option("launch"),
        )
    if key == "two_wave" and n < LEAST_FOR_TWO:
        return message(
            "two_wave is left out: two waves and their errors have eight parameters and need {least} {periods}, of "
            "which {n} are held",
            least=LEAST_FOR_TWO,
            n=n,
        )
    return None


def _notes(ways: Ways, seed: int | None) -> tuple[Message, ...]:
    made = Uncertainty(method="bootstrap", reps=ways.reps, seed=seed).sentence()
    scale = (
        message("errors are those of logarithms and follow an AR(1)")
        if ways.errors == "log"
        else message("errors are in units of the figure and follow an AR(1)")
    )
    return (
        scale,
        message(
            "dates suppose that one of the curves holds; a stage needs probability .80 over curves and rivals"
        ),
        made,
    )
