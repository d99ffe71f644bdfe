"""A number for every year of a panel of provinces: leaders, rank correlation, gap of growth, persistence."""

from __future__ import annotations

import math
from collections.abc import Collection
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
import pandas as pd

from panelkit.indices.arrays import markov
from panelkit.results.fit import FloatArray
from panelkit.show.brief import Brief

Persistence = Literal["min_diagonal", "top_stays"]


def by_year(series: pd.Series) -> dict[int, float]:
    """Return a series with years as its index as a mapping."""
    return {_year(year): float(value) for year, value in series.items()}


def leaders(values: pd.Series, places: Collection[str]) -> tuple[dict[int, float], pd.DataFrame]:
    """Return how many of the places are among the first len(places) of each year, and who these are.

    A year that lacks one of the places has no number.
    """
    top, named = len(places), set(places)
    counts: dict[int, float] = {}
    rows = {}
    for year, part in values.groupby(level="year"):
        held = part.dropna().droplevel("year")
        whole = named <= set(held.index)
        first = list(held.nlargest(top).index)
        counts[_year(year)] = float(len(named & set(first))) if whole else math.nan
        rows[year] = [*first, *[""] * (top - len(first))]
    table = pd.DataFrame.from_dict(rows, orient="index", columns=[str(i + 1) for i in range(top)])
    return counts, table.rename_axis("year")


def rank_correlations(frame: pd.DataFrame, one: str, other: str) -> dict[int, float]:
    """Return Spearman's correlation of two columns over the provinces of each year that holds three or more.

    It is missing where one of them is the same everywhere.
    """
    return {
        _year(year): float(part[one].corr(part[other], method="spearman"))
        if part[one].nunique() > 1 and part[other].nunique() > 1
        else math.nan
        for year, part in frame.dropna().groupby(level="year")
        if len(part) > 2
    }


@dataclass(frozen=True)
class GrowthGap(Brief):
    """Growth of one total less growth of another by year, the totals with their ratio, and how many provinces."""

    by_year: dict[int, float]
    totals: pd.DataFrame
    n_units: int


def growth_gap(frame: pd.DataFrame, one: str, other: str) -> GrowthGap | None:
    """Return the gap of growth of the totals over provinces that hold both in every year; None where none does."""
    held = frame.notna().all(axis=1).groupby(level="province").transform("all")
    complete = frame[held]
    if complete.empty:
        return None
    total = complete.groupby(level="year").sum()
    first, second = total[one], total[other]
    growth = (first / first.shift() - second / second.shift()).dropna()
    totals = pd.DataFrame({"figure": first, "against": second, "ratio": first / second}).rename_axis("year")
    return GrowthGap(by_year(growth), totals, complete.index.get_level_values("province").nunique())


def persistence(
    complete: pd.DataFrame, classes: int, what: Persistence, least_years: int
) -> tuple[dict[int, float], pd.DataFrame]:
    """Return a probability of staying by year, and the last transition matrix.

    The Markov chain of values relative to the year's mean in quantile classes, on all years up to each.

    Parameters
    ----------
    complete
        Values, provinces by years, none missing.
    classes
        Number of quantile classes.
    what
        "min_diagonal": the smallest probability of staying in a class; "top_stays": that of the top class.
    least_years
        Years of the first chain.

    Returns
    -------
    by_year, matrix
    """
    names = [str(i + 1) for i in range(classes)]
    values, p = {}, np.empty((0, 0))
    for year, moves in moves_by_unit(complete, classes, least_years).items():
        p = markov.probabilities(moves.sum(axis=0))
        values[year] = float(of_staying(p, what))
    return values, pd.DataFrame(p, index=names, columns=names)


def moves_by_unit(complete: pd.DataFrame, classes: int, least_years: int) -> dict[int, FloatArray]:
    """Return the moves (N, k, k) of every unit on all years up to each, its classes being those of all units.

    Parameters
    ----------
    complete, classes, least_years
        As `persistence`.
    """
    y = complete.to_numpy(dtype=float)
    relative = y / y.mean(axis=0)
    found = {}
    for end in range(least_years, y.shape[1] + 1):
        part = relative[:, :end]
        held = markov.classify(part, markov.quantile_cutoffs(part, classes))
        found[_year(complete.columns[end - 1])] = np.stack(
            [markov.transitions(row[None], classes) for row in held]
        )
    return found


def of_staying(p: FloatArray, what: Persistence) -> FloatArray:
    """Return the smallest probability of staying in a class, or that of the top one, of matrices (..., k, k)."""
    staying = np.einsum("...ii->...i", p)
    return np.asarray(staying.min(axis=-1) if what == "min_diagonal" else staying[..., -1])


def _year(label: Any) -> int:
    return int(label)
