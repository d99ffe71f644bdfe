"""Effects where treatment and mediator meet in a product: pure, total and controlled, at stated levels."""

from __future__ import annotations

from collections.abc import Sequence
from numbers import Real
from typing import Any

import numpy as np

from panelkit.language.errors import SpecError
from panelkit.language.message import Message, message, term
from panelkit.language.offers import offered
from panelkit.models.mediation.interaction import Interaction, checked_levels, named_levels
from panelkit.models.mediation.paths import PathMap
from panelkit.models.mediation.result import MediationResult
from panelkit.models.mediation.words import TOTAL
from panelkit.results.fit import Derived, FloatArray

INDIRECT_EQUATIONS = (message("pure indirect"), message("total indirect"))
EQUATIONS = (*INDIRECT_EQUATIONS, message("pure direct"), message("total direct"), TOTAL)


@offered("capability", "mediation_at_levels")
def at_levels(
    result: MediationResult, levels: Sequence[float] | None = None, *, change: float = 1.0
) -> Derived:
    """Return the effects of moving the treatment from each level x to x + h (h: `change`).

    With M = a X + ..., Y = c' X + sum (b + d X) M + ..., and E[M | x] = mean M + a (x - mean X):

    pure indirect h sum a (b + d x), total indirect h sum a (b + d (x + h)); pure direct h (c' + sum d E[M | x]), total
    direct h (c' + sum d E[M | x + h]); total = pure direct + total indirect = total direct + pure indirect. The
    controlled direct effect h (c' + sum d m) holds every mediator at a quantile or its mean. With several mediators
    the indirect effects through each stand below. The last rows are the coefficients d of the products. Levels and
    means stay at their values of the sample in every draw.

    Raises
    ------
    SpecError
        If the model has no interaction, or a level or the change is no finite number.
    """
    held = result.interaction
    if held is None:
        raise SpecError(message("no interaction: Mediation(..., interaction=True)"))
    if not _is_step(change):
        raise SpecError(
            message(
                "change= is how far the treatment moves, a number other than zero, not {change!r}",
                change=change,
            )
        )
    own = checked_levels(levels, interaction=True)
    used = held.levels if own is None else named_levels(own)

    def effects(theta: FloatArray) -> FloatArray:
        return _effects(result.paths, theta, held, [value for _, value in used], change)

    draws = effects(result.theta_draws)
    points = [_point(name, value) if name else _own(value) for name, value in used]
    fixed = [_point(name, *values) for name, values in held.mediator_levels]
    single = [
        message("{effect} via {route}", effect=kind, route=name)
        for name in held.mediators
        for kind in INDIRECT_EQUATIONS
        if len(held.mediators) > 1
    ]
    equations = [*EQUATIONS, *single]
    return Derived(
        title=message("{title}, by {name}", title=result.title, name=held.treatment),
        terms=(
            *(points * len(equations)),
            *fixed,
            *(f"{held.treatment} × {name}" for name in held.mediators),
        ),
        equations=(
            *(e for e in equations for _ in points),
            *[message("controlled direct")] * len(fixed),
            *[term("effect", "interaction")] * len(held.mediators),
        ),
        estimates=effects(result.system.theta[None])[0],
        covariance=np.cov(draws, rowvar=False),
        df=result.df,
        facts=result.facts,
        notes=_notes(result, held, [value for _, value in used], change),
        uncertainty=result.uncertainty,
        draws=draws,
    )


def _effects(
    paths: PathMap, theta: FloatArray, held: Interaction, levels: Sequence[float], change: float
) -> FloatArray:
    """Return the effects (B, m) of theta (B, K), in the order of their names."""
    first, met = theta[:, list(paths.first)], theta[:, list(paths.second_by)]
    direct, moved = theta[:, paths.direct], (first * met).sum(axis=1)
    away = [level - held.mean for level in levels]
    routes = {at: change * paths.along(theta, at) for u in away for at in (u, u + change)}
    blocks = [
        [routes[u].sum(axis=1) for u in away],
        [routes[u + change].sum(axis=1) for u in away],
        [change * (direct + moved * u) for u in away],
        [change * (direct + moved * (u + change)) for u in away],
    ]
    blocks.append([one + two for one, two in zip(blocks[1], blocks[2], strict=True)])
    if len(held.mediators) > 1:
        for k in range(len(held.mediators)):
            blocks += [[routes[u + step][:, k] for u in away] for step in (0.0, change)]
    values = np.array([values for _, values in held.mediator_levels]) - held.mediator_means
    blocks.append([change * (direct + met @ value) for value in values])
    blocks.append(list(met.T))
    return np.stack([column for block in blocks for column in block], axis=1)


def _notes(
    result: MediationResult, held: Interaction, levels: Sequence[float], change: float
) -> tuple[Message, ...]:
    low, high = held.range
    beyond = [_own(level) for level in levels if not low <= level <= high]
    notes = [
        message(
            "effects of {name} moved by {change:.4g} from each level; all draws hold levels and means",
            name=held.treatment,
            change=change,
        )
    ]
    if beyond:
        notes.append(
            message(
                "{levels} lies outside the sample ({low:.6g} to {high:.6g}): extrapolated",
                levels=beyond,
                low=low,
                high=high,
            )
        )
    return (*notes, result.uncertainty.sentence())


def _is_step(change: Any) -> bool:
    """Return whether a change is a finite real number other than zero."""
    if isinstance(change, (bool, np.bool_)) or not isinstance(change, Real):
        return False
    try:
        return bool(np.isfinite(float(change))) and float(change) != 0.0
    except OverflowError:
        return False


def _own(level: float) -> str:
    """Return a level of the caller's own as it was given."""
    short = f"{level:.10g}"
    return short if float(short) == level else repr(level)


def _point(name: str, *values: float) -> Message:
    """Return a level with a name and where it lies: p10 (0.5)."""
    return message("{level} ({values})", level=name, values=", ".join(f"{value:.4g}" for value in values))
