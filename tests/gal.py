"""Contiguity as libpysal ships it."""

from __future__ import annotations

from pathlib import Path

import numpy as np


def neighbours(path: Path, first: int = 0) -> np.ndarray:
    """Return row-standardised contiguity from a GAL file whose ids count from `first`."""
    words = path.read_text().split()

    n = int(words[0])
    w, at = np.zeros((n, n)), 1
    for _ in range(n):
        unit, count = int(words[at]) - first, int(words[at + 1])
        w[unit, [int(word) - first for word in words[at + 2 : at + 2 + count]]] = 1.0 / count
        at += 2 + count
    return w
