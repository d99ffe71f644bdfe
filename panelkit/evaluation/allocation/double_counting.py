"""No yuan stands in two links: what the links spend, column by column."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping

from panelkit.formula.grammar import parse_expression
from panelkit.formula.tree import Chain, Negate, Node, columns_of
from panelkit.language.errors import SpecError
from panelkit.language.message import message


def refuse_counted_twice(spending: Mapping[str, str]) -> None:
    """Refuse spending that is added in two links and taken off in none.

    Raises
    ------
    SpecError
        Naming the columns, and the links that spend them.
    """
    counts: dict[Node, int] = defaultdict(int)
    links: dict[Node, list[str]] = defaultdict(list)
    for link, text in spending.items():
        for sign, part in _summands(parse_expression(text).node, 1):
            counts[part] += sign
            if sign > 0:
                links[part].append(link)
    told = [
        message("{column} ({links})", column=" ".join(columns_of(part)), links=links[part])
        for part, count in counts.items()
        if count > 1
    ]
    if told:
        raise SpecError(
            message(
                "spending that stands in two links: {columns}. A yuan is spent once: leave one of these links out, or "
                'write the other as the rest, "output ~ all - part"',
                columns=told,
            )
        )


def _summands(node: Node, sign: int) -> Iterator[tuple[int, Node]]:
    """Return what a sum adds (1) and takes off (-1)."""
    match node:
        case Negate(operand):
            yield from _summands(operand, -sign)
        case Chain(first, rest) if rest[0][0] in "+-":
            yield from _summands(first, sign)
            for operator, part in rest:
                yield from _summands(part, sign if operator == "+" else -sign)
        case _:
            yield sign, node
