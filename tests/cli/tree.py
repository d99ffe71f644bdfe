"""Every command of the command line, found in the command line itself."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import typer

from panelkit.cli import app


def commands() -> Iterator[tuple[tuple[str, ...], Any]]:
    """Yield every command and every group with its path, the root first."""
    yield from _below(typer.main.get_command(app), ())


def leaves() -> dict[str, Any]:
    """Return the commands that are no groups, by their path."""
    return {" ".join(path): command for path, command in commands() if not hasattr(command, "list_commands")}


def _below(command: Any, path: tuple[str, ...]) -> Iterator[tuple[tuple[str, ...], Any]]:
    yield path, command
    if hasattr(command, "list_commands"):
        context = typer.Context(command)
        for name in command.list_commands(context):
            yield from _below(command.get_command(context, name), (*path, name))
