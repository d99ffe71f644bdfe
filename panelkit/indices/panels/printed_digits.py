"""How far printed digits and other vintages let a yearly value of official totals move."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pandas as pd

from panelkit.formula.formula import evaluate

ONLY = ("whole", "year")


def half_units(printed: pd.DataFrame) -> pd.DataFrame:
    """Return half a unit of the last digit printed in any row of a year: one row a year, one column a figure.

    `printed` has the years as its last level. A figure is taken to be rounded as its row of that year shows, so that
    trailing zeros, which no table of numbers keeps, make the bound too narrow where every number of a row ends in one.
    """
    digits = printed.map(_decimals)
    most = digits.groupby(level=-1).max()
    return 0.5 * 10.0**-most


def yearly_value(expression: str, totals: pd.DataFrame) -> pd.Series:
    """Return an expression on totals by year, one number a year; lags read the year before."""
    labels = pd.MultiIndex.from_arrays([[ONLY[0]] * len(totals), totals.index], names=[ONLY[0], ONLY[1]])
    found = evaluate(expression, totals.set_axis(labels))
    return found.droplevel(0).rename("value")


def widest(
    expression: str, totals: pd.DataFrame, halves: pd.DataFrame, others: Mapping[str, pd.Series]
) -> pd.DataFrame:
    """Return value, low and high of an expression by year: printed digits at their worst, other vintages one by one.

    Parameters
    ----------
    expression
        On columns of `totals`.
    totals
        One row a year, one column a figure.
    halves
        As far as rounding lets each total be off, in its unit.
    others
        Column -> the same total in another vintage, where it has one.

    Returns
    -------
    DataFrame
    """
    value = yearly_value(expression, totals)
    reach = pd.Series(0.0, index=value.index)
    for name in totals.columns:
        for year in totals.index:
            step = halves[name].where(totals.index == year, 0.0)
            up, down = (
                (yearly_value(expression, totals.assign(**{name: totals[name] + sign * step})) - value).abs()
                for sign in (1.0, -1.0)
            )
            reach += up.combine(down, max).fillna(0.0)
    vintages = [
        yearly_value(expression, totals.assign(**{name: other.reindex(totals.index)}))
        for name, other in others.items()
    ]
    all_of_them = pd.concat([value, *vintages], axis=1)
    return pd.DataFrame(
        {"value": value, "low": all_of_them.min(axis=1) - reach, "high": all_of_them.max(axis=1) + reach}
    )


def _decimals(value: float) -> float:
    """Return how many decimals a number was printed with, NaN where there is none."""
    if not np.isfinite(value):
        return np.nan
    text = np.format_float_positional(value, trim="-")
    return float(len(text.partition(".")[2]))
