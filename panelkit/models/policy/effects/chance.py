"""How p-values and intervals of effects are made: from clusters, or from chance that suits few treated units."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Protocol

from panelkit.kernels.within import FloatArray
from panelkit.language.errors import SpecError
from panelkit.language.message import Message, message
from panelkit.models.policy.effects.cells import Averages, By
from panelkit.models.policy.effects.estimator import StaggeredEstimator
from panelkit.models.policy.effects.placebo import placebos
from panelkit.models.policy.effects.randomisation import FEW_TREATED, randomise
from panelkit.models.policy.effects.resampled import resampled
from panelkit.models.policy.rows.panel import PolicyPanel

INFERENCE = ("auto", "clusters", "randomisation", "conley-taber", "ferman-pinto", "bootstrap")


class Drawn(Protocol):
    """Where p-values and intervals come from, if not from the errors."""

    def p_values(self) -> FloatArray:
        """Return p (p,)."""

    def interval(self, level: float) -> tuple[FloatArray, FloatArray]:
        """Return low and high, (p,) each."""

    def sentence(self) -> Message:
        """Return what was done, as a note."""


@dataclass(frozen=True)
class Chance:
    """How p-values and intervals of effects are made.

    `inference`: "clusters" from the errors; "randomisation" over dates of adoption; "auto" the latter below eight
    treated units; "conley-taber" and "ferman-pinto" from the noise of the never treated, the latter rescaled by the
    column `size`; "bootstrap" of clusters.
    """

    inference: str = "auto"
    reps: int = 999
    rng: Any = 0
    size: str | None = None

    def __post_init__(self) -> None:
        if self.inference not in INFERENCE:
            raise SpecError(
                message(
                    "inference is one of {known}, not {inference!r}",
                    known=INFERENCE,
                    inference=self.inference,
                )
            )
        if (self.size is not None) != (self.inference == "ferman-pinto"):
            raise SpecError(
                message(
                    "`size` names the column by which inference='ferman-pinto' rescales noise, such as the population; "
                    "give it there, and nowhere else"
                )
            )

    def of(
        self, method: StaggeredEstimator, panel: PolicyPanel, found: dict[By, Averages], *, whole: bool
    ) -> tuple[Drawn | None, tuple[Message, ...]]:
        """Return what was drawn, if anything, and why."""
        levels = panel.design.level_names
        treated = int(panel.adoption.treated.sum())
        few = message("fewer than {few} {units} are treated ({treated})", treated=treated, few=FEW_TREATED)
        if self.inference == "clusters" or (self.inference == "auto" and treated >= FEW_TREATED):
            if treated >= FEW_TREATED:
                return None, _many(treated, levels) if self.inference == "auto" else ()
            said = message(
                "{few}: errors from clusters may reject too often; inference='randomisation' keeps its level",
                few=few,
            )
            return None, (said.spoken(*levels),)
        try:
            drawn = self._drawn(method, panel, found, whole=whole)
        except SpecError as error:
            if self.inference != "auto":
                raise
            said = message("{few}, and no randomisation: {why}", few=few, why=error.said)
            return None, (said.spoken(*levels),)
        told = drawn.sentence()
        if self.inference == "auto":
            told = message("{why}: {sentence}", why=few, sentence=told)
        return drawn, (told.spoken(*levels),)

    def _drawn(
        self, method: StaggeredEstimator, panel: PolicyPanel, found: dict[By, Averages], *, whole: bool
    ) -> Drawn:
        if not whole or "cells" in found:
            raise SpecError(
                message(
                    "chance is drawn for averages of all cohorts: leave out `balanced` and by='cells', or take "
                    "inference='clusters'"
                )
            )
        held = {kind: (each.labels, each.estimates) for kind, each in found.items()}
        if self.inference == "bootstrap":
            return resampled(method, panel, held, reps=self.reps, rng=self.rng)
        if self.inference in ("conley-taber", "ferman-pinto"):
            return placebos(method, panel, held, size=self.size, reps=self.reps, rng=self.rng)
        return randomise(method, panel, list(held), held, reps=self.reps, rng=self.rng)


def _many(treated: int, levels: tuple[str, str]) -> tuple[Message, ...]:
    """Return why errors of clusters are read, as a note."""
    said = message(
        "{treated} treated {units}, {few} or more: p-values and intervals from errors by cluster; with fewer, from "
        "randomisation over dates of adoption",
        treated=treated,
        few=FEW_TREATED,
    )
    return (said.spoken(*levels),)
