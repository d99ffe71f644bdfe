"""Harmonised units: money in 亿元, persons in 万人, so that arithmetic in formulas is plain."""

from __future__ import annotations

from typing import Literal

from panelkit.language.errors import SpecError
from panelkit.language.message import message

Units = Literal["harmonised", "yearbook"]

HARMONISED: dict[str, tuple[str, float]] = {
    "元": ("亿元", 1e8),
    "千元": ("亿元", 1e5),
    "万元": ("亿元", 1e4),
    "百万元": ("亿元", 1e2),
    "千万元": ("亿元", 1e1),
    "美元": ("亿美元", 1e8),
    "万美元": ("亿美元", 1e4),
    "千美元": ("亿美元", 1e5),
    "百万美元": ("亿美元", 1e2),
    "人": ("万人", 1e4),
    "千人": ("万人", 1e1),
    "人年": ("万人年", 1e4),
}
"""Unit as printed -> (harmonised unit, what a printed value is divided by). Every other unit stays as printed."""


def harmonised(unit: str, *, intensity: bool = False) -> tuple[str, float]:
    """Return the unit that a column gets and the divisor that brings it there.

    An intensity (yuan per head, health workers per 10,000) keeps its unit: it is no total.
    """
    return (unit, 1.0) if intensity else HARMONISED.get(unit, (unit, 1.0))


def check_units(units: str) -> None:
    """Refuse any `units` but harmonised and yearbook."""
    if units not in ("harmonised", "yearbook"):
        raise SpecError(
            message(
                "units={units!r}: choose 'harmonised' (亿元, 万人) or 'yearbook' (as printed)", units=units
            )
        )
