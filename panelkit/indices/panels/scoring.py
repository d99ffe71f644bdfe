"""The arithmetic of a composite index: from a design and its figures to indicators, weights and scores."""

from __future__ import annotations

import numpy as np
import pandas as pd

from panelkit.indices.arrays import aggregate, weights
from panelkit.indices.panels.designs import (
    CompositeDesign,
    DesignIndicator,
)
from panelkit.indices.panels.weighting import normalise
from panelkit.language.errors import DataError, SpecError
from panelkit.language.message import listed, message, sentences
from panelkit.language.spelt import option
from panelkit.results.fit import FloatArray


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
                message("entropy weights need non-negative values: use minmax, ranks or vector, not zscore")
            )
        return weights.entropy(values)
    if rule == "critic":
        return weights.critic(values)
    if rule == "pca":
        return weights.pca(values)
    return weights.scatter(values, np.asarray(z.index.get_level_values("year")))


def complete_rows(plan: CompositeDesign, raw: pd.DataFrame) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Return the rows that hold every indicator, and a table `province, year, reason` of the others.

    Raises
    ------
    DataError
        If no row is complete, or the design refuses rows that are not.
    """
    lost = raw.isna()
    rows = lost.any(axis=1)
    index = raw.index[rows.to_numpy()]
    reasons = [
        message("no figure for {indicators}", indicators=raw.columns[row].tolist())
        for row in lost.to_numpy()[rows.to_numpy()]
    ]
    table = pd.DataFrame(
        {
            "province": index.get_level_values("province"),
            "year": index.get_level_values("year"),
            "reason": pd.Series(reasons, dtype=object),
        }
    )
    if plan.missing_cells == "refuse" and len(table):
        named = [(f"{row.province} {row.year}", row.reason) for row in table.head(5).itertuples()]
        first = sentences(message("{place}: {reason}", place=place, reason=why) for place, why in named)
        raise DataError(
            message(
                "{n} {unit}-{periods} lack figures ({first}): narrow {periods} or {units}",
                n=len(table),
                first=first,
            )
        )
    kept = raw[~rows]
    if kept.empty:
        empty = listed(raw.columns[lost.all().to_numpy()])
        if not empty:
            empty = message("no single indicator, but never all at once")
        raise DataError(
            message(
                "no {unit}-{period} holds every indicator of {design} (empty throughout: {empty})",
                design=plan.id,
                empty=empty,
            )
        )
    return kept, table


def refuse_combinations(plan: CompositeDesign) -> None:
    """Refuse a normalisation that goes with neither the aggregation nor the weights of a design."""
    if plan.normalisation == "vector" and (plan.aggregation != "topsis" or plan.weights in ("pca", "critic")):
        raise SpecError(
            message(
                "vector normalisation does not apply directions: use it with {aggregation} and entropy, "
                "equal, cv or given weights, or take minmax",
                aggregation=option("aggregation", "topsis"),
            )
        )
    if plan.extremes == "per_year" and plan.normalisation == "minmax" and goalposts(plan):
        raise SpecError(
            message(
                "design {design} declares goalposts and extremes of each year, which exclude each "
                "other: take extremes='global'",
                design=plan.id,
            )
        )
    if plan.normalisation == "zscore" and plan.aggregation == "geometric":
        raise SpecError(
            message("geometric aggregation needs positive values: use minmax with a floor, not zscore")
        )


def normalised(plan: CompositeDesign, complete: pd.DataFrame) -> pd.DataFrame:
    """Return the indicators (n, k) as the design normalises them."""
    return normalise(
        complete,
        plan.normalisation,
        direction={item.id: item.direction for item in plan.indicators()},
        goalposts=goalposts(plan) if plan.normalisation == "minmax" else None,
        extremes=plan.extremes,
        floor=plan.floor if plan.normalisation == "minmax" else 0.0,
    )


def goalposts(plan: CompositeDesign) -> dict[str, tuple[float, float]] | None:
    """Return the declared goalposts by indicator, None where the design declares none."""
    return {item.id: item.goalposts for item in plan.indicators() if item.goalposts is not None} or None


def aggregated(plan: CompositeDesign, z: FloatArray, w: FloatArray) -> FloatArray:
    """Return the scores (n,) of indicators z (n, k) under weights w (k,)."""
    if plan.aggregation == "linear":
        return aggregate.linear(z, w)
    if plan.aggregation == "geometric":
        return aggregate.geometric(z, w)
    if plan.aggregation == "topsis":
        sign = [item.direction for item in plan.indicators()] if plan.normalisation == "vector" else None
        return aggregate.topsis(z, w, direction=sign, vector_normalise=False).closeness
    return aggregate.grey_relational(z, weights=w)


def part_score(plan: CompositeDesign, z: FloatArray, w: FloatArray) -> FloatArray:
    """Return the scores (n,) of one dimension from its indicators z (n, m) and their weights (m,)."""
    share = _unit(w) if w.sum() > 0 else np.full(len(w), 1.0 / len(w))
    if plan.aggregation == "geometric":
        return aggregate.geometric(z, share)
    return aggregate.linear(z, share)


def _indicator(item: DesignIndicator, frame: pd.DataFrame) -> pd.Series:
    top = frame[item.column]
    if item.per is None or item.is_total:
        return top
    bottom = frame[item.per]
    bad = frame.index[(bottom <= 0).to_numpy()]
    if len(bad):
        places = [f"{province} {year}" for province, year in bad[:5]]
        raise DataError(
            message(
                "{indicator}: {column} is zero or negative for {places}: it cannot divide",
                indicator=item.id,
                column=item.per,
                places=places,
            )
        )
    return top / bottom


def _unit(w: FloatArray) -> FloatArray:
    return np.asarray(w / w.sum())
