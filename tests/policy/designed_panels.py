"""Small seeded panels for the policy designs that hand over to regressions: matched, rings, doses, triples."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from panelkit.spatial.weights import Weights, as_weights

START = 2010


def codes(index: pd.MultiIndex) -> list[Any]:
    """Return the codes of an index as wide integers."""
    return [np.asarray(level, dtype=np.int64) for level in index.codes]


def cities(n: int, periods: int) -> pd.MultiIndex:
    """Return an index of cities and years."""
    return pd.MultiIndex.from_product(
        [[f"c{i:02d}" for i in range(n)], range(START, START + periods)], names=["city", "year"]
    )


def grid(rows: int, columns: int) -> tuple[np.ndarray[Any, Any], Weights]:
    """Return rook neighbours of a grid, 0/1 (N, N), and as row-standardised weights of the cities."""
    n = rows * columns
    at = np.arange(n)
    steps = np.abs(at[:, None] // columns - at // columns) + np.abs(at[:, None] % columns - at % columns)
    links = (steps == 1).astype(float)
    return links, as_weights(links, [f"c{i:02d}" for i in range(n)], name="grid").normalised("row")


def dummies(*groups: Any) -> np.ndarray[Any, Any]:
    """Return the dummies of every level of each grouping side by side."""
    return np.column_stack([(np.asarray(g)[:, None] == np.unique(g)).astype(float) for g in groups])


def slopes(y: Any, columns: Any, *groups: Any, weights: Any = None) -> np.ndarray[Any, Any]:
    """Return the coefficients of columns beside written-out dummies, by least squares."""
    X = np.column_stack([columns, dummies(*groups)])
    root = np.ones(len(X)) if weights is None else np.sqrt(weights)
    found = np.linalg.lstsq(X * root[:, None], np.asarray(y) * root, rcond=None)[0]
    return np.asarray(found[: np.asarray(columns).reshape(len(X), -1).shape[1]])
