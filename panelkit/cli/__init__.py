"""The command line: one file a group of commands, each imported only when it is called."""

from __future__ import annotations

import sys
from importlib import import_module
from io import TextIOWrapper
from pkgutil import iter_modules
from typing import Any

import typer
from typer.core import TyperGroup

from panelkit import __version__
from panelkit.cli._output import guarded_output
from panelkit.language.errors import PanelkitError

_FIRST = ("check", "claims", "data")


class _Commands(TyperGroup):
    """Commands by module: `panelkit/cli/NAME.py` holds the typer `app` of the command NAME."""

    def list_commands(self, ctx: Any) -> list[str]:
        found = {module.name for module in iter_modules(__path__) if not module.name.startswith("_")}
        return [name for name in _FIRST if name in found] + sorted(found.difference(_FIRST))

    def get_command(self, ctx: Any, cmd_name: str) -> Any:
        if cmd_name not in self.list_commands(ctx):
            return None
        command = typer.main.get_command(import_module(f"{__name__}.{cmd_name}").app)
        command.name = cmd_name
        return command


app = typer.Typer(cls=_Commands, add_completion=False, no_args_is_help=True, pretty_exceptions_enable=False)


def _print_version(wanted: bool) -> None:
    if wanted:
        typer.echo(f"panelkit {__version__}")
        raise typer.Exit


@app.callback()
def _root(
    version: bool = typer.Option(
        False, "--version", callback=_print_version, is_eager=True, help="Print the version and leave."
    ),
) -> None:
    """Run the claims of regional-innovation papers on China's public yearbook figures.

    `panelkit check` says, claim by claim, what the figures say. 中文：`panelkit check --lang zh`
    """


def _speak_utf8() -> None:
    """Let Chinese pass through pipes whose system encoding is older than Unicode."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, TextIOWrapper) and stream.encoding.lower() not in ("utf-8", "utf8"):
            stream.reconfigure(encoding="utf-8")


def main() -> None:
    """Run the command line; an error that panelkit raises on purpose is one clear line and exit status 2."""
    _speak_utf8()
    with guarded_output():
        try:
            app(prog_name="panelkit")
        except PanelkitError as error:
            typer.echo(f"panelkit: {error}", err=True)
            sys.exit(2)
