"""The command line: one file a command, each imported only when it is called."""

from __future__ import annotations

import sys
from io import TextIOWrapper

import typer

from panelkit import __version__
from panelkit.cli._commands import group
from panelkit.cli._output import guarded_output
from panelkit.language.errors import PanelkitError
from panelkit.language.message import Language
from panelkit.language.spelt import on_command_line

app = group(__name__, first=("check", "claims", "data"))


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
) -> None:
    """Run the claims of regional-innovation papers on China's public yearbook figures.

    `panelkit check` says, claim by claim, what the figures say. 中文：`panelkit check --lang zh`
    """


def spoken_language(arguments: list[str]) -> Language:
    """Return the language that a command line asks for by `--lang`, also where it is wrong in other things."""
    found: Language = "en"
    for at, word in enumerate(arguments):
        name, equals, value = word.partition("=")
        if word == "--":
            break
        if name == "--lang":
            chosen = value if equals else (arguments[at + 1] if at + 1 < len(arguments) else "")
            found = "zh" if chosen == "zh" else "en"
    return found


def _speak_utf8() -> None:
    """Let Chinese pass through pipes whose system encoding is older than Unicode."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, TextIOWrapper) and stream.encoding.lower() not in ("utf-8", "utf8"):
            stream.reconfigure(encoding="utf-8")


def main() -> None:
    """Run the command line; an error that panelkit raises on purpose is one clear line and exit status 2."""
    _speak_utf8()
    language = spoken_language(sys.argv[1:])
    with guarded_output(language):
        try:
            app(prog_name="panelkit")
        except PanelkitError as error:
            typer.echo(f"panelkit: {on_command_line(error.said).text(language)}", err=True)
            sys.exit(2)
