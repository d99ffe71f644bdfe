"""A known table written in every format and style that papers and programs use."""

from __future__ import annotations

import csv
import io
import json
import re
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

LABELS = [
    "lnPFI",
    "W×lnPFI",
    "产业结构",
    "地区生产总值",
    "Direct effect",
    "ρ",
    "log(GDP)",
    "R&D",
    "X_1",
    "间接效应",
]
HEADS = ["SAR", "SEM", "SDM", "邻接权重", "OLS"]
TITLES = ["Table 3 Spatial effects", "表5 回归结果"]
NOTES = [
    "Note: standard errors in brackets; *** p<0.01, ** p<0.05, * p<0.1",
    "注：***、**、*分别表示在1%、5%、10%的水平上显著",
]


@dataclass(frozen=True)
class Known:
    """A table as it is meant: numbers as (value text, stars, bracket text or ""), None for a blank."""

    title: str
    heads: tuple[str, ...]
    labels: tuple[str, ...]
    numbers: tuple[tuple[tuple[str, int, str] | None, ...], ...]
    note: str


@dataclass(frozen=True)
class Style:
    """How numbers are printed: minus, star, bracket, decimal sign, blank; brackets beside, below, or on a row below."""

    minus: str
    star: str
    bracket: tuple[str, str]
    decimal: str
    blank: str
    where: str


def drawn(rng: np.random.Generator) -> Known:
    """Return a table of chance: at least one column is full, and so is the last row."""
    rows, columns = int(rng.integers(2, 6)), int(rng.integers(2, 5))
    places = int(rng.integers(2, 5))

    def number(row: int) -> tuple[str, int, str] | None:
        if rng.random() < 0.1 and row < rows - 1:
            return None
        value = float(rng.normal() * 10.0 ** rng.integers(-1, 3))
        error = abs(float(rng.normal())) + 10.0**-places
        return f"{value:.{places}f}", int(rng.integers(0, 4)), f"{error:.{places}f}"

    body = [tuple(number(row) for _ in range(columns)) for row in range(rows)]
    labels = [str(one) for one in rng.permutation(LABELS)[:rows]]
    counts = tuple((str(int(rng.integers(100, 900))), 0, "") for _ in range(columns))
    which = int(rng.integers(2))
    return Known(TITLES[which], tuple(HEADS[:columns]), (*labels, "N"), (*body, counts), NOTES[which])


def style_of(rng: np.random.Generator, *, same_cell: bool = False) -> Style:
    """Return a style of chance; `same_cell` where a format has no rows for brackets alone."""
    return Style(
        str(rng.choice(["-", "−", "–", "－"])),
        str(rng.choice(["*", "∗", "＊"])),
        (("(", ")"), ("[", "]"), ("（", "）"))[int(rng.integers(3))],
        str(rng.choice([".", "."] if same_cell else [".", ","])),
        str(rng.choice(["—", "——", "/"])),
        "beside" if same_cell else str(rng.choice(["beside", "below", "row"])),
    )


def rows_of(known: Known, style: Style) -> list[list[str]]:
    """Return the cells as printed."""

    def sign(text: str) -> str:
        return text.replace(".", style.decimal).replace("-", style.minus)

    rows = [["变量", *known.heads]]
    for label, numbers in zip(known.labels, known.numbers, strict=True):
        line, below = [label], [""]
        for number in numbers:
            if number is None:
                line.append(style.blank)
                below.append("")
                continue
            value, stars, error = number
            held = sign(value) + style.star * stars
            bracket = style.bracket[0] + sign(error) + style.bracket[1] if error else ""
            gap = {"beside": " ", "below": "\n", "row": ""}[style.where]
            line.append(held + (gap + bracket if bracket and style.where != "row" else ""))
            below.append(bracket)
        rows.append(line)
        if style.where == "row" and any(below):
            rows.append(below)
    return rows


def as_csv(known: Known, rows: list[list[str]], rng: np.random.Generator) -> bytes:
    """Return separated text, in one of the encodings in use."""
    sign = str(rng.choice([",", ";", "\t", "|"]))
    stream = io.StringIO()
    writer = csv.writer(stream, delimiter=sign, lineterminator=str(rng.choice(["\n", "\r\n"])))
    writer.writerows([[known.title], *rows, [known.note]])
    return stream.getvalue().encode(str(rng.choice(["utf-8", "utf-8-sig", "gb18030", "utf-16"])))


def as_tabs(known: Known, rows: list[list[str]], rng: np.random.Generator) -> bytes:
    """Return what a copy from a spreadsheet leaves."""
    held = [['"' + cell + '"' if "\n" in cell else cell for cell in row] for row in rows]
    return "\n".join([known.title, *map("\t".join, held), known.note]).encode()


def as_markdown(known: Known, rows: list[list[str]], rng: np.random.Generator) -> bytes:
    """Return a table of Markdown, bars within cells escaped."""
    held = [[cell.replace("*", "\\*").replace("\n", "<br>") for cell in row] for row in rows]
    lines = ["| " + " | ".join(row) + " |" for row in held]
    return "\n".join(
        [known.title, "", lines[0], "|" + "---|" * len(rows[0]), *lines[1:], "", known.note]
    ).encode()


def width(text: str) -> int:
    """Return how many places a text takes on a terminal."""
    return sum(2 if unicodedata.east_asian_width(sign) in "WF" else 1 for sign in text)


def as_aligned(known: Known, rows: list[list[str]], rng: np.random.Generator) -> bytes:
    """Return columns aligned by blanks between rulers, as statistical programs print them."""
    wide = [max(width(row[c]) for row in rows) + int(rng.integers(2, 6)) for c in range(len(rows[0]))]
    centred = bool(rng.integers(2))

    def padded(row: list[str]) -> str:
        cells = [row[0] + " " * (wide[0] - width(row[0]))]
        for c, cell in enumerate(row[1:], start=1):
            room = wide[c] - width(cell)
            left = 2 + (room - 2) // 2 if centred else room
            cells.append(" " * left + cell + " " * (room - left))
        return "".join(cells)

    rule = "-" * sum(wide)
    body = [padded(row) for row in rows[1:]]
    return "\n".join([known.title, rule, padded(rows[0]), rule, *body, rule, known.note]).encode()


def as_single(known: Known, rows: list[list[str]], rng: np.random.Generator) -> bytes:
    """Return what a copy from a PDF leaves."""
    return "\n".join([known.title, *map(" ".join, rows), known.note]).encode()


def as_tex(known: Known, rows: list[list[str]], rng: np.random.Generator) -> bytes:
    """Return a table of LaTeX."""

    def cell(text: str) -> str:
        held = text.replace("&", "\\&").replace("_", "\\_").replace("\n", "\\\\").replace("−", "$-$")
        for star in "∗＊":
            held = held.replace(star, "*")
        stars = held.count("*")
        raised = [f"\\sym{{{'*' * stars}}}", f"$^{{{'*' * stars}}}$", f"\\textsuperscript{{{'*' * stars}}}"]
        held = held.replace("*" * stars, raised[int(rng.integers(3))]) if stars else held
        return f"\\makecell{{{held}}}" if "\\\\" in held else held

    note = known.note.replace("%", "\\%").replace("_", "\\_")
    body = " \\\\ \\hline\n".join(" & ".join(map(cell, row)) for row in rows)
    grid = f"\\begin{{tabular}}{{l{'c' * (len(rows[0]) - 1)}}}\n\\toprule\n{body} \\\\\n\\bottomrule\n\\end{{tabular}}"
    return f"\\begin{{table}}\n\\caption{{{known.title}}}\n{grid}\n\n\\footnotesize {note}\n\\end{{table}}\n".encode()


def as_html(known: Known, rows: list[list[str]], rng: np.random.Generator) -> bytes:
    """Return a web page."""

    def cell(text: str) -> str:
        held = text.replace("&", "&amp;").replace("<", "&lt;").replace("\n", "<br/>").replace("−", "&minus;")
        for star in "*∗＊":
            count = held.count(star)
            held = held.replace(star * count, f"<sup>{star * count}</sup>") if count else held
        return f"<td>{held}</td>"

    body = "".join(f"<tr>{''.join(map(cell, row))}</tr>" for row in rows)
    note = known.note.replace("<", "&lt;")
    return f"<html><body><p>{known.title}</p><table>{body}</table><p>{note}</p></body></html>".encode()


def as_docx(known: Known, rows: list[list[str]], rng: np.random.Generator) -> bytes:
    """Return a Word file, stars raised."""
    import docx

    document = docx.Document()
    document.add_paragraph(known.title)
    table = document.add_table(len(rows), len(rows[0]))
    for row, line in zip(table.rows, rows, strict=True):
        for place, text in zip(row.cells, line, strict=True):
            for at, part in enumerate(text.split("\n")):
                paragraph = place.paragraphs[0] if at == 0 else place.add_paragraph()
                held = ""
                for sign in part:
                    if sign in "*∗＊":
                        paragraph.add_run(held)
                        paragraph.add_run(sign).font.superscript = True
                        held = ""
                    else:
                        held += sign
                paragraph.add_run(held)
    document.add_paragraph(known.note)
    stream = io.BytesIO()
    document.save(stream)
    return stream.getvalue()


def as_xlsx(known: Known, rows: list[list[str]], rng: np.random.Generator) -> bytes:
    """Return a workbook; plain numbers are numbers behind a format that shows their digits."""
    import openpyxl

    book = openpyxl.Workbook()
    sheet = book.active
    sheet.append([known.title])
    sheet.merge_cells(start_row=1, start_column=1, end_row=1, end_column=len(rows[0]))
    for at, row in enumerate(rows, start=2):
        for c, text in enumerate(row, start=1):
            place = sheet.cell(at, c, text)
            found = re.fullmatch(r"(-?[0-9]+(?:\.([0-9]+))?)(\**)", text)
            if found and c > 1:
                place.value = float(found[1])
                digits = "0." + "0" * len(found[2]) if found[2] else "0"
                place.number_format = digits + (f'"{found[3]}"' if found[3] else "")
    sheet.append([known.note])
    stream = io.BytesIO()
    book.save(stream)
    return stream.getvalue()


def as_toml(known: Known, rows: list[list[str]], rng: np.random.Generator) -> bytes:
    """Return a typed layout; plain numbers without quotation marks."""

    def quoted(text: object) -> str:
        return json.dumps(text, ensure_ascii=False)

    def cell(text: str) -> str:
        return text if re.fullmatch(r"-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?", text) else quoted(text)

    body = ",\n".join("[" + ", ".join(map(cell, row)) + "]" for row in rows[1:])
    head = f"title = {quoted(known.title)}\ncolumns = {quoted(rows[0])}\n"
    return f"{head}rows = [\n{body}\n]\nnotes = {quoted([known.note])}\n".encode()


Writer = Callable[[Known, list[list[str]], np.random.Generator], bytes]
WRITERS: dict[str, Writer] = {
    "csv": as_csv,
    "tabs": as_tabs,
    "markdown": as_markdown,
    "aligned": as_aligned,
    "single": as_single,
    "tex": as_tex,
    "html": as_html,
    "docx": as_docx,
    "xlsx": as_xlsx,
    "toml": as_toml,
}
ONE_LINE = ("aligned", "single")
"""Formats that have no lines within a cell."""
