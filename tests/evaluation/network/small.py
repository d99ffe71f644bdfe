"""Small networks and panels that the tests share."""

from __future__ import annotations

import numpy as np
import pandas as pd

# METHODS 3.14: 0->1, 0->2, 1->2, 2->0, 2->3
DIGRAPH = np.array([[0, 1, 1, 0], [0, 0, 1, 0], [1, 0, 0, 1], [0, 0, 0, 0]], dtype=bool)


def random_ties(n: int, share: float, seed: int) -> np.ndarray:
    """Return ties (n, n) with a given probability."""
    ties = np.random.default_rng(seed).random((n, n)) < share
    np.fill_diagonal(ties, False)
    return ties


def cities(n: int = 8, years: tuple[int, ...] = (2019, 2020), seed: int = 0) -> pd.DataFrame:
    """Return a panel of units that are no provinces, with positive masses."""
    rng = np.random.default_rng(seed)
    index = pd.MultiIndex.from_product([[f"c{k}" for k in range(n)], years], names=["city", "year"])
    return pd.DataFrame(
        np.exp(rng.normal(size=(len(index), 3))), index=index, columns=["people", "output", "ideas"]
    )


def distances(n: int = 8, seed: int = 1) -> pd.DataFrame:
    """Return distances between these units."""
    place = np.random.default_rng(seed).random((n, 2)) * 1000
    km = np.sqrt(((place[:, None] - place) ** 2).sum(axis=2))
    names = [f"c{k}" for k in range(n)]
    return pd.DataFrame(km, index=names, columns=names)


def remainders(n: int = 12) -> dict[str, np.ndarray]:
    """Return the matrices of tests/oracles/scripts/network_sna.R."""
    i, j = np.indices((n, n))
    x1 = np.abs(i - j).astype(float)
    x2 = ((5 * i + 3 * j + i * j) % 7).astype(float)
    x3 = (i % 4) + ((2 * i + j * j) % 5) / 3
    y = ((3 * i + 5 * j + i * j) % 17) / 4 + 0.25 * x1 + 0.3 * x3
    held = {"a": (((7 * i + 13 * j + i * j) % 11) < 3) * 1.0, "x1": x1, "x2": x2, "x3": x3, "y": y}
    for matrix in held.values():
        np.fill_diagonal(matrix, 0.0)
    return held
