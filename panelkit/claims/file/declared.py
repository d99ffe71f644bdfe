"""Declarations: a claim is fixed before it is computed, and every later change has a date and a reason."""

from __future__ import annotations

import datetime
import hashlib
import json
from collections.abc import Iterable, Mapping
from itertools import pairwise
from pathlib import Path
from typing import Annotated, Any, Self

from pydantic import Field, StringConstraints, ValidationError, model_validator

from panelkit.claims.file.parts import Part, Text
from panelkit.claims.file.toml_file import read_toml, shown_path
from panelkit.language.errors import SpecError
from panelkit.language.message import Message, message

FILE = "DECLARED.toml"

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
