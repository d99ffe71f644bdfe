"""`panelkit audit`: a paste, a file, a report, both languages, narrow and wide."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from rich.cells import cell_len
from typer.testing import CliRunner

from panelkit.cli import app

run = CliRunner().invoke
PASTED = (
    "| variable | (1) | (2) |\n|---|---|---|\n| x | 0.12*** | 0.20* |\n| | (0.08) | (0.10) |\n| N | 248 | 348 |\n"
    "Notes: standard errors in parentheses; *** p<0.01, ** p<0.05, * p<0.1. 31 provinces, 2011-2018.\n"
)


@pytest.fixture
def paper(tmp_path: Path) -> Path:
    path = tmp_path / "paper.md"
    path.write_text(PASTED, encoding="utf-8")
    return path


def test_a_paste_says_what_its_file_says(paper: Path) -> None:
    from_file, pasted = run(app, ["audit", str(paper)]), run(app, ["audit", "-"], input=PASTED)
    assert from_file.exit_code == pasted.exit_code == 0
    assert from_file.output == pasted.output
    assert "[decision inconsistent] x · (1)" in pasted.output


def test_an_empty_paste_is_refused_as_one() -> None:
    done = run(app, ["audit", "-"], input="")
    assert str(done.exception) == "standard input is empty: it holds no table"


@pytest.mark.parametrize("language", ["en", "zh"])
@pytest.mark.parametrize("width", [40, 100])
def test_no_line_is_wider_than_the_terminal(
    paper: Path, language: str, width: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", str(width))
    done = run(app, ["audit", str(paper), "--lang", language, "--show", "all"])
    assert max(cell_len(line) for line in done.output.splitlines()) <= width
    whole = "".join(done.output.split())
    assert {"en": "≤31×8=248", "zh": "样本量超过个体数乘以期数"}[language] in whole


def test_json_says_all_in_the_language_asked_for(paper: Path) -> None:
    told = json.loads(run(app, ["audit", str(paper), "--json", "--lang", "zh"]).stdout)
    assert told["state"] == "decision"
    why = {one["identity"]: one["why"] for one in told["unchecked"]}
    assert why["effects-sum"] == "所需数字未全部列出"
    assert {one["state"] for one in told["findings"]} == {"consistent", "decision"}


@pytest.mark.parametrize("name", ["report.html", "report.docx"])
def test_a_report_is_written_and_named(paper: Path, tmp_path: Path, name: str) -> None:
    done = run(app, ["audit", str(paper), "--out", str(tmp_path / name)])
    assert done.exit_code == 0
    assert (tmp_path / name).stat().st_size > 3000
    assert name in done.output
