"""What was found of one claim as bytes: what a worker sends back, and what is kept for the next run.

The claim itself is left out. Whoever unpacks it has it already and puts it back, so that a page of what was kept cites
the claim file as it is now.
"""

from __future__ import annotations

import builtins
import io
import pickle
import zlib
from collections.abc import Sequence
from dataclasses import fields
from typing import Any

from panelkit.claims.file.design import ClaimDesign
from panelkit.claims.file.document import Reading
from panelkit.claims.file.load import RegisteredClaim
from panelkit.claims.one_claim import pairs_of
from panelkit.claims.source import Source
from panelkit.claims.verdict import Verdict

OURS = ("panelkit", "numpy", "pandas", "pyarrow", "scipy")
"""The packages whose objects are found in verdicts; what is kept may name no other."""
_PLAIN = {"bytearray", "complex", "frozenset", "range", "set", "slice"}

_CLAIM = {"registered", "reading", "design", "panel"}
_FOUND = tuple(field.name for field in fields(Verdict) if field.name not in _CLAIM)


class ForeignError(ValueError):
    """Bytes that are no verdicts of this package."""


class _Reader(pickle.Unpickler):
    """Reads objects of the packages above, and refuses to name any other."""

    def find_class(self, module: str, name: str) -> Any:
        if module.partition(".")[0] in OURS:
            return super().find_class(module, name)
        if module == "builtins" and name in _PLAIN:
            return getattr(builtins, name)
        raise ForeignError(f"{module}.{name}")


def packed(verdicts: Sequence[Verdict]) -> bytes:
    """Return the verdicts of one claim as bytes."""
    found = [{name: getattr(item, name) for name in _FOUND} for item in verdicts]
    return zlib.compress(pickle.dumps((verdicts[0].registered.window, found), protocol=5), 1)


def unpacked(
    data: bytes, registered: RegisteredClaim, source: Source, *, kept: bool = False
) -> list[Verdict]:
    """Return the verdicts of a claim; `kept`: bytes of a file, in which foreign objects are refused.

    Raises
    ------
    ForeignError
        If they are not the verdicts of this claim.
    """
    raw = zlib.decompress(data)
    window, found = _Reader(io.BytesIO(raw)).load() if kept else pickle.loads(raw)
    prepared = source.at(registered, window)
    pairs: Sequence[tuple[Reading | None, ClaimDesign | None]] = pairs_of(prepared)
    if len(pairs) != len(found):
        raise ForeignError(f"{len(found)} verdicts of {len(pairs)} designs")
    return [
        Verdict(registered=prepared, reading=reading, design=design, panel=source.panel, **item)
        for (reading, design), item in zip(pairs, found, strict=True)
    ]
