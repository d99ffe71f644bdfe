"""The kind `agreement`: how far composite indices rank the provinces alike, Kendall's W (R-RANK)."""

from __future__ import annotations

from typing import Literal, Self

from pydantic import Field, model_validator

from panelkit.claims.designs.measures import composite_of
from panelkit.claims.figures import Figures
from panelkit.claims.file.design import MeasuredDesign
from panelkit.claims.file.document import Claim, Reading
from panelkit.claims.file.parts import Key, refuse_twins
from panelkit.claims.findings import Finding, Measured
from panelkit.indices.panels.ranking import design_agreement
from panelkit.indices.panels.yearly import by_year
from panelkit.language.message import message
from panelkit.language.offers import offered
from panelkit.studies.grid import Tick


@offered("design", "agreement")
class AgreementDesign(MeasuredDesign):
    """How far composite indices rank the provinces alike: Kendall's W."""

    kind: Literal["agreement"]
    index: tuple[Key, ...] = Field(min_length=3)
    variant: Literal["mixed", "scale", "intensity"] = "mixed"

    @model_validator(mode="after")
    def _indices_differ(self) -> Self:
        refuse_twins("index", list(self.index))
        return self

    def run(self, claim: Claim, reading: Reading, figures: Figures, tick: Tick) -> Finding:
        """Return Kendall's W over all years, with the least alike pair."""
        indices = {name: composite_of(claim, self, name, self.variant) for name in self.index}
        found = design_agreement(indices)
        w, years = float(found.overall.facts["W"]), found.by_year["W"]
        first = next(iter(indices.values())).indicators
        tick(1)
        return Finding(
            measured=Measured(
                quantity=message("Kendall's W of the rankings"),
                value=w,
                p_value=found.overall.p_value,
                by_year=by_year(years),
                sentence=message(
                    "Kendall's W over {n} index systems is {w:.2f} (by year {lowest:.2f} to {highest:.2f}); the least "
                    "alike pair has a rank correlation of {least:.2f}. The systems share figures, so that they agree "
                    "in part by construction.",
                    n=len(indices),
                    w=w,
                    lowest=years.min(),
                    highest=years.max(),
                    least=float(found.spearman.where(found.spearman < 1.0).min().min()),
                ),
                table=found.ranks,
                facts={"indices": len(indices), "provinces": len(found.ranks)},
            ),
            data=first if first.attrs else None,
        )
