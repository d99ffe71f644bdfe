"""F of a threshold against its bootstrap critical values, its p and its stars."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from itertools import pairwise

from panelkit.audit.chi_squared import sides
from panelkit.audit.entries import Entry, Table
from panelkit.audit.relations import Operand, Outcome, Reading, Relation, State
from panelkit.audit.weighing import Numbers, relation
from panelkit.kernels.intervals import Interval
from panelkit.language.message import message
from panelkit.language.offers import offered

SAYS = message("F of a threshold above its critical value at a level = p below that level; p gives the stars")
LEVELS = (0.1, 0.05, 0.01)
_LEVEL = re.compile(r"(?<![\d.])(10|5|1)\s*[%％]|(?<![\d.])0?\.(10|1|05|01)(?!\d)")
_BY_TEXT = {"10": 0.1, "5": 0.05, "1": 0.01}
_BY_FRACTION = {"10": 0.1, "1": 0.1, "05": 0.05, "01": 0.01}
_DRAWS = 0.01
_STEP = 0.004
"""The step of a p-value from 300 draws, the fewest that are usual."""


@offered("identity", "threshold-test", family="threshold", source="Hansen 1999, section 3.2")
def threshold_test(table: Table, reading: Reading) -> Iterator[Relation]:
    """Yield p and stars of a threshold from F and its critical values, all from the same draws (p within .01)."""
    critical = table.of("critical", "unknown")
    for entry in table.of("f"):
        row = [one for one in critical if one.row == entry.row and one.table == entry.table]
        found = {level: one for one in row if (level := _level(one)) is not None}
        place = entry.part("p")
        operands: dict[str, Operand | None] = {"F": Operand(entry)}
        operands |= {f"critical {level:g}": Operand(one) for level, one in sorted(found.items())}
        operands["p"] = None if place is None else Operand(entry, place)
        operands["stars"] = Operand(entry, "stars") if any(one.stars for one in table.of("f")) else None
        if len(found) > 1 or (place is not None and operands["stars"] is not None and found):
            yield relation("threshold-test", operands, _judge_of(reading), entry.label)


def _level(entry: Entry) -> float | None:
    """Return the level of a critical value, from `other` or its heading."""
    for said in (entry.other, entry.heading):
        found = _LEVEL.search(said)
        if found is not None:
            return _BY_TEXT[found[1]] if found[1] else _BY_FRACTION[found[2]]
    return None


def _judge_of(reading: Reading) -> Callable[[Numbers], Outcome]:
    def judge(numbers: Numbers) -> Outcome:
        printed = numbers["F"]
        critical = {level: numbers[name] for level in LEVELS if (name := f"critical {level:g}") in numbers}
        ends = [critical[level] for level in LEVELS if level in critical]
        if any(low.low > high.high for low, high in pairwise(ends)):
            text = " / ".join(one.text for one in ends)
            return Outcome("inconsistent", text, "", message("critical values rise as the level falls"))
        due = _p_due(printed.interval, {level: one.interval for level, one in critical.items()})
        shown = f"p {due.low:g} … {due.high:g}"
        wide = due.widened(_DRAWS)
        if "p" in numbers and not wide.meets(numbers["p"].interval):
            crossed = sides(wide, 0.05) * sides(numbers["p"].interval, 0.05) < 0
            said = message("F and its critical values do not agree with p on 5 %")
            state: State = "decision" if crossed else "inconsistent"
            return Outcome(state, numbers["p"].text, shown, said if crossed else None)
        if "p" in numbers:
            wide = numbers["p"].interval.widened(_STEP)
        if "stars" in numbers and not wide.meets(_allowed(int(numbers["stars"].value), reading)):
            any_star = numbers["stars"].value > 0
            changed = (
                wide.low > max(reading.star_levels) if any_star else wide.high < max(reading.star_levels)
            )
            said = message("stars and F do not agree on whether there is a threshold")
            state = "decision" if changed else "inconsistent"
            return Outcome(state, printed.text + numbers["stars"].text, shown, said if changed else None)
        return Outcome("consistent", printed.text, shown)

    return judge


def _p_due(f: Interval, critical: dict[float, Interval]) -> Interval:
    """Return the p that F says beside its critical values: below a level where it is above the value of the level."""
    low, high = 0.0, 1.0
    for level, value in critical.items():
        if f.low > value.high:
            high = min(high, level)
        if f.high < value.low:
            low = max(low, level)
    return Interval(low, max(low, high))


def _allowed(stars: int, reading: Reading) -> Interval:
    levels = sorted(reading.star_levels, reverse=True)
    count = min(stars, len(levels))
    return Interval(levels[count] if count < len(levels) else 0.0, levels[count - 1] if count else 1.0)
