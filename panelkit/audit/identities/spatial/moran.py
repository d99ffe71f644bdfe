"""The z of a printed Moran's I: attached to it, printed in its place, or from its expectation and deviation."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from panelkit.audit.beside import beside
from panelkit.audit.entries import Entry, Table
from panelkit.audit.parts import operand
from panelkit.audit.printed import Printed
from panelkit.audit.relations import Operand, Reading
from panelkit.audit.significance import blurred, p_of
from panelkit.kernels.intervals import Interval

_LEAST = 10.0  # the fewest units that an expectation -1 / (n - 1) is allowed for where none is printed
_PERMUTATIONS = 999.0  # as is usual
_FLOOR = 0.01  # the p of the largest z among 99 permutations, the fewest
Ratio = Callable[[Sequence[Printed]], Interval | None]


def deviation_of(table: Table, entry: Entry, reading: Reading) -> tuple[tuple[Operand, ...], Ratio] | None:
    """Return the operands of (I - E) / sd and its function; an E not printed is -1 / (n - 1) of ten units or more."""
    error = operand(entry, reading, "se")
    if error is None:
        return None
    expected = beside(table, entry, "moran_expected", entry.subject)
    operands = (Operand(entry), error, *([Operand(expected)] if expected is not None else []))

    def ratio(numbers: Sequence[Printed]) -> Interval | None:
        index, deviation, *mean = numbers
        if deviation.low <= 0.0:
            return None
        return (
            index.interval - (mean[0].interval if mean else Interval(-1.0 / _LEAST, 0.0))
        ) / deviation.interval

    return operands, ratio


def z_of(table: Table, entry: Entry, reading: Reading) -> tuple[tuple[Operand, ...], Ratio] | None:
    """Return where the z of a Moran's I stands, and its function; None where there is none.

    A "Moran's I" above one is the z that spatial diagnostics print under this name.
    """
    printed = operand(entry, reading, "z", "t")
    if printed is not None:
        return (printed,), lambda numbers: numbers[0].interval
    if entry.number.low > 1.0:
        return (Operand(entry),), lambda numbers: numbers[0].interval
    return deviation_of(table, entry, reading)


def p_due(z: Interval, draws: float | None) -> Interval:
    """Return the p-values that a z of Moran's I allows: of one side or two, normal or of permutations."""
    two = p_of(z, Interval.at(float("inf")))
    held = blurred(Interval(0.5 * two.low, two.high), draws or _PERMUTATIONS)
    return Interval(held.low, max(held.high, _FLOOR))
