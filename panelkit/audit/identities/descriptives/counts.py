"""Means of whole numbers are fractions with n below, and a dummy's deviation follows from its mean."""

from __future__ import annotations

import math
import re
from collections.abc import Iterator, Sequence

from panelkit.audit.entries import Entry, Table
from panelkit.audit.identities.descriptives.groups import groups_of, rows_of
from panelkit.audit.printed import Printed
from panelkit.audit.relations import Operand, Outcome, Reading, Relation, digits
from panelkit.audit.significance import state_of
from panelkit.kernels.intervals import Interval
from panelkit.language.message import message
from panelkit.language.offers import offered

SAYS = {
    "whole-means": message("n × mean of whole numbers = a whole number"),
    "dummy-deviation": message("sd of a dummy = sqrt(p (1 − p) n/(n − 1))"),
}

_DUMMY = re.compile(r"dummy|dummies|虚拟变量|哑变量|是否|0\s*[/-]\s*1|=\s*1\b|\bdid\b", re.IGNORECASE)
_COUNT = re.compile(r"number of|\bcounts?\b|个数|件数|次数|家数|户数\(户\)", re.IGNORECASE)


@offered("identity", "whole-means", family="descriptives", source="Brown and Heathers 2017 (GRIM)")
def whole_means(table: Table, reading: Reading) -> Iterator[Relation]:
    """Yield mean × n near a whole number, of dummies and of counts that the table calls so."""
    for group in groups_of(table):
        rows = rows_of(table, group)
        if "mean" in group and rows is not None and (_is_dummy(group) or _is_count(group)):
            yield Relation("whole-means", (Operand(group["mean"]), Operand(rows)), _whole)


@offered("identity", "dummy-deviation", family="descriptives", source="Heathers and Brown 2019 (DEBIT)")
def dummy_deviation(table: Table, reading: Reading) -> Iterator[Relation]:
    """Yield sd = sqrt(p (1 − p) n/(n − 1)), or without the factor, of dummies that the table calls so."""
    for group in groups_of(table):
        if "mean" in group and "sd" in group and _is_dummy(group):
            rows = rows_of(table, group)
            held = [group["mean"], group["sd"], *([rows] if rows is not None else [])]
            yield Relation("dummy-deviation", tuple(map(Operand, held)), _binary)


def _named(group: dict[str, Entry]) -> str:
    one = group["mean"]
    return f"{one.label} {one.subject} {one.heading}"


def _is_dummy(group: dict[str, Entry]) -> bool:
    """Return whether a variable is called a dummy and runs from 0 to 1; an index from 0 to 1 is none."""
    ends = group.get("minimum"), group.get("maximum")
    if (
        ends[0] is not None
        and ends[1] is not None
        and (ends[0].number.value, ends[1].number.value) != (0.0, 1.0)
    ):
        return False
    return bool(_DUMMY.search(_named(group)))


def _is_count(group: dict[str, Entry]) -> bool:
    """Return whether a variable is called a count, with whole ends that are printed without decimals."""
    ends = group.get("minimum"), group.get("maximum")
    whole = all(one is not None and one.number.value == round(one.number.value) for one in ends)
    return (
        whole
        and not re.search(r"\bln|\blog|对数|per |人均|rate|率", _named(group), re.IGNORECASE)
        and bool(_COUNT.search(_named(group)))
    )


def _whole(numbers: Sequence[Printed]) -> Outcome | None:
    mean, rows = numbers
    total = mean.truncated() * rows.value
    if total.width >= 1.0 or rows.value < 2.0:
        return None
    met = math.ceil(total.low - 1e-9) <= total.high + 1e-9
    why = None if met else message("no whole sum over so many values gives this mean")
    return Outcome(state_of(met, False), mean.text, f"n·mean = {total.low:.2f} … {total.high:.2f}", why)


def _binary(numbers: Sequence[Printed]) -> Outcome | None:
    mean, sd, *rows = numbers
    share = mean.interval
    if share.low < 0.0 or share.high > 1.0 or (rows and rows[0].value < 2.0):
        return None
    ends = [share.low * (1.0 - share.low), share.high * (1.0 - share.high), 0.25 * share.has(0.5)]
    plain = Interval(math.sqrt(min(ends[:2])), math.sqrt(max(ends)))
    factor = math.sqrt(rows[0].value / (rows[0].value - 1.0)) if rows else math.sqrt(10.0 / 9.0)
    either = [plain, plain * factor] if rows else [plain * Interval(1.0, factor)]
    met = any(one.meets(sd.interval) for one in either)
    why = None if met else message("the deviation of a dummy follows from its mean")
    return Outcome(state_of(met, False), sd.text, digits(either[-1], sd.decimals), why)
