"""The kind `order`: how the pairs of an order of provinces or regions stand over a cloud of indices (R-RANK)."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path
from typing import Any, ClassVar, Literal, NamedTuple, Self

import numpy as np
import pandas as pd
from pydantic import Field, model_validator

from panelkit.claims.designs.measures import composite_of, population_of
from panelkit.claims.figures import Figures
from panelkit.claims.file.design import MeasuredDesign
from panelkit.claims.file.document import Claim, Reading
from panelkit.claims.file.parts import Choice, Key, Whole, refuse_twins
from panelkit.claims.findings import Finding, Measured
from panelkit.claims.orders import order_of, shares_of_pairs
from panelkit.claims.places import place, regions_of
from panelkit.data.paths import shipped
from panelkit.indices.panels.composite import Composite
from panelkit.indices.panels.ranking import RankUncertainty, rank_uncertainty
from panelkit.language.message import message
from panelkit.language.offers import offered
from panelkit.results.fit import FloatArray
from panelkit.studies.grid import Tick


class _Cloud(NamedTuple):
    """Scores of the claimed places (B, G) in the claimed order, how their pairs stand, and what was chosen.

    `deviation` (B,) is that of all units' scores in each draw: normalisations differ in their units.
    """

    draws: FloatArray
    deviation: FloatArray
    shares: FloatArray
    tau: float
    table: pd.DataFrame
    n_units: int
    choices: dict[str, Any]


@offered("design", "order")
class OrderDesign(MeasuredDesign):
    """How the pairs of an order of provinces or regions stand over a cloud of defensible composite indices.

    `resample = "provinces"`: every draw also takes the provinces of each region again from the region, because the
    sentence is about kinds of regions and not about these provinces.
    """

    YIELDS: ClassVar[tuple[str, ...]] = ("order",)
    RULE: ClassVar[str] = "R-RANK"
    SHOWN: ClassVar[tuple[str, ...]] = ("groups",)

    kind: Literal["order"]
    index: Key
    variant: Literal["mixed", "scale", "intensity"] = "mixed"
    order: tuple[str, ...] = Field(min_length=2)
    groups: Literal["none", "region4"] = "none"
    by_population: Choice = False
    resample: Literal["none", "provinces"] = "none"
    draws: Whole = Field(default=10_000, ge=1000, le=200_000)
    seed: Whole = Field(ge=0)

    @model_validator(mode="after")
    def _places_differ(self) -> Self:
        refuse_twins("order", list(self.order))
        if self.resample == "provinces" and self.groups == "none":
            raise ValueError(
                message(
                    'resample = "provinces" draws the provinces of a region again, and the order is of single places: '
                    'say groups = "region4", or leave it out'
                )
            )
        return self

    def run(self, claim: Claim, reading: Reading, figures: Figures, tick: Tick) -> Finding:
        """Return how the pairs stand, and how they do in the other designs of the reading."""
        index = composite_of(claim, self, self.index, self.variant)
        cloud = _cloud(claim, self)
        order = order_of(
            cloud.draws,
            [place(name) for name in self.order],
            kinds=self.resample == "provinces",
            unit=message("deviations of the index over all {units}"),
            deviation=cloud.deviation,
            everywhere=_turned_everywhere(claim, self, reading),
        )
        tick(1)
        return Finding(
            measured=Measured(
                quantity=message("probability of the exact order"),
                value=order.probability,
                order=order,
                sentence=message(
                    "{draws:,} defensible indices: the most frequent order is {common} ({share:.0%}); exactly the "
                    "claimed one in {probability:.0%} (mean Kendall tau {tau:.2f}).",
                    draws=self.draws,
                    common=order.most_frequent,
                    share=order.its_probability,
                    probability=order.probability,
                    tau=cloud.tau,
                ),
                table=cloud.table,
                facts={**cloud.choices, "tau": cloud.tau, "n_units": cloud.n_units},
            ),
            data=index.indicators if index.indicators.attrs else None,
        )


def _turned_everywhere(claim: Claim, design: OrderDesign, reading: Reading) -> FloatArray:
    """Return the smallest share in which each pair is reversed, over the design and those that decide its reading.

    Alternatives never decide: one that does not reverse a pair takes no contradiction from the principal design.
    """
    others = [
        item
        for item in reading.design
        if isinstance(item, OrderDesign)
        and item.order == design.order
        and (item == design or reading.standing_of(item) != "alternative")
    ]
    shares: FloatArray = np.min([_cloud(claim, item).shares[:, 1] for item in others], axis=0)
    return shares


def _cloud(claim: Claim, design: OrderDesign) -> _Cloud:
    """Return the cloud of a design; once for each folder of figures."""
    index = composite_of(claim, design, design.index, design.variant)
    plain = design.model_copy(
        update={"id": "x", "standing": None, "label": None, "rule": None, "sample": None}
    )
    return _cloud_of(shipped("data"), index, plain)


@lru_cache(maxsize=64)
def _cloud_of(figures: Path, index: Composite, design: OrderDesign) -> _Cloud:
    names = index.values.index.get_level_values("province").unique()
    people = population_of(index.values.index) if design.by_population else None
    sure: RankUncertainty = rank_uncertainty(
        index,
        draws=design.draws,
        rng=design.seed,
        groups=regions_of(names) if design.groups == "region4" else None,
        population=people,
        redraw=design.resample == "provinces",
    )
    scores = sure.draws[list(design.order)].to_numpy()
    return _Cloud(
        draws=scores,
        deviation=sure.cloud.scores.std(axis=1),
        shares=shares_of_pairs(scores),
        tau=sure.tau(*design.order),
        table=sure.pairs(*design.order),
        n_units=len(sure.draws.columns),
        choices=dict(sure.choices),
    )
