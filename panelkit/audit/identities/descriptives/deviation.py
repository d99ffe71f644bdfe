"""Standard deviations against ranges, variances and coefficients of variation."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence

from panelkit.audit.entries import Table
from panelkit.audit.identities.descriptives.groups import bessel, groups_of, rows_of
from panelkit.audit.parts import positive
from panelkit.audit.printed import Printed
from panelkit.audit.relations import Operand, Outcome, Reading, Relation, compare, digits
from panelkit.audit.significance import state_of
from panelkit.kernels.intervals import Interval
from panelkit.language.message import message
from panelkit.language.offers import offered

SAYS = {
    "deviation-bound": message("sd² (n − 1)/n ≤ (maximum − mean)(mean − minimum)"),
    "deviation-sign": message("sd, variance ≥ 0"),
    "variance": message("variance = sd²"),
    "variation": message("coefficient of variation = sd / mean"),
}


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


@offered("identity", "deviation-sign", family="descriptives", source="by definition")
def deviation_sign(table: Table, reading: Reading) -> Iterator[Relation]:
    """Yield sd ≥ 0, and variance ≥ 0."""
    for one in table.of("sd", "variance"):
        yield Relation("deviation-sign", (Operand(one),), _not_negative)


@offered("identity", "variance", family="descriptives", source="by definition")
def variance(table: Table, reading: Reading) -> Iterator[Relation]:
    """Yield variance = sd²."""
    for group in groups_of(table):
        if "sd" in group and "variance" in group:
            yield Relation("variance", (Operand(group["sd"]), Operand(group["variance"])), _square)


@offered("identity", "variation", family="descriptives", source="by definition")
def variation(table: Table, reading: Reading) -> Iterator[Relation]:
    """Yield coefficient of variation = sd / mean, as a share or in per cent."""
    for group in groups_of(table):
        if all(role in group for role in ("sd", "mean", "cv")):
            yield Relation(
                "variation", tuple(Operand(group[role]) for role in ("mean", "sd", "cv")), _relative
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


def _not_negative(numbers: Sequence[Printed]) -> Outcome:
    met = numbers[0].high >= 0.0
    why = None if met else message("no deviation is negative")
    return Outcome(state_of(met, False), numbers[0].text, "≥ 0", why)


def _square(numbers: Sequence[Printed]) -> Outcome | None:
    sd, spread = numbers
    below = positive(sd.interval)
    if below is None:
        return None
    why = message("the variance is not the square of the standard deviation")
    return compare(spread, below.square(), why=why)


def _relative(numbers: Sequence[Printed]) -> Outcome | None:
    mean, sd, cv = numbers
    below = positive(sd.interval)
    if below is None or mean.interval.has(0.0):
        return None
    ratio = below / abs(mean.interval)
    share = (
        ratio
        if abs(ratio.middle - abs(cv.value)) <= abs(100.0 * ratio.middle - abs(cv.value))
        else ratio * 100.0
    )
    met = share.meets(abs(cv.interval))
    why = None if met else message("the coefficient of variation is not the deviation over the mean")
    return Outcome(state_of(met, False), cv.text, digits(share, cv.decimals), why)
