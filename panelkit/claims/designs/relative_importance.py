"""The kind `leading`: whether one group of figures leads others in explaining an outcome (R-RANK).

Shapley shares of the within R2 of one figure a group, over every choice of proxies and the declared outcomes, each with
the provinces resampled whole: the draws of all choices together are the cloud in which the leader must lead.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from itertools import product
from math import prod
from typing import Annotated, Any, ClassVar, Literal, Self

import numpy as np
import pandas as pd
from pydantic import Field, model_validator

from panelkit.claims.designs.measures import expressions_on_figures
from panelkit.claims.figures import Figures
from panelkit.claims.file.design import MeasuredDesign
from panelkit.claims.file.document import Claim, Reading
from panelkit.claims.file.parts import Expression, Key, Whole, refuse_too_many
from panelkit.claims.findings import Finding, Measured
from panelkit.claims.orders import Order, order_of
from panelkit.indices.arrays.uncertainty import redrawn_inside
from panelkit.inference.shapley import shapley_shares, shares_of_products
from panelkit.kernels.moments import group_moments
from panelkit.kernels.within import Layout
from panelkit.language.errors import DataError
from panelkit.language.message import Message, listed, message, verbatim
from panelkit.language.offers import offered
from panelkit.models.linear.fixed_effects import FixedEffects
from panelkit.results.fit import FloatArray
from panelkit.studies.grid import Failures, Tick, first_of
from panelkit.studies.tally import NOT_COMPUTED, Tally, reason_of


@offered("design", "leading")
class LeadingDesign(MeasuredDesign):
    """Whether one group of figures leads others in explaining an outcome, over specifications and resampled provinces.

    A specification that cannot be computed is one in which the leader does not lead.
    """

    FORMULAS: ClassVar[tuple[str, ...]] = ("outcome", "group")
    YIELDS: ClassVar[tuple[str, ...]] = ("order",)
    RULE: ClassVar[str] = "R-RANK"

    kind: Literal["leading"]
    outcome: tuple[Expression, ...] = Field(min_length=1)
    group: dict[Key, Annotated[tuple[Expression, ...], Field(min_length=1)]] = Field(min_length=2)
    leader: Key
    draws: Whole = Field(default=999, ge=199, le=9999)
    seed: Whole = Field(default=0, ge=0)

    @model_validator(mode="after")
    def _leader_is_there(self) -> Self:
        if self.leader not in self.group:
            raise ValueError(
                message(
                    "leader `{leader}` is no group (there: {groups})",
                    leader=self.leader,
                    groups=list(self.group),
                )
            )
        refuse_too_many(len(self.outcome) * prod(map(len, self.group.values())))
        return self

    def run(self, claim: Claim, reading: Reading, figures: Figures, tick: Tick) -> Finding:
        """Return the share of specifications in which the claimed leader has the largest Shapley share.

        Raises
        ------
        DataError
            If no specification can be computed.
        """
        frame, table, cloud, lost = self._shares(claim, figures)
        tick(1)
        if table.empty:
            raise DataError(
                message(
                    "design {design}: no specification could be computed; first: {first}",
                    design=self.id,
                    first=first_of(lost),
                )
            )
        groups, tally = list(self.group), Tally(len(table), lost)
        share = float((table[groups].idxmax(axis=1) == self.leader).sum() / tally.declared)
        mean = [
            message("{group} {mean:.3f}", group=g, mean=value) for g, value in table[groups].mean().items()
        ]
        order = self._order(cloud, len(lost))
        return Finding(
            measured=Measured(
                quantity=message("share of specifications in which it leads"),
                value=share,
                order=order,
                sentence=message(
                    "{leader} has the largest Shapley share of the within R2 in {share:.0%} of {n} specifications "
                    "(mean shares: {means}), and in {probability:.0%} of {draws} resamples of the {units} of each.",
                    leader=self.leader,
                    share=share,
                    n=tally.declared,
                    means=listed(mean),
                    probability=order.probability,
                    draws=self.draws,
                ),
                table=table,
                facts={"specifications": tally.declared, "draws": self.draws, "seed": self.seed},
                tally=tally,
            ),
            data=frame,
        )

    def _order(self, cloud: list[FloatArray], lost: int) -> Order:
        """Return how the leader stands to each other group; a specification that is lost ties all of them."""
        groups = list(self.group)
        draws = np.vstack([*cloud, np.zeros((lost * self.draws, len(groups)))])
        claimed = [self.leader, *(name for name in groups if name != self.leader)]
        return order_of(
            draws[:, [groups.index(name) for name in claimed]],
            [verbatim(name) for name in claimed],
            kinds=True,
            unit=message("the within R2"),
            leading=True,
        )

    def _shares(
        self, claim: Claim, figures: Figures
    ) -> tuple[pd.DataFrame, pd.DataFrame, list[FloatArray], Failures]:
        """Return the expressions, the Shapley shares of every specification, their draws, and what is lost."""
        named = {f"y{i}": text for i, text in enumerate(self.outcome)}
        named |= {f"{group}_{i}": text for group, texts in self.group.items() for i, text in enumerate(texts)}
        frame = expressions_on_figures(figures, claim, self, named)
        rows: list[dict[str, Any]] = []
        lost: list[tuple[str, Message]] = []
        cloud: list[FloatArray] = []
        units = frame.index.get_level_values("province").unique().sort_values()
        counts = redrawn_inside(np.zeros(len(units)), self.draws, self.seed)
        for outcome, columns, taken in self._choices():
            try:
                complete = frame[[f"y{outcome}", *columns]].dropna()
                shares = shapley(complete, f"y{outcome}", columns)
                if not all(math.isfinite(share) for share in shares):
                    raise DataError(message("the shares are no finite numbers"))
            except NOT_COMPUTED as error:
                lost.append((f"{self.outcome[outcome]} ~ {' + '.join(taken)}", reason_of(error)))
                continue
            rows.append({"outcome": self.outcome[outcome], **dict(zip(self.group, shares, strict=True))})
            cloud.append(resampled(complete, counts, units))
        return frame, pd.DataFrame(rows), cloud, tuple(lost)

    def _choices(self) -> Iterator[tuple[int, list[str], list[str]]]:
        """Yield the number of the outcome, the columns taken and their formulas."""
        choices = [range(len(texts)) for texts in self.group.values()]
        for outcome, taken in product(range(len(self.outcome)), product(*choices)):
            pairs = list(zip(self.group, taken, strict=True))
            yield (
                outcome,
                [f"{group}_{i}" for group, i in pairs],
                [self.group[group][i] for group, i in pairs],
            )


def shapley(data: pd.DataFrame, outcome: str, columns: list[str]) -> list[float]:
    """Return each column's Shapley share of the two-way within R2, adding up to that of all columns together."""
    shares = shapley_shares(FixedEffects(f"{outcome} ~ {' + '.join(columns)}").fit(data))
    return [float(share) for share in shares]


def resampled(complete: pd.DataFrame, counts: FloatArray, units: pd.Index) -> FloatArray:
    """Return the Shapley shares (B, k) under resampling counts (B, N) of the units, the first column the outcome.

    A resample that does not identify them ties all, at zero.
    """
    held = complete.sort_index()
    province = held.index.get_level_values("province")
    codes, kept = pd.factorize(province)
    years = pd.factorize(held.index.get_level_values("year"), sort=True)[0]
    layout = Layout(codes.astype(np.int64), years.astype(np.int64))
    moments = group_moments(held.to_numpy(dtype=float), layout, "twoway")
    products = moments.swept(counts[:, units.get_indexer(kept)])
    return np.nan_to_num(shares_of_products(products, range(1, held.shape[1]), 0))
