"""Read claim files, and hold shipped claims to their declarations."""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from panelkit.claims.file import declared
from panelkit.claims.file.declared import Declaration, Declarations, read_toml, shown_path, shown_text
from panelkit.claims.file.document import Claim, ClaimFile, Document
from panelkit.data.paths import shipped
from panelkit.language.errors import SpecError
from panelkit.language.offers import offered
from panelkit.show.brief import Brief

_MOST_PROBLEMS = 50
_LONGEST = 60
# control characters but tab and newline, and what XML cannot hold
_UNPRINTABLE = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\ufffe\uffff]")


@dataclass(frozen=True, eq=False)
class RegisteredClaim(Brief):
    """A claim with its document, its file and its declaration (None: not declared)."""

    claim: Claim
    document: Document
    path: Path
    declaration: Declaration | None = None

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
    path = shipped("seeds") if source is None else Path(source)
    files = sorted(path.glob("*.toml")) if path.is_dir() else [path]
    files = [file for file in files if file.name != declared.FILE]
    if not files:
        raise SpecError(f"{shown_path(path)} holds no claim file: they end in .toml")
    folder = path if path.is_dir() else path.parent
    declarations = declared.read_declarations(folder)
    if source is None and declarations is None:
        raise SpecError(
            f"{shown_path(folder / declared.FILE)} is missing: registered claims are held to their declarations"
        )
    contents = [(file, read_toml(file)) for file in files]
    problems: list[str] = []
    claims = [claim for file, raw in contents for claim in _claims_of(file, raw, declarations, problems)]
    problems += _claimed_twice(claims)
    if path.is_dir() and declarations is not None:
        problems += declared.deleted(declarations, [raw for _, raw in contents])
    if problems:
        more = (
            [f"and {len(problems) - _MOST_PROBLEMS} more problems"] if len(problems) > _MOST_PROBLEMS else []
        )
        raise SpecError("\n".join([*problems[:_MOST_PROBLEMS], *more]))
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
        near = difflib.get_close_matches(unknown[0], [item.id for item in claims], n=3, cutoff=0.4)
        hint = f" (near: {', '.join(near)})" if near else ""
        raise SpecError(
            f"no claim {', '.join(map(shown_text, unknown))}{hint}: `panelkit claims list` shows all, and a claim file "
            "is named by its path"
        )
    return tuple(item for item in claims if item.id.casefold() in wanted)


def natural_key(text: str) -> tuple[str, int, str]:
    """Return a sort key under which A9 stands before A10."""
    head = text.rstrip("0123456789")
    number = text[len(head) :]
    return head, int(number) if number else -1, text


def _claims_of(
    path: Path, raw: dict[str, Any], declarations: Declarations | None, problems: list[str]
) -> list[RegisteredClaim]:
    unprintable = list(_unprintable(raw))
    if unprintable:
        problems += [_unprintable_sentence(path, raw, loc, mark) for loc, mark in unprintable]
        return []
    try:
        parsed = ClaimFile.model_validate(raw)
    except ValidationError as error:
        problems += [_sentence(path, raw, item) for item in _own(error.errors(include_url=False))]
        return []
    if declarations is not None:
        problems += _undeclared(path, raw, declarations)
    entries: Mapping[str, Declaration] = declarations.claim if declarations is not None else {}
    return [RegisteredClaim(claim, parsed.document, path, entries.get(claim.id)) for claim in parsed.claim]


def _undeclared(path: Path, raw: dict[str, Any], declarations: Declarations) -> list[str]:
    document = raw["document"]
    found = [
        declared.problem("document", document["key"], document, declarations.document.get(document["key"]))
    ]
    found += [
        declared.problem("claim", content["id"], content, declarations.claim.get(content["id"]))
        for content in raw["claim"]
    ]
    return [f"{path.name}: {text}" for text in found if text is not None]


def _claimed_twice(claims: list[RegisteredClaim]) -> list[str]:
    files: dict[str, list[str]] = {}
    for item in claims:
        files.setdefault(item.id, []).append(item.path.name)
    return [
        f"claim {name} stands in {' and '.join(where)}: give one of them another id"
        for name, where in files.items()
        if len(where) > 1
    ]


def _own(errors: Sequence[Any]) -> list[Any]:
    """Return errors without those that only follow from an error inside the same table."""
    places = [tuple(error["loc"]) for error in errors]
    return [
        error
        for error, place in zip(errors, places, strict=True)
        if error["type"] != "too_short"
        or not any(other[: len(place)] == place and other != place for other in places)
    ]


def _sentence(path: Path, raw: dict[str, Any], error: Any) -> str:
    """Return one problem as `file, claim, field: what is wrong (remedy)`."""
    loc = _untagged(error["loc"])
    place, fields = _place(raw, loc)
    kind = error["type"]
    text = str(error["msg"])
    if kind == "extra_forbidden":
        text = f"no such field{_near(loc)}; remove it"
    elif kind == "missing":
        text = "missing: add it"
    elif kind == "string_pattern_mismatch":
        text = f"{_brief(error['input'])} does not fit: {_pattern_remedy(error)}"
    elif kind == "string_type":
        text = f'{_brief(error["input"])} is not text: write it in quotes, for example "0.38"'
    elif kind == "value_error":
        text = text.removeprefix("Value error, ")
    else:
        text = text[:1].lower() + text[1:]
    where = ", ".join(part for part in (shown_path(Path(path.name)), place, fields) if part)
    return f"{where}: {text}"


def _brief(value: Any) -> str:
    """Return what was written, cut where it is long."""
    return _cut(repr(value))


def _cut(text: str) -> str:
    return text if len(text) <= _LONGEST else f"{text[:_LONGEST]}..."


def _unprintable(node: Any, loc: tuple[int | str, ...] = ()) -> Iterator[tuple[tuple[int | str, ...], str]]:
    """Yield the place of every text or name with a character that no page or table can hold, and the character."""
    if isinstance(node, str):
        mark = _UNPRINTABLE.search(node)
        if mark is not None:
            yield loc, mark.group()
    elif isinstance(node, dict):
        for key, value in node.items():
            mark = _UNPRINTABLE.search(key)
            if mark is not None:
                yield (*loc, key), mark.group()
            yield from _unprintable(value, (*loc, key))
    elif isinstance(node, list):
        for number, value in enumerate(node):
            yield from _unprintable(value, (*loc, number))


def _unprintable_sentence(path: Path, raw: dict[str, Any], loc: tuple[int | str, ...], mark: str) -> str:
    place, fields = _place(raw, loc)
    where = ", ".join(part for part in (shown_path(Path(path.name)), place, fields) if part)
    return f"{_UNPRINTABLE.sub('?', where)}: holds the control character U+{ord(mark):04X}; remove it"


def _untagged(loc: tuple[int | str, ...]) -> tuple[int | str, ...]:
    """Return the place of a problem without the kind that a design's model was chosen by."""
    kept = [
        step
        for at, step in enumerate(loc)
        if not (at > 1 and loc[at - 2] == "design" and isinstance(loc[at - 1], int))
    ]
    return tuple(kept)


def _place(raw: dict[str, Any], loc: tuple[int | str, ...]) -> tuple[str, str]:
    """Return the claim named by its id, and the field with numbered tables named by theirs."""
    node: Any = raw
    claim = ""
    fields: list[str] = []
    for step in loc:
        node = _step(node, step)
        name = node.get("id") if isinstance(node, dict) else None
        if isinstance(step, int):
            label = _cut(str(name)) if name is not None else f"number {step + 1}"
            if fields == ["claim"]:
                claim, fields = f"claim {label}", []
            elif fields:
                fields[-1] = f"{fields[-1]} {label}"
        else:
            fields.append(_cut(step))
    return claim, ".".join(fields)


def _step(node: Any, step: int | str) -> Any:
    if isinstance(node, dict):
        return node.get(str(step))
    if isinstance(node, list) and isinstance(step, int) and step < len(node):
        return node[step]
    return None


def _near(loc: tuple[int | str, ...]) -> str:
    tables = [step for step in loc[:-1] if isinstance(step, str)]
    known = _fields_by_table().get(tables[-1] if tables else "", ())
    near = difflib.get_close_matches(str(loc[-1]), known, n=1, cutoff=0.6)
    return f" (did you mean `{near[0]}`?)" if near else f" (there are {', '.join(known)})" if known else ""


def _fields_by_table() -> dict[str, tuple[str, ...]]:
    from panelkit.claims.file import document as schema

    tables: dict[str, type[schema.Part]] = {
        "": schema.ClaimFile,
        "document": schema.Document,
        "claim": schema.Claim,
        "place": schema.Place,
        "needs": schema.Need,
        "sample": schema.Sample,
        "test": schema.Test,
        "reading": schema.Reading,
        "rule": schema.Rule,
        "plausibility": schema.Plausibility,
        "beside": schema.Beside,
        "grid": schema.Grid,
        "axis": schema.GridAxis,
        "option": schema.GridOption,
    }
    known = {name: tuple(model.model_fields) for name, model in tables.items()}
    designs = dict.fromkeys(name for model in schema.DESIGNS.values() for name in model.model_fields)
    return {**known, "design": tuple(designs)}


def _pattern_remedy(error: Any) -> str:
    pattern = error["ctx"]["pattern"]
    if pattern.startswith("^[+-]"):
        return 'a printed number in quotes, digits only, for example "0.38"'
    if pattern.startswith("^[a-z]"):
        return "an indicator's key, for example gdp (`panelkit data list` shows all)"
    return "letters, digits, `_`, `-` and `.` only"
