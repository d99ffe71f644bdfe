"""The door of contests: a column of a panel, or a composite index, forecast from rolling origins."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd

from panelkit.evaluation.contest.entered import entered_models
from panelkit.evaluation.contest.fixed_index import index_of_first_window
from panelkit.evaluation.contest.forecasters.combined import mean_of
from panelkit.evaluation.contest.judged import Made, judged, made
from panelkit.evaluation.contest.labels import BENCH, COMBINATION
from panelkit.evaluation.contest.losses import Loss, loss_function
from panelkit.evaluation.contest.origins import (
    FEWEST_YEARS,
    Forecaster,
    Plan,
    Window,
    forecasts,
    outcomes,
)
from panelkit.evaluation.contest.result import Contest
from panelkit.evaluation.contest.told import contest_notes, index_note, shares_note
from panelkit.indices.panels.composite import Composite
from panelkit.indices.panels.incomplete import refuse_missing
from panelkit.indices.panels.indicator_cube import cube_index
from panelkit.indices.panels.panel_frame import own_words, panel_frame, refuse_gaps, wide
from panelkit.indices.panels.spatial_weights import weights_matrix
from panelkit.kernels.rng import as_generator
from panelkit.language import register
from panelkit.language.errors import SpecError
from panelkit.language.message import Message, message
from panelkit.language.offers import offered
from panelkit.language.options import check_count, check_flag, refuse_idle
from panelkit.language.spelt import option
from panelkit.panel.provenance import place_notes

_USUAL_YEARS = 5


@offered(
    "evaluation",
    "forecast_contest",
    family="forecasts",
    result="Contest",
    source="Diebold and Mariano 1995; Clark and West 2007; Hothorn, Bretz and Westfall 2008",
    public=True,
)
def forecast_contest(
    data: pd.DataFrame | Composite,
    column: str,
    *,
    companions: Sequence[str] = (),
    models: Sequence[str] | Mapping[str, Forecaster] | None = None,
    min_train: int | None = None,
    horizon: int = 1,
    window: Window = "expanding",
    loss: Loss = "scaled",
    relative: bool = False,
    network: Any = None,
    rng: int | np.random.Generator = 0,
    unit: str | None = None,
    time: str | None = None,
) -> Contest:
    """Let forecasters tell every unit's next years from what was known, and ask which beats the random walk.

    At every origin a forecaster sees the years of its window alone. The walk is the bench: a static index that stands
    where it stood. Losses are compared by Diebold and Mariano with clusters of units *and* of years, because a common
    shock makes all provinces right or wrong together, and p-values are adjusted for every rival and horizon, so that
    a contest in which nothing is better names a winner in at most one of twenty.

    Parameters
    ----------
    data
        A panel: one row a unit and time; or what `composite_index` returns, whose extremes and weights are then
        those of the first training window, because those of all years know the future.
    column
        The column that is forecast; of an index "score" or one of its dimensions.
    companions
        Further columns (dimensions) that forecasters may use.
    models
        Names of forecasters, "combination" (the mean of all that speak) among them, or name -> function of a history
        (N, t, K) and a horizon that returns (N, horizon); None: drift, trend, autoregression, ridge, combination, and
        with companions or a network the autoregression with these.
    min_train
        Years of the first window; None: half of the years, five at least.
    horizon
        Years ahead: 1 to this.
    window
        "expanding", or "rolling" with `min_train` years.
    loss
        "scaled" (absolute error over the unit's own mean absolute change in the first window: large units do not decide
        alone), "absolute", "squared" or "log_squared" (of the logarithm).
    relative
        Judge deviations from the mean of all units in the year: who gains ground, whatever shock meets all of them.
    network
        Weights between the units, as `as_weights` reads them.
    rng
        Seed or numpy generator of forests, and of the draws behind the p-values of the contest.
    unit, time
        Columns that hold unit and time; None: the levels of the index, or columns with a known name.

    Returns
    -------
    Contest
        Losses, tests and the sentence that says who beats the random walk.

    Raises
    ------
    SpecError
        If a forecaster or an option is unknown, or weights are missing for one that needs them.
    DataError
        If the panel is not balanced, has gaps, or leaves fewer than three origins.

    Examples
    --------
    >>> contest = pk.forecast_contest(panel, "gdp", models=("drift", "trend"), min_train=3)
    >>> contest.winner in (None, "drift", "trend")
    True
    """
    check_count("horizon", horizon)
    check_flag("relative", relative)
    refuse_idle(
        {"relative": relative and loss == "log_squared"},
        message(
            "judges deviations from a mean, which have no logarithm: take {loss}",
            loss=option("loss", "scaled"),
        ),
    )
    if window not in ("expanding", "rolling"):
        raise SpecError(message("window is expanding or rolling, not {window!r}", window=window))
    with own_words(data.values if isinstance(data, Composite) else data, unit, time) as levels:
        entered = entered_models(models, bool(companions), network is not None)
        values, units, years, notes, plan = _values(
            data, [column, *companions], min_train, horizon, window, unit, time
        )
        w = None if network is None else weights_matrix(network, units)
        seed = int(as_generator(rng).integers(2**31))
        found = _played(values, entered, plan, w, seed, loss, relative)
    said = (*contest_notes(found, plan, years, loss, relative), *notes)
    return Contest(
        title=message("Forecasts of {column} out of sample", column=column),
        scores=judged(found, seed=seed),
        forecasts=_long(found, units, years, plan),
        made=found,
        units=units,
        notes=tuple(note.spoken(*levels) for note in said),
        levels=levels,
    )


def _values(
    data: pd.DataFrame | Composite,
    columns: list[str],
    min_train: int | None,
    horizon: int,
    window: Window,
    unit: str | None,
    time: str | None,
) -> tuple[np.ndarray, pd.Index, pd.Index, tuple[Message, ...], Plan]:
    """Return the panel (N, T, K), its units and years, what is to be said of it, and the plan of origins."""
    notes: tuple[Message, ...] = ()
    if isinstance(data, Composite):
        if unit is not None or time is not None:
            raise SpecError(
                message(
                    "{unit} and {time} name columns of a panel, and an index was given",
                    unit=option("unit"),
                    time=option("time"),
                )
            )
        _, _, held = cube_index(data)
        plan = Plan(_train(min_train, len(held)), horizon, window)
        plan.origins(len(held))
        parts = {name: index_of_first_window(data, name, plan.min_train) for name in columns}
        frame, notes = pd.DataFrame(parts), (index_note(int(held[plan.min_train - 1])), *data.notes)
    else:
        frame = panel_frame(data, columns, unit=unit, time=time)
        notes = (*shares_note(frame[columns[0]]), *place_notes(frame))
    refuse_missing(frame[list(columns)])
    cubes = [wide(frame[name]) for name in columns]
    values = np.stack([one[0] for one in cubes], axis=2)
    years = cubes[0][2]
    refuse_gaps(years)
    plan = Plan(_train(min_train, len(years)), horizon, window)
    return values, cubes[0][1], years, notes, plan


def _train(min_train: int | None, years: int) -> int:
    if min_train is None:
        return max(years // 2, _USUAL_YEARS)
    return check_count("min_train", min_train, FEWEST_YEARS)


def _played(
    values: np.ndarray,
    entered: Mapping[str, Forecaster | None],
    plan: Plan,
    w: np.ndarray | None,
    seed: int,
    loss: Loss,
    relative: bool,
) -> Made:
    single = {BENCH: register.find("forecaster", BENCH)}
    single |= {name: one for name, one in entered.items() if one is not None}
    told = forecasts(values, single, plan, w=w, seed=seed)
    by_name = dict(zip(single, told, strict=True))
    if COMBINATION in entered:
        by_name[COMBINATION] = mean_of(told)
    names = [BENCH, *entered]
    cost = loss_function(loss, values[:, : plan.min_train, 0])
    return made(
        names,
        np.stack([by_name[name] for name in names]),
        outcomes(values[:, :, 0], plan),
        cost,
        relative=relative,
    )


def _long(found: Made, units: pd.Index, years: pd.Index, plan: Plan) -> pd.DataFrame:
    """Return one row a forecaster, unit, origin and horizon whose year has come."""
    m, n, p, h = found.forecast.shape
    at = np.indices((m, n, p, h)).reshape(4, -1)
    known = plan.min_train + at[2]
    table = pd.DataFrame(
        {
            "forecaster": np.array(found.names, dtype=object)[at[0]],
            "unit": units.to_numpy()[at[1]],
            "origin": years.to_numpy()[known - 1],
            "year": years.to_numpy()[known - 1] + at[3] + 1,
            "horizon": at[3] + 1,
            "forecast": found.forecast.ravel(),
            "outcome": np.broadcast_to(found.outcome, found.forecast.shape).ravel(),
            "loss": found.loss.ravel(),
        }
    )
    return table[table["outcome"].notna()].reset_index(drop=True)
