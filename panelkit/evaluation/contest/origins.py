"""Forecasts from rolling origins: every forecaster sees the window before its origin, and nothing else."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np

from panelkit.kernels.steps import steps_of
from panelkit.language.errors import DataError, SpecError
from panelkit.language.message import message
from panelkit.language.spelt import option
from panelkit.results.fit import FloatArray

Forecaster = Callable[..., FloatArray]
Window = Literal["expanding", "rolling"]
FEWEST_ORIGINS = 3
FEWEST_YEARS = 3


@dataclass(frozen=True)
class Plan:
    """Lengths of the first training window and of the farthest look ahead, and whether the window grows."""

    min_train: int
    horizon: int
    window: Window = "expanding"

    def origins(self, years: int) -> range:
        """Return how many years are known at each origin.

        Raises
        ------
        DataError
            If fewer than three origins remain for one year ahead.
        """
        if self.min_train < FEWEST_YEARS:
            raise SpecError(
                message(
                    "min_train is {least} {periods} or more, not {given}",
                    least=FEWEST_YEARS,
                    given=self.min_train,
                )
            )
        if years - self.min_train < FEWEST_ORIGINS:
            raise DataError(
                message(
                    "{years} {periods} with a first training window of {train} leave {n} origins, and three are the "
                    "fewest: shorten min_train, or add {periods}",
                    years=years,
                    train=self.min_train,
                    n=max(years - self.min_train, 0),
                )
            )
        return range(self.min_train, years)

    def first(self, known: int) -> int:
        """Return the place of the first year of the window that ends before place `known`."""
        return known - self.min_train if self.window == "rolling" else 0


def forecasts(
    values: FloatArray,
    models: Mapping[str, Forecaster],
    plan: Plan,
    *,
    w: FloatArray | None = None,
    seed: int = 0,
) -> FloatArray:
    """Return forecasts (M, N, P, H) of every model at every origin; NaN where a model gives none.

    Parameters
    ----------
    values
        The panel (N, T, K), the target first.
    models
        Name -> forecaster: `(history (N, t, K), horizon) -> (N, horizon)`; it may also take `w` and `seed`.
    plan
        Origins and horizons.
    w
        Weights (N, N), rows summing to one.
    seed
        For forecasters that draw.

    Raises
    ------
    SpecError
        If a forecaster needs weights and there are none, or returns another shape.
    """
    origins = plan.origins(values.shape[1])
    found = np.full((len(models), len(values), len(origins), plan.horizon), np.nan)
    for m, (name, model) in enumerate(models.items()):
        further = _further(name, model, {"w": w, "seed": seed})
        for o, known in enumerate(steps_of(origins, len(origins))):
            # a copy: what comes later cannot be reached through it
            history = values[:, plan.first(known) : known].copy()
            made = np.asarray(model(history, plan.horizon, **further), dtype=float)
            if made.shape != found.shape[1::2]:
                raise SpecError(
                    message(
                        "forecaster {name} returns an array of shape {given}, and {wanted} is needed: {units} by "
                        "horizon",
                        name=name,
                        given=str(made.shape),
                        wanted=str(found.shape[1::2]),
                    )
                )
            found[m, :, o] = np.where(np.isfinite(made), made, np.nan)
    return found


def outcomes(target: FloatArray, plan: Plan) -> FloatArray:
    """Return what came (N, P, H) after each origin of a target (N, T), NaN beyond the last year."""
    origins = plan.origins(target.shape[1])
    padded = np.pad(target, ((0, 0), (0, plan.horizon)), constant_values=np.nan)
    return np.stack([padded[:, known : known + plan.horizon] for known in origins], axis=1)


def takes(model: Forecaster) -> Sequence[str]:
    """Return what else than history and horizon a forecaster takes."""
    return [name for name in inspect.signature(model).parameters if name in ("w", "seed")]


def needs_weights(model: Forecaster) -> bool:
    """Tell whether a forecaster has nothing to say without weights."""
    parameter = inspect.signature(model).parameters.get("w")
    return parameter is not None and parameter.default is inspect.Parameter.empty


def _further(name: str, model: Forecaster, held: Mapping[str, Any]) -> dict[str, Any]:
    if needs_weights(model) and held["w"] is None:
        raise SpecError(
            message(
                "forecaster {name} needs weights between {units}: give {network}",
                name=name,
                network=option("network"),
            )
        )
    return {key: held[key] for key in takes(model)}
