"""From forecasts and outcomes to the table of a contest: losses, tests, and p-values for the contest as a whole."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from panelkit.evaluation.contest.differences import (
    FEWEST_BLOCKS,
    LossDifference,
    covariance_of_means,
    loss_difference,
    year_blocks,
)
from panelkit.evaluation.contest.whole import whole_p
from panelkit.results.fit import FloatArray
from panelkit.show.brief import Brief

MOST_MISSING = 0.2
# two-sided: its lower end lies above zero where the one-sided p is below 5 %
LEVEL = 0.90

COLUMNS = (
    "forecaster", "horizon", "cells", "missing", "rmse", "mae", "loss", "relative_loss", "gain", "gain_low",
    "gain_high", "statistic", "df", "p_value", "adjusted_p", "clark_west_p", "better",
)  # fmt: skip


@dataclass(frozen=True, kw_only=True, eq=False)
class Made(Brief):
    """Forecasts (M, N, P, H), the bench first, and outcomes (N, P, H), NaN beyond the last year."""

    names: tuple[str, ...]
    forecast: FloatArray
    outcome: FloatArray
    loss: FloatArray

    @property
    def horizons(self) -> int:
        """Return how far the forecasts look ahead."""
        return int(self.outcome.shape[2])

    def at(self, step: int) -> np.ndarray:
        """Return which origins (P,) have an outcome `step` years ahead."""
        return np.asarray(np.isfinite(self.outcome[:, :, step - 1]).all(axis=0))


def made(
    names: Sequence[str],
    forecast: FloatArray,
    outcome: FloatArray,
    loss: Callable[[FloatArray, FloatArray], FloatArray],
    *,
    relative: bool = False,
) -> Made:
    """Return forecasts with what each cost (M, N, P, H); `relative`: both as deviations from the mean of the units.

    A forecaster that is silent on a unit foretells no mean of all units, and so no deviation from it in that year.
    """
    if relative:
        forecast = forecast - forecast.mean(axis=1, keepdims=True)
        outcome = outcome - outcome.mean(axis=0, keepdims=True)
    held = np.isfinite(outcome)
    # where nothing has come yet the loss is left out, without asking the loss about it
    safe = np.where(held, outcome, 1.0)
    losses = np.stack([np.where(held, loss(one, safe), np.nan) for one in forecast])
    return Made(names=tuple(names), forecast=forecast, outcome=outcome, loss=losses)


def judged(found: Made, level: float = LEVEL, seed: int = 0) -> pd.DataFrame:
    """Return one row a forecaster and horizon (`COLUMNS`), p-values adjusted for all rivals and horizons.

    Rivals at one horizon by their joint distribution (`whole_p`), that times the number of horizons tested.
    A forecaster that says nothing in more than a fifth of the cells is measured where it speaks, and not tested.
    """
    rows = [
        _row(found, m, step, level)
        for step in range(1, found.horizons + 1)
        if found.at(step).any()
        for m in range(len(found.names))
    ]
    table = pd.DataFrame(rows)
    tested = table["p_value"].notna()
    horizons = table.loc[tested, "horizon"].nunique()
    for step, part in table[tested].groupby("horizon"):
        varies = part[part["p_value"] < 1.0]
        table.loc[part.index, "adjusted_p"] = 1.0
        if len(varies):
            p = _whole(
                found, [found.names.index(name) for name in varies["forecaster"]], int(str(step)), seed
            )
            table.loc[varies.index, "adjusted_p"] = np.minimum(1.0, horizons * p)
    return table.reindex(columns=list(COLUMNS))


def _whole(found: Made, rivals: list[int], step: int, seed: int) -> FloatArray:
    """Return p-values (k,) of rivals at one horizon, adjusted for each other."""
    cost = found.loss[:, :, found.at(step), step - 1]
    difference = cost[0] - cost[rivals]
    variance, df = covariance_of_means(difference, year_blocks(cost.shape[2], step))
    error = np.sqrt(np.diag(variance))
    return whole_p(np.nanmean(difference, axis=(1, 2)) / error, variance, df, seed)


def _row(found: Made, m: int, step: int, level: float) -> dict[str, object]:
    origins = found.at(step)
    cost = found.loss[:, :, origins, step - 1]
    error = found.outcome[:, origins, step - 1] - found.forecast[m][:, origins, step - 1]
    both = np.isfinite(cost[m]) & np.isfinite(cost[0])
    missing = float(1.0 - both.mean())
    there = bool(both.any())
    # cells where both speak, so that one who keeps silent in hard years gains nothing by it
    mine, bench = (cost[j][both].mean() if there else np.nan for j in (m, 0))
    relative = float(mine / bench) if there and bench > 0 else np.nan
    row: dict[str, object] = {
        "forecaster": found.names[m],
        "horizon": step,
        "cells": int(both.sum()),
        "missing": missing,
        "rmse": float(np.sqrt((error[both] ** 2).mean())) if there else np.nan,
        "mae": float(np.abs(error[both]).mean()) if there else np.nan,
        "loss": float(mine),
        "relative_loss": relative,
        "gain": 1.0 - relative if m else np.nan,
        "better": _better(cost[0], cost[m], both) if m else np.nan,
    }
    tested = difference_at(found, m, step, level) if m else None
    return row | _numbers(tested) | {"clark_west_p": _clark_west(found, m, step, tested)}


def difference_at(found: Made, m: int, step: int, level: float = LEVEL) -> LossDifference | None:
    """Return the test of a rival at a horizon; None where too few years or forecasts allow none."""
    bench, mine = found.loss[[0, m]][:, :, found.at(step), step - 1]
    missing = 1.0 - np.isfinite(bench - mine).mean()
    if missing > MOST_MISSING or year_blocks(bench.shape[1], step)[-1] + 1 < FEWEST_BLOCKS:
        return None
    difference = np.isfinite(bench - mine)
    if not difference.any(axis=0).all() or difference.any(axis=1).sum() < 2:
        return None
    return loss_difference(bench, mine, horizon=step, level=level)


def _numbers(tested: LossDifference | None) -> dict[str, object]:
    if tested is None:
        return dict.fromkeys(("gain_low", "gain_high", "statistic", "df", "p_value"), np.nan)
    return {
        "gain": tested.relative,
        "gain_low": tested.relative_low,
        "gain_high": tested.relative_high,
        "statistic": tested.statistic,
        "df": tested.df,
        "p_value": tested.p_value,
    }


def _better(bench: FloatArray, mine: FloatArray, both: np.ndarray) -> float:
    """Return the share of units whose mean loss is smaller than the bench's."""
    gain = np.where(both, bench - mine, 0.0).sum(axis=1)[both.any(axis=1)]
    return float((gain > 0).mean()) if len(gain) else float("nan")


def _clark_west(found: Made, m: int, step: int, tested: LossDifference | None) -> float:
    """Return the one-sided p of Clark and West (2007): would the rival's model help if it were known exactly?"""
    if tested is None:
        return float("nan")
    origins = found.at(step)
    outcome = found.outcome[:, origins, step - 1]
    bench, mine = (found.forecast[j][:, origins, step - 1] for j in (0, m))
    adjusted = (outcome - mine) ** 2 - (bench - mine) ** 2
    return loss_difference((outcome - bench) ** 2, adjusted, horizon=step).p_value
