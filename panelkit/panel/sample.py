"""The one place where it is decided which rows enter an estimation, before anything is taken from them.

The order is: lags from all rows held; rows without missing cells; `where`; the policies of the estimator (singletons,
balance, neighbouring periods), again and again until nobody leaves any more. Only then come means, quantiles, levels
of categories and knots: they are those of the rows that stay.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Protocol

import numpy as np
import pandas as pd

from panelkit.formula.arithmetic import Cells
from panelkit.formula.conditions import Namesakes, Truth, hold
from panelkit.kernels.index import Array, PanelIndex
from panelkit.kernels.within import Effects
from panelkit.language.errors import DataError
from panelkit.language.message import Message, message
from panelkit.language.spelt import option
from panelkit.panel.leaving import (
    NO_PERIOD_BEFORE,
    SINGLETON,
    Reason,
    dropped_frame,
    joined,
    nothing_dropped,
    outside,
    undecided,
)
from panelkit.panel.weighting import Weighed
from panelkit.show.brief import Brief


@dataclass(frozen=True, eq=False)
class Candidates(Brief):
    """Rows that may enter: `rows` (m,) are places in the frame, sorted by unit, then time.

    `complete` (n,) marks the rows of the frame without missing cells, `asked` (n,) those that `where` lets in.
    `dropped` says who left so far, and why. `frequency` (n,) says how many equal rows each stands for, None one.
    """

    panel: PanelIndex
    rows: Array
    complete: Array
    asked: Array
    dropped: pd.DataFrame
    frequency: Array | None = None

    @property
    def unit(self) -> Array:
        """Return the unit of each row (m,), a place in the labels of the panel."""
        return self._of(self.panel.unit)

    @property
    def time(self) -> Array:
        """Return the time of each row (m,), a place in the labels of the panel."""
        return self._of(self.panel.time)

    def _of(self, codes: Array) -> Array:
        whole = self.panel.order is None and len(self.rows) == len(codes)
        return codes if whole else codes[self.rows]


class Policy(Protocol):
    """A rule of an estimator about its rows."""

    @property
    def reason(self) -> Message:
        """Say why rows leave."""

    def stay(self, held: Candidates) -> Array:
        """Mark the rows that stay, (m,) bool."""


@dataclass(frozen=True)
class WithoutSingletons:
    """Units (and, with time effects, periods) that hold one row leave, until none is left."""

    effects: Effects
    reason: Reason = field(default=SINGLETON, init=False)

    def stay(self, held: Candidates) -> Array:
        """Mark the rows that share their unit and their period with others."""
        times = None if held.frequency is None else held.frequency[held.rows]
        alone = singletons(held.unit, held.time, self.effects, times)
        if alone.all():
            raise DataError(
                message(
                    "every row is the only one of its {unit} or {period}, so the effects fit it exactly: "
                    "take more {periods} or {units}, or {effects}",
                    effects=option("effects", "none"),
                )
            )
        return ~alone


@dataclass(frozen=True)
class Neighbouring:
    """Rows that take part in a change from one period to the next; a row outside `where` may lend its level."""

    reason: Reason = field(default=NO_PERIOD_BEFORE, init=False)

    def stay(self, held: Candidates) -> Array:
        """Mark the rows whose period before, or after, is held too."""
        before, after = self._neighbours(held)
        if not before.any():
            raise DataError(
                message("no unit holds two neighbouring periods, so that there is no first difference")
            )
        return before | after

    def lenders(self, held: Candidates) -> Array:
        """Return the rows outside `where` that lend their level to a row inside, as places in the frame."""
        position, width = self._position(held)
        outside = np.flatnonzero(held.complete & ~held.asked)
        wanted = held.unit * width + position[held.time]
        places: Array = outside[
            np.isin(held.panel.unit[outside] * width + position[held.panel.time[outside]] + 1, wanted)
        ]
        return places

    def _neighbours(self, held: Candidates) -> tuple[Array, Array]:
        position, width = self._position(held)
        key = held.unit * width + position[held.time]
        lending = held.panel.unit * width + position[held.panel.time]
        return np.isin(key - 1, lending[held.complete]), np.isin(key + 1, key)

    def _position(self, held: Candidates) -> tuple[Array, int]:
        """Return the calendar position (T,) of each label of time, in steps of the complete rows, and a width."""
        labels = held.panel.time_labels.astype(np.int64)
        used = np.unique(held.panel.time[held.complete])
        step = int(np.gcd.reduce(np.diff(labels[used]))) if len(used) > 1 else 1
        position: Array = (labels - labels[0]) // step
        return position, int(position[-1]) + 3


@dataclass(frozen=True, eq=False)
class Asked(Brief):
    """The rows that an estimation asks for, (n,) bool: `yes`; `no`, outside `where`; `open`, where it is missing.

    `weightless` are rows that leave because their weight is zero or missing, each kind with its reason.
    Rows that are none of these lie in other years and only lend their values.
    """

    yes: Array
    no: Array
    open: Array
    where: str | None = None
    weightless: tuple[tuple[Array, Reason], ...] = ()

    @property
    def counted(self) -> int:
        """Return the number of rows that could have entered."""
        return int(np.logical_or.reduce([self.yes, self.no, self.open, *self._gone]).sum())

    @property
    def _gone(self) -> list[Array]:
        return [gone for gone, _ in self.weightless]

    def weighed(self, weighed: Weighed) -> Asked:
        """Return what is asked for when rows without a weight leave.

        Raises
        ------
        DataError
            If no row has a weight.
        """
        kept = replace(self, yes=self.yes & weighed.stay, weightless=weighed.leaving)
        if not kept.yes.any():
            raise DataError(
                message(
                    "no row is left of {total:,}: {reason}",
                    total=int(self.yes.sum()),
                    reason=[reason for gone, reason in weighed.leaving if gone.any()],
                )
            )
        return kept


def asked_rows(
    table: Cells,
    names: tuple[tuple[str, ...], tuple[str, ...]],
    where: str | None,
    years: Sequence[Hashable] | None,
    namesakes: Namesakes | None,
) -> Asked | None:
    """Return the rows that `where` and `years` ask for; None where every row is.

    Raises
    ------
    SpecError, DataError
        If the condition does not pass the gate or cannot be worked out, or no row meets it.
    """
    if where is None and years is None:
        return None
    everyone = np.ones(len(table), dtype=bool)
    truth = Truth(everyone, ~everyone) if where is None else hold(where, table, names, namesakes)
    inside = everyone
    if years is not None:
        wanted: list[Any] = list(years)
        inside = np.isin(table.panel.time_labels[table.panel.time], wanted)
    asked = Asked(truth.yes & inside, truth.no & inside, inside & ~truth.yes & ~truth.no, where)
    if not asked.yes.any():
        raise DataError(_nobody_asked(asked, table.panel.time_labels))
    return asked


def _nobody_asked(asked: Asked, times: Array) -> Message:
    """Return that no row meets a condition, how many have no answer to it, and what years the data hold."""
    held = {"where": asked.where, "first": times[0], "last": times[-1]}
    if not asked.open.any():
        return message(
            "where `{where}`: no row of {counted:,} meets it. The data hold {first} to {last}; check the condition",
            counted=asked.counted,
            **held,
        )
    missing = int(asked.open.sum())
    return message(
        "where `{where}`: no row of {counted:,} meets it ({missing:,} rows miss a cell of it). The data hold {first} "
        "to {last}; check the condition",
        counted=asked.counted,
        missing=missing,
        **held,
    )


@dataclass(frozen=True, eq=False)
class Settled(Brief):
    """The rows of an estimation, sorted (m,), which of them decide (n,) bool, and who left for what reason."""

    rows: Array
    deciding: Array
    dropped: pd.DataFrame


def settle(
    panel: PanelIndex,
    complete: Array,
    missing: Callable[[Array], pd.DataFrame],
    asked: Asked | None,
    policies: Sequence[Policy],
    frequency: Array | None = None,
) -> Settled:
    """Decide which rows enter: those asked for, complete, and kept by every policy when nobody leaves any more.

    `complete` (n,) marks the rows without missing cells; `missing` says why the marked ones have some; `frequency` (n,)
    says how many equal rows each stands for.

    Raises
    ------
    DataError
        If a policy leaves no row, or refuses the rows.
    """
    order = np.arange(len(complete)) if panel.order is None else panel.order
    yes = np.ones(len(complete), dtype=bool) if asked is None else asked.yes
    leavers = [missing(yes & ~complete)]
    if asked is not None and asked.where is not None:
        for gone, reason in ((asked.no, outside(asked.where)), (asked.open, undecided(asked.where))):
            leavers.append(dropped_frame(panel, order[gone[order]], reason))
    for gone, reason in () if asked is None else asked.weightless:
        leavers.append(dropped_frame(panel, order[gone[order]], reason))
    held = complete & yes
    rows = order if held.all() else order[held[order]]
    while len(rows):
        before = len(rows)
        for policy in policies:
            stays = policy.stay(Candidates(panel, rows, complete, yes, joined(leavers), frequency))
            if stays.all():
                continue
            leavers.append(dropped_frame(panel, rows[~stays], policy.reason))
            rows = rows[stays]
            if len(rows) == 0:
                raise DataError(
                    message(
                        "no row is left of {total:,}: {reason}", total=len(complete), reason=policy.reason
                    )
                )
        if len(rows) == before:
            break
    deciding = held
    if len(rows) < np.count_nonzero(held):
        deciding = np.zeros(len(complete), dtype=bool)
        deciding[rows] = True
    return Settled(_with_lenders(panel, rows, complete, yes, policies, order), deciding, joined(leavers))


def _with_lenders(
    panel: PanelIndex, rows: Array, complete: Array, asked: Array, policies: Sequence[Policy], order: Array
) -> Array:
    if asked.all():
        return rows
    held = Candidates(panel, rows, complete, asked, nothing_dropped())
    lent = [policy.lenders(held) for policy in policies if isinstance(policy, Neighbouring)]
    if not lent or not len(lent[0]):
        return rows
    inside = np.zeros(len(complete), dtype=bool)
    inside[np.concatenate([rows, *lent])] = True
    both: Array = order[inside[order]]
    return both


def singletons(unit: Array, time: Array, effects: Effects, times: Array | None = None) -> Array:
    """Mark the rows that are the only one of their unit (or, with time effects, of their time), (m,) bool.

    `times` (m,) says how many equal rows each stands for.
    """
    alone = np.zeros(len(unit), dtype=bool)
    for codes, swept in ((unit, ("unit", "twoway")), (time, ("time", "twoway"))):
        once = np.bincount(codes, times) == 1 if effects in swept else np.zeros(0, dtype=bool)
        if once.any():
            alone |= once[codes]
    return alone


def where_note(asked: Asked | None) -> tuple[Message, ...]:
    """Return what a table says of a condition on the rows."""
    where = None if asked is None else asked.where
    if asked is None or where is None:
        return ()
    if not (asked.no | asked.open).any():
        return (message("sample: {where}, which every row meets", where=where),)
    return (message("sample: {where} (lags read the rows outside it)", where=where),)
