"""Texts that fit: their extents as matplotlib draws them, and the largest size at which they have room."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

STEP = 0.5
Box = tuple[float, float, float, float]


def wrapped(name: str) -> str:
    """Return a name of several words with each on a line of its own."""
    return name.replace(" ", "\n")


def extent(drawing: Any, text: str, size: float) -> tuple[float, float]:
    """Return width and height of a text in pixels of the drawing."""
    probe = drawing.text(0.0, 0.0, text, size=size, linespacing=1.0)
    box = probe.get_window_extent()
    probe.remove()
    return float(box.width), float(box.height)


def fitting_size(
    drawing: Any, texts: Iterable[str], room: tuple[float, float], sizes: tuple[float, float]
) -> tuple[float, set[str]]:
    """Return the largest size, down to the smallest, at which all texts fit into `room` (pixels), and which fit.

    Extents grow with the size, so each text is measured once, at the largest.
    """
    most, least = sizes
    held = {text: extent(drawing, text, most) for text in dict.fromkeys(texts)}
    size = most
    while size > least and any(not _fits(one, size / most, room) for one in held.values()):
        size -= STEP
    return size, {text for text, one in held.items() if _fits(one, size / most, room)}


def _fits(one: tuple[float, float], share: float, room: tuple[float, float]) -> bool:
    return one[0] * share <= room[0] and one[1] * share <= room[1]


def touch(a: Box, b: Box) -> bool:
    """Tell whether two boxes (left, low, right, high) cover each other."""
    return a[0] < b[2] and b[0] < a[2] and a[1] < b[3] and b[1] < a[3]
