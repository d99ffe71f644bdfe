"""Does dynamic evaluation tell more than static evaluation? What one set of forecasts gains over another.

The static forecast is the bench. A gain has rivals of its own: that figures grow (a ruler through the past of every
unit, or of all of them), a common shock to all units, and, where the bench wins, the noise of estimation alone.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from panelkit.evaluation.contest.differences import LossDifference, loss_difference
from panelkit.evaluation.contest.forecasters.combined import mean_of
from panelkit.evaluation.contest.forecasters.naive import common_drift, drift, random_walk
from panelkit.evaluation.contest.forecasters.scores import moving_scores, static_scores
from panelkit.evaluation.contest.judged import MOST_MISSING, made
from panelkit.evaluation.contest.losses import loss_function
from panelkit.evaluation.contest.origins import Forecaster, Plan, forecasts, outcomes
from panelkit.language.errors import DataError
from panelkit.language.message import message
from panelkit.results.fit import FloatArray
from panelkit.show.brief import Brief
from panelkit.studies.scrutiny.words import words

TrialName = Literal["drift", "common_drift", "walk", "relative", "noise"]

SMALLEST = 0.1
"""A tenth of the static error: what a model gains that explains a fifth of the variance of what comes."""

HALF = 0.5
"""Of the gain: where another bench leaves less and does not lose for certain, it says nearly as much by itself."""

INNER = 0.90
"""The level of an interval beside another bench: one-sided 5 %."""

STATIC, DYNAMIC = "static", "dynamic"


@dataclass(frozen=True, kw_only=True)
class StaticTrial(Brief):
    """One condition: the gain asked for, as a share of a loss, with its 90 % interval, and what it does."""

    name: TrialName
    gain: float
    low: float
    high: float
    passes: bool
    takes_away: bool


@dataclass(frozen=True, kw_only=True, eq=False)
class StaticContest(Brief):
    """What dynamic forecasts gain over static ones, at 95 % and 90 %, the conditions, and each forecaster alone.

    `by_year` (P,) are gains of each forecast year, `better` the share of units whose loss is smaller, `alone` the gain
    of every dynamic forecaster over the bench, `clark_west_p` the one-sided p that models known exactly would help.
    """

    main: LossDifference
    inner: LossDifference
    trials: tuple[StaticTrial, ...]
    by_year: FloatArray
    better: float
    alone: Mapping[str, float]
    clark_west_p: float

    @property
    def error(self) -> float:
        """Return the standard error of the gain at the static loss as it is."""
        return self.main.std_error * abs(self.main.relative / self.main.value) if self.main.value else np.nan

    def word(self, smallest: float = SMALLEST) -> str:
        """Return the word of the claim that dynamic forecasts gain."""
        ends = [
            (np.array([one.relative_low]), np.array([one.relative_high])) for one in (self.main, self.inner)
        ]
        found: NDArray[np.str_] = words(
            ends[0],
            ends[1],
            np.array([smallest]),
            np.array([all(trial.passes for trial in self.trials)]),
            np.array([any(trial.takes_away for trial in self.trials)]),
        )
        return str(found[0])


def static_contest(
    values: FloatArray,
    models: Mapping[str, Forecaster],
    plan: Plan,
    *,
    w: FloatArray | None = None,
    seed: int = 0,
) -> StaticContest:
    """Return what the mean of dynamic forecasts gains over the last value, or moving scores over static ones.

    Parameters
    ----------
    values
        The panel (N, T, K), the target first.
    models
        Dynamic forecasters by name, whose mean is judged; empty: a regression on the last value and change of the
        target and on the other columns is the bench, and the same with the changes of these its rival.
    plan
        Origins and the horizon; the losses judged are those of the farthest year.
    w, seed
        For forecasters that take them.

    Raises
    ------
    SpecError
        If a forecaster lacks what it needs.
    DataError
        If too few years are left, more than a fifth of the forecasts is missing, or losses differ without varying.
    """
    step = plan.horizon - 1
    entered: dict[str, Forecaster] = dict(models) or {DYNAMIC: moving_scores}
    bench: Forecaster = random_walk if models else static_scores
    beside: dict[TrialName, Forecaster] = (
        {"drift": drift, "common_drift": common_drift} if models else {"walk": random_walk}
    )
    benches: dict[str, Forecaster] = {STATIC: bench}
    benches.update({str(name): one for name, one in beside.items()})
    told = np.concatenate(
        [forecasts(values, part, plan, w=w, seed=seed)[..., step : step + 1] for part in (benches, entered)]
    )
    came = outcomes(values[:, :, 0], plan)[:, :, step : step + 1]
    held = np.isfinite(came[:, :, 0]).all(axis=0)
    told, came = told[:, :, held], came[:, held]
    _refuse_silence(told, [STATIC, *beside, *entered])
    first = 1 + len(beside)
    told = np.concatenate([told, mean_of(told[first:])[None]])
    cost = loss_function("scaled", values[:, : plan.min_train, 0])
    names = [str(number) for number in range(len(told))]
    loss = made(names, told, came, cost).loss[..., 0]
    from_year = made(names, told, came, cost, relative=True).loss[..., 0]
    main, inner = (
        loss_difference(loss[0], loss[-1], horizon=plan.horizon, level=level) for level in (0.95, INNER)
    )
    if main.untested is not None:
        raise DataError(main.untested)
    side = -1.0 if main.relative_high < 0.0 else 1.0
    least = HALF * abs(main.relative)
    trials = [
        _trial(name, loss[1 + at], loss[-1], side, plan.horizon, least=least)
        for at, name in enumerate(beside)
    ]
    trials.append(_trial("relative", from_year[0], from_year[-1], side, plan.horizon, least=least))
    scale = np.abs(np.diff(values[:, : plan.min_train, 0], axis=1)).mean(axis=1)[:, None]
    error, foretold = ((one[..., 0] / scale) for one in (came - told[0], told[-1] - told[0]))
    noise = _trial("noise", error**2, (error - foretold) ** 2 - foretold**2, side, plan.horizon)
    return StaticContest(
        main=main,
        inner=inner,
        trials=(*trials, noise) if side < 0.0 else tuple(trials),
        by_year=1.0 - loss[-1].mean(axis=0) / loss[0].mean(axis=0),
        better=float((loss[-1].mean(axis=1) < loss[0].mean(axis=1)).mean()),
        alone={name: _gain(loss[0], loss[first + at]) for at, name in enumerate(entered)},
        clark_west_p=loss_difference(
            error**2, (error - foretold) ** 2 - foretold**2, horizon=plan.horizon
        ).p_value,
    )


def _trial(
    name: TrialName,
    bench: FloatArray,
    rival: FloatArray,
    side: float,
    horizon: int,
    *,
    least: float = -np.inf,
) -> StaticTrial:
    """Hold the rival's loss against another bench, on the side on which the main interval lies.

    It takes the gain away where it is not told from zero there, and less than `least` of it is left.
    """
    found = loss_difference(bench, rival, horizon=horizon, level=INNER)
    ends = (found.relative_low, found.relative_high)
    passes = ends[0] > 0.0 if side > 0.0 else ends[1] < 0.0
    return StaticTrial(
        name=name,
        gain=found.relative,
        low=ends[0],
        high=ends[1],
        passes=passes,
        takes_away=not passes and side * found.relative < least,
    )


def _gain(bench: FloatArray, rival: FloatArray) -> float:
    there = np.isfinite(rival)
    return float(1.0 - rival[there].mean() / bench[there].mean()) if there.any() else float("nan")


def _refuse_silence(told: FloatArray, names: list[str]) -> None:
    """Refuse a forecaster that has nothing to say in more than a fifth of the cells."""
    silent = [float((~np.isfinite(part)).mean()) for part in told]
    lost = [name for name, share in zip(names, silent, strict=True) if share > MOST_MISSING]
    if lost:
        raise DataError(
            message(
                "{names}: no forecast in more than a fifth of the {unit}-{periods} (the most: {share:.0%}): begin with "
                "a longer training window, or leave them out",
                names=lost,
                share=max(silent),
            )
        )
