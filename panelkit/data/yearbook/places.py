"""Place labels of tables: provinces, the nation, regions, and Hong Kong, Macau and Taiwan."""

from __future__ import annotations

import re
from functools import lru_cache

from panelkit.data.provinces import Place, lookup
from panelkit.data.yearbook.grid import Cell, shown

_MARKS = re.compile(r"[①-⑳⑴-⑽*＊※†‡¹²³⁴⁵⁶⁷⁸⁹⁰]+$")
_LATIN = re.compile(r"[A-Za-z][A-Za-z .'’\-]*")
_CODE = re.compile(r"\d{6}")


@lru_cache(maxsize=16384)
def known_place(name: str) -> Place | None:
    """Return which place a name or code is, remembered from one file to the next."""
    return lookup(name)


def place_of(cell: Cell) -> Place | None:
    """Return which place a label cell names; a bare number counts only as a six-digit code."""
    return _place(shown(cell))


@lru_cache(maxsize=8192)
def _place(text: str) -> Place | None:
    plain = _MARKS.sub("", re.sub(r"\s+", " ", text)).strip()
    if not plain or len(plain) > 60:
        return None
    if re.fullmatch(r"[\d.]+", plain):
        return known_place(plain) if _CODE.fullmatch(plain) else None
    return _without_notes(plain)


def _without_notes(plain: str) -> Place | None:
    found = known_place(plain)
    if found is not None:
        return found
    latin = " ".join(m.strip() for m in _LATIN.findall(plain))
    chinese = _LATIN.sub("", plain).strip()
    if not latin or not chinese:
        return None
    one, other = known_place(chinese), known_place(latin)
    return (
        one if other is None or one is None or one == other or other.kind == one.kind == "subtotal" else None
    )
