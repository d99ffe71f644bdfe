"""Read claim files, and hold shipped claims to their declarations."""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from panelkit.claims.file import declared
from panelkit.claims.file.declared import Declaration, Declarations
from panelkit.claims.file.document import Claim, ClaimFile
from panelkit.claims.file.parts import NEWEST, OWN, Document, both
from panelkit.claims.file.problems import blank_problems, problems_of, unprintable_problems
from panelkit.claims.file.toml_file import read_toml, shown_path, shown_text
from panelkit.claims.file.window import Window, samples_of
from panelkit.data.paths import shipped
from panelkit.language.errors import SpecError
from panelkit.language.message import Message, lines, listed, message
from panelkit.language.offers import offered
from panelkit.show.brief import Brief

_MOST_PROBLEMS = 50


@dataclass(frozen=True, eq=False)
class RegisteredClaim(Brief):
    """A claim with its document, its file and its declaration (None: not declared).

    `window` says which years a claim reads whose last one is "newest"; the claim then holds them as numbers.
    """

    claim: Claim
    document: Document
    path: Path
    declaration: Declaration | None = None
    window: Window | None = None

    def _brief(self) -> str:
        return f"{self.claim.id}, {self.claim.status}, {shown_text(self.path.name)}"

    @property
    def id(self) -> str:
        """Return the claim's id."""
        return self.claim.id


@offered("claim", family="file", result="RegisteredClaim", public=True)
def load_claims(source: str | Path | None = None) -> tuple[RegisteredClaim, ...]:
    """Return the claims of a file or folder; without a source, those that ship with panelkit.

    A folder that holds `DECLARED.toml` is held to it: every document and claim must match its hash.

    Raises
    ------
    SpecError
        One message with every problem: file, claim, field, remedy.

    Examples
    --------
    >>> claims = pk.load_claims()
    >>> claims[0].claim.id
    'A1'
    """
    return read_claims(source)


def read_claims(source: str | Path | None = None, *, own: bool = False) -> tuple[RegisteredClaim, ...]:
    """Return the claims as `load_claims`; `own` reads them for a panel of the user's own.

    Roles may then be any column, years any whole number, and a claim that `DECLARED.toml` does not name is not
    declared, which is no error; one that differs from its declaration is.

    Raises
    ------
    SpecError
        One message with every problem: file, claim, field, remedy.
    """
    path = shipped("seeds") if source is None else Path(source)
    files = sorted(path.glob("*.toml")) if path.is_dir() else [path]
    files = [file for file in files if file.name != declared.FILE]
    if not files:
        raise SpecError(message("{path} holds no claim file: they end in .toml", path=shown_path(path)))
    folder = path if path.is_dir() else path.parent
    declarations = declared.read_declarations(folder)
    if source is None and declarations is None:
        raise SpecError(
            message(
                "{path} is missing: registered claims are held to their declarations",
                path=shown_path(folder / declared.FILE),
            )
        )
    contents = [(file, read_toml(file)) for file in files]
    problems: list[Message] = []
    read = _Reading(declarations, problems, own)
    claims = [claim for file, raw in contents for claim in _claims_of(file, raw, read)]
    problems += claimed_twice(claims)
    if path.is_dir() and declarations is not None:
        problems += declared.deleted(declarations, [raw for _, raw in contents])
    if problems:
        raise SpecError(lines(_at_most(problems)))
    return tuple(sorted(claims, key=lambda item: natural_key(item.id)))


def select_claims(claims: Sequence[RegisteredClaim], ids: Iterable[str]) -> tuple[RegisteredClaim, ...]:
    """Return the claims with these ids (in any case), in the order of the register.

    Raises
    ------
    SpecError
        If an id is unknown; with the nearest ones.
    """
    by_id = {item.id.casefold(): item for item in claims}
    wanted = [name.casefold() for name in ids]
    unknown = [name for name in ids if name.casefold() not in by_id]
    if unknown:
        raise SpecError(_no_claim(unknown, [item.id for item in claims]))
    return tuple(item for item in claims if item.id.casefold() in wanted)


def _no_claim(unknown: Sequence[str], known: Sequence[str]) -> Message:
    near = difflib.get_close_matches(unknown[0], known, n=3, cutoff=0.4)
    names = listed(map(shown_text, unknown))
    if near:
        return message(
            "no claim {names} (near: {near}): `panelkit claims list` shows all, and a claim file is named by its path",
            names=names,
            near=near,
        )
    return message(
        "no claim {names}: `panelkit claims list` shows all, and a claim file is named by its path",
        names=names,
    )


def _at_most(problems: list[Message]) -> list[Message]:
    rest = len(problems) - _MOST_PROBLEMS
    if rest <= 0:
        return problems
    return [*problems[:_MOST_PROBLEMS], message("and {n} more problems", n=rest)]


def natural_key(text: str) -> tuple[str, int, str]:
    """Return a sort key under which A9 stands before A10."""
    head = text.rstrip("0123456789")
    number = text[len(head) :]
    return head, int(number) if number else -1, text


@dataclass(frozen=True)
class _Reading:
    """What files are read with: their declarations, the problems found so far, and for whose panel."""

    declarations: Declarations | None
    problems: list[Message]
    own: bool


def _claims_of(path: Path, raw: dict[str, Any], read: _Reading) -> list[RegisteredClaim]:
    unfit = unprintable_problems(path, raw) or blank_problems(path, raw)
    if unfit:
        read.problems.extend(unfit)
        return []
    try:
        parsed = ClaimFile.model_validate(raw, context={OWN: read.own})
    except ValidationError as error:
        read.problems.extend(problems_of(path, raw, error))
        return []
    declarations = read.declarations
    if declarations is not None:
        read.problems.extend(_undeclared(path, raw, declarations, only_held=read.own))
        if not read.own:
            read.problems.extend(item for claim in parsed.claim for item in _unstated(path, claim))
    entries: Mapping[str, Declaration] = declarations.claim if declarations is not None else {}
    return [RegisteredClaim(claim, parsed.document, path, entries.get(claim.id)) for claim in parsed.claim]


def _undeclared(
    path: Path, raw: dict[str, Any], declarations: Declarations, *, only_held: bool
) -> list[Message]:
    """Return what differs from its declaration, and what has none unless `only_held`."""
    document = raw["document"]
    parts = [("document", document["key"], document, declarations.document.get(document["key"]))]
    parts += [("claim", item["id"], item, declarations.claim.get(item["id"])) for item in raw["claim"]]
    found = [
        declared.problem(kind, key, content, entry)
        for kind, key, content, entry in parts
        if entry is not None or not only_held
    ]
    return [
        message("{file}: {problem}", file=path.name, problem=problem)
        for problem in found
        if problem is not None
    ]


def _unstated(path: Path, claim: Claim) -> Iterator[Message]:
    """Yield the samples of a declared claim that end in a year that is written and not accounted for."""
    for field, sample in samples_of(claim):
        if sample.years[1] != NEWEST and sample.stated is None:
            yield message(
                "{file}, claim {claim}, {field}: a declared claim ends in the newest year, and this one in {last}: "
                'write "newest", or say in `stated` where the document states the period or why it ends there',
                file=path.name,
                claim=claim.id,
                field=f"{field}.years",
                last=sample.years[1],
            )


def _told_apart(paths: list[Path]) -> list[str]:
    """Return files by name, or by path where two bear one name."""
    names = [path.name for path in paths]
    return names if len(set(names)) == len(names) else [shown_path(path) for path in paths]


def claimed_twice(claims: Sequence[RegisteredClaim]) -> list[Message]:
    """Return one problem for every id that several claims bear, in any case: ids name files, and are asked for so."""
    held: dict[str, list[RegisteredClaim]] = {}
    for item in claims:
        held.setdefault(item.id.casefold(), []).append(item)
    return [
        message(
            "claim {claim} stands in {files}: give one of them another id",
            claim=both(list(dict.fromkeys(item.id for item in items))),
            files=both(_told_apart(list(dict.fromkeys(item.path for item in items)))),
        )
        for items in held.values()
        if len(items) > 1
    ]
