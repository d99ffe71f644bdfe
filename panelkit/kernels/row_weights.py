"""Weights of rows: what a layout holds of them, and what their kind means for counts and variances.

A weighted problem is held as its rows times the root of their weight, and so are the dummies and slopes that are swept:
a projection of such columns is the weighted one of the columns as observed (`rooted`), and sandwiches, deletions and
bootstraps stand on it as they do on rows that count alike.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Literal, get_args

import numpy as np
from numpy.typing import NDArray

from panelkit.show.brief import Brief

FloatArray = NDArray[np.float64]

WeightKind = Literal["aw", "fw", "pw"]
KINDS: tuple[WeightKind, ...] = get_args(WeightKind)


@dataclass(frozen=True, eq=False)
class RowWeights(Brief):
    """Positive weights `values` (n,) of one kind.

    "aw" (analytic) and "pw" (sampling) count every row once, "fw" (frequency) as often as its weight says.
    """

    values: FloatArray
    kind: WeightKind

    @cached_property
    def root(self) -> FloatArray:
        """Return the square roots, (n,)."""
        return np.sqrt(self.values)

    @property
    def repeats(self) -> bool:
        """Return whether a weight is a number of equal rows."""
        return self.kind == "fw"

    @property
    def counted(self) -> int:
        """Return how many observations the rows stand for."""
        return round(float(self.values.sum())) if self.repeats else len(self.values)

    def at(self, rows: NDArray[np.bool_]) -> RowWeights:
        """Return the weights of the marked rows (n,)."""
        return RowWeights(self.values[rows], self.kind)


def scaled_weights(values: FloatArray, kind: WeightKind) -> RowWeights:
    """Return weights as an estimation takes them: "aw" and "pw" sum to the number of rows, "fw" stay as they are."""
    if kind == "fw":
        return RowWeights(values, kind)
    return RowWeights(values * (len(values) / values.sum()), kind)


def rooted(columns: FloatArray, weights: RowWeights | None) -> FloatArray:
    """Return columns (n,) or (n, m) times the root of the rows' weights, as they are where rows count alike."""
    if weights is None:
        return columns
    root = weights.root if columns.ndim == 1 else weights.root[:, None]
    return np.asarray(columns * root)


def about_mean(columns: FloatArray, weights: RowWeights | None) -> FloatArray:
    """Return columns (n,) or (n, m) less their (weighted) mean, given and returned times the root of the weights."""
    if weights is None:
        return np.asarray(columns - columns.mean(axis=0))
    mean = weights.root @ columns / weights.values.sum()
    return np.asarray(columns - (np.outer(weights.root, mean) if columns.ndim > 1 else weights.root * mean))


def unrooted(columns: FloatArray, weights: RowWeights | None) -> FloatArray:
    """Return columns (n,) or (n, m) as observed, given times the root of the rows' weights."""
    if weights is None:
        return columns
    root = weights.root if columns.ndim == 1 else weights.root[:, None]
    return np.asarray(columns / root)
