"""Write the reference pages of the site from the register: a hook of mkdocs.

One page a kind of thing, its families as headings, every public name by its docstring; one page of tables with the
sources. Nothing here names an estimator: what is declared appears. A Chinese page has the same names in the same
order, each with its line of `docs/reference_zh.toml` above the docstring. The pages are written into
`docs/reference/`, which git ignores, because the plugin of the two languages reads files.
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from written_pages import write_folder

from panelkit.covariance import conventions
from panelkit.language import register
from panelkit.language.message import in_language
from panelkit.language.offers import Entry

DOCS = Path(__file__).resolve().parent
FOLDER = "reference"
LANGUAGES = ("en", "zh")
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
    "map": "Maps",
    "index": "Indices",
    "evaluation": "Evaluation systems",
    "data": "Figures and yearbooks",
    "audit": "Printed tables and conventions",
    "claim": "Claims",
    "error": "Errors",
}
CODE = """```python
import numpy as np
import pandas as pd
import panelkit as pk

panel = pk.load_provinces(
    ["patents_granted", "rd_expenditure", "rd_funds_government", "gdp", "population"], (2015, 2020)
)
w = pk.contiguity()
```
"""
HEAD = {
    "en": f"Examples start from these lines:\n\n{CODE}",
    "zh": f"示例都从下面几行开始；每个名称的中文说明之后是代码中的英文 docstring。\n\n{CODE}",
}
HEADS = ("name", "key", "family", "can", "result", "source", "what it is")
CHINESE = tomllib.loads((DOCS / "reference_zh.toml").read_text(encoding="utf-8"))


def public(kind: str) -> list[Entry]:
    """Return the public names of a kind, by family and name."""
    held = [entry for entry in register.entries(kind) if entry.public]
    return sorted(held, key=lambda entry: (entry.family, entry.name))


def kinds() -> list[str]:
    """Return the kinds that have a public name, in the order of the navigation; new kinds come last."""
    held = sorted({entry.kind for entry in register.entries() if entry.public})
    return [*(kind for kind in KINDS if kind in held), *(kind for kind in held if kind not in KINDS)]


def file_name(kind: str) -> str:
    """Return the name of the page of a kind, without an ending."""
    return KINDS.get(kind, kind).lower().replace(" ", "_")


def spoken(text: str, language: str, part: str = "words") -> str:
    """Return a title, a family or a head in a language."""
    return str(CHINESE[part][text]) if language == "zh" else text[:1].upper() + text[1:]


def title(kind: str, language: str) -> str:
    """Return the title of the page of a kind."""
    return spoken(KINDS.get(kind, kind), language)


def page(kind: str, language: str) -> str:
    """Return the page of a kind: its names by family, each from its docstring."""
    lines, family = [f"# {title(kind, language)}", "", HEAD[language]], ""
    for entry in public(kind):
        if entry.family != family:
            family = entry.family
            lines += [f"## {spoken(family, language)}", ""]
        if language == "zh":
            lines += [f"**`{entry.name}`**：{spoken(entry.name, language, 'names')}", ""]
        lines += [f"::: panelkit.{entry.module}.{entry.name}", ""]
        if entry.source:
            lines += [f"*{spoken('Source', language)}: {entry.source}.*", ""]
    return "\n".join(lines)


def table(heads: tuple[str, ...], rows: list[tuple[str, ...]]) -> str:
    """Return a Markdown table."""
    lines = [heads, tuple("---" for _ in heads), *rows]
    return "\n".join("| " + " | ".join(cell.replace("|", "\\|") for cell in row) + " |" for row in lines)


def _row(entry: Entry, language: str) -> tuple[str, ...]:
    link = f"[`{entry.name}`][panelkit.{entry.module}.{entry.name}]"
    family = spoken(entry.family, language) if entry.family else ""
    row = (link, f"`{entry.key}`", family, ", ".join(entry.can), entry.result, entry.source)
    return row if language == "en" else (*row, spoken(entry.name, language, "names"))


def tables(language: str) -> str:
    """Return the page of tables: what there is of every kind, and the conventions."""
    lines = [f"# {spoken('What there is, and where it comes from', language)}", ""]
    for kind in kinds():
        rows = [_row(entry, language) for entry in public(kind)]
        full = [j for j in range(len(rows[0])) if any(row[j] for row in rows)]
        lines += [f"## {title(kind, language)}", ""]
        shown = tuple(spoken(HEADS[j], language) for j in full)
        lines += [table(shown, [tuple(row[j] for j in full) for row in rows]), ""]
    named = [
        (f"`{one.name}`", in_language(one.sentence, language)) for one in conventions.CONVENTIONS.values()
    ]
    heads = (spoken("name", language), spoken("what it means", language))
    return "\n".join([*lines, f"## {spoken('Conventions', language)}", "", table(heads, named), ""])


def pages(language: str = "en") -> Iterator[tuple[str, str]]:
    """Yield path and text of every page that is written in a language."""
    ending = "md" if language == "en" else f"{language}.md"
    yield f"{FOLDER}/index.{ending}", tables(language)
    for kind in kinds():
        yield f"{FOLDER}/{file_name(kind)}.{ending}", page(kind, language)


def write() -> None:
    """Write the pages of both languages where they differ from what stands; others of the folder go."""
    wanted = {Path(path).name: text for language in LANGUAGES for path, text in pages(language)}
    write_folder(DOCS / FOLDER, wanted)


def on_config(config: Any) -> Any:
    """Write the reference and append it to the navigation; a second language finds it there."""
    section = {"Reference": [path for path, _ in pages()]}
    if section not in config.nav:
        write()
        config.nav = [*config.nav, section]
    return config
