"""Where the treatment meets a mediator or a moderator: the levels and means at which effects are read."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from panelkit.language.errors import SpecError
from panelkit.language.message import Message, message, term
from panelkit.language.spelt import option
from panelkit.models.mediation.words import number
from panelkit.results.fit import FloatArray

QUANTILES = (0.1, 0.5, 0.9)
_MEAN = term("level of a variable", "mean")
_PATHS = {
    "first": term("moderated path", "first"),
    "second": term("moderated path", "second"),
    "direct": term("moderated path", "direct"),
}


@dataclass(frozen=True)
class Moderation:
    """The moderator: its mean over the sample, the quantiles asked for and their values, and the paths it changes."""

    name: str
    mean: float
    quantiles: tuple[float, ...]
    values: tuple[float, ...]
    stages: tuple[str, ...]

    @property
    def paths_changed(self) -> tuple[Message, ...]:
        """Return the names of the paths that it changes."""
        return tuple(_PATHS[stage] for stage in self.stages)


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
        by_sample = [*zip(shown, np.quantile(x, QUANTILES), strict=True), (_MEAN, x.mean())]
        of_mediators = [*zip(shown, np.quantile(m, QUANTILES, axis=0), strict=True), (_MEAN, m.mean(axis=0))]
        return cls(
            treatment=names[0],
            mediators=tuple(names[1:]),
            mean=float(x.mean()),
            range=(float(x.min()), float(x.max())),
            mediator_means=tuple(float(value) for value in m.mean(axis=0)),
            levels=named_levels(levels)
            if levels
            else tuple((name, float(value)) for name, value in by_sample),
            mediator_levels=tuple((name, tuple(map(float, values))) for name, values in of_mediators),
        )

    def said(self) -> Message:
        """Return what the effects of the main table are."""
        places = zip((self.treatment, *self.mediators), (self.mean, *self.mediator_means), strict=True)
        return message(
            "interaction {products} in the outcome equation: the effects of the main table are slopes at the sample "
            "means ({means}); .at_levels() gives those of a change at stated levels",
            products=[f"{self.treatment} × {name}" for name in self.mediators],
            means=[f"{name} = {number(value)}" for name, value in places],
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
            message(
                "{levels} belongs to {interaction}: without it the effects are the same at every level",
                levels=option("levels"),
                interaction=option("interaction", True),
            )
        )
    try:
        found = tuple(float(level) for level in levels)
    except (TypeError, ValueError, OverflowError):
        found = ()
    if not found or isinstance(levels, str) or not np.isfinite(found).all():
        raise SpecError(
            message(
                "{levels_option} lists finite values of the treatment, such as (0.5, 1.0), not {levels!r}",
                levels_option=option("levels"),
                levels=levels,
            )
        )
    return found


def named_levels(levels: Sequence[float]) -> tuple[tuple[str, float], ...]:
    """Return levels given by the user, which have no name."""
    return tuple(("", float(level)) for level in levels)
