"""Cells that leave their own history by many times the usual yearly change."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass

from panelkit.data.yearbook.judge.entries import FileRead
from panelkit.data.yearbook.judge.held import Held, PlacePeriod

OUTLIER = 8.0
_STEP = math.log(1.5)


@dataclass(frozen=True, slots=True)
class Outlier:
    """A cell that leaves its own history by many times the usual yearly change."""

    indicator: str
    adcode: int
    period: str
    value: float
    before: float
    percent: float


def outliers_of(read: FileRead, compared: Mapping[str, str | None], held: Held) -> list[Outlier]:
    """List new annual cells whose change from the year before is far outside the series' own yearly changes."""
    found = []
    for indicator, cells in read.series().items():
        vintage = compared[indicator]
        known = dict(held.values.get((indicator, vintage), {})) if vintage else {}
        history = {**known, **{cell: float(value) for cell, value in cells.items()}}
        steps = _steps(history)
        if len(steps) < 30:
            continue
        ordered = sorted(steps.values())
        middle = ordered[len(ordered) // 2]
        spread = sorted(abs(step - middle) for step in ordered)[len(ordered) // 2] * 1.4826
        for (adcode, period), value in cells.items():
            step = steps.get((adcode, period))
            if step is None or abs(step - middle) < max(OUTLIER * spread, _STEP):
                continue
            before = history[adcode, str(int(period) - 1)]
            found.append(
                Outlier(
                    indicator, adcode, period, float(value), before, 100 * (float(value) - before) / before
                )
            )
    return found


def _steps(history: Mapping[PlacePeriod, float]) -> dict[PlacePeriod, float]:
    steps = {}
    for (adcode, period), value in history.items():
        before = history.get((adcode, str(int(period) - 1))) if len(period) == 4 else None
        if before is not None and before > 0 and value > 0:
            steps[adcode, period] = math.log(value / before)
    return steps
