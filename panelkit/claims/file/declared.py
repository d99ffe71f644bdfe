"""Declarations: a claim is fixed before it is computed, and every later change has a date and a reason."""

from __future__ import annotations

import datetime
import hashlib
import json
import re
import tomllib
from collections.abc import Iterable, Mapping
from itertools import pairwise
from pathlib import Path
from typing import Annotated, Any, Self

from pydantic import Field, StringConstraints, ValidationError, model_validator

from panelkit.claims.file.parts import Part, Text
from panelkit.language.errors import SpecError
from panelkit.language.message import Message, message, verbatim
from panelkit.show.files import reason_of

FILE = "DECLARED.toml"

MOST_BYTES = 1_000_000
"""Seven times the longest file that ships: what is longer is no claim that anybody wrote."""
_DEEPEST = 32
_MOST_ENTRIES = 2_000
_KEY = r"""(?:[A-Za-z0-9_-]+|"[^"\n]*"|'[^'\n]*')[ \t]*"""
_LONG_KEY = re.compile(rf"(?<![A-Za-z0-9_-]){_KEY}(?:\.[ \t]*{_KEY}){{{_DEEPEST}}}")
"""A dotted key of so many names, over which tomllib takes time that grows with their square."""

Digest = Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{64}$")]


class Revision(Part):
    """A dated change of a declared claim, with its reason."""

    date: datetime.date
    sha256: Digest
    reason: Text


class Declaration(Part):
    """The first declaration of a claim and its revisions; the last hash is the one in force."""

    declared: datetime.date
    sha256: Digest
    revision: tuple[Revision, ...] = ()

    @model_validator(mode="after")
    def _dates_ascend(self) -> Self:
        dates = [self.declared, *(item.date for item in self.revision)]
        for earlier, later in pairwise(dates):
            if later < earlier:
                raise ValueError(
                    message(
                        "the revision of {later} stands after {earlier}: revisions follow the declaration, oldest "
                        "first",
                        later=later,
                        earlier=earlier,
                    )
                )
        return self

    @property
    def in_force(self) -> str:
        """Return the hash that the claim must have now."""
        return self.revision[-1].sha256 if self.revision else self.sha256


class Declarations(Part):
    """The shipped `DECLARED.toml`: one entry a document and one a claim."""

    document: dict[str, Declaration] = Field(default_factory=dict)
    claim: dict[str, Declaration] = Field(default_factory=dict)


def content_hash(content: Mapping[str, Any]) -> str:
    """Return the SHA-256 of a table's content: spelling counts, the order and layout of the file do not."""
    canonical = json.dumps(content, ensure_ascii=False, sort_keys=True, separators=(",", ":"), default=str)
    return hashlib.sha256(canonical.encode()).hexdigest()


def read_declarations(folder: Path) -> Declarations | None:
    """Return the declarations of a folder of claim files, or None where it has none.

    Raises
    ------
    SpecError
        If the file is not valid.
    """
    path = folder / FILE
    if not path.is_file():
        return None
    try:
        return Declarations.model_validate(read_toml(path))
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(map(str, first["loc"]))
        said = message("{path}, {where}: {problem}", path=shown_path(path), where=where, problem=first["msg"])
        raise SpecError(said) from error


def read_toml(path: Path) -> dict[str, Any]:
    """Return the content of a TOML file in UTF-8, with or without a mark.

    Raises
    ------
    SpecError
        If there is no such file, or it is no UTF-8 text, no TOML, or too large to be a file of claims.
    """
    return toml_of(path, read_text(path))


def read_text(path: Path) -> str:
    """Return the text of a file in UTF-8, with or without a mark, its lines ended as TOML wants them.

    Raises
    ------
    SpecError
        If there is no such file, it is no UTF-8 text, or larger than a file of claims can be.
    """
    shown = shown_path(path)
    try:
        with path.open("rb") as file:
            content = file.read(MOST_BYTES + 1)  # never more: a device or a pipe has no end
        if len(content) > MOST_BYTES:
            raise SpecError(
                message(
                    "{path} holds more than {n:,} bytes: that is no file of claims",
                    path=shown,
                    n=MOST_BYTES,
                )
            )
        return content.decode("utf-8-sig").replace("\r\n", "\n")
    except FileNotFoundError:
        raise SpecError(message("there is no file {path}", path=shown)) from None
    except OSError as error:
        why = reason_of(error)
        raise SpecError(message("{path} cannot be read: {why}", path=shown, why=why)) from error
    except UnicodeDecodeError as error:
        raise SpecError(
            message("{path} is not UTF-8 text (byte {at}): save it as UTF-8", path=shown, at=error.start)
        ) from error


def toml_of(path: Path, text: str) -> dict[str, Any]:
    """Return the content of a text in TOML; `path` is where it was read.

    Raises
    ------
    SpecError
        If it is no TOML, or its tables stand in each other deeper than any claim's.
    """
    shown = shown_path(path)
    if _LONG_KEY.search(text):
        raise SpecError(_too_deep(shown))
    try:
        content = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise SpecError(message("{path} is not TOML: {why}", path=shown, why=verbatim(str(error)))) from error
    except (
        ValueError,
        RecursionError,
    ) as error:  # numbers of thousands of digits, tables in tables without end
        raise SpecError(
            message("{path} is no TOML file that can be read: {why}", path=shown, why=verbatim(str(error)))
        ) from error
    _refuse_unlike_claims(shown, content)
    return content


def _too_deep(shown: str) -> Message:
    return message(
        "{path} is no file of claims: its tables stand in each other more than {n} deep",
        path=shown,
        n=_DEEPEST,
    )


def _refuse_unlike_claims(shown: str, content: dict[str, Any]) -> None:
    """Refuse tables and lists that stand too deep in each other, and lists of too many entries; without recursion."""
    level: list[Any] = [content]
    for _ in range(_DEEPEST):
        if any(len(item) > _MOST_ENTRIES for item in level):
            raise SpecError(
                message(
                    "{path} is no file of claims: a table or list in it holds more than {n:,} entries",
                    path=shown,
                    n=_MOST_ENTRIES,
                )
            )
        level = [
            held
            for item in level
            for held in (item.values() if isinstance(item, dict) else item)
            if isinstance(held, dict | list)
        ]
    if level:
        raise SpecError(_too_deep(shown))


def shown_path(path: Path) -> str:
    """Return a path as text that prints anywhere: bytes that are no UTF-8 and control characters as escapes."""
    return shown_text(str(path))


def shown_text(text: str) -> str:
    """Return a text that prints anywhere, as `shown_path`."""
    text = text.encode("utf-8", "backslashreplace").decode("utf-8")
    return "".join(letter if letter.isprintable() else f"\\x{ord(letter):02x}" for letter in text)


def problem(kind: str, key: str, content: Mapping[str, Any], entry: Declaration | None) -> Message | None:
    """Return what is wrong between a table and its declaration, or None.

    Parameters
    ----------
    kind
        "document" or "claim".
    key
        Key of the document, or id of the claim.
    content
        The table, as TOML holds it.
    entry
        Its declaration; None: not declared.

    Returns
    -------
    Message or None
    """
    digest = content_hash(content)
    if entry is None:
        return message(
            "{kind} {key} is not declared: add [{kind}.{key}] with sha256 = {digest!r}",
            kind=kind,
            key=key,
            digest=digest,
        )
    if digest != entry.in_force:
        return message(
            "{kind} {key} differs from its declaration of {date}: restore it, or add a [[{kind}.{key}.revision]] with "
            "date, reason and sha256 = {digest!r}",
            kind=kind,
            key=key,
            date=_last_date(entry),
            digest=digest,
        )
    return None


def deleted(declarations: Declarations, contents: Iterable[Mapping[str, Any]]) -> list[Message]:
    """Return a sentence for each declared document or claim that the folder no longer holds."""
    held = list(contents)
    present = {
        "document": {_named(content.get("document"), "key") for content in held},
        "claim": {_named(item, "id") for content in held for item in content.get("claim", ())},
    }
    return [
        message(
            "{file}: {kind} {key} is declared but stands in no claim file: restore it (a claim that was given up "
            "stays, with status not_testable and a reason)",
            file=FILE,
            kind=kind,
            key=key,
        )
        for kind, entries in (("document", declarations.document), ("claim", declarations.claim))
        for key in entries
        if key not in present[kind]
    ]


def _named(table: Any, field: str) -> str:
    return str(table.get(field, "")) if isinstance(table, Mapping) else ""


def _last_date(entry: Declaration) -> str:
    return str(entry.revision[-1].date if entry.revision else entry.declared)
