"""Whose shocks the variance of forecast errors comes from, with bands."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any, Literal, get_args

import numpy as np

from panelkit.language.errors import SpecError
from panelkit.language.message import Message, message
from panelkit.language.offers import offered
from panelkit.models.dynamic.responses.arrays import variance_decomposition as shares_of
from panelkit.models.dynamic.responses.asked import (
    Bands,
    Interval,
    check_bands,
    check_fit,
    check_flags,
    check_horizon,
    positions,
)
from panelkit.models.dynamic.responses.by_horizon import ByHorizon
from panelkit.models.dynamic.responses.drawn import Draws, draw, require_finite
from panelkit.models.dynamic.responses.said import facts_of, model_notes
from panelkit.results.derived import Uncertainty

Kind = Literal["orthogonalised", "generalised"]


@dataclass(frozen=True, kw_only=True, eq=False)
class VarianceDecomposition(ByHorizon):
    """Shares of the variance of forecast errors by horizon; `normalised`: generalised shares made to sum to one."""

    kind: Kind
    normalised: bool = False

    @property
    def quantity(self) -> Message:
        """Return what the numbers are."""
        return message("share of the forecast error variance")

    @property
    def decimals(self) -> int | None:
        """Return the decimals of the table: shares have three."""
        return 3


@offered("capability", "variance_decomposition")
@offered(
    "dynamics",
    "variance_decomposition",
    family="dynamic",
    result="VarianceDecomposition",
    source="Luetkepohl 2005, 2.3.36; Pesaran and Shin 1998",
    public=True,
)
def variance_decomposition(
    fit: Any,
    horizon: int = 10,
    *,
    kind: Kind = "orthogonalised",
    order: Sequence[str | int] | None = None,
    normalise: bool = False,
    bands: Bands | None = "bootstrap",
    reps: int = 1000,
    rng: int | np.random.Generator = 0,
    interval: Interval = "percentile",
) -> VarianceDecomposition:
    """Return how much of the forecast error variance of a variable comes from the shocks of each: `fit.fevd(10)`.

    Parameters
    ----------
    fit
        A fitted `PanelVAR`.
    horizon
        The farthest forecast, in periods; shares are given for 1 to `horizon` periods ahead.
    kind
        "orthogonalised", in `order`, with the order reversed beside it; or "generalised".
    order
        As of `impulse_responses`.
    normalise
        Generalised shares sum to more or less than one, since the shocks are not orthogonal; True divides by the sum.
    bands, reps, rng, interval
        As of `impulse_responses`.

    Returns
    -------
    VarianceDecomposition
        Shares between 0 and 1.

    Raises
    ------
    SpecError
        If an option means nothing.
    ConvergenceError
        If too few draws can be used.

    Notes
    -----
    Shares one period ahead are fixed by the order: all of the first variable's variance is its own.

    Examples
    --------
    >>> fit = pk.PanelVAR(("log(gdp)", "log(patents_granted)")).fit(panel)
    >>> float(fit.fevd(3, bands="none").values[0, 0, 0])
    1.0
    """
    check_fit(fit)
    check_flags(normalise=normalise)
    horizon = check_horizon(horizon)
    how = check_bands(bands, reps, interval)
    if kind not in get_args(Kind):
        raise SpecError(message("kind is one of {known}, not {kind!r}", known=get_args(Kind), kind=str(kind)))
    if kind == "generalised" and order is not None:
        raise SpecError(
            message("an order is of orthogonalised shocks; with kind={kind!r} leave it out", kind=kind)
        )
    if kind == "orthogonalised" and normalise:
        raise SpecError(
            message("orthogonalised shares sum to one as they are: normalise is of generalised ones")
        )
    at = positions(order, fit.names) if kind == "orthogonalised" else None
    drawn = None if how == "none" else draw(fit, how, reps, rng)
    made = _shares(fit, drawn, horizon, at, normalise, interval)
    if at is not None and len(at) > 1:
        made = replace(made, reversal=_shares(fit, drawn, horizon, at[::-1], normalise, interval))
    return made


def _shares(
    fit: Any,
    drawn: Draws | None,
    horizon: int,
    at: tuple[int, ...] | None,
    normalise: bool,
    interval: Interval,
) -> VarianceDecomposition:
    """Return the shares in one order (None: generalised), without those of its reversal."""
    names = tuple(fit.names)
    held = None
    with np.errstate(over="ignore", invalid="ignore"):  # what overflows is refused by name
        values = shares_of(fit.coefficients, fit.sigma, horizon, at, normalise=normalise)
        if drawn is not None:
            held = shares_of(drawn.coefficients, drawn.sigma, horizon, at, normalise=normalise)
    require_finite(values, held, horizon)
    return VarianceDecomposition(
        title=_title(at is None, normalise),
        names=names,
        horizons=tuple(range(1, horizon + 1)),
        values=values,
        draws=held,
        interval=interval,
        order=() if at is None else tuple(names[i] for i in at),
        uncertainty=Uncertainty(method="none") if drawn is None else drawn.uncertainty,
        facts=facts_of(fit, drawn),
        notes=(
            _meaning(at is None, normalise),
            *model_notes(fit, horizon),
            *(() if drawn is None else drawn.notes()),
        ),
        levels=fit.level_names,
        kind="generalised" if at is None else "orthogonalised",
        normalised=normalise,
    )


def _title(generalised: bool, normalised: bool) -> Message:
    if not generalised:
        return message("Forecast error variance decomposition")
    if normalised:
        return message("Generalised forecast error variance decomposition, shares made to sum to one")
    return message("Generalised forecast error variance decomposition")


def _meaning(generalised: bool, normalised: bool) -> Message:
    if not generalised:
        return message(
            "a column `a → b` is the share of b's forecast error variance that comes from the orthogonal shocks of a; "
            "over the sources of one variable the shares sum to one"
        )
    if normalised:
        return message(
            "a column `a → b` is the share of b's forecast error variance that shocks of a account for; the shares are "
            "divided by their sum over the sources, since generalised shocks are not orthogonal"
        )
    return message(
        "a column `a → b` is the share of b's forecast error variance that shocks of a account for; generalised shocks "
        "are not orthogonal, so that shares do not sum to one"
    )
