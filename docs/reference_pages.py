"""Write the reference pages of the site from the register: a hook of mkdocs.

One page a kind of thing, its families as headings, every public name by its docstring; one page of tables with the
sources. Nothing here names an estimator: what is declared appears.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from mkdocs.structure.files import File, Files

from panelkit.covariance import conventions
from panelkit.language import register
from panelkit.language.offers import Entry

FOLDER = "reference"
KINDS = {
    "estimator": "Estimators",
    "policy": "Policies",
    "dynamics": "Dynamics",
    "covariance": "Covariances",
    "inference": "Inference on a fit",
    "test": "Tests",
    "description": "Descriptives",
    "study": "Studies of many fits",
    "weights": "Spatial weights",
    "index": "Indices",
    "evaluation": "Evaluation systems",
    "data": "Figures and yearbooks",
    "audit": "Printed tables and conventions",
    "claim": "Claims",
    "error": "Errors",
}
HEAD = """Examples start from these lines:

```python
import numpy as np
import pandas as pd
import panelkit as pk

panel = pk.load_provinces(
    ["patents_granted", "rd_expenditure", "rd_funds_government", "gdp", "population"], (2015, 2020)
)
w = pk.contiguity()
```
"""


def public(kind: str) -> list[Entry]:
    """Return the public names of a kind, by family and name."""
    held = [entry for entry in register.entries(kind) if entry.public]
    return sorted(held, key=lambda entry: (entry.family, entry.name))


def kinds() -> list[str]:
    """Return the kinds that have a public name, in the order of the navigation; new kinds come last."""
    held = sorted({entry.kind for entry in register.entries() if entry.public})
    return [*(kind for kind in KINDS if kind in held), *(kind for kind in held if kind not in KINDS)]


def title(kind: str) -> str:
    """Return the title of the page of a kind."""
    return KINDS.get(kind, kind.capitalize())


def page(kind: str) -> str:
    """Return the page of a kind: its names by family, each from its docstring."""
    lines, family = [f"# {title(kind)}", "", HEAD], ""
    for entry in public(kind):
        if entry.family != family:
            family = entry.family
            lines += [f"## {family[:1].upper()}{family[1:]}", ""]
        lines += [f"::: panelkit.{entry.module}.{entry.name}", ""]
        if entry.source:
            lines += [f"*Source: {entry.source}.*", ""]
    return "\n".join(lines)


def table(heads: tuple[str, ...], rows: list[tuple[str, ...]]) -> str:
    """Return a Markdown table."""
    lines = [heads, tuple("---" for _ in heads), *rows]
    return "\n".join("| " + " | ".join(cell.replace("|", "\\|") for cell in row) + " |" for row in lines)


def _row(entry: Entry) -> tuple[str, ...]:
    link = f"[`{entry.name}`][panelkit.{entry.module}.{entry.name}]"
    return link, f"`{entry.key}`", entry.family, ", ".join(entry.can), entry.result, entry.source


def tables() -> str:
    """Return the page of tables: what there is of every kind, and the conventions."""
    lines = ["# What there is, and where it comes from", ""]
    for kind in kinds():
        heads = ("name", "key", "family", "can", "result", "source")
        rows = [_row(entry) for entry in public(kind)]
        full = [j for j in range(len(heads)) if any(row[j] for row in rows)]
        lines += [f"## {title(kind)}", ""]
        lines += [table(tuple(heads[j] for j in full), [tuple(row[j] for j in full) for row in rows]), ""]
    named = [(f"`{one.name}`", str(one.sentence)) for one in conventions.CONVENTIONS.values()]
    return "\n".join([*lines, "## Conventions", "", table(("name", "what it means"), named), ""])


def pages() -> Iterator[tuple[str, str, str]]:
    """Yield title, path and text of every page that is written."""
    yield "What there is", f"{FOLDER}/index.md", tables()
    for kind in kinds():
        yield title(kind), f"{FOLDER}/{title(kind).lower().replace(' ', '_')}.md", page(kind)


def on_config(config: Any) -> Any:
    """Append the reference to the navigation."""
    config.nav = [*config.nav, {"Reference": [{name: path} for name, path, _ in pages()]}]
    return config


def on_files(files: Files, config: Any) -> Files:
    """Add the pages to the files of the site."""
    for _, path, text in pages():
        files.append(File.generated(config, path, content=text))
    return files
