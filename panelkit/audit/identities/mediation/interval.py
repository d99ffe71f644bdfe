"""The interval of an indirect effect: it holds the estimate, and stars agree with whether it holds zero."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from panelkit.audit.entries import Table
from panelkit.audit.relations import Operand, Outcome, Reading, Relation
from panelkit.audit.weighing import Numbers, relation
from panelkit.language.message import message
from panelkit.language.offers import offered

SAYS = message("low end <= indirect effect <= high end; an interval that holds 0 goes with no star at 1 %")


@offered("identity", "indirect-interval", family="mediation", source="Preacher and Hayes 2008")
def indirect_interval(table: Table, reading: Reading) -> Iterator[Relation]:
    """Yield low <= indirect <= high, and that an interval with zero inside goes with no star of 1 %.

    Intervals are taken for those of 95 % unless a narrower or wider one is what excuses: a star of 5 % beside zero
    just inside is inconsistent, one of 1 % a decision.
    """
    for entry in table.of("indirect_effect"):
        low, high = entry.part("low"), entry.part("high")
        if low is not None and high is not None:
            operands = {
                "indirect": Operand(entry),
                "low": Operand(entry, low),
                "high": Operand(entry, high),
                "stars": Operand(entry, "stars"),
            }
            yield relation("indirect-interval", operands, _judge_of(reading, table.starred), entry.subject)


def _judge_of(reading: Reading, any_stars: bool) -> Callable[[Numbers], Outcome]:
    def judge(numbers: Numbers) -> Outcome:
        estimate, low, high = (numbers[name] for name in ("indirect", "low", "high"))
        shown = f"[{low.text}, {high.text}]"
        if low.low > high.high:
            why = message("the low end lies above the high end")
            return Outcome("inconsistent", estimate.text, shown, why)
        if estimate.high < low.low or estimate.low > high.high:
            why = message("the estimate lies outside its own interval")
            return Outcome("inconsistent", estimate.text, shown, why)
        level = _level(int(numbers["stars"].value), reading)
        if low.high < 0.0 < high.low and level <= 0.05:
            why = message("the interval holds zero, the stars say that the effect is not zero")
            return Outcome("decision" if level <= 0.01 else "inconsistent", estimate.text, shown, why)
        return Outcome("consistent", estimate.text, shown)

    return judge


def _level(stars: int, reading: Reading) -> float:
    """Return the level that stars say, 1 without stars."""
    levels = sorted(reading.star_levels, reverse=True)
    return levels[min(stars, len(levels)) - 1] if stars else 1.0
