"""`head.json`: the one small file that says what a store holds, and whether it says so rightly."""

from __future__ import annotations

import errno
import hashlib
import json
import os
import re
import stat
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from panelkit.language.errors import DataError
from panelkit.language.message import Message, message
from panelkit.show.brief import Brief
from panelkit.show.files import reason_of

FORMAT = 1
HEAD = "head.json"
RAW = "raw"
FIGURES = "figures"

_SHA = re.compile(r"[0-9a-f]{64}")
_SUFFIX = re.compile(r"(?:\.[^/\\\x00]{0,7})?")
_FIELDS: dict[str, type] = {
    "sha256": str, "name": str, "size": int, "suffix": str, "layout": str, "told": dict, "vintages": dict,
}  # fmt: skip


class DamagedError(DataError):
    """A store that is not what it says; `what` is the damage."""

    def __init__(self, folder: Path, what: Message) -> None:
        self.folder, self.what = folder, what
        super().__init__(
            message(
                "the store {folder} is damaged: {what}. `panelkit store check --store {folder}` lists all that is "
                "wrong, `panelkit store repair --store {folder}` mends it from the files as they came",
                folder=folder,
                what=what,
            )
        )

    def __reduce__(self) -> tuple[Any, ...]:
        return (DamagedError, (self.folder, self.what))


class OtherVersionError(DataError):
    """A store that a later panelkit wrote; it is not damaged, and not to be mended."""


@dataclass(frozen=True)
class RawFile(Brief):
    """A file as it came, and what was read from it.

    `corrections` are those that changed a figure of it, None where that was not recorded.
    """

    sha256: str
    name: str
    size: int
    suffix: str
    layout: str
    told: Mapping[str, Any]
    vintages: Mapping[str, str]
    content: bytes | None = field(default=None, repr=False, compare=False)
    corrections: Sequence[Mapping[str, Any]] | None = field(default=None, repr=False, compare=False)

    @property
    def place(self) -> str:
        """Return where the file lies in the store."""
        return f"{RAW}/{self.sha256}{self.suffix}"

    @property
    def key(self) -> tuple[str, str]:
        """Return what makes the file one: its bytes, and what the caller said of them."""
        return self.sha256, json.dumps(dict(self.told), sort_keys=True)

    @property
    def entry(self) -> tuple[str, str, str]:
        """Return what makes an ingestion one: the file, and the vintages that its figures went to."""
        return *self.key, json.dumps(dict(self.vintages), sort_keys=True)

    def record(self) -> dict[str, Any]:
        """Return the file as `head.json` holds it."""
        return {name: kind(getattr(self, name)) for name, kind in _FIELDS.items()}


@dataclass(frozen=True)
class Head:
    """What `head.json` says: the checksum of the table of figures, and the files."""

    figures: str
    files: tuple[RawFile, ...]

    @property
    def table(self) -> str:
        """Return where the table of figures lies in the store."""
        return f"{FIGURES}/{self.figures}.csv"

    def places(self) -> set[str]:
        """Return where everything lies that the head names."""
        return {self.table} | {file.place for file in self.files}

    def text(self) -> bytes:
        """Return the head as it is written."""
        head = {"format": FORMAT, "figures": self.figures, "files": [file.record() for file in self.files]}
        return (json.dumps(head, ensure_ascii=False, indent=1, sort_keys=True) + "\n").encode()

    @property
    def sha256(self) -> str:
        """Return the checksum of the head as it is written."""
        return hashlib.sha256(self.text()).hexdigest()


def plain_bytes(path: Path) -> bytes:
    """Return the content of a file; a device or a pipe, which would be read without end, is an `OSError`."""
    if not stat.S_ISREG(os.stat(path).st_mode):
        raise OSError(errno.EINVAL, "it is no plain file", str(path))
    return path.read_bytes()


def read_head(folder: Path) -> Head | None:
    """Return what `head.json` says; None where there is none.

    Raises
    ------
    DamagedError
        Naming what is wrong in it.
    OtherVersionError
        If a later panelkit wrote it.
    """
    try:
        content = plain_bytes(folder / HEAD)
    except FileNotFoundError:
        return None
    except OSError as error:
        raise DamagedError(
            folder, message("{head} cannot be read ({error})", head=HEAD, error=reason_of(error))
        ) from error
    try:
        head = json.loads(content)
    except (ValueError, RecursionError) as error:
        raise DamagedError(
            folder, message("{head} cannot be read ({error})", head=HEAD, error=_short(error))
        ) from error
    if not isinstance(head, dict):
        raise DamagedError(folder, message("{head} holds no table of names", head=HEAD))
    version = head.get("format")
    if type(version) is int and version > FORMAT:
        raise OtherVersionError(
            message(
                "the store {folder} was written by another version of panelkit (format {version}; this "
                "one reads {format}): update panelkit",
                folder=folder,
                version=version,
                format=FORMAT,
            )
        )
    wrong = _wrong(head)
    if wrong:
        raise DamagedError(folder, message("{head}: {wrong}", head=HEAD, wrong=wrong))
    return Head(head["figures"], tuple(raw_file(record) for record in head["files"]))


def raw_file(record: Mapping[str, Any]) -> RawFile:
    """Return a file of its checked record."""
    return RawFile(**{name: record[name] for name in _FIELDS})


def wrong_record(record: object) -> Message | None:
    """Return what is wrong with the record of a file; None where it is right."""
    if not isinstance(record, dict):
        return message("is no table of names")
    absent, strange = sorted(_FIELDS.keys() - record.keys()), sorted(record.keys() - _FIELDS.keys())
    if absent or strange:
        return _fields(absent, strange)
    for name, kind in _FIELDS.items():
        if type(record[name]) is not kind:
            return message("`{name}` is no {kind}", name=name, kind=kind.__name__)
    if not _SHA.fullmatch(record["sha256"]):
        return message("`sha256` is no checksum")
    if not _SUFFIX.fullmatch(record["suffix"]):
        return message("`suffix` is no ending of a file name")
    if not all(isinstance(name, str) and name for name in record["vintages"].values()):
        return message("`vintages` names what is no vintage")
    strange = sorted(name for name, what in record["told"].items() if not _is_told(name, what))
    if strange:
        return message("`told` holds {names}, which nobody can say of a file", names=[*map(repr, strange)])
    return message("holds half a character") if _surrogates(record) else None


def _is_told(name: str, what: object) -> bool:
    """Return whether something may have been said of a file, by its kind."""
    texts = isinstance(what, dict) and all(isinstance(text, str) for text in what.values())
    return {
        "indicator": texts or isinstance(what, str),
        "province": isinstance(what, str) or type(what) is int,
        "year": isinstance(what, str),
        "sheet": isinstance(what, str),
        "columns": texts,
        "unit": texts or isinstance(what, str),
        "places": texts,
        "level": what == "city",
        "rows": isinstance(what, list) and all(isinstance(name, str) for name in what),
    }.get(name, False)


def _wrong(head: Mapping[str, Any]) -> Message | None:
    known = {"format", "figures", "files"}
    absent, strange = sorted(known - head.keys()), sorted(head.keys() - known)
    if absent or strange:
        return _fields(absent, strange)
    if type(head["format"]) is not int or head["format"] != FORMAT:
        return message("`format` is {found}, not {format}", found=_short(head["format"]), format=FORMAT)
    if not isinstance(head["figures"], str) or not _SHA.fullmatch(head["figures"]):
        return message("`figures` is no checksum")
    if not isinstance(head["files"], list):
        return message("`files` is no list")
    for number, record in enumerate(head["files"], start=1):
        wrong = wrong_record(record)
        if wrong:
            return message("file {number} {wrong}", number=number, wrong=wrong)
    return None


def _fields(absent: Sequence[str], strange: Sequence[str]) -> Message:
    if absent:
        return message("lacks {names}", names=list(absent))
    return message("has an unknown field {names}", names=[*map(repr, strange)])


def _surrogates(record: object) -> bool:
    try:
        json.dumps(record, ensure_ascii=False).encode()
    except UnicodeEncodeError:
        return True
    return False


def _short(what: object) -> str:
    text = repr(what) if not isinstance(what, BaseException) else str(what)
    return text if len(text) <= 80 else text[:80] + "..."
