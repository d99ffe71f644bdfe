"""The deviation of a dummy follows from its mean."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence

from panelkit.audit.entries import Table
from panelkit.audit.identities.descriptives.groups import groups_of, rows_of
from panelkit.audit.identities.descriptives.whole import is_dummy
from panelkit.audit.printed import Printed
from panelkit.audit.relations import Operand, Outcome, Reading, Relation, digits
from panelkit.audit.significance import state_of
from panelkit.kernels.intervals import Interval
from panelkit.language.message import message
from panelkit.language.offers import offered

SAYS = message("sd of a dummy = sqrt(p (1 − p) n/(n − 1))")
NEEDS = message("it asks for the mean and deviation of a variable that is called a dummy")


@offered("identity", "dummy-deviation", family="descriptives", source="Heathers and Brown 2019 (DEBIT)")
def dummy_deviation(table: Table, reading: Reading) -> Iterator[Relation]:
    """Yield sd = sqrt(p (1 − p) n/(n − 1)), or without the factor, of dummies that the table calls so."""
    for group in groups_of(table):
        if "mean" in group and "sd" in group and is_dummy(group):
            rows = rows_of(table, group)
            held = [group["mean"], group["sd"], *([rows] if rows is not None else [])]
            yield Relation("dummy-deviation", tuple(map(Operand, held)), _binary)


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
