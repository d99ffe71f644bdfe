"""Verdicts kept from one run to the next, by claim, figures and code: what is unchanged is not computed again.

A file of the folder holds the verdicts of one claim: a line of JSON that says what they are of, then the bytes. It is
read only if its line names the very claim, figures and code of the run, and its bytes are those that were written. The
years that a claim reads follow from the claim and the figures, and stand in the line.
"""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from panelkit.claims import cache_folder
from panelkit.claims.file.load import RegisteredClaim
from panelkit.claims.findings import Word
from panelkit.claims.packed import packed, unpacked
from panelkit.claims.source import Source
from panelkit.claims.verdict import Verdict
from panelkit.claims.versions import FolderState, code_version, hash_of_folder, state_of_folder
from panelkit.language.errors import DataError
from panelkit.language.message import Message, message, verbatim
from panelkit.show.files import reason_of

FORMAT = "panelkit verdicts 1"
MOST = 256 * 2**20
"""Bytes kept: about a hundred runs of all claims."""

Key = dict[str, str]

_OTHER_CODE = message("the source of panelkit has changed since this process read it: no verdict is kept")


@dataclass(frozen=True)
class Kept:
    """What the line of a file says: of which claim, which years it read, its words, and its size in bytes."""

    claim: str
    document: str
    years: list[int]
    words: list[Word | None]
    size: int
    current: bool
    """Whether figures and code are those of today."""


@dataclass
class Cache:
    """The verdicts kept in a folder; `found` and `kept` count claims, `notes` say what went wrong with the folder.

    Nothing that goes wrong with it stops a run: what cannot be read is computed, what cannot be written is not kept.
    """

    folder: Path
    found: int = 0
    kept: int = 0
    notes: list[Message] = field(default_factory=list)
    _code: str | None = field(default=None, init=False)
    _figures: str | None = field(default=None, init=False)
    _state: FolderState = field(default_factory=dict, init=False)

    def begin(self, source: Source) -> None:
        """Take down the figures and the code of a run, before it reads any figure."""
        self._code, self._figures = code_version(), None
        if source.folder is None:
            return  # the user's own panel: nothing is kept
        if self._code is None:
            self._note(_OTHER_CODE)
            return
        try:
            if self.folder.is_dir():
                cache_folder.refuse_others(self.folder)
            self._state = state_of_folder(source.folder)
            self._figures = hash_of_folder(source.folder, self._state)
        except DataError as error:
            self._note(message("no verdict is kept: {problem}", problem=error.said))
        except OSError as error:
            self._note(_unkept(self.folder, error))

    def find(self, registered: RegisteredClaim, source: Source) -> list[Verdict] | None:
        """Return the verdicts of a claim as they were computed on these figures by this code; None: there are none."""
        key = self._key(registered)
        if key is None:
            return None
        path = self._path(key)
        try:
            head, _, data = path.read_bytes().partition(b"\n")
            verdicts = _read(head, data, key, registered, source)
            os.utime(path)
        except FileNotFoundError:
            return None
        except OSError as error:
            self._stop(_unkept(self.folder, error))
            return None
        except Exception:  # whatever a file holds that was not written here: it is computed again
            if code_version() != self._code:
                self._stop(_OTHER_CODE)
                return None
            self._note(
                message("what was kept of claim {claim} is damaged: computed again", claim=registered.id)
            )
            return None
        self.found += 1
        return verdicts

    def keep(
        self, registered: RegisteredClaim, verdicts: list[Verdict], source: Source, data: bytes | None
    ) -> None:
        """Keep the verdicts of a claim, unless a design of it could not be computed; `data` are they as bytes."""
        key = self._key(registered)
        if key is None or source.folder is None or any(item.error is not None for item in verdicts):
            return
        if code_version() != self._code:  # a module that was read late may be of the new source
            self._stop(_OTHER_CODE)
            return
        try:
            if state_of_folder(source.folder) != self._state:
                self._figures = None
                self._note(message("the figures have changed during the run: the rest is not kept"))
                return
            cache_folder.make(self.folder)
            content = packed(verdicts) if data is None else data
            cache_folder.put(self._path(key), _head(key, verdicts, content) + b"\n" + content)
        except DataError as error:
            self._stop(message("no verdict is kept: {problem}", problem=error.said))
        except OSError as error:
            self._stop(_unkept(self.folder, error))
        else:
            self.kept += 1

    def end(self) -> None:
        """Let go of what has not been read for longest, where there is too much."""
        if self.kept:
            try:
                cache_folder.trim(self.folder, MOST)
            except OSError as error:
                self._note(_unkept(self.folder, error))

    def _key(self, registered: RegisteredClaim) -> Key | None:
        if self._code is None or self._figures is None or not _is_ours(registered):
            return None
        said = json.dumps(
            [registered.claim.model_dump(mode="json", serialize_as_any=True), _standing(registered)]
        )
        claim = hashlib.sha256(said.encode()).hexdigest()
        return {"claim": claim, "figures": self._figures, "code": self._code}

    def _path(self, key: Key) -> Path:
        name = hashlib.sha256("".join(key.values()).encode()).hexdigest()[:40]
        return self.folder / f"{name}{cache_folder.ENDING}"

    def _stop(self, said: Message) -> None:
        self._note(said)
        self._figures = None

    def _note(self, said: Message) -> None:
        if said not in self.notes:
            self.notes.append(said)


def contents(folder: Path, source: Source) -> Iterator[Kept]:
    """Yield what is kept in a folder, file by file; one without a line of ours is passed over."""
    code = code_version()
    figures = None if source.folder is None else hash_of_folder(source.folder, state_of_folder(source.folder))
    for path in cache_folder.entries(folder):
        head = _line(path)
        if head is not None:
            key = head["key"]
            yield Kept(
                claim=head["claim"],
                document=head["document"],
                years=head["years"],
                words=head["words"],
                size=path.stat().st_size,
                current=(key["code"], key["figures"]) == (code, figures),
            )


def _line(path: Path) -> dict[str, Any] | None:
    try:
        with path.open("rb") as stream:
            head = json.loads(stream.readline(1_000_000))
    except (OSError, ValueError):
        return None
    return head if isinstance(head, dict) and head.get("format") == FORMAT else None


def _read(head: bytes, data: bytes, key: Key, registered: RegisteredClaim, source: Source) -> list[Verdict]:
    said = json.loads(head)
    if (said["format"], said["key"], said["sha256"]) != (FORMAT, key, hashlib.sha256(data).hexdigest()):
        raise ValueError(registered.id)
    return unpacked(data, registered, source, kept=True)


def _years(registered: RegisteredClaim) -> list[int]:
    """Return the years that a claim read, rolled or stated; none where its designs have their own."""
    if registered.window is not None:
        return registered.window.used
    sample = registered.claim.sample
    return [] if sample is None else list(sample.window)


def _head(key: Key, verdicts: list[Verdict], content: bytes) -> bytes:
    registered = verdicts[0].registered
    said = {
        "format": FORMAT,
        "claim": registered.id,
        "document": registered.document.key,
        "years": _years(registered),
        "words": [item.word for item in verdicts],
        "key": key,
        "sha256": hashlib.sha256(content).hexdigest(),
    }
    return json.dumps(said, ensure_ascii=False).encode()


def _standing(registered: RegisteredClaim) -> str:
    """Return what the flags of a verdict say of the declaration."""
    declaration = registered.declaration
    if declaration is None:
        return "not declared"
    return "revised" if declaration.revision else "declared"


def _is_ours(registered: RegisteredClaim) -> bool:
    """Return whether all that computes a claim is in the source that is hashed; a kind of the user's own is not."""
    readings = registered.claim.reading
    designs = [design for reading in readings for design in reading.design]
    rules = [design.rule_under(reading.rule) for reading in readings for design in reading.design]
    return all(type(item).__module__.partition(".")[0] == "panelkit" for item in (*designs, *rules))


def _unkept(folder: Path, error: OSError) -> Message:
    reason = verbatim(str(error)) if error.strerror is None else reason_of(error)
    return message("no verdict is kept in {folder}: {reason}", folder=folder, reason=reason)
