"""Numbers by year with intervals of resampled units: what designs hand to R-DESC."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np

from panelkit.claims.file.rule import Rule
from panelkit.indices.arrays.resampled import Resampled, Scale, bootstrap_t
from panelkit.language.errors import DataError
from panelkit.language.message import Message, message
from panelkit.results.fit import FloatArray

OfYear = Callable[[int, FloatArray], FloatArray]
"""Year and counts (R, N) -> values (R,)."""


class Interval(NamedTuple):
    """Fields of what was measured, how the interval was made, and its facts."""

    numbers: dict[str, Any]
    said: Message
    facts: dict[str, Any]


def interval_of(
    statistic: OfYear,
    years: Sequence[int],
    *,
    units: int,
    draws: int,
    seed: int,
    rule: Rule,
    cumulative: bool = False,
    scale: Scale = "plain",
) -> Interval:
    """Return the intervals of years and of their mean, units resampled whole.

    Parameters
    ----------
    statistic
        The number of a year under resampling counts.
    years
        The years whose intervals are asked for.
    units
        N.
    draws, seed
        Resamples, and their seed.
    rule
        The rule whose bound the p is of.
    cumulative
        Each year's number is of all years up to it: the last one stands for the whole.
    scale
        The scale of the bootstrap-t.
    """

    def all_years(counts: FloatArray) -> FloatArray:
        values = np.stack([statistic(year, counts) for year in years], axis=1)
        whole = values[:, -1] if cumulative else values.mean(axis=1)
        return np.column_stack([values, whole])

    found = bootstrap_t(all_years, units, draws=draws, rng=seed, scale=scale)
    low, high = found.interval()
    ends = {year: (float(low[at]), float(high[at])) for at, year in enumerate(years)}
    return Interval(
        {**numbers_of(found, rule, units), "by_year_interval": ends},
        _how(units, draws, len(years), cumulative),
        {"draws": draws, "seed": seed, "n_units": units},
    )


def _how(units: int, draws: int, years: int, cumulative: bool) -> Message:
    if cumulative or years < 2:
        return message(
            "95 % intervals, {n} {units} resampled whole (bootstrap-t, {draws} draws).", n=units, draws=draws
        )
    return message(
        "95 % intervals, {n} {units} resampled whole (bootstrap-t, {draws} draws), of each of the last {years} "
        "{periods} and of their mean.",
        n=units,
        draws=draws,
        years=years,
    )


def numbers_of(found: Resampled, rule: Rule, units: int) -> dict[str, Any]:
    """Return the last value of a statistic with its intervals, as what was measured has them.

    Raises
    ------
    DataError
        If too many resamples have no error, so that there is no interval.
    """
    (low, high), (inner_low, inner_high) = found.interval(), found.interval(0.9)
    if np.isnan(low[-1]):
        raise DataError(
            message(
                "more than a tenth of the resamples of {n} {units} gives no number with an error: too few carry it",
                n=units,
            )
        )
    return {
        "value": float(found.value[-1]),
        "low": float(low[-1]),
        "high": float(high[-1]),
        "inner_low": float(inner_low[-1]),
        "inner_high": float(inner_high[-1]),
        "error": float(found.error[-1]),
        "df": units - 1.0,
        "p_value": found.p_value(0.0 if rule.claimed is None else rule.claimed),
    }


def no_sampling(values: Mapping[int, float]) -> Interval:
    """Return the numbers themselves as their intervals: a complete count has no sampling error."""
    mean = float(np.mean(list(values.values())))
    return Interval(
        {
            **dict.fromkeys(("value", "low", "high", "inner_low", "inner_high"), mean),
            "by_year_interval": {year: (value, value) for year, value in values.items()},
        },
        message(
            "A complete count has no sampling error: the number is its own interval, and the word is about these "
            "figures alone."
        ),
        {},
    )
