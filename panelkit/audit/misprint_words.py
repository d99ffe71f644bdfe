"""A misprint in words: where, what is printed, what would fit, which slip it would be."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import groupby
from typing import Any

from panelkit.audit.findings import in_table, where
from panelkit.audit.repair import Misprint
from panelkit.language.message import Language, Message, counted, message


def said_of(one: Misprint) -> Message:
    """Return a misprint as a sentence."""
    place = where([one.operand])
    if one.partner is not None:
        return message(
            "{place}: {printed} exchanged with {other} ({kind})",
            place=place,
            printed=one.printed,
            other=where([one.partner]),
            kind=one.kind,
        )
    if one.operand.part == "stars":
        return message(
            "{place}: stars {would} instead of {printed} ({kind})",
            place=place,
            printed=one.printed or message("none"),
            would=[stars or message("none") for stars in one.would_be.split(", ")],
            kind=one.kind,
        )
    return message(
        "{place}: {would} instead of {printed} ({kind})",
        place=place,
        printed=one.printed,
        would=one.would_be,
        kind=one.kind,
    )


def record_of(one: Misprint, language: Language) -> dict[str, Any]:
    """Return a misprint as plain values for JSON; misprints of one `group` are alternatives."""
    return {
        "table": one.operand.entry.table + 1,
        "where": where([one.operand]),
        "printed": one.printed,
        "would_be": one.would_be,
        "repairs": one.repairs,
        "of": one.of,
        "group": one.group,
        "kind": one.kind.text(language),
        "said": said_of(one).text(language),
    }


def reconciling(found: Sequence[Misprint], tables: int = 1) -> list[tuple[Message, list[Message]]]:
    """Return, for each group of alternatives, what any one of them would do, and the misprints.

    Of several `tables`, each misprint names its own.
    """
    held: list[tuple[Message, list[Message]]] = []
    for _, several in groupby(found, key=lambda one: one.group):
        group = list(several)
        told = [said_of(one) for one in group]
        if tables > 1:
            told = [in_table((one.operand,), said) for one, said in zip(group, told, strict=True)]
        held.append((_would_do(len(group), group[0].repairs, group[0].of), told))
    return held


def _would_do(n: int, rows: int, of: int) -> Message:
    """Return how many of the rows that fail any one of n misprints would reconcile."""
    if rows == of == 1:
        return counted(
            "one misprint would reconcile the row that cannot be true as printed",
            "any one of {n} misprints would reconcile the row that cannot be true as printed",
            n=n,
        )
    if rows == of:
        return counted(
            "one misprint would reconcile all {of} rows that cannot all be true as printed",
            "any one of {n} misprints would reconcile all {of} rows that cannot all be true as printed",
            n=n,
            of=of,
        )
    if n == 1:
        return message(
            "one misprint would reconcile {rows} of the {of} rows that cannot all be true as printed",
            n=n,
            rows=rows,
            of=of,
        )
    return message(
        "any one of {n} misprints would reconcile {rows} of the {of} rows that cannot all be true as printed",
        n=n,
        rows=rows,
        of=of,
    )
