"""The rows of a part: their labels, and whether they go on with the row above."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from panelkit.audit.layout.blocks import Part
from panelkit.audit.layout.grid import Cell, texts_of
from panelkit.audit.printed import Printed
from panelkit.audit.vocabulary.marks import heads_ranks, heads_remarks, is_rank
from panelkit.audit.vocabulary.parts import part_of
from panelkit.audit.vocabulary.squeezed import squeezed


@dataclass(frozen=True)
class Row:
    """A row of a part: its own label, the labels above it in the columns left of it, its cells.

    `part` names what the row holds of the row above ("t" of "(t)" or "bracket" where it has no label of its own);
    `alone` is True where nothing stands beside the label; `estimated` where its numbers have stars and brackets,
    beside them or in a row without a label below, as those of regressors have; `ratios` where these brackets hold
    decimals that are no probabilities.
    """

    cells: tuple[Cell, ...]
    label: str
    above: tuple[str, ...]
    part: str
    alone: bool
    estimated: bool = False
    ratios: bool = False


class Labels:
    """Labels of rows in one or several columns; blanks in the columns left take what stands above them."""

    def __init__(self, part: Part, columns: Sequence[int]) -> None:
        heads = {
            c: next((line[c].text for line in reversed(part.heads) if line[c].text), "") for c in columns
        }
        asides = {
            c
            for c in columns
            if heads_remarks(heads[c])
            or (heads_ranks(heads[c]) and len(columns) > 1 and not _are_words(part, c))
        }
        self.ranks = {c: heads[c] for c in asides if is_rank(heads[c])}
        self.columns = [c for c in columns if c not in asides] or list(columns)
        self.all = frozenset(columns)
        self.last: dict[int, str] = {}

    def read(self, cells: Sequence[Cell], until: int | None = None) -> tuple[str, tuple[str, ...]]:
        """Return the label of a row and those above it; "" where the row has none of its own.

        `until`: only columns left of it (a figure between columns of labels is headed by those left of it).
        """
        columns = [c for c in self.columns if until is None or c < until]
        own = [c for c in columns if cells[c].shape != "blank"]
        for column in own:
            text = cells[column].text.strip()
            if text != self.last.get(column):
                for right in [c for c in self.columns if c > column]:
                    self.last.pop(right, None)
            self.last[column] = text
        if not own:
            return "", ()
        return self.last[own[-1]], tuple(self.last[c] for c in columns if c < own[-1] and c in self.last)


def _are_words(part: Part, column: int) -> bool:
    """Return whether a column holds words without digits: "Single", "Double" under "Number", not 1, 2 or X1, X2."""
    texts = [line[column].text for line in part.body if line[column].shape != "blank"]
    return all(re.fullmatch(r"[^\d]*?(?:[A-Za-z]{2}|[\u3400-\u9fff])[^\d]*", text) for text in texts)


def rows_of(part: Part, labels: Labels, figures: Sequence[int]) -> Iterator[Row]:
    """Yield the rows of a part with what they say of themselves."""
    previous = ""
    lines = [line for line in part.body if any(cell.shape != "blank" for cell in line)]
    for at, cells in enumerate(lines):
        label, above = labels.read(cells)
        shapes = {str(cells[index].shape) for index in figures} - {"blank"}
        if above and part_of(label) == "value":
            label, above = above[-1], above[:-1]
        if not label and "value" in shapes and at + 1 < len(lines):
            label = _centred(lines[at + 1], labels, figures, shapes)
        own = [cells[index] for index in figures]
        inside = _brackets(own, lines[at + 1] if at + 1 < len(lines) else (), labels, figures)
        estimated = bool(inside) and any(cell.held.stars for cell in own if cell.shape == "value")
        part_said = (
            _goes_on(label, previous, shapes, own, estimated)
            if at and (labels.columns or "value" not in shapes)
            else ""
        )
        texts = texts_of(cells)
        alone = len(texts) == 1 and "value" not in shapes and "bracket" not in shapes
        yield Row(
            tuple(cells),
            label,
            above,
            part_said,
            alone and bool(label or texts),
            estimated,
            any(map(_is_ratio, inside)),
        )
        if not part_said:
            previous = label


def _brackets(
    own: Sequence[Cell], below: Sequence[Cell], labels: Labels, figures: Sequence[int]
) -> list[Printed]:
    """Return the numbers in the brackets of a row, and in those of a row without a label below that holds no others."""
    bare = bool(below) and all(below[column].shape == "blank" for column in labels.columns)
    under = [below[index] for index in figures if below[index].shape != "blank"] if bare else []
    under = under if all(cell.shape == "bracket" for cell in under) else []
    cells = [*(cell for cell in own if cell.shape == "value"), *under]
    return [number for cell in cells for bracket in cell.held.brackets for number in bracket.numbers]


def _is_ratio(number: Printed) -> bool:
    return number.decimals > 0 and not 0.0 <= number.value <= 1.0


def _centred(cells: Sequence[Cell], labels: Labels, figures: Sequence[int], above: set[str]) -> str:
    """Return the label printed between a row of numbers and the brackets below it."""
    shapes = {cells[index].shape for index in figures} - {"blank"}
    own = [cells[c].text.strip() for c in labels.columns if cells[c].shape != "blank"]
    return (
        own[-1] if own and shapes == {"bracket"} and "bracket" not in above and not part_of(own[-1]) else ""
    )


def _goes_on(label: str, previous: str, shapes: set[str], cells: Sequence[Cell], estimated: bool) -> str:
    """Return the part of the row above that a row holds, "" where it is a row of its own.

    A row "P" whose numbers have stars or brackets, or are no probabilities, is a variable, and so is any other
    whose numbers have both.
    """
    if "value" not in shapes and "bracket" not in shapes:
        return ""
    named = part_of(label) if label else ""
    if named and named != "value" and not estimated and not _is_variable(label, named, cells):
        return named
    if not label or (squeezed(label) == squeezed(previous) and "value" not in shapes):
        return "bracket"
    return ""


def _is_variable(label: str, named: str, cells: Sequence[Cell]) -> bool:
    """Return whether a row that is called as a part is a variable of that name."""
    numbers = [cell.held for cell in cells if cell.shape == "value"]
    own = any(one.stars or one.brackets for one in numbers) and len(label.strip()) == 1
    out = named == "p" and any(
        one.number is not None and not 0.0 <= one.number.value <= 1.0 for one in numbers
    )
    return own or out
