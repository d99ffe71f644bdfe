"""Effects along a moderator, and the index of moderated mediation."""

from __future__ import annotations

import numpy as np

from panelkit.language.errors import SpecError
from panelkit.language.message import message, term
from panelkit.language.offers import offered
from panelkit.models.mediation.result import MediationResult
from panelkit.models.mediation.words import DIRECT, INDIRECT
from panelkit.results.fit import Derived

_INDEX = term("effect", "index")


@offered("capability", "mediation_conditional")
def conditional(result: MediationResult) -> Derived:
    """Return indirect and direct effects at the moderator's p10, p50 and p90, and the index of moderated mediation.

    Raises
    ------
    SpecError
        If the model has no moderator.
    """
    held = result.moderation
    if held is None:
        raise SpecError(
            message(
                "no moderator: Mediation(..., moderator='w', moderates=('first',)); for an interaction of treatment "
                "and mediator read .at_levels()"
            )
        )
    at = [value - held.mean for value in held.values]
    draws = result.paths.conditional(result.theta_draws, at)
    points = [f"p{100 * q:.0f} ({value:.4g})" for q, value in zip(held.quantiles, held.values, strict=True)]
    k = len(points)
    return Derived(
        title=message("{title}, by {name}", title=result.title, name=held.name),
        terms=(*points, *points, message("index of moderated mediation")),
        equations=(*[INDIRECT] * k, *[DIRECT] * k, _INDEX),
        estimates=result.paths.conditional(result.system.theta[None], at)[0],
        covariance=np.cov(draws, rowvar=False),
        df=result.df,
        facts=result.facts,
        notes=(
            message(
                "{name} centred at its mean {mean:.4g}; it moderates: {stages}",
                name=held.name,
                mean=held.mean,
                stages=held.paths_changed,
            ),
            result.uncertainty.sentence(),
        ),
        uncertainty=result.uncertainty,
        draws=draws,
    )
