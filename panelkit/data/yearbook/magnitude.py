"""Whether a series can stand in the unit that it says: by the held figures of its provinces."""

from __future__ import annotations

import math

from panelkit.data.yearbook.errors import CellProblem, YearbookError
from panelkit.data.yearbook.judge.entries import JudgedEntry
from panelkit.data.yearbook.judge.held import Held
from panelkit.data.yearbook.layouts.told import CallerSays as CallerSays
from panelkit.language.message import message

SLIP = 30.0
"""A series this many times the held one, or that small a part of it, stands in another unit than it says."""

NEAR_YEARS = 3


def check_magnitude(entries: list[JudgedEntry], held: Held) -> None:
    """Refuse a series whose unit cannot be right: tens or thousands of times the held one.

    Each cell is compared with the held figure of its province in the nearest year, at most three years away.

    Raises
    ------
    YearbookError
        With the median ratio and an example.
    """
    series: dict[str, list[tuple[float, JudgedEntry, float]]] = {}
    for entry in entries:
        if not entry.known or len(entry.period) != 4 or entry.value == 0:
            continue
        old = _nearest(entry, held)
        if old:
            series.setdefault(entry.indicator, []).append((abs(float(entry.value) / old), entry, old))
    problems = []
    for indicator, ratios in series.items():
        ratios.sort(key=lambda item: item[0])
        ratio, entry, old = ratios[len(ratios) // 2]
        if ratio > SLIP or ratio < 1 / SLIP:
            times = f"{ratio:,.6g}"
            problems.append(
                CellProblem(
                    entry.where,
                    message(
                        "{indicator} stands at {times} times the held figures (median of {count} cells; here "
                        "{value} {unit}, held {old:g}): its unit cannot be right",
                        indicator=indicator,
                        times=times,
                        count=len(ratios),
                        value=entry.value,
                        unit=entry.unit,
                        old=old,
                    ),
                )
            )
    if problems:
        raise YearbookError(problems)


def _nearest(entry: JudgedEntry, held: Held) -> float | None:
    """Return the held figure of the nearest year; of several vintages, the one that is most like the entry."""
    year, value = int(entry.period), abs(float(entry.value))
    vintages = [held.values[entry.indicator, name] for name in held.vintages(entry.indicator)]
    for step in range(NEAR_YEARS + 1):
        cells = [(entry.adcode, str(near)) for near in dict.fromkeys((year - step, year + step))]
        found = [old for cell in cells for figures in vintages if (old := figures.get(cell))]
        if found:
            return min(found, key=lambda old: abs(math.log(value / abs(old))))
    return None
