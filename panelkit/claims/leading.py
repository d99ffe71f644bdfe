"""Run designs that ask which group of figures leads: Shapley shares of the within R2 over every choice of proxies."""

from __future__ import annotations

from collections.abc import Callable
from itertools import product
from typing import Any

import pandas as pd

from panelkit.claims.measuring import expressions_on_figures
from panelkit.claims.schema import Claim, LeadingDesign, Reading, Text
from panelkit.claims.verdict import Finding, Measured
from panelkit.inference.shapley import shapley_shares
from panelkit.models.fixed_effects import FixedEffects


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
    rows = []
    choices = [range(len(texts)) for texts in design.group.values()]
    for outcome, taken in product(range(len(design.outcome)), product(*choices)):
        columns = [f"{group}_{i}" for group, i in zip(design.group, taken, strict=True)]
        shares = shapley(frame[[f"y{outcome}", *columns]].dropna(), f"y{outcome}", columns)
        rows.append({"outcome": design.outcome[outcome], **dict(zip(design.group, shares, strict=True))})
    tick(1)
    table = pd.DataFrame(rows)
    leads = table[list(design.group)].idxmax(axis=1) == design.leader
    mean = table[list(design.group)].mean()
    listed = ", ".join(f"{group} {value:.3f}" for group, value in mean.items())
    return Finding(
        measured=Measured(
            quantity=Text(en="share of specifications in which it leads", zh="居首的设定占比"),
            value=float(leads.mean()),
            sentence=Text(
                en=f"{design.leader} has the largest Shapley share of the within R2 in {leads.mean():.0%} of "
                f"{len(table)} specifications (mean shares: {listed}).",
                zh=f"在{len(table)}个设定中，{design.leader} 对组内 R² 的 Shapley 份额居首者占{leads.mean():.0%}"
                f"（平均份额：{listed}）。",
            ),
            table=table,
            facts={"specifications": len(table)},
        ),
        data=frame,
    )


def shapley(data: pd.DataFrame, outcome: str, columns: list[str]) -> list[float]:
    """Return each column's Shapley share of the two-way within R2, adding up to that of all columns together."""
    shares = shapley_shares(FixedEffects(f"{outcome} ~ {' + '.join(columns)}").fit(data))
    return [float(share) for share in shares]
