"""The rows of a design by treatment and ring: who is treated, exposed or clean, and what is said of that."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

import numpy as np

from panelkit.kernels.index import SHOWN, Array, listed, read_panel_index
from panelkit.kernels.within import FloatArray, IntArray
from panelkit.language.errors import DataError
from panelkit.language.message import Message, message
from panelkit.language.spelt import option
from panelkit.models.policy.rows.adoption import Timing
from panelkit.models.policy.rows.handed import FEW_TREATED
from panelkit.models.policy.spillover.rings import Rings, ring_columns
from panelkit.models.reading import Frame
from panelkit.panel.design import Design
from panelkit.show.brief import Brief


@dataclass(frozen=True, eq=False)
class RingRows(Brief):
    """Rows of a design, n, with their treatment and exposure; R rings, N units.

    `columns` (n, 1 + R) are 0/1: treated, and in each ring. `first` (N,) is the first treated period of the sample's
    units, `labels` (N,) are these.
    """

    rings: Rings
    columns: FloatArray
    unit: IntArray
    time: IntArray
    periods: FloatArray
    first: FloatArray
    labels: Array

    @cached_property
    def clean(self) -> Array:
        """Mark the rows that are neither treated nor exposed, (n,) bool."""
        return np.asarray(self.columns.max(axis=1) == 0.0)

    @property
    def n_units(self) -> int:
        return len(self.first)

    @cached_property
    def n_treated(self) -> int:
        """Return how many units are ever treated in the sample."""
        return len(np.unique(self.unit[self.columns[:, 0] > 0.0]))

    @cached_property
    def n_exposed(self) -> tuple[int, ...]:
        """Return how many units are ever in each ring, (R,)."""
        return tuple(len(np.unique(self.unit[column > 0.0])) for column in self.columns[:, 1:].T)

    @cached_property
    def n_clean(self) -> int:
        """Return how many units are never treated and never exposed in the sample."""
        touched = np.unique(self.unit[~self.clean])
        return self.n_units - len(touched)

    @cached_property
    def cohorts(self) -> int:
        """Return how many dates of adoption lie inside the sample."""
        inside = (self.first > self.periods[0]) & (self.first <= self.periods[-1])
        return len(np.unique(self.first[inside]))

    def on_frame(self, frame: Frame, timing: Timing, unit: str | None, time: str | None) -> FloatArray:
        """Return treatment and rings in the order of the frame's rows, (n, 1 + R)."""
        panel = read_panel_index(frame.data, unit, time)
        cells = ring_columns(self.rings, timing, panel.unit_labels, panel.time_labels)
        return np.asarray(cells[panel.unit, panel.time])


def ring_rows(design: Design, rings: Rings, timing: Timing) -> RingRows:
    """Return the rows of a design by treatment and ring."""
    cells = ring_columns(rings, timing, design.unit_labels, design.time_labels)
    first = np.array([timing.first[label] for label in design.unit_labels])
    periods = design.time_labels.astype(np.float64)
    return RingRows(
        rings, cells[design.unit, design.time], design.unit, design.time, periods, first, design.unit_labels
    )


def without_always_treated(
    frame: Frame, rows: RingRows, timing: Timing, unit: str | None, time: str | None
) -> Frame:
    """Return the frame without units that are treated from the first period of the sample on."""
    panel = read_panel_index(frame.data, unit, time)
    always = np.array([timing.first[label] <= rows.periods[0] for label in panel.unit_labels])
    return frame if not always.any() else replace(frame, data=frame.data[~always[panel.unit]])


def refuse_without_donors(rows: RingRows, design: Design) -> None:
    """Refuse rows without a treated one, a ring that holds nobody, and periods without a clean unit.

    Raises
    ------
    DataError
        Naming the rings or the periods.
    """
    inside = rows.columns[:, 0] > 0.0
    if not inside.any() or inside.all():
        raise DataError(design.spoken(message("no {unit} is treated in the sample, or all rows are")))
    empty = [name for name, n in zip(rows.rings.names, rows.n_exposed, strict=True) if n == 0]
    if empty:
        raise DataError(
            design.spoken(
                message(
                    "nobody is ever in {rings}: every {unit} there is treated itself or nearer to somebody treated; "
                    "ask for fewer rings",
                    rings=empty,
                )
            )
        )
    clean = np.bincount(rows.time[rows.clean], minlength=len(rows.periods))
    touched = np.bincount(rows.time[~rows.clean], minlength=len(rows.periods))
    without = np.flatnonzero((clean == 0) & (touched > 0))
    if len(without):
        raise DataError(
            design.spoken(
                message(
                    "in {at} every {unit} is treated or in a ring, so that nobody is left to compare "
                    "with: take fewer or narrower rings, or leave these {periods} out ({where})",
                    where=option("where"),
                    at=listed([f"{rows.periods[t]:.0f}" for t in without[:SHOWN]], len(without)),
                )
            )
        )


def ring_facts(rows: RingRows) -> dict[str, Any]:
    """Return the counts of a table."""
    return {
        "n_treated": rows.n_treated,
        **{f"n_{name}": n for name, n in zip(rows.rings.names, rows.n_exposed, strict=True)},
        "n_clean": rows.n_clean,
    }


def ring_notes(rows: RingRows, without: float | None = None) -> tuple[Message, ...]:
    """Return what is said of treated, rings and controls; `without` is the estimate that takes no notice of rings."""
    told = [
        message("{ring}: {what}; {n} {units} are in it at some time", ring=name, what=what, n=n)
        for name, what, n in zip(rows.rings.names, rows.rings.said, rows.n_exposed, strict=True)
    ]
    since = rows.periods[rows.time] >= rows.first.min()
    controls = since & (rows.columns[:, 0] == 0.0)
    exposed = controls & ~rows.clean
    told.append(
        message(
            "{treated} of {of} {units} are treated, {clean} are neither treated nor ever exposed; without rings "
            "{exposed} of {controls} control rows since the first adoption would be contaminated",
            treated=rows.n_treated,
            of=rows.n_units,
            clean=rows.n_clean,
            exposed=int(exposed.sum()),
            controls=int(controls.sum()),
        )
    )
    if rows.n_clean < FEW_TREATED:
        told.append(
            message(
                "everything after the first adoption is measured against {clean} {units} that are neither treated nor "
                "ever exposed: below eight errors are too small and intervals too narrow; take fewer or smaller "
                "rings, and test by `SpilloverDiD(...).randomise`",
                clean=rows.n_clean,
            )
        )
    if without is not None:
        told.append(message("the estimate that takes no notice of rings is {without:.4g}", without=without))
        if rows.cohorts > 1:
            told.append(
                message(
                    "{cohorts} dates of adoption under two-way effects: rows that are treated or exposed "
                    "already serve as controls; {estimator} does without them",
                    estimator=option("estimator", "imputation"),
                    cohorts=rows.cohorts,
                )
            )
    return tuple(told)
