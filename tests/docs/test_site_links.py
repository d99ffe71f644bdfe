"""The checker of the built site, which `.ci/run` calls, finds what leads nowhere and leaves the rest in peace."""

from __future__ import annotations

import json
from pathlib import Path

from tests.docs.site import HOME
from tests.docs.site_links import faults


def _site(folder: Path, body: str, location: str = "zh/page/#部分") -> Path:
    (folder / "zh" / "page").mkdir(parents=True)
    (folder / "search").mkdir()
    (folder / "index.html").write_text(f"<h1 id='top'>panelkit</h1>{body}", encoding="utf-8")
    (folder / "zh" / "page" / "index.html").write_text(
        "<h2 id='部分'>部分</h2><a href='../../#top'>←</a>", encoding="utf-8"
    )
    (folder / "map.svg").write_text("<svg/>", encoding="utf-8")
    index = {"docs": [{"location": place} for place in ("", location)]}
    (folder / "search" / "search_index.json").write_text(json.dumps(index), encoding="utf-8")
    return folder


def test_whole_links_pass(tmp_path: Path) -> None:
    body = (
        "<a href='zh/page/#%E9%83%A8%E5%88%86'>1</a><a href='#top'>2</a><a href='.'>3</a>"
        "<a href='https://example.org/x'>4</a><a href='mailto:a@example.org'>5</a><img src='map.svg' alt='A map'>"
    )
    assert list(faults(_site(tmp_path, body))) == []


def test_every_kind_of_fault_is_named(tmp_path: Path) -> None:
    body = (
        "<a href='zh/gone/'>1</a><a href='zh/page/#gone'>2</a><a href='/zh/'>3</a><a href='../else/'>4</a>"
        "<a href='http://gone'>5</a><img src='map.svg'><p id='top'></p>"
    )
    assert list(faults(_site(tmp_path, body, "zh/page/#away"))) == [
        "index.html: an image without words: map.svg",
        "index.html: two elements are called #top",
        "index.html: leads nowhere: zh/gone/",
        "index.html: no such anchor: zh/page/#gone",
        "index.html: leads to the root of the server: /zh/",
        "index.html: leads out of the site: ../else/",
        "index.html: no whole address: http://gone",
        "search/search_index.json: no such anchor: zh/page/#away",
    ]


def test_the_site_is_checked_where_it_is_built() -> None:
    lines = (HOME / ".ci" / "run").read_text(encoding="utf-8").splitlines()
    built = next(number for number, line in enumerate(lines) if 'mkdocs" build' in line)
    assert "site_links.py" in lines[built + 1]
