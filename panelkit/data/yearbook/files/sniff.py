"""What kind of file this is, from its bytes and not from its name."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Literal

from panelkit.data.yearbook.errors import Where, refuse
from panelkit.data.yearbook.files import limits

Kind = Literal["text", "json", "xlsx", "xls"]

_FOREIGN = (
    (b"%PDF", "a PDF", "PDF文件"),
    (b"\x1f\x8b", "a gzip archive", "gzip压缩包"),
    (b"Rar!", "a RAR archive", "RAR压缩包"),
    (b"7z\xbc\xaf", "a 7-Zip archive", "7-Zip压缩包"),
    (b"BZh", "a bzip2 archive", "bzip2压缩包"),
    (b"\xfd7zXZ", "an xz archive", "xz压缩包"),
    (b"\x89PNG", "a picture", "图片"),
    (b"\xff\xd8\xff", "a picture", "图片"),
    (b"GIF8", "a picture", "图片"),
    (b"{\\rtf", "a rich-text document", "RTF文档"),
)
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
            raise refuse(where, f"no such file: {path}", f"找不到文件：{path}")
        with path.open("rb") as handle:
            content = handle.read(limits.FILE_BYTES + 1)
    except OSError as error:
        raise refuse(where, f"the file cannot be read: {error}", f"无法读取文件：{error}") from error
    if len(content) > limits.FILE_BYTES:
        size = limits.FILE_BYTES // 1024 // 1024
        raise refuse(
            where,
            f"the file is larger than {size} MB, which no yearbook table is: refused unread",
            f"文件超过{size} MB，年鉴表格不会如此大：拒绝读取",
        )
    if not content.strip(b"\x00 \t\r\n\xef\xbb\xbf"):
        raise refuse(where, "the file is empty", "文件为空")
    return content


def sniff(content: bytes, name: str) -> Kind:
    """Return the kind of a file; refuse with its true kind what holds no table.

    Raises
    ------
    YearbookError
        For web pages, archives, pictures and other documents, whatever their file name says.
    """
    where = Where(name)
    if content.startswith(b"PK"):
        return "xlsx"
    if content.startswith(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"):
        return "xls"
    for start, en, zh in _FOREIGN:
        if content.startswith(start):
            raise refuse(
                where,
                f"this is {en}, not a table: save the table as .xlsx, .xls or .csv",
                f"这是{zh}，不是表格：请另存为.xlsx、.xls或.csv",
            )
    head = content[:4096].replace(b"\x00", b"")
    if _HTML.search(head):
        raise refuse(
            where,
            "this is a web page (often the portal's error page saved under a table's name): export the table again",
            "这是网页（多为门户网站的错误页面被存成了表格文件名）：请重新导出",
        )
    if head.lstrip(b"\xef\xbb\xbf\xff\xfe \t\r\n").startswith(b"<"):
        raise refuse(
            where,
            "this is an XML document, not a workbook: open it in Excel and save it as .xlsx",
            "这是XML文档，不是工作簿：请在Excel中打开并另存为.xlsx",
        )
    if b"\x00" in content[:4096] and content[:2] not in (b"\xff\xfe", b"\xfe\xff"):
        raise refuse(
            where,
            "neither a text file nor a workbook: the bytes are of no kind that holds a table",
            "既不是文本文件也不是工作簿：无法识别的二进制文件",
        )
    if head.lstrip(b"\xef\xbb\xbf \t\r\n").startswith((b"{", b"[")):
        return "json"
    return "text"
