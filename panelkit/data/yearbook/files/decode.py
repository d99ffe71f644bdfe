"""Text files as grids: whichever encoding each line is in, whichever separator the file has."""

from __future__ import annotations

import csv
import re
from collections import Counter
from collections.abc import Iterator

from panelkit.data.yearbook.errors import CellProblem, Where, YearbookError, refuse
from panelkit.data.yearbook.files import limits
from panelkit.data.yearbook.files.grid import Cell, Grid, Odd
from panelkit.language.message import message

_BREAK = re.compile(rb"\r\n|\n|\r")
_UTF8_HAN = re.compile(rb"[\xe3-\xe9\xef][\x80-\xbf][\x80-\xbf]")
_PLAIN_HAN = re.compile(
    r"[\u2000-\u206f\u2460-\u24ff\u3000-\u303f\u3400-\u9fff\uff00-\uffef\u00a0\u00b7\u00d7]*"
)
_ONE_COMMA = re.compile(r"\s*[-(（]?\s*\d{1,3}[,，]\d{3}\s*[)）]?\s*")
_SEPARATORS = (",", "\t", ";", "，")


def decode_text(content: bytes, name: str) -> str:
    """Return the text of a file in UTF-8, UTF-16 or GB18030, also where single lines differ from the rest.

    Raises
    ------
    YearbookError
        Naming every line that is valid in none of them.
    """
    _check_lines(content, name)
    whole = _decode_whole(content)
    if whole is not None:
        return _without_controls(whole, name)
    _check_mark(content, name)
    lines, problems = [], []
    offset = 0
    breaks = [b.group().decode("ascii") for b in _BREAK.finditer(content)]
    for number, line in enumerate(_BREAK.split(content), start=1):
        text = _decode_line(line)
        if text is None:
            problems.append(_undecodable(line, offset, Where(name, row=number)))
            text = ""
        lines.append(text)
        offset += len(line) + (len(breaks[number - 1]) if number <= len(breaks) else 0)
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


def _check_lines(content: bytes, name: str) -> None:
    """Refuse a text with more lines than a table of the largest size has, before it is cut into lines."""
    count = max(content.count(b"\n"), content.count(b"\r"))
    if count > limits.LINES:
        raise refuse(
            Where(name),
            message(
                "{count} lines; at most {limit} are read: not a yearbook table",
                count=count,
                limit=limits.LINES,
            ),
        )


def _check_mark(content: bytes, name: str) -> None:
    """Refuse a file that says by its first bytes which encoding it is in, and is not in it throughout."""
    marks = (
        (b"\xef\xbb\xbf", "utf-8", "UTF-8"),
        (b"\xff\xfe", "utf-16", "UTF-16"),
        (b"\xfe\xff", "utf-16", "UTF-16"),
    )
    for mark, encoding, shown in marks:
        if not content.startswith(mark):
            continue
        try:
            content.decode(encoding)
        except UnicodeDecodeError as error:
            at = error.start
            row = len(_BREAK.findall(content[:at])) + 1 if encoding == "utf-8" else None
            raise refuse(
                Where(name, row=row),
                message(
                    "the file is marked as {shown}, and its byte {byte} (0x{code:02x}) is none of it: the "
                    "file is damaged or cut short; download or save it again",
                    shown=shown,
                    byte=at + 1,
                    code=content[at],
                ),
            ) from error


def _undecodable(line: bytes, offset: int, where: Where) -> CellProblem:
    """Return what is wrong with a line, with the first byte that fits no encoding."""
    encoding, shown = ("utf-8", "UTF-8") if _mostly_utf8(line) else ("gb18030", "GB18030")
    try:
        line.decode(encoding)
        at = 0
    except UnicodeDecodeError as error:
        at = error.start
    return CellProblem(
        where,
        message(
            "the bytes are neither UTF-8 nor GB18030: byte {byte} of the line, {in_file} of the file, is "
            "0x{code:02x} and no {encoding}: the file is damaged or cut short",
            byte=at + 1,
            in_file=offset + at + 1,
            code=line[at],
            encoding=shown,
        ),
    )


def _mostly_utf8(line: bytes) -> bool:
    """Return whether most bytes beyond ASCII of a line that is no UTF-8 stand in characters that are.

    Text in GB18030 has hardly any: its characters are two bytes, seldom the three of Chinese in UTF-8.
    """
    foreign = sum(byte > 127 for byte in line)
    good = sum(len(found) for found in _UTF8_HAN.findall(line))
    return foreign > 0 and good * 2 >= foreign and len(_UTF8_HAN.findall(line)) > 1


def _decode_line(line: bytes) -> str | None:
    """Return a line as UTF-8 or GB18030; a line valid in both is the one that gives Chinese text.

    A line of UTF-8 with a bad byte in it is neither, though GB18030 may make other characters of it.
    """
    modern, chinese = _strict(line.removeprefix(b"\xef\xbb\xbf"), "utf-8"), _strict(line, "gb18030")
    if (
        modern is None
        and chinese is not None
        and _mostly_utf8(line)
        and not _PLAIN_HAN.fullmatch("".join(c for c in chinese if ord(c) > 127))
    ):
        return None
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
            message(
                "a control character (0x{code:02x}): the file is damaged, or not a text file",
                code=ord(bad.group()),
            ),
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
            rows.append(tuple(_text_cell(cell, separator) for cell in record))
            lines.append(start)
            start = reader.line_num + 1
            _check_size(name, rows[-1], start - 1, len(rows))
    except csv.Error as error:
        raise refuse(
            Where(name, row=start),
            message(
                "the row cannot be split into cells ({error}): a quotation mark that never closes?",
                error=str(error),
            ),
        ) from error
    complete = text.endswith(("\n", "\r")) or not text
    return Grid(name, "", tuple(rows), tuple(lines), text=True, complete=complete)


def _text_cell(text: str, separator: str) -> Cell:
    """Return one cell of a text file; behind semicolons, a comma before three digits has two readings."""
    if separator == ";" and _ONE_COMMA.fullmatch(text):
        return Odd("decimal comma", text)
    return text or None


def _check_size(name: str, record: tuple[Cell, ...], line: int, rows: int) -> None:
    if len(record) > limits.COLUMNS or rows * max(len(record), 1) > limits.CELLS:
        raise refuse(
            Where(name, row=line),
            message(
                "more than {columns} columns or {cells} cells: not a yearbook table",
                columns=limits.COLUMNS,
                cells=limits.CELLS,
            ),
        )
    if any(isinstance(cell, str) and len(cell) > limits.TEXT for cell in record):
        raise refuse(
            Where(name, row=line),
            message(
                "a cell of more than {limit} characters: a quotation mark that never closes?",
                limit=limits.TEXT,
            ),
        )


def _lines(text: str) -> Iterator[str]:
    start = 0
    for found in re.finditer(r"\r\n|\n|\r", text):
        yield text[start : found.start()] + "\n"
        start = found.end()
    if text:
        yield text[start:] + "\n"


def _separator(text: str) -> str:
    """Return the separator that cuts most lines into one and the same number of cells."""
    best, agreed = ",", 0
    for candidate in _SEPARATORS:
        counts = Counter(line.count(candidate) for line in _lines(text) if candidate in line)
        if counts and counts.most_common(1)[0][1] > agreed:
            best, agreed = candidate, counts.most_common(1)[0][1]
    return best
