"""Without matplotlib and msoffcrypto-tool: all but figures and locked files works, and these say what is missing."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

import panelkit as pk
from panelkit.data.yearbook.errors import YearbookError
from panelkit.data.yearbook.files.sheets import WorkbookReader
from panelkit.language.errors import PanelkitError
from panelkit.language.extras import EXTRAS, FIGURES, LOCKED
from tests.cli.test_output import FOLDER_DOORS, door, forbid_work
from tests.show.test_figures import every_figure
from tests.yearbook import locked, writers
from tests.yearbook.test_protection import DEFAULT, ROWS, package

BLOCKED = {extra.module: None for extra in (FIGURES, LOCKED)}
REMEDY = 'pip install "panelkit-regional[{0}]", or in panelkit\'s own folder pip install ".[{0}]"'
TABLES_ALONE = (
    ["ingest"],
    ["replicate"],
    ["spatial", "fit"],
    ["gmm"],
    ["evaluate", "frontier"],
    ["evaluate", "second-stage"],
    ["evaluate", "drivers"],
)
DRAWN = [one for one in FOLDER_DOORS if not any(one[: len(path)] == path for path in TABLES_ALONE)]
PLOTS = [
    ["fit", "log(gdp) ~ log(population)", "--margins-plot"],
    ["did", "log(gdp) ~ 1", "--plot"],
    ["pvar", "log(gdp)", "log(population)", "--plot"],
    ["threshold", "log(gdp) ~ log(population)", "--plot"],
    ["evaluate", "lifecycle", "any", "--plot"],
    ["data", "coverage", "--out"],
    ["spatial", "moran", "gdp/population", "--plot"],
    ["spatial", "lisa", "gdp/population", "--plot"],
    ["spatial", "lisa", "gdp/population", "--scatter"],
    ["spatial", "map", "gdp/population", "--plot"],
]


@pytest.fixture
def without(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in BLOCKED:
        monkeypatch.setitem(sys.modules, name, None)


@pytest.fixture
def outside(tmp_path: Path) -> dict[str, str]:
    """Return the environment of a process in which neither library can be imported, nor in the processes it starts."""
    place = tmp_path / "start"
    place.mkdir()
    (place / "sitecustomize.py").write_text(f"import sys\nsys.modules.update({BLOCKED!r})\n")
    path = os.pathsep.join([str(place), *filter(None, [os.environ.get("PYTHONPATH")])])
    return {**os.environ, "PYTHONPATH": path, "PANELKIT_CACHE": str(tmp_path / "cache")}


def run(outside: dict[str, str], *arguments: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "panelkit", *arguments]
    return subprocess.run(command, capture_output=True, text=True, check=False, encoding="utf-8", env=outside)


def test_a_claim_is_checked_and_tables_are_written(outside: dict[str, str], tmp_path: Path) -> None:
    done = run(outside, "check", "A10")
    assert done.returncode == 0, done.stderr
    assert "A10" in done.stdout
    for ending in ("docx", "tex", "xlsx"):
        path = tmp_path / f"t.{ending}"
        done = run(outside, "fit", "log(gdp) ~ log(population)", "--out", str(path))
        assert done.returncode == 0, done.stderr
        assert path.stat().st_size > 0


def test_the_doctor_finds_nothing_broken(outside: dict[str, str]) -> None:
    done = run(outside, "doctor")
    assert done.returncode == 0, done.stdout + done.stderr
    assert "matplotlib" in done.stdout
    assert "Chinese font" not in done.stdout


@pytest.mark.parametrize("language", ["en", "zh"])
def test_pages_are_refused_before_the_run(outside: dict[str, str], tmp_path: Path, language: str) -> None:
    pages = tmp_path / "pages"
    done = run(outside, "check", "--out", str(pages), "--lang", language)
    assert done.returncode == 2
    assert done.stdout == ""
    assert not pages.exists()
    assert len(done.stderr.splitlines()) == 1
    assert f"--out {pages}" in done.stderr
    assert 'pip install ".[figures]"' in done.stderr
    assert ("未安装" if language == "zh" else "needs matplotlib") in done.stderr


@pytest.mark.usefixtures("without")
@pytest.mark.parametrize(
    "arguments", [*([*one, "--out"] for one in DRAWN), *PLOTS], ids=lambda one: " ".join(one)
)
def test_every_door_that_draws_says_so_before_the_run(
    arguments: list[str],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    forbid_work(monkeypatch)
    path = tmp_path / ("new.svg" if arguments in PLOTS else "new")
    assert door([*arguments, str(path)], monkeypatch) == 2
    said = capsys.readouterr()
    needed = "drawing the figures needs matplotlib, which is not installed"
    assert said.err == f"panelkit: {arguments[-1]} {path}: {needed}: {REMEDY.format('figures')}\n"
    assert said.out == ""
    assert not path.exists()


def test_every_option_that_draws_is_tried_here() -> None:
    """Options are found in the command line itself; a folder with figures says so in its help."""
    import typer

    from panelkit.cli import app

    found = []

    def walk(command: Any, path: list[str]) -> None:
        for name in getattr(command, "list_commands", lambda _: [])(typer.Context(command)):
            walk(command.get_command(typer.Context(command), name), [*path, name])
        for option in command.params:
            if {"--plot", "--margins-plot", "--scatter"} & set(option.opts):
                found.append([*path, option.opts[0]])
            if "--out" in option.opts and "tables and figures" in option.help:
                found.append([*path, "--out"])

    walk(typer.main.get_command(app), [])
    tried = [*([*one, "--out"] for one in DRAWN), *PLOTS]
    assert len(found) > 15
    assert not [
        one for one in found if not any(t[: len(one) - 1] == one[:-1] and t[-1] == one[-1] for t in tried)
    ]


@pytest.mark.usefixtures("without")
def test_a_table_of_what_is_held_needs_no_library(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert door(["data", "coverage", "gdp", "--out", str(tmp_path / "held.csv")], monkeypatch) == 0
    assert (tmp_path / "held.csv").exists()
    assert capsys.readouterr().err == ""


@pytest.mark.usefixtures("without")
@pytest.mark.parametrize("name", sorted(every_figure("en")))
def test_every_figure_says_what_it_needs(name: str) -> None:
    with pytest.raises(PanelkitError) as caught:
        every_figure("en")[name]()
    assert REMEDY.format("figures") in str(caught.value)


@pytest.mark.usefixtures("without")
def test_a_fit_makes_tables_and_says_what_its_figure_needs(tmp_path: Path) -> None:
    rng = np.random.default_rng(0)
    index = pd.MultiIndex.from_product([range(8), range(2010, 2016)], names=["unit", "year"])
    frame = pd.DataFrame(rng.normal(size=(48, 2)), index=index, columns=["x", "y"])
    fit = pk.FixedEffects("y ~ x").fit(frame)
    for ending, write in (("docx", fit.to_docx), ("tex", fit.to_latex), ("xlsx", fit.to_excel)):
        write(tmp_path / f"t.{ending}")
        assert (tmp_path / f"t.{ending}").stat().st_size > 0
    with pytest.raises(PanelkitError) as caught:
        fit.plot()
    assert str(caught.value).startswith("drawing a figure needs matplotlib, which is not installed: ")
    assert caught.value.text("zh").startswith("绘图需要 matplotlib，但尚未安装：")
    assert 'pip install ".[figures]"' in caught.value.text("zh")


@pytest.mark.parametrize("kind", ["xls", "xlsx"])
def test_a_locked_workbook_names_the_file_and_the_remedy(
    kind: str, outside: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PYTHONPATH", outside["PYTHONPATH"])
    content = locked.locked(locked.biff(ROWS), DEFAULT) if kind == "xls" else package(DEFAULT)
    with WorkbookReader() as reader:
        with pytest.raises(YearbookError) as caught:
            reader.read(content, "xls", f"年鉴.{kind}")
        assert len(reader.read(writers.xlsx(ROWS), "xlsx")) == 1
        assert len(reader.read(locked.document(locked.biff(ROWS)), "xls")) == 1
    said = str(caught.value)
    assert f"年鉴.{kind}" in said
    assert f"needs msoffcrypto-tool, which is not installed: {REMEDY.format('locked')}" in said
    assert "save a plain copy" in said
    assert "另存为普通副本" in caught.value.text("zh")


@pytest.mark.usefixtures("without")
def test_a_locked_paper_names_the_file_and_the_remedy(tmp_path: Path) -> None:
    path = tmp_path / "论文.xlsx"
    path.write_bytes(package(DEFAULT))
    with pytest.raises(pk.DataError) as caught:
        pk.audit(path)
    assert "论文.xlsx" in str(caught.value)
    assert REMEDY.format("locked") in str(caught.value)
    assert "加密" in caught.value.text("zh")


def test_what_is_installed_is_found_without_an_import(monkeypatch: pytest.MonkeyPatch) -> None:
    for extra in EXTRAS:
        assert extra.installed()
        monkeypatch.setitem(sys.modules, extra.module, None)
        assert not extra.installed()
