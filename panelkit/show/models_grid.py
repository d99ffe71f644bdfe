"""Fits side by side as a grid: terms, equations as panels, facts and notes below; groups of fits below each other."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from panelkit.language.errors import StyleError
from panelkit.language.message import Language, message
from panelkit.language.spelt import option
from panelkit.show.chosen_terms import chosen_keys, keys_of
from panelkit.show.fact_rows import fact_rows
from panelkit.show.grid import INDENT, Row, TableGrid, note_tuple
from panelkit.show.labels import Labels
from panelkit.show.model_columns import Column, Key, columns_of
from panelkit.show.table_notes import standard_notes
from panelkit.show.table_style import TableStyle
from panelkit.show.term_names import part_label, split_outside, term_label
from panelkit.show.words import equation_word, word

Panels = Mapping[str, Sequence[Any]]


def models_grid(
    models: Sequence[Any] = (), *, panels: Panels | None = None, language: Language = "en", **style: Any
) -> TableGrid:
    """Return fits side by side: terms in first-seen order, equations as panels, facts below.

    `models` are results with maketables attributes (or anything maketables can read); `panels` maps headings to such
    lists, which stand below each other. `style` are the options of `TableStyle`.

    Raises
    ------
    StyleError
        If there is no model, or an option does not fit the models.
    """
    chosen = TableStyle(**style)
    word("notes", language)
    groups = _groups(models, panels)
    held = {
        head: columns_of(group, _named(chosen, group, groups), language) for head, group in groups.items()
    }
    if chosen.equations == "columns" and not any(column.spread for own in held.values() for column in own):
        raise StyleError(
            message(
                "{equations} puts equations that share terms side by side (main and wx; direct, indirect "
                "and total), and no model has such: leave it out",
                equations=option("equations", "columns"),
            )
        )
    width = max(map(len, held.values()))
    header, own = _header(held, width, chosen)
    blocks: list[tuple[Row, ...]] = []
    facts = {head: _padded(fact_rows(columns, chosen, language), width) for head, columns in held.items()}
    shared = _shared(list(facts.values()))
    known = keys_of(column for columns in held.values() for column in columns)
    for head, columns in held.items():
        heading = [Row(label=head, cells=("",) * width, heading=True)] if panels else []
        blocks.append((*heading, *own[head], *_padded(_body(columns, known, chosen, language), width)))
        blocks.append(tuple(row for row in facts[head] if row not in shared))
    blocks.append(tuple(shared))
    _refuse_unmet(held, known, chosen, language)
    return TableGrid(
        header=header,
        spans=_spans(chosen.column_groups, width),
        blocks=tuple(block for block in blocks if block),
        notes=(*_notes(held, chosen, language), *note_tuple(chosen.notes)),
        caption=chosen.caption,
        label=chosen.label,
        language=language,
        align=chosen.align,
    )


def _named(style: TableStyle, group: Sequence[Any], groups: Mapping[str, Sequence[Any]]) -> TableStyle:
    """Return the style with the names of the first columns, where a panel has fewer models than the widest."""
    if style.names is None or len(style.names) != max(map(len, groups.values())):
        return style
    return replace(style, names=style.names[: len(group)])


def _groups(models: Sequence[Any], panels: Panels | None) -> dict[str, list[Any]]:
    """Return lists of models under their headings; one list has none."""
    given = [models] if hasattr(models, "__maketables_coef_table__") else list(models)
    if panels is None:
        panels = {"": given}
    elif given:
        raise StyleError(
            message(
                "give models, or {panels} with models under each heading, not both",
                panels=option("panels", flag="--panel"),
            )
        )
    elif not isinstance(panels, Mapping):
        raise StyleError(
            message(
                "{panels_option} maps headings to lists of models, {{'A: East': [fit]}}, not {panels!r}",
                panels_option=option("panels", flag="--panel"),
                panels=panels,
            )
        )
    found = {
        str(head): [group] if hasattr(group, "__maketables_coef_table__") else list(group)
        for head, group in panels.items()
    }
    if not found or not all(found.values()):
        raise StyleError(message("a table needs at least one model"))
    return found


def _header(
    held: Mapping[str, Sequence[Column]], width: int, style: TableStyle
) -> tuple[tuple[str, ...], dict[str, list[Row]]]:
    """Return the heads of the columns, and the lines of heads that differ between panels as rows of each."""
    labels = style.labels or {}
    lines: dict[str, list[tuple[str, ...]]] = {
        head: [
            (*column.heads, *([labels.get(column.outcome, column.outcome)] if _shows_outcome(column) else ()))
            for column in columns
        ]
        for head, columns in held.items()
    }
    widest = max(lines.values(), key=len)
    alike = all(own == widest[: len(own)] for own in lines.values())
    shown = widest if alike else [()] * width
    header = [tuple(filter(None, (f"({i + 1})", *parts))) for i, parts in enumerate(shown)]
    deepest = max(map(len, header))
    cells = tuple("\n".join((*parts, *[""] * (deepest - len(parts)))) for parts in header)
    own = {head: [] if alike else _head_rows(parts, width) for head, parts in lines.items()}
    return cells, own


def _shows_outcome(column: Column) -> bool:
    return bool(column.outcome) and not column.spread


def _head_rows(parts: Sequence[tuple[str, ...]], width: int) -> list[Row]:
    deepest = max(map(len, parts))
    padded = [(*part, *[""] * (deepest - len(part))) for part in parts]
    rows = tuple(Row(label="", cells=tuple(part[i] for part in padded)) for i in range(deepest))
    return list(_padded(rows, width))


def _padded(rows: Sequence[Row], width: int) -> tuple[Row, ...]:
    return tuple(replace(row, cells=(*row.cells, *[""] * (width - len(row.cells)))) for row in rows)


def _shared(facts: Sequence[tuple[Row, ...]]) -> list[Row]:
    """Return the rows of facts that several panels have alike, which then stand once, below the last."""
    if len(facts) < 2:
        return []
    return [row for row in facts[0] if all(row in other for other in facts[1:])]


def _spans(groups: Mapping[str, Sequence[int]], width: int) -> tuple[tuple[str, int], ...]:
    """Return heads over columns with their widths, an empty head over columns of no group.

    Raises
    ------
    StyleError
        If a group names columns that are not there, not beside each other, or of another group.
    """
    if not groups:
        return ()
    heads = [""] * width
    for head, columns in groups.items():
        first, last = (min(columns), max(columns)) if columns else (0, 0)
        right = list(columns) == list(range(first, last + 1)) and first >= 1 and last <= width
        if not right or any(heads[first - 1 : last]):
            raise StyleError(
                message(
                    "{column_groups} {head!r} is over {columns}: name neighbouring columns, 1 to {width}, each once",
                    column_groups=option("column_groups", flag="--column-group"),
                    head=head,
                    columns=list(columns),
                    width=width,
                )
            )
        heads[first - 1 : last] = [head] * (last - first + 1)
    spans: list[tuple[str, int]] = []
    for head in heads:
        if spans and spans[-1][0] == head:
            spans[-1] = (head, spans[-1][1] + 1)
        else:
            spans.append((head, 1))
    return tuple(spans)


def _body(
    columns: Sequence[Column], known: list[Key], style: TableStyle, language: Language
) -> tuple[Row, ...]:
    labels = style.labels or {}
    blank = ("",) * (1 + len(style.seconds))
    keys = chosen_keys(columns, known, style, language)
    rows: list[Row] = []
    for equation in dict.fromkeys(equation for equation, _ in keys):
        if equation:
            name = labels.get(equation) or equation_word(equation, language)
            rows.append(Row(label=name, cells=("",) * len(columns)))
        for key in [key for key in keys if key[0] == equation]:
            held = [column.cells.get(key, blank) for column in columns]
            name = term_label(*key, labels, language)
            for line in range(1 + len(style.seconds)):
                cells = tuple(cell[line] for cell in held)
                label = (INDENT + name if equation else name) if line == 0 else ""
                rows.append(Row(label=label, cells=cells))
    return tuple(rows)


def _refuse_unmet(
    held: Mapping[str, Sequence[Column]], known: Sequence[Key], style: TableStyle, language: Language
) -> None:
    """Refuse labels that were asked for and meet no term, outcome or fact, those that are left out counted."""
    labels = style.labels
    if not isinstance(labels, Labels):
        return
    columns = [column for group in held.values() for column in group]
    for equation, term in known:
        term_label(equation, term, labels, language)
        labels.get(term)
        for part in split_outside(term, ":"):
            part_label(part, labels, language)
    for name in (name for column in columns for name in (*column.facts, "unit_effects", "time_effects")):
        labels.get(name)
    labels.refuse_unmet([*(str(term) for _, term in known), *(column.outcome for column in columns)])


def _notes(held: Mapping[str, Sequence[Column]], style: TableStyle, language: Language) -> list[str]:
    columns: list[Column] = []
    marks: list[str] = []
    for at, (head, group) in enumerate(held.items()):
        panel = re.split("[:：]", head, maxsplit=1)[0].strip()
        columns += [replace(column, of=column.of + 1000 * at) for column in group]
        marks += [f"{panel} ({i + 1})".strip() for i in range(len(group))]
    return standard_notes(columns, marks, style, language)
