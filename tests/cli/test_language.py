"""Refusals in the language of the call, wherever they are raised; options in groups; `python -m panelkit`."""

from __future__ import annotations

import re
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any

import pytest
import typer
from rich.cells import cell_len
from typer.testing import CliRunner

from panelkit.cli import TASKS, main, spoken_language
from panelkit.cli import app as root
from panelkit.cli._commands import command, group
from panelkit.cli._printing import all_told, shortened
from panelkit.cli._spoken import in_language
from panelkit.language import shown
from panelkit.language.message import Told, message
from tests.cli.tree import commands
from tests.show.test_languages import english

FORMULA = "log(gdp) ~ log(population)"
OWN = ["fit", FORMULA, "--data", "own.csv", "--unit", "city"]

REFUSED = [
    (["fit", FORMULA, "--years", "now"], "--years 应写作 2011-2022"),
    (["fit", FORMULA, "--years", "2020-2010"], "请先写较早的年份，即 2010-2020"),
    (["fit", FORMULA, "--unit", "city"], "--unit 用于说明自备数据文件"),
    (["fit", FORMULA, "--lags", "within"], "请同时给出 --years"),
    (["fit", FORMULA, "--provinces", " "], "--provinces 为空"),
    (["fit", FORMULA, "--vintage", "gdp"], "--vintage 应写作 指标=版本"),
    (["fit", FORMULA, "--data", "own.csv", "--vintage", "a=b"], "own.csv 不分版本"),
    (["fit", FORMULA, "--data", "own.csv", "--sheet", "b"], "own.csv 没有工作表"),
    ([*OWN, "--years", "1999"], "没有这些年份的观测，只有 2001-2003"),
    (["fit", FORMULA, "--seed", "2"], "请用 --wild 或 --scrutiny 指定项"),
    (["fit", FORMULA, "--coords", "a.csv"], "--coords 仅用于 --vcov Conley(km)"),
    (["fit", FORMULA, "--model", "between", "--tests"], "没有适用于组间估计"),
    (["fit", FORMULA, "--model", "between", "--effects", "unit"], "没有 --effects 选项"),
    (["fit", FORMULA, "--model", "spatial_panel"], "panelkit fit 可用的模型为 fixed_effects、pooled"),
    (["fit", FORMULA, "--model", "nothing"], "没有名为 'nothing' 的估计方法"),
    (["fit", FORMULA, "--below", "x"], "--below 只能取"),
    (["fit", FORMULA, "--format", "x"], "--format 只能取 text、latex"),
    (["fit", FORMULA, "--format", "docx"], "docx 表格需要用 --out 给出文件名"),
    (["fit", FORMULA, "--out", "a.pdf"], "不能写成 .pdf 格式的表格"),
    (["fit", FORMULA, "--out", "own.csv/a.tex"], "请指定可写入的文件"),
    (["fit", FORMULA, "--wild", "q"], "没有这样的项；现有 log(population)"),
    (["spatial", "fit", FORMULA, "--w", "queen"], "--w 'queen'：请写 contiguity、"),
    (["spatial", *OWN], "而面板的个体不是省份（a、b）"),
    (["spatial", "impacts", FORMULA, "--method", "delta", "--reps", "99"], "--method delta 不抽样"),
    (["spatial", "sensitivity", FORMULA, "--seed", "1"], "这里没有安慰剂检验"),
    (["mediate", "gdp", "population", "employed", "--order", "serial"], "而这里只有一个"),
    (["mediate", "gdp", "population", "employed", "--moderates", "first"], "请用 --moderator 给出"),
    (["mediate", "gdp", "population", "employed", "--levels", "low"], "--levels 应为以逗号分隔的数"),
    (["mediate", "gdp", "population", "employed", "--json", "--inference"], "请去掉其中之一"),
    (["mediate", "gdp", "population", "employed", "--labels", "a"], "请用 --steps 打印"),
    (["index", "run", "a,a", *OWN[2:]], "列 a 在指标 a,a 中出现两次"),
    (["index", "run", "tech_innovation", "--draws", "0", "--seed", "2"], "而 --draws 0 不抽样"),
    (["couple", "run", "a", "b", "--weights", "half"], "--weights 'half'：请写以逗号分隔的数"),
    (
        ["couple", "which", "own.csv", "--systems", "U1,U2", "--printed", "C"],
        "没有列 U1、U2、C：现有 city、",
    ),
    (["check", "A1", "--vintage", "gdp=a"], "须与 --figures 合用"),
    (["check", "--figures", "nowhere"], "该处没有数据库文件夹"),
    (["check", "--figures", ".", "--vintage", "gdp"], "请写成 指标=版本"),
    (["check", "--figures", ".", "--out", "x"], "请去掉 --out 或 --figures"),
    (["check", "--out", "own.csv/x"], "请指定可写入的文件夹"),
    (["data", "list", "zzz"], "没有指标的代码或名称包含 'zzz'"),
    (["data", "export", "--store", "nowhere"], "没有该文件夹"),
    (["data", "export", "--vintage", "none"], "没有可导出的数据"),
    (["store", "check", "own.csv"], "不是文件夹"),
    (["ingest", "own.csv", "--column", "ab"], "--column “ab”：请写成 名称=值"),
]


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Work in a folder with a small panel of two cities."""
    rows = [f"{city},{year},{year - 1999},{year - 1998}" for city in "ab" for year in (2001, 2002, 2003)]
    text = "\n".join(["city,year,gdp,population", *rows])
    (tmp_path / "own.csv").write_text(text + "\n", encoding="utf-8")
    monkeypatch.chdir(tmp_path)


@pytest.mark.usefixtures("here")
@pytest.mark.parametrize(("arguments", "words"), REFUSED, ids=lambda value: None)
def test_refusals_are_in_the_language_of_the_call(
    panelkit: Callable[..., Any], arguments: list[str], words: str
) -> None:
    for way in (["--lang", "zh"], ["--lang=zh"]):
        run = panelkit(*arguments, *way)
        assert run.status == 2, run.out
        assert run.err.startswith("panelkit: ")
        assert words in run.err
        assert english(re.sub("`[^`]*`", "", run.err)) == []
    assert words not in panelkit(*arguments).err


@pytest.mark.parametrize(
    ("arguments", "language"),
    [
        ([], "en"),
        (["check", "--lang", "zh"], "zh"),
        (["--lang=zh", "check"], "zh"),
        (["check", "--lang", "zh", "--lang", "en"], "en"),
        (["check", "--lang"], "en"),
        (["check", "--lang", "fr"], "en"),
        (["fit", "--", "--lang", "zh"], "en"),
    ],
)
def test_the_language_of_a_call(arguments: list[str], language: str) -> None:
    assert spoken_language(arguments) == language


TYPERS = ("help", "install_completion", "show_completion")  # they get their words with the language

WRONG = [
    (["fot"], "没有命令 fot：是否为 fit？"),
    (["nothing"], "没有命令 nothing："),
    (["data", "nothing"], "没有命令 nothing：`panelkit data --help` 列出"),
    (["data", "list", "--nothing"], "没有选项 --nothing"),
    (["fit", "--yeers", "2011-2012"], "没有选项 --yeers：是否为 --years、"),
    (["fit"], "缺少 FORMULA"),
    (["check", "--workers", "x"], "--workers 须为整数"),
    (["gmm", FORMULA, "--transform", "x"], "--transform 只能取 differences、"),
    (["index", "run", "tech_innovation", "--seed", "-1"], "--seed 须为不小于 0 的数"),
    (["fit", FORMULA, "--level", "x"], "--level 须为数"),
    (["data", "list", "a", "b", "c"], "多于该命令所需"),
]


@pytest.mark.parametrize(("arguments", "words"), WRONG, ids=lambda value: None)
def test_wrong_calls_are_refused_in_the_language_of_the_call(
    panelkit: Callable[..., Any], arguments: list[str], words: str
) -> None:
    for call in ([*arguments, "--lang=zh"], ["--lang", "zh", *arguments]):
        run = panelkit(*call)
        assert run.status == 2, run.out
        assert run.err.startswith("panelkit: ")
        assert words in run.err
        assert english(re.sub("`[^`]*`", "", run.err)) == []
    run = panelkit(*arguments)
    assert run.status == 2
    assert words not in run.err


def test_what_is_missing_at_the_end_of_a_call_is_said(panelkit: Callable[..., Any]) -> None:
    assert "缺少命令" in panelkit("data", "--lang", "zh").err
    assert "--workers 后须有取值" in panelkit("--lang", "zh", "check", "--workers").err


def test_a_language_before_the_command_is_that_of_the_command(panelkit: Callable[..., Any]) -> None:
    before, behind = panelkit("--lang", "zh", "claims", "list"), panelkit("claims", "list", "--lang", "zh")
    assert before.out == behind.out
    assert "论断" in before.out
    assert panelkit("claims", "--lang", "zh", "list").out == behind.out
    assert panelkit("--lang", "zh", "claims", "list", "--lang", "en").out == panelkit("claims", "list").out


CHINESE = re.compile("[\u3400-\u9fff]")


@pytest.mark.parametrize("call", [["--lang", "zh", "--help"], ["--help", "--lang", "zh"], ["--help"]])
def test_the_commands_stand_by_what_they_are_for(panelkit: Callable[..., Any], call: list[str]) -> None:
    language = "zh" if "zh" in call else "en"
    run = panelkit(*call)
    assert run.status == 0
    assert [run.out.index(task.text(language)) for task, _ in TASKS] == sorted(
        run.out.index(task.text(language)) for task, _ in TASKS
    )
    for words in (message("Options"), message("Show this and leave."), message("Usage: ")):
        assert words.text(language).strip() in run.out
    assert bool(CHINESE.search(run.out)) is (language == "zh")


def test_every_command_has_a_task() -> None:
    found = {path[0] for path, _ in commands() if path}
    assert found == {name for _, names in TASKS for name in names}


def test_help_texts_have_both_halves() -> None:
    for path, one_command in commands():
        texts = [one_command.help, *(one.help for one in one_command.params if one.name not in TYPERS)]
        for text in texts:
            halves = [in_language(text, language) for language in ("en", "zh")]
            assert all(halves), (path, text)
            bare = re.sub(r"`[^`]*`|'[^' ]*'", "", halves[0])
            assert not CHINESE.search(bare), (path, halves)
            assert CHINESE.search(halves[1])
            assert len(re.sub(r"\s", "", "".join(halves))) == len(re.sub(r"\s", "", text)), (path, halves)


@pytest.mark.parametrize("width", [60, 80, 160])
def test_no_word_of_a_chinese_help_is_cut(width: int) -> None:
    shown = CliRunner().invoke(root, ["gmm", "--help", "--lang", "zh"], env={"COLUMNS": str(width)}).output
    assert "…" not in shown
    assert max(cell_len(line) for line in shown.splitlines()) <= width


@pytest.mark.parametrize("arguments", [["nothing"], ["data", "nothing"], ["data", "list", "--nothing"]])
def test_what_is_no_command_and_no_option_ends_with_status_two(
    panelkit: Callable[..., Any], arguments: list[str]
) -> None:
    run = panelkit(*arguments, "--lang", "zh")
    assert run.status == 2
    assert "nothing" in run.err
    assert "Traceback" not in run.err


def test_the_package_is_a_program() -> None:
    done = subprocess.run(
        [sys.executable, "-m", "panelkit", "--version"], capture_output=True, text=True, check=True
    )
    assert done.stdout.startswith("panelkit ")


# ------------------------------------------------------------------------- a command is one file

COMMAND = '''
"""A command."""

from typing import Annotated

import typer

from panelkit.cli._commands import command
from panelkit.cli._options import Printed

app = typer.Typer(add_completion=False)


@command(app, example="more greet you --json")
def greet(who: Annotated[str, typer.Argument(help="Whom. 谁。")], printed: Printed, loud: bool = False) -> None:
    """Greet. 问候。"""
    typer.echo(f"{who} {printed.as_json} {printed.language} {loud}")
'''


def test_a_new_command_is_one_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = tmp_path / "more_commands"
    folder.mkdir()
    (folder / "__init__.py").write_text(
        "from panelkit.cli._commands import group\n"
        "app = group(__name__, first=('late',), help='More. 更多。')\n",
        encoding="utf-8",
    )
    for name in ("greet", "late"):
        (folder / f"{name}.py").write_text(COMMAND, encoding="utf-8")
    (folder / "_private.py").write_text("", encoding="utf-8")
    monkeypatch.syspath_prepend(str(tmp_path))
    app = group("more_commands", first=("late",), help="More. 更多。")
    run = CliRunner().invoke
    assert run(app, ["greet", "you", "--json", "--lang", "zh", "--loud"]).output == "you True zh True\n"
    assert run(app, ["late", "you"]).output == "you False en False\n"
    shown = run(app, ["--help"]).output
    assert shown.index("late") < shown.index("greet")
    assert "private" not in shown
    for language, words in (("en", "Example: "), ("zh", "示例：")):
        shown = run(app, ["greet", "--help", "--lang", language]).output
        assert f"{words}panelkit more greet you --json" in shown
    assert run(app, ["nothing"]).exit_code == 2


@dataclass(frozen=True)
class Pair:
    """Two options."""

    first: Annotated[int, typer.Option(help="One.")]
    second: int = 2


def test_a_field_without_a_default_is_a_required_option() -> None:
    app = typer.Typer()
    seen = []

    @command(app, example="both --first 1")
    def both(pair: Pair) -> None:
        """Take both."""
        seen.append(pair)

    run = CliRunner().invoke
    assert run(app, ["--first", "5"]).exit_code == 0
    assert seen == [Pair(5, 2)]
    assert run(app, []).exit_code == 2


def test_notes_are_told_and_names_listed() -> None:
    assert all_told([message("none stated"), Told("some", "一些")], "zh") == ["未声明", "一些"]
    assert shortened(["a", "b", "c"], 2) == "a, b, ..."
    assert shortened(["a", "b", "c"], 2).text("zh") == "a、b等"
    assert shortened(["a", "b"], 2).text("zh") == "a、b"


@pytest.mark.parametrize(
    ("named", "arguments", "said"),
    [
        ("zh", ["index", "list"], "zh"),
        ("zh", ["index", "list", "--lang", "en"], "en"),
        ("", ["index", "list"], "en"),
        ("fr", ["index", "list", "--lang", "zh"], "zh"),
    ],
)
def test_the_environment_names_the_language_where_the_call_does_not(
    monkeypatch: pytest.MonkeyPatch, named: str, arguments: list[str], said: str
) -> None:
    monkeypatch.setenv("PANELKIT_LANG", named)
    assert spoken_language(arguments) == said
    printed = CliRunner().invoke(root, arguments).output
    assert bool(re.search("[\u4e00-\u9fff]", printed.partition("\n")[0])) == (said == "zh")


def test_a_language_that_is_none_is_refused_where_it_is_asked(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("PANELKIT_LANG", "fr")
    monkeypatch.setattr(sys, "argv", ["panelkit", "index", "list"])
    with pytest.raises(SystemExit) as caught:
        main()
    assert caught.value.code == 2
    assert capsys.readouterr() == ("", "panelkit: PANELKIT_LANG='fr': choose 'en' or 'zh'\n")


def test_set_language_goes_before_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shown, "_shown", None)
    assert shown.shown_language() == "en"
    monkeypatch.setenv("PANELKIT_LANG", "zh")
    assert shown.shown_language() == "zh"
    shown.set_language("en")
    assert shown.shown_language() == "en"
