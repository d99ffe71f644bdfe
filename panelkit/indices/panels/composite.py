"""Composite indices of a panel: from a design and figures to scores, with the weights behind them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import pandas as pd

from panelkit.data.user.provinces import keep_provinces
from panelkit.indices.arrays import aggregate, weights
from panelkit.indices.panels.designs import (
    CompositeDesign,
    Indicator,
    Variant,
    design_of_columns,
    load_design,
)
from panelkit.indices.panels.frames import normalise, panel_frame
from panelkit.indices.panels.sample import for_own_data, of_years, rows_where
from panelkit.language.errors import DataError, SpecError
from panelkit.language.offers import offered
from panelkit.panel.provenance import Note, place_notes, with_place_notes
from panelkit.results.fit import FloatArray, Measure

HIGH_CONCENTRATION = 0.5


class Remark(NamedTuple):
    """A note under a table in both languages."""

    en: str
    zh: str


@dataclass(frozen=True, kw_only=True, eq=False)
class Composite(Measure):
    """A composite index: `values` has the column `score` and one a dimension.

    `weights` has one row an indicator (`dimension, direction, weight, entropy`); `indicators` the raw values,
    `normalised` those in [0, 1]; `dropped` the province-years without a score, and why.
    """

    design: CompositeDesign
    indicators: pd.DataFrame
    normalised: pd.DataFrame
    dropped: pd.DataFrame = field(default_factory=pd.DataFrame)
    remarks: tuple[Remark, ...] = ()

    @property
    def scores(self) -> pd.Series:
        """Return the scores by province and year."""
        return self.values["score"]

    def ranks(self) -> pd.Series:
        """Return ranks within each year, 1 the best; ties share the better rank."""
        ranked = self.scores.groupby(level="year").rank(ascending=False, method="min")
        return ranked.astype(int).rename("rank")

    def obstacles(self) -> pd.DataFrame:
        """Return obstacle degrees by province and year, one column an indicator; rows sum to one."""
        if self.weights is None or self.design.normalisation != "minmax":
            raise SpecError(
                "obstacle degrees need a min-max design: they read 1 - z as the distance to the goal"
            )
        found = aggregate.obstacle(self.normalised, self.weights["weight"])
        return pd.DataFrame(found, index=self.normalised.index, columns=self.normalised.columns)


@offered("index", family="composite", result="Composite", public=True)
def composite_index(
    design: str | Path | CompositeDesign | Mapping[str, int],
    data: pd.DataFrame | None = None,
    *,
    unit: str | None = None,
    time: str | None = None,
    variant: Variant = "mixed",
    where: str | None = None,
    **changes: Any,
) -> Composite:
    """Compute a composite index on the shipped figures, or on the caller's panel.

    Parameters
    ----------
    design
        A shipped design by id, a TOML file, a `CompositeDesign`, or a mapping column -> direction of `data`.
    data
        A panel with the design's figures as columns; None loads the shipped ones.
    unit, time
        Columns that hold unit and time; None: the levels of the index, or columns with a known name.
    variant
        "scale" reads every indicator as a total, "intensity" as a ratio, "mixed" as the design says.
    where
        A condition on the rows that enter the index, extremes and weights included: `"province != '西藏'"`.
    changes
        Fields of the design to change: `weights="equal"`, `years=(2016, 2023)`, `provinces="all"`, ... The years,
        provinces and vintages of a shipped design are those of the shipped figures: a panel of one's own stays whole
        unless `years` or `provinces` are among the changes.

    Returns
    -------
    Composite
        Scores by unit and year, the parts they are made of, and the weights.

    Raises
    ------
    SpecError
        A wrong design or option.
    DataError
        Columns that are missing, constant or negative where they must not be; no complete row.

    Examples
    --------
    >>> index = pk.composite_index({"patents_granted": 1, "rd_expenditure": 1}, panel)
    """
    plan = _plan(design, changes)
    plan = plan.as_variant(variant, kinds_of(plan)) if variant != plan.variant else plan
    if data is None:
        if unit is not None or time is not None:
            raise SpecError("unit= and time= name columns of data=, and none were given")
        return compute(plan, rows_where(load_figures(plan), where, plan))
    plan = for_own_data(plan, changes)
    frame = panel_frame(data, list(plan.columns()), unit=unit, time=time)
    frame = keep_provinces(frame, plan.provinces)
    frame = rows_where(frame, where, data=data, unit=unit, time=time)
    return compute(plan, of_years(frame, plan.years))


def compute(plan: CompositeDesign, frame: pd.DataFrame) -> Composite:
    """Return the composite of a design on a (province, year) frame that holds its figures."""
    raw = indicator_values(plan, frame)
    complete, dropped = _complete(plan, raw)
    _refuse_combinations(plan)
    z = _normalised(plan, complete)
    w = indicator_weights(plan, z, complete)
    remarks = _remarks(plan, frame, dropped, w)
    values = pd.DataFrame({"score": _aggregate(plan, z.to_numpy(), w)}, index=z.index)
    for part in plan.dimension:
        names = [item.id for item in part.indicator]
        at = z.columns.get_indexer(pd.Index(names))
        values[part.id] = _part_score(plan, z[names].to_numpy(), w[at])
    values = with_place_notes(values, place_notes(frame))
    return Composite(
        name=plan.label.en,
        values=values,
        weights=_weight_table(plan, z, w),
        method=_method(plan, values, frame),
        notes=tuple(Note(remark.en, remark.zh) for remark in remarks),
        remarks=remarks,
        design=plan,
        indicators=raw,
        normalised=z,
        dropped=dropped,
    )


def load_figures(plan: CompositeDesign) -> pd.DataFrame:
    """Return the shipped figures of a design, for its years and provinces."""
    from panelkit.data.panels import load_provinces

    if plan.years is None:
        raise SpecError(f"design {plan.id} names no years: give years=(first, last)")
    return load_provinces(
        list(plan.columns()),
        years=plan.years,
        vintage=plan.vintage or None,
        provinces=plan.provinces,
        allow_breaks=plan.allow_breaks,
    )


def kinds_of(plan: CompositeDesign) -> dict[str, str]:
    """Return scale or intensity of every figure of the design that the catalogue knows."""
    from panelkit.data import catalogue

    known = catalogue.facts()
    return {name: known[name].scale_or_intensity for name in plan.columns() if name in known}


def indicator_values(plan: CompositeDesign, frame: pd.DataFrame) -> pd.DataFrame:
    """Return the indicators (n, k) of a design from its figures.

    Raises
    ------
    DataError
        If a denominator is zero or negative somewhere, naming province and year.
    """
    out = pd.DataFrame({item.id: _indicator(item, frame) for item in plan.indicators()}, index=frame.index)
    out.attrs = dict(frame.attrs)
    return out


def indicator_weights(plan: CompositeDesign, z: pd.DataFrame, raw: pd.DataFrame) -> FloatArray:
    """Return the design's weights (k,); every dimension has the same total under `equal_dimensions`."""
    k = z.shape[1]
    rule = plan.weights
    if rule == "equal":
        return weights.equal(k)
    if rule == "given":
        return _unit(np.array([float(item.weight or 0.0) for item in plan.indicators()]))
    if rule == "equal_dimensions":
        sizes = [len(part.indicator) for part in plan.dimension]
        return np.concatenate([np.full(size, 1.0 / (size * len(sizes))) for size in sizes])
    if rule == "cv":
        return weights.variation(raw.to_numpy())
    values = z.to_numpy()
    if rule == "entropy":
        if plan.normalisation == "zscore":
            raise SpecError(
                "entropy weights need non-negative values: use minmax, ranks or vector, not zscore"
            )
        return weights.entropy(values)
    if rule == "critic":
        return weights.critic(values)
    if rule == "pca":
        return weights.pca(values)
    return weights.scatter(values, np.asarray(z.index.get_level_values("year")))


def stack_of(composite: Composite, normalisations: tuple[str, ...] = ("minmax", "zscore")) -> FloatArray:
    """Return the indicator cube under several normalisations (S, N, T, k), for rank clouds.

    Declared goalposts and the design's extremes (global or per year) hold here as in the scores.

    Only provinces with a score in every year are held; `cube_index` names them.
    """
    rows, provinces, years = cube_index(composite)
    complete = composite.indicators.loc[composite.values.index]
    sign = {item.id: item.direction for item in composite.design.indicators()}
    floor = (
        max(composite.design.floor, 0.01)
        if composite.design.aggregation == "geometric"
        else composite.design.floor
    )
    cubes = []
    for method in normalisations:
        z = normalise(
            complete,
            method,
            direction=sign,
            goalposts=_goalposts(composite.design) if method == "minmax" else None,
            extremes=composite.design.extremes,
            floor=floor if method == "minmax" else 0.0,
        )
        cubes.append(z.to_numpy()[rows].reshape(len(provinces), len(years), -1))
    return np.stack(cubes)


def cube_index(composite: Composite) -> tuple[np.ndarray[Any, Any], pd.Index, pd.Index]:
    """Return the rows of `values` that form a balanced cube, its provinces and its years."""
    index = composite.values.index
    years = pd.Index(sorted(index.get_level_values("year").unique()), name="year")
    held = pd.Series(1, index=index).groupby(level="province", sort=False).size()
    provinces = held.index[held == len(years)]
    if len(provinces) < 2:
        raise DataError("fewer than two provinces have a score in every year: choose years that are complete")
    keep = np.flatnonzero(index.get_level_values("province").isin(provinces))
    return keep, provinces, years


def _plan(
    design: str | Path | CompositeDesign | Mapping[str, int], changes: dict[str, Any]
) -> CompositeDesign:
    if isinstance(design, CompositeDesign):
        plan = design
    elif isinstance(design, Mapping):
        return design_of_columns(design, **changes)
    else:
        plan = load_design(design)
    return plan.with_(**changes) if changes else plan


def _indicator(item: Indicator, frame: pd.DataFrame) -> pd.Series:
    top = frame[item.column]
    if item.per is None or item.is_total:
        return top
    bottom = frame[item.per]
    bad = frame.index[(bottom <= 0).to_numpy()]
    if len(bad):
        places = ", ".join(f"{province} {year}" for province, year in bad[:5])
        raise DataError(f"{item.id}: {item.per} is zero or negative for {places}: it cannot divide")
    return top / bottom


def _complete(plan: CompositeDesign, raw: pd.DataFrame) -> tuple[pd.DataFrame, pd.DataFrame]:
    lost = raw.isna()
    rows = lost.any(axis=1)
    table = pd.DataFrame(
        [
            (province, year, "no figure for " + ", ".join(raw.columns[lost.loc[(province, year)].to_numpy()]))
            for province, year in raw.index[rows.to_numpy()]
        ],
        columns=["province", "year", "reason"],
    )
    if plan.missing_cells == "refuse" and len(table):
        first = "; ".join(f"{r.province} {r.year}: {r.reason}" for r in table.head(5).itertuples())
        raise DataError(f"{len(table)} province-years lack figures ({first}): narrow years or provinces")
    kept = raw[~rows]
    if kept.empty:
        empty = ", ".join(raw.columns[lost.all().to_numpy()]) or "no single indicator, but never all at once"
        raise DataError(f"no province-year holds every indicator of {plan.id} (empty throughout: {empty})")
    return kept, table


def _refuse_combinations(plan: CompositeDesign) -> None:
    if plan.normalisation == "vector" and (plan.aggregation != "topsis" or plan.weights in ("pca", "critic")):
        raise SpecError(
            "vector normalisation does not apply directions: use it with aggregation='topsis' and entropy, equal, "
            "cv or given weights, or take minmax"
        )
    if plan.extremes == "per_year" and plan.normalisation == "minmax" and _goalposts(plan):
        raise SpecError(
            f"design {plan.id} declares goalposts and extremes of each year, which exclude each other: take "
            "extremes='global'"
        )
    if plan.normalisation == "zscore" and plan.aggregation == "geometric":
        raise SpecError("geometric aggregation needs positive values: use minmax with a floor, not zscore")


def _normalised(plan: CompositeDesign, complete: pd.DataFrame) -> pd.DataFrame:
    return normalise(
        complete,
        plan.normalisation,
        direction={item.id: item.direction for item in plan.indicators()},
        goalposts=_goalposts(plan) if plan.normalisation == "minmax" else None,
        extremes=plan.extremes,
        floor=plan.floor if plan.normalisation == "minmax" else 0.0,
    )


def _goalposts(plan: CompositeDesign) -> dict[str, tuple[float, float]] | None:
    return {item.id: item.goalposts for item in plan.indicators() if item.goalposts is not None} or None


def _aggregate(plan: CompositeDesign, z: FloatArray, w: FloatArray) -> FloatArray:
    if plan.aggregation == "linear":
        return aggregate.linear(z, w)
    if plan.aggregation == "geometric":
        return aggregate.geometric(z, w)
    if plan.aggregation == "topsis":
        sign = [item.direction for item in plan.indicators()] if plan.normalisation == "vector" else None
        return aggregate.topsis(z, w, direction=sign, vector_normalise=False).closeness
    return aggregate.grey_relational(z, weights=w)


def _part_score(plan: CompositeDesign, z: FloatArray, w: FloatArray) -> FloatArray:
    share = _unit(w) if w.sum() > 0 else np.full(len(w), 1.0 / len(w))
    if plan.aggregation == "geometric":
        return aggregate.geometric(z, share)
    return aggregate.linear(z, share)


def _weight_table(plan: CompositeDesign, z: pd.DataFrame, w: FloatArray) -> pd.DataFrame:
    rows = [
        (part.id, "+" if item.direction > 0 else "-", item.figure())
        for part in plan.dimension
        for item in part.indicator
    ]
    table = pd.DataFrame(rows, columns=["dimension", "direction", "figure"], index=z.columns)
    table.index.name = "indicator"
    return table.assign(weight=w)


def _method(plan: CompositeDesign, values: pd.DataFrame, frame: pd.DataFrame) -> dict[str, Any]:
    facts = frame.attrs.get("panelkit", {})
    years = sorted(values.index.get_level_values("year").unique())
    return {
        "design": plan.id,
        "variant": plan.variant,
        "indicators": len(plan.indicators()),
        "normalisation": f"{plan.normalisation}, {plan.extremes} extremes",
        "weights": plan.weights,
        "aggregation": plan.aggregation,
        "provinces": int(values.index.get_level_values("province").nunique()),
        "years": f"{years[0]}-{years[-1]}",
        "vintages": ", ".join(
            f"{k}: {v}" for k, v in facts.get("vintages", {}).items() if v != "as_published"
        ),
    }


def _remarks(
    plan: CompositeDesign, frame: pd.DataFrame, dropped: pd.DataFrame, w: FloatArray
) -> tuple[Remark, ...]:
    said = [Remark(note, note.zh) for note in place_notes(frame)]
    if plan.extremes == "per_year":
        said.append(
            Remark(
                "extremes of each year: every year spans [0, 1], so that levels do not compare over time",
                "逐年取极值：每年均占满 [0, 1]，水平不可跨年比较",
            )
        )
    said += _concentration(plan, w)
    if len(dropped):
        said.append(
            Remark(
                f"{len(dropped)} province-years without all indicators have no score",
                f"{len(dropped)} 个省年因指标不全未计分",
            )
        )
    said += _flags(frame, plan.columns())
    if plan.absent:
        said.append(
            Remark(
                "not among the shipped figures: " + ", ".join(item.label.en for item in plan.absent),
                "未含于所附数据：" + "、".join(item.label.zh for item in plan.absent),
            )
        )
    return tuple(dict.fromkeys(said))


def _flags(frame: pd.DataFrame, columns: tuple[str, ...]) -> list[Remark]:
    from panelkit.data.provinces import labels_of

    names, chinese = labels_of("en"), labels_of("zh")
    said = []
    for flag in frame.attrs.get("panelkit", {}).get("flags", []):
        if flag["indicator"] not in columns:
            continue
        code = int(flag["adcode"])
        here, there = names.get(code, "all provinces"), chinese.get(code, "全部省份")
        said.append(
            Remark(
                f"{flag['indicator']}, {here} {flag['year']}: {flag['why']}",
                f"{flag['indicator']}，{there} {flag['year']} 年：{flag.get('why_zh', flag['why'])}",
            )
        )
    return said


def _concentration(plan: CompositeDesign, w: FloatArray) -> list[Remark]:
    few = len(w) // 5
    order = np.argsort(-w)[:few]
    if few == 0 or w[order].sum() <= HIGH_CONCENTRATION:
        return []
    heavy = [plan.indicators()[i].id for i in order]
    return [
        Remark(
            f"a fifth of the indicators ({', '.join(heavy)}) carries more than half of the weight",
            f"五分之一的指标（{'、'.join(heavy)}）占一半以上权重",
        )
    ]


def _unit(w: FloatArray) -> FloatArray:
    return np.asarray(w / w.sum())
