"""Old workbooks behind a password, and as the two readers of workbooks disagree about them; made byte by byte."""

from __future__ import annotations

import io
import struct
from collections.abc import Sequence
from hashlib import md5
from typing import Any

_SALT, _VERIFIER = bytes(range(16)), bytes(range(16, 32))
_CODEPAGE, _BOUNDSHEET, _FILEPASS = 0x42, 0x85, 0x2F
_PLAIN = {0x809, _FILEPASS, 0x194, 0x195, 0xE1, 0x196, 0x138}
"""Records that stay as they are in a protected workbook ([MS-XLS] 2.2.10)."""


def biff(rows: Sequence[Sequence[Any]], *others: str) -> bytes:
    """Return the stream of a workbook with one sheet of figures, and further sheets with a word in each."""
    import xlwt

    book = xlwt.Workbook()
    page = book.add_sheet("1")
    for row, cells in enumerate(rows):
        for column, cell in enumerate(cells):
            if cell is not None:
                page.write(row, column, cell)
    for name in others:
        book.add_sheet(name).write(0, 0, name)
    stream: bytes = book.get_biff_data()
    return stream


def document(stream: bytes) -> bytes:
    """Return the file around the stream of a workbook."""
    from xlwt.CompoundDoc import XlsDoc

    out = io.BytesIO()
    XlsDoc().save(out, stream)
    return out.getvalue()


def records(stream: bytes) -> list[tuple[int, bytes]]:
    """Return the records of a stream."""
    found, at = [], 0
    while at + 4 <= len(stream):
        kind, size = struct.unpack_from("<HH", stream, at)
        found.append((kind, stream[at + 4 : at + 4 + size]))
        at += 4 + size
    return found


def joined(parts: Sequence[tuple[int, bytes]]) -> bytes:
    """Return records as a stream."""
    return b"".join(struct.pack("<HH", kind, len(body)) + body for kind, body in parts)


def with_codepage(stream: bytes, page: int) -> bytes:
    """Return a stream that names another code page, as other writers than Excel do; its texts need none."""
    return joined(
        [(kind, struct.pack("<H", page) if kind == _CODEPAGE else body) for kind, body in records(stream)]
    )


def with_macro_sheet(stream: bytes, number: int) -> bytes:
    """Return a stream whose sheet of that number is a sheet of macros."""
    seen = -1
    found = []
    for kind, body in records(stream):
        seen += kind == _BOUNDSHEET
        mine = kind == _BOUNDSHEET and seen == number
        found.append((kind, body[:5] + b"\x01" + body[6:] if mine else body))
    return joined(found)


def locked(stream: bytes, password: str) -> bytes:
    """Return the file of a stream under a password: RC4 of 40 bits, as Excel 97 writes it ([MS-OFFCRYPTO] 2.3.6)."""
    proof = _rc4(_key(password, 0), _VERIFIER + md5(_VERIFIER).digest())
    lock = struct.pack("<HHH", 1, 1, 1) + _SALT + proof
    lock += bytes(
        -(len(stream) + len(lock) + 4) % 4
    )  # what xlwt fills the file up with is then whole records
    shift = len(lock) + 4
    parts = records(stream)
    parts = [parts[0], (_FILEPASS, lock), *parts[1:]]
    keys = b"".join(_rc4(_key(password, block), bytes(1024)) for block in range(len(stream) // 1024 + 2))
    out, at = [], 0
    for kind, body in parts:
        at += 4
        open_bytes = len(body) if kind in _PLAIN else 4 if kind == _BOUNDSHEET else 0
        if kind == _BOUNDSHEET:
            body = struct.pack("<I", struct.unpack_from("<I", body)[0] + shift) + body[4:]
        hidden = bytes(a ^ b for a, b in zip(body[open_bytes:], keys[at + open_bytes :], strict=False))
        out.append((kind, body[:open_bytes] + hidden))
        at += len(body)
    return document(joined(out))


def _key(password: str, block: int) -> bytes:
    first = md5(password.encode("utf-16-le")).digest()[:5]
    second = md5((first + _SALT) * 16).digest()[:5]
    return md5(second + struct.pack("<I", block)).digest()


def _rc4(key: bytes, data: bytes) -> bytes:
    box, j = list(range(256)), 0
    for i in range(256):
        j = (j + box[i] + key[i % len(key)]) % 256
        box[i], box[j] = box[j], box[i]
    i = j = 0
    out = bytearray()
    for byte in data:
        i = (i + 1) % 256
        j = (j + box[i]) % 256
        box[i], box[j] = box[j], box[i]
        out.append(byte ^ box[(box[i] + box[j]) % 256])
    return bytes(out)
