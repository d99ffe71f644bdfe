"""The conditions of one regression as a person reads them: rows of a table, sizes, notes."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from panelkit.language.message import Message, message, verbatim
from panelkit.studies.scrutiny.main_test import SIGNIFICANT, MainTest
from panelkit.studies.scrutiny.sample import name_of
from panelkit.studies.scrutiny.trial import Condition, label
from panelkit.studies.scrutiny.wild import Lots

Row = tuple[Message, Message, Message, Message, Message]


def rows_of(main: MainTest, conditions: Iterable[Condition], units: Sequence[Any]) -> Iterator[Row]:
    """Yield condition, slope, p, outcome and what it says: the main test, then every condition."""
    significant = float(main.p[0]) < SIGNIFICANT
    interval = message(
        "95 % interval {low:.4g} to {high:.4g}", low=float(main.low[0]), high=float(main.high[0])
    )
    outcome = message("significant") if significant else message("not significant")
    yield message("main test"), _cell(float(main.slope[0])), _cell(float(main.p[0])), outcome, interval
    for one in conditions:
        yield label(one.name), _cell(one.slope), _cell(one.p), _outcome(one), _said(one, units)


def sizes_of(main: MainTest, smallest: float, beside: float) -> Message:
    """Return the smallest effect of interest, and the effects that main test and path find four times in five."""
    size = float(main.detectable[0])
    numbers = {
        "smallest": f"{smallest:.4g}",
        "detectable": message("no effect, however large") if math.isinf(size) else f"{size:.4g}",
    }
    if math.isnan(beside):
        return message(
            "Smallest effect of interest {smallest}; found four times in five: {detectable}", **numbers
        )
    return message(
        "Smallest effect of interest {smallest}; found four times in five: {detectable}, beside a common path "
        "{beside}",
        beside=f"{beside:.4g}",
        **numbers,
    )


def notes_of(stated: float | None, lots: Lots, *, mirrored: bool, inside: bool | None) -> Iterator[Message]:
    """Yield what stands below the table."""
    if mirrored:
        yield message("The main test lies on the other side, and the conditions are read there.")
    if inside is False:
        yield message(
            "{number:g} lies outside the 95 % interval of the main slope, or of that beside {unit} trends.",
            number=stated,
        )
    yield message(
        "Every p: restricted wild bootstrap by {unit}, {reps:,} draws, seed {seed}. What is only shown decides "
        "nothing.",
        reps=lots.reps,
        seed=lots.rng,
    )


def _outcome(one: Condition) -> Message:
    if not one.computable:
        return message("cannot be computed")
    if not one.decides:
        return message("shown")
    if one.takes_away:
        return message("takes it away")
    return message("passes") if one.passes else message("not passed")


def _said(one: Condition, units: Sequence[Any]) -> Message:
    if one.reason is not None:
        return one.reason
    match one.name:
        case "differences" | "second_differences":
            return message("{share:.0%} of the main slope", share=one.statistic)
        case "trends" | "path" | "regions" if math.isnan(one.statistic):
            return message("one {unit} carries the slope: no error of the gap to the main one")
        case "trends" | "path" | "regions":
            return message("below the main slope by t = {t:.2f}", t=one.statistic)
        case "provinces":
            return message("worst without {name}", name=name_of(units[one.worst or 0]))
        case _:
            return verbatim("")


def _cell(value: float) -> Message:
    return verbatim("" if math.isnan(value) else f"{value:.4g}")
