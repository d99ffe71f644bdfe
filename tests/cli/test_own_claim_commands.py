"""`panelkit claims new` and `panelkit claims lint`: questions and options, exit codes, JSON, both languages, narrow."""

from __future__ import annotations

import json
import os
import select
import subprocess
import sys
import tomllib
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from rich.cells import cell_len

import panelkit as pk
from panelkit.claims.own_panel import open_panel
from panelkit.claims.source import Own, Shipped
from panelkit.cli.claims._ask import Interview
from tests.claims.small import SMALL
from tests.cli.conftest import Run

Command = Callable[..., Run]
FILLED = (
    *("--outcome", "log(gdp / population)", "--treatment", "log(rd_expenditure)", "--sign", "+"),
    *("--says", "More money of neighbours, more output.", "--says-zh", "邻省经费越多，产出越高。"),
    *("--title", "A study", "--authors", "Someone; Another", "--section", "3", "--phrase", "neighbours"),
    *("--smallest", "0.1", "--why", "a tenth of the elasticity of output"),
)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a panel of towns and weights between them."""
    path = tmp_path_factory.mktemp("own")
    frame = pk.load_provinces(["rd_expenditure", "gdp", "population"], (2011, 2022)).reset_index()
    frame.assign(province="town " + frame["province"]).rename(columns={"province": "city"}).to_csv(
        path / "my_panel.csv", index=False
    )
    w = pk.contiguity()
    names = [f"town {name}" for name in w.ids]
    pd.DataFrame(w.matrix.toarray(), index=names, columns=names).to_csv(path / "w.csv")
    return path


@pytest.fixture
def here(folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    for file in folder.iterdir():
        (tmp_path / file.name).write_bytes(file.read_bytes())
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_new_lint_and_check_in_one_go(panelkit: Command, here: Path) -> None:
    own = ("--data", "my_panel.csv", "--w", "w.csv")
    blank = panelkit("claims", "new", "blank.toml", "--kind", "spatial", "--yes", *own)
    assert (blank.status, blank.err) == (0, "")
    assert "Next: panelkit claims lint blank.toml --data my_panel.csv --w w.csv" in blank.out
    linted = panelkit("claims", "lint", "blank.toml", *own)
    assert linted.status == 1
    assert "blank.toml: 14 blanks to be filled" in linted.out
    assert panelkit("check", "blank.toml", *own).status == 2
    again = panelkit("claims", "new", "blank.toml", "--yes")
    assert (again.status, "is there already" in again.err) == (2, True)
    made = panelkit("claims", "new", "my.toml", "--kind", "spatial", "--yes", *own, *FILLED)
    assert made.status == 0, made.err
    assert "Next: panelkit check my.toml --data my_panel.csv --w w.csv" in made.out
    clean = panelkit("claims", "lint", "my.toml", *own, "--json")
    assert (clean.status, json.loads(clean.out)) == (0, [])
    run = panelkit("check", "my.toml", *own, "--json")
    assert run.status == 0, run.err
    (verdict,) = json.loads(run.out)
    assert verdict["verdict"] in ("PARTLY", "UNDECIDED", "NOT SUPPORTED")
    assert verdict["data"]["weights"] == ["w"]


def test_json_of_a_lint_names_line_field_and_kind(panelkit: Command, here: Path) -> None:
    text = SMALL.replace('claimed = "0.67"', "claimed = 0.67").replace(
        'title = "A small document"', 'title = "..."'
    )
    (here / "bad.toml").write_text(text, encoding="utf-8")
    for language in ("en", "zh"):
        run = panelkit("claims", "lint", "bad.toml", "--json", "--lang", language)
        assert run.status == 1
        first, second = json.loads(run.out)
        assert (first["line"], first["field"], first["kind"], first["claim"]) == (
            5,
            "document.title",
            "blank",
            None,
        )
        assert (second["file"], second["line"], second["claim"]) == ("bad.toml", 23, "T1")
        assert second["kind"] == "problem"
    assert "加引号" in second["problem"]
    made = panelkit("claims", "new", "new.toml", "--yes", "--json")
    said = json.loads(made.out)
    assert said["file"] == "new.toml"
    assert {item["kind"] for item in said["blanks"]} == {"blank"}


def test_lints_of_several_files_and_folders(panelkit: Command, here: Path) -> None:
    (here / "good").mkdir()
    (here / "good" / "one.toml").write_text(SMALL, encoding="utf-8")
    (here / "bad.toml").write_text(SMALL.replace("seed = 7", "sed = 7"), encoding="utf-8")
    run = panelkit("claims", "lint", "good", "bad.toml")
    assert run.status == 1
    assert "good/one.toml: 3 claims, no problem" in run.out
    assert "did you mean `seed`" in run.out
    assert panelkit("claims", "lint", "nowhere.toml").status == 2
    (here / "empty").mkdir()
    assert "holds no claim file" in panelkit("claims", "lint", "empty").err
    assert "name the file, or leave it out" in panelkit("claims", "lint", "bad.toml", "--w", "w.csv").err


@pytest.mark.parametrize("lang", ["en", "zh"])
def test_in_forty_columns_lines_are_folded_and_a_formula_keeps_its_mark(
    lang: str, here: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    from panelkit.cli import main

    (here / "bad.toml").write_text(SMALL.replace('"log({rd} / gdp)"', '"log(rd; gdp)"'), encoding="utf-8")
    monkeypatch.setattr(sys, "argv", ["panelkit", "claims", "lint", "bad.toml", "--lang", lang])
    monkeypatch.setenv("COLUMNS", "40")
    with pytest.raises(SystemExit):
        main()
    lines = capsys.readouterr().out.splitlines()
    assert max(cell_len(line) for line in lines) <= 40
    at = next(number for number, line in enumerate(lines) if "log(rd; gdp)" in line and "`" not in line)
    assert lines[at + 1].index("^") == lines[at].index(";")


def interview(
    answers: dict[str, list[str]], given: dict[str, Any], source: Any, language: Any = "en"
) -> tuple[tuple[str, str], list[str]]:
    """Hold an interview: answers by a word of the question, in turn; an empty one to any other."""
    said: list[str] = []

    def ask(question: str, otherwise: str) -> str:
        said.append(question)
        for word, turns in answers.items():
            if word in question and turns:
                return turns.pop(0)
        return otherwise

    return Interview(ask, said.append, given, source, language).hold(None, None), said


def test_the_interview_asks_for_what_is_not_given_and_holds_answers_to_the_gate(folder: Path) -> None:
    frame = pd.read_csv(folder / "my_panel.csv").set_index(["city", "year"])
    given: dict[str, Any] = {"title": "A study"}
    answers = {
        "Kind of design": ["pannel", "panel"],
        "outcome:": ["log(gdp", "log(gdpp)", "{gdp}", "log(gdp)"],
        "treatment:": ["log(rd_expenditure)"],
        "controls:": ["log(population), lag(gdp)"],
        "claimed direction": ["up", "+"],
        "smallest effect": ["0.1"],
        "the reason of the bound": ["a tenth"],
        "own words": ["More."],
    }
    (kind, rule), said = interview(answers, given, Own(open_panel(frame)))
    assert (kind, rule) == ("panel", "R-SIGN")
    assert given == {
        "title": "A study",
        "outcome": "log(gdp)",
        "treatment": "log(rd_expenditure)",
        "controls": "log(population), lag(gdp)",
        "sign": "+",
        "smallest": "0.1",
        "why": "a tenth",
        "says": "More.",
    }
    text = "\n".join(said)
    assert "no column is called `gdpp`" in text
    assert "no figure is called 'gdp'" in text
    assert "formula, position" in text
    assert not any("order" in line and "Kind of design" in line for line in said)  # made of shipped figures
    assert not any("title" in line for line in said)


def test_the_interview_speaks_chinese_and_may_be_left_empty(folder: Path) -> None:
    given: dict[str, Any] = {}
    (kind, rule), said = interview({}, given, Shipped(), "zh")
    assert (kind, rule, given) == ("panel", "R-SIGN", {})
    assert all(any("\u4e00" <= sign <= "\u9fff" for sign in line) for line in said)
    yearly: dict[str, Any] = {}
    (kind, rule), _ = interview({"设计类型": ["yearly"], "每年": ["spearman"]}, yearly, Shipped(), "zh")
    assert (kind, rule, yearly) == ("yearly", "R-DESC", {"measure": "spearman"})


def answered(command: list[str], answers: Iterator[str], where: Path) -> tuple[int, str]:
    """Run a command on a terminal of its own and give each question that waits the next answer."""
    import pty

    master, slave = pty.openpty()
    environment = os.environ | {"COLUMNS": "60", "TERM": "dumb"}
    run = subprocess.Popen(
        command, stdin=slave, stdout=slave, stderr=slave, cwd=where, env=environment, close_fds=True
    )
    os.close(slave)
    seen, since, waits = b"", 0, 0
    while waits < 300:
        waits += 1
        if not select.select([master], [], [], 0.2)[0]:
            if seen[since:].rstrip(b" ").endswith(b":"):
                since = len(seen)
                os.write(master, next(answers, "").encode() + b"\n")
            elif run.poll() is not None:
                break
            continue
        try:
            piece = os.read(master, 65536)
        except OSError:  # the other end is closed
            break
        if not piece:
            break
        seen += piece
    os.close(master)
    return run.wait(timeout=10), seen.decode("utf-8", "replace")


@pytest.mark.skipif(sys.platform == "win32", reason="no pseudo-terminals")
def test_on_a_terminal_it_asks(here: Path) -> None:
    script = "import sys; from panelkit.cli import main; sys.argv = ['panelkit', *sys.argv[1:]]; main()"
    command = [
        sys.executable,
        "-c",
        script,
        "claims",
        "new",
        "mine.toml",
        "--kind",
        "persistence",
        "--rule",
        "R-SIGN",
    ]
    turns = iter(["log(gdp", "log(gdp)", "", "+", "none", "Output lasts."])
    status, seen = answered(command, turns, here)
    assert status == 0, seen
    assert "formula, position" in seen
    claim = tomllib.loads((here / "mine.toml").read_text("utf-8"))["claim"][0]
    assert claim["reading"][0]["design"][0]["figure"] == "log(gdp)"
    assert claim["reading"][0]["rule"] == {"name": "R-SIGN", "sign": "+"}
    assert claim["says"]["en"] == "Output lasts."
    asked, _ = answered([*command[:4], "new", "other.toml", "--yes"], iter([]), here)
    assert asked == 0
