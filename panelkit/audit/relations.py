"""One identity at one place of a table: its numbers, and how they are judged, again with another number put in."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Literal

from panelkit.audit.entries import BracketMeaning, Entry
from panelkit.audit.printed import Printed
from panelkit.kernels.intervals import Interval
from panelkit.language.message import Message

State = Literal["consistent", "inconsistent", "decision"]
STATES: tuple[State, ...] = ("consistent", "inconsistent", "decision")
Part = Literal["number", "stars"] | int


@dataclass(frozen=True)
class Reading:
    """The hypothesis under which a table is read: what its brackets hold, and the levels of its stars."""

    brackets: BracketMeaning | None
    star_levels: tuple[float, ...]


@dataclass(frozen=True)
class Operand:
    """One printed number of a relation: that of an entry, its stars, or one attached to it (by place)."""

    entry: Entry
    part: Part = "number"

    @property
    def printed(self) -> Printed:
        if self.part == "number":
            return self.entry.number
        if self.part == "stars":
            return as_stars(self.entry.stars)
        return self.entry.attached[self.part].number


def as_stars(count: int) -> Printed:
    """Return stars as a printed number."""
    return Printed("*" * count, float(count), float(count), float(count), 0)


@dataclass(frozen=True)
class Outcome:
    """How a relation came out.

    `printed` is what stands in the table, `recomputed` what the other numbers give (as text: a number, an interval,
    stars), `why` a sentence where there is more to say: what a decision is, what would excuse it, and, of what comes
    out, under which condition alone it does.
    """

    state: State
    printed: str
    recomputed: str
    why: Message | None = None


Judge = Callable[[Sequence[Printed]], Outcome | None]


@dataclass(frozen=True)
class Relation:
    """An identity at a place: `judge` takes the printed numbers of `operands` in their order.

    `judge` returns None where the numbers cannot be judged (a divisor that may be zero). `about` says where in words.
    """

    identity: str
    operands: tuple[Operand, ...]
    judge: Judge
    about: str = ""

    def outcome(self, put: Sequence[Printed] | None = None) -> Outcome | None:
        """Return the outcome with the numbers printed, or with others put in their place."""
        return self.judge([one.printed for one in self.operands] if put is None else put)


def digits(interval: Interval, decimals: int) -> str:
    """Return an interval as text with one digit more than is printed; one number where both ends read the same."""
    low, high = (f"{end:.{max(decimals + 1, 0)}f}" for end in (interval.low, interval.high))
    return low if low == high else f"{low} … {high}"


def compare(
    printed: Printed, recomputed: Interval, *, decision: bool = False, why: Message | None = None
) -> Outcome:
    """Return the outcome of a printed number against what the others give: consistent where the intervals meet."""
    met = recomputed.meets(printed.interval)
    state: State = "consistent" if met else "decision" if decision else "inconsistent"
    return Outcome(state, printed.text, digits(recomputed, printed.decimals), None if met else why)
