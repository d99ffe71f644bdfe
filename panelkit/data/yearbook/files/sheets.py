"""Workbooks as grids, read by a child process with limits of memory and time."""

from __future__ import annotations

import json
import queue
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from types import TracebackType
from typing import Any

from panelkit.data.yearbook.errors import Where, YearbookError, letters, refuse
from panelkit.data.yearbook.files import limits
from panelkit.data.yearbook.files.grid import Cell, Grid, Odd, is_empty
from panelkit.language.extras import LOCKED, PARQUET
from panelkit.language.message import Message, message


def still_locked() -> Message:
    """Say that a protected file is not read without the library that takes the protection off."""
    return message(
        "{missing}; or open the file in Office, remove its protection, and save a plain copy",
        missing=LOCKED.missing(message("reading a protected (encrypted) file")),
    )


_CHILD = Path(__file__).with_name("_child.py")
_REASONS: Mapping[str, Callable[[str], Message]] = {
    "password": lambda detail: message(
        "the workbook is protected by a password of its own: open it with the password in Excel, choose "
        "File > Info > Protect Workbook > Encrypt with Password, empty the box, save a plain copy, and give that"
    ),
    "bomb": lambda detail: message(
        "the archive unpacks beyond the stated limits ({detail}): refused unread", detail=detail
    ),
    "entities": lambda detail: message(
        "the workbook defines XML entities, which no yearbook does: refused unread"
    ),
    "not_workbook": lambda detail: message(
        "this is not an Excel workbook ({detail}): save the table as .xlsx, .xls or .csv", detail=detail
    ),
    "sheets": lambda detail: message(
        "{detail} sheets; at most {limit} are read", detail=detail, limit=limits.SHEETS
    ),
    "cells": lambda detail: message(
        "the sheet is too large ({detail}); at most {limit} cells and {columns} columns are read",
        detail=detail,
        limit=limits.CELLS,
        columns=limits.COLUMNS,
    ),
    "merged": lambda detail: message(
        "{detail} merged areas on one sheet; at most {limit} are read: unmerge the cells and save it again",
        detail=detail,
        limit=limits.MERGED,
    ),
    "no_parquet": lambda detail: message(
        "{missing}; or save the table as .csv", missing=PARQUET.missing(message("reading .parquet"))
    ),
    "no_msoffcrypto": lambda detail: still_locked(),
    "ods": lambda detail: message(
        "the OpenDocument sheet shows some cells otherwise than it stores them ({detail}): save it as .xlsx",
        detail=detail,
    ),
    "memory": lambda detail: message(
        "reading the workbook needs more memory than it may take: it is damaged, or far larger "
        "than a yearbook table"
    ),
    "disagree": lambda detail: message(
        "two readers see different cells ({detail}): open the workbook in Excel, compare that cell with "
        "the printed table, save it as .xlsx, and give that",
        detail=detail,
    ),
    "damaged": lambda detail: message(
        "the workbook is damaged or cut short ({detail}): download it again", detail=detail
    ),
    "died": lambda detail: message(
        "the workbook is damaged: the process that read it ended abnormally ({detail}); download it again",
        detail=detail,
    ),
    "slow": lambda detail: message(
        "reading the workbook took longer than {limit:.0f} seconds and was stopped: it is damaged",
        limit=limits.SECONDS,
    ),
}
"""Why the process that reads workbooks refused one, by what it answers; `detail` is what it saw."""

_DETAILS: Mapping[str, Callable[..., Message]] = {
    "percent": lambda: message("numbers as percentages or currency"),
    "scaled": lambda: message("numbers in thousands"),
    "error": lambda: message("errors of formulas"),
    "formula": lambda: message("formulas without a stored value"),
    "parts": lambda count: message("{count} parts", count=count),
    "bytes": lambda count: message("{count} bytes", count=count),
    "rows": lambda count: message("{count} rows", count=count),
    "sheets": lambda first, second: message("{first} and {second} sheets", first=first, second=second),
    "cell": lambda row, column: message("row {row}, column {column}", row=row, column=column),
    "cut": lambda: message("the file ends before its own table of contents"),
    "document": lambda: message("an OLE document without a workbook"),
    "signal": lambda code: message("signal {code}", code=code),
    "status": lambda code: message("status {code}", code=code),
}


class WorkbookReader:
    """One child process that reads workbook after workbook, and is replaced when it dies."""

    def __init__(self, seconds: float = limits.SECONDS) -> None:
        self._seconds = seconds
        self._process: subprocess.Popen[bytes] | None = None
        self._answers: queue.Queue[str | None] = queue.Queue()

    def __enter__(self) -> WorkbookReader:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def read(self, source: bytes | Path, kind: str, name: str | None = None) -> list[Grid]:
        """Return the sheets of a workbook; `kind` is of `sniff`, `name` what messages call the file.

        The child is handed the bytes, so that what is read is what was hashed.

        Raises
        ------
        YearbookError
            If the file is protected, damaged, too large, or takes the child down.
        """
        shown = name or (source.name if isinstance(source, Path) else "the workbook")
        answer = self._ask(source.read_bytes() if isinstance(source, Path) else source, kind)
        if kind in ("dta", "parquet"):
            self.close()  # their libraries hold more address space than a workbook may have
        if "refused" in answer:
            raise _refusal(shown, answer)
        return [_grid(shown, sheet) for sheet in answer["sheets"]]

    def close(self) -> None:
        """End the child."""
        process, self._process = self._process, None
        if process is None:
            return
        process.kill()
        process.wait()
        for stream in (process.stdin, process.stdout):
            if stream is not None:
                with _ignoring_broken_pipe():
                    stream.close()

    def _ask(self, content: bytes, kind: str) -> dict[str, Any]:
        process = self._process or self._start()
        request = {"size": len(content), "kind": kind, "limits": _limits()}
        line: str | None = None
        with _ignoring_broken_pipe():
            if process.stdin is not None:
                process.stdin.write(json.dumps(request).encode() + b"\n" + content)
                process.stdin.flush()
        try:
            line = self._answers.get(timeout=self._seconds)
        except queue.Empty:
            self.close()
            return {"refused": "slow", "detail": "", "sheet": ""}
        if line is None:
            code = process.wait()
            self.close()
            return {
                "refused": "died",
                "detail": {"what": "signal" if code < 0 else "status", "code": abs(code)},
                "sheet": "",
            }
        answer: dict[str, Any] = json.loads(line)
        return answer

    def _start(self) -> subprocess.Popen[bytes]:
        process = subprocess.Popen(
            [sys.executable, "-P", str(_CHILD)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
        )
        answers: queue.Queue[str | None] = queue.Queue()
        threading.Thread(target=_collect, args=(process, answers), daemon=True).start()
        self._process, self._answers = process, answers
        return process


def _collect(process: subprocess.Popen[bytes], answers: queue.Queue[str | None]) -> None:
    if process.stdout is None:
        return
    try:
        for line in process.stdout:
            answers.put(line.decode("utf-8"))
    except ValueError:
        pass
    answers.put(None)


@contextmanager
def _ignoring_broken_pipe() -> Iterator[None]:
    try:
        yield
    except (BrokenPipeError, OSError):
        return


def _limits() -> dict[str, float]:
    return {
        "memory": limits.MEMORY_BYTES,
        "memory_of_tables": limits.TABLE_MEMORY_BYTES,
        "file": limits.FILE_BYTES,
        "unpacked": limits.UNPACKED_BYTES,
        "parts": limits.PARTS,
        "ratio": limits.RATIO,
        "cells": limits.CELLS,
        "columns": limits.COLUMNS,
        "sheets": limits.SHEETS,
        "merged": limits.MERGED,
    }


def _refusal(name: str, answer: dict[str, Any]) -> YearbookError:
    return refuse(Where(name, answer["sheet"]), _REASONS[answer["refused"]](_detail(answer)))


def _detail(answer: dict[str, Any]) -> str:
    """Return what the child saw: one of its words with values, or a text of the file or of another program."""
    seen = answer["detail"]
    if isinstance(seen, dict):
        return _DETAILS[seen.pop("what")](**seen)
    return str(seen or answer["refused"])


def _grid(name: str, sheet: dict[str, Any]) -> Grid:
    rows = tuple(tuple(_cell(cell) for cell in row) for row in sheet["rows"])
    merged = tuple((int(a), int(b), int(c), int(d)) for a, b, c, d in sheet["merged"])
    return Grid(
        name,
        sheet["name"],
        rows,
        tuple(range(1, len(rows) + 1)),
        merged,
        hidden=bool(sheet.get("hidden")),
        formats={(int(row), int(column)): str(word) for row, column, word in sheet.get("formats", ())},
        unseen=_unseen(rows, *sheet.get("unseen", ([], []))),
        unstyled=bool(sheet.get("unstyled")),
        alone=bool(sheet.get("alone")),
        settled=_settled(sheet.get("settled", [])),
    )


def _settled(spots: list[list[int]]) -> tuple[str, int]:
    """Return the first cells of a list as Excel names them, and how many there are."""
    named = [f"{letters(column + 1)}{row + 1}" for row, column in spots[:3]]
    return ", ".join([*named, *(["..."] if len(spots) > 3 else [])]), len(spots)


def _unseen(rows: tuple[tuple[Cell, ...], ...], lines: list[int], spans: list[list[int]]) -> str:
    """Return the hidden rows and columns that hold anything, as Excel names them."""
    filled = [row for row in lines if row < len(rows) and not all(map(is_empty, rows[row]))]
    width = max(map(len, rows), default=0)
    columns = [
        column
        for first, last in spans
        for column in range(first, min(last, width - 1) + 1)
        if any(column < len(cells) and not is_empty(cells[column]) for cells in rows)
    ]
    return ", ".join([*(str(row + 1) for row in filled), *(letters(column + 1) for column in columns)])


def _cell(cell: Any) -> Cell:
    return Odd(cell["odd"], cell["shown"]) if isinstance(cell, dict) else cell
