"""A fitted model: estimates and covariance are the facts, everything else is read from them.

A verdict, the fifth kind of result, lives with the claims that it judges.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any, Self

import numpy as np
import pandas as pd

from panelkit.covariance.base import Problem, Vcov, VcovSpec, of_terms
from panelkit.kernels.linear import LinearFit
from panelkit.kernels.within import FloatArray
from panelkit.language.message import Language, Message, verbatim
from panelkit.language.register import find
from panelkit.panel.leaving import spoken_reasons
from panelkit.results.derived import Derived, Uncertainty
from panelkit.results.estimates import COLUMNS, Estimates
from panelkit.results.measure import Measure
from panelkit.results.students_t import t_quantile, t_survival
from panelkit.results.tests import TestResult

if TYPE_CHECKING:
    from panelkit.panel.design import Design

__all__ = [
    "COLUMNS",
    "Derived",
    "Estimates",
    "FitResult",
    "FloatArray",
    "Language",
    "Measure",
    "TestResult",
    "Uncertainty",
    "t_quantile",
    "t_survival",
]


@dataclass(frozen=True, kw_only=True, eq=False)
class FitResult(Estimates):
    """A fitted model: estimates and covariance are the facts, everything else is read from them.

    `design`, `linear` (the swept least-squares problem, where the model is one) and `residuals` (n,) let
    inference refit the model; `spec` is the request that made it. `observed` is the design of the rows as they were
    observed, where `design` holds them quasi-demeaned or averaged.
    `facts` names at least nobs, n_units, n_periods, vcov and convention.
    `covariance_of` is the covariance whole, with its name, facts and notes; these stand among the fit's own from the
    positions `covariance_at` on.
    """

    outcome: str
    spec: Any
    design: Design | None = None
    linear: LinearFit | None = None
    residuals: FloatArray = field(default_factory=lambda: np.empty(0))
    dropped: pd.DataFrame = field(default_factory=pd.DataFrame)
    covariance_of: Vcov | None = None
    covariance_at: tuple[int, int] = (0, 0)
    observed: Design | None = field(default=None, repr=False)

    def __post_init__(self) -> None:
        super().__post_init__()
        if self.observed is None:
            object.__setattr__(self, "observed", self.design)
        if self.level_names != ("province", "year") and "reason" in self.dropped:
            object.__setattr__(self, "dropped", spoken_reasons(self.dropped, *self.level_names))

    @property
    def level_names(self) -> tuple[str, str]:
        """Return what unit and time are called in the data."""
        if self.design is None:
            return super().level_names
        return self.design.unit_names[0], self.design.time_names[0]

    @property
    def __maketables_depvar__(self) -> str:
        """Return the name of the outcome."""
        return self.outcome

    @property
    def nobs(self) -> int:
        """Return the number of observations behind the estimates."""
        return int(self.facts["nobs"])

    @property
    def problem(self) -> Problem | None:
        """Return the estimation problem that covariances stand on; None where the fit kept none."""
        return self.linear

    @property
    def can(self) -> frozenset[str]:
        """Return what covariances, tests and bootstraps may ask of the fit."""
        return frozenset() if self.problem is None else self.problem.can

    def with_vcov(self, vcov: VcovSpec, *, coords: Any = None) -> Self:
        """Return the same fit under another covariance, without fitting again.

        `coords` is for `Conley`, as in `FixedEffects.fit`.

        Raises
        ------
        SpecError
            If the fit cannot carry the covariance, or did not carry a column that it needs.
        """
        fit: Self = find("capability", "under_covariance")(self, vcov, coords)
        return fit

    @property
    def fitted(self) -> pd.Series:
        """Return the fitted values of the rows that entered, effects included, as `predict()` does."""
        return self.predict()

    def predict(self, data: Any = None, kind: str = "xbu", **options: Any) -> pd.Series:
        """Return predictions, effects or residuals of rows, as `pk.predict` says."""
        found: pd.Series = find("inference", "predict")(self, data, kind, **options)
        return found

    def effects(self) -> Any:
        """Return the estimated effects of units and periods, as `pk.estimated_effects` says."""
        return find("inference", "estimated_effects")(self)

    def margins(self, of: str, at: str | None = None, **options: Any) -> Any:
        """Return average marginal effects at values of a moderator, as `pk.margins` says."""
        return find("inference", "margins")(self, of, at, **options)

    def turning_point(self, term: str, beside: str | None = None, **options: Any) -> Any:
        """Return where a curve turns, with Lind and Mehlum's test, as `pk.turning_point` says."""
        return find("test", "turning_point")(self, term, beside, **options)

    def compare(self, other: FitResult, terms: str | Sequence[str] | None = None) -> Any:
        """Return the differences of terms that two fits share, as `pk.compare_fits` says."""
        return find("inference", "compare_fits")(self, other, terms)

    def model_statistics(self) -> Any:
        """Return the rest of the table: F or Wald test of the model, R2, sigma_u, as `pk.model_statistics` says."""
        return find("inference", "model_statistics")(self)

    def under(self, vcov: Vcov, **changes: Any) -> Self:
        """Return the fit with a covariance in place of its own: matrix, df, facts and notes, and other fields."""
        own = self.covariance_of or Vcov(self.covariance, self.df, verbatim(""))
        kept = [(key, value) for key, value in self.facts.items() if key not in own.facts]
        at, note_at = self.covariance_at
        kept[at:at] = vcov.facts.items()
        return replace(
            self,
            covariance=of_terms(vcov, len(self.terms)),
            df=vcov.df,
            facts={**dict(kept), "vcov": vcov.name},
            notes=(*self.notes[:note_at], *vcov.notes, *self.notes[note_at + len(own.notes) :]),
            covariance_of=vcov,
            **changes,
        )


def fields_under(
    vcov: Vcov,
    terms: int,
    *,
    facts: tuple[Mapping[str, Any], Mapping[str, Any]],
    notes: tuple[Sequence[Message], Sequence[Message]],
) -> dict[str, Any]:
    """Return the fields of a fit that its covariance fills.

    Parameters
    ----------
    vcov
        The covariance (p, p), the k terms first.
    terms
        How many terms the fit has, k.
    facts, notes
        Those of the fit before and after the covariance's own. The key `vcov` is filled where it stands.

    Returns
    -------
    Keyword arguments of `FitResult`.
    """
    before, after = facts
    return {
        "covariance": of_terms(vcov, terms),
        "df": vcov.df,
        "facts": {**before, **vcov.facts, **after, "vcov": vcov.name},
        "notes": (*notes[0], *vcov.notes, *notes[1]),
        "covariance_of": vcov,
        "covariance_at": (len(before), len(notes[0])),
    }
