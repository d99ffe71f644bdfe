"""Follow the links of the built site: `python tests/docs/site_links.py FOLDER`, as `.ci/run` does after building it.

Every link and image must lead to a file inside the folder, every anchor to an element, every image must say what it
shows, every place of the search index must exist; links elsewhere must be whole addresses. The network is not asked.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import unquote, urlsplit

POINTS = {"href", "src", "data", "poster"}
# written for a server that answers at its root, where no folder of the page is known
FROM_THE_ROOT = "404.html"


class Page(HTMLParser):
    """What a page points to, and what in it can be pointed to."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.links: list[str] = []
        self.anchors: set[str] = set()
        self.faults: list[str] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Keep the links and the anchors of one element."""
        held = dict(attrs)
        self.links += [value for name, value in attrs if name in POINTS and value]
        name = held.get("id")
        if name and name in self.anchors:
            self.faults.append(f"two elements are called #{name}")
        self.anchors |= {value for value in (name, held.get("name") if tag == "a" else None) if value}
        if tag == "img" and not held.get("alt"):
            self.faults.append(f"an image without words: {held.get('src')}")


def faults(site: Path) -> Iterator[str]:
    """Yield every fault of a built site, with the page that has it."""
    site = site.resolve()
    pages = {path: Page(path.read_text(encoding="utf-8")) for path in sorted(site.rglob("*.html"))}
    if not pages:
        yield f"{site}: no page"
    for path, page in pages.items():
        name = path.relative_to(site).as_posix()
        found = (_fault(path, link, pages, site) for link in page.links if name != FROM_THE_ROOT)
        yield from (f"{name}: {one}" for one in dict.fromkeys([*page.faults, *found]) if one)
    index = site / "search" / "search_index.json"
    if not index.is_file():
        yield "search/search_index.json: missing"
        return
    for entry in json.loads(index.read_text(encoding="utf-8"))["docs"]:
        fault = _fault(site / "index.html", entry["location"] or ".", pages, site)
        if fault:
            yield f"search/search_index.json: {fault}"


def _fault(page: Path, link: str, pages: dict[Path, Page], site: Path) -> str:
    """Return what is wrong with a link of a page, nothing where it leads somewhere."""
    where = urlsplit(link)
    if where.scheme in ("mailto", "data", "javascript"):
        return ""
    if where.scheme or where.netloc:
        return (
            "" if where.scheme in ("http", "https") and "." in where.netloc else f"no whole address: {link}"
        )
    if where.path.startswith("/"):
        return f"leads to the root of the server: {link}"
    target = (page.parent / unquote(where.path)).resolve() if where.path else page
    target = target / "index.html" if target.is_dir() else target
    if not target.is_relative_to(site):
        return f"leads out of the site: {link}"
    if not target.is_file():
        return f"leads nowhere: {link}"
    anchor = unquote(where.fragment)
    if anchor and target in pages and anchor not in pages[target].anchors:
        return f"no such anchor: {link}"
    return ""


def main() -> None:
    """Print the faults of a site and end with 1 where there are any."""
    found = list(faults(Path(sys.argv[1])))
    print("\n".join(found) or "every link leads somewhere")
    sys.exit(bool(found))


if __name__ == "__main__":
    main()
