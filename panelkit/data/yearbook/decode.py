"""Text files as grids: whichever encoding each line is in, whichever separator the file has."""

from __future__ import annotations

import csv
import re
from collections import Counter

from panelkit.data.yearbook import limits
from panelkit.data.yearbook.errors import Problem, Where, YearbookError, refuse
from panelkit.data.yearbook.grid import Cell, Grid

_BREAK = re.compile(rb"\r\n|\n|\r")
_PLAIN_HAN = re.compile(
    r"[\u2000-\u206f\u2460-\u24ff\u3000-\u303f\u3400-\u9fff\uff00-\uffef\u00a0\u00b7\u00d7]*"
)
_SEPARATORS = (",", "\t", ";", "，")


def decode_text(content: bytes, name: str) -> str:
    """Return the text of a file in UTF-8, UTF-16 or GB18030, also where single lines differ from the rest.

    Raises
    ------
    YearbookError
        Naming every line that is valid in none of them.
    """
    whole = _decode_whole(content)
    if whole is not None:
        return _without_controls(whole, name)
    lines, problems = [], []
    breaks = [b.group().decode("ascii") for b in _BREAK.finditer(content)]
    for number, line in enumerate(_BREAK.split(content), start=1):
        text = _decode_line(line)
        if text is None:
            problems.append(
                Problem(
                    Where(name, row=number),
                    "the bytes are neither UTF-8 nor GB18030: the file is damaged or cut short",
                    "该行既不是UTF-8也不是GB18030编码：文件损坏或不完整",
                )
            )
            text = ""
        lines.append(text)
    if problems:
        raise YearbookError(problems)
    joined = "".join(line + end for line, end in zip(lines, [*breaks, ""], strict=True))
    return _without_controls(joined, name)


def _decode_whole(content: bytes) -> str | None:
    if content[:2] in (b"\xff\xfe", b"\xfe\xff"):
        return _strict(content, "utf-16")
    return _strict(content, "utf-8-sig")


def _strict(content: bytes, encoding: str) -> str | None:
    try:
        return content.decode(encoding)
    except (UnicodeDecodeError, UnicodeError):
        return None


def _decode_line(line: bytes) -> str | None:
    """Return a line as UTF-8 or GB18030; a line valid in both is the one that gives Chinese text."""
    modern, chinese = _strict(line.removeprefix(b"\xef\xbb\xbf"), "utf-8"), _strict(line, "gb18030")
    if modern is None or chinese is None:
        return chinese if modern is None else modern
    foreign = "".join(c for c in modern if ord(c) > 127)
    return modern if _PLAIN_HAN.fullmatch(foreign) else chinese


def _without_controls(text: str, name: str) -> str:
    body = text.removeprefix("\ufeff")
    bad = re.search(r"[\x00-\x08\x0b\x0e-\x1f\x7f\ufffd]", body)
    if bad:
        row = len(re.findall(r"\r\n|\n|\r", body[: bad.start()])) + 1
        raise refuse(
            Where(name, row=row),
            f"a control character (0x{ord(bad.group()):02x}): the file is damaged, or not a text file",
            f"含有控制字符（0x{ord(bad.group()):02x}）：文件损坏，或不是文本文件",
        )
    return body


def text_grid(text: str, name: str) -> Grid:
    """Return a text file as one grid; the portal's tab-and-comma counts as a comma.

    Raises
    ------
    YearbookError
        If a quotation never closes, or a line is longer than the limits.
    """
    separator = _separator(text)
    rows: list[tuple[Cell, ...]] = []
    lines: list[int] = []
    reader = csv.reader(_lines(text), delimiter=separator, strict=True)
    start = 1
    try:
        for record in reader:
            rows.append(tuple(cell or None for cell in record))
            lines.append(start)
            start = reader.line_num + 1
            _check_size(name, rows[-1], start - 1, len(rows))
    except csv.Error as error:
        raise refuse(
            Where(name, row=start),
            f"the row cannot be split into cells ({error}): a quotation mark that never closes?",
            f"该行无法拆分为单元格（{error}）：引号未闭合？",
        ) from error
    complete = text.endswith(("\n", "\r")) or not text
    return Grid(name, "", tuple(rows), tuple(lines), text=True, complete=complete)


def _check_size(name: str, record: tuple[Cell, ...], line: int, rows: int) -> None:
    if len(record) > limits.COLUMNS or rows * max(len(record), 1) > limits.CELLS:
        raise refuse(
            Where(name, row=line),
            f"more than {limits.COLUMNS} columns or {limits.CELLS} cells: not a yearbook table",
            f"超过{limits.COLUMNS}列或{limits.CELLS}个单元格：不是年鉴表格",
        )
    if any(isinstance(cell, str) and len(cell) > limits.TEXT for cell in record):
        raise refuse(
            Where(name, row=line),
            f"a cell of more than {limits.TEXT} characters: a quotation mark that never closes?",
            f"某单元格超过{limits.TEXT}个字符：引号未闭合？",
        )


def _lines(text: str) -> list[str]:
    return [line + "\n" for line in re.split(r"\r\n|\n|\r", text)] if text else []


def _separator(text: str) -> str:
    """Return the separator that cuts most lines into one and the same number of cells."""
    lines = [line for line in re.split(r"\r\n|\n|\r", text) if line.strip()]
    best, agreed = ",", 0
    for candidate in _SEPARATORS:
        counts = Counter(line.count(candidate) for line in lines if candidate in line)
        if counts and counts.most_common(1)[0][1] > agreed:
            best, agreed = candidate, counts.most_common(1)[0][1]
    return best
