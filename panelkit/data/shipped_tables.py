"""Read one small table of the shipped `data/` folder."""

from __future__ import annotations

import csv
from pathlib import Path

from panelkit.data.once import read_once
from panelkit.data.paths import shipped
from panelkit.language.errors import DataError
from panelkit.language.message import message
from panelkit.show.files import reason_of


def read_rows(name: str, folder: Path | None = None) -> list[dict[str, str]]:
    """Return the rows of a csv file of `folder` (default: the shipped `data/`) as dictionaries of text.

    Raises
    ------
    DataError
        A file that is missing, cannot be read, is not UTF-8 text, or has a row of another length than its header.
    """
    return [dict(row) for row in _rows((folder or shipped("data")) / name)]


def unread(path: Path, error: OSError) -> DataError:
    """Return the refusal of a file that is there and cannot be read."""
    return DataError(message("{path} cannot be read: {reason}", path=path, reason=reason_of(error)))


@read_once
def _rows(path: Path) -> list[dict[str, str]]:
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            rows = list(csv.DictReader(file, restkey="\0", restval="\0"))
    except FileNotFoundError:
        raise DataError(
            message(
                "{name} is missing from {folder}: reinstall, or restore the file",
                name=path.name,
                folder=path.parent,
            )
        ) from None
    except UnicodeDecodeError as error:
        raise DataError(message("{path} is not UTF-8 text: {error}", path=path, error=str(error))) from None
    except OSError as error:
        raise unread(path, error) from None
    ragged = [n for n, row in enumerate(rows, start=2) if "\0" in row or "\0" in row.values()]
    if ragged:
        raise DataError(
            message(
                "{path}: line {rows} has more or fewer fields than the header",
                path=path,
                rows=[*map(str, ragged)],
            )
        )
    return rows
