"""What stands below a folder: files, and the folders that are not gone into, so that nothing is left out unsaid."""

from __future__ import annotations

import os
from pathlib import Path

from panelkit.data.yearbook.store.mark import is_marked
from panelkit.language.errors import DataError
from panelkit.language.message import Message, message, verbatim

TABLES = frozenset(
    (".csv", ".dta", ".htm", ".html", ".json", ".ods", ".parquet", ".tsv", ".txt", ".xls", ".xlsx", ".xlsm")
)
"""Endings of files that may hold a table; others are set apart unread."""


def files_below(folder: Path) -> list[Path]:
    """Return every file below a folder in the order of their paths, and every folder that is not gone into.

    These are links, stores, and folders that cannot be listed.

    Raises
    ------
    DataError
        If there is no such folder.
    """
    if not folder.is_dir():
        raise DataError(message("{folder} is no folder", folder=folder))
    found: list[Path] = []

    def closed(error: OSError) -> None:
        found.append(Path(error.filename))

    for above, folders, names in os.walk(folder, onerror=closed):
        inside = [Path(above) / name for name in folders]
        left = [one for one in inside if one.is_symlink() or _is_store(one)]
        found += left + [Path(above) / name for name in names]
        folders[:] = [one.name for one in inside if one not in left]
    return sorted(found, key=lambda path: path.relative_to(folder).parts)


def _is_store(folder: Path) -> bool:
    try:
        return is_marked(folder)
    except OSError:
        return False


def no_table(path: Path) -> Message | None:
    """Return why what stands below a folder holds no table, by its name; None where it may hold one.

    Raises
    ------
    DataError
        If it is a folder, which then cannot be listed.
    """
    if path.is_symlink():
        return message("a link: links are not followed")
    if path.is_dir():
        if _is_store(path):
            return message("a store of panelkit: its files are in it already")
        raise DataError(
            message("{folder}: the folder cannot be listed, and its files are not read", folder=path.name)
        )
    if path.name.startswith((".", "~$")):
        return message("a hidden file, or the lock of an open workbook")
    if path.suffix.lower() not in TABLES:
        return message("no table by its name ({suffix})", suffix=path.suffix or verbatim("-"))
    return None
