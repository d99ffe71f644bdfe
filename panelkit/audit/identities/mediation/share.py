"""The share of an effect that a mediator carries."""

from __future__ import annotations

from collections.abc import Iterator

from panelkit.audit.entries import Table
from panelkit.audit.identities.mediation.paths import paths_of
from panelkit.audit.printed import Printed
from panelkit.audit.relations import Outcome, Reading, Relation, digits
from panelkit.audit.weighing import Intervals, Numbers, relation
from panelkit.kernels.intervals import EVERYTHING, Interval
from panelkit.language.message import message
from panelkit.language.offers import offered

SAYS = message("mediated share = a b / c (or a b / c', or a b / (c' + a b)), as a fraction or in %")


@offered(
    "identity",
    "mediated-share",
    family="mediation",
    source="MacKinnon, Warsi and Dwyer 1995; Wen and Ye 2014",
)
def mediated_share(table: Table, reading: Reading) -> Iterator[Relation]:
    """Yield share = ab / c, as Wen and Ye's |ab / c'| or as indirect over total, in % or not."""
    for paths in paths_of(table):
        enough = paths.has("indirect") or paths.has("a", "b")
        if paths.has("share") and enough and (paths.has("c") or paths.has("direct")):
            operands = paths.operands("a", "b", "c", "direct", "indirect", "share")
            yield relation("mediated-share", operands, _judge, paths.entries["share"].subject)


def _judge(numbers: Numbers) -> Outcome | None:
    printed = numbers["share"]
    candidates = list(_candidates({name: one.interval for name, one in numbers.items()}))
    for one in candidates:
        for share in (one, one * 100.0):
            if one != EVERYTHING and _said(printed, share):
                return Outcome("consistent", printed.text, digits(share, printed.decimals))
    if not candidates or EVERYTHING in candidates:
        return None
    scale = 1.0 if "%" in printed.text or printed.high <= 1.0 else 100.0
    why = message("no ratio in use (a b / c, a b / c', 1 - c' / c) gives this share")
    return Outcome("inconsistent", printed.text, digits(candidates[0] * scale, printed.decimals), why)


def _said(printed: Printed, share: Interval) -> bool:
    """Return whether a share is what is printed; a positive print may be the size of a negative share."""
    return share.meets(printed.interval) or (printed.low >= 0.0 and abs(share).meets(printed.interval))


def _candidates(held: Intervals) -> Iterator[Interval]:
    """Yield the shares that are in use; numbers that stand twice are put so that each counts once."""
    carried = [held["indirect"]] if "indirect" in held else []
    carried += [held["a"] * held["b"]] if "a" in held and "b" in held else []
    for one in carried:
        if "c" in held:
            yield one / held["c"]
        if "direct" in held:
            yield one / held["direct"]
            yield _part_of_sum(one, held["direct"])
    if "c" in held and "direct" in held:
        yield 1.0 - held["direct"] / held["c"]


def _part_of_sum(one: Interval, other: Interval) -> Interval:
    """Return one / (one + other), each standing once: 1 / (1 + other / one)."""
    return 1.0 / (1.0 + other / one)
