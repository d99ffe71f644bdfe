"""The tutorials run from top to bottom, in both languages, and print what they show."""

from __future__ import annotations

import shlex
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

import panelkit as pk
from panelkit.cli import main
from tests.docs.site import DOCS, blocks
from tests.docs.test_blocks import commands

PAGES = sorted((DOCS / "tutorials").glob("*.md"))
COMPARED = 3  # so many first lines of an output are compared


def _run(command: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setattr(sys, "argv", shlex.split(command))
    with pytest.raises(SystemExit) as left:
        main()
    assert left.value.code in (0, None), f"{command}\n{capsys.readouterr().err}"


def _first(lines: list[str]) -> str:
    held = [line.rstrip() for line in lines if line.strip() and line != "..."]
    return "\n".join(held[:COMPARED])


def test_there_is_one_for_each_of_three_readers() -> None:
    assert {page.name.split(".")[0] for page in PAGES} == {"student", "analyst", "reviewer"}


@pytest.mark.usefixtures("kept_verdicts")
@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_a_tutorial_prints_what_it_shows(
    page: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "home"))
    monkeypatch.setenv("COLUMNS", "80")
    held: dict[str, Any] = {"pk": pk, "np": np, "pd": pd}
    printed, shown = "", 0
    for number, (kind, text) in enumerate(blocks(page)):
        if kind == "text":
            lines = [line.rstrip() for line in printed.splitlines() if line.strip()]
            assert _first(text.splitlines()) in "\n".join(lines), f"block {number}:\n{printed}"
            shown += 1
            continue
        capsys.readouterr()
        if kind == "python":
            exec(compile(text, f"{page.name} block {number}", "exec"), held)
        else:
            for command in commands(text):
                capsys.readouterr()
                _run(command, monkeypatch, capsys)
        printed = capsys.readouterr().out
    assert shown >= 4
