"""Write a file whole or not at all, with the rights that the user's umask gives; say beforehand where it cannot be."""

from __future__ import annotations

import csv
import errno
import os
import secrets
import stat
from pathlib import Path
from typing import TYPE_CHECKING

from panelkit.language.message import Message, message, verbatim

if TYPE_CHECKING:
    import pandas as pd

PART = ".part"
_RUNS = frozenset("=@")


def write_whole(path: str | Path, content: str | bytes) -> Path:
    """Write `content` to a temporary file beside `path`, then move it into place; return the path.

    A file that is replaced keeps its mode, a link keeps pointing at the file that is replaced; a device or a pipe is
    written to as it is.

    Raises
    ------
    OSError
        With the path, where it cannot be written; what stood there before still does.
    """
    target = Path(path)
    data = content.encode("utf-8") if isinstance(content, str) else content
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        place = target.resolve() if target.is_symlink() else target
        mode = _mode(place)
        if mode is not None and not stat.S_ISREG(mode):
            with place.open("wb") as device:
                device.write(data)
            return target
        part = place.with_name(f".panelkit-{secrets.token_hex(6)}{PART}")
        write_new(part, data)
        try:
            if mode is not None:
                os.chmod(part, stat.S_IMODE(mode))
            os.replace(part, place)
        except BaseException:
            part.unlink(missing_ok=True)
            raise
    except OSError as error:
        raise _about(error, target) from error
    return target


def write_new(path: Path, content: bytes, *, sync: bool = False) -> None:
    """Write a file that must not exist yet; its mode is what the user's umask leaves."""
    flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0)
    handle = os.open(path, flags, 0o666)
    try:
        with os.fdopen(handle, "wb") as stream:
            stream.write(content)
            if sync:
                stream.flush()
                os.fsync(stream.fileno())
    except BaseException:
        path.unlink(missing_ok=True)
        raise


def require_writable(path: str | Path, *, folder: bool = False) -> None:
    """Say now that a file (or a `folder` of files) cannot be written later, by writing a trial file beside it.

    Raises
    ------
    OSError
        With the path and the reason.
    """
    target = Path(path)
    try:
        mode = _mode(target)
        if mode is None:
            folder_above = _nearest(target.parent)
            _require_short(target, folder_above)
            _try_folder(folder_above)
        elif stat.S_ISDIR(mode) and folder:
            _try_folder(target)
        elif stat.S_ISDIR(mode):
            raise IsADirectoryError(errno.EISDIR, message("a folder, where a file is to be written"))
        elif folder:
            raise NotADirectoryError(errno.ENOTDIR, message("a file, where a folder is to be written"))
        elif not os.access(target, os.W_OK):
            raise PermissionError(errno.EACCES, os.strerror(errno.EACCES))
        elif stat.S_ISREG(mode):
            _try_folder(target.resolve().parent)
    except OSError as error:
        raise _about(error, target) from error


def reason_of(error: OSError) -> Message:
    """Return what is wrong with a file: a message of ours, or what the system says in its own words."""
    reason = error.strerror or str(error)
    return reason if isinstance(reason, Message) else verbatim(reason)


def csv_text(table: pd.DataFrame, *, index: bool = False, float_format: str | None = None) -> str:
    """Return a table as CSV; texts that hold a lone carriage return are quoted, which `csv` forgets."""
    text: str = table.to_csv(index=index, float_format=float_format, lineterminator="\n")
    if "\r" not in text:
        return text
    quoted: str = table.to_csv(
        index=index, float_format=float_format, lineterminator="\n", quoting=csv.QUOTE_NONNUMERIC
    )
    return quoted


def without_formulas(table: pd.DataFrame) -> pd.DataFrame:
    """Return a table whose texts no spreadsheet runs: one that begins with `=` or `@` stands behind an apostrophe."""
    return table.map(lambda cell: f"'{cell}" if isinstance(cell, str) and cell[:1] in _RUNS else cell)


def _mode(path: Path) -> int | None:
    """Return a path's mode; None where nothing is there (a link to nothing is there, and refused)."""
    try:
        return path.stat().st_mode
    except FileNotFoundError:
        if path.is_symlink():
            raise FileNotFoundError(
                errno.ENOENT, message("a link to nothing ({target})", target=os.readlink(path))
            ) from None
        return None


def _nearest(folder: Path) -> Path:
    """Return the nearest folder above that exists."""
    while _mode(folder) is None:
        folder = folder.parent
    return folder


def _require_short(path: Path, above: Path) -> None:
    """Refuse names that are too long; the system says so only once the folders above them are there."""
    longest = os.pathconf(above, "PC_NAME_MAX") if hasattr(os, "pathconf") else 255
    if any(len(os.fsencode(name)) > longest for name in path.parts):
        raise OSError(errno.ENAMETOOLONG, os.strerror(errno.ENAMETOOLONG))


def _try_folder(folder: Path) -> None:
    if not folder.is_dir():
        raise NotADirectoryError(errno.ENOTDIR, message("{folder} is no folder", folder=folder))
    trial = folder / f".panelkit-{secrets.token_hex(6)}{PART}"
    try:
        write_new(trial, b"\n")
    finally:
        trial.unlink(missing_ok=True)


def _about(error: OSError, path: Path) -> OSError:
    """Return the same error, about the file that was asked for and not a temporary one."""
    told = error.strerror or str(error)
    return type(error)(error.errno, told, str(path)) if error.errno is not None else type(error)(told)
