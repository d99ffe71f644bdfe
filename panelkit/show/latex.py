"""A grid as a LaTeX booktabs table with exactly three lines."""

from __future__ import annotations

import re
from dataclasses import replace

from panelkit.show.alignment import split
from panelkit.show.grid import INDENT, MARK, Row, TableGrid

PACKAGES = "booktabs, threeparttable, makecell"

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
_HEADING = re.compile(f"{MARK}(.*?){MARK}[ &]*\\\\\\\\")
_NUMBER = re.compile(r"^([(\[]?)-(?=[\d.])|(?<=, )-(?=[\d.])")
_MATH_RUN = re.compile("[" + "".join(_MATHS) + "]+")
_EAST_ASIAN = re.compile(r"[\u2e80-\u9fff\uf900-\ufaff\uff00-\uffef\u3000-\u303f]")


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
    from maketables import MTable

    safe = _escaped(grid)
    table = MTable(
        safe.frame(blocks=True),
        notes=escape(grid.note_text()),
        caption=None if grid.caption is None else escape(grid.caption),
        tab_label=grid.label,
        rgroup_sep="",
        rgroup_display=False,
    )
    made = table.make(
        "tex",
        tex_style={
            "tab_width": None,
            "tabcolsep": "6pt",
            "data_addlinespace": None,
            "first_row_addlinespace": None,
            "rgroup_addlinespace": "0.6ex",
        },
    )
    text = _spanned(_headings(_measured(str(made)), len(grid.header)), grid)
    text = _columns_of_points(text, grid)
    if safe.stub:
        text = text.replace("\\toprule\n", f"\\toprule\n{safe.stub}", 1)
    return _preamble(text) + text.rstrip() + "\n"


def _measured(text: str) -> str:
    """Let threeparttable see the width of the table: no group around it, notes in its own environment."""
    text = text.replace("\\begingroup\n", "").replace("\\endgroup\n", "")
    head = "\\noindent\\begin{minipage}{\\linewidth}\\smallskip\\footnotesize\n"
    if head + "\\end{minipage}" in text:
        return text.replace(head + "\\end{minipage}", "")
    if head in text:
        text = text.replace(head, "\\begin{tablenotes}[flushleft]\\footnotesize\n\\item ")
        text = text.replace("\\end{minipage}", "\n\\end{tablenotes}")
    return text


def _headings(text: str, columns: int) -> str:
    """Let headings stand over all columns, so that none of them widens the first."""
    return _HEADING.sub(
        lambda found: rf"\multicolumn{{{columns + 1}}}{{@{{}}l}}{{\textit{{{found.group(1)}}}}} \\", text
    )


def _spanned(text: str, grid: TableGrid) -> str:
    """Draw a short line under heads that stand over columns, none where there is no head."""
    if not grid.spans:
        return text
    rules, first = [], 2
    for head, width in grid.spans:
        if head:
            rules.append(rf"\cmidrule(lr){{{first}-{first + width - 1}}}")
        first += width
    return re.sub(r"^\\cmidrule.*$", lambda _: " ".join(rules), text, count=1, flags=re.MULTILINE)


def _escaped(grid: TableGrid) -> TableGrid:
    blocks = tuple(tuple(_row(row, grid.align) for row in block) for block in grid.blocks)
    header = tuple(escape(head) for head in grid.header)
    spans = tuple((escape(head), width) for head, width in grid.spans)
    return replace(grid, header=header, spans=spans, blocks=blocks, stub=escape(grid.stub))


def _row(row: Row, align: str) -> Row:
    label = rf"{MARK}{escape(row.label)}{MARK}" if row.heading else escape(row.label)
    made = _pointed if align == "decimal" else _cell
    return Row(label=label, cells=tuple(made(cell) for cell in row.cells))


def _pointed(text: str) -> str:
    """Escape one cell of a column of dcolumn: numbers as maths, other texts centred."""
    parts = split(text)
    if parts is None:
        return rf"\multicolumn{{1}}{{c}}{{{_cell(text)}}}" if text else ""
    body = text.rstrip("*").replace("−", "-").replace("[", r"{[}").replace("]", r"{]}")
    stars = len(text) - len(text.rstrip("*"))
    body = body.replace("<", r"\mathord{<}").replace("e-", r"\mathrm{e}{-}")
    return body + (f"^{{{'*' * stars}}}" if stars else "")


def _columns_of_points(text: str, grid: TableGrid) -> str:
    """Set the columns at their decimal points, heads centred above them, where the table asks for it."""
    if grid.align != "decimal":
        return text
    columns = len(grid.header)
    text = text.replace("{@{}l" + "c" * columns + "}", "{@{}l" + "D{.}{.}{-1}" * columns + "}", 1)
    front, rule, body = text.partition("\\midrule")
    above, _, line = front.rstrip().rpartition("\n")
    label, *heads = line.removesuffix("\\\\").rstrip().split(" & ")
    centred = " & ".join([label, *(rf"\multicolumn{{1}}{{c}}{{{head}}}" for head in heads)])
    return f"{above}\n{centred} \\\\\n{rule}{body}"


def _cell(text: str) -> str:
    """Escape one cell; minus signs of numbers become maths, stars stand high."""
    body, stars = (
        (text.rstrip("*"), len(text) - len(text.rstrip("*"))) if text[:1] in "-.0123456789" else (text, 0)
    )
    signed = _NUMBER.sub(lambda match: (match.group(1) or "") + "−", body)
    return escape(signed) + (rf"\textsuperscript{{{'*' * stars}}}" if stars else "")


def _preamble(text: str) -> str:
    engine = "xelatex with \\usepackage{ctex}" if _EAST_ASIAN.search(text) else "pdflatex or xelatex"
    packages = (
        PACKAGES + (", dcolumn" if "D{.}{.}" in text else "") + (", amssymb" if r"\checkmark" in text else "")
    )
    return f"% {engine}; \\usepackage{{{packages.replace(' ', '')}}}\n"
