"""Run designs that ask which group of figures leads: Shapley shares of the within R2 over every choice of proxies."""

from __future__ import annotations

import math
from collections.abc import Callable
from itertools import product
from typing import Any

import pandas as pd

from panelkit.claims.designs.measures import expressions_on_figures
from panelkit.claims.file.document import Claim, LeadingDesign, Reading, Text
from panelkit.claims.grid import NOT_COMPUTED, reason_of
from panelkit.claims.verdict import Finding, Measured, Tally
from panelkit.inference.shapley import shapley_shares
from panelkit.language.errors import DataError
from panelkit.models.linear.fixed_effects import FixedEffects


def specifications(claim: Claim, design: Any) -> list[Any]:
    """Return nothing: the grid of proxies is walked here."""
    return []


def run(
    claim: Claim, reading: Reading, design: LeadingDesign, figures: Any, tick: Callable[[int], None]
) -> Finding:
    """Return the share of specifications in which the claimed leader has the largest Shapley share."""
    named = {f"y{i}": text for i, text in enumerate(design.outcome)}
    named |= {f"{group}_{i}": text for group, texts in design.group.items() for i, text in enumerate(texts)}
    frame = expressions_on_figures(claim, design, named)
    rows: list[dict[str, Any]] = []
    lost: list[tuple[str, str]] = []
    groups = list(design.group)
    choices = [range(len(texts)) for texts in design.group.values()]
    for outcome, taken in product(range(len(design.outcome)), product(*choices)):
        columns = [f"{group}_{i}" for group, i in zip(design.group, taken, strict=True)]
        named_here = [design.group[group][i] for group, i in zip(groups, taken, strict=True)]
        try:
            shares = shapley(frame[[f"y{outcome}", *columns]].dropna(), f"y{outcome}", columns)
            if not all(math.isfinite(share) for share in shares):
                raise DataError("the shares are no finite numbers")
        except NOT_COMPUTED as error:
            lost.append((f"{design.outcome[outcome]} ~ {' + '.join(named_here)}", reason_of(error)))
            continue
        rows.append({"outcome": design.outcome[outcome], **dict(zip(groups, shares, strict=True))})
    tick(1)
    if not rows:
        raise DataError(f"design {design.id}: no specification could be computed; first: {lost[0]}")
    table = pd.DataFrame(rows)
    leads = table[groups].idxmax(axis=1) == design.leader
    mean = table[groups].mean()
    listed = ", ".join(f"{group} {value:.3f}" for group, value in mean.items())
    tally = Tally(len(table), tuple(lost))
    share = float(leads.sum() / tally.declared)
    return Finding(
        measured=Measured(
            quantity=Text(en="share of specifications in which it leads", zh="居首的设定占比"),
            value=share,
            sentence=Text(
                en=f"{design.leader} has the largest Shapley share of the within R2 in {share:.0%} of "
                f"{tally.declared} specifications (mean shares: {listed}).",
                zh=f"在{tally.declared}个设定中，{design.leader} 对组内 R² 的 Shapley 份额居首者占{share:.0%}"
                f"（平均份额：{listed}）。",
            ),
            table=table,
            facts={"specifications": tally.declared},
            tally=tally,
        ),
        data=frame,
    )


def shapley(data: pd.DataFrame, outcome: str, columns: list[str]) -> list[float]:
    """Return each column's Shapley share of the two-way within R2, adding up to that of all columns together."""
    shares = shapley_shares(FixedEffects(f"{outcome} ~ {' + '.join(columns)}").fit(data))
    return [float(share) for share in shares]
