"""The user's store: files as they came, the figures read from them, and one small file that says which are valid.

`head.json` names everything that counts: the ingested files by SHA-256 and the table of figures by its own. Raw
files and tables are written first, under their checksum; the replacement of `head.json` is the one step that
changes the store, so a crash leaves the old state, and at most a file that nothing names.
"""

from __future__ import annotations

import csv
import hashlib
import io
import math
import os
import re
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pandas as pd

from panelkit.data.cities import Level
from panelkit.data.figures import LONG_COLUMNS, read_figures
from panelkit.data.yearbook.errors import Where, refuse
from panelkit.data.yearbook.store.atomic import write_atomically
from panelkit.data.yearbook.store.head import HEAD, DamagedError, Head, RawFile, plain_bytes, read_head
from panelkit.data.yearbook.store.mark import Journal, has_checksum, is_for_cities, is_marked, kind_of, opened
from panelkit.language.errors import DataError
from panelkit.language.message import Message, message
from panelkit.show.brief import Brief
from panelkit.show.files import reason_of

_TRIES = 5
ALTERED = message("{head} was changed by hand: it is not as the store wrote it", head=HEAD)
_PERIOD = re.compile(r"[0-9]{4}(?:-Q[1-4]|-(?:0[1-9]|1[0-2]))?")

Key = tuple[int, str, str, str]
"""adcode, period, indicator, vintage."""

StoredFigure = tuple[float, str, str]
"""value, unit, source."""


@dataclass(frozen=True)
class StoreState(Brief):
    """What a store holds at one moment."""

    files: tuple[RawFile, ...]
    figures: pd.DataFrame


def default_store() -> Path:
    """Return the store in the user's data folder."""
    import platformdirs

    return platformdirs.user_data_path("panelkit", appauthor=False) / "store"


def require_level(folder: Path, level: Level) -> None:
    """Refuse the part for cities of a store where figures of provinces are meant, however it is named.

    Raises
    ------
    DataError
        With the store around it.
    """
    if level == "province" and is_for_cities(folder):
        raise DataError(
            message(
                "{folder} holds the cities of the store {store}, and no provinces: name the store, with `--level city` "
                "for its cities",
                folder=folder,
                store=folder.resolve().parent,
            )
        )


def read_store(folder: Path, level: Level = "province") -> StoreState:
    """Return what a store holds of one level; a new or empty folder is an empty store.

    Raises
    ------
    DataError
        If the folder is no store, or its part for cities where provinces are meant, or a file is not what `head.json`
        says (a `DamagedError`).
    """
    require_level(folder, level)
    return _tried(folder)


def _tried(folder: Path) -> StoreState:
    error: DataError | None = None
    for _ in range(_TRIES):
        try:
            return _read(folder)
        except FileNotFoundError as missing:
            name = Path(str(missing.filename)).name
            error = DamagedError(folder, message("it lacks figures/{name}", name=name))
        except OSError as wrong:
            raise DamagedError(
                folder,
                message(
                    "{filename} cannot be read ({strerror})",
                    filename=wrong.filename,
                    strerror=reason_of(wrong),
                ),
            ) from wrong
    raise (
        error if error is not None else DataError(message("the store {folder} cannot be read", folder=folder))
    )


def _read(folder: Path) -> StoreState:
    try:
        head = read_head(folder)
    except DamagedError:
        kind_of(folder)  # it may be no store at all
        raise
    if head is None:
        if kind_of(folder) == "store" and Journal(folder).has_stood():
            raise DamagedError(folder, message("it lacks {head}", head=HEAD))
        return StoreState((), as_table({}))
    if is_marked(folder) and Journal(folder).disowns(head):
        raise DamagedError(folder, ALTERED)
    return StoreState(head.files, read_table(folder, head))


def read_table(folder: Path, head: Head) -> pd.DataFrame:
    """Return the table of figures that a head names.

    Raises
    ------
    FileNotFoundError
        If it is missing.
    DamagedError
        If it is not what the head says, or cannot be read.
    """
    content = plain_bytes(folder / head.table)
    if hashlib.sha256(content).hexdigest() != head.figures:
        raise DamagedError(folder, message("{table} was changed by hand", table=head.table))
    try:
        table = _parse(content)
        _require_sense(content, table)
        return table
    except (ValueError, OverflowError, csv.Error) as error:
        said = error.args[0] if error.args and isinstance(error.args[0], Message) else str(error)
        raise DamagedError(
            folder, message("{table} cannot be read ({error})", table=head.table, error=said)
        ) from error


def _require_sense(content: bytes, table: pd.DataFrame) -> None:
    """Refuse a table that no store writes, whatever its checksum says."""
    if not content.startswith(",".join(LONG_COLUMNS).encode() + b"\n"):
        raise ValueError(message("its columns are not {columns}", columns=LONG_COLUMNS))
    if not all(math.isfinite(value) for value in table["value"]):
        raise ValueError(message("a value is no number"))
    strange = [period for period in table["period"].unique() if not _PERIOD.fullmatch(period)]
    if strange:
        raise ValueError(message("{period!r} is no period", period=strange[0]))
    if table.duplicated(["adcode", "period", "indicator", "vintage"]).any():
        raise ValueError(message("it holds a cell twice"))


def overlay(base: pd.DataFrame, added: pd.DataFrame) -> pd.DataFrame:
    """Return a long table in which the cells of `added` replace those of `base` of the same vintage."""
    if added.empty:
        return base
    if base.empty:
        return added
    keys = ["adcode", "period", "indicator", "vintage"]
    both = pd.concat([base, added], ignore_index=True)
    return both.drop_duplicates(keys, keep="last").reset_index(drop=True)


def figures_with_store(folder: Path | None) -> pd.DataFrame:
    """Return the shipped figures with a store's laid over them; the package's own stay as they are."""
    shipped = read_figures(check=False)
    return shipped if folder is None else overlay(shipped, read_store(folder).figures)


def write_store(
    folder: Path,
    files: Iterable[RawFile],
    cells: Mapping[Key, StoredFigure],
    seen: StoreState | None = None,
) -> bool:
    """Add files and their cells (value, unit, source) in one step; return whether the store changed.

    `seen` is the store that the cells were judged against. A store is made in a new or empty folder only, and only
    files that a store wrote are ever removed.

    Raises
    ------
    DataError
        If the folder is no store and not empty, cannot be written, or another run has changed the store since it was
        seen; it is then as before.
    """
    with or_as_before(folder), opened(folder) as journal:
        return _commit(journal, list(files), cells, seen)


@contextmanager
def or_as_before(folder: Path) -> Iterator[None]:
    """Say of a store that cannot be written that it is as before: every change is one step."""
    try:
        yield
    except OSError as error:
        raise DataError(
            message(
                "the store {folder} cannot be written, and is as before: {error}",
                folder=folder,
                error=str(error),
            )
        ) from error


def _commit(
    journal: Journal, files: list[RawFile], cells: Mapping[Key, StoredFigure], seen: StoreState | None
) -> bool:
    folder = journal.folder
    state = _tried(folder)
    if seen is not None and not (state.files == seen.files and state.figures.equals(seen.figures)):
        raise refuse(
            Where(str(folder)),
            message("another run has changed the store meanwhile, and it is as that run left it: run again"),
        )
    merged = as_cells(state.figures)
    merged.update(cells)
    kept = {file.entry: file for file in state.files}
    contents = {file.place: file.content for file in files if file.content is not None}
    for file in files:
        kept.setdefault(file.entry, replace(file, content=None))
    return put(journal, tuple(kept.values()), merged, contents, len(state.files))


def put(
    journal: Journal,
    files: tuple[RawFile, ...],
    cells: Mapping[Key, StoredFigure],
    contents: Mapping[str, bytes],
    before: int,
) -> bool:
    """Make a store hold these files and cells, in one step; return whether anything had to be written.

    `contents` holds the bytes of raw files by their place; `before` counts the files that the head has named so far.
    A file under a name of the store's that is not what the store wrote is set aside, never overwritten.
    """
    folder = journal.folder
    table = table_bytes(cells)
    head = Head(hashlib.sha256(table).hexdigest(), files)
    wanted = {file.place: file.sha256 for file in files if file.place in contents} | {
        head.table: head.figures
    }
    wrote = {name: sha256 for name, sha256 in wanted.items() if not has_checksum(folder / name, sha256)}
    text, place = head.text(), folder / HEAD
    if not wrote and has_checksum(place, head.sha256) and not journal.disowns(head):
        journal.sweep(head)
        return False
    token = journal.announce(head, before, wrote)
    for name in wrote:
        set_aside(folder / name)
        write_atomically(folder / name, contents.get(name, table), token)
    if place.is_symlink() or (place.exists() and not place.is_file()):
        set_aside(place)
    write_atomically(place, text, token)
    with suppress(OSError):  # the new head stands: what cannot be tidied now is tidied by the next run
        journal.add([{"stands": head.figures}])
        journal.sweep(head)
    return True


def set_aside(path: Path) -> Path | None:
    """Rename what stands under a path that the store needs; return its new place, None where nothing stood."""
    if not os.path.lexists(path):
        return None
    number = 1
    while os.path.lexists(aside := path.with_name(f"{path.name}.aside{number}")):
        number += 1
    os.rename(path, aside)
    return aside


def as_cells(figures: pd.DataFrame) -> dict[Key, StoredFigure]:
    """Return a long table as cells."""
    return {
        (int(row[0]), str(row[1]), str(row[2]), str(row[3])): (float(row[4]), str(row[5]), str(row[6]))
        for row in figures.itertuples(index=False)
    }


def table_bytes(cells: Mapping[Key, StoredFigure]) -> bytes:
    """Return cells as the store writes them; any text survives, also a lone carriage return."""
    rows = [",".join(LONG_COLUMNS)]
    for key in sorted(cells, key=lambda k: (k[2], k[3], k[1], k[0])):
        value, unit, source = cells[key]
        rows.append(",".join(map(_field, (*map(str, key), repr(value), unit, source))))
    return ("\n".join(rows) + "\n").encode()


def _field(text: str) -> str:
    """Return a field of CSV, in quotes where it needs them (`csv` of Python 3.11 forgets a lone carriage return)."""
    return '"' + text.replace('"', '""') + '"' if any(c in text for c in ',"\r\n') else text


def _parse(content: bytes) -> pd.DataFrame:
    csv.field_size_limit(max(csv.field_size_limit(), len(content) + 1))
    rows = list(csv.reader(io.StringIO(content.decode(), newline=""), strict=True))
    return _table([(int(a), p, i, v, float(x), u, s) for a, p, i, v, x, u, s in rows[1:]])


def as_table(cells: Mapping[Key, StoredFigure]) -> pd.DataFrame:
    """Return cells as the long table, in the order in which the store writes them."""
    return _parse(table_bytes(cells))


def _table(rows: list[tuple[Any, ...]]) -> pd.DataFrame:
    table = pd.DataFrame.from_records(rows, columns=list(LONG_COLUMNS))
    return table.astype({"adcode": "int64", "value": float})
