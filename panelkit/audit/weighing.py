"""How identities are put together and weighed: numbers by name, digits cut off, signs that change a conclusion."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from panelkit.audit.printed import Printed
from panelkit.audit.relations import Operand, Outcome, Relation, State, digits
from panelkit.kernels.intervals import Interval
from panelkit.language.message import Message, message

Numbers = Mapping[str, Printed]
Intervals = Mapping[str, Interval]
CUT_OFF = message("it would hold if digits were cut off instead of rounded")


def relation(
    identity: str,
    operands: Mapping[str, Operand | None],
    judge: Callable[[Numbers], Outcome | None],
    about: str = "",
) -> Relation:
    """Return a relation whose judge takes its numbers by name; operands that are None are left out."""
    held = {name: one for name, one in operands.items() if one is not None}

    def judged(numbers: Sequence[Printed]) -> Outcome | None:
        return judge(dict(zip(held, numbers, strict=True)))

    return Relation(identity, tuple(held.values()), judged, about)


def weigh(
    numbers: Numbers,
    target: str,
    recompute: Callable[[Intervals], Interval | None],
    *,
    decides: Callable[[Interval], bool] | None = None,
    why: Message | None = None,
    excuse: Message | None = None,
) -> Outcome | None:
    """Return how a printed number stands against what `recompute` makes of the intervals of all.

    It is consistent where they meet, inconsistent with `CUT_OFF` where they meet once digits may have been cut off, a
    decision (with `why`) where `decides` says so of the recomputed interval, else inconsistent (with `excuse`).
    None where `recompute` cannot tell.
    """
    recomputed = recompute({name: one.interval for name, one in numbers.items()})
    if recomputed is None:
        return None
    printed = numbers[target]
    shown = digits(recomputed, printed.decimals)
    if recomputed.meets(printed.interval):
        return Outcome("consistent", printed.text, shown)
    cut = recompute({name: one.truncated() for name, one in numbers.items()})
    if cut is None or cut.meets(printed.truncated()):
        return Outcome("inconsistent", printed.text, shown, CUT_OFF)
    if decides is not None and decides(recomputed):
        return Outcome("decision", printed.text, shown, why)
    return Outcome("inconsistent", printed.text, shown, excuse)


def limits(printed: Printed, allowed: Interval, *, state: State, why: Message) -> Outcome:
    """Return how a printed number stands against the range that it may take."""
    shown = f"{allowed.low:g} … {allowed.high:g}"
    if allowed.meets(printed.interval):
        return Outcome("consistent", printed.text, shown)
    return Outcome(state, printed.text, shown, why)


def opposite(one: Interval, other: Interval) -> bool:
    """Return whether two intervals lie on different sides of zero."""
    return (one.high < 0.0 < other.low) or (other.high < 0.0 < one.low)


def stars(operand: Operand | None) -> Operand | None:
    """Return the stars of the entry of an operand."""
    return None if operand is None else Operand(operand.entry, "stars")


def starred(numbers: Numbers, *names: str) -> bool:
    """Return whether all of the named numbers carry stars (their stars stand under `stars NAME`)."""
    return all(f"stars {name}" in numbers and numbers[f"stars {name}"].value > 0.0 for name in names)
