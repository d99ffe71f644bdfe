"""What a wrong forecast costs: functions of forecast and outcome, any shape, the smaller the better."""

from __future__ import annotations

from collections.abc import Callable
from typing import Literal, get_args

import numpy as np

from panelkit.language.errors import DataError, SpecError
from panelkit.language.message import Message, message
from panelkit.results.fit import FloatArray

Loss = Literal["squared", "absolute", "log_squared", "scaled"]

NAMES: dict[str, Message] = {
    "squared": message("squared error"),
    "absolute": message("absolute error"),
    "log_squared": message("squared error of the logarithm"),
    "scaled": message("absolute error over the {unit}'s own mean absolute change in the first window"),
}


def loss_function(loss: Loss, first: FloatArray) -> Callable[[FloatArray, FloatArray], FloatArray]:
    """Return the loss as a function of forecasts and outcomes (N, ...), both with units first.

    Parameters
    ----------
    loss
        "squared", "absolute", "log_squared" (errors in per cent, for outcomes of very different size) or "scaled"
        (Hyndman and Koehler 2006: no unit of measurement, large units count no more than small ones).
    first
        The first training window (N, t), which scales "scaled": nothing after it may.

    Raises
    ------
    SpecError
        If there is no such loss.
    DataError
        If "scaled" meets a unit that never changes in the first window.
    """
    if loss not in get_args(Loss):
        raise SpecError(
            message("loss is one of {known}, not {loss!r}", known=list(get_args(Loss)), loss=loss)
        )
    if loss == "squared":
        return lambda forecast, outcome: (outcome - forecast) ** 2
    if loss == "absolute":
        return lambda forecast, outcome: np.abs(outcome - forecast)
    if loss == "log_squared":
        return _log_squared
    step = np.abs(np.diff(first, axis=1)).mean(axis=1)
    if (step == 0).any():
        raise DataError(
            message(
                "loss 'scaled' divides by the mean change in the first window, which is zero in {n} {units}: "
                "take 'squared' or 'absolute'",
                n=int((step == 0).sum()),
            )
        )

    def scaled(forecast: FloatArray, outcome: FloatArray) -> FloatArray:
        return np.asarray(np.abs(outcome - forecast) / step.reshape(-1, *(1,) * (forecast.ndim - 1)))

    return scaled


def _log_squared(forecast: FloatArray, outcome: FloatArray) -> FloatArray:
    """Return (log outcome - log forecast)^2; a forecast that is not positive is none (NaN)."""
    if (outcome <= 0).any():
        raise DataError(
            message(
                "loss 'log_squared' needs positive outcomes, and {n} are not: take 'scaled' or 'squared'",
                n=int((outcome <= 0).sum()),
            )
        )
    usable = np.where(forecast > 0, forecast, np.nan)
    return np.asarray((np.log(outcome) - np.log(usable)) ** 2)
