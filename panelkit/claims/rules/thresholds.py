"""Thresholds that several rules share; what one rule alone asks for stands in its own file."""

from __future__ import annotations

SIGNIFICANT = 0.05
"""The level at which the documents themselves test: a claim is held to its own standard, not to a stricter one."""

MOST_OF_THE_GRID = 0.8
"""Four fifths of the defensible specifications: a direction that one choice in five turns is no finding."""

HALF_OF_THE_NUMBER = 0.5
"""Of a stated number: what is smaller than its half is another number."""
