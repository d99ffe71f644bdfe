"""Wald and likelihood-ratio tests of the Durbin model against its reductions: statistic, p and stars."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from panelkit.audit.chi_squared import df_of, reaches, sides, tail
from panelkit.audit.entries import Table
from panelkit.audit.relations import Operand, Outcome, Reading, Relation, State, digits
from panelkit.audit.weighing import Numbers, relation
from panelkit.kernels.intervals import Interval
from panelkit.language.message import message
from panelkit.language.offers import offered

SAYS = message("p and stars of LR and Wald tests = P(chi2(df) > statistic)")


@offered("identity", "reduction-tests", family="spatial", source="Elhorst 2010, section 4; chi-squared law")
def reduction_tests(table: Table, reading: Reading) -> Iterator[Relation]:
    """Yield p and stars of LR and Wald tests from statistic and degrees of freedom, any 1 to 40 if not printed."""
    tests = table.of("lr", "wald")
    marked = any(test.stars for test in tests)
    for test in tests:
        p, df = test.part("p"), df_of(table, test)
        operands = {
            "statistic": Operand(test),
            "stars": Operand(test, "stars") if marked else None,
            "p": None if p is None else Operand(test, p),
            "df": None if df is None else Operand(df),
        }
        if p is not None or marked:
            yield relation("reduction-tests", operands, _judge_of(reading), f"{test.label} {test.heading}")


def _judge_of(reading: Reading) -> Callable[[Numbers], Outcome | None]:
    def judge(numbers: Numbers) -> Outcome | None:
        if "df" in numbers and numbers["df"].value < 1.0:
            return None
        if numbers["statistic"].high < 0.0:
            negative = message("no chi-squared statistic is negative")
            return Outcome("inconsistent", numbers["statistic"].text, "≥ 0", negative)
        due = tail(numbers["statistic"].interval, numbers.get("df"))
        if "p" in numbers and not reaches(
            numbers["statistic"].interval, numbers["p"].interval, numbers.get("df")
        ):
            crossed = sides(due, 0.05) * sides(numbers["p"].interval, 0.05) < 0
            state: State = "decision" if crossed else "inconsistent"
            said = message("statistic and p stand on different sides of 5 %") if crossed else None
            return Outcome(state, numbers["p"].text, digits(due, 4), said)
        if "p" in numbers:
            due = _both(due, numbers["p"].interval)
        if "stars" not in numbers or due.meets(_allowed(int(numbers["stars"].value), reading)):
            return Outcome("consistent", numbers["statistic"].text, digits(due, 4))
        return _starred(numbers, due, reading)

    return judge


def _both(one: Interval, other: Interval) -> Interval:
    """Return what two intervals that meet have in common."""
    low, high = max(one.low, other.low), min(one.high, other.high)
    return Interval(min(low, high), max(low, high))


def _allowed(stars: int, reading: Reading) -> Interval:
    """Return the p that a number of stars says."""
    levels = sorted(reading.star_levels, reverse=True)
    if stars > len(levels):
        return Interval(0.0, 1.0)
    return Interval(levels[stars] if stars < len(levels) else 0.0, levels[stars - 1] if stars else 1.0)


def _starred(numbers: Numbers, due: Interval, reading: Reading) -> Outcome:
    """Return the outcome of stars that no number of restrictions gives: a decision where it is any against none."""
    any_star = numbers["stars"].value > 0.0
    changed = due.low > max(reading.star_levels) if any_star else due.high < min(reading.star_levels)
    state: State = "decision" if changed else "inconsistent"
    why = message("stars and statistic do not agree on whether the reduction is rejected")
    return Outcome(state, numbers["stars"].text or "0 *", digits(due, 4), why if changed else None)
