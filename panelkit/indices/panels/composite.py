"""Composite indices of a panel: from a design and figures to scores, with the weights behind them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pandas as pd

from panelkit.data.user.provinces import keep_provinces
from panelkit.indices.arrays import aggregate
from panelkit.indices.panels.composite_notes import notes_of
from panelkit.indices.panels.designs import (
    CompositeDesign,
    Variant,
    design_of_columns,
    load_design,
)
from panelkit.indices.panels.panel_frame import panel_frame
from panelkit.indices.panels.sample import for_own_data, of_years, rows_where
from panelkit.indices.panels.scoring import (
    aggregated,
    complete_rows,
    indicator_values,
    indicator_weights,
    normalised,
    part_score,
    refuse_combinations,
)
from panelkit.language.errors import SpecError
from panelkit.language.message import Message, Told, message, term
from panelkit.language.offers import offered
from panelkit.language.spelt import option
from panelkit.panel.provenance import place_notes, with_place_notes
from panelkit.results.fit import FloatArray, Measure


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
                message("obstacle degrees need a min-max design: they read 1 - z as the distance to the goal")
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
            raise SpecError(
                message(
                    "{unit} and {time} name columns of {data}, and none were given",
                    data=option("data"),
                    unit=option("unit"),
                    time=option("time"),
                )
            )
        return compute(plan, rows_where(load_figures(plan), where, plan))
    plan = for_own_data(plan, changes)
    frame = panel_frame(data, list(plan.columns()), unit=unit, time=time)
    frame = keep_provinces(frame, plan.provinces)
    frame = rows_where(frame, where, data=data, unit=unit, time=time)
    return compute(plan, of_years(frame, plan.years))


def compute(plan: CompositeDesign, frame: pd.DataFrame) -> Composite:
    """Return the composite of a design on a (province, year) frame that holds its figures."""
    raw = indicator_values(plan, frame)
    complete, dropped = complete_rows(plan, raw)
    refuse_combinations(plan)
    z = normalised(plan, complete)
    w = indicator_weights(plan, z, complete)
    values = pd.DataFrame({"score": aggregated(plan, z.to_numpy(), w)}, index=z.index)
    for part in plan.dimension:
        names = [item.id for item in part.indicator]
        at = z.columns.get_indexer(pd.Index(names))
        values[part.id] = part_score(plan, z[names].to_numpy(), w[at])
    values = with_place_notes(values, place_notes(frame))
    return Composite(
        name=Told(plan.label.en, plan.label.zh),
        values=values,
        weights=_weight_table(plan, z, w),
        method=_method(plan, values, frame),
        notes=notes_of(plan, frame, dropped, w),
        design=plan,
        indicators=raw,
        normalised=z,
        dropped=dropped,
    )


def load_figures(plan: CompositeDesign) -> pd.DataFrame:
    """Return the shipped figures of a design, for its years and provinces."""
    from panelkit.data.panels import load_provinces

    if plan.years is None:
        raise SpecError(message("design {design} names no years: give years=(first, last)", design=plan.id))
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
        "normalisation": _normalisation(plan),
        term("indicators", "weights"): plan.weights,
        "aggregation": plan.aggregation,
        "provinces": int(values.index.get_level_values("province").nunique()),
        "years": f"{years[0]}-{years[-1]}",
        "vintages": ", ".join(
            f"{k}: {v}" for k, v in facts.get("vintages", {}).items() if v != "as_published"
        ),
    }


def _normalisation(plan: CompositeDesign) -> Message:
    if plan.extremes == "per_year":
        return message("{normalisation}, per_year extremes", normalisation=plan.normalisation)
    return message("{normalisation}, global extremes", normalisation=plan.normalisation)
