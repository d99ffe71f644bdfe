"""The standard error of an entry, whatever its brackets hold under a reading: itself, a t or a p-value."""

from __future__ import annotations

import math
from dataclasses import dataclass

from scipy.special import ndtri, stdtrit

from panelkit.audit.entries import Entry
from panelkit.audit.printed import Printed
from panelkit.audit.relations import Operand, Reading
from panelkit.kernels.intervals import Interval

_FEWEST_DEGREES = 10.0


@dataclass(frozen=True)
class ErrorSource:
    """Where the error of an entry is printed, and as what: "se", "t", "z" or "p"."""

    operand: Operand
    kind: str

    def error(self, printed: Printed, estimate: Interval) -> Interval:
        """Return all standard errors that the printed number allows, beside an estimate."""
        size = abs(estimate)
        if self.kind == "se":
            return Interval(max(printed.low, 0.0), max(printed.high, 0.0))
        if self.kind == "p":
            return size / _z_of(printed.interval)
        return size / abs(printed.interval)

    def ratio(self, printed: Printed, estimate: Interval) -> Interval:
        """Return all |estimate / standard error| that the printed number allows."""
        if self.kind == "se":
            return abs(estimate) / Interval(max(printed.low, 0.0), max(printed.high, 0.0))
        return _z_of(printed.interval) if self.kind == "p" else abs(printed.interval)


def error_source(entry: Entry, reading: Reading) -> ErrorSource | None:
    """Return where the error of an entry is printed under a reading, None where it is not."""
    for kind in ("se", "t", "z", "p"):
        place = entry.part(kind)
        if place is not None:
            return ErrorSource(Operand(entry, place), kind)
    place = entry.part("bracket")
    if place is None or reading.brackets is None:
        return None
    return ErrorSource(Operand(entry, place), reading.brackets)


def _z_of(p: Interval) -> Interval:
    """Return |t| of two-sided p-values, from the normal law to t with ten degrees of freedom: nobody says which."""
    low, high = (min(max(end, 0.0), 1.0) for end in (p.low, p.high))
    most = -float(stdtrit(_FEWEST_DEGREES, low / 2.0)) if low > 0.0 else math.inf
    return Interval(max(-float(ndtri(high / 2.0)), 0.0), most)
