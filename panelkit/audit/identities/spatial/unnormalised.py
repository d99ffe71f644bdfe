"""Total effects of a table together: what they miss by where the rows of W do not sum to one."""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from panelkit.audit.entries import Entry, Facts
from panelkit.audit.identities.spatial.effects import Effect, stray
from panelkit.audit.relations import Operand, Outcome, Relation, digits
from panelkit.audit.weighing import Numbers, relation
from panelkit.kernels.intervals import Interval
from panelkit.language.message import message

Judge = Callable[[Numbers], Outcome | None]
_SHARED = ("rho", "rho error")


@dataclass(frozen=True)
class Held:
    """A total effect with what stands behind it, how it is judged, and the column of its model."""

    total: Entry
    effect: Effect
    judge: Judge
    column: int

    @property
    def numbers(self) -> Numbers:
        return {name: one.printed for name, one in self.effect.operands.items()}

    def missed(self) -> bool:
        """Return whether it does not come out as printed."""
        outcome = self.judge(self.numbers)
        return outcome is not None and outcome.state != "consistent"


def together(key: str, held: Sequence[Held], facts: Facts) -> Iterator[Relation]:
    """Yield total = (beta + theta) / (1 - rho), one relation of those that miss it by the pattern of one W.

    For any W the totals of a column are beta + (rho beta + theta) s with one s, the mean row sum of
    W (I - rho W)^-1, which is 1 / (1 - rho) where rows sum to one. Columns whose totals miss that (two or more of them)
    and share another s are one relation each; where all of several columns miss, all are one, which comes out with
    the condition as a remark. Tables that say that rows sum to one are judged one by one.
    """
    columns: dict[int, list[Held]] = defaultdict(list)
    for one in held:
        columns[one.column].append(one)
    missing = (
        {}
        if facts.row_standardised
        else {place: one for place, one in columns.items() if _follows(one, facts)}
    )
    all_miss = len(columns) > 1 and len(missing) == len(columns)
    if all_miss:
        yield _pooled(key, held, facts, excused=True)
        return
    for place, own in columns.items():
        if place in missing and len(own) > 1:
            yield _pooled(key, own, facts, excused=False)
        else:
            for one in own:
                yield relation(key, one.effect.operands, one.judge, one.total.subject)


def unnormalised(held: Sequence[Held], facts: Facts) -> set[int]:
    """Return the columns whose totals miss (beta + theta) / (1 - rho) by the pattern of one W."""
    if facts.row_standardised:
        return set()
    columns: dict[int, list[Held]] = defaultdict(list)
    for one in held:
        columns[one.column].append(one)
    return {place for place, own in columns.items() if _follows(own, facts)}


def _follows(own: Sequence[Held], facts: Facts) -> bool:
    """Return whether all totals of a column share one s > 0 and all (of two, or more than half) miss 1 / (1 - rho)."""
    missed = sum(one.missed() for one in own)
    if missed < min(len(own), 2) or 2 * missed <= len(own):
        return False
    shared = _spill_of([(one.effect, one.numbers) for one in own], facts)
    return shared is not None


def _spill_of(held: Sequence[tuple[Effect, Numbers]], facts: Facts) -> Interval | None:
    """Return the s > 0 that all totals allow, None where none does."""
    low, high = 0.0, math.inf
    for effect, numbers in held:
        room = stray(effect, numbers, facts)
        if room is None:
            continue
        beta = numbers["beta"].interval
        rho, theta = (
            numbers[name].interval if name in numbers else Interval.at(0.0) for name in ("rho", "theta")
        )
        spill = (numbers["effect"].interval.widened(room) - beta) / (rho * beta + theta)
        low, high = max(low, spill.low), min(high, spill.high)
    return Interval(low, high) if low <= high and high > 0.0 else None


def _pooled(key: str, held: Sequence[Held], facts: Facts, *, excused: bool) -> Relation:
    """Return one relation of several totals: consistent where all come out, or (`excused`) where all share an s."""
    names: dict[int, dict[str, str]] = {}
    operands: dict[str, Operand] = {}
    for k, one in enumerate(held):
        names[k] = {
            name: f"{name} {one.column}" if name in _SHARED else f"{name} {one.column} {k}"
            for name in one.effect.operands
        }
        operands |= {names[k][name]: operand for name, operand in one.effect.operands.items()}

    def judge(numbers: Numbers) -> Outcome:
        own = [{name: numbers[long] for name, long in names[k].items()} for k in range(len(held))]
        outcomes = [one.judge(mine) for one, mine in zip(held, own, strict=True)]
        missed = sum(one is not None and one.state != "consistent" for one in outcomes)
        printed = ", ".join(mine["effect"].text for mine in own)
        due = ", ".join("…" if one is None else one.recomputed for one in outcomes)
        if not missed:
            return Outcome("consistent", printed, due)
        by_column: dict[int, list[tuple[Effect, Numbers]]] = defaultdict(list)
        for one, mine in zip(held, own, strict=True):
            by_column[one.column].append((one.effect, mine))
        spills = [_spill_of(one, facts) for one in by_column.values()]
        if any(one is None for one in spills):
            return Outcome("inconsistent", printed, due, message("no W gives all of these total effects"))
        sums = ", ".join(digits(one, 3) for one in spills if one is not None)
        why = message(
            "all would hold for a W whose rows do not sum to one, with a mean row sum of W(I - rho W)^-1 of {sums} "
            "({n} total effects in all)",
            sums=sums,
            n=missed,
        )
        return Outcome("consistent" if excused else "inconsistent", printed, due, why)

    about = ", ".join(dict.fromkeys(one.total.subject for one in held))
    return relation(key, operands, judge, about)
