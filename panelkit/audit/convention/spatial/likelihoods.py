"""Models, effects and conventions of programs, and likelihoods that are put together wrongly."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import product
from typing import Any

from panelkit.audit.convention.candidate import Option
from panelkit.kernels.within import Effects
from panelkit.language.errors import SpecError
from panelkit.language.message import Message, message
from panelkit.models.spatial.batch.asked import Asked
from panelkit.models.spatial.conventions import SpatialConvention
from panelkit.models.spatial.shell import Model

MODELS: Mapping[Model, Message] = {
    "sar": message("spatial lag model (SAR)"),
    "sem": message("spatial error model (SEM)"),
    "sdm": message("spatial Durbin model (SDM)"),
    "slx": message("spatial lag of X (SLX)"),
    "sdem": message("spatial Durbin error model (SDEM)"),
}
EFFECTS: Mapping[Effects, Message] = {
    "twoway": message("unit and period effects"),
    "unit": message("unit effects"),
    "time": message("period effects"),
}
# xsmle's likelihood is splm's; what it prints beside is an axis of its own
CONVENTIONS: Mapping[SpatialConvention, Message] = {
    "lee-yu": message("orthonormal transformation (Lee and Yu 2010)"),
    "lsdv": message("likelihood with dummies, lag Q(Wy)"),
    "splm": message("lag W(Qy) of the demeaned outcome (splm, xsmle)"),
    "elhorst": message("likelihood with dummies, bias corrected (Elhorst)"),
}


@dataclass(frozen=True)
class Likelihood:
    """One likelihood, and the choices that it is."""

    asked: Asked
    options: tuple[Option, ...]

    def and_also(self, option: Option, **changes: Any) -> Likelihood:
        """Return the likelihood with one more choice."""
        return Likelihood(replace(self.asked, **changes), (*self.options, option))


def models_of(model: str | None, *, lag: bool, error: bool, durbin: bool) -> tuple[Model, ...]:
    """Return the models that print what a table prints: rho, lambda, coefficients of W x.

    Raises
    ------
    SpecError
        If the model is none of those searched, or both spatial parameters are printed.
    """
    if lag and error:
        raise SpecError(
            message(
                "rho and lambda are both printed, and models with a lag and an error (SAC) are not searched: take one "
                "of both out, or compare with pk.SpatialPanel(..., 'sac') under each convention"
            )
        )
    if model is not None:
        if model not in MODELS:
            raise SpecError(
                message(
                    "a search for conventions knows the spatial models {models}, not {model!r}",
                    models=list(MODELS),
                    model=model,
                )
            )
        return (model,)  # type: ignore[return-value]
    spatial: Sequence[Model] = ("sar", "sdm", "sem", "sdem") if lag or error else tuple(MODELS)
    return tuple(one for one in spatial if not durbin or one in ("sdm", "slx", "sdem"))


def likelihoods(
    models: Sequence[Model], effects: Sequence[Effects], durbin: tuple[int, ...] | None
) -> Iterator[Likelihood]:
    """Yield every model under every convention; `durbin` names the regressors whose W x is printed, if not all."""
    for model, swept, convention in product(models, effects, CONVENTIONS):
        named = (
            Option("model", model, MODELS[model]),
            Option("effects", swept, EFFECTS[swept]),
            Option("convention", convention, CONVENTIONS[convention]),
        )
        one = Likelihood(Asked(model, swept, convention), named)
        yield one
        if durbin is not None and model in ("sdm", "slx", "sdem"):
            said = message("spatial lags of the regressors with a printed W x alone")
            yield one.and_also(Option("durbin", "printed", said, 1), durbin=durbin)


def mistaken(one: Likelihood) -> Iterator[Likelihood]:
    """Yield what a likelihood becomes by each known mistake."""
    asked = one.asked
    spatial, demeans = asked.lagged or asked.error, asked.effects in ("time", "twoway")
    if spatial:
        said = message("the log-determinant counted once, not once a period")
        yield one.and_also(_mistake("one determinant", said), one_determinant=True)
    if spatial and demeans and asked.convention in ("lee-yu", "elhorst"):
        said = message("W(Qy) in a likelihood that needs Q(Wy)")
        yield one.and_also(_mistake("lag of demeaned", said), lag_swept=True)
    if demeans and asked.model in ("sdm", "slx", "sdem"):
        said = message("all columns demeaned first, and lagged then")
        yield one.and_also(_mistake("demeaned first", said), lag_swept=True, durbin_swept=True)


def _mistake(key: str, said: Message) -> Option:
    return Option("mistake", key, said, 1, mistake=True)
