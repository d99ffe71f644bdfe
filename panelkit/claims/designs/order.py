"""The kind `order`: how likely an order of provinces or regions is over a cloud of composite indices (R-RANK)."""

from __future__ import annotations

from typing import Literal, Self

import pandas as pd
from pydantic import Field, model_validator

from panelkit.claims.designs.measures import composite_of, population_of
from panelkit.claims.figures import Figures
from panelkit.claims.file.design import MeasuredDesign
from panelkit.claims.file.document import Claim, Reading
from panelkit.claims.file.parts import Choice, Key, Whole, refuse_twins
from panelkit.claims.findings import Finding, Measured
from panelkit.claims.places import place, regions_of
from panelkit.indices.panels.ranking import rank_uncertainty
from panelkit.language.message import Joined, message
from panelkit.language.offers import offered
from panelkit.studies.grid import Tick


@offered("design", "order")
class OrderDesign(MeasuredDesign):
    """How likely an order of provinces or regions is over a cloud of defensible composite indices."""

    kind: Literal["order"]
    index: Key
    variant: Literal["mixed", "scale", "intensity"] = "mixed"
    order: tuple[str, ...] = Field(min_length=2)
    groups: Literal["none", "region4"] = "none"
    by_population: Choice = False
    draws: Whole = Field(default=10_000, ge=1000, le=200_000)
    seed: Whole = Field(ge=0)

    @model_validator(mode="after")
    def _places_differ(self) -> Self:
        refuse_twins("order", list(self.order))
        return self

    def run(self, claim: Claim, reading: Reading, figures: Figures, tick: Tick) -> Finding:
        """Return the probability of the exact order."""
        index = composite_of(claim, self, self.index, self.variant)
        names = index.values.index.get_level_values("province").unique()
        groups = regions_of(names) if self.groups == "region4" else None
        people = population_of(index.values.index) if self.by_population else None
        sure = rank_uncertainty(index, draws=self.draws, rng=self.seed, groups=groups, population=people)
        probability, pairs, tau = (
            sure.probability(*self.order),
            sure.pairs(*self.order),
            sure.tau(*self.order),
        )
        weakest = pairs.iloc[int(pairs["probability"].to_numpy().argmin())]
        common = _most_frequent(sure.draws[list(self.order)])
        tick(1)
        return Finding(
            measured=Measured(
                quantity=message("probability of the exact order"),
                value=probability,
                sentence=message(
                    "{probability:.0%} of {draws:,} defensible indices give exactly this order (mean Kendall tau "
                    "{tau:.2f}); the weakest pair, {above} over {below}, holds in {weakest:.0%}; the most frequent "
                    "order is {common}.",
                    probability=probability,
                    draws=self.draws,
                    tau=tau,
                    above=place(str(weakest["above"])),
                    below=place(str(weakest["below"])),
                    weakest=weakest["probability"],
                    common=Joined((place(name) for name in common), {"en": " > ", "zh": "＞"}),
                ),
                table=pairs,
                facts={**sure.choices, "tau": tau, "n_units": len(sure.draws.columns)},
            ),
            data=index.indicators if index.indicators.attrs else None,
        )


def _most_frequent(draws: pd.DataFrame) -> list[str]:
    ranked = draws.rank(axis=1, ascending=False, method="first").astype(int)
    best = ranked.value_counts().index[0]
    return [str(name) for _, name in sorted(zip(best, draws.columns, strict=True))]
