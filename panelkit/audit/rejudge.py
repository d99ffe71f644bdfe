"""The rows of an audit judged again with other numbers in the place of those printed."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass, field

from panelkit.audit.printed import Printed
from panelkit.audit.relations import Operand, State
from panelkit.audit.run import Judged
from panelkit.kernels.intervals import Interval

_REACH = 20.0


@dataclass
class Bench:
    """The judged rows by the numbers that take part in them.

    `keys` holds the numbers of each row, `rows` the rows of each number; `failing` are the rows that do not come out,
    `suspects` the numbers that take part in one, those of most such rows first.
    """

    judged: Sequence[Judged]
    keys: list[list[Hashable]] = field(init=False)
    rows: dict[Hashable, list[int]] = field(init=False)
    operands: dict[Hashable, Operand] = field(init=False)
    printed: dict[Hashable, Printed] = field(init=False)
    failing: tuple[int, ...] = field(init=False)
    suspects: tuple[Hashable, ...] = field(init=False)

    def __post_init__(self) -> None:
        self.keys = [[key_of(one) for one in row.relation.operands] for row in self.judged]
        self.operands = {key_of(one): one for row in self.judged for one in row.relation.operands}
        self.printed = {key: one.printed for key, one in self.operands.items()}
        self.rows = defaultdict(list)
        for place, keys in enumerate(self.keys):
            for key in dict.fromkeys(keys):
                self.rows[key].append(place)
        self.failing = tuple(
            place for place, row in enumerate(self.judged) if row.outcome.state != "consistent"
        )
        named = Counter(key for place in self.failing for key in dict.fromkeys(self.keys[place]))
        self.suspects = tuple(key for key, _ in named.most_common())
        self._fails = frozenset(self.failing)
        self._at = {_place(one): key for key, one in self.operands.items()}

    def state(self, row: int, put: Mapping[Hashable, Printed]) -> State | None:
        """Return how a row comes out with numbers put in; None where it cannot be judged with them."""
        numbers = [put.get(key, self.printed[key]) for key in self.keys[row]]
        try:
            outcome = self.judged[row].relation.outcome(numbers)
        except (ValueError, ArithmeticError):
            # a number that the identity cannot take: a negative variance, no observation
            return None
        return None if outcome is None else outcome.state

    def repaired(self, put: Mapping[Hashable, Printed], *, silent: bool = False) -> tuple[int, ...]:
        """Return the failing rows that come out with numbers put in; none where a row that came out does not.

        `silent`: a row that can no longer be judged counts as one that comes out, as of stars that are taken away.
        """
        fine = ("consistent", None) if silent else ("consistent",)
        touched = sorted({row for key in put for row in self.rows.get(key, ())})
        mended = tuple(row for row in touched if row in self._fails and self.state(row, put) in fine)
        kept = (row for row in touched if row not in self._fails)
        return mended if mended and all(self.state(row, put) in fine for row in kept) else ()

    def beside(self, key: Hashable) -> set[float]:
        """Return the numbers of the same kind that stand in the same row."""
        here = self.operands[key]
        return {
            self.printed[other].value
            for other, one in self.operands.items()
            if other != key
            and (one.entry.table, one.entry.row, one.part) == (here.entry.table, here.entry.row, here.part)
        }

    def failing_at(self, key: Hashable) -> list[int]:
        """Return the rows of a number that do not come out."""
        return [row for row in self.rows[key] if row in self._fails]

    def at(self, key: Hashable, down: int, right: int, part: int | str) -> Hashable | None:
        """Return the number so many rows below and columns beside another, None where none takes part."""
        entry = self.operands[key].entry
        return self._at.get((entry.table, entry.row + down, entry.column + right, part))

    def above(self, key: Hashable) -> Printed | None:
        """Return the number of the same part in the nearest row above in the same column."""
        here = self.operands[key]
        rows = [
            (one.entry.row, self.printed[other])
            for other, one in self.operands.items()
            if (one.entry.table, one.entry.column, one.part)
            == (here.entry.table, here.entry.column, here.part)
            and one.entry.row < here.entry.row
        ]
        return max(rows, key=lambda pair: pair[0])[1] if rows else None

    def usual_decimals(self, key: Hashable) -> set[int]:
        """Return the decimals of the numbers of the same row or column that are of the same kind."""
        here = self.operands[key]
        return {
            self.printed[other].decimals
            for other, one in self.operands.items()
            if other != key
            and one.entry.table == here.entry.table
            and (one.entry.row == here.entry.row or one.entry.column == here.entry.column)
            and one.part != "stars"
            and (one.part == "number") == (here.part == "number")
        }

    def holes(self, rows: Sequence[int], key: Hashable) -> list[Interval]:
        """Return where a number has to lie for all rows to come out: at most one interval on each side of zero.

        Found by halving: a row comes out for an interval of numbers where it does for one of them.
        """
        printed = self.printed[key]
        around = (abs(self.printed[one].value) for row in rows for one in self.keys[row])
        far = _REACH * max(around) + 1000.0 * printed.unit
        near = 1e-6 * printed.unit
        sides = (Interval(near, far), Interval(-far, -near))
        return [hole for side in sides for hole in self._hole(rows, key, side)]

    def _hole(self, rows: Sequence[int], key: Hashable, side: Interval) -> list[Interval]:
        printed = self.printed[key]

        def fits(low: float, high: float) -> bool:
            wide = Printed("", 0.5 * (low + high), low, high, printed.decimals)
            return all(self.state(row, {key: wide}) in ("consistent", None) for row in rows)

        if not fits(side.low, side.high):
            return []
        close = max(0.05 * printed.unit, 1e-12 * max(abs(side.low), abs(side.high)))
        low, high = side.low, side.high
        while high - low > close:
            middle = 0.5 * (low + high)
            low, high = (low, middle) if fits(low, middle) else (middle, high)
        first, high = low, side.high
        while high - low > close:
            middle = 0.5 * (low + high)
            low, high = (middle, high) if fits(middle, high) else (low, middle)
        return [Interval(first, high)]


def key_of(operand: Operand) -> Hashable:
    """Return what tells a number from all others: its place and what it is."""
    entry = operand.entry
    return (entry.table, entry.row, entry.column, entry.role, entry.subject, entry.other, operand.part)


def _place(operand: Operand) -> tuple[int, int, int, int | str]:
    return (operand.entry.table, operand.entry.row, operand.entry.column, operand.part)
