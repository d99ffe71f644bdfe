"""A grid as a LaTeX booktabs table with exactly three lines."""

from __future__ import annotations

import re

from panelkit.show.alignment import split
from panelkit.show.grid import INDENT, Row, TableGrid

PACKAGES = "booktabs, threeparttable, makecell"
_COLUMN = {"centre": "c", "decimal": "D{.}{.}{-1}"}

_PLAIN = {
    "\\": r"\textbackslash{}",
    "{": r"\{",
    "}": r"\}",
    "$": r"\$",
    "&": r"\&",
    "#": r"\#",
    "%": r"\%",
    "_": r"\_",
    "^": r"\textasciicircum{}",
    "~": r"\textasciitilde{}",
    "<": r"\textless{}",
    ">": r"\textgreater{}",
    "|": r"\textbar{}",
    '"': r"\textquotedbl{}",
    "*": "{*}",
    "[": r"{[}",
    "]": r"{]}",
    INDENT: r"\quad{}",
    "\u00a0": "~",
    "–": "--",
    "—": "---",
}
_MATHS = {
    "²": "^2", "³": "^3", "×": r"\times", "·": r"\cdot", "±": r"\pm", "≤": r"\leq", "≥": r"\geq",
    "≠": r"\neq", "−": "-", "∞": r"\infty", "∑": r"\sum", "→": r"\rightarrow", "°": r"^\circ",
    "√": r"\surd", "∂": r"\partial", "α": r"\alpha", "β": r"\beta", "γ": r"\gamma", "δ": r"\delta",
    "ε": r"\varepsilon", "ζ": r"\zeta", "η": r"\eta", "θ": r"\theta", "κ": r"\kappa", "λ": r"\lambda",
    "μ": r"\mu", "ν": r"\nu", "ξ": r"\xi", "π": r"\pi", "ρ": r"\rho", "σ": r"\sigma", "τ": r"\tau",
    "φ": r"\varphi", "χ": r"\chi", "ψ": r"\psi", "ω": r"\omega", "Δ": r"\Delta", "Σ": r"\Sigma",
    "Φ": r"\Phi", "Ω": r"\Omega", "✓": r"\checkmark", "✗": r"\times",
}  # fmt: skip
_NUMBER = re.compile(r"^([(\[]?)-(?=[\d.])|(?<=, )-(?=[\d.])")
_MATH_RUN = re.compile("[" + "".join(_MATHS) + "]+")
EAST_ASIAN = re.compile(r"[\u2e80-\u9fff\uf900-\ufaff\uff00-\uffef\u3000-\u303f]")


def escape(text: str) -> str:
    """Return text that LaTeX prints as it stands, Greek letters and signs in maths."""
    parts = []
    start = 0
    for run in _MATH_RUN.finditer(text):
        parts.append("".join(_PLAIN.get(char, char) for char in text[start : run.start()]))
        parts.append("$" + " ".join(_MATHS[char] for char in run.group()) + "$")
        start = run.end()
    parts.append("".join(_PLAIN.get(char, char) for char in text[start:]))
    return "".join(parts)


def latex(grid: TableGrid) -> str:
    """Return the table; a comment in front names the packages that it needs."""
    body = "\n".join(
        [
            r"\begin{threeparttable}",
            r"\renewcommand\cellalign{t}",
            r"\renewcommand\arraystretch{1}",
            r"\setlength{\tabcolsep}{6pt}",
            rf"\begin{{tabular}}{{@{{}}l{_COLUMN[grid.align] * len(grid.header)}}}",
            r"\toprule",
            *_head(grid),
            r"\midrule",
            *_body(grid),
            r"\bottomrule",
            r"\end{tabular}",
            *_notes(grid),
            r"\end{threeparttable}",
        ]
    )
    text = _float(body, grid)
    return _preamble(text) + text + "\n"


def _float(body: str, grid: TableGrid) -> str:
    """Let a table with a caption or a label float, the caption above it."""
    if grid.caption is None and grid.label is None:
        return body
    above = [] if grid.caption is None else [rf"\caption{{{escape(grid.caption)}}}"]
    above += [] if grid.label is None else [rf"\label{{{grid.label}}}"]
    lines = [r"\begin{table}[htbp]", r"\centering", *above, r"\smallskip", body, r"\end{table}"]
    return "\n".join(lines)


def _head(grid: TableGrid) -> list[str]:
    """Return the lines of the head: heads over columns with short lines below them, then one head a column."""
    lines, over, rules, first = [], [""], [], 2
    for head, width in grid.spans:
        over.append(rf"\multicolumn{{{width}}}{{c}}{{{_lines(escape(head))}}}")
        rules += [rf"\cmidrule(lr){{{first}-{first + width - 1}}}"] if head else []
        first += width
    if rules:
        lines = [_line(over), " ".join(rules)]
    heads = [_lines(escape(head)) for head in grid.header]
    if grid.align == "decimal":
        heads = [rf"\multicolumn{{1}}{{c}}{{{head}}}" for head in heads]
    return [*lines, _line([_label(grid.stub), *heads])]


def _body(grid: TableGrid) -> list[str]:
    """Return the lines of all rows, a little space between blocks."""
    lines: list[str] = []
    for block in grid.blocks:
        lines += [r"\addlinespace[0.6ex]"] if lines else []
        lines += [_row(row, grid) for row in block]
    return lines


def _row(row: Row, grid: TableGrid) -> str:
    """Return one line; a heading stands over all columns, so that it widens none of them."""
    if row.heading:
        words = _lines(rf"\textit{{{escape(row.label)}}}")
        return rf"\multicolumn{{{len(grid.header) + 1}}}{{@{{}}l}}{{{words}}} \\"
    made = _pointed if grid.align == "decimal" else _cell
    return _line([_label(row.label), *(made(cell) for cell in row.cells)])


def _line(parts: list[str]) -> str:
    return " & ".join(parts) + r" \\"


def _label(text: str) -> str:
    return _lines(escape(text), "[l]")


def _lines(text: str, side: str = "") -> str:
    """Set a text of several lines in a box of its own."""
    return rf"\makecell{side}{{{text}}}".replace("\n", r"\\") if "\n" in text else text


def _notes(grid: TableGrid) -> list[str]:
    """Return the notes in threeparttable's environment, which gives them the width of the table."""
    if not grid.notes:
        return []
    notes = escape(grid.note_text()).replace("\n", r"\\")
    return [r"\begin{tablenotes}[flushleft]\footnotesize", rf"\item {notes}", r"\end{tablenotes}"]


def _pointed(text: str) -> str:
    """Escape one cell of a column of dcolumn: numbers as maths, other texts centred."""
    parts = split(text)
    if parts is None:
        return rf"\multicolumn{{1}}{{c}}{{{_cell(text)}}}" if text else ""
    body = text.rstrip("*").replace("−", "-").replace("[", r"{[}").replace("]", r"{]}")
    stars = len(text) - len(text.rstrip("*"))
    body = body.replace("<", r"\mathord{<}").replace("e-", r"\mathrm{e}{-}")
    return body + (f"^{{{'*' * stars}}}" if stars else "")


def _cell(text: str) -> str:
    """Escape one cell; minus signs of numbers become maths, stars stand high."""
    body, stars = (
        (text.rstrip("*"), len(text) - len(text.rstrip("*"))) if text[:1] in "-.0123456789" else (text, 0)
    )
    signed = _NUMBER.sub(lambda match: (match.group(1) or "") + "−", body)
    return _lines(escape(signed)) + (rf"\textsuperscript{{{'*' * stars}}}" if stars else "")


def _preamble(text: str) -> str:
    engine = "xelatex with \\usepackage{ctex}" if EAST_ASIAN.search(text) else "pdflatex or xelatex"
    packages = (
        PACKAGES + (", dcolumn" if "D{.}{.}" in text else "") + (", amssymb" if r"\checkmark" in text else "")
    )
    return f"% {engine}; \\usepackage{{{packages.replace(' ', '')}}}\n"
