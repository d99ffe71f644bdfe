"""The one door to printed tables: a file, a paste, standard input, a frame of strings, a list of rows."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pandas as pd

from panelkit.audit.reading import raw as raws
from panelkit.audit.reading.separated import read_separated
from panelkit.audit.reading.sheet import Sheet, sheets_of
from panelkit.language.errors import DataError
from panelkit.language.message import message


def read_sheets(source: Any) -> tuple[Sheet, ...]:
    """Return the tables of a source, in its order.

    Raises
    ------
    DataError
        If it cannot be read, or holds no table.
    """
    if isinstance(source, pd.DataFrame):
        rows = [
            list(map(str, source.columns)),
            *(["" if pd.isna(c) else str(c) for c in row] for row in source.to_numpy(object)),
        ]
        found = sheets_of(rows, source="DataFrame")
    elif isinstance(source, Sequence) and not isinstance(source, str | bytes):
        found = sheets_of([[str(cell) for cell in row] for row in source])
    elif isinstance(source, Path) or (isinstance(source, str) and "\n" not in source):
        found = read_separated(raws.from_path(Path(source)))
    else:
        found = read_separated(raws.checked(raws.Raw("text", str(source).encode())))
    if not found:
        raise DataError(message("{name} is empty: it holds no table", name=str(source)[:40]))
    return tuple(found)
