"""What the columns of a part are: labels, remarks, figures; and what their headings say."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from panelkit.audit.layout.blocks import Part, is_running
from panelkit.audit.layout.grid import Cell
from panelkit.audit.layout.words import Heading, heading_of
from panelkit.audit.vocabulary.kinds import Kind
from panelkit.audit.vocabulary.marks import heads_dependents, is_numbered, is_year
from panelkit.audit.vocabulary.squeezed import squeezed


@dataclass(frozen=True)
class Column:
    """A column of figures: where it stands in its part and on the sheet, its headings from the top, what they say.

    `rest` are the headings that say nothing of the measure: the model. `group` is the first column of the same model.
    """

    index: int
    place: int
    pieces: tuple[str, ...]
    said: Heading
    rest: tuple[str, ...] = ()
    group: int = -1
    dependent: str = ""

    @property
    def heading(self) -> str:
        return " ".join(self.pieces)

    @property
    def own(self) -> str:
        """Return the lowest heading that is not a mere number, else the lowest."""
        named = [piece for piece in self.pieces if not is_numbered(piece)]
        return (named or self.pieces or ("",))[-1]


def label_columns(part: Part) -> list[int]:
    """Return the columns of a part that hold the headings of its rows: the first, and texts left of figures."""
    width = len(part.body[0]) if part.body else 0
    found = [0]
    for index in range(1, width):
        cells = [row[index] for row in part.body if row[index].shape not in ("blank", "mark", "stars")]
        texts = sum(cell.shape == "text" for cell in cells)
        heading = next((row[index].text for row in reversed(part.heads) if row[index].shape != "blank"), "")
        running = found[-1] == index - 1 and is_running(heading) and all(_whole(cell) for cell in cells)
        if (cells and 2 * texts > len(cells)) or (cells and running):
            found.append(index)
    last = max(
        (index for index in range(1, width) if _figures(part, index) and index not in found), default=0
    )
    return [index for index in found if index < last or index == 0]


def _whole(cell: Cell) -> bool:
    return cell.text.strip().strip("期").isdigit()


def _figures(part: Part, index: int) -> bool:
    return any(row[index].shape in ("value", "bracket") for row in part.body)


def columns_of(
    part: Part, labels: Sequence[int], headings: Sequence[Sequence[str]], kind: Kind
) -> list[Column]:
    """Return the columns of figures of a part, with the models to which they belong.

    `headings` are the rows of headings with the text of merged cells in all their places.
    """
    width = len(part.body[0]) if part.body else 0
    numbers = _counted(headings, labels)
    dependents = [heads_dependents(row[0]) for row in headings]
    found = []
    for index in range(width):
        if index in labels or not _figures(part, index):
            continue
        place = part.body[0][index].column
        stack = [(row[index].strip(), at) for at, row in enumerate(headings) if row[index].strip()]
        pieces = tuple(dict.fromkeys(text for text, _ in stack))
        said = heading_of(pieces, kind)
        rest = tuple(
            piece for piece in pieces if piece not in said.used and not (said.measure and piece in numbers)
        )
        dependent = next((text for text, at in stack if dependents[at]), "")
        found.append(Column(index, place, pieces, said, rest, place, dependent))
    return _grouped(_sure(found))


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
            beside = found[-1] if found and not column.pieces else None
            found.append(replace(column, group=beside.group if beside else column.place))
            continue
        key = (column.rest, said.measure, said.part)
        round_ = seen[key]
        seen[key] += 1
        group = first.setdefault((column.rest, round_), column.place)
        found.append(replace(column, group=group))
    return found


def spread_headings(part: Part, covered: Mapping[tuple[int, int], str]) -> list[list[str]]:
    """Return the rows of headings with every merged heading in all its places.

    `covered` holds the texts of cells that the sheet says are merged. In a row without any, a blank right of a
    heading belongs to it where another heading stands below the blank.
    """
    rows = [[cell.text for cell in row] for row in part.heads]
    for at, cells in enumerate(part.heads):
        known = [index for index, cell in enumerate(cells) if (cell.row, cell.column) in covered]
        for index in known:
            rows[at][index] = covered[cells[index].row, cells[index].column]
        if known:
            continue
        for index in range(2, len(cells)):
            below = any(line[index].text.strip() for line in part.heads[at + 1 :])
            left = rows[at][index - 1]
            if (
                not rows[at][index].strip()
                and left.strip()
                and below
                and not _of_labels(part, index - 1, left)
            ):
                rows[at][index] = left
    return rows


def _of_labels(part: Part, index: int, text: str) -> bool:
    """Return whether a heading stands over labels, not figures."""
    return squeezed(text) == squeezed(part.heads[0][0].text) or not (_figures(part, index) or is_year(text))
