"""Indices of inequality that designs name."""

from __future__ import annotations

from typing import Literal

from panelkit.language.message import message

Inequality = Literal["gini", "theil_t", "theil_l", "cv"]

NAMES = {
    "gini": message("Gini"),
    "theil_t": message("Theil T"),
    "theil_l": message("Theil L"),
    "cv": message("coefficient of variation"),
    "sigma": message("standard deviation of logs"),
}
