"""The kind `leading`: whether one group of figures leads others in explaining an outcome (R-RANK).

Shapley shares of the within R2 of one figure a group, over every choice of proxies and the declared outcomes.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from itertools import product
from math import prod
from typing import Annotated, Any, ClassVar, Literal, Self

import pandas as pd
from pydantic import Field, model_validator

from panelkit.claims.designs.measures import expressions_on_figures
from panelkit.claims.figures import Figures
from panelkit.claims.file.design import MeasuredDesign
from panelkit.claims.file.document import Claim, Reading
from panelkit.claims.file.parts import Expression, Key, refuse_too_many
from panelkit.claims.findings import Finding, Measured
from panelkit.inference.shapley import shapley_shares
from panelkit.language.errors import DataError
from panelkit.language.message import Joined, Message, message
from panelkit.language.offers import offered
from panelkit.models.linear.fixed_effects import FixedEffects
from panelkit.studies.grid import Failures, Tick, first_of
from panelkit.studies.tally import NOT_COMPUTED, Tally, reason_of


@offered("design", "leading")
class LeadingDesign(MeasuredDesign):
    """Whether one group of figures leads others in explaining an outcome."""

    FORMULAS: ClassVar[tuple[str, ...]] = ("outcome", "group")

    kind: Literal["leading"]
    outcome: tuple[Expression, ...] = Field(min_length=1)
    group: dict[Key, Annotated[tuple[Expression, ...], Field(min_length=1)]] = Field(min_length=2)
    leader: Key

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
        frame, table, lost = self._shares(claim)
        tick(1)
        if table.empty:
            raise DataError(
                message(
                    "design {design}: no specification could be computed; first: {first}",
                    design=self.id,
                    first=first_of(lost),
                )
            )
        groups = list(self.group)
        tally = Tally(len(table), lost)
        share = float((table[groups].idxmax(axis=1) == self.leader).sum() / tally.declared)
        mean = [
            message("{group} {mean:.3f}", group=g, mean=value) for g, value in table[groups].mean().items()
        ]
        return Finding(
            measured=Measured(
                quantity=message("share of specifications in which it leads"),
                value=share,
                sentence=message(
                    "{leader} has the largest Shapley share of the within R2 in {share:.0%} of {n} specifications "
                    "(mean shares: {means}).",
                    leader=self.leader,
                    share=share,
                    n=tally.declared,
                    means=Joined(mean, {"en": ", ", "zh": ", "}),
                ),
                table=table,
                facts={"specifications": tally.declared},
                tally=tally,
            ),
            data=frame,
        )

    def _shares(self, claim: Claim) -> tuple[pd.DataFrame, pd.DataFrame, Failures]:
        """Return the expressions, the Shapley shares of every specification, and what could not be computed."""
        named = {f"y{i}": text for i, text in enumerate(self.outcome)}
        named |= {f"{group}_{i}": text for group, texts in self.group.items() for i, text in enumerate(texts)}
        frame = expressions_on_figures(claim, self, named)
        rows: list[dict[str, Any]] = []
        lost: list[tuple[str, Message]] = []
        for outcome, columns, taken in self._choices():
            try:
                shares = shapley(frame[[f"y{outcome}", *columns]].dropna(), f"y{outcome}", columns)
                if not all(math.isfinite(share) for share in shares):
                    raise DataError(message("the shares are no finite numbers"))
            except NOT_COMPUTED as error:
                lost.append((f"{self.outcome[outcome]} ~ {' + '.join(taken)}", reason_of(error)))
                continue
            rows.append({"outcome": self.outcome[outcome], **dict(zip(self.group, shares, strict=True))})
        return frame, pd.DataFrame(rows), tuple(lost)

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
