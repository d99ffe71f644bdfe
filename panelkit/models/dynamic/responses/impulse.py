"""Impulse responses of a panel VAR: orthogonalised in both orders, generalised, cumulative, with bands."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any, Literal, get_args

import numpy as np

from panelkit.kernels.within import FloatArray
from panelkit.language.errors import SpecError
from panelkit.language.message import Message, message
from panelkit.language.offers import offered
from panelkit.models.dynamic.responses.arrays import (
    cumulated,
    generalised_responses,
    moving_average,
    orthogonalised_responses,
)
from panelkit.models.dynamic.responses.asked import (
    Bands,
    Interval,
    check_bands,
    check_fit,
    check_flags,
    check_horizon,
    check_joint,
    positions,
)
from panelkit.models.dynamic.responses.by_horizon import ByHorizon
from panelkit.models.dynamic.responses.drawn import Draws, draw, require_finite
from panelkit.models.dynamic.responses.said import facts_of, model_notes
from panelkit.results.derived import Uncertainty

Kind = Literal["orthogonalised", "generalised", "unit"]


@dataclass(frozen=True, kw_only=True, eq=False)
class ImpulseResponses(ByHorizon):
    """Responses to shocks by horizon; `kind` says to what shocks, `cumulative` whether they are summed up."""

    kind: Kind
    cumulative: bool = False

    @property
    def quantity(self) -> Message:
        """Return what the numbers are."""
        return message("cumulative response") if self.cumulative else message("response")


@offered("capability", "impulse_responses")
@offered(
    "dynamics",
    "impulse_responses",
    family="dynamic",
    result="ImpulseResponses",
    source="Luetkepohl 2005, ch. 2.3; Pesaran and Shin 1998",
    public=True,
)
def impulse_responses(
    fit: Any,
    horizon: int = 10,
    *,
    kind: Kind = "orthogonalised",
    order: Sequence[str | int] | None = None,
    cumulative: bool = False,
    bands: Bands | None = "bootstrap",
    reps: int = 1000,
    rng: int | np.random.Generator = 0,
    interval: Interval = "percentile",
    joint: bool = False,
) -> ImpulseResponses:
    """Return what a shock in one variable does to every variable: `fit.irf(10)`.

    Parameters
    ----------
    fit
        A fitted `PanelVAR`.
    horizon
        Periods after the shock, 1 to 200.
    kind
        "orthogonalised": shocks of one standard deviation by the Cholesky factor of Sigma, in `order`; "generalised":
        Pesaran and Shin's, where no order enters; "unit": one unit of one error, the others at zero.
    order
        Variables by name or number, from the shock that moves all others at once to the one that moves none; None is
        the order of the model. The order reversed is worked out beside it, in `reversal`.
    cumulative
        Whether responses are summed up, for variables that are changes.
    bands
        "bootstrap": whole units drawn again; "monte-carlo": coefficients drawn from their normal distribution, Sigma
        fixed, as Stata's `pvarirf`; "none".
    reps, rng
        Draws, and their seed or generator.
    interval
        "percentile" of the draws; "basic" turns them about the estimate; "normal" takes their standard deviation.
    joint
        Whether a band holds the whole path of a response at once, by percentiles of the draws; else each horizon alone.

    Returns
    -------
    ImpulseResponses
        `.tidy()`, `.plot()`, `.summary()`, `.reversal`.

    Raises
    ------
    SpecError
        If an option means nothing.
    ConvergenceError
        If too few draws can be used.

    Notes
    -----
    Bands are pointwise unless `joint`: that one of many horizons lies off zero is no test of the whole path. Draws
    with roots on or outside the unit circle are counted, and kept.

    Examples
    --------
    >>> fit = pk.PanelVAR(("log(gdp)", "log(patents_granted)")).fit(panel)
    >>> fit.irf(5, reps=199).tidy().columns[:3].tolist()
    ['impulse', 'response', 'horizon']
    """
    check_fit(fit)
    check_flags(cumulative=cumulative)
    horizon = check_horizon(horizon)
    how = check_bands(bands, reps, interval)
    if kind not in get_args(Kind):
        raise SpecError(message("kind is one of {known}, not {kind!r}", known=get_args(Kind), kind=str(kind)))
    if order is not None and kind != "orthogonalised":
        raise SpecError(
            message("an order is of orthogonalised responses; with kind={kind!r} leave it out", kind=kind)
        )
    check_joint(joint, how, interval)
    at = positions(order, fit.names)
    drawn = None if how == "none" else draw(fit, how, reps, rng)
    made = _responses(fit, drawn, horizon, kind, at, cumulative, (interval, joint))
    if kind == "orthogonalised" and len(at) > 1:
        back = _responses(fit, drawn, horizon, kind, at[::-1], cumulative, (interval, joint))
        made = replace(made, reversal=back)
    return made


def _responses(
    fit: Any,
    drawn: Draws | None,
    horizon: int,
    kind: Kind,
    at: tuple[int, ...],
    cumulative: bool,
    banded: tuple[Interval, bool],
) -> ImpulseResponses:
    """Return the responses in one order, without those of its reversal."""
    names = tuple(fit.names)
    held = None if drawn is None else _arrays(drawn.coefficients, drawn.sigma, horizon, kind, at, cumulative)
    values = _arrays(fit.coefficients, fit.sigma, horizon, kind, at, cumulative)
    require_finite(values, held, horizon)
    order = tuple(names[i] for i in at) if kind == "orthogonalised" else ()
    return ImpulseResponses(
        title=_title(kind, cumulative),
        names=names,
        horizons=tuple(range(horizon + 1)),
        values=values,
        draws=held,
        interval=banded[0],
        joint=banded[1],
        order=order,
        uncertainty=Uncertainty(method="none") if drawn is None else drawn.uncertainty,
        facts=facts_of(fit, drawn),
        notes=(_shock(kind), *model_notes(fit, horizon), *(() if drawn is None else drawn.notes())),
        levels=fit.level_names,
        kind=kind,
        cumulative=cumulative,
    )


def _arrays(
    coefficients: FloatArray,
    sigma: FloatArray,
    horizon: int,
    kind: Kind,
    at: tuple[int, ...],
    cumulative: bool,
) -> FloatArray:
    with np.errstate(over="ignore", invalid="ignore"):  # what overflows is refused by name
        if kind == "orthogonalised":
            made = orthogonalised_responses(coefficients, sigma, horizon, at)
        elif kind == "generalised":
            made = generalised_responses(coefficients, sigma, horizon)
        else:
            made = moving_average(coefficients, horizon)
        return cumulated(made) if cumulative else made


def _title(kind: Kind, cumulative: bool) -> Message:
    if kind == "orthogonalised":
        return (
            message("Orthogonalised impulse responses, cumulative")
            if cumulative
            else message("Orthogonalised impulse responses")
        )
    if kind == "generalised":
        return (
            message("Generalised impulse responses, cumulative")
            if cumulative
            else message("Generalised impulse responses")
        )
    return (
        message("Impulse responses to one unit, cumulative")
        if cumulative
        else message("Impulse responses to one unit")
    )


def _shock(kind: Kind) -> Message:
    if kind == "orthogonalised":
        return message(
            "a shock is one standard deviation of the orthogonal errors; within a {period} a variable answers to the "
            "shocks of those before it in the order, and of its own"
        )
    if kind == "generalised":
        return message(
            "a shock is one standard deviation of one error, the other errors moving with it as they do on average: "
            "the order does not matter, and the shocks are not orthogonal"
        )
    return message("a shock is one unit of one error, the other errors at zero")
