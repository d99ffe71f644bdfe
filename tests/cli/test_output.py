"""Output that cannot be written ends in one message and exit status 2, before the run where it can be known."""

from __future__ import annotations

import importlib
import os
import pkgutil
import subprocess
import sys
from functools import cache
from pathlib import Path
from types import ModuleType

import pytest

import panelkit
from panelkit.claims.check import check
from panelkit.cli import main
from panelkit.data.figures import read_figures
from panelkit.data.panels import load_provinces

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="devices of POSIX")

FILE_DOORS = [
    ["fit", "log(gdp) ~ log(population)"],
    ["data", "export"],
    ["data", "coverage"],
    ["describe", "gdp"],
    ["correlate", "gdp", "population"],
    ["unitroot", "log(gdp)"],
    ["cointegration", "log(gdp) ~ log(population)"],
    ["causality", "log(gdp) ~ log(population)"],
    ["audit", "any.csv"],
    ["evaluate", "lifecycle", "any"],
]
FOLDER_DOORS = [
    ["check"],
    ["ingest", "any"],
    ["spatial", "moran", "gdp"],
    ["spatial", "fit", "log(gdp) ~ log(population)"],
    ["spatial", "impacts", "log(gdp) ~ log(population)"],
    ["spatial", "sensitivity", "log(gdp) ~ log(population)"],
    ["mediate"],
    ["index", "run", "any"],
    ["evaluate", "efficiency", "gdp", "--outputs", "population"],
    ["evaluate", "productivity", "any", "--outputs", "other"],
    ["evaluate", "frontier", "log(gdp) ~ log(population)"],
    ["evaluate", "second-stage", "gdp", "--outputs", "population", "--on", "log(gdp)"],
    ["couple", "run", "any"],
    ["evaluate", "fusion"],
    ["evaluate", "grey", "gdp"],
    ["evaluate", "clubs", "gdp"],
    ["gmm", "log(gdp) ~ lag(log(gdp), 1)"],
    ["pvar", "log(gdp)", "log(population)"],
    ["evaluate", "forecast", "gdp"],
    ["evaluate", "network"],
    ["evaluate", "drivers", "any"],
    ["evaluate", "allocate"],
    ["replicate", "any"],
]


def door(arguments: list[str], monkeypatch: pytest.MonkeyPatch) -> int:
    monkeypatch.setattr(sys, "argv", ["panelkit", *arguments])
    with pytest.raises(SystemExit) as caught:
        main()
    assert isinstance(caught.value.code, int)
    return caught.value.code


@cache
def modules() -> list[ModuleType]:
    """Return every module of the package, loaded: one that is loaded under a patch would keep what is patched."""
    names = [found.name for found in pkgutil.walk_packages(panelkit.__path__, "panelkit.")]
    return [importlib.import_module(name) for name in names if not name.endswith("__main__")]


def forbid_work(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let anything that reads figures or claims fail, wherever it is called by its name: the refusal comes before."""

    def work(*_: object, **__: object) -> None:
        raise AssertionError("the run began")

    for reads in (read_figures, check, load_provinces):
        for module in modules():
            if vars(module).get(reads.__name__) is reads:
                monkeypatch.setattr(module, reads.__name__, work)


@pytest.mark.parametrize("arguments", FILE_DOORS, ids=" ".join)
@pytest.mark.parametrize("where", ["folder", "below a file", "link to nothing", "too long a name"])
def test_a_file_that_cannot_be_written_is_refused_before_the_run(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    arguments: list[str],
    where: str,
) -> None:
    (tmp_path / "file").write_text("x")
    (tmp_path / "link").symlink_to("absent")
    places = {
        "folder": tmp_path,
        "below a file": tmp_path / "file" / "x.tex",
        "link to nothing": tmp_path / "link",
        "too long a name": tmp_path / "new" / ("x" * 300),
    }
    forbid_work(monkeypatch)
    assert door([*arguments, "--out", str(places[where])], monkeypatch) == 2
    said = capsys.readouterr()
    assert said.err.startswith(f"panelkit: --out {places[where]} cannot be written: ")
    assert len(said.err.strip().splitlines()) == 1
    assert said.out == ""


def commands() -> list[list[str]]:
    """Return every command that takes `--out`, found in the command line itself."""
    import typer

    from panelkit.cli import app

    found = []

    def walk(command: object, path: list[str]) -> None:
        children = getattr(command, "list_commands", None)
        if children is not None:
            context = typer.Context(command)
            for name in command.list_commands(context):
                walk(command.get_command(context, name), [*path, name])
        if any("--out" in getattr(option, "opts", ()) for option in command.params):
            found.append(path)

    walk(typer.main.get_command(app), [])
    return found


def test_every_command_with_an_output_is_tried_here() -> None:
    tried = [*FILE_DOORS, *FOLDER_DOORS]
    assert not [path for path in commands() if not any(one[: len(path)] == path for one in tried)]


@pytest.mark.parametrize("arguments", FOLDER_DOORS, ids=" ".join)
@pytest.mark.parametrize("where", ["file", "below a file", "link to nothing"])
def test_a_folder_that_cannot_be_written_is_refused_before_the_run(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    arguments: list[str],
    where: str,
) -> None:
    (tmp_path / "file").write_text("x")
    (tmp_path / "link").symlink_to("absent")
    places = {
        "file": tmp_path / "file",
        "below a file": tmp_path / "file" / "x",
        "link to nothing": tmp_path / "link",
    }
    forbid_work(monkeypatch)
    assert door([*arguments, "--out", str(places[where])], monkeypatch) == 2
    said = capsys.readouterr()
    assert said.err.startswith(f"panelkit: --out {places[where]} cannot be written: ")
    assert len(said.err.strip().splitlines()) == 1


def test_a_store_that_cannot_be_written_is_refused_before_the_run(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "file").write_text("x")
    forbid_work(monkeypatch)
    for place in (tmp_path / "file", tmp_path / "file" / "below", tmp_path):
        assert door(["ingest", str(tmp_path / "a.csv"), "--store", str(place)], monkeypatch) == 2
        assert "panelkit: " in capsys.readouterr().err


COMMAND = [sys.executable, "-c", "from panelkit.cli import main; main()"]


@pytest.mark.skipif(not os.path.exists("/dev/full"), reason="needs /dev/full")
@pytest.mark.parametrize(
    "arguments",
    [["data", "list"], ["data", "list", "--json"], ["data", "export"], ["claims"], ["--version"], ["--help"]],
    ids=" ".join,
)
def test_a_full_output_is_one_message(arguments: list[str]) -> None:
    with open("/dev/full", "w") as full:
        done = subprocess.run(
            [*COMMAND, *arguments], stdout=full, stderr=subprocess.PIPE, text=True, check=False
        )
    assert done.returncode == 2
    assert done.stderr == "panelkit: the standard output cannot be written or read: No space left on device\n"


@pytest.mark.skipif(not os.path.exists("/dev/full"), reason="needs /dev/full")
def test_a_full_disk_is_one_message(tmp_path: Path) -> None:
    done = subprocess.run(
        [*COMMAND, "data", "export", "--out", "/dev/full"], capture_output=True, text=True, check=False
    )
    assert done.returncode == 2
    assert done.stderr == "panelkit: /dev/full cannot be written: No space left on device\n"


@pytest.mark.parametrize("arguments", [["data", "list", "--json"], ["data", "export"]], ids=" ".join)
def test_a_reader_that_leaves_is_met_quietly(arguments: list[str]) -> None:
    running = subprocess.Popen([*COMMAND, *arguments], stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    assert running.stdout is not None
    assert running.stderr is not None
    running.stdout.read(10)
    running.stdout.close()
    assert running.stderr.read() == b""
    running.stderr.close()
    running.wait()


def test_a_closed_output_is_one_message() -> None:
    done = subprocess.run(
        ["sh", "-c", '"$@" >&-', "sh", *COMMAND, "data", "list"], capture_output=True, text=True, check=False
    )
    assert done.returncode == 2
    assert done.stderr.startswith("panelkit: the standard output is closed")
    assert len(done.stderr.splitlines()) == 1
