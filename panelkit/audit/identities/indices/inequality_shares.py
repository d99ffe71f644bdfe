"""Contributions of the parts of an inequality index: each is its part over the whole, together they are all."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from panelkit.audit.beside import beside
from panelkit.audit.entries import Entry, Table
from panelkit.audit.relations import Operand, Outcome, Reading, Relation, digits
from panelkit.audit.weighing import CUT_OFF, Numbers, relation, weigh
from panelkit.kernels.intervals import Interval
from panelkit.language.message import message
from panelkit.language.offers import offered

SAYS = message("contribution = part / whole; contributions add up to 100 %")
_SHARES = ("share_within", "share_between", "share_transvariation")


@offered("identity", "inequality-shares", family="indices", source="Theil 1967; Dagum 1997")
def inequality_shares(table: Table, reading: Reading) -> Iterator[Relation]:
    """Yield shares that add up to 100 (or 1), and share = part / whole, for every row or column."""
    for within in table.of("share_within"):
        others = {role: beside(table, within, role) for role in _SHARES[1:]}
        held = {"share_within": within} | {role: one for role, one in others.items() if one is not None}
        scale = _scale(held)
        whole = _whole(table, within, "gini" if "share_transvariation" in held else "theil_total")
        if "share_between" in held and (whole is None or whole.role != "gini" or len(held) == 3):
            operands = {role: Operand(one) for role, one in held.items()}
            yield relation("inequality-shares", operands, _sum_of(scale), within.label)
        if whole is not None:
            yield from _parts(table, held, whole, scale)


def _whole(table: Table, within: Entry, role: str) -> Entry | None:
    other = "theil_total" if role == "gini" else "gini"
    return beside(table, within, role) or beside(table, within, other)


def _parts(table: Table, held: dict[str, Entry], whole: Entry, scale: float) -> Iterator[Relation]:
    family = whole.role.split("_")[0]
    for role, share in held.items():
        part = beside(table, share, role.replace("share", family))
        if part is not None:
            operands = {"share": Operand(share), "part": Operand(part), "whole": Operand(whole)}
            yield relation("inequality-shares", operands, _ratio_of(scale), share.label)


def _scale(held: dict[str, Entry]) -> float:
    """Return 100 where contributions are printed in per cent without the sign, 1 where with it or as fractions."""
    return 100.0 if sum(abs(one.number.value) for one in held.values()) > 2.0 else 1.0


def _sum_of(scale: float) -> Callable[[Numbers], Outcome]:
    def judge(numbers: Numbers) -> Outcome:
        found = sum((one.interval for one in numbers.values()), Interval.at(0.0))
        shown = digits(found, max(one.decimals for one in numbers.values()))
        if found.meets(scale):
            return Outcome("consistent", f"{scale:g}", shown)
        cut = sum((one.truncated() for one in numbers.values()), Interval.at(0.0)).has(scale)
        return Outcome("inconsistent", f"{scale:g}", shown, CUT_OFF if cut else None)

    return judge


def _ratio_of(scale: float) -> Callable[[Numbers], Outcome | None]:
    def judge(numbers: Numbers) -> Outcome | None:
        if numbers["whole"].interval.has(0.0):
            return None
        return weigh(numbers, "share", lambda held: scale * (held["part"] / held["whole"]))

    return judge
