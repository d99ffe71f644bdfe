"""The page of a run: self-contained, complete, in both languages."""

from __future__ import annotations

import re
import zipfile
from html.parser import HTMLParser
from pathlib import Path

import pytest

import panelkit as pk
from panelkit.claims.checked import CheckResult
from panelkit.claims.file.load import load_claims
from panelkit.report import sample
from panelkit.report.awaited import FIGURES
from panelkit.report.numbers import number, p_value
from panelkit.report.page import page, versions
from panelkit.report.write import write
from panelkit.results.fit import Language
from tests.claims.small import SMALL

VOID = {"meta", "br", "link", "img", "hr", "input", "wbr"}


@pytest.fixture(scope="module")
def result(tmp_path_factory: pytest.TempPathFactory) -> CheckResult:
    path = tmp_path_factory.mktemp("claims") / "small.toml"
    path.write_text(SMALL, encoding="utf-8")
    return pk.check(path)


class Outline(HTMLParser):
    """Tags that were opened and not closed, and everything that would be fetched."""

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []
        self.fetched: list[str] = []
        self.drawings = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.drawings += tag == "svg"
        self.fetched += [
            str(value)
            for name, value in attrs
            if name in ("src", "href", "xlink:href") and value and not value.startswith("#")
        ]
        if tag not in VOID:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open
        assert self.open[-1] == tag, f"</{tag}> closes <{self.open[-1]}>"
        self.open.pop()


@pytest.mark.parametrize(("language", "verdict"), [("en", "NOT TESTABLE"), ("zh", "无法检验")])
def test_the_page_needs_no_other_file(result: CheckResult, language: Language, verdict: str) -> None:
    text = page(result, language)
    outline = Outline()
    outline.feed(text)
    assert outline.open == []
    assert outline.fetched == []
    # of the principal: residuals, curve, provinces left out; of the alternative: its curve
    assert outline.drawings == 4
    assert not re.search(r"url\(\s*['\"]?https?:|@import", text)
    assert verdict in text
    assert f'lang="{"zh-CN" if language == "zh" else "en"}"' in text


def test_the_page_tells_sample_sources_vintages_and_versions(result: CheckResult) -> None:
    text = page(result, "en")
    assert "124 observations: 31 provinces, 2018-2021" in text
    assert "census2023" in text
    assert "R&amp;D funded by government" in text
    for name, version in versions().items():
        assert f"{name} {version}" in text


def test_what_a_claim_file_says_is_text_and_not_markup(tmp_path: Path) -> None:
    path = tmp_path / "sharp.toml"
    path.write_text(SMALL.replace("Government money raises", "<script>x</script> raises"), encoding="utf-8")
    assert "<script>x" not in page(pk.check(path), "en")


def test_a_page_opens_nothing_that_is_empty() -> None:
    shown = page(pk.check("B95"), "en")
    assert not re.search(r"<code>\s*</code>", shown)
    boxes = re.findall(r"</summary>(.*?)</details>", shown, flags=re.DOTALL)
    assert all(re.sub(r"<[^>]*>", "", box).strip() for box in boxes)


def test_the_same_run_writes_the_same_page(result: CheckResult) -> None:
    assert page(result, "en") == page(result, "en")


def test_tables_are_written_in_both_formats(result: CheckResult, tmp_path: Path) -> None:
    write(result, tmp_path, "zh")
    latex = (tmp_path / "T1_elasticity.tex").read_text("utf-8")
    assert "toprule" in latex
    assert "总额" in latex
    with zipfile.ZipFile(tmp_path / "T1_elasticity.docx") as archive:
        assert "总额" in archive.read("word/document.xml").decode("utf-8")
    grid = (tmp_path / "T1_grid.csv").read_text("utf-8").splitlines()
    assert grid[0].startswith("reading,design,years,left_out,formula,estimate")
    assert len(grid) == 1 + 2 * 2


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (0.3875, "0.388"),
        (0.00537, "0.00537"),
        (12.345, "12.3"),
        (-1.264, "-1.26"),
        (123456.0, "123,456"),
        (0.0, "0"),
        (float("nan"), "–"),
        (float("inf"), "∞"),
        (None, "–"),
    ],
)
def test_numbers_keep_three_digits(value: float | None, text: str) -> None:
    assert number(value) == text


def test_a_p_value_is_never_zero() -> None:
    assert p_value(float("nan")) == ""
    assert p_value(0.0001) == "<0.001"
    assert p_value(0.0208) == "0.021"


def test_sources_hold_what_main_designs_and_grid_read(result: CheckResult) -> None:
    (verdict, *_) = [item for item in result if item.tested is not None and item.tested.grid is not None]
    tested = verdict.tested
    assert tested is not None
    held = {about["key"] for about in sample.figures([tested], "en")}
    asked = {key for about in tested.grid_figures for key in about["vintages"]}
    assert asked <= held
    assert all(entry["sources"] for entry in sample.figures([tested], "zh"))


def test_every_missing_figure_of_the_register_has_a_chinese_name() -> None:
    names = {need.name for item in load_claims() for need in item.claim.needs if need.kind == "figure"}
    assert names == set(FIGURES)
    assert all(
        any("\u4e00" <= character <= "\u9fff" for character in name)
        for name in (said.text("zh") for said in FIGURES.values())
    )


def test_what_a_pending_claim_says_names_every_figure_in_both_languages() -> None:
    needs = {
        item.claim.id: [need for need in item.claim.needs if need.kind == "figure"] for item in load_claims()
    }
    asked = [claim for claim, held in needs.items() if held]
    verdicts = list(pk.check(*asked))
    assert {verdict.claim for verdict in verdicts} == set(asked)
    for verdict in verdicts:
        for need in needs[verdict.claim]:
            assert FIGURES[need.name].text("en") in verdict.reason.text("en")
            assert FIGURES[need.name].text("zh") in verdict.reason.text("zh")


def test_notes_of_a_chinese_table_are_chinese(result: CheckResult) -> None:
    html = page(result, "zh")
    assert "singletons dropped" not in html
    assert "剔除单点组" in html
    assert "rademacher权重" not in html
