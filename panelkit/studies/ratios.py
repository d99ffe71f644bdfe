"""Ratios of figures over a panel, and how far a column moves inside any one unit."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from panelkit.formula.formula import evaluate
from panelkit.formula.grammar import parse_expression
from panelkit.formula.tree import columns_of


@dataclass(frozen=True)
class RatioSpread:
    """A ratio of figures: of the sums over the sample, and the deciles p10 and p90 of its rows."""

    aggregate: float
    p10: float
    p90: float


def ratio_spread(expression: str, data: pd.DataFrame, times: float = 1.0) -> RatioSpread:
    """Return a ratio of figures times a number: of the sums over the complete rows, and its p10 and p90."""
    columns = list(columns_of(parse_expression(expression).node))
    complete = data.dropna(subset=columns)
    sums = complete[columns].sum().to_frame().T
    values = times * evaluate(expression, complete).to_numpy()
    low, high = np.quantile(values, [0.1, 0.9])
    return RatioSpread(
        aggregate=times * float(evaluate(expression, sums).iloc[0]), p10=float(low), p90=float(high)
    )


def widest_range(expression: str, data: pd.DataFrame) -> tuple[float, str]:
    """Return the largest range (maximum less minimum) of an expression inside any one unit, and the unit."""
    values = evaluate(expression, data).groupby(level=0)
    ranges = (values.max() - values.min()).dropna()
    return float(ranges.max()), str(ranges.idxmax())
