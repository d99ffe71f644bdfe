"""The report of an audit: a page and a Word file in both languages, without a word of blame, escaped, whole or not."""

from __future__ import annotations

from pathlib import Path

import pytest

import panelkit as pk
from panelkit.language.errors import SpecError
from panelkit.report import audit_page

PASTED = (
    "variable,(1),(2)\nx <b>,0.412* (0.103),0.021*** (0.310)\n"
    "直接效应,0.30 (0.1),0.2\n间接效应,0.10 (0.1),0.1\n总效应,0.50,0.3\n"
)
BLAME = ("wrong", "error by", "fraud", "fake", "造假", "伪造", "作者错")


@pytest.mark.parametrize("language", ["en", "zh"])
def test_a_page_says_what_was_found_in_balanced_words(language: audit_page.Language) -> None:
    made = audit_page.html(pk.audit(PASTED), language)
    assert "<b>," not in made
    assert "x &lt;b&gt;" in made
    assert {"en": "cannot all be true as printed", "zh": "不可能同时成立"}[language] in made
    assert not [word for word in BLAME if word in made.lower()]
    assert "<script" not in made
    assert "http" not in made


def test_a_word_file_holds_the_findings_and_is_the_same_twice(tmp_path: Path) -> None:
    from docx import Document

    found = pk.audit(PASTED)
    paths = [pk.audit_report(found, tmp_path / name, language="zh") for name in ("a.docx", "b.docx")]
    assert paths[0].read_bytes() == paths[1].read_bytes()
    document = Document(str(paths[0]))
    cells = {cell.text for table in document.tables for row in table.rows for cell in row.cells}
    assert any("0.021" in text for text in cells)
    assert any("论文表格审查" in paragraph.text for paragraph in document.paragraphs)


def test_another_ending_is_refused_before_anything_is_written(tmp_path: Path) -> None:
    with pytest.raises(SpecError, match=r"\.html or \.docx"):
        pk.audit_report(pk.audit(PASTED), tmp_path / "a.pdf")
    assert list(tmp_path.iterdir()) == []
