"""A cross-section as a panel of one period: one row a unit, and no column of time."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from panelkit.kernels.frames import as_pandas
from panelkit.language.errors import DataError
from panelkit.language.message import message
from panelkit.language.spelt import option

PERIOD = "period"


def as_cross_section(data: Any, unit: str) -> pd.DataFrame:
    """Return the rows under an index of their units and one period, which is called `period` and is 1.

    Raises
    ------
    DataError
        If there is no such column, or a unit has several rows.
    """
    frame = as_pandas(data)
    held = frame.reset_index() if unit in frame.index.names else frame
    if unit not in held.columns:
        raise DataError(
            message(
                "the data hold no column `{unit}` for {unit_option}", unit_option=option("unit"), unit=unit
            )
        )
    twice = held[unit].value_counts()
    if len(twice) and int(twice.iloc[0]) > 1:
        raise DataError(
            message(
                "{unit} without {time} is a cross-section, one row a unit, and {label} has {count} rows: "
                "name the column of time by {time}",
                unit=option("unit"),
                time=option("time"),
                label=str(twice.index[0]),
                count=int(twice.iloc[0]),
            )
        )
    index = pd.MultiIndex.from_arrays([held[unit], np.ones(len(held), dtype=int)], names=[unit, PERIOD])
    return held.drop(columns=[unit]).set_axis(index)


def is_cross_section(frame: pd.DataFrame, unit: str) -> bool:
    """Return whether the column names every row once."""
    return unit in frame.columns and bool(frame[unit].is_unique) and PERIOD not in frame.columns
