"""The command line: one file a command, each imported only when it is called."""

from __future__ import annotations

import sys
from io import TextIOWrapper

import typer

from panelkit import __version__
from panelkit.cli._commands import Tasks, group
from panelkit.cli._options import Lang, LangOption
from panelkit.cli._output import guarded_output
from panelkit.cli._spoken import spoken_language
from panelkit.language.errors import PanelkitError, SpecError
from panelkit.language.message import message
from panelkit.language.spelt import at_work, on_command_line

TASKS: Tasks = (
    (message("Test a claim"), ("check", "claims", "replicate", "sense")),
    (
        message("Estimate a model"),
        (
            "describe",
            "correlate",
            "fit",
            "spatial",
            "did",
            "mediate",
            "threshold",
            "gmm",
            "pvar",
            "causality",
            "unitroot",
            "cointegration",
            "dml",
        ),
    ),
    (message("Evaluate"), ("index", "couple", "evaluate")),
    (message("Figures and yearbooks"), ("data", "ingest", "store")),
    (message("Printed tables"), ("audit",)),
    (message("This installation"), ("doctor",)),
)

app = group(__name__, tasks=TASKS, completion=True)


def _print_version(wanted: bool) -> None:
    if wanted:
        typer.echo(f"panelkit {__version__}")
        raise typer.Exit


@app.callback()
def _root(
    version: bool = typer.Option(
        False,
        "--version",
        callback=_print_version,
        is_eager=True,
        help="Print the version and leave. 显示版本号后退出。",
    ),
    lang: LangOption = Lang.en,
) -> None:
    """Run the claims of regional-innovation papers on China's public yearbook figures.
    用中国公开的年鉴数据检验区域创新论文的论断。

    `panelkit check` says, claim by claim, what the figures say; `panelkit --lang zh --help` is this in Chinese.
    `panelkit check --lang zh` 逐条说明数据支持何种结论；各命令的说明见 `panelkit 命令 --help --lang zh`。
    """


def _speak_utf8() -> None:
    """Let Chinese pass through pipes whose system encoding is older than Unicode."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, TextIOWrapper) and stream.encoding.lower() not in ("utf-8", "utf8"):
            stream.reconfigure(encoding="utf-8")


def main() -> None:
    """Run the command line; an error that panelkit raises on purpose is one clear line and exit status 2."""
    _speak_utf8()
    try:
        language = spoken_language(sys.argv[1:])
    except SpecError as error:
        typer.echo(f"panelkit: {error.said.text('en')}", err=True)
        sys.exit(2)
    with guarded_output(language):
        try:
            app(prog_name="panelkit")
        except PanelkitError as error:
            typer.echo(f"panelkit: {on_command_line(error.said).text(language)}", err=True)
            sys.exit(2)
        finally:
            at_work(None)
