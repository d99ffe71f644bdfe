"""Which format a file or a paste is in: by its bytes first, by its name where the bytes leave it open."""

from __future__ import annotations

import io
import re
import zipfile

from panelkit.audit.reading.raw import Raw
from panelkit.audit.reading.refused import refuse_foreign
from panelkit.language.errors import DataError
from panelkit.language.message import message

_HTML = re.compile(r"<\s*(?:!doctype\s+html|html|body|table|tr|td)\b[^>]{0,1000}>", re.I)
_TEX = re.compile(
    r"\\begin\s*\{(?:tabular|long|xltab|tabu|tblr|array|threeparttable)|\\multicolumn|\\hline|\\midrule"
)
_TOML = re.compile(r"^[ \t]*(?:\[\[tables\]\]|(?:rows|table|columns)\s*=\s*(?:\[|\"\"\"|'''))", re.M)
_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"


def kind_of(raw: Raw) -> str:
    """Return the key of the reader of a source.

    Raises
    ------
    DataError
        If no reader takes it, with what it is and the remedy.
    """
    refuse_foreign(raw)
    if raw.content.startswith(b"PK"):
        return _of_archive(raw)
    if raw.content.startswith(_OLE):
        return _of_compound(raw)
    if b"\x00" in raw.content[:4096] and raw.content[:2] not in (b"\xff\xfe", b"\xfe\xff"):
        raise DataError(
            message(
                "{name} is neither text nor a document nor a workbook: its bytes hold no table", name=raw.name
            )
        )
    if raw.ending in ("toml", "tex"):
        return raw.ending
    if raw.ending in ("csv", "tsv"):
        return "csv" if not _HTML.search(raw.text()[:4096]) else "html"
    return _of_text(raw.text())


def _of_text(text: str) -> str:
    if _TEX.search(text):
        return "tex"
    if len(_HTML.findall(text)) > 1:
        return "html"
    return "toml" if _TOML.search(text) else "text"


def _of_archive(raw: Raw) -> str:
    """Return what kind of document a zip archive is."""
    try:
        with zipfile.ZipFile(io.BytesIO(raw.content)) as archive:
            names = set(archive.namelist())
    except (zipfile.BadZipFile, ValueError, OSError) as error:
        raise DataError(
            message(
                "{name} is damaged: the archive that it is cannot be opened ({error})",
                name=raw.name,
                error=str(error),
            )
        ) from error
    if "word/document.xml" in names:
        return "docx"
    if "xl/workbook.xml" in names:
        return "xlsx"
    if "xl/workbook.bin" in names:
        raise DataError(message("{name} is a binary workbook: save it as .xlsx", name=raw.name))
    if "content.xml" in names:
        raise DataError(message("{name} is an OpenDocument file: save it as .xlsx or .docx", name=raw.name))
    raise DataError(
        message(
            "{name} is an archive that is neither .docx nor .xlsx: unpack it and name the file", name=raw.name
        )
    )


def _of_compound(raw: Raw) -> str:
    """Return the kind of an old office file; a document of Word before 2007 is refused."""
    if "WordDocument".encode("utf-16-le") in raw.content:
        raise DataError(message("{name} is a document of Word before 2007: save it as .docx", name=raw.name))
    return "xls"
