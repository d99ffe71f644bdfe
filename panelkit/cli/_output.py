"""Output that cannot be written: said before the run where it can be known, in one message where it cannot."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import typer

from panelkit.language.errors import DataError
from panelkit.language.extras import FIGURES
from panelkit.language.message import Language, Message, message, verbatim


def file_out(path: Path | None) -> Path | None:
    """Refuse, before anything runs, a file that cannot be written (callback of an option)."""
    return _checked(path, folder=False)


def folder_out(path: Path | None) -> Path | None:
    """Refuse, before anything runs, a folder that cannot be written to (callback of an option)."""
    return _checked(path, folder=True)


def figure_out(context: typer.Context, option: typer.CallbackParam, path: Path | None) -> Path | None:
    """Refuse, before anything runs, a figure that cannot be written or drawn (callback of an option)."""
    require_drawing(option.opts[0], path)
    return file_out(path)


def folder_with_figures(
    context: typer.Context, option: typer.CallbackParam, path: Path | None
) -> Path | None:
    """Refuse, before anything runs, a folder that cannot be written to, or whose figures cannot be drawn."""
    require_drawing(option.opts[0], path)
    return folder_out(path)


def require_drawing(option: str, path: Path | None) -> None:
    """Refuse an option that draws to `path` where matplotlib is not installed.

    Raises
    ------
    MissingExtraError
        With the option, its value and the remedy.
    """
    if path is not None:
        FIGURES.require(message("{option} {path}: drawing the figures", option=option, path=path))


def _checked(path: Path | None, *, folder: bool) -> Path | None:
    from panelkit.show.files import reason_of, require_writable

    if path is not None:
        try:
            require_writable(path, folder=folder)
        except OSError as error:
            raise DataError(_not_writable(path, reason_of(error), folder=folder)) from error
    return path


def _not_writable(path: Path, reason: Message, *, folder: bool) -> Message:
    if folder:
        return message(
            "--out {path} cannot be written: {reason}; name a folder that can", path=path, reason=reason
        )
    return message("--out {path} cannot be written: {reason}; name a file that can", path=path, reason=reason)


@contextmanager
def guarded_output(language: Language = "en") -> Iterator[None]:
    """End in one message and exit status 2 where the output cannot be written; quietly where nobody reads it."""
    if sys.stdout is None:
        closed = message(
            "the standard output is closed: send it to a file, or to the null device if it is not wanted"
        )
        _say(closed, language)
        raise SystemExit(2)
    try:
        try:
            yield
        finally:
            sys.stdout.flush()
    except BrokenPipeError:
        _drop_output()
        raise SystemExit(1) from None
    except OSError as error:
        from panelkit.show.files import reason_of

        _drop_output()
        name = message("the standard output") if error.filename is None else verbatim(f"{error.filename}")
        broken = message("{file} cannot be written or read: {reason}", file=name, reason=reason_of(error))
        _say(broken, language)
        raise SystemExit(2) from None


def _say(said: Message, language: Language) -> None:
    with suppress(OSError):
        typer.echo(f"panelkit: {said.text(language)}", err=True)


def _drop_output() -> None:
    """Let what is left in the buffer go nowhere, so that the end of the process does not fail once more."""
    with suppress(OSError, ValueError):
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def store_there(path: Path | None) -> Path | None:
    """Refuse a folder that is not there: a store that is read is no new one (callback of an option)."""
    if path is None or path.is_dir():
        return path
    if path.exists():
        raise DataError(
            message(
                "--store {path}: that is no folder; `panelkit ingest FILE... --store DIR` makes a store",
                path=path,
            )
        )
    raise DataError(
        message(
            "--store {path}: no folder of that name is there; `panelkit ingest FILE... --store DIR` makes a store",
            path=path,
        )
    )
