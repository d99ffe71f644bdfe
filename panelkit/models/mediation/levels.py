"""Effects where treatment and mediator meet in a product: pure, total and controlled, at stated levels."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from numbers import Real
from typing import TYPE_CHECKING, Any

import numpy as np

from panelkit.language.errors import SpecError
from panelkit.models.mediation.words import Said, number
from panelkit.panel.provenance import Note
from panelkit.results.fit import Derived, FloatArray

if TYPE_CHECKING:
    from panelkit.models.mediation.paths import PathMap
    from panelkit.models.mediation.result import MediationResult

QUANTILES = (0.1, 0.5, 0.9)
EQUATIONS = ("pure indirect", "total indirect", "pure direct", "total direct", "total")


@dataclass(frozen=True)
class Interaction:
    """Levels of treatment and mediators over the estimation rows; means are where the products are centred.

    `levels` are (name, value) of the treatment; `mediator_levels` (name, values of all mediators).
    """

    treatment: str
    mediators: tuple[str, ...]
    mean: float
    range: tuple[float, float]
    mediator_means: tuple[float, ...]
    levels: tuple[tuple[str, float], ...]
    mediator_levels: tuple[tuple[str, tuple[float, ...]], ...]

    @classmethod
    def of(cls, own: FloatArray, names: Sequence[str], levels: tuple[float, ...] | None) -> Interaction:
        """Read the levels from the columns (n, 1 + k) of treatment and mediators."""
        x, m = own[:, 0], own[:, 1:]
        shown = [f"p{100 * q:.0f}" for q in QUANTILES]
        by_sample = [*zip(shown, np.quantile(x, QUANTILES), strict=True), ("mean", x.mean())]
        of_mediators = [*zip(shown, np.quantile(m, QUANTILES, axis=0), strict=True), ("mean", m.mean(axis=0))]
        return cls(
            treatment=names[0],
            mediators=tuple(names[1:]),
            mean=float(x.mean()),
            range=(float(x.min()), float(x.max())),
            mediator_means=tuple(float(value) for value in m.mean(axis=0)),
            levels=_named(levels) if levels else tuple((name, float(value)) for name, value in by_sample),
            mediator_levels=tuple((name, tuple(map(float, values))) for name, values in of_mediators),
        )

    def said(self) -> Said:
        """Return what the effects of the main table are."""
        met = ", ".join(f"{self.treatment} × {name}" for name in self.mediators)
        at = ", ".join(
            f"{name} = {number(value)}"
            for name, value in zip(
                (self.treatment, *self.mediators), (self.mean, *self.mediator_means), strict=True
            )
        )
        return Said(
            f"interaction {met} in the outcome equation: the effects of the main table are slopes at the sample means "
            f"({at}); .at_levels() gives those of a change at stated levels",
            f"结果方程含交互项{met}：主表的效应为样本均值处的斜率（{at.replace(', ', '，')}）；"
            "各水平上的效应见 .at_levels()",
        )


def checked_levels(levels: Any, *, interaction: bool) -> tuple[float, ...] | None:
    """Return levels as finite numbers, or None.

    Raises
    ------
    SpecError
        If they are none, or are given without an interaction.
    """
    if levels is None:
        return None
    if not interaction:
        raise SpecError(
            "levels= belongs to interaction=True: without it the effects are the same at every level"
        )
    try:
        found = tuple(float(level) for level in levels)
    except (TypeError, ValueError, OverflowError):
        found = ()
    if not found or isinstance(levels, str) or not np.isfinite(found).all():
        raise SpecError(f"levels= lists finite values of the treatment, such as (0.5, 1.0), not {levels!r}")
    return found


def effects_at_levels(
    result: MediationResult, levels: Sequence[float] | None = None, change: float = 1.0
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
        raise SpecError("no interaction: Mediation(..., interaction=True)")
    if not _is_step(change):
        raise SpecError(f"change= is how far the treatment moves, a number other than zero, not {change!r}")
    own = checked_levels(levels, interaction=True)
    used = held.levels if own is None else _named(own)

    def effects(theta: FloatArray) -> FloatArray:
        return _effects(result.paths, theta, held, [value for _, value in used], change)

    draws = effects(result.theta_draws)
    points = [_point(name, value) if name else _own(value) for name, value in used]
    fixed = [_point(name, *values) for name, values in held.mediator_levels]
    single = [
        f"{kind} via {name}" for name in held.mediators for kind in EQUATIONS[:2] if len(held.mediators) > 1
    ]
    equations = [*EQUATIONS, *single]
    return Derived(
        title=f"{result.title}, by {held.treatment}",
        terms=(
            *(points * len(equations)),
            *fixed,
            *(f"{held.treatment} × {name}" for name in held.mediators),
        ),
        equations=(
            *(e for e in equations for _ in points),
            *["controlled direct"] * len(fixed),
            *["interaction"] * len(held.mediators),
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
) -> tuple[str, ...]:
    low, high = held.range
    beyond = [_own(level) for level in levels if not low <= level <= high]
    notes = [
        Note(
            f"effects of {held.treatment} moved by {change:.4g} from each level; all draws hold levels and means",
            f"{held.treatment}自各水平变动{change:.4g}时的效应；水平与均值在每次抽样中固定",
        )
    ]
    if beyond:
        notes.append(
            Note(
                f"{', '.join(beyond)} lies outside the sample ({low:.6g} to {high:.6g}): extrapolated",
                f"{'、'.join(beyond)}在样本范围（{low:.6g}至{high:.6g}）之外，属外推",
            )
        )
    return (*notes, result.uncertainty.sentence())


def _named(levels: Sequence[float]) -> tuple[tuple[str, float], ...]:
    return tuple(("", float(level)) for level in levels)


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


def _point(name: str, *values: float) -> str:
    return f"{name} ({', '.join(f'{value:.4g}' for value in values)})"
