"""Who left a sample, and why: the table `dropped`, and the reasons that stand in it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from enum import Enum
from typing import Any

import numpy as np
import pandas as pd

from panelkit.kernels.index import SHOWN, Array, PanelIndex
from panelkit.language.message import Language, Message, counted, listed, message, verbatim


class Why(Enum):
    """Why a row leaves a sample."""

    MISSING = "missing"
    OUTSIDE = "outside"
    UNDECIDED = "undecided"
    SINGLETON = "singleton"
    NO_PERIOD_BEFORE = "no-period-before"
    DROP_YEAR = "drop-year"
    DROP_UNIT = "drop-unit"
    LENDS = "lends"
    NO_WEIGHT = "no-weight"
    OTHER = "other"


class Reason(Message):
    """The reason of one row as a sentence, with its kind and the columns that it is about."""

    why: Why
    said: Message
    columns: tuple[str, ...]

    def __new__(cls, why: Why, said: Message, columns: Sequence[str] = ()) -> Reason:
        """Return the reason."""
        made = str.__new__(cls, said)
        made.id, made.values, made.context, made.many = said.id, said.values, said.context, said.many
        made.levels = said.levels
        made.why, made.said, made.columns = why, said, tuple(columns)
        return made

    def text(self, language: Language = "en") -> str:
        """Return the sentence in a language."""
        return self.said.text(language)

    def spoken(self, unit: str, time: str) -> Reason:
        """Return the reason in the words of a panel."""
        return Reason(self.why, self.said.spoken(unit, time), self.columns)

    def __reduce__(self) -> tuple[Any, ...]:
        return Reason, (self.why, self.said, self.columns)


SINGLETON = Reason(Why.SINGLETON, message("singleton: the only row of its {unit} or {period}"))
NO_PERIOD_BEFORE = Reason(
    Why.NO_PERIOD_BEFORE, message("no row of the period before: a change needs two neighbouring periods")
)
DROP_YEAR = Reason(Why.DROP_YEAR, message("policy drop-year: a {unit} is missing in this {period}"))
DROP_UNIT = Reason(Why.DROP_UNIT, message("policy drop-unit: a {period} is missing for this {unit}"))
LENDS = Reason(Why.LENDS, message("lends its values to the first change"))


def reason_of(said: str) -> Reason:
    """Return a sentence as a reason; one that is none yet is of no kind of its own, and a user's own is kept."""
    if isinstance(said, Reason):
        return said
    return Reason(Why.OTHER, said if isinstance(said, Message) else verbatim(said))


def missing(columns: Sequence[str]) -> Reason:
    """Return that a row lacks cells of these columns."""
    return Reason(Why.MISSING, message("missing: {columns}", columns=list(columns)), columns)


def outside(where: str) -> Reason:
    """Return why a row left that does not meet the condition."""
    return Reason(Why.OUTSIDE, message("outside where: {where}", where=where))


def undecided(where: str) -> Reason:
    """Return why a row left on which the condition has no answer."""
    return Reason(Why.UNDECIDED, message("missing in where: {where}", where=where))


def without_weight(weights: str) -> Reason:
    """Return why a row left whose weight is zero."""
    return Reason(Why.NO_WEIGHT, message("weight of zero: {weights}", weights=weights))


def missing_weight(columns: Sequence[str]) -> Reason:
    """Return why a row left whose weight is missing."""
    return Reason(Why.MISSING, message("missing weight: {columns}", columns=list(columns)), columns)


def left_because(dropped: pd.DataFrame, *kinds: Why) -> Array:
    """Mark the rows (n,) that left for a reason of these kinds."""
    return np.array([reason_of(reason).why in kinds for reason in dropped["reason"]], dtype=bool)


def dropped_rows(units: Array, times: Array, reason: Message | Array) -> pd.DataFrame:
    """Return the table of rows that left: province, year, reason; one reason for all, or one for each (n,)."""
    if isinstance(reason, Message):
        reasons = np.empty(len(units), dtype=object)
        reasons[:] = reason
    else:
        reasons = reason
    # as objects: pandas would make plain texts of them
    return pd.DataFrame({"province": units, "year": times, "reason": pd.Series(reasons, dtype=object)})


def dropped_frame(panel: PanelIndex, rows: Array, reason: Message) -> pd.DataFrame:
    """Return the table of rows of a panel that left for one reason."""
    if len(rows) == 0:
        return nothing_dropped()
    return dropped_rows(panel.unit_labels[panel.unit[rows]], panel.time_labels[panel.time[rows]], reason)


def nothing_dropped() -> pd.DataFrame:
    """Return the table of rows that left, without rows."""
    return pd.DataFrame({"province": [], "year": [], "reason": []}).astype({"year": np.int64})


def joined(parts: Sequence[pd.DataFrame]) -> pd.DataFrame:
    """Return the tables of rows that left as one."""
    held = [part for part in parts if len(part)]
    if len(held) < 2:
        return held[0] if held else nothing_dropped()
    return pd.concat(held, ignore_index=True)


def spoken_reasons(dropped: pd.DataFrame, unit: str, time: str) -> pd.DataFrame:
    """Return the table of rows that left, its reasons in the words of a panel."""
    if not len(dropped):
        return dropped
    words = {reason: reason_of(reason).spoken(unit, time) for reason in dict.fromkeys(dropped["reason"])}
    said = pd.Series([words[reason] for reason in dropped["reason"]], index=dropped.index, dtype=object)
    return dropped.assign(reason=said)


def tally(dropped: pd.DataFrame) -> Message:
    """Return the reasons with the number of rows of each, the most frequent first."""
    counts = Counter(dropped["reason"])
    parts = [
        counted("{reason} ({n} row)", "{reason} ({n} rows)", n=n, reason=reason)
        for reason, n in counts.most_common(SHOWN)
    ]
    if len(counts) > SHOWN:
        return message("{reasons} and {rest:,} more", reasons=parts, rest=len(counts) - SHOWN)
    return listed(parts)
