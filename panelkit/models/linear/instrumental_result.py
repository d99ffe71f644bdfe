"""What a fit with instruments returns: the second stage, and what it stands on."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from types import MappingProxyType
from typing import Any, Self, cast

from panelkit.covariance.base import Vcov, VcovSpec
from panelkit.kernels.instruments import InstrumentedFit
from panelkit.kernels.weak_instruments import Partialled
from panelkit.language.message import Language
from panelkit.models.linear.instrument_tests import (
    VALID,
    anderson_rubin_f,
    effective_f,
    first_stage_f,
    robust_overidentification,
    several_endogenous,
    weakness,
)
from panelkit.models.linear.weak_identification import (
    conditional_f,
    cragg_donald,
    endogeneity,
    hansen,
    underidentification,
    weak_rank,
)
from panelkit.models.linear.weak_table import WeakIdentification, weak_identification
from panelkit.panel.design import Design
from panelkit.results.fit import FitResult
from panelkit.results.tests import TestResult


@dataclass(frozen=True, kw_only=True, eq=False)
class InstrumentalResult(FitResult):
    """A fit with instruments and what it stands on: first stages, reduced form, tests of strength and validity.

    `excluded` names the excluded instruments, `explained` holds the partial R2 and Shea's of every first stage, and
    `sargan` the over-identification test that no covariance changes.
    """

    first_stages: tuple[FitResult, ...] = ()
    reduced_form: FitResult | None = None
    tests: tuple[TestResult, ...] = ()
    excluded: tuple[str, ...] = ()
    explained: tuple[tuple[float, float], ...] = ()
    sargan: TestResult | None = None

    @property
    def weak_identification(self) -> WeakIdentification:
        """Return the statistics of identification with their critical values, and what they say of the fit."""
        return weak_identification(self)

    def under(self, vcov: Vcov, **changes: Any) -> Self:
        """Return the fit with a covariance in place of its own, first stages, reduced form and tests under it too."""
        extra = changes["design"].extra
        stale = {test.name for test in self.tests}
        bare = replace(
            self,
            facts={key: value for key, value in self.facts.items() if key not in stale},
            notes=self.notes[: len(self.notes) - len(weakness(self.tests))],
            first_stages=tuple(_moved(stage, changes["spec"].vcov, extra) for stage in self.first_stages),
            reduced_form=None
            if self.reduced_form is None
            else _moved(self.reduced_form, changes["spec"].vcov, extra),
        )
        return super(InstrumentalResult, bare).under(vcov, **changes).tested()

    def tested(self) -> Self:
        """Return the fit with its tests under its covariance, their statistics and what they warn of."""
        linear, design = cast(InstrumentedFit, self.linear), cast(Design, self.design)
        strength = (
            *(
                first_stage_f(stage, self.excluded, *shares)
                for stage, shares in zip(self.first_stages, self.explained, strict=True)
            ),
            effective_f(linear, self.first_stages[0], self.excluded)
            if len(self.first_stages) == 1
            else several_endogenous(),
            *(() if self.sargan is None else (self.sargan,)),
            robust_overidentification(linear, design, self.spec.vcov),
        )
        tests = (*strength, *self._identification(linear, design))
        statistics = {test.name: test.statistic for test in strength if test.applicable}
        return replace(
            self,
            tests=tests,
            facts={**self.facts, **statistics},
            notes=(*self.notes, *weakness(tests)),
        )

    def _identification(self, linear: InstrumentedFit, design: Design) -> tuple[TestResult, ...]:
        """Return the tests of rank, of exogeneity and of the reduced form under the covariance of the fit."""
        part, how = Partialled.of(linear), (design, self.spec.vcov, self.spec.convention)
        over = hansen(linear, design, self.spec.vcov, VALID)
        return (
            underidentification(part, *how),
            cragg_donald(part, *how),
            weak_rank(part, *how),
            *conditional_f(part, *how),
            *(() if over is None else (over,)),
            endogeneity(linear, *how),
            *(() if self.reduced_form is None else (anderson_rubin_f(self.reduced_form, self.excluded),)),
        )

    def summary(self, level: float = 0.95, *, language: Language = "en") -> str:
        """Return the second stage, the tests, the first stages and the reduced form as plain text."""
        parts = [
            super().summary(level, language=language),
            self.weak_identification.summary(language=language),
            *(test.summary(language=language) for test in self.tests),
        ]
        beside = (*self.first_stages, self.reduced_form)
        parts += [
            f"{fit.title.text(language)}\n{fit.table_text(level, language)}"
            for fit in beside
            if fit is not None
        ]
        return "\n\n".join(parts)


def _moved(stage: FitResult, vcov: VcovSpec, extra: Mapping[str, Any]) -> FitResult:
    """Return a first stage or the reduced form under another covariance, with the columns that it stands on."""
    if stage.design is None:
        return stage
    held = MappingProxyType({**stage.design.extra, **extra})
    return replace(stage, design=replace(stage.design, extra=held)).with_vcov(vcov)
