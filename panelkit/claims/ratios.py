"""Ratios of figures that stand beside an estimate, and whether the claimed number can be at all."""

from __future__ import annotations

import math

import numpy as np
import pandas as pd

from panelkit.claims import scales
from panelkit.claims.file.document import Claim, PanelDesign, Plausibility, Reading, Text, fill_roles
from panelkit.claims.verdict import Plausible, Spread
from panelkit.formula.formula import evaluate
from panelkit.formula.grammar import parse_expression
from panelkit.formula.tree import columns_of
from panelkit.language.errors import SpecError

_YUAN = Text(en="yuan of R&D per yuan of subsidy, by the estimate", zh="每元补贴对应的研发元数（按估计值）")
_YUAN_CLAIMED = Text(
    en="yuan of R&D per yuan of subsidy, by the claimed number", zh="每元补贴对应的研发元数（按所称数值）"
)


def ratios(
    claim: Claim, reading: Reading, design: PanelDesign, data: pd.DataFrame, coefficient: float
) -> tuple[Spread, ...]:
    """Return the declared ratios, and the yuan that the estimate and the claimed number imply."""
    spreads = [
        spread(fill_roles(item.figure, claim.quantities), data, label=item.label, why=item.why)
        for item in claim.beside
    ]
    if design.yuan is not None:
        ratio = fill_roles(design.yuan, claim.quantities)
        spreads.append(spread(ratio, data, label=_YUAN, times=coefficient))
        if reading.claimed is not None:
            spreads.append(spread(ratio, data, label=_YUAN_CLAIMED, times=claimed_coefficient(reading)))
    return tuple(spreads)


def spread(
    expression: str, data: pd.DataFrame, *, label: Text, why: Text | None = None, times: float = 1.0
) -> Spread:
    """Return a ratio of figures times a number: of the sums over the sample, and its p10 and p90.

    Raises
    ------
    SpecError
        If a figure of the ratio is an intensity, so that its sum over provinces means nothing.
    """
    columns = list(columns_of(parse_expression(expression).node))
    _refuse_intensities(columns)
    complete = data.dropna(subset=columns)
    sums = complete[columns].sum().to_frame().T
    values = times * evaluate(expression, complete).to_numpy()
    low, high = np.quantile(values, [0.1, 0.9])
    return Spread(
        label=label,
        aggregate=times * float(evaluate(expression, sums).iloc[0]),
        p10=float(low),
        p90=float(high),
        why=why,
    )


def claimed_coefficient(reading: Reading) -> float:
    """Return the coefficient that the claimed number would be."""
    if reading.claimed is None:
        raise SpecError(f"reading {reading.id} claims no number: give `claimed`")
    return float(reading.claimed) / scales.factor(reading.effect)


def plausible(claim: Claim, reading: Reading, design: PanelDesign, data: pd.DataFrame) -> Plausible | None:
    """Return whether the claimed number can be, by the bound that the reading declares."""
    bound = reading.plausibility
    if bound is None or reading.claimed is None:
        return None
    if bound.kind == "yuan":
        return _yuan(claim, reading, design, data, bound)
    return _reach(claim, reading, design, data, bound)


def _yuan(
    claim: Claim, reading: Reading, design: PanelDesign, data: pd.DataFrame, bound: Plausibility
) -> Plausible | None:
    if design.yuan is None or bound.too_large is None:
        return None
    ratio = fill_roles(design.yuan, claim.quantities)
    implied = spread(ratio, data, label=_YUAN_CLAIMED, times=claimed_coefficient(reading))
    fits = implied.aggregate < float(bound.too_large)
    between = (
        "" if implied.p10 == implied.p90 else f" ({implied.p10:.3g} to {implied.p90:.3g} from p10 to p90)"
    )
    between_zh = "" if implied.p10 == implied.p90 else f"（p10至p90为{implied.p10:.3g}至{implied.p90:.3g}）"
    return Plausible(
        plausible=fits,
        sentence=Text(
            en=f"The number itself, {reading.claimed}, would mean {implied.aggregate:.3g} yuan of R&D for each yuan "
            f"of subsidy over the nation{between}; {'only' if fits else 'and'} {bound.too_large} yuan or more "
            f"{'would be' if fits else 'is'} implausible.",
            zh=f"数值{reading.claimed}本身意味着全国合计每元补贴对应{implied.aggregate:.3g}元研发{between_zh}；"
            f"{'只有' if fits else ''}达到{bound.too_large}元{'才' if fits else '即'}不合情理。",
        ),
        why=bound.why,
    )


def _reach(
    claim: Claim, reading: Reading, design: PanelDesign, data: pd.DataFrame, bound: Plausibility
) -> Plausible:
    change = float(bound.treatment_change or "nan")
    moved = abs(claimed_coefficient(reading)) * math.log1p(change)
    outcome = evaluate(fill_roles(design.outcome, claim.quantities), data).groupby(level="province")
    ranges = (outcome.max() - outcome.min()).dropna()
    widest, where = float(ranges.max()), str(ranges.idxmax())
    fits = moved <= widest
    return Plausible(
        plausible=fits,
        sentence=Text(
            en=f"The number itself, {reading.claimed}, would mean that {change:.0%} more subsidy moves R&D "
            f"intensity by {moved:.3g} "
            f"points; the widest move of any province over the whole sample is {widest:.3g} ({where}).",
            zh=f"数值{reading.claimed}本身意味着补贴增加{change:.0%}将使研发强度变动{moved:.3g}个百分点；"
            f"样本期内各省中最大的变动幅度为{widest:.3g}个百分点（{_chinese(where)}）。",
        ),
        why=bound.why,
    )


def _chinese(province: str) -> str:
    from panelkit.data.provinces import labels_of

    english, chinese = labels_of("en"), labels_of("zh")
    return next((str(chinese[code]) for code, name in english.items() if name == province), province)


def _refuse_intensities(columns: list[str]) -> None:
    from panelkit.data import catalogue

    table = catalogue.indicators()
    known = [name for name in columns if name in table.index]
    wrong = [name for name in known if table.at[name, "scale_or_intensity"] == "intensity"]
    if wrong:
        raise SpecError(
            f"{', '.join(wrong)}: an intensity cannot be summed over provinces; a ratio beside an estimate "
            "takes totals such as gdp or population"
        )
