"""The numbers of one mediation: listed under their names, or spread over the columns of stepwise regressions."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from panelkit.audit.beside import beside
from panelkit.audit.entries import Entry, Table
from panelkit.audit.relations import Operand
from panelkit.audit.weighing import stars

ROLES = {
    "a": "path_a",
    "b": "path_b",
    "c": "total_effect",
    "direct": "direct_effect",
    "indirect": "indirect_effect",
    "share": "mediated_share",
    "direct share": "direct_share",
    "sobel": "sobel",
}
_EFFECTS = {"a", "b", "c", "direct", "indirect"}
_ANCHORS = ("indirect_effect", "path_a", "path_b", "sobel", "mediated_share", "direct_effect")
_NUMBERED = re.compile(r"^\s*[(（\[]?\s*\d+\s*[)）\]]?\s*[.:：]?\s*|\s*[(（\[]\s*\d+\s*[)）\]]\s*$")
_OVER_ALL = re.compile(r"^.*?\s(?=[(（\[]\s*\d+\s*[)）\]]\s*\S)")
"""A heading over all columns, above the number of one and its outcome: "Explained (1) Y"."""


@dataclass(frozen=True)
class Paths:
    """The printed numbers of one mediation by name (a, b, c, direct, indirect, share, sobel), those that are printed.

    `one_sample`: whether the numbers of observations say that all come from one sample; None where they are not
    printed.
    """

    entries: Mapping[str, Entry]
    one_sample: bool | None

    def has(self, *names: str) -> bool:
        return all(name in self.entries for name in names)

    @property
    def together(self) -> bool:
        """Return whether all stand in one column or one row, as a list of effects does."""
        held = self.entries.values()
        return len({one.column for one in held}) == 1 or len({one.row for one in held}) == 1

    def operands(self, *names: str) -> dict[str, Operand | None]:
        """Return operands of the names that are printed, each with its stars."""
        held = {name: Operand(self.entries[name]) for name in names if name in self.entries}
        return {**held, **{f"stars {name}": stars(one) for name, one in held.items()}}


def paths_of(table: Table) -> Iterator[Paths]:
    """Yield the mediations of a table."""
    listed = [one for one in _listed(table) if len(one.keys() & _EFFECTS) > 1]
    for found in listed or [_with_tests(table, one) for one in _stepwise(table)]:
        yield _with_sample(table, found)


def _listed(table: Table) -> Iterator[dict[str, Entry]]:
    """Yield mediations printed under the names of their parts: one for each entry of the part printed most often."""
    counts = {role: len(table.of(role)) for role in _ANCHORS}
    anchor = max(counts, key=lambda role: counts[role])
    for place, entry in enumerate(table.of(anchor)):
        found = {name: _one_of(table, entry, role, place) for name, role in ROLES.items()}
        yield {name: one for name, one in found.items() if one is not None}


def _one_of(table: Table, anchor: Entry, role: str, place: int) -> Entry | None:
    """Return the entry of a role that goes with an anchor: beside it, the only one, or the one of the same order."""
    if role == anchor.role:
        return anchor
    near, found = beside(table, anchor, role), table.of(role)
    if near is not None:
        return near
    if len(found) == len(table.of(anchor.role)):
        return found[place]
    return found[0] if len(found) == 1 and role == "total_effect" else None


def _stepwise(table: Table) -> Iterator[dict[str, Entry]]:
    """Yield mediations of regression columns whose headings are outcomes.

    The mediator is a regressor in one column and the outcome of another; the cause is a regressor in both, and in a
    third column with the outcome of the first and without the mediator.
    """
    held = table.of("coefficient")
    heads = {one.column: _name(one.heading) for one in held}
    for b in held:
        mediator, outcome = _name(b.subject), heads[b.column]
        firsts = [column for column, head in heads.items() if head == mediator and column != b.column]
        if not mediator or not outcome or len(firsts) != 1 or outcome == mediator:
            continue
        for direct in (one for one in held if one.column == b.column and one is not b):
            found = _completed(held, heads, direct, b, firsts[0])
            if found is not None:
                yield found
                break


def _completed(
    held: tuple[Entry, ...], heads: Mapping[int, str], direct: Entry, b: Entry, first: int
) -> dict[str, Entry] | None:
    """Return the mediation of a cause through b, None where the cause has no path a."""
    a = [one for one in held if one.column == first and one.subject == direct.subject]
    with_mediator = {one.column for one in held if one.subject == b.subject}
    c = [
        one
        for one in held
        if one.subject == direct.subject
        and heads[one.column] == heads[b.column]
        and one.column not in with_mediator
    ]
    if len(a) != 1:
        return None
    found = {"a": a[0], "b": b, "direct": direct}
    return {**found, "c": c[0]} if len(c) == 1 else found


def _with_tests(table: Table, found: dict[str, Entry]) -> dict[str, Entry]:
    """Return stepwise paths with the share, the product and Sobel's z beside b, or the only ones of the table."""
    more = {name: beside(table, found["b"], ROLES[name]) for name in ("indirect", "share", "sobel")}
    for name, one in more.items():
        alone = table.of(ROLES[name])
        chosen = one or (alone[0] if len(alone) == 1 else None)
        if chosen is not None:
            found[name] = chosen
    return found


def _with_sample(table: Table, found: dict[str, Entry]) -> Paths:
    columns = {found[name].column for name in ("a", "b", "c", "direct") if name in found}
    counts = {one.column: one.number.value for one in table.of("nobs") if one.column in columns}
    if len(columns) > 1 and set(counts) == columns:
        return Paths(found, len(set(counts.values())) == 1)
    return Paths(found, None)


def _name(text: str) -> str:
    """Return a heading without its number: "(2) lnRD", "lnRD (2)" and "lnRD" are one."""
    return _NUMBERED.sub("", _OVER_ALL.sub("", text)).strip().casefold()
