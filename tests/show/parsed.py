"""Read a written table back: the texts of its cells, row by row, whatever its format."""

from __future__ import annotations

import csv
import html
import re
from html.parser import HTMLParser
from pathlib import Path

from panelkit.show.latex import _MATHS, _PLAIN

FORMATS = ("tex", "html", "md", "csv", "docx", "rtf", "xlsx")
METHODS = {"tex": "to_latex", "html": "to_html", "md": "to_markdown", "csv": "to_csv", "docx": "to_docx",
           "rtf": "to_rtf", "xlsx": "to_excel"}  # fmt: skip
Rows = list[list[str]]


def parsed(path: Path) -> Rows:
    """Return the rows of the table in a file, head among them, each a list of texts."""
    read = {"tex": _tex, "html": _html, "md": _md, "csv": _csv, "docx": _docx, "rtf": _rtf, "xlsx": _xlsx}
    return [[" ".join(cell.split()) for cell in row] for row in read[path.suffix[1:]](path)]


def whole_text(path: Path) -> str:
    """Return all that is printed: caption, cells and notes."""
    ending = path.suffix[1:]
    if ending == "docx":
        import docx

        paragraphs = [one.text for one in docx.Document(str(path)).paragraphs]
        return " ".join([*paragraphs, *(cell for row in parsed(path) for cell in row)])
    if ending == "tex":
        return _plain_tex(path.read_text("utf-8"))
    if ending == "html":
        return html.unescape(re.sub(r"<[^>]+>", "", path.read_text("utf-8").partition("</style>")[2]))
    if ending == "md":
        return _plain_md(path.read_text("utf-8"))
    if ending == "rtf":
        return _rtf_text(path)
    return " ".join(cell for row in parsed(path) for cell in row)


def _plain_tex(text: str) -> str:
    text = re.sub(
        r"\\makecell\{((?:[^{}]|\{[^{}]*\}|\{\{[^{}]*\}\})*)\}",
        lambda one: one.group(1).replace(r"\\", " "),
        text,
    )
    text = re.sub(
        r"\\multicolumn\{\d+\}\{(?:@\{\})?[lc]\}\{(.*?)\}(?= *(?:&|\\\\|$))", r"\1", text, flags=re.M
    )
    text = text.replace(r"\mathrm{e}{-}", "e-")
    text = re.sub(r"\^\{(\*+)\}", r"\1", text).replace("{[}", "[").replace("{]}", "]")
    text = re.sub(r"\\textsuperscript\{(\*+)\}", r"\1", text)
    text = re.sub(r"\\textit\{(.*)\}", r"\1", text)
    maths = {tex: char for char, tex in _MATHS.items()}
    text = re.sub(
        r"(?<!\\)\$([^$]+)\$", lambda one: "".join(maths[part] for part in one.group(1).split(" ")), text
    )
    for char, tex in sorted(_PLAIN.items(), key=lambda pair: -len(pair[1])):
        if char not in ("\u00a0", "–", "—"):
            text = text.replace(
                tex, "\x00" + chr(0xF000 + ord(char) % 0x1000) if char == "\\" else f"\x01{ord(char)}\x02"
            )
    text = text.replace("\x00" + chr(0xF000 + ord("\\")), "\\")
    text = re.sub("\x01(\\d+)\x02", lambda one: chr(int(one.group(1))), text)
    return text.replace("−", "-").replace("---", "—").replace("--", "–")


def _tex(path: Path) -> Rows:
    body = path.read_text("utf-8").partition("\\toprule")[2].partition("\\bottomrule")[0]
    lines = [line for line in body.splitlines() if line.endswith("\\\\")]
    return [[_plain_tex(cell.strip()) for cell in re.split(r" & |(?<= )& |^& ", line[:-2])] for line in lines]


class _Table(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.rows: Rows = []
        self.inside = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag == "tr":
            self.rows.append([])
        if tag in ("td", "th"):
            self.rows[-1].append("")
            self.inside = True
        if tag == "br":
            self.rows[-1][-1] += " "

    def handle_endtag(self, tag: str) -> None:
        self.inside = self.inside and tag not in ("td", "th")

    def handle_data(self, data: str) -> None:
        if self.inside:
            self.rows[-1][-1] += data


def _html(path: Path) -> Rows:
    reader = _Table()
    reader.feed(path.read_text("utf-8").partition("<tbody")[2].partition("</tbody")[0])
    return reader.rows


def _plain_md(text: str) -> str:
    text = text.replace("<br>", " ").replace("&emsp;", " ")
    return re.sub(r"\\([\\`*_{}\[\]<>|~$])", r"\1", text)


def _md(path: Path) -> Rows:
    lines = [line for line in path.read_text("utf-8").splitlines() if line.startswith("| ")]
    return [[_plain_md(cell) for cell in re.split(r"(?<!\\)\|", line)[1:-1]] for line in lines]


def _csv(path: Path) -> Rows:
    with path.open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.reader(file))
    return [
        [cell[2:-1].replace('""', '"') if cell.startswith('="') else cell for cell in row] for row in rows
    ]


def _docx(path: Path) -> Rows:
    import docx

    (table,) = docx.Document(str(path)).tables
    rows = [list(row.cells) for row in table.rows]
    return [
        [
            cell.text
            for cell, before in zip(cells, [None, *cells], strict=False)
            if before is None or cell._element is not before._element
        ]
        for cells in rows
    ]


_TOKEN = re.compile(r"\\u(-?\d+)\?|\\([a-z]+)(-?\d+)? ?|\\([\\{}])|([{}])|([^\\{}\n]+)")


def _rtf_tokens(path: Path) -> list[str]:
    """Return texts, with \x1e after a cell and \x1d after a row."""
    body = path.read_bytes().decode("ascii").partition("SimHei;}}")[2]
    units, out = [], []
    for found in _TOKEN.finditer(body):
        number, control, _, escaped, _, plain = found.groups()
        if number is not None:
            units.append(int(number) % 65536)
            continue
        if units:
            out.append(b"".join(unit.to_bytes(2, "little") for unit in units).decode("utf-16-le"))
            units = []
        out.append(
            {"cell": "\x1e", "row": "\x1d", "line": "\n", "par": "\x1c"}.get(control or "", "")
            or escaped
            or plain
            or ""
        )
    return out


def _rtf(path: Path) -> Rows:
    text = "".join(_rtf_tokens(path))
    rows = text.split("\x1d")[:-1]
    first = rows[0].rpartition("\x1c")[2]
    return [[cell.strip() for cell in row.split("\x1e")[:-1]] for row in (first, *rows[1:])]


def _rtf_text(path: Path) -> str:
    return re.sub("[\x1c-\x1e]", " ", "".join(_rtf_tokens(path)))


def _xlsx(path: Path) -> Rows:
    from openpyxl import load_workbook

    sheet = load_workbook(path).active
    return [
        ["" if cell.value is None else _as_excel_prints(cell) for cell in row] for row in sheet.iter_rows()
    ]


def _as_excel_prints(cell: object) -> str:
    """Return a cell as its number format prints it: text in quotes around a fixed number of decimals."""
    value, form = cell.value, cell.number_format  # type: ignore[attr-defined]
    if isinstance(value, str):
        return value
    positive, negative = form.replace("_*", "").split(";")
    section = negative if value < 0 else positive
    before, sign, digits, after = re.fullmatch(
        r'(?:"([^"]*)")?(-?)(0(?:\.0+)?)(?:"([^"]*)")?', section
    ).groups()
    decimals = len(digits.partition(".")[2])
    return f"{before or ''}{sign}{abs(value):.{decimals}f}{after or ''}"
