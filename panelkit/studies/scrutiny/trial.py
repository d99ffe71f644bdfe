"""What a condition found: in many worlds at once, and in one."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from panelkit.kernels.within import FloatArray
from panelkit.language.message import Message, message
from panelkit.show.brief import Brief
from panelkit.studies.scrutiny.cube import Mask

Name = Literal[
    "trends",
    "path",
    "differences",
    "regions",
    "leads",
    "second_differences",
    "income",
    "space",
    "provinces",
    "grid",
]
DECIDING: tuple[Name, ...] = ("trends", "path", "differences", "regions", "leads")
"""The conditions that decide; the others are printed."""
OF_INTERACTIONS: tuple[Name, ...] = ("second_differences",)
"""Those that decide beside them where the slope is an interaction's."""
COMPARED: tuple[Name, ...] = ("trends", "path", "differences", "second_differences", "regions")
"""Those whose slope is held against the main one."""


@dataclass(frozen=True)
class Condition(Brief):
    """One condition of one verdict.

    `passes` and `takes_away` are False where it could not be computed, and then `reason` says why. A number that is
    missing was not asked for.
    """

    name: Name
    slope: float
    p: float
    statistic: float
    passes: bool
    takes_away: bool
    rows: int
    decides: bool
    reason: Message | None = None
    worst: int | None = None

    @property
    def computable(self) -> bool:
        """Return whether it could be computed."""
        return self.reason is None


@dataclass(frozen=True, eq=False, kw_only=True)
class Trial(Brief):
    """One condition in W worlds: numbers and answers (W,), missing and False where it cannot be computed.

    `statistic` is the t of the gap to the main slope (trends, path, regions), the ratio to the main slope (differences
    and second differences), or missing. `worst` (W,) is the unit whose absence makes p largest. `detectable` (W,) is
    the effect that the condition finds with 80 % power at its own level, missing where it was not asked for.
    """

    name: Name
    slope: FloatArray
    p: FloatArray
    statistic: FloatArray
    passes: Mask
    takes_away: Mask
    rows: int
    reason: Message | None = None
    worst: NDArray[np.int64] | None = None
    detectable: FloatArray = field(default_factory=lambda: np.array([np.nan]))

    @property
    def decides(self) -> bool:
        """Return whether the verdict depends on it."""
        return self.name in (*DECIDING, *OF_INTERACTIONS)

    def _missing(self, world: int) -> Message | None:
        """Return why nothing can be said in one world, None where it can."""
        if np.isnan(self.slope[world]):
            return message("nothing of the treatment is left")
        answered = self.passes[world] or self.takes_away[world]
        if self.name in COMPARED and np.isnan(self.statistic[world]) and not answered:
            return message("its slope hangs on one {unit}, so that it cannot be held against the main slope")
        return None

    def at(self, world: int = 0) -> Condition:
        """Return what it found in one world."""
        reason = self.reason
        if reason is None:
            reason = self._missing(world)
        return Condition(
            self.name,
            float(self.slope[world]),
            float(self.p[world]),
            float(self.statistic[world]),
            bool(self.passes[world]),
            bool(self.takes_away[world]),
            self.rows,
            self.decides,
            reason,
            None if self.worst is None else int(self.worst[world]),
        )


def not_computed(name: Name, worlds: int, reason: Message, rows: int = 0) -> Trial:
    """Return a condition that could not be computed in any world, with the reason."""
    missing, no = np.full(worlds, np.nan), np.zeros(worlds, dtype=bool)
    return Trial(
        name=name,
        slope=missing,
        p=missing,
        statistic=missing,
        passes=no,
        takes_away=no,
        rows=rows,
        reason=reason,
    )


def label(name: Name) -> Message:
    """Return what a condition is called in a table."""
    return {
        "trends": message("{unit} trends"),
        "path": message("{unit} trends and a common path"),
        "differences": message("first differences"),
        "second_differences": message("second differences"),
        "regions": message("region by {period}"),
        "leads": message("next {period}'s treatment"),
        "income": message("income at the start by {period}"),
        "space": message("errors correlated to 800 km"),
        "provinces": message("without each {unit}"),
        "grid": message("declared grid"),
    }[name]
