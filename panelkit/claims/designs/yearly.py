"""Run designs that yield a number a year: shares, leaders, rank correlations, growth gaps, persistence."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
import pandas as pd

from panelkit.claims.designs.measures import expressions_on_figures, regions_of, said, sample_of
from panelkit.claims.file.document import Claim, Reading, Text, YearlyDesign
from panelkit.claims.file.names import at_place, refuse_missing_years
from panelkit.claims.verdict import Finding, Measured, Tally
from panelkit.data.provinces import labels_of, resolve
from panelkit.indices.arrays import markov
from panelkit.indices.panels.coordination import couple
from panelkit.indices.panels.regional_inequality import inequality_by_year
from panelkit.language.errors import DataError, SpecError

_LEAST_YEARS = 5

_QUANTITIES: dict[str, Text] = {
    "dagum_between": Text(
        en="share of the Gini that lies between the regions, net", zh="区域间净差距占基尼系数之比"
    ),
    "theil_between": Text(en="share of Theil T that lies between the regions", zh="区域间差距占泰尔指数之比"),
    "leaders": Text(en="how many of the named provinces are in front", zh="所称省份居前的个数"),
    "spearman": Text(en="rank correlation over the provinces", zh="省际秩相关系数"),
    "growth_gap": Text(en="growth of the one less growth of the other, nation", zh="全国增速之差"),
    "share_below": Text(en="share of provinces below the bound", zh="低于界限的省份占比"),
    "min_diagonal": Text(en="smallest probability of staying in a class", zh="留在原类的最小概率"),
    "top_stays": Text(en="probability that the top class stays on top", zh="最高类保持不变的概率"),
}


def specifications(claim: Claim, design: Any) -> list[Any]:
    """Return nothing: these designs fit no regression."""
    return []


def run(
    claim: Claim, reading: Reading, design: YearlyDesign, figures: Any, tick: Callable[[int], None]
) -> Finding:
    """Return the number of every year."""
    found, table, more, data = _MEASURES[design.measure](claim, design)
    tick(1)
    by_year = {year: value for year, value in found.items() if math.isfinite(value)}
    if not by_year:
        raise DataError(f"claim {claim.id}, {design.id}: no year holds the figures")
    last = max(by_year)
    tally = _tally(sample_of(claim, design).years, by_year, found)
    quantity = _QUANTITIES[design.measure]
    return Finding(
        measured=Measured(
            quantity=quantity,
            value=by_year[last],
            by_year=dict(sorted((by_year | {int(year): math.nan for year, _ in tally.failed}).items())),
            sentence=Text(
                en=f"{quantity.en[:1].upper()}{quantity.en[1:]}: {by_year[last]:.3g} in {last}.{more.en}",
                zh=f"{quantity.zh}：{last}年为{by_year[last]:.3g}。{more.zh}",
            ),
            table=table,
            facts={"years": f"{min(by_year)}-{last}"},
            tally=tally,
        ),
        data=data,
    )


def _tally(asked: tuple[int, int], computed: Mapping[int, float], found: Mapping[int, float]) -> Tally:
    """Return the years of the sample that have a number, and those after the first that have none.

    The years before the first number are those that a measure needs to begin with.
    """
    lost = [year for year in range(min(computed), asked[1] + 1) if year not in computed]
    why = {True: "the figures of the year give no number", False: "no figures of the year are held"}
    return Tally(len(computed), tuple((str(year), why[year in found]) for year in lost))


_Found = tuple[dict[int, float], pd.DataFrame, "Said", pd.DataFrame | None]


class Said:
    """A further sentence, perhaps empty, in both languages."""

    def __init__(self, en: str = "", zh: str = "") -> None:
        self.en = f" {en}" if en else ""
        self.zh = zh


def _between(claim: Claim, design: YearlyDesign) -> _Found:
    frame = expressions_on_figures(claim, design, {"figure": design.figure, "weight": design.weight})
    groups = regions_of(frame.index.get_level_values("province").unique())
    dagum = design.measure == "dagum_between"
    table = inequality_by_year(
        frame,
        "figure",
        index="dagum" if dagum else "theil_t",
        groups=groups,
        population="weight" if design.weight else None,
    )
    column = "net_between_share" if dagum else "between_share"
    return _mapping(table[column]), table, Said(), frame


def _leaders(claim: Claim, design: YearlyDesign) -> _Found:
    frame = expressions_on_figures(claim, design, {"figure": design.figure})
    places, top = _places(claim, design), len(design.places)
    counts: dict[int, float] = {}
    rows = {}
    for year, values in frame["figure"].groupby(level="year"):
        held = values.dropna().droplevel("year")
        whole = places <= set(held.index)
        first = list(held.nlargest(top).index)
        counts[_year(year)] = float(len(places & set(first))) if whole else math.nan
        rows[year] = [*first, *[""] * (top - len(first))]
    table = pd.DataFrame.from_dict(
        rows, orient="index", columns=[str(i + 1) for i in range(top)]
    ).rename_axis("year")
    front = [str(name) for name in table.iloc[-1] if name]
    joined = "、".join(said(name).zh for name in front)
    return counts, table, Said(f"In front: {', '.join(front)}.", f"居前者：{joined}。"), frame


def _places(claim: Claim, design: YearlyDesign) -> set[str]:
    """Return the English names of the named provinces, whatever their spelling."""
    with at_place(f"claim {claim.id}, design {design.id}, places"):
        english = labels_of("en")
        found = [str(english[code]) for code in resolve(design.places)]
        if len(set(found)) < len(found):
            raise SpecError(f"{', '.join(design.places)} name a province twice")
    return set(found)


def _spearman(claim: Claim, design: YearlyDesign) -> _Found:
    frame = expressions_on_figures(
        claim, design, {"figure": design.figure, "against": design.against}
    ).dropna()
    values = {
        _year(year): float(part["figure"].corr(part["against"], method="spearman"))
        for year, part in frame.groupby(level="year")
        if len(part) > 2
    }
    return values, _frame(values), Said(), frame


def _growth_gap(claim: Claim, design: YearlyDesign) -> _Found:
    first, last = sample_of(claim, design).years
    named = {"figure": design.figure, "against": design.against}
    frame = expressions_on_figures(claim, design, named, years=(first - 1, last))
    formulas = {"figure": str(design.figure), "against": str(design.against)}
    refuse_missing_years(f"claim {claim.id}, design {design.id}", frame, formulas)
    held = frame.notna().all(axis=1).groupby(level="province").transform("all")
    complete = frame[held]
    if complete.empty:
        raise DataError(f"claim {claim.id}, design {design.id}: no province holds both figures in every year")
    total = complete.groupby(level="year").sum()
    one, other = total["figure"], total["against"]
    growth = (one / one.shift() - other / other.shift()).dropna()
    table = pd.DataFrame({"figure": one, "against": other, "ratio": one / other}).rename_axis("year")
    n = complete.index.get_level_values("province").nunique()
    start, end = (float(table["ratio"].iloc[at]) for at in (0, -1))
    more = Said(
        f"{n} provinces; the ratio of the totals moves from {start:.3g} to {end:.3g}.",
        f"{n}个省份；总量之比由{start:.3g}变为{end:.3g}。",
    )
    return _mapping(growth), table, more, frame


def _share_below(claim: Claim, design: YearlyDesign) -> _Found:
    sample = sample_of(claim, design)
    found, _ = couple(*design.index, years=sample.years, provinces=sample.provinces)
    d = found.values["D_wang" if design.corrected else "D"].dropna()
    values = _mapping((d < float(design.value or "nan")).groupby(level="year").mean())
    everywhere = float((d < float(design.value or "nan")).mean())
    more = Said(
        f"Over all province-years {everywhere:.0%}; D depends on the extremes of the sample.",
        f"全部省年中占{everywhere:.0%}；D 取决于样本极值。",
    )
    return values, d.unstack("year"), more, None


def _persistence(claim: Claim, design: YearlyDesign) -> _Found:
    frame = expressions_on_figures(claim, design, {"figure": design.figure})
    refuse_missing_years(f"claim {claim.id}, design {design.id}", frame, {"figure": str(design.figure)})
    complete = frame["figure"].unstack("year").dropna()
    if complete.shape[0] < design.classes or complete.shape[1] < _LEAST_YEARS:
        raise DataError(
            f"claim {claim.id}, design {design.id}: `{design.figure}` is complete for {complete.shape[0]} provinces "
            f"over {complete.shape[1]} years; {design.classes} classes need as many provinces and {_LEAST_YEARS} years"
        )
    y, years = complete.to_numpy(dtype=float), list(complete.columns)
    relative = y / y.mean(axis=0)
    values: dict[int, float] = {}
    for end in range(_LEAST_YEARS, y.shape[1] + 1):
        part = relative[:, :end]
        classes = markov.classify(part, markov.quantile_cutoffs(part, design.classes))
        p = markov.probabilities(markov.transitions(classes, design.classes))
        values[_year(years[end - 1])] = float(
            np.diag(p).min() if design.measure == "min_diagonal" else p[-1, -1]
        )
    names = [str(i + 1) for i in range(design.classes)]
    moves = len(y) * (y.shape[1] - 1)
    more = Said(
        f"{len(y)} provinces, {moves} moves, {design.classes} classes of values relative to the year's mean.",
        f"{len(y)}个省份、{moves}次转移、按相对当年均值分{design.classes}类。",
    )
    return values, pd.DataFrame(p, index=names, columns=names), more, frame


def _mapping(series: pd.Series) -> dict[int, float]:
    return {_year(year): float(value) for year, value in series.items()}


def _year(label: Any) -> int:
    return int(label)


def _frame(values: dict[int, float]) -> pd.DataFrame:
    return pd.DataFrame({"value": pd.Series(values)}).rename_axis(index="year")


_MEASURES: dict[str, Callable[[Claim, YearlyDesign], _Found]] = {
    "dagum_between": _between,
    "theil_between": _between,
    "leaders": _leaders,
    "spearman": _spearman,
    "growth_gap": _growth_gap,
    "share_below": _share_below,
    "min_diagonal": _persistence,
    "top_stays": _persistence,
}
