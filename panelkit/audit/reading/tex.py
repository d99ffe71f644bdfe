r"""Tables of LaTeX: tabular, tabularx, longtable and the like, \multicolumn, \multirow, captions, notes."""

from __future__ import annotations

import re

from panelkit.audit.reading.around import is_note
from panelkit.audit.reading.raw import Raw, checked_cell, count_cells
from panelkit.audit.reading.sheet import Sheet, Span, blank, sheet_of
from panelkit.audit.reading.tex_cells import cleaned
from panelkit.audit.reading.tex_source import (
    LENGTH,
    argument,
    environments,
    expanded,
    option,
    shut,
    without_comments,
)
from panelkit.language.offers import offered

_GRIDS = r"tabular|tabularx|tabulary|longtable|longtabu|xltabular|tabu|supertabular|array|tblr|longtblr|NiceTabular"
_WIDTH_FIRST = ("tabularx", "tabulary", "xltabular")
_FLOATS = r"table|sidewaystable|threeparttable|ThreePartTable|wraptable|landscape"
_RULES = re.compile(
    r"\\(?:hline|toprule|midrule|bottomrule|endhead|endfirsthead|endfoot|endlastfoot|centering|raggedright|footnotesize"
    r"|small|scriptsize|tiny|normalsize|thickhline|Xhline|hhline|cr)\b\s*(?:\[[^\]]{0,200}\]|\{[^{}]{0,200}\})?"
    r"|\\(?:cmidrule|cline|specialrule|addlinespace|noalign|rowcolor|rowfont|vspace|cdashline|arrayrulecolor)\*?"
    r"(?:\([^)]{0,200}\)|\[[^\]]{0,200}\]|\{[^{}]{0,200}\})*"
)
_PARTS = re.compile(r"\\(endfirsthead|endhead|endlastfoot|endfoot)\b")
_CAPTION = re.compile(r"\\(?:caption|captionof\s*\{table\}|tabcaption|bicaption)\*?\s*(?=[\[{])")
_WIDEST = 500
_TABLES = 1_000


@offered("table_file", "tex", family="markup", source="LaTeX2e")
def read_tex(raw: Raw) -> list[Sheet]:
    r"""Return the tables of a LaTeX file; macros that it defines are put in, `\input` is not followed.

    Raises
    ------
    DataError
        If macros expand without end, or a table has more cells than a printed one.
    """
    text = expanded(without_comments(raw.text()), raw.name)
    found = []
    floats = [(start, end) for _, start, _, end in environments(text, _FLOATS)]
    grids = list(environments(text, _GRIDS))
    count_cells(raw.name, 0 if len(grids) <= _TABLES else 10**9)
    before = 0
    for at, (name, start, inner, end) in enumerate(grids):
        after = grids[at + 1][1] if at + 1 < len(grids) else len(text)
        first, last = next(((a, b) for a, b in floats if a <= start < b), (before, end))
        body = text[_after_arguments(text, inner, name) : end]
        around = text[max(first, before) : start], text[end : min(last, after)]
        found.append(_sheet(body, around, raw.name))
        before = end
    if not grids and "&" in text:
        found.append(_sheet(text, ("", ""), raw.name))
    return [sheet for sheet in found if sheet.cells]


def _after_arguments(text: str, at: int, name: str) -> int:
    """Return where the rows of a grid begin, behind its options, width and columns."""
    at = option(text, at)
    if name in _WIDTH_FIRST or text[:at].rstrip().endswith("tabular*}"):
        _, at = argument(text, at)
        at = option(text, at)
    if name in ("tabu", "longtabu"):
        found = re.compile(r"\s*(?:to|spread)\s*[^{]*").match(text, at)
        at = found.end() if found else at
    _, at = argument(text, at)
    return at


def _sheet(body: str, around: tuple[str, str], name: str) -> Sheet:
    """Return the table of a grid with what stands around it in its float."""
    before, after = around
    title = _caption(body) or _caption(before) or _caption(after)
    rows: list[list[str]] = []
    merged: list[Span] = []
    for line in _lines(_ordered(_without_captions(body))):
        row: list[str] = []
        for cell in _split(line, "&"):
            text, across, down = _cell(checked_cell(name, cell))
            if across > 1 or down > 1:
                merged.append((len(rows), len(row), len(rows) + down - 1, len(row) + across - 1))
            row += [text, *[""] * (across - 1)]
            count_cells(name, (len(rows) + 1) * len(row), len(row))
        rows.append(row)
    spans = [(a, b, min(c, len(rows) - 1), d) for a, b, c, d in merged]
    return sheet_of(rows, source=name, title=title, notes=_notes(after), merged=spans)


def _caption(text: str) -> str:
    found = _CAPTION.search(text)
    if found is None:
        return ""
    inner, _ = argument(text, option(text, found.end()))
    return cleaned(inner).replace("\n", " ")


def _without_captions(body: str) -> str:
    """Return the rows without caption, label and continued captions."""
    pieces, at = [], 0
    for found in _CAPTION.finditer(body):
        if found.start() >= at:
            pieces.append(body[at : found.start()])
            _, at = argument(body, option(body, found.end()))
    return re.sub(r"\\label\s*\{[^{}]{0,200}\}", "", "".join([*pieces, body[at:]]))


def _ordered(body: str) -> str:
    """Return the rows of a long table as printed once: its first heading, its rows, its last foot."""
    parts: dict[str, str] = {}
    at = 0
    for found in _PARTS.finditer(body):
        parts[found[1]] = body[at : found.start()]
        at = found.end()
    head = parts.get("endfirsthead", parts.get("endhead", ""))
    foot = parts.get("endlastfoot", parts.get("endfoot", ""))
    return f"{head}\\\\\n{body[at:]}\\\\\n{foot}" if parts else body


def _lines(body: str) -> list[str]:
    r"""Return the rows of a grid, cut at \\ outside braces and inner environments."""
    held = re.sub(r"\\tabularnewline\b", r"\\\\", body)
    return [LENGTH.sub("", line, count=1) for line in _split(held, "\\\\")]


def _split(text: str, sign: str) -> list[str]:
    """Return a source cut at a sign that stands outside braces and inner environments."""
    pieces, start, at, inner = [], 0, 0, 0
    while at < len(text):
        if text.startswith(sign, at) and inner == 0:
            pieces.append(text[start:at])
            at += len(sign)
            start = at
        elif text[at] == "{":
            at = shut(text, at) + 1
        elif text[at] == "\\":
            found = re.compile(r"\\(begin|end)\s*\{").match(text, at)
            inner += 0 if found is None else (1 if found[1] == "begin" else -1)
            inner = max(inner, 0)
            at += 2 if found is None else len(found.group()) - 1
        else:
            at += 1
    return [*pieces, text[start:]]


def _cell(source: str) -> tuple[str, int, int]:
    """Return what a cell prints, and how many columns and rows it covers."""
    held = _RULES.sub(" ", source).strip()
    across = down = 1
    for _ in range(2):  # \multicolumn{2}{c}{\multirow{2}{*}{...}}, or the other way round
        found = re.match(r"\\(multicolumn|multirow)\s*(?:\[[^\]]*\])?\s*", held)
        if found is None:
            break
        count, at = argument(held, found.end())
        _, at = argument(held, option(held, at))
        inner, at = argument(held, option(held, at))
        number = int(count) if re.fullmatch(r"\s*\d{1,3}\s*", count) else 1
        across, down = (number, down) if found[1] == "multicolumn" else (across, number)
        held = (inner + held[at:]).strip()
    return cleaned(_inner_grids(held)), min(max(across, 1), _WIDEST), max(down, 1)


def _inner_grids(source: str) -> str:
    """Return a cell whose grids of one column are lines of it."""
    held = source
    for _ in range(20):
        found = next(environments(held, _GRIDS), None)
        if found is None:
            break
        name, start, inner, end = found
        body = held[_after_arguments(held, inner, name) : end]
        closing = re.compile(r"\\end\s*\{[^}]*\}").match(held, end)
        held = held[:start] + body + held[closing.end() if closing else end :]
    return held


def _notes(after: str) -> list[str]:
    """Return the notes behind a grid in its float, a line each."""
    held = re.sub(r"\\(?:begin|end)\s*\{[^}]*\}(?:\[[^\]]*\])?", "\n\n", _without_captions(after))
    held = re.sub(r"\\item\b\s*(?:\[([^\]]*)\])?", lambda found: f"\n\n{found[1] or ''} ", held)
    pieces = re.split(r"\\\\(?:\[[^\]]*\])?|\n\s*\n|\\par\b", held)
    lines = [cleaned(_RULES.sub(" ", piece)).replace("\n", " ") for piece in pieces]
    return [line for line in lines if not blank(line) and (is_note(line) or len(line) > 3)]
