"""Draw the figures of the gallery from the blocks on its pages: a hook of mkdocs.

The figures are written into `docs/images/gallery/`, which git ignores, in the language of each page (`NAME.svg` and
`NAME.zh.svg`, of which the plugin of the two languages takes the right one). They are drawn anew where a page or the
package has changed since; nothing is kept that no page draws.
"""

from __future__ import annotations

import contextlib
import hashlib
import re
from pathlib import Path
from typing import Any

DOCS = Path(__file__).resolve().parent
FIGURES = DOCS / "images" / "gallery"
PAGES = {"": DOCS / "gallery.md", ".zh": DOCS / "gallery.zh.md"}
STAMP = ".stamp"
_BLOCK = re.compile(r"^```python\n(.*?)^```$", re.MULTILINE | re.DOTALL)


def names(page: Path) -> list[str]:
    """Return the names of the figures that a page shows."""
    return re.findall(r"\]\(images/gallery/(\w+)\.svg\)", page.read_text(encoding="utf-8"))


def draw(page: Path, folder: Path) -> None:
    """Run the blocks of a page in a folder, where they save their figures."""
    held: dict[str, Any] = {}
    with contextlib.chdir(folder):
        for number, found in enumerate(_BLOCK.finditer(page.read_text(encoding="utf-8")), 1):
            exec(compile(found[1], f"{page.name} block {number}", "exec"), held)


def stamp() -> str:
    """Return what the figures depend on: the pages, and the code and figures of the package."""
    home, seen = DOCS.parent, hashlib.sha256()
    for page in PAGES.values():
        seen.update(page.read_bytes())
    for file in sorted([*(home / "panelkit").rglob("*.py"), *(home / "data").rglob("*.csv")]):
        seen.update(f"{file.relative_to(home)} {file.stat().st_size} {file.stat().st_mtime_ns}".encode())
    return seen.hexdigest()


def write(folder: Path = FIGURES) -> None:
    """Draw the figures of both pages where they are out of date."""
    now = stamp()
    folder.mkdir(parents=True, exist_ok=True)
    mark = folder / STAMP
    if mark.exists() and mark.read_text(encoding="utf-8") == now:
        return
    for file in folder.glob("*.svg"):
        file.unlink()
    for ending, page in sorted(PAGES.items(), reverse=True):
        draw(page, folder)
        if ending:
            for name in names(page):
                (folder / f"{name}.svg").rename(folder / f"{name}{ending}.svg")
    mark.write_text(now, encoding="utf-8")


def on_config(config: Any) -> Any:
    """Draw the figures before the site looks for its files."""
    write()
    return config
