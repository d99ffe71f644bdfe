"""What kind of file this is, from its bytes and not from its name."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Literal

from panelkit.data.yearbook.errors import Where, refuse
from panelkit.data.yearbook.files import limits
from panelkit.language.message import message

Kind = Literal["text", "json", "page", "xlsx", "xls", "dta", "parquet"]

_FOREIGN = (
    (b"%PDF", message("a PDF")),
    (b"\x1f\x8b", message("a gzip archive")),
    (b"Rar!", message("a RAR archive")),
    (b"7z\xbc\xaf", message("a 7-Zip archive")),
    (b"BZh", message("a bzip2 archive")),
    (b"\xfd7zXZ", message("an xz archive")),
    (b"\x89PNG", message("a picture")),
    (b"\xff\xd8\xff", message("a picture")),
    (b"GIF8", message("a picture")),
    (b"{\\rtf", message("a rich-text document")),
)
_OLD_STATA = re.compile(rb"[\x71-\x73][\x01\x02]\x01\x00")
_HTML = re.compile(rb"<\s*(?:!doctype\s+html|html|head|body|table|script|meta)\b", re.I)


def read_bytes(path: Path) -> bytes:
    """Return a file's bytes, within the stated limit.

    Raises
    ------
    YearbookError
        If the file is absent, no plain file, empty, or above the limit.
    """
    where = Where(path.name)
    try:
        if not path.is_file():
            if path.exists():
                raise refuse(where, message("{path} is no plain file", path=path))
            raise refuse(where, message("no such file: {path}", path=path))
        with path.open("rb") as handle:
            content = handle.read(limits.FILE_BYTES + 1)
    except OSError as error:
        raise refuse(where, message("the file cannot be read: {error}", error=str(error))) from error
    if len(content) > limits.FILE_BYTES:
        size = limits.FILE_BYTES // 1024 // 1024
        raise refuse(
            where,
            message(
                "the file is larger than {size} MB, which no yearbook table is: refused unread", size=size
            ),
        )
    if not content.strip(b"\x00 \t\r\n\xef\xbb\xbf"):
        raise refuse(where, message("the file is empty"))
    return content


def sniff(content: bytes, name: str) -> Kind:
    """Return the kind of a file; refuse with its true kind what holds no table.

    Raises
    ------
    YearbookError
        For archives, pictures and other documents, whatever their file name says.
    """
    where = Where(name)
    if content.startswith(b"PK"):
        return "xlsx"
    if content.startswith(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"):
        return "xls"
    if content.startswith(b"PAR1"):
        return "parquet"
    if content.startswith(b"<stata_dta>") or _OLD_STATA.match(content):
        return "dta"
    for start, kind in _FOREIGN:
        if content.startswith(start):
            raise refuse(
                where,
                message("this is {kind}, not a table: save the table as .xlsx, .xls or .csv", kind=kind),
            )
    head = content[:4096].replace(b"\x00", b"")
    if _HTML.search(head):
        return "page"
    if head.lstrip(b"\xef\xbb\xbf\xff\xfe \t\r\n").startswith(b"<"):
        raise refuse(
            where,
            message("this is an XML document, not a workbook: open it in Excel and save it as .xlsx"),
        )
    if b"\x00" in content[:4096] and content[:2] not in (b"\xff\xfe", b"\xfe\xff"):
        raise refuse(
            where,
            message("neither a text file nor a workbook: the bytes are of no kind that holds a table"),
        )
    if head.lstrip(b"\xef\xbb\xbf \t\r\n").startswith((b"{", b"[")):
        return "json"
    return "text"
