"""What the doors share: a panel's columns as positive series of every unit, in order of time."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from panelkit.indices.arrays.checks import first_of
from panelkit.indices.panels.incomplete import Incomplete, read_incomplete, refuse_missing
from panelkit.indices.panels.panel_frame import panel_frame, refuse_gaps, wide
from panelkit.language.errors import DataError
from panelkit.language.message import Message, message
from panelkit.panel.provenance import place_notes
from panelkit.results.fit import FloatArray
from panelkit.show.brief import Brief


@dataclass(frozen=True, eq=False)
class Series(Brief):
    """Values (N, T, K) above zero, the units (N,), the periods (T,) and what there is to say of the rows."""

    values: FloatArray
    units: tuple[str, ...]
    periods: pd.Index
    notes: tuple[Message, ...]

    def next_periods(self, horizon: int) -> tuple[int, ...]:
        """Return the periods after the last one."""
        last = int(self.periods[-1])
        return tuple(range(last + 1, last + 1 + horizon))


def read_series(
    data: Any,
    columns: Sequence[str],
    *,
    least: int,
    unit: str | None,
    time: str | None,
    free: Sequence[str] = (),
    incomplete: Incomplete | None = None,
) -> Series:
    """Return the columns as arrays; those of `free` may be zero or negative.

    `incomplete`: what becomes of units with gaps, None where a model needs them all.

    Raises
    ------
    DataError
        If a cell is missing or not above zero, periods do not follow each other, or there are fewer than `least`.
    """
    frame = panel_frame(data, list(dict.fromkeys([*columns, *free])), unit=unit, time=time)
    skipped: tuple[Message, ...] = ()
    if incomplete is None:
        refuse_missing(frame)
    else:
        frame, skipped = read_incomplete(frame, incomplete)
    held = [wide(frame[name]) for name in (*columns, *free)]
    _, units, periods = held[0]
    refuse_gaps(periods)
    if len(periods) < least:
        raise DataError(
            message(
                "{count} {periods} are too few: {columns} need at least {least} in a row",
                count=len(periods),
                columns=list(columns),
                least=least,
            )
        )
    for name, (values, _, _) in zip(columns, held, strict=False):
        _refuse_below(name, values, units, periods)
    values = np.stack([part[0] for part in held], axis=-1)
    return Series(values, tuple(map(str, units)), periods, (*place_notes(frame), *skipped))


def _refuse_below(name: str, values: FloatArray, units: pd.Index, periods: pd.Index) -> None:
    """Refuse a column with values that are not above zero, naming the first of them."""
    low = np.argwhere(values <= 0.0)
    if not len(low):
        return
    places = [f"{units[i]} {periods[t]}" for i, t in low[:5]]
    raise DataError(
        message(
            "{name}: not above zero for {places}; growth and class ratios need positive values: leave these "
            "{units} or {periods} out, or use a column that stays above zero (a count plus one, an index without "
            "its least value at 0)",
            name=name,
            places=first_of(places, len(low)),
        )
    )
