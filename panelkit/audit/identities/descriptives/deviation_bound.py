"""A standard deviation is bounded by range and mean."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence

from panelkit.audit.entries import Table
from panelkit.audit.identities.descriptives.groups import bessel, groups_of, rows_of
from panelkit.audit.parts import positive
from panelkit.audit.printed import Printed
from panelkit.audit.relations import Operand, Outcome, Reading, Relation, digits
from panelkit.audit.significance import state_of
from panelkit.kernels.intervals import Interval
from panelkit.language.message import message
from panelkit.language.offers import offered

SAYS = message("sd² (n − 1)/n ≤ (maximum − mean)(mean − minimum)")


@offered("identity", "deviation-bound", family="descriptives", source="Bhatia and Davis 2000; Popoviciu 1935")
def deviation_bound(table: Table, reading: Reading) -> Iterator[Relation]:
    """Yield sd² (n − 1)/n ≤ (max − mean)(mean − min), and ≥ what the two ends alone give."""
    for group in groups_of(table):
        if not all(role in group for role in ("sd", "minimum", "maximum")):
            continue
        held = [group["sd"], group["minimum"], group["maximum"]]
        rows = rows_of(table, group)
        mean = group.get("mean")
        held += [one for one in (mean, rows) if one is not None]
        yield Relation(
            "deviation-bound",
            tuple(map(Operand, held)),
            _with_mean if mean is not None else _without_mean,
        )


def _with_mean(numbers: Sequence[Printed]) -> Outcome | None:
    sd, low, high, mean, *rows = numbers
    return _judge(sd, low, high, mean, rows[0] if rows else None)


def _without_mean(numbers: Sequence[Printed]) -> Outcome | None:
    sd, low, high, *rows = numbers
    return _judge(sd, low, high, None, rows[0] if rows else None)


def _judge(
    sd: Printed, low: Printed, high: Printed, mean: Printed | None, rows: Printed | None
) -> Outcome | None:
    """Return whether values within the range, with its ends among them, can have the deviation."""
    wide = positive(high.interval - low.interval)
    if wide is None or sd.high < 0.0:
        return None
    factor = bessel(rows)
    most = 0.5 * wide.high * math.sqrt(factor.high)
    least = 0.0
    if mean is not None:
        above, below = positive(high.interval - mean.interval), positive(mean.interval - low.interval)
        if above is None or below is None:
            return None
        most = min(most, math.sqrt(_product(above, below, wide) * factor.high))
        if rows is not None and rows.value > 2.0:
            least = math.sqrt((above.low**2 + below.low**2) / rows.value)
    met = sd.low <= most * (1.0 + 1e-9) and sd.high >= least * (1.0 - 1e-9)
    told = digits(Interval(min(least, most), most), sd.decimals)
    why = None if met else message("values in this range with this mean cannot deviate so much, or so little")
    return Outcome(state_of(met, False), sd.text, told, why)


def _product(above: Interval, below: Interval, wide: Interval) -> float:
    """Return the most that (max − mean)(mean − min) can be: no more than the range halved and squared."""
    return min(above.high * below.high, 0.25 * wide.high**2)
