"""Run designs that rank: the probability of an exact order over a cloud of indices, the agreement of indices."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pandas as pd

from panelkit.claims.designs.measures import composite_of, population_of, regions_of, said
from panelkit.claims.file.document import AgreementDesign, Claim, OrderDesign, Reading, Text
from panelkit.claims.verdict import Finding, Measured
from panelkit.indices.panels.composite import Composite
from panelkit.indices.panels.ranking import design_agreement, rank_uncertainty


def specifications(claim: Claim, design: Any) -> list[Any]:
    """Return nothing: these designs fit no regression."""
    return []


def run(claim: Claim, reading: Reading, design: Any, figures: Any, tick: Callable[[int], None]) -> Finding:
    """Return the probability of the order, or Kendall's W."""
    found = _agreement(claim, design) if isinstance(design, AgreementDesign) else _order(claim, design)
    tick(1)
    return found


def _order(claim: Claim, design: OrderDesign) -> Finding:
    index = composite_of(claim, design, design.index, design.variant)
    names = index.values.index.get_level_values("province").unique()
    groups = regions_of(names) if design.groups == "region4" else None
    people = population_of(index.values.index) if design.by_population else None
    sure = rank_uncertainty(index, draws=design.draws, rng=design.seed, groups=groups, population=people)
    probability = sure.probability(*design.order)
    pairs = sure.pairs(*design.order)
    weakest = pairs.iloc[int(pairs["probability"].to_numpy().argmin())]
    above, below = said(str(weakest["above"])), said(str(weakest["below"]))
    tau = sure.tau(*design.order)
    common = _most_frequent(sure.draws[list(design.order)])
    shown = Text(en=" > ".join(common), zh="＞".join(said(name).zh for name in common))
    return Finding(
        measured=Measured(
            quantity=Text(en="probability of the exact order", zh="恰为该顺序的概率"),
            value=probability,
            sentence=Text(
                en=f"{probability:.0%} of {design.draws:,} defensible indices give exactly this order (mean Kendall "
                f"tau {tau:.2f}); the weakest pair, {above.en} over {below.en}, holds in {weakest['probability']:.0%}; "
                f"the most frequent order is {shown.en}.",
                zh=f"{design.draws:,}个合理指数中恰为该顺序的占{probability:.0%}（Kendall tau 均值{tau:.2f}）；"
                f"最弱的一对是{above.zh}高于{below.zh}，占{weakest['probability']:.0%}；最常见的顺序是{shown.zh}。",
            ),
            table=pairs,
            facts={**sure.choices, "tau": tau, "n_units": len(sure.draws.columns)},
        ),
        data=_figures(index),
    )


def _agreement(claim: Claim, design: AgreementDesign) -> Finding:
    indices = {name: composite_of(claim, design, name, design.variant) for name in design.index}
    found = design_agreement(indices)
    w, p = float(found.overall.facts["W"]), found.overall.p_value
    low = float(found.spearman.where(found.spearman < 1.0).min().min())
    years = found.by_year["W"]
    return Finding(
        measured=Measured(
            quantity=Text(en="Kendall's W of the rankings", zh="各指数排序的 Kendall W"),
            value=w,
            p_value=p,
            by_year={int(year): float(value) for year, value in years.items()},  # type: ignore[call-overload]
            sentence=Text(
                en=f"Kendall's W over {len(indices)} index systems is {w:.2f} (by year {years.min():.2f} to "
                f"{years.max():.2f}); the least alike pair has a rank correlation of {low:.2f}. The systems share "
                "figures, so that they agree in part by construction.",
                zh=f"{len(indices)}种指标体系排序的 Kendall W 为{w:.2f}（分年{years.min():.2f}至{years.max():.2f}）；"
                f"最不一致的一对秩相关为{low:.2f}。各体系共用部分数据，一致性部分出自构造。",
            ),
            table=found.ranks,
            facts={"indices": len(indices), "provinces": len(found.ranks)},
        ),
        data=_figures(next(iter(indices.values()))),
    )


def _most_frequent(draws: pd.DataFrame) -> list[str]:
    ranked = draws.rank(axis=1, ascending=False, method="first").astype(int)
    best = ranked.value_counts().index[0]
    return [str(name) for _, name in sorted(zip(best, draws.columns, strict=True))]


def _figures(index: Composite) -> pd.DataFrame | None:
    return index.indicators if index.indicators.attrs else None
