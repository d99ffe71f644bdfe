"""Sentences of the docs that quote the evidence: what they say stands in `docs/evidence/quoted.toml`.

Every entry names a page, a sentence in which `{}` stands for a number, and where each number comes from: a table, the
rows, an expression of columns or several, what of them (`min`, `max`, `mean`; without it there must be one), digits.
`zh` is the sentence of the Chinese page, in which `{0}` stands for the first of these numbers, in any order.
`python -m benchmarks.tables` writes the numbers into the pages; the suite fails where a page says others.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from decimal import ROUND_HALF_UP, Decimal
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

DOCS = Path(__file__).resolve().parents[1] / "docs"
LIST = DOCS / "evidence" / "quoted.toml"
NUMBER = r"(-?\d*\.?\d+)"


def entries() -> list[dict[str, Any]]:
    """Return every sentence that is held to the evidence."""
    return list(tomllib.loads(LIST.read_text(encoding="utf-8"))["quoted"])


def number(source: Mapping[str, Any]) -> str:
    """Return a number as the sentence prints it: half away from zero, below one without its zero where `bare`."""
    table = pd.read_csv(
        DOCS / "evidence" / f"{source['table']}.csv", comment="#", keep_default_na=False, na_values=[""]
    )
    rows = table.query(source["where"]) if "where" in source else table
    columns = [source["of"]] if isinstance(source["of"], str) else source["of"]
    found = np.concatenate([np.asarray(rows.eval(column), dtype=float) for column in columns])
    found = found[~np.isnan(found)]
    if "take" not in source and len(found) != 1:
        raise ValueError(f"{len(found)} rows for {dict(source)}")
    value = float(getattr(np, source.get("take", "max"))(found))
    said = Decimal(repr(value)).quantize(Decimal(1).scaleb(-source.get("digits", 0)), ROUND_HALF_UP)
    text = f"{said:f}".removesuffix(".0")
    return re.sub(r"^(-?)0\.", r"\1.", text) if source.get("bare") else text


def pattern(entry: Mapping[str, Any], chinese: bool) -> tuple[str, list[int]]:
    """Return what finds the sentence of an entry, with any numbers and line breaks, and which number each place holds.

    Chinese has no blanks: there a line may break anywhere.

    Raises
    ------
    ValueError
        If a number has no place, or a place no number.
    """
    if chinese:
        signs = re.findall(r"\{\d+\}|\S", entry["zh"])
        found = r"\s*".join(NUMBER if len(sign) > 1 else re.escape(sign) for sign in signs)
        order = [int(sign[1:-1]) for sign in signs if len(sign) > 1]
    else:
        words = [re.escape(word).replace(r"\{\}", NUMBER) for word in entry["says"].split()]
        found = r"\s+".join(words)
        order = list(range(entry["says"].count("{}")))
    if set(order) != set(range(len(entry["numbers"]))):
        raise ValueError(f"{len(entry['numbers'])} numbers for: {entry['zh' if chinese else 'says']}")
    return found, order


def place_of(entry: Mapping[str, Any], page: str, chinese: bool = False) -> re.Match[str]:
    """Return where a page has the sentence.

    Raises
    ------
    ValueError
        If it has it never, or several times.
    """
    found = list(re.finditer(pattern(entry, chinese)[0], page))
    if len(found) != 1:
        raise ValueError(f"{entry['page']} says {len(found)} times: {entry['zh' if chinese else 'says']}")
    return found[0]


def written(entry: Mapping[str, Any], page: str, chinese: bool = False) -> str:
    """Return a page with the numbers of one sentence as the evidence has them (in Chinese .38 is 0.38)."""
    place, order = place_of(entry, page, chinese), pattern(entry, chinese)[1]
    for at, which in reversed(list(enumerate(order, 1))):
        source = entry["numbers"][which]
        text = number({**source, "bare": False} if chinese else source)
        page = page[: place.start(at)] + text + page[place.end(at) :]
    return page


def requoted(name: str, page: str) -> str:
    """Return a page with the numbers of its sentences as the evidence has them."""
    chinese = name.endswith(".zh.md")
    for entry in entries():
        if entry["page"] == name.replace(".zh.md", ".md") and (not chinese or "zh" in entry):
            page = written(entry, page, chinese)
    return page
