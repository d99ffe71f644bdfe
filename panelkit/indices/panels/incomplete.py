"""Units whose series have gaps: refused with the condition that leaves them all out, or left out where asked for."""

from __future__ import annotations

import shlex
from collections.abc import Hashable, Iterable
from typing import Any, Literal, NoReturn

import numpy as np
import pandas as pd

from panelkit.formula.tokens import spelled
from panelkit.indices.arrays.checks import first_of
from panelkit.language.errors import DataError
from panelkit.language.levels import PROVINCIAL
from panelkit.language.message import Message, message, sentences
from panelkit.language.options import check_choice, is_real
from panelkit.language.spelt import Spelt

Incomplete = Literal["refuse", "skip"]
_SHOWN = 5


class LeftOut(Spelt):
    """The condition on rows that leaves units out, by what the panel calls them."""

    units: tuple[Hashable, ...]

    def __new__(cls, units: Iterable[Hashable], name: str = PROVINCIAL[0]) -> LeftOut:
        """Return data.query("firm not in ['a', 'b']"), on the command line --where "firm not in ['a', 'b']"."""
        held = tuple(units)
        told = ", ".join(_written(one) for one in held)
        condition = f"{spelled(name)} not in [{told}]"
        shell = shlex.quote(condition) if set(condition) & set('`"$!\\') else f'"{condition}"'
        made: LeftOut = super().__new__(cls, f"data.query({condition!r})", f"--where {shell}")  # type: ignore[assignment]
        made.units = held
        return made

    def spoken(self, unit: str, time: str) -> Message:
        """Return the condition with the panel's name for its units."""
        return LeftOut(self.units, unit)

    def __reduce__(self) -> tuple[Any, ...]:
        return LeftOut, (self.units,)


def refuse_missing(frame: pd.DataFrame) -> None:
    """Refuse a (province, year) frame with missing cells: all of them in one message, and the units to leave out.

    Raises
    ------
    DataError
        If a unit has no value of a column in a period that another unit has.
    """
    gaps, lost = _gaps(frame)
    if gaps:
        _refuse(frame, gaps, lost, skips=False)


def _refuse(frame: pd.DataFrame, gaps: list[Message], lost: list[Any], *, skips: bool) -> NoReturn:
    """Raise what is missing; `skips`: the caller takes `incomplete="skip"`, which the message then offers."""
    if len(lost) == len(frame.index.unique(0)):
        raise DataError(
            message("{gaps}; every {unit} has a gap: take other {periods} or columns", gaps=sentences(gaps))
        )
    if not skips:
        raise DataError(
            message(
                "{gaps}; drop these {units} ({how}) or {periods}", gaps=sentences(gaps), how=LeftOut(lost)
            )
        )
    raise DataError(
        message(
            "{gaps}; drop these {units} ({how}) or {periods}, or let each of the others have its model by {skip}",
            gaps=sentences(gaps),
            how=LeftOut(lost),
            skip=Spelt("incomplete='skip'", "--skip-incomplete"),
        )
    )


def read_incomplete(frame: pd.DataFrame, incomplete: Incomplete) -> tuple[pd.DataFrame, tuple[Message, ...]]:
    """Return a (province, year) frame without units that have gaps where that is asked for, and who was left out.

    Raises
    ------
    DataError
        If there are gaps and they are refused, or every unit has one.
    SpecError
        If `incomplete` is neither "refuse" nor "skip".
    """
    check_choice("incomplete", incomplete, ("refuse", "skip"))
    gaps, lost = _gaps(frame)
    if not gaps:
        return frame, ()
    if incomplete == "refuse" or len(lost) == len(frame.index.unique(0)):
        _refuse(frame, gaps, lost, skips=True)
    kept = frame[~frame.index.isin(lost, level=0)]
    kept.attrs = dict(frame.attrs)
    said = message("left out with a gap in their series: {names}", names=[str(one) for one in lost])
    return kept, (said,)


def _gaps(frame: pd.DataFrame) -> tuple[list[Message], list[Any]]:
    """Return a clause a column with gaps, and the units that have any."""
    said: list[Message] = []
    lost: dict[Any, None] = {}
    for name in frame.columns:
        table = frame[name].unstack()
        at = np.argwhere(table.isna().to_numpy())
        if not len(at):
            continue
        places = [f"{table.index[i]} {table.columns[t]}" for i, t in at[:_SHOWN]]
        said.append(message("{name}: missing for {places}", name=name, places=first_of(places, len(at))))
        lost |= dict.fromkeys(table.index[i] for i, _ in at)
    return said, list(lost)


def _written(label: Hashable) -> str:
    """Return a label as a condition writes it: numbers as they are, text in quotes."""
    if is_real(label):
        return str(label)
    quote = '"' if "'" in str(label) else "'"
    return f"{quote}{label}{quote}"
