"""The kind `agreement`: whether index systems agree more than random ones do, and with something outside (R-DESC)."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path
from typing import ClassVar, Literal, NamedTuple, Self

import numpy as np
import pandas as pd
from pydantic import Field, model_validator

from panelkit.claims.designs.measures import composite_of, expressions_on_figures
from panelkit.claims.figures import Figures, Provinces, loaded
from panelkit.claims.file.design import MeasuredDesign
from panelkit.claims.file.document import Claim, Reading
from panelkit.claims.file.parts import Expression, Indicator, Key, Whole, refuse_twins
from panelkit.claims.findings import Condition, Finding, Measured, asked
from panelkit.claims.rules.description import bound_of
from panelkit.data import catalogue
from panelkit.data.paths import shipped
from panelkit.indices.arrays import linked
from panelkit.indices.arrays.resampled import bootstrap_t
from panelkit.indices.panels.composite import Composite
from panelkit.indices.panels.random_systems import (
    System,
    agreements,
    made_disjoint,
    pool_of,
    random_scores,
    scores_of,
    system_of,
)
from panelkit.indices.panels.ranking import design_agreement
from panelkit.language.errors import DataError, SpecError
from panelkit.language.message import Message, listed, message
from panelkit.language.offers import offered
from panelkit.results.fit import FloatArray
from panelkit.studies.grid import Tick

HIGH = 0.9
"""What the literature calls high agreement: how often random systems reach it is printed."""


class Clouds(NamedTuple):
    """Kendall's W of the systems made disjoint, in every draw, and of random systems of the same size."""

    own: FloatArray
    random: FloatArray


@offered("design", "agreement")
class AgreementDesign(MeasuredDesign):
    """How much more composite indices rank the provinces alike than random index systems of the same size do.

    In every draw a figure that several systems hold stays in one of them, drawn at random, and disjoint random systems
    with as many totals and ratios are drawn from `pool`, figures of which more is better. What is judged is Kendall's W
    of the former less that of the latter. `criterion` is an expression outside all systems with which each must go
    together over provinces, net of `given`: agreement says that systems measure one thing, and not which.
    """

    FORMULAS: ClassVar[tuple[str, ...]] = ("criterion", "given", "pool")
    RULE: ClassVar[str] = "R-DESC"
    SHOWN: ClassVar[tuple[str, ...]] = ("criterion",)

    kind: Literal["agreement"]
    index: tuple[Key, ...] = Field(min_length=3)
    variant: Literal["mixed", "scale", "intensity"] = "mixed"
    pool: tuple[Indicator, ...] = Field(min_length=12)
    criterion: Expression | None = None
    given: tuple[Expression, ...] = ()
    draws: Whole = Field(default=999, ge=199, le=9999)
    seed: Whole = Field(ge=0)

    @model_validator(mode="after")
    def _indices_differ(self) -> Self:
        refuse_twins("index", list(self.index))
        refuse_twins("pool", list(self.pool))
        return self

    def run(self, claim: Claim, reading: Reading, figures: Figures, tick: Tick) -> Finding:
        """Return Kendall's W of the systems made disjoint less that of random systems.

        Raises
        ------
        SpecError
            If the criterion reads a figure of a system.
        DataError
            If the pool lacks a figure, or the systems share too many.
        """
        indices = {name: composite_of(claim, self, name, self.variant) for name in self.index}
        found = design_agreement(indices)
        systems = [system_of(item, found.ranks.index) for item in indices.values()]
        clouds = self._clouds(claim, indices, systems, found.ranks.index)
        gap = clouds.own - clouds.random
        low, inner_low, inner_high, high = (float(q) for q in np.quantile(gap, [0.025, 0.05, 0.95, 0.975]))
        above = bound_of(self.rule_under(reading.rule)).above((low, high))
        tick(1)
        first = next(iter(indices.values())).indicators
        return Finding(
            measured=Measured(
                quantity=message("Kendall's W, less that of random systems"),
                value=float(gap.mean()),
                possible=(-1.0, 1.0),
                low=low,
                high=high,
                inner_low=inner_low,
                inner_high=inner_high,
                error=float(gap.std(ddof=1)),
                df=self.draws - 1.0,
                p_value=float(
                    min(1.0, 2.0 * (1 + min((gap <= 0).sum(), (gap >= 0).sum())) / (1 + self.draws))
                ),
                conditions=self._outside(claim, figures, indices, systems, above=above),
                sentence=_sentence(clouds, float(found.overall.facts["W"]), len(indices), self.draws),
                table=found.ranks,
                facts={
                    "draws": self.draws,
                    "seed": self.seed,
                    "indices": len(indices),
                    "n_units": len(found.ranks),
                    "W": float(found.overall.facts["W"]),
                    "W_disjoint": float(clouds.own.mean()),
                    "W_random": float(clouds.random.mean()),
                    "random_high": float((clouds.random >= HIGH).mean()),
                },
            ),
            data=first if first.attrs else None,
        )

    def _clouds(
        self, claim: Claim, indices: dict[str, Composite], systems: list[System], units: pd.Index
    ) -> Clouds:
        rng = np.random.default_rng(self.seed)
        marks = made_disjoint(systems, self.draws, rng)
        equal = next(iter(indices.values())).design.weights == "equal"
        pool = self._pool(claim, equal, units)
        own = agreements([scores_of(system, part) for system, part in zip(systems, marks, strict=True)])
        return Clouds(own, agreements(random_scores(pool, systems, marks, rng)))

    def _pool(self, claim: Claim, equal: bool, units: pd.Index) -> dict[bool, System]:
        """Return the pool as totals and as ratios: what is a total by nature is read per head there."""
        sample = claim.sample_of(self)
        frame = _figures(shipped("data"), self.pool, sample.window, sample.provinces)
        lacking = [name for name in self.pool if frame[name].isna().any()]
        if lacking:
            raise DataError(
                message(
                    "{place}: not every {unit} holds {figures} in every {period}: take them out of the pool",
                    place=claim.place_of(self),
                    figures=lacking,
                )
            )
        known = catalogue.facts()
        totals = [name for name in self.pool if known[name].scale_or_intensity == "scale"]
        ratios = frame[list(self.pool)].copy()
        ratios[totals] = ratios[totals].div(frame["population"], axis=0)
        return {
            True: pool_of(frame[totals], totals=True, equal=equal, units=units),
            False: pool_of(ratios, totals=False, equal=equal, units=units),
        }

    def _outside(
        self,
        claim: Claim,
        figures: Figures,
        indices: dict[str, Composite],
        systems: list[System],
        *,
        above: bool,
    ) -> tuple[Condition, ...]:
        """Return whether every system goes with the criterion over provinces; nothing where there is none.

        `above`: the systems agree more than random ones, or that is claimed; else every system must go against it.
        """
        if self.criterion is None:
            return ()
        given = {f"given_{at}": text for at, text in enumerate(self.given)}
        frame = expressions_on_figures(figures, claim, self, {"criterion": self.criterion, **given})
        inside = {name for system in systems for name in system.columns}
        shared = sorted(name for name in inside if name in _names(self.criterion))
        if shared:
            raise SpecError(
                message(
                    "{place}: the criterion reads {figures}, which a system holds: it is not outside",
                    place=claim.place_of(self),
                    figures=shared,
                )
            )
        outside = frame.groupby(level="province").mean()
        rows = []
        for name, item in indices.items():
            scores = item.scores.groupby(level="province").mean().rename("score")
            columns = pd.concat([scores, outside], axis=1).dropna().to_numpy(dtype=float)
            rows.append((name, *_correlation(columns, self.draws, self.seed)))
        return (agreeing(rows, above=above),)


@lru_cache(maxsize=4)
def _figures(
    folder: Path, pool: tuple[str, ...], years: tuple[int, int], provinces: Provinces
) -> pd.DataFrame:
    """Return the pool and the population once for each folder of figures."""
    frame = loaded([*pool, "population"], years, provinces=provinces)
    frame.attrs = {}  # pandas copies what figures say of themselves at every step
    return frame


def _names(expression: str) -> set[str]:
    from panelkit.formula.grammar import parse_expression
    from panelkit.formula.tree import columns_of

    return set(columns_of(parse_expression(expression).node))


def _correlation(columns: FloatArray, draws: int, seed: int) -> tuple[float, float, float]:
    found = bootstrap_t(
        lambda counts: linked.partial_correlations(columns, counts)[:, None],
        len(columns),
        draws=draws,
        rng=seed,
        scale="fisher",
    )
    low, high = found.interval()
    return float(found.value[0]), float(low[0]), float(high[0])


def agreeing(rows: list[tuple[str, float, float, float]], *, above: bool) -> Condition:
    """Return whether every system (name, correlation, low, high) goes with the criterion or, below, against it."""
    asks = (
        message("each system goes with what stands outside all of them")
        if above
        else message("each system goes against what stands outside all of them")
    )
    said = [
        message("{index} {value:.2f} ({low:.2f} to {high:.2f})", index=name, value=value, low=low, high=high)
        for name, value, low, high in rows
    ]
    return asked(
        "outside",
        asks,
        all((low if above else -high) > 0.0 for _, _, low, high in rows),
        listed(said),
        lowest=min(low for _, _, low, _ in rows),
        highest=max(high for _, _, _, high in rows),
    )


def _sentence(clouds: Clouds, overlapping: float, systems: int, draws: int) -> Message:
    return message(
        "Kendall's W over {n} index systems is {w:.2f} as they are, and {own:.2f} where no figure stands in two of "
        "them; random systems of the same size reach {random:.2f} on average and {high} or more in {share:.0%} of "
        "{draws:,} draws.",
        n=systems,
        w=overlapping,
        own=float(clouds.own.mean()),
        random=float(clouds.random.mean()),
        high=HIGH,
        share=float((clouds.random >= HIGH).mean()),
        draws=draws,
    )
