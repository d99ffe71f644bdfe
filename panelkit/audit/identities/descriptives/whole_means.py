"""Means of whole numbers are fractions with n below."""

from __future__ import annotations

import math
import re
from collections.abc import Iterator, Sequence

from panelkit.audit.entries import Entry, Table
from panelkit.audit.identities.descriptives.groups import groups_of, rows_of
from panelkit.audit.identities.descriptives.whole import is_dummy, named
from panelkit.audit.printed import Printed
from panelkit.audit.relations import Operand, Outcome, Reading, Relation
from panelkit.audit.significance import state_of
from panelkit.language.message import message
from panelkit.language.offers import offered

SAYS = message("n × mean of whole numbers = a whole number")
NEEDS = message("it asks for the mean and n of a variable that is called a count or a dummy")
_COUNT = re.compile(r"number of|\bcounts?\b|个数|件数|次数|家数|户数\(户\)", re.IGNORECASE)


@offered("identity", "whole-means", family="descriptives", source="Brown and Heathers 2017 (GRIM)")
def whole_means(table: Table, reading: Reading) -> Iterator[Relation]:
    """Yield mean × n near a whole number, of dummies and of counts that the table calls so."""
    for group in groups_of(table):
        rows = rows_of(table, group)
        if "mean" in group and rows is not None and (is_dummy(group) or _is_count(group)):
            yield Relation("whole-means", (Operand(group["mean"]), Operand(rows)), _whole)


def _is_count(group: dict[str, Entry]) -> bool:
    """Return whether a variable is called a count, with whole ends that are printed without decimals."""
    ends = group.get("minimum"), group.get("maximum")
    whole = all(one is not None and one.number.value == round(one.number.value) for one in ends)
    return (
        whole
        and not re.search(r"\bln|\blog|对数|per |人均|rate|率", named(group), re.IGNORECASE)
        and bool(_COUNT.search(named(group)))
    )


def _whole(numbers: Sequence[Printed]) -> Outcome | None:
    mean, rows = numbers
    total = mean.interval * rows.value
    if total.width >= 1.0 or rows.value < 2.0:
        return None
    met = math.ceil(total.low - 1e-9) <= total.high + 1e-9
    why = None if met else message("no whole sum over so many values gives this mean")
    return Outcome(state_of(met, False), mean.text, f"n·mean = {total.low:.2f} … {total.high:.2f}", why)
