"""The claim file of a package: the blocks of its claims as they stand in their file, and their declaration."""

from __future__ import annotations

import re
from collections.abc import Sequence

from panelkit.claims.file import declared
from panelkit.claims.file.load import RegisteredClaim
from panelkit.claims.file.toml_file import read_toml
from panelkit.data.paths import shipped

_CLAIM = re.compile(r"^\[\[claim\]\]\s*(?:#.*)?$", re.MULTILINE)
_REMARKS = re.compile(r"(?:\s*\n#[^\n]*)*\s*\Z")
"""Remarks between two claims, which are about those that follow."""
_ENTRY = re.compile(r'^\[+(document|claim)\."?([^."\]]+)"?(?:\.revision)?\]+', re.MULTILINE)


def claim_texts(claims: Sequence[RegisteredClaim]) -> dict[str, str]:
    """Return the files of the package that state its claims, name -> text.

    Of a registered file the document and the blocks of these claims, byte for byte; a file of the user's own whole.
    Their declarations stand beside where there are some.
    """
    path = claims[0].path
    text = path.read_text(encoding="utf-8-sig")
    if path.parent == shipped("seeds"):
        text = _blocks(text, [item["id"] for item in read_toml(path)["claim"]], {one.id for one in claims})
        name = f"{'_'.join(one.id for one in claims)}.toml"
    else:
        name = path.name
    found = {name: text}
    entries = path.parent / declared.FILE
    if entries.is_file():
        wanted = {("document", claims[0].document.key), *(("claim", one.id) for one in claims)}
        found[declared.FILE] = _entries(entries.read_text(encoding="utf-8-sig"), wanted)
    return found


def _blocks(text: str, ids: Sequence[str], wanted: set[str]) -> str:
    starts = [found.start() for found in _CLAIM.finditer(text)]
    ends = [*starts[1:], len(text)]
    kept = [
        _REMARKS.sub("", text[a:b]) for a, b, name in zip(starts, ends, ids, strict=True) if name in wanted
    ]
    return "\n\n".join([text[: starts[0]].rstrip(), *kept]) + "\n"


def _entries(text: str, wanted: set[tuple[str, str]]) -> str:
    found = list(_ENTRY.finditer(text))
    ends = [*(one.start() for one in found[1:]), len(text)]
    kept = [
        text[one.start() : end].rstrip()
        for one, end in zip(found, ends, strict=True)
        if (one[1], one[2]) in wanted
    ]
    return "\n\n".join(kept) + "\n"
