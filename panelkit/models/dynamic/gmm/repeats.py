"""Instruments of both equations that are multiples of each other."""

from __future__ import annotations

import numpy as np

from panelkit.kernels.within import FloatArray

_LIKELY = 1.0 - 1e-8
_SAME = 1e-11
"""Two columns of norm one that lie so close repeat each other; it is asked where their product is likely one."""


def repeated_columns(moved: FloatArray, level: FloatArray | None) -> list[tuple[int, int]]:
    """Return pairs (kept, repeated) of columns that are multiples of each other."""
    gram = moved.T @ moved + (0.0 if level is None else level.T @ level)
    size = np.sqrt(np.diag(gram))
    likely = np.triu(np.abs(gram / np.outer(size, size)) > _LIKELY, 1)
    both = moved if level is None else np.concatenate([moved, level])
    pairs: dict[int, int] = {}
    for i, j in zip(*np.nonzero(likely), strict=True):
        sign = np.sign(gram[i, j])
        apart = np.linalg.norm(both[:, i] / size[i] - sign * both[:, j] / size[j])
        if j not in pairs and i not in pairs and apart <= _SAME:
            pairs[int(j)] = int(i)
    return [(i, j) for j, i in pairs.items()]
