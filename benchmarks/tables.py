"""Build the evidence tables of the docs from `docs/evidence/*.csv`, and the numbers of sentences that quote them.

    python -m benchmarks.tables

A page holds a block `<!-- evidence: NAME -->` ... `<!-- /evidence -->`; what stands between is replaced by the
table and its origin. Sentences are those of `benchmarks/quoted.py`. The suite fails where a page and its evidence
differ.
"""

from __future__ import annotations

import re
from pathlib import Path

import pandas as pd

from benchmarks.evidence import verdicts_more_bars
from benchmarks.quoted import requoted

DOCS = Path(__file__).resolve().parents[1] / "docs"
BLOCK = re.compile(r"<!-- evidence: (?P<name>\w+) -->\n.*?<!-- /evidence -->", re.DOTALL)


def render(name: str) -> str:
    """Return the Markdown table of one evidence file with its origin beneath."""
    path = DOCS / "evidence" / f"{name}.csv"
    head = [line[2:] for line in path.read_text(encoding="utf-8").splitlines() if line.startswith("# ")]
    table = pd.read_csv(path, comment="#", dtype=str, keep_default_na=False)
    rows = [list(table.columns), ["---"] * len(table.columns), *table.to_numpy().tolist()]
    lines = ["| " + " | ".join(cells) + " |" for cells in rows]
    return "\n".join([*lines, "", "*" + "; ".join(head) + "*"])


def rebuilt(text: str) -> str:
    """Return a page with its evidence blocks rebuilt."""

    def block(found: re.Match[str]) -> str:
        name = found["name"]
        return f"<!-- evidence: {name} -->\n{render(name)}\n<!-- /evidence -->"

    return BLOCK.sub(block, text)


def pages() -> list[Path]:
    """Return the pages that hold evidence blocks."""
    return [page for page in sorted(DOCS.glob("*.md")) if BLOCK.search(page.read_text(encoding="utf-8"))]


def main() -> None:
    """Rebuild every page, and before them the table that is made of others."""
    verdicts_more_bars.main()
    for page in pages():
        text = rebuilt(page.read_text(encoding="utf-8"))
        page.write_text(requoted(page.name, text), encoding="utf-8")
        print(page.relative_to(DOCS.parent))


if __name__ == "__main__":
    main()
