"""The example in the help of every command runs, in both languages, in a narrow terminal and in a wide one."""

from __future__ import annotations

import re
import shlex
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from rich.cells import cell_len
from typer.testing import CliRunner

from panelkit.cli import app
from panelkit.cli._commands import EXAMPLE
from panelkit.data.figures import read_figures
from panelkit.data.yearbook.store.places import remember
from tests.claims.small import SMALL
from tests.cli.tree import commands, leaves
from tests.show.test_languages import english
from tests.yearbook import writers
from tests.yearbook.writers import NAMES, Table

run = CliRunner().invoke
COMMANDS = leaves()
CHINESE = re.compile("[\u4e00-\u9fff]")
LATIN = re.compile("[A-Za-z]{2}")
NARROW, WIDE = 60, 150
TYPERS = ("help", "install_completion", "show_completion")  # they get their words with the language
# what stands in English in a Chinese text: commands, and the name of an indicator that is shown in both languages
NAMED = (
    "panelkit data show",
    "panelkit claims lint",
    "gross regional product",
    "Noto Sans CJK SC",
    "ingest FILE",
)
TABLE = "variable,(1),(2)\nx,0.412*** (0.103),0.021 (0.310)\nN,248,248\n"
PRINTED = "city,U1,U2,C\na,0.6,0.4,0.4899\nb,0.9,0.1,0.3000\nc,0.5,0.3,0.4841\n"


def example_of(command: Any) -> list[str]:
    """Return the call that the help of a command shows, without `panelkit`."""
    return shlex.split(command.epilog.removeprefix(f"{EXAMPLE}panelkit "))


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a folder with what the examples name: an export of the portal, its store, a claim, printed degrees."""
    folder = tmp_path_factory.mktemp("files")
    figures = read_figures(["gdp"], "census2023", check=False)
    cells = {
        (int(str(row.adcode)), str(row.period), "地区生产总值"): repr(round(float(str(row.value)) * 1.01, 1))
        for row in figures.itertuples()
        if str(row.period) >= "2023"
    }
    table = Table(list(NAMES), ["2024", "2023"], ["地区生产总值"], cells)
    (folder / "portal.csv").write_bytes(writers.classic(table).encode("gb18030"))
    (folder / "printed.csv").write_text(PRINTED, encoding="utf-8")
    (folder / "table.csv").write_text(TABLE, encoding="utf-8")
    (folder / "claim.toml").write_text(SMALL, encoding="utf-8")
    options = ["--store", str(folder / "figures"), "--vintage", "own"]
    done = run(app, ["ingest", str(folder / "portal.csv"), *options])
    assert done.exit_code == 0, done.output
    remember(folder / "figures", {"内蒙占": "内蒙古"})
    return folder


@pytest.fixture
def printed(
    files: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Callable[[list[str], int, str], str]:
    """Return what runs a command among the files and gives its output."""
    shutil.copytree(files, tmp_path, dirs_exist_ok=True)
    monkeypatch.chdir(tmp_path)

    def call(arguments: list[str], width: int, language: str) -> str:
        monkeypatch.setenv("COLUMNS", str(width))
        (tmp_path / "my_claim.toml").unlink(missing_ok=True)  # which a new claim is not written over
        shutil.rmtree(tmp_path / "figures")  # a command may have changed the store
        shutil.copytree(files / "figures", tmp_path / "figures")
        done = run(app, [*arguments, "--lang", language])
        assert done.exit_code == 0, (done.output, done.exception)
        return done.output

    return call


@pytest.mark.usefixtures("kept_verdicts")  # the example is run three times
@pytest.mark.parametrize("name", COMMANDS)
def test_the_example_of_every_command_runs(name: str, printed: Callable[[list[str], int, str], str]) -> None:
    arguments = example_of(COMMANDS[name])
    assert arguments[: len(name.split())] == name.split()
    texts = {language: printed(arguments, NARROW, language) for language in ("en", "zh")}
    assert max(cell_len(line) for text in texts.values() for line in text.splitlines()) <= NARROW
    assert texts["zh"] != texts["en"]
    for text in (*texts.values(), wide := printed(arguments, WIDE, "zh")):
        assert not any(mark in text for mark in ("[bold]", "[dim]", "[/]"))
    for text in (texts["zh"], wide):
        assert CHINESE.search(text)
        said = [words for words in english(text) if not any(part in words for part in NAMED)]
        assert said == []


@pytest.mark.parametrize("name", [" ".join(path) for path, _ in commands()])
def test_the_help_is_in_both_languages(name: str) -> None:
    command = dict(commands())[tuple(name.split())]
    texts = {"help": command.help} | {one.name: one.help for one in command.params if one.name not in TYPERS}
    lacking = {
        key: text for key, text in texts.items() if not (text and CHINESE.search(text) and LATIN.search(text))
    }
    assert lacking == {}
    if name in COMMANDS:
        shown = run(app, [*name.split(), "--help"], env={"COLUMNS": "200"}).output
        assert "Example: panelkit" in shown
        assert "--lang" in {option for one in command.params for option in one.opts}
