"""How strongly a policy meets every unit: one number a unit, fixed before the policy, read from the user's column."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np

from panelkit.kernels.frames import as_floats
from panelkit.kernels.index import SHOWN, Array, PanelIndex, listed, read_panel_index
from panelkit.kernels.within import FloatArray
from panelkit.language.errors import DataError
from panelkit.language.message import Message, message
from panelkit.models.policy.rows.adoption import NEVER
from panelkit.models.reading import Frame
from panelkit.show.brief import Brief

Fixed = Literal["constant", "last", "mean"]


@dataclass(frozen=True, eq=False)
class Intensity(Brief):
    """The dose of every unit and when it begins; N units of the data.

    `labels` (N,), `dose` (N,) zero or more, `first` (N,) the first treated period, `NEVER` for units without a dose or
    a date. `n_moving` units had a dose that changes, fixed by the rule asked for.
    """

    labels: Array
    dose: FloatArray
    first: FloatArray
    name: str
    n_moving: int
    notes: tuple[Message, ...] = ()

    def of(self, labels: Any) -> tuple[FloatArray, FloatArray]:
        """Return dose and first treated period of some units, (m,) each."""
        place = {label: at for at, label in enumerate(self.labels)}
        at = np.array([place[label] for label in labels], dtype=np.int64)
        return self.dose[at], self.first[at]


def read_intensity(
    frame: Frame,
    name: str,
    begins: Mapping[Any, float],
    fixed: Fixed,
    unit: str | None = None,
    time: str | None = None,
) -> Intensity:
    """Read the dose of every unit.

    Parameters
    ----------
    frame
        The user's data, open.
    name
        The column of the dose.
    begins
        First treated period by unit label, `NEVER` where there is none.
    fixed
        "constant" refuses a dose that changes within a unit; "last" takes its last value before the policy begins
        there, "mean" the mean of those values (of units without a date: before the first date of all).

    Raises
    ------
    DataError
        If there is no such column, a dose is missing, negative, or changes, or nobody has one; units are named.
    """
    if name not in frame.data.columns:
        raise DataError(message("no column `{name}` for the dose", name=name))
    panel = read_panel_index(frame.data, unit, time)
    values = as_floats(frame.data[name], f"`{name}`")
    first = np.array([begins[label] for label in panel.unit_labels], dtype=np.float64)
    dose, moving = _by_unit(values, panel, first, name, fixed)
    _refuse_bad(dose, first, panel, name)
    none = np.isfinite(first) & (dose == 0.0)
    notes = []
    if none.any() and not np.isfinite(first).all():
        labels = [str(label) for label in panel.unit_labels[none]]
        notes.append(
            message(
                "`{name}` is zero in {units_named}: they count as untreated",
                name=name,
                units_named=listed(labels[:SHOWN], len(labels)),
            )
        )
    if len(moving):
        notes.append(
            message(
                "`{name}` changes within {n} {units}; its {rule} before the policy is taken",
                name=name,
                n=len(moving),
                rule=message("last value") if fixed == "last" else message("mean"),
            )
        )
    started = np.where(dose > 0.0, first, NEVER)
    return Intensity(panel.unit_labels, dose, started, name, len(moving), tuple(notes))


def _by_unit(
    values: FloatArray, panel: PanelIndex, first: FloatArray, name: str, fixed: Fixed
) -> tuple[FloatArray, Array]:
    """Return one dose a unit (N,), missing where there is none, and the units in which it changes."""
    n = len(panel.unit_labels)
    held = ~np.isnan(values)
    low, high = np.full(n, np.inf), np.full(n, -np.inf)
    np.minimum.at(low, panel.unit[held], values[held])
    np.maximum.at(high, panel.unit[held], values[held])
    moving = np.flatnonzero(high > low)
    dose = np.where(np.isfinite(low), low, np.nan)
    if len(moving) and fixed == "constant":
        raise DataError(_moving(values, panel, first, name, moving))
    earliest = first[np.isfinite(first)].min() if np.isfinite(first).any() else NEVER
    begins = np.where(np.isfinite(first), first, earliest)
    when = panel.time_labels.astype(np.float64)[panel.time]
    for i in moving:
        rows = np.flatnonzero(held & (panel.unit == i) & (when < begins[i]))
        if len(rows) == 0:
            dose[i] = np.nan
        elif fixed == "last":
            dose[i] = values[rows[np.argmax(when[rows])]]
        else:
            dose[i] = values[rows].mean()
    return dose, moving


def _moving(values: FloatArray, panel: PanelIndex, first: FloatArray, name: str, moving: Array) -> Message:
    """Say in which units a dose changes, and whether after the policy."""
    when = panel.time_labels.astype(np.float64)[panel.time]
    after = []
    for i in moving:
        own = values[(panel.unit == i) & (when >= first[i]) & ~np.isnan(values)]
        before = values[(panel.unit == i) & (when < first[i]) & ~np.isnan(values)]
        if len(own) and len(before) and not np.isin(own, before).all():
            after.append(str(panel.unit_labels[i]))
    named = [str(panel.unit_labels[i]) for i in moving[:SHOWN]]
    moved = (
        message(
            "in {n} of them after the policy began, perhaps as its consequence: {names}",
            n=len(after),
            names=listed(after[:SHOWN], len(after)),
        )
        if after
        else message("in none of them after the policy began")
    )
    return message(
        "the dose `{name}` changes within {units_named}, {moved}. An intensity is fixed before the policy: take "
        "fixed='last' (its last value before) or fixed='mean' (the mean before)",
        name=name,
        units_named=listed(named, len(moving)),
        moved=moved,
    ).spoken(*panel.levels)


def _refuse_bad(dose: FloatArray, first: FloatArray, panel: PanelIndex, name: str) -> None:
    """Refuse doses that are missing or negative, and data in which nobody has one."""
    missing, negative = np.flatnonzero(np.isnan(dose)), np.flatnonzero(dose < 0.0)
    if len(missing):
        labels = [str(panel.unit_labels[i]) for i in missing[:SHOWN]]
        raise DataError(
            message(
                "`{name}` has no value before the policy in {units_named}: a unit without an intensity is neither "
                "treated nor untreated; fill it in (0 where the policy does not reach) or leave these {units} out",
                name=name,
                units_named=listed(labels, len(missing)),
            ).spoken(*panel.levels)
        )
    if len(negative):
        labels = [str(panel.unit_labels[i]) for i in negative[:SHOWN]]
        raise DataError(
            message(
                "`{name}` is negative in {units_named}: a dose is zero (untreated) or positive",
                name=name,
                units_named=listed(labels, len(negative)),
            ).spoken(*panel.levels)
        )
    if not ((dose > 0.0) & np.isfinite(first)).any():
        raise DataError(message("nobody with a date has a dose `{name}` above zero", name=name))
