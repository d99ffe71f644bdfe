"""What the columns of a part are: labels, remarks, figures; and what their headings say."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace

from panelkit.audit.layout.blocks import Part
from panelkit.audit.layout.places import holds_figures
from panelkit.audit.layout.words import Heading, heading_of
from panelkit.audit.vocabulary.kinds import Kind
from panelkit.audit.vocabulary.marks import (
    heads_dependents,
    is_numbered,
    is_summary,
    is_year,
)
from panelkit.audit.vocabulary.measures import Measure
from panelkit.audit.vocabulary.squeezed import squeezed
from panelkit.audit.vocabulary.statistics import statistic_of

_ESTIMATE = re.compile(r"(?:点)?估计(?:值|结果|量)?|(?:point)?estimates?(?:d?values?)?")


@dataclass(frozen=True)
class Column:
    """A column of figures: where it stands in its part and on the sheet, its headings from the top, what they say.

    `rest` are the headings that say nothing of the measure: the model. `group` is the first column of the same model;
    `joined`: a column without a heading that goes with the one left of it;
    `starred`: any of its numbers has stars.
    """

    index: int
    place: int
    pieces: tuple[str, ...]
    said: Heading
    rest: tuple[str, ...] = ()
    group: int = -1
    dependent: str = ""
    joined: bool = False
    starred: bool = False

    @property
    def heading(self) -> str:
        return " ".join(self.pieces)

    @property
    def own(self) -> str:
        """Return the lowest heading that is not a mere number, else the lowest."""
        named = [piece for piece in self.pieces if not is_numbered(piece)]
        return (named or self.pieces or ("",))[-1]


def columns_of(
    part: Part, labels: Sequence[int], headings: Sequence[Sequence[str]], kind: Kind
) -> list[Column]:
    """Return the columns of figures of a part, with the models to which they belong.

    `headings` are the rows of headings with the text of merged cells in all their places.
    """
    width = len(part.body[0]) if part.body else 0
    numbers = _counted(headings, labels)
    of_moran = any(statistic_of(text)[0] == "moran_expected" for row in headings for text in row)
    dependents = [heads_dependents(row[0]) for row in headings]
    found = []
    for index in range(width):
        if index in labels or not holds_figures(part, index):
            continue
        place = part.body[0][index].column
        stack = [(row[index].strip(), at) for at, row in enumerate(headings) if row[index].strip()]
        pieces = tuple(dict.fromkeys(text for text, _ in stack))
        said = heading_of(pieces, kind)
        if of_moran and pieces and pieces[-1] == "I":
            said = Heading(Measure("moran_i"), used=pieces[-1:])
        rest = tuple(
            piece for piece in pieces if piece not in said.used and not (said.measure and piece in numbers)
        )
        dependent = next((text for text, at in stack if dependents[at]), "")
        starred = any(row[index].shape == "value" and row[index].held.stars for row in part.body)
        found.append(Column(index, place, pieces, said, rest, place, dependent, starred=starred))
    found = _sure(found)
    if kind == "threshold":
        found = _estimated(found)
    return _grouped(_systems(found) if kind == "coupling" else found)


def _estimated(columns: list[Column]) -> list[Column]:
    """Return the columns of threshold tests: "Estimate" beside F and critical values is that of the threshold."""
    roles = {column.said.measure.role for column in columns if column.said.measure}
    if "threshold" in roles or not {"f", "critical"} <= roles:
        return columns
    said = Heading(Measure("threshold"))
    return [
        replace(one, said=replace(said, used=one.pieces), rest=())
        if one.said.measure is None and _ESTIMATE.fullmatch(squeezed(one.own))
        else one
        for one in columns
    ]


def _systems(columns: list[Column]) -> list[Column]:
    """Return the columns of a coupling table: those without a word left of C or D are the indices of its systems."""
    named = [at for at, column in enumerate(columns) if column.said.measure]
    free = [at for at in range(named[0] if named else 0) if not is_summary(columns[at].own)]
    if len(free) < 2 or any(is_year(columns[at].own) for at in free):
        return columns
    found = list(columns)
    for count, at in enumerate(free, 1):
        said = Heading(Measure("system_u", str(count)), used=columns[at].pieces)
        found[at] = replace(columns[at], said=said, rest=())
    return found


def _sure(columns: list[Column]) -> list[Column]:
    """Return the columns; "Total" beside East and West is a sample, no effect: it needs Direct and Indirect beside."""
    roles = {column.said.measure.role for column in columns if column.said.measure}
    if {"direct", "indirect"} <= roles:
        return columns
    return [
        column
        if column.said.sure
        else replace(column, said=replace(column.said, measure=None), rest=column.pieces)
        for column in columns
    ]


def _counted(headings: Sequence[Sequence[str]], labels: Sequence[int]) -> frozenset[str]:
    """Return the column numbers that stand over one column each: they part columns, not models."""
    found: set[str] = set()
    for row in headings:
        texts = [text.strip() for index, text in enumerate(row) if index not in labels and text.strip()]
        if texts and all(map(is_numbered, texts)) and max(Counter(texts).values()) == 1:
            found.update(texts)
    return frozenset(found)


def _grouped(columns: list[Column]) -> list[Column]:
    """Return the columns with their models: those that say a measure or a part go with their neighbours."""
    first: dict[tuple[tuple[str, ...], int], int] = {}
    seen: Counter[tuple[tuple[str, ...], object, str]] = Counter()
    found: list[Column] = []
    for column in columns:
        said = column.said
        if not said.measure and not said.part:
            found.append(_beside(column, found[-1] if found else None))
            continue
        if _is_other_end(column, found[-1] if found else None):
            found.append(replace(column, group=found[-1].group, joined=True))
            continue
        run = (
            (said.measure.other,)
            if said.measure and said.measure.role in ("direct", "indirect", "total")
            else ()
        )
        key = ((*column.rest, *run), said.measure, said.part)
        round_ = seen[key]
        seen[key] += 1
        group = first.setdefault((key[0], round_), column.place)
        found.append(replace(column, group=group))
    return found


def _is_other_end(column: Column, left: Column | None) -> bool:
    """Return whether a column is the second of two under one heading of an interval."""
    if left is None or left.joined or column.said.part != "ci":
        return False
    return left.said.part == "ci" and left.pieces == column.pieces


def _beside(column: Column, left: Column | None) -> Column:
    """Return a column without words: of the model left of it where it has no heading either, else of its own."""
    if left is None or column.pieces or not (left.pieces or left.joined):
        return column
    part = "ci" if left.said.part == "ci" else ""
    return replace(column, group=left.group, joined=True, said=Heading(left.said.measure, part))
