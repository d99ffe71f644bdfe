"""Output that cannot be written: said before the run where it can be known, in one message where it cannot."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import typer

from panelkit.language.errors import DataError


def file_out(path: Path | None) -> Path | None:
    """Refuse, before anything runs, a file that cannot be written (callback of an option)."""
    return _checked(path, folder=False)


def folder_out(path: Path | None) -> Path | None:
    """Refuse, before anything runs, a folder that cannot be written to (callback of an option)."""
    return _checked(path, folder=True)


def _checked(path: Path | None, *, folder: bool) -> Path | None:
    from panelkit.show.files import require_writable

    if path is not None:
        try:
            require_writable(path, folder=folder)
        except OSError as error:
            what = "folder" if folder else "file"
            raise DataError(
                f"--out {path} cannot be written: {error.strerror or error}; name a {what} that can"
            ) from error
    return path


@contextmanager
def guarded_output() -> Iterator[None]:
    """End in one message and exit status 2 where the output cannot be written; quietly where nobody reads it."""
    if sys.stdout is None:
        _say("the standard output is closed: send it to a file, or to the null device if it is not wanted")
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
        _drop_output()
        reason = error.strerror or str(error)
        name = f"{error.filename}" if error.filename is not None else "the standard output"
        _say(f"{name} cannot be written or read: {reason}")
        raise SystemExit(2) from None


def _say(message: str) -> None:
    with suppress(OSError):
        typer.echo(f"panelkit: {message}", err=True)


def _drop_output() -> None:
    """Let what is left in the buffer go nowhere, so that the end of the process does not fail once more."""
    with suppress(OSError, ValueError):
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
