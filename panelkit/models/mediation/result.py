"""The result of a mediation: effects, equations, draws. What is read from them are functions above it.

The methods that name such a function find it through the register, so that nothing here imports it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Any, Literal

import numpy as np
import pandas as pd

from panelkit.language.errors import SpecError
from panelkit.language.message import Message, message
from panelkit.language.register import find
from panelkit.models.mediation.covariance import joint_covariance
from panelkit.models.mediation.findings import ConfounderSensitivity, Share
from panelkit.models.mediation.interaction import Interaction, Moderation
from panelkit.models.mediation.overlap import Overlap
from panelkit.models.mediation.paths import PathMap, PathSystem
from panelkit.models.mediation.procedure import Name, Procedure
from panelkit.panel.design import Design
from panelkit.results.fit import Derived, FitResult, FloatArray, Language

if TYPE_CHECKING:
    from panelkit.show.canvas import Figure


@dataclass(frozen=True, kw_only=True, eq=False)
class MediationResult(Derived):
    """Total, direct and indirect effects; `draws` are the resamples of units behind intervals and p-values.

    `fits` holds every equation ("total", "mediator 0", ..., "outcome"); `system` and `paths` let inference refit them.
    """

    spec: Any
    fits: Mapping[str, FitResult]
    system: PathSystem = field(repr=False)
    paths: PathMap = field(repr=False)
    mediators: tuple[int, ...]
    swept_draws: FloatArray = field(repr=False)
    theta_draws: FloatArray = field(repr=False)
    moderation: Moderation | None = None
    interaction: Interaction | None = None
    products: tuple[tuple[int, int], ...] = ()
    remarks: tuple[Message, ...] = ()
    overlaps: tuple[Overlap, ...] = ()
    dropped: pd.DataFrame = field(default_factory=pd.DataFrame)

    # -- names

    @property
    def level_names(self) -> tuple[str, str]:
        """Return what unit and time are called in the data."""
        return self.fits["outcome"].level_names

    @property
    def treatment_label(self) -> str:
        """Return the treatment as the equations name it."""
        return self.system.labels[0]

    @property
    def mediator_labels(self) -> tuple[str, ...]:
        """Return the mediators as the equations name them."""
        return tuple(self.system.labels[j] for j in self.mediators)

    @property
    def outcome_label(self) -> str:
        """Return the outcome as the equations name it."""
        return self.system.labels[-1]

    @property
    def path_terms(self) -> tuple[str, ...]:
        """Return the routes from treatment to outcome, as the effects name them ("indirect" where there is one)."""
        count = len(self.paths.routes)
        return self.terms[3 : 3 + count] if count > 1 else self.terms[2:3]

    def mediator_position(self, mediator: str | None) -> int:
        """Return the number of a mediator by its label; None is the only one.

        Raises
        ------
        SpecError
            If there are several and none is named, or the name is no mediator.
        """
        labels = self.mediator_labels
        if mediator is None and len(labels) == 1:
            return 0
        plain = self.spec.mediators
        if mediator in labels or mediator in plain:
            return (labels if mediator in labels else plain).index(mediator)
        raise SpecError(
            message("name one of the mediators {names}, not {given!r}", names=labels, given=mediator)
        )

    # -- what the equations say together

    @property
    def design(self) -> Design:
        """Return the sample of every equation."""
        design = self.fits["outcome"].design
        if design is None:
            raise SpecError(message("this result carries no design"))
        return design

    @cached_property
    def joint_vcov(self) -> FloatArray:
        """Return the joint covariance (K, K) of the coefficients of all equations."""
        return joint_covariance(self.system, self.spec.vcov, self.design, self.spec.convention)

    # -- functions above the result

    def path_table(self) -> pd.DataFrame:
        """Return one row a path; see `legs.path_table`."""
        table: pd.DataFrame = find("capability", "mediation_paths")(self)
        return table

    def with_interval(
        self,
        kind: Literal["delta", "monte carlo"],
        *,
        reps: int = 20_000,
        rng: int | np.random.Generator = 0,
    ) -> Derived:
        """Return the effects with other errors; see `intervals.with_interval`."""
        found: Derived = find("capability", "mediation_with_interval")(self, kind, reps=reps, rng=rng)
        return found

    def wild(self, *, reps: int = 5_000, rng: int | np.random.Generator = 0) -> Derived:
        """Return the effects with intervals of the wild bootstrap; see `intervals.wild_intervals`."""
        found: Derived = find("capability", "mediation_wild")(self, reps=reps, rng=rng)
        return found

    def bias_corrected_int(self, level: float = 0.95) -> pd.DataFrame:
        """Return the bias-corrected bootstrap interval; see `intervals.bias_corrected_int`."""
        table: pd.DataFrame = find("capability", "mediation_bias_corrected_int")(self, level)
        return table

    def joint_significance(self, *, wild: bool = False, reps: int = 9_999, rng: int = 0) -> pd.Series:
        """Return, for each route, the largest p-value along it; see `intervals.joint_significance`."""
        worst: pd.Series = find("capability", "mediation_joint_significance")(
            self, wild=wild, reps=reps, rng=rng
        )
        return worst

    def inference(
        self, *, level: float = 0.95, reps: int = 5_000, wild: bool = True, rng: int = 0
    ) -> pd.DataFrame:
        """Return every kind of inference on each route; see `intervals.inference`."""
        table: pd.DataFrame = find("capability", "mediation_inference")(
            self, level=level, reps=reps, wild=wild, rng=rng
        )
        return table

    def share(self, level: float = 0.95) -> Share:
        """Return the mediated share where it means something; see `share.share`."""
        found: Share = find("capability", "mediation_share")(self, level)
        return found

    def sensitivity(self, mediator: str | None = None, *, level: float = 0.95) -> ConfounderSensitivity:
        """Return what a confounder of mediator and outcome would have to be; see `sensitivity.sensitivity`."""
        found: ConfounderSensitivity = find("capability", "mediation_sensitivity")(
            self, mediator, level=level
        )
        return found

    def at_levels(self, levels: Sequence[float] | None = None, *, change: float = 1.0) -> Derived:
        """Return the effects at levels of the treatment; see `levels.at_levels`."""
        found: Derived = find("capability", "mediation_at_levels")(self, levels, change=change)
        return found

    def conditional(self) -> Derived:
        """Return the effects along the moderator; see `moderation.conditional`."""
        found: Derived = find("capability", "mediation_conditional")(self)
        return found

    def procedure(self, name: Name, mediator: str | None = None) -> Procedure:
        """Return a named procedure as papers print it; see `procedures.procedure`."""
        found: Procedure = find("capability", "mediation_procedure")(self, name, mediator)
        return found

    # -- printing

    def summary(self, level: float = 0.95, language: Language = "en") -> str:
        """Return effects, paths, share, joint significance and sensitivity as plain text; see `text.summary`."""
        text: str = find("capability", "mediation_summary")(self, level, language)
        return text

    def plot(
        self, *, language: Language = "en", labels: Mapping[str, str] | None = None, **options: Any
    ) -> Figure:
        """Return the path diagram with the estimates."""
        from panelkit.show import figures

        return figures.path_diagram(
            self.path_table(),
            treatment=self.treatment_label,
            mediators=list(self.mediator_labels),
            outcome=self.outcome_label,
            order=self.spec.order,
            effects=self.tidy().iloc[:3].rename(columns={"term": "effect"}),
            labels=labels,
            language=language,
            **options,
        )
