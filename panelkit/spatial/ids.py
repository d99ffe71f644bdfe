"""Ids of units: 110000, 110000.0 and "110000" are one id, and numbers that only count rows are none."""

from __future__ import annotations

import re
from collections.abc import Hashable, Iterable, Sequence
from typing import Any

import numpy as np
import pandas as pd

from panelkit.language.message import Message, message
from panelkit.language.message import listed as all_listed

SHOWN = 12
_DIGITS = re.compile(r"(\d+)(?:\.0+)?")
_PLACEHOLDER = re.compile(r"(v|var|w|x|c|col|column|unnamed: ?)_?(\d+)", re.IGNORECASE)


def plain(key: Any) -> Hashable:
    """Return a numpy scalar as Python's own."""
    return key.item() if isinstance(key, np.generic) else key


def absent(key: Any) -> bool:
    """Tell whether an id is missing: None, NaN, NaT or NA."""
    return key is None or key is pd.NA or bool(key != key)


def loose(key: Hashable) -> Hashable:
    """Return what an id is compared by: whole numbers as text without leading zeros, texts without blanks around."""
    if isinstance(key, bool):
        return key
    if isinstance(key, int | float):
        return str(int(key)) if float(key).is_integer() else key
    if isinstance(key, str):
        digits = _DIGITS.fullmatch(key.strip())
        return str(int(digits[1])) if digits else key.strip()
    return key


class Places:
    """Where each id stands: by the id itself, else by number whether written as text or not."""

    def __init__(self, ids: Sequence[Hashable], wanted: Sequence[Hashable]) -> None:
        self.exact = {key: at for at, key in enumerate(ids)}
        by_number = {loose(key): at for at, key in enumerate(ids)}
        one_each = len(by_number) == len(ids) and len(set(map(loose, wanted))) == len(wanted)
        self.by_number = by_number if one_each else {}

    def get(self, key: Hashable) -> int | None:
        """Return the position of an id, None where it is not held."""
        at = self.exact.get(key)
        return self.by_number.get(loose(key)) if at is None else at


def twins(ids: Sequence[Hashable]) -> list[str]:
    """Return the ids that stand more than once."""
    seen: set[Hashable] = set()
    return list(dict.fromkeys(str(key) for key in ids if key in seen or seen.add(key)))  # type: ignore[func-returns-value]


def counts_rows(labels: Sequence[Any], *, placeholders: bool = False) -> bool:
    """Tell whether labels only count, 0, 1, ... or 1, 2, ... (or, if asked, V1, V2, ...), and so name nobody."""
    texts = [str(loose(plain(label))) for label in labels]
    if placeholders:
        found = [_PLACEHOLDER.fullmatch(text) for text in texts]
        if all(found):
            texts = [match[2] for match in found if match]
    return any(texts == [str(at + start) for at in range(len(texts))] for start in (0, 1))


def listed(items: Iterable[Hashable], shown: int = SHOWN) -> Message:
    """Join the first names and count the rest."""
    names = [str(item) for item in items]
    if len(names) > shown:
        return message("{names} and {rest:,} more", names=names[:shown], rest=len(names) - shown)
    return all_listed(names) if names else message("none")
