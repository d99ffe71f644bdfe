"""Run the notebooks of `docs/notebooks/`, and show them as pages of the site: a hook of mkdocs.

`python docs/notebook_pages.py` runs every notebook and writes its outputs into it. The site takes what is stored: code,
outputs and figures of `NAME.ipynb` and `NAME.zh.ipynb` become the pages `cases/NAME.md` and `cases/NAME.zh.md`, which
git ignores. A notebook is read as JSON and its cells run in this process: neither Jupyter nor a kernel is asked for.
"""

from __future__ import annotations

import ast
import contextlib
import io
import json
import os
import re
import tempfile
from collections.abc import Iterator
from html import unescape
from pathlib import Path
from typing import Any

from written_pages import write_folder

DOCS = Path(__file__).resolve().parent
NOTEBOOKS = DOCS / "notebooks"
CASES = "cases"
ORDER = ("sdm_effects", "mediation", "coupling_coordination", "policy_pilot")
_DOWNLOAD = {"en": "Notebook", "zh": "下载笔记本"}
_INLINE = re.compile(r"<style>.*?</style>|<[^>]+>", re.DOTALL)

Cell = dict[str, Any]


def notebooks() -> list[Path]:
    """Return the notebooks of both languages."""
    return [NOTEBOOKS / f"{name}{ending}.ipynb" for name in ORDER for ending in ("", ".zh")]


def read(path: Path) -> dict[str, Any]:
    """Return a notebook as it stands."""
    held: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    return held


def source(cell: Cell) -> str:
    """Return the text of a cell."""
    return "".join(cell["source"])


def run(cells: list[Cell]) -> Iterator[list[Cell]]:
    """Yield the outputs of every code cell, run one after another in a folder that is thrown away."""
    held: dict[str, Any] = {"__name__": "__main__"}
    number = 0
    with tempfile.TemporaryDirectory() as folder, contextlib.chdir(folder):
        for cell in cells:
            if cell["cell_type"] == "code":
                number += 1
                yield list(_outputs(source(cell), held, number))


def _outputs(code: str, held: dict[str, Any], number: int) -> Iterator[Cell]:
    """Yield what a cell prints, and what its last expression shows."""
    tree = ast.parse(code)
    last = tree.body.pop() if tree.body and isinstance(tree.body[-1], ast.Expr) else None
    printed, shown = io.StringIO(), None
    with contextlib.redirect_stdout(printed):
        exec(compile(tree, f"cell {number}", "exec"), held)
        if isinstance(last, ast.Expr):
            shown = eval(compile(ast.Expression(last.value), f"cell {number}", "eval"), held)
    if printed.getvalue():
        yield {"name": "stdout", "output_type": "stream", "text": _lines(printed.getvalue())}
    if shown is not None:
        data = {name: _lines(text) for name, text in _shown(shown)}
        yield {"data": data, "execution_count": number, "metadata": {}, "output_type": "execute_result"}


def _shown(value: Any) -> Iterator[tuple[str, str]]:
    for name, method in (("text/html", "_repr_html_"), ("image/svg+xml", "_repr_svg_")):
        text = getattr(value, method)() if hasattr(value, method) else None
        if text is not None:
            yield name, text
    yield "text/plain", repr(value) if len(repr(value)) < 200 else f"<{type(value).__name__}>"


def _lines(text: str) -> list[str]:
    return text.splitlines(keepends=True)


def words(output: Cell) -> str:
    """Return what a person reads of an output: printed text, or a table without its marks; of a figure nothing."""
    if output["output_type"] == "stream":
        return "".join(output["text"])
    data = output["data"]
    if "image/svg+xml" in data:
        return ""
    return _INLINE.sub(" ", "".join(data.get("text/html", data["text/plain"])))


def write_outputs(path: Path) -> None:
    """Run a notebook and write its outputs into it."""
    held = read(path)
    code = [cell for cell in held["cells"] if cell["cell_type"] == "code"]
    for number, (cell, outputs) in enumerate(zip(code, run(held["cells"]), strict=True), 1):
        cell["execution_count"], cell["outputs"] = number, outputs
    path.write_text(json.dumps(held, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")


def page(path: Path) -> tuple[str, dict[str, str]]:
    """Return a notebook as Markdown, and its figures, name -> SVG."""
    figures: dict[str, str] = {}
    parts: list[str] = []
    language = "zh" if path.name.endswith(".zh.ipynb") else "en"
    stem = path.name.removesuffix(".ipynb").replace(".zh", "_zh")
    for cell in read(path)["cells"]:
        if cell["cell_type"] == "markdown":
            parts.append(source(cell))
            continue
        parts.append(f"```python\n{source(cell)}\n```")
        for output in cell["outputs"]:
            data = output.get("data", {})
            if "image/svg+xml" in data:
                name = f"{stem}_{len(figures) + 1}.svg"
                figures[name] = "".join(data["image/svg+xml"])
                parts.append(f"![{_alternative(parts, figures[name])}]({name})")
            elif "text/html" in data:
                parts.append(re.sub(r"\n\s*\n", "\n", "".join(data["text/html"])))
            else:
                parts.append(f"```text\n{words(output).rstrip()}\n```")
    head, *rest = parts
    link = f"[{_DOWNLOAD[language]}](../notebooks/{path.name})"
    return "\n\n".join([head, link, *rest]) + "\n", figures


def _alternative(before: list[str], svg: str) -> str:
    """Return the heading that a figure stands under and its title, for those who do not see it."""
    headings = re.findall(
        r"^#+ (.*)$", "\n".join(part for part in before if not part.startswith("```")), re.MULTILINE
    )
    said = " | ".join([*headings[-1:], *(unescape(one) for one in re.findall(r"<title>([^<]*)", svg)[:1])])
    return re.sub(r"([\\\[\]*_`])", r"\\\1", said)


def write() -> None:
    """Write the pages and figures of all notebooks where they differ from what stands; others of the folder go."""
    wanted: dict[str, str] = {}
    for path in notebooks():
        text, figures = page(path)
        wanted |= {path.name.removesuffix(".ipynb") + ".md": text, **figures}
    write_folder(DOCS / CASES, wanted)


def on_config(config: Any) -> Any:
    """Write the pages before the site looks for its files."""
    write()
    return config


if __name__ == "__main__":
    os.environ.setdefault("OMP_NUM_THREADS", "1")
    for one in notebooks():
        write_outputs(one)
        print(one.name)
