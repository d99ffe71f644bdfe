"""The user's store: files as they came, the figures read from them, and one small file that says which are valid.

`head.json` names everything that counts: the ingested files by SHA-256 and the table of figures by its own. Raw
files and tables are written first, under their checksum; the replacement of `head.json` is the one step that
changes the store, so a crash leaves the old state, and at most a file that nothing names.
"""

from __future__ import annotations

import csv
import hashlib
import io
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pandas as pd

from panelkit.core.brief import Brief
from panelkit.core.errors import DataError
from panelkit.data.figures import LONG_COLUMNS, read_figures
from panelkit.data.yearbook.atomic import PART, locked, write_atomically
from panelkit.data.yearbook.errors import Where, refuse

FORMAT = 1
_HEAD = "head.json"
_TRIES = 5

Key = tuple[int, str, str, str]
"""adcode, period, indicator, vintage."""


@dataclass(frozen=True)
class RawFile(Brief):
    """A file as it came, and what was read from it."""

    sha256: str
    name: str
    size: int
    suffix: str
    layout: str
    told: Mapping[str, Any]
    vintages: Mapping[str, str]
    content: bytes | None = field(default=None, repr=False, compare=False)

    def record(self) -> dict[str, Any]:
        """Return the file as `head.json` holds it."""
        return {
            "sha256": self.sha256,
            "name": self.name,
            "size": self.size,
            "suffix": self.suffix,
            "layout": self.layout,
            "told": dict(self.told),
            "vintages": dict(self.vintages),
        }


@dataclass(frozen=True)
class StoreState(Brief):
    """What a store holds at one moment."""

    files: tuple[RawFile, ...]
    figures: pd.DataFrame

    def newest(self) -> dict[str, str]:
        """Return indicator -> the vintage that was ingested last."""
        found: dict[str, str] = {}
        for file in self.files:
            found.update(file.vintages)
        return found


def default_store() -> Path:
    """Return the store in the user's data folder."""
    import platformdirs

    return platformdirs.user_data_path("panelkit", appauthor=False) / "store"


def read_store(folder: Path) -> StoreState:
    """Return what a store holds; a folder without `head.json` is an empty store.

    Raises
    ------
    DataError
        If a file is not what `head.json` says.
    """
    error: DataError | None = None
    for _ in range(_TRIES):
        try:
            return _read(folder)
        except FileNotFoundError as missing:
            error = DataError(f"the store {folder} lacks {missing.filename}: ingest its files again")
    raise error if error is not None else DataError(f"the store {folder} cannot be read")


def _read(folder: Path) -> StoreState:
    head = _read_head(folder)
    if head is None:
        return StoreState((), _table([]))
    files = tuple(RawFile(**record) for record in head["files"])
    content = (folder / "figures" / f"{head['figures']}.csv").read_bytes()
    if hashlib.sha256(content).hexdigest() != head["figures"]:
        raise DataError(f"the store {folder} is damaged: figures/{head['figures']}.csv was changed by hand")
    return StoreState(files, _parse(content))


def _read_head(folder: Path) -> dict[str, Any] | None:
    path = folder / _HEAD
    try:
        head: dict[str, Any] = json.loads(path.read_bytes())
    except FileNotFoundError:
        return None
    except (ValueError, OSError) as error:
        raise DataError(f"the store {folder} is damaged: {_HEAD} cannot be read ({error})") from error
    if not isinstance(head, dict) or head.get("format") != FORMAT:
        raise DataError(
            f"the store {folder} was written by another version of panelkit (format {FORMAT} is read)"
        )
    return head


def overlay(base: pd.DataFrame, added: pd.DataFrame) -> pd.DataFrame:
    """Return a long table in which the cells of `added` replace those of `base` of the same vintage."""
    if added.empty:
        return base
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
    cells: Mapping[Key, tuple[float, str, str]],
    seen: StoreState | None = None,
) -> bool:
    """Add files and their cells (value, unit, source) in one step; return whether the store changed.

    `seen` is the store that the cells were judged against.

    Raises
    ------
    DataError
        If the folder cannot be written, or another run has changed the store since it was seen; it is then as before.
    """
    try:
        for part in (folder, folder / "raw", folder / "figures"):
            part.mkdir(parents=True, exist_ok=True)
        with locked(folder):
            return _commit(folder, list(files), cells, seen)
    except OSError as error:
        raise DataError(f"the store {folder} cannot be written, and is as before: {error}") from error


def _commit(
    folder: Path,
    files: list[RawFile],
    cells: Mapping[Key, tuple[float, str, str]],
    seen: StoreState | None,
) -> bool:
    state = read_store(folder)
    if seen is not None and not (state.files == seen.files and state.figures.equals(seen.figures)):
        raise refuse(
            Where(str(folder)),
            "another run has changed the store meanwhile, and it is as that run left it: run again",
            "另一次导入已更改数据库，本次未写入：请重新运行",
        )
    merged = {
        _key(row): (float(row[4]), str(row[5]), str(row[6])) for row in state.figures.itertuples(index=False)
    }
    merged.update(cells)
    content = _content(merged)
    figures = hashlib.sha256(content).hexdigest()
    kept = {(file.sha256, json.dumps(dict(file.told), sort_keys=True)): file for file in state.files}
    for file in files:
        kept.setdefault((file.sha256, json.dumps(dict(file.told), sort_keys=True)), file)
    head = {"format": FORMAT, "figures": figures, "files": [file.record() for file in kept.values()]}
    text = (json.dumps(head, ensure_ascii=False, indent=1, sort_keys=True) + "\n").encode()
    path = folder / _HEAD
    if path.exists() and path.read_bytes() == text:
        return False
    for file in files:
        raw = folder / "raw" / f"{file.sha256}{file.suffix}"
        if file.content is not None and not raw.exists():
            write_atomically(raw, file.content)
    table = folder / "figures" / f"{figures}.csv"
    if not table.exists():
        write_atomically(table, content)
    write_atomically(path, text)
    _sweep(folder, head)
    return True


def _sweep(folder: Path, head: Mapping[str, Any]) -> None:
    """Remove what nothing names: older tables, and leavings of runs that were killed."""
    names = {f"{file['sha256']}{file['suffix']}" for file in head["files"]} | {f"{head['figures']}.csv"}
    for part in ("raw", "figures"):
        for path in (folder / part).iterdir():
            if path.name not in names:
                path.unlink(missing_ok=True)
    for path in folder.glob(f"*{PART}"):
        path.unlink(missing_ok=True)


def _key(row: Any) -> Key:
    return int(row[0]), str(row[1]), str(row[2]), str(row[3])


def _content(cells: Mapping[Key, tuple[float, str, str]]) -> bytes:
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(LONG_COLUMNS)
    for key in sorted(cells, key=lambda k: (k[2], k[3], k[1], k[0])):
        value, unit, source = cells[key]
        writer.writerow([*key, repr(value), unit, source])
    return out.getvalue().encode()


def _parse(content: bytes) -> pd.DataFrame:
    rows = list(csv.reader(io.StringIO(content.decode(), newline="")))
    return _table([(int(a), p, i, v, float(x), u, s) for a, p, i, v, x, u, s in rows[1:]])


def _table(rows: list[tuple[Any, ...]]) -> pd.DataFrame:
    table = pd.DataFrame.from_records(rows, columns=list(LONG_COLUMNS))
    return table.astype({"adcode": "int64", "value": float})
