"""Tables that a platform writes as a web page under the name of a workbook."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path

import pytest

import panelkit as pk
from panelkit.data.yearbook.errors import YearbookError
from panelkit.data.yearbook.files import limits, page
from panelkit.data.yearbook.files.page import page_grid
from panelkit.data.yearbook.judge.entries import FileRead
from panelkit.data.yearbook.read import CallerSays, Context, read_file
from tests.reference import sample_path

PAGE = """<!-- excel -->
<html><head><title>Excel</title><style>.a {color:#fff}</style></head><body>
<div>各地区研究人员情况(2020年)</div>
<table><tr><td>单位:人</td></tr></table>
<table class="tb"><tr><td rowspan="2">地区</td><td colspan="2">甲类人员</td><td>乙类人员</td></tr>
<tr><td>&nbsp;</td><td>女性</td><td>&nbsp;</td></tr>
<tr><td>全国</td><td>30</td><td>12</td><td>7</td></tr>
<tr><td>北京</td><td>10</td><td>5</td><td>3</td></tr>
<tr><td>天津</td><td>20</td><td>7</td><td>4</td></tr></table>
<table><tr><td>注:R&amp;D口径.</td></tr></table>
<div>摘编自《某某年鉴2021》</div></body></html>"""


def read(folder: Path, context: Context, text: str, encoding: str = "utf-8") -> FileRead:
    path = folder / "a.xls"
    path.write_bytes(text.encode(encoding))
    return read_file(path, CallerSays(), context)


@pytest.mark.parametrize("encoding", ["utf-8", "gb18030", "utf-16"])
def test_an_exported_page_is_read_with_its_spans(tmp_path: Path, blank: Context, encoding: str) -> None:
    found = read(tmp_path, blank, PAGE, encoding)
    name = "各地区研究人员情况：甲类人员"
    assert {(e.adcode, e.indicator): e.value for e in found.entries} == {
        (110000, name): Decimal(10),
        (120000, name): Decimal(20),
        (110000, f"{name}：女性"): Decimal(5),
        (120000, f"{name}：女性"): Decimal(7),
        (110000, "各地区研究人员情况：乙类人员"): Decimal(3),
        (120000, "各地区研究人员情况：乙类人员"): Decimal(4),
    }
    assert {(e.period, e.unit) for e in found.entries} == {("2020", "人")}
    assert found.footnotes == ("注:R&D口径.", "摘编自《某某年鉴2021》")


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("</head>", "<script>go()</script></head>", "a web page"),
        ("<div>摘编自", "<form><input></form><div>摘编自", "a web page"),
        ("<td>单位:人</td>", "<td><table><tr><td>单位:人</td></tr></table></td>", "a web page"),
        ("</table>\n<table><tr><td>注", "\n<table><tr><td>注", "a web page"),
        ("<td>20</td><td>7</td><td>4</td></tr></table>", "", "cut short|web page"),
        ("</table>\n<div>摘编自《某某年鉴2021》</div></body></html>", "", "cut short"),
        ("<td>20</td>", "<td>2O</td>", r"row 7, column 2 \(B\): '2O' is neither a number"),
    ],
)
def test_other_pages_are_refused(tmp_path: Path, blank: Context, old: str, new: str, message: str) -> None:
    assert old in PAGE
    with pytest.raises(YearbookError, match=message):
        read(tmp_path, blank, PAGE.replace(old, new))


def test_pages_beyond_the_limits_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limits, "CELLS", 10)
    with pytest.raises(YearbookError, match="more than 10 cells"):
        page_grid(PAGE, "a.xls")
    monkeypatch.setattr(page, "PAGE_BYTES", 100)
    with pytest.raises(YearbookError, match="a page of more than"):
        page_grid(PAGE, "a.xls")


def test_what_a_real_platform_exports() -> None:
    table = pk.read_yearbook(sample_path("yearbook_protected/cnki_platform_export.xls"))
    beijing = table[table["adcode"] == 110000].set_index("period")["value"]
    assert (len(table), beijing["2012"], beijing["2020"]) == (279, 5.59, 6.44)
