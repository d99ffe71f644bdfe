"""Numbers and texts as summaries print them."""

from __future__ import annotations

import unicodedata
from typing import Any

import numpy as np


def cells(text: str) -> int:
    """Return how many cells of a terminal a text takes: two for a Chinese character."""
    return sum(2 if unicodedata.east_asian_width(letter) in "WF" else 1 for letter in text)


def number(value: float) -> str:
    """Return a number with six digits."""
    return f"{value:.6g}"


def plain(value: Any) -> str:
    """Return a number with six digits, anything else as it prints."""
    if isinstance(value, float | np.floating):
        return number(float(value))
    return value if isinstance(value, str) else str(value)
