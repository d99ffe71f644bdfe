"""Sobel's z from paths and their errors, in the variants that are in print."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator

from panelkit.audit.entries import Table
from panelkit.audit.errors_of import ErrorSource, error_source
from panelkit.audit.identities.mediation.paths import paths_of
from panelkit.audit.relations import Outcome, Reading, Relation, digits
from panelkit.audit.weighing import CUT_OFF, Numbers, relation
from panelkit.kernels.intervals import Interval
from panelkit.language.message import Message, message
from panelkit.language.offers import offered

SAYS = message("Sobel z = a b / √(b² se(a)² + a² se(b)²), Aroian + se(a)² se(b)², Goodman - se(a)² se(b)²")
_VARIANTS: tuple[tuple[float, Message | None], ...] = (
    (0.0, None),
    (1.0, message("it is the variant of Aroian")),
    (-1.0, message("it is the variant of Goodman")),
)


@offered("identity", "sobel-z", family="mediation", source="Sobel 1982; Aroian 1947; Goodman 1960")
def sobel_z(table: Table, reading: Reading) -> Iterator[Relation]:
    """Yield z = t_a t_b / sqrt(t_a^2 + t_b^2 + k), k = 0 (Sobel), 1 (Aroian) or -1 (Goodman)."""
    for paths in paths_of(table):
        if not paths.has("a", "b", "sobel"):
            continue
        sources = {name: error_source(paths.entries[name], reading) for name in ("a", "b")}
        held = {name: source for name, source in sources.items() if source is not None}
        if len(held) == 2:
            operands = paths.operands("a", "b", "sobel")
            operands |= {f"error {name}": source.operand for name, source in held.items()}
            yield relation("sobel-z", operands, _judge_of(held), paths.entries["a"].subject)


def _judge_of(sources: dict[str, ErrorSource]) -> Callable[[Numbers], Outcome | None]:
    def judge(numbers: Numbers) -> Outcome | None:
        printed = numbers["sobel"]
        size = abs(printed.interval)
        first, second = (
            sources[name].ratio(numbers[f"error {name}"], numbers[name].interval) for name in ("a", "b")
        )
        due = [(_z(first, second, extra), why) for extra, why in _VARIANTS]
        product = numbers["a"].interval * numbers["b"].interval
        turned = printed.high < 0.0 < product.low
        for z, why in due:
            if not turned and z.meets(size):
                return Outcome("consistent", printed.text, digits(z, printed.decimals), why)
        z = Interval(min(one.low for one, _ in due), max(one.high for one, _ in due))
        shown = digits(z, printed.decimals)
        if turned:
            return Outcome("inconsistent", printed.text, shown, message("z has not the sign of a × b"))
        if z.widened(printed.unit).meets(size):
            return Outcome("inconsistent", printed.text, shown, CUT_OFF)
        if (size.low > 1.96 and z.high < 1.0) or (z.low > 4.0 and size.high < 1.645):
            why = message("the printed z and the paths do not agree on whether the effect differs from zero")
            return Outcome("decision", printed.text, shown, why)
        why = message("it need not hold where z was made with other errors than are printed")
        return Outcome("inconsistent", printed.text, shown, why)

    return judge


def _z(first: Interval, second: Interval, extra: float) -> Interval:
    """Return |z| over all |t| of the paths; in each it rises, or (Goodman's beside a |t| below 1) falls."""

    def z(one: float, other: float) -> float:
        if math.isinf(one) or math.isinf(other):
            return min(one, other)
        square = one**2 + other**2 + extra
        return one * other / math.sqrt(square) if square > 0.0 else math.inf if one * other > 0.0 else 0.0

    ends = [z(one, other) for one in (first.low, first.high) for other in (second.low, second.high)]
    return Interval(min(ends), max(ends))
