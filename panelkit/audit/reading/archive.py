"""The XML within a .docx or .xlsx, unpacked under limits and parsed without document types or entities."""

from __future__ import annotations

import io
import re
import xml.parsers.expat
import zipfile
import zlib
from xml.etree import ElementTree

from panelkit.audit.reading.raw import Raw
from panelkit.language.errors import DataError
from panelkit.language.message import message

PARTS = 5_000
UNPACKED = 64 * 1024 * 1024
"""Bytes of XML of one document, unpacked."""
DECLARED = 256 * 1024 * 1024
"""Bytes of all parts, pictures too, as the archive declares them."""
RATIO = 300
"""Unpacked over packed size of a part above a megabyte."""
DEPTH = 200
"""Elements within elements."""
_DECLARED = re.compile(rb"<!\s*(?:DOCTYPE|ENTITY)", re.I)


def xml_parts(raw: Raw, wanted: str) -> dict[str, bytes]:
    """Return the XML parts of an archive whose names match a pattern, checked.

    Raises
    ------
    DataError
        If the archive is damaged or protected, a part unpacks beyond the limits, or defines entities.
    """
    pattern = re.compile(wanted)
    found: dict[str, bytes] = {}
    room = UNPACKED
    try:
        with zipfile.ZipFile(io.BytesIO(raw.content)) as archive:
            parts = archive.infolist()
            declared = sum(part.file_size for part in parts)  # no reader unpacks more than is declared
            twice = len({part.filename for part in parts}) != len(parts)
            if len(parts) > PARTS or twice or declared > DECLARED:
                raise _bomb(raw.name)
            for part in parts:
                if part.filename.endswith((".xml", ".rels", ".vml")):
                    body = _unpacked(archive, part, room, raw.name)
                    room -= len(body)
                    if pattern.fullmatch(part.filename):
                        _check(body, raw.name)
                        found[part.filename] = body
                    elif _DECLARED.search(body):
                        raise _entities(raw.name)
    except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, OSError, ValueError) as error:
        raise DataError(
            message(
                "{name} is damaged: a part of it cannot be unpacked ({error})",
                name=raw.name,
                error=str(error),
            )
        ) from error
    return found


def tree(body: bytes, name: str) -> ElementTree.Element:
    """Return a checked part as a tree.

    Raises
    ------
    DataError
        If it is no XML.
    """
    try:
        return ElementTree.fromstring(body)
    except ElementTree.ParseError as error:
        raise _damaged(name, error) from error


def _unpacked(archive: zipfile.ZipFile, part: zipfile.ZipInfo, room: int, name: str) -> bytes:
    """Return one part, stopping where it grows beyond the limits."""
    if part.flag_bits & 1:
        raise DataError(message("{name} is protected by a password: save a copy without it", name=name))
    pieces: list[bytes] = []
    size = 0
    with archive.open(part) as stream:
        while piece := stream.read(1 << 18):
            size += len(piece)
            if size > room or (size > 1 << 20 and size > RATIO * max(part.compress_size, 1)):
                raise _bomb(name)
            pieces.append(piece)
    return b"".join(pieces)


def _check(body: bytes, name: str) -> None:
    """Refuse document types, entities and elements nested beyond any document, before a tree is made."""
    plain = body.replace(b"\x00", b"") if body[:4].count(b"\x00") else body
    if _DECLARED.search(plain):
        raise _entities(name)
    depth = [0]

    def start(tag: str, attributes: dict[str, str]) -> None:
        depth[0] += 1
        if depth[0] > DEPTH:
            raise DataError(
                message("{name} nests its parts deeper than any document: refused unread", name=name)
            )

    def end(tag: str) -> None:
        depth[0] -= 1

    parser = xml.parsers.expat.ParserCreate()
    parser.StartElementHandler, parser.EndElementHandler = start, end
    try:
        parser.Parse(body, True)
    except xml.parsers.expat.ExpatError as error:
        raise _damaged(name, error) from error


def _damaged(name: str, error: Exception) -> DataError:
    return DataError(
        message("{name} is damaged: a part of it is no XML ({error})", name=name, error=str(error))
    )


def _bomb(name: str) -> DataError:
    return DataError(
        message(
            "{name} unpacks beyond {size} MB or {parts} parts: refused unread",
            name=name,
            size=UNPACKED >> 20,
            parts=PARTS,
        )
    )


def _entities(name: str) -> DataError:
    return DataError(
        message("{name} defines XML entities, which no document needs: refused unread", name=name)
    )
