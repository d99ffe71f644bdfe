"""Say what a figure lacks before it is drawn."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd


def need_columns(frame: pd.DataFrame, columns: Sequence[str], what: str) -> None:
    """Refuse a frame that lacks columns, naming all of them.

    Raises
    ------
    ValueError
        If a column is missing.
    """
    missing = [name for name in columns if name not in frame.columns]
    if missing:
        raise ValueError(
            f"{what} needs the columns {', '.join(missing)}; the frame has {list(frame.columns)}"
        )


def need_rows(frame: pd.DataFrame | pd.Series, what: str) -> None:
    """Refuse an empty frame.

    Raises
    ------
    ValueError
        If there is nothing to draw.
    """
    if len(frame) == 0:
        raise ValueError(f"{what} needs at least one row")
