"""A file taken out of a store again: what it brought leaves, what it had revised comes back."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from panelkit.data.cities import Level
from panelkit.data.yearbook.reread import read_all_again, with_corrections
from panelkit.data.yearbook.store.atomic import locked
from panelkit.data.yearbook.store.head import RawFile
from panelkit.data.yearbook.store.health import unlike
from panelkit.data.yearbook.store.levels import level_folder
from panelkit.data.yearbook.store.mark import Journal, is_marked
from panelkit.data.yearbook.store.store import StoreState, as_cells, or_as_before, put, read_store
from panelkit.language.errors import DataError
from panelkit.language.message import Message, message, sentences
from panelkit.language.offers import offered

_FEWEST = 8
"""Digits of a checksum that name a file."""


@dataclass(frozen=True)
class StoreRemoval:
    """What left a store with a file.

    Attributes
    ----------
    name, sha256 : the file; its bytes stay in `raw/`.
    gone, restored : cells that only it held, and cells that are again as files before it had them.
    files : how many files the store still names.
    """

    store: Path
    name: str
    sha256: str
    gone: int
    restored: int
    files: int


@offered("data", family="yearbook", result="StoreRemoval", public=True)
def remove_from_store(
    file: str, store: str | Path | None = None, *, level: Level = "province"
) -> StoreRemoval:
    """Take a file out of a store: the others are read again, in their order, each into its own vintages.

    In one step: the store is the old one or the new one. The file's bytes stay in `raw/`, and it can be ingested again.

    Parameters
    ----------
    file
        Its name as `panelkit store` lists it, or at least eight digits of its SHA-256. A file that was taken in several
        times, under several vintages, leaves with all of them.
    store
        Folder of the store; the one in the user's data folder unless told.
    level
        "city" for its part for cities.

    Raises
    ------
    DataError
        If the store holds no such file, or several; if another file cannot be read again as it was; the store is then
        as before.

    Examples
    --------
    >>> from pathlib import Path
    >>> text = "province,year,indicator,value,unit\\n北京,2020,gdp,36000,亿元\\n上海,2020,gdp,38000,亿元\\n"
    >>> size = Path("wrong.csv").write_text(text, encoding="utf-8")
    >>> report = pk.ingest(["wrong.csv"], store="store", vintage="own")
    >>> pk.remove_from_store("wrong.csv", "store").gone
    2
    """
    folder = level_folder(store, level)
    if not is_marked(folder):
        _named(read_store(folder, level), file, folder)
        raise DataError(_of_an_earlier_version(folder))
    with or_as_before(folder), locked(folder):
        return _without(folder, level, file)


def _named(state: StoreState, file: str, folder: Path) -> RawFile:
    """Return the file that a name or the first digits of a checksum mean."""
    digits = file.casefold()
    found = {
        one.sha256: one
        for one in state.files
        if file == one.name or (len(digits) >= _FEWEST and one.sha256.startswith(digits))
    }
    if len(found) == 1:
        return next(iter(found.values()))
    if not found:
        held = sentences(dict.fromkeys(one.name for one in state.files))
        raise DataError(
            message(
                "the store {folder} holds no file {file!r}: it holds {held}",
                folder=folder,
                file=file,
                held=held,
            )
            if state.files
            else message("the store {folder} is empty", folder=folder)
        )
    raise DataError(
        message(
            "{count} files of the store are called {file!r}: say which by its checksum, {digits}",
            count=len(found),
            file=file,
            digits=[sha256[:12] for sha256 in found],
        )
    )


def _without(folder: Path, level: Level, file: str) -> StoreRemoval:
    state = read_store(folder, level)
    wanted = _named(state, file, folder)
    journal = Journal(folder)
    rest = with_corrections((one for one in state.files if one.sha256 != wanted.sha256), journal.heads())
    if unlike(folder, rest):
        raise DataError(
            message(
                "a file of the store {folder} is altered or missing, so that the figures cannot be read again: "
                "`panelkit store check` names it, `panelkit store repair` mends what can be; nothing was changed",
                folder=folder,
            )
        )
    files, figures, lost = read_all_again(folder, rest, level)
    if lost:
        said = [message("{name}: {error}", name=one.name, error=error.said) for one, error in lost]
        raise DataError(
            message(
                "{file} cannot be taken out, since other files of the store cannot be read again as they were: "
                "{lost}; nothing was changed",
                file=wanted.name,
                lost=sentences(said),
            )
        )
    before, after = as_cells(state.figures), as_cells(figures)
    put(journal, files, after, {}, 0)
    changed = sum(key in before and before[key][:2] != cell[:2] for key, cell in after.items())
    return StoreRemoval(folder, wanted.name, wanted.sha256, len(before.keys() - after), changed, len(files))


def _of_an_earlier_version(folder: Path) -> Message:
    return message(
        "the store {folder} is of an earlier version and has no mark yet: `panelkit store repair` gives it one",
        folder=folder,
    )
