"""A printed table laid out as a grid and written as csv, tabs, aligned text, markdown, tex or html; or read at once."""

from __future__ import annotations

import csv
import html
import io
import unicodedata

from benchmarks.synthetic.style import ENDED, Place, Printout, note_of
from benchmarks.synthetic.true import Line, TrueTable
from panelkit.audit.entries import Attached, Entry, Facts, Meaning, Table
from panelkit.audit.printed import Printed, read_number

Grid = list[list[str]]
SECTIONED = ("durbin", "long run", "dynamic durbin")
ONE_FIT = (
    ("se", ("Std. err.", "标准误")),
    ("t", ("t", "t值")),
    ("p", ("P>|t|", "P值")),
    ("ci", ("95% CI", "95%置信区间")),
)


def cell(printout: Printout, row: int, column: int) -> tuple[str, str]:
    """Return what stands in a cell, and in brackets beside or below it."""
    pieces, shape = printout.pieces, printout.style.shape
    number = pieces.get((row, column, "number"), "")
    stars = pieces.get((row, column, "stars"), "")
    bracket = pieces.get((row, column, "bracket"), "")
    low, high = pieces.get((row, column, "low")), pieces.get((row, column, "high"))
    if low is not None and printout.true.kind in ENDED:
        bracket = f"{low}, {high}"
        shape = "[]"
    return number + stars, f"{shape[0]}{bracket}{shape[1]}" if bracket else ""


def grid(printout: Printout) -> Grid:
    """Return the rows of a table, the headings first."""
    true, style = printout.true, printout.style
    lang = style.language
    if true.kind == "one fit":
        return _one_fit(printout)
    rows: Grid = [["Variable" if lang == 0 else "变量", *(words[lang] for words in true.columns)]]
    section = ""
    for row, line in enumerate(true.lines):
        if line.section[lang] != section and line.section[lang] and true.kind in SECTIONED:
            section = line.section[lang]
            rows.append([section, *[""] * len(true.columns)])
        cells = [cell(printout, row, column) for column in range(len(true.columns))]
        if style.below and any(bracket for _, bracket in cells):
            rows.append([line.words[lang], *(first for first, _ in cells)])
            rows.append(["", *(bracket for _, bracket in cells)])
        else:
            joined = (f"{first} {bracket}" if bracket else first for first, bracket in cells)
            rows.append([line.words[lang], *joined])
        _words_beside(true, line, lang, rows)
    if true.lead[lang]:
        rows[0].insert(0, true.lead[lang])
    if true.kind == "hierarchy":
        rows = [
            [lead, top, *rest] for lead, *rest, top in ([row[0], row[1], *row[3:], row[2]] for row in rows)
        ]
    return rows


def _words_beside(true: TrueTable, line: Line, lang: int, rows: Grid) -> None:
    """Put the words before and after a line into its row."""
    if true.lead[lang]:
        rows[-1].insert(0, line.lead[lang])
    if true.tail[lang]:
        rows[-1].append(line.tail[lang])
        if true.tail[lang] not in rows[0]:
            rows[0].append(true.tail[lang])


def _one_fit(printout: Printout) -> Grid:
    lang = printout.style.language
    rows: Grid = [
        [
            "Variable" if lang == 0 else "变量",
            printout.true.columns[0][lang],
            *(words[lang] for _, words in ONE_FIT),
        ]
    ]
    for row, line in enumerate(printout.true.lines):
        low, high = (printout.pieces[row, 0, end] for end in ("low", "high"))
        beside = [printout.pieces[row, 0, part] for part in ("se", "t", "p")]
        rows.append([line.words[lang], cell(printout, row, 0)[0], *beside, f"[{low}, {high}]"])
    return rows


def text_of(printout: Printout) -> str:
    """Return the table as a text in the form of its style."""
    title, note = printout.true.title[printout.style.language], note_of(printout)
    return WRITERS[printout.style.form](title, grid(printout), note)


def _csv(title: str, rows: Grid, note: str) -> str:
    out = io.StringIO()
    csv.writer(out, lineterminator="\n").writerows([[title], *rows, *([[note]] if note else [])])
    return out.getvalue()


def _tabs(title: str, rows: Grid, note: str) -> str:
    return "\n".join([title, *("\t".join(row) for row in rows), note]).rstrip() + "\n"


def _wide(text: str) -> int:
    return sum(2 if unicodedata.east_asian_width(sign) in "WF" else 1 for sign in text)


def _text(title: str, rows: Grid, note: str) -> str:
    widths = [max(_wide(row[column]) for row in rows) + 3 for column in range(len(rows[0]))]
    lines = [
        "".join(text + " " * (width - _wide(text)) for text, width in zip(row, widths, strict=True)).rstrip()
        for row in rows
    ]
    return "\n".join([title, "", *lines, note]).rstrip() + "\n"


def _markdown(title: str, rows: Grid, note: str) -> str:
    lines = [
        "| " + " | ".join(text.replace("*", "\\*").replace("|", "\\|") for text in row) + " |" for row in rows
    ]
    lines.insert(1, "|" + "---|" * len(rows[0]))
    return "\n".join([title, "", *lines, "", note]).rstrip() + "\n"


def _tex(title: str, rows: Grid, note: str) -> str:
    def said(text: str) -> str:
        count = len(text) - len(text.rstrip("*∗"))
        plain = text[: len(text) - count] if count else text
        for mark in "%&_#":
            plain = plain.replace(mark, "\\" + mark)
        return plain + (f"$^{{{'*' * count}}}$" if count else "")

    body = [" & ".join(said(text) for text in row) + r" \\" for row in rows]
    lines = [
        r"\begin{table}",
        rf"\caption{{{said(title)}}}",
        rf"\begin{{tabular}}{{l{'c' * (len(rows[0]) - 1)}}}",
        r"\hline",
        body[0],
        r"\hline",
        *body[1:],
        r"\hline",
        r"\end{tabular}",
        *([said(note)] if note else []),
        r"\end{table}",
    ]
    return "\n".join(lines) + "\n"


def _html(title: str, rows: Grid, note: str) -> str:
    body = ["<tr>" + "".join(f"<td>{html.escape(text)}</td>" for text in row) + "</tr>" for row in rows]
    foot = f"<p>{html.escape(note)}</p>" if note else ""
    return f"<table><caption>{html.escape(title)}</caption>\n" + "\n".join(body) + f"\n</table>\n{foot}\n"


WRITERS = {"csv": _csv, "tabs": _tabs, "text": _text, "markdown": _markdown, "tex": _tex, "html": _html}


def table_of(printout: Printout, facts: Facts | None = None) -> Table:
    """Return the table as it has to be read: every number with its role."""
    true = printout.true
    entries = tuple(
        _entry(printout, (row, column, "number"))
        for row, line in enumerate(true.lines)
        for column, number in enumerate(line.numbers)
        if number is not None
    )
    return Table(
        true.title[0],
        entries,
        facts or facts_said(printout),
        columns=tuple(words[0] for words in true.columns),
    )


def facts_said(printout: Printout) -> Facts:
    """Return the facts that the note states."""
    style, true = printout.style, printout.true
    held = true.facts if style.facts_said else {}
    meaning = "p" if true.kind == "tests" else style.bracket
    return Facts(
        provinces=held.get("provinces"),
        years=held.get("years"),
        simulated=held.get("simulated") or None,
        star_levels=style.levels if style.levels_said else None,
        brackets=meaning if style.said and true.brackets and true.kind != "one fit" else None,  # type: ignore[arg-type]
    )


def _entry(printout: Printout, place: Place) -> Entry:
    row, column, _ = place
    true, pieces = printout.true, printout.pieces
    line, role = true.lines[row], true.role_of(row, column)
    of_test = line.numbers[column] is not None and line.numbers[column].se is None  # type: ignore[union-attr]
    kinds: tuple[tuple[str, Meaning], ...] = (
        ("bracket", "p" if of_test else "bracket"),
        ("se", "se"),
        ("t", "t"),
        ("p", "p"),
        ("low", "low"),
        ("high", "high"),
    )
    attached = tuple(
        Attached(kind, _read(pieces[row, column, part]))
        for part, kind in kinds
        if (row, column, part) in pieces
    )
    if attached and attached[0].kind == "bracket" and printout.style.said:
        attached = (Attached(printout.style.bracket, attached[0].number), *attached[1:])  # type: ignore[arg-type]
    other = line.other
    if role in ("correlation", "fevd"):
        other = true.columns[column][0]
    if role == "system_u":
        other = str(column + 1)
    return Entry(
        0,
        row,
        column,
        line.words[0],
        true.columns[column][0],
        line.section[0],
        role,
        line.subject,
        _read(pieces[place]),
        len(pieces.get((row, column, "stars"), "")),
        attached,
        other,
    )


def _read(text: str) -> Printed:
    number = read_number(text)
    if number is None:
        raise ValueError(f"not a number: {text}")
    return number
