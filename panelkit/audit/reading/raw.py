"""What is to be read: the bytes of a file or a paste, and what messages call it."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from panelkit.data.yearbook.files.decode import decode_text
from panelkit.language.errors import DataError
from panelkit.language.message import message

BYTES = 20 * 1024 * 1024
"""The largest file that is read; no document with tables of a paper is larger without its pictures."""

TEXT_BYTES = 4 * 1024 * 1024
"""The largest text."""

CELLS = 200_000
"""Cells of one table, those that a span covers counted."""

CELL = 10_000
"""Characters of the source of one cell, or of one line of pasted text."""

COLUMNS = 500
"""Columns of one table."""


@dataclass(frozen=True)
class Raw:
    """Bytes with a name; `ending` is that of the file's name, "" for a paste."""

    name: str
    content: bytes
    ending: str = ""

    def text(self) -> str:
        """Return the bytes as text: UTF-8 or UTF-16 with or without a mark, GB18030.

        Raises
        ------
        DataError
            If the text is larger than the limit, or of none of these encodings.
        """
        if len(self.content) > TEXT_BYTES:
            raise too_large(self.name, TEXT_BYTES)
        return decode_text(self.content, self.name).replace("\r\n", "\n").replace("\r", "\n")


def from_path(path: Path) -> Raw:
    """Return a file.

    Raises
    ------
    DataError
        If it is missing, a folder, cannot be read, empty or too large.
    """
    try:
        if not path.exists():
            raise DataError(message("there is no file {path}", path=path))
        if not path.is_file():
            raise DataError(message("{path} is no file: name the file that holds the table", path=path))
        with path.open("rb") as handle:
            content = handle.read(BYTES + 1)
    except (OSError, ValueError) as error:
        raise DataError(
            message(
                "{path} cannot be read: {error}",
                path=path,
                error=str(getattr(error, "strerror", "") or error),
            )
        ) from error
    return checked(Raw(path.name, content, path.suffix.lower().lstrip(".")))


def from_stream(stream: Any, name: str) -> Raw:
    """Return what a stream of bytes or of text still holds."""
    held = getattr(stream, "buffer", stream).read(BYTES + 1)
    return checked(Raw(name, held if isinstance(held, bytes) else str(held).encode("utf-8", "surrogatepass")))


def checked(raw: Raw) -> Raw:
    """Return what is to be read if it is neither empty nor too large.

    Raises
    ------
    DataError
        Otherwise.
    """
    if len(raw.content) > BYTES:
        raise too_large(raw.name, BYTES)
    if not raw.content.strip(b"\x00 \t\r\n\xef\xbb\xbf\xff\xfe"):
        raise DataError(message("{name} is empty: it holds no table", name=raw.name))
    return raw


def too_large(name: str, limit: int) -> DataError:
    """Return the refusal of what is larger than any table of a paper."""
    return DataError(
        message(
            "{name} is larger than {size} MB: put the table into a file of its own",
            name=name,
            size=limit >> 20,
        )
    )


def checked_cell(name: str, text: str) -> str:
    """Return the source of a cell, if it is no longer than any cell.

    Raises
    ------
    DataError
        Otherwise.
    """
    if len(text) > CELL:
        raise DataError(
            message(
                "{name} holds a cell of more than {limit:,} characters ({start}...): is a mark that ends it missing?",
                name=name,
                limit=CELL,
                start=text.strip()[:20],
            )
        )
    return text


def count_cells(name: str, cells: int, columns: int = 0) -> None:
    """Refuse a table with more cells or columns than a printed one has.

    Raises
    ------
    DataError
        If there are more than the limits.
    """
    if cells > CELLS or columns > COLUMNS:
        raise DataError(
            message(
                "{name} holds a table of more than {cells:,} cells or {columns} columns, which no printed one has",
                name=name,
                cells=CELLS,
                columns=COLUMNS,
            )
        )
