"""What a shell completes: ids of claims, keys of indicators, read from the files alone, so that a key is quick."""

from __future__ import annotations

import csv
import re
from collections.abc import Iterator

from panelkit.data.paths import shipped

_CLAIM = re.compile(r'^\[\[claim\]\]\s+id = "([^"]+)"', re.MULTILINE)


def claims(incomplete: str) -> list[str]:
    """Return the ids of registered claims that begin as written, whatever the case."""
    texts = (path.read_text("utf-8") for path in sorted(shipped("seeds").glob("*.toml")))
    found = (name for text in texts for name in _CLAIM.findall(text))
    return sorted(
        (name for name in found if name.lower().startswith(incomplete.lower())),
        key=lambda name: (name.rstrip("0123456789"), len(name), name),
    )


def indicators(incomplete: str) -> Iterator[tuple[str, str]]:
    """Yield the indicators whose key begins as written, with their English name."""
    with (shipped("data") / "indicators.csv").open(encoding="utf-8", newline="") as stream:
        for row in csv.DictReader(stream):
            if row["indicator"].startswith(incomplete):
                yield row["indicator"], row["name_en"]
