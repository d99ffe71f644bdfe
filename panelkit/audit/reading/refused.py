"""What holds no table that can be read: pictures, PDF, archives, data files, with what to do instead."""

from __future__ import annotations

import re

from panelkit.audit.reading.raw import Raw
from panelkit.language.errors import DataError
from panelkit.language.message import Message, message

_PICTURES = (
    b"\x89PNG",
    b"\xff\xd8\xff",
    b"GIF8",
    b"II*\x00",
    b"MM\x00*",
    b"\x00\x00\x01\x00",
    b"AT&TFORM",
    b"%!PS",
    b"\xff\x0a",
    b"\x00\x00\x00\x0cJXL",
    b"\x00\x00\x00\x0cjP",
)
_READERS = ((b"CAJ", "CAJ"), (b"HN\x00", "CAJ"), (b"KDH ", "KDH"), (b"NH\x00", "NH"))
_ARCHIVES = (
    (b"\x1f\x8b", "gzip"),
    (b"Rar!", "RAR"),
    (b"7z\xbc\xaf", "7-Zip"),
    (b"BZh", "bzip2"),
    (b"\xfd7zXZ", "xz"),
)
_BOXED = re.compile(rb"....ftyp(?:heic|heix|hevc|mif1|msf1|avif)", re.S)


def refuse_foreign(raw: Raw) -> None:
    """Refuse what is no text, document or workbook, by its first bytes, whatever its name says.

    Raises
    ------
    DataError
        With what it is and the remedy.
    """
    start = raw.content[:64]
    if start.lstrip().startswith(b"%PDF") or b"%PDF-" in raw.content[:1024]:
        raise refusal(raw.name, message("a PDF"))
    if is_picture(start):
        raise refusal(raw.name, message("a picture"))
    for sign, kind in _READERS:
        if start.startswith(sign):
            raise refusal(raw.name, message("a {kind} document", kind=kind))
    for sign, kind in _ARCHIVES:
        if start.startswith(sign):
            raise DataError(
                message(
                    "{name} is packed ({kind}): unpack it and name the file within", name=raw.name, kind=kind
                )
            )
    if start.startswith(b"{\\rtf"):
        raise DataError(message("{name} is a rich-text document: save it as .docx", name=raw.name))
    if start.startswith((b"PAR1", b"<stata_dta>")) or re.match(rb"[\x69-\x73][\x01\x02]\x01\x00", start):
        raise DataError(
            message("{name} holds data, not a printed table: give the table as it is printed", name=raw.name)
        )


def is_picture(start: bytes) -> bool:
    """Return whether bytes begin a picture."""
    if start.startswith(_PICTURES) or _BOXED.match(start):
        return True
    if start[:4] == b"RIFF" and start[8:12] == b"WEBP":
        return True
    if start[:2] == b"BM" and start[6:10] == bytes(4):
        return True
    return bool(re.match(rb"(?:\xef\xbb\xbf)?\s*(?:<\?xml[^>]*>\s*)?<svg\b", start, re.I))


def refusal(name: str, kind: Message) -> DataError:
    """Return the refusal of a picture or of a page made to be printed."""
    return DataError(
        message(
            "{name} is {kind}, and panelkit does not recognise characters in pictures or on laid-out pages: select "
            "the table, copy it and paste it as text (panelkit audit -), or type it as printed in a .toml or .csv "
            "file",
            name=name,
            kind=kind,
        )
    )


def no_table(name: str) -> DataError:
    """Return the refusal of what holds no table."""
    return DataError(message("{name} holds no table: no rows of several cells with numbers", name=name))


def only_pictures(name: str) -> DataError:
    """Return the refusal of a document whose tables are pictures."""
    return DataError(
        message(
            "{name} holds no table but pictures, and panelkit does not recognise characters in pictures: type the "
            "table as printed in a .toml or .csv file",
            name=name,
        )
    )
