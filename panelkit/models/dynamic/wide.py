"""Panels as arrays by unit and period, for tests that look along the years of every unit."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from panelkit.kernels.within import FloatArray
from panelkit.language.errors import DataError, SpecError
from panelkit.language.message import Message, message
from panelkit.language.spelt import option
from panelkit.models.reading import read_design, refuse_interactions
from panelkit.panel.design import Design
from panelkit.show.brief import Brief

_SHOWN = 5
_SAME = 64 * np.finfo(float).eps


@dataclass(frozen=True, eq=False)
class Wide(Brief):
    """Units of equally many neighbouring periods: y (N, T), X (N, T, k), labels of units (N,).

    `step` is the distance of two neighbours in the calendar; `names` are what unit and period are called in the data.
    """

    y: FloatArray
    X: FloatArray
    units: tuple[Any, ...]
    outcome: str
    terms: tuple[str, ...]
    names: tuple[str, str]
    step: int

    def said(self) -> tuple[Message, ...]:
        """Say how far neighbouring periods lie apart, where it is not one."""
        if self.step == 1:
            return ()
        said = message(
            "neighbouring {periods} lie {step} apart, and one of these steps is a lag", step=self.step
        )
        return (said.spoken(*self.names),)

    @property
    def size(self) -> tuple[int, int, int]:
        """Return units, periods and regressors."""
        n, periods, k = self.X.shape
        return n, periods, k


def read_blocks(
    formula: str, data: Any, *, unit: str | None, time: str | None, where: str | None
) -> tuple[tuple[Wide, ...], Design]:
    """Read a formula into units of neighbouring periods, one block for every number of periods; no row may lie alone.

    Raises
    ------
    SpecError
        If there is no regressor, or weights of cells and slopes of units are asked for.
    DataError
        If a unit has a gap, there is one unit, or a series does not vary inside a unit.
    """
    design = read_design(formula, data, unit=unit, time=time, where=where)
    refuse_interactions(design, message("A test along the {periods} of each {unit}"))
    kept = [j for j, name in enumerate(design.terms) if not (design.has_intercept and j == 0)]
    if not kept:
        raise SpecError(message("{formula!r} has no regressor: write `y ~ x`", formula=formula))
    if len(design.unit_labels) < 2:
        raise DataError(
            design.spoken(message("the test is one of a panel, and the sample holds one {unit} only"))
        )
    step = _step_without_gaps(design)
    terms = tuple(design.terms[j] for j in kept)
    columns = np.column_stack([design.y, design.X[:, kept]])
    _refuse_still(design, columns, (design.outcome, *terms))
    counts = np.bincount(design.unit)
    blocks = []
    for length in np.unique(counts):
        units = np.flatnonzero(counts == length)
        held = columns[np.isin(design.unit, units)].reshape(len(units), int(length), -1)
        labels = tuple(design.unit_labels[units])
        blocks.append(
            Wide(
                np.ascontiguousarray(held[:, :, 0]),
                np.ascontiguousarray(held[:, :, 1:]),
                labels,
                design.outcome,
                terms,
                design.level_names,
                step,
            )
        )
    return tuple(blocks), design


def read_wide(
    formula: str, data: Any, *, unit: str | None, time: str | None, where: str | None
) -> tuple[Wide, Design]:
    """Read a formula into one block of units and periods; see `read_blocks`.

    Raises
    ------
    DataError
        Also if units hold different periods, with those that hold fewer.
    """
    blocks, design = read_blocks(formula, data, unit=unit, time=time, where=where)
    total = len(design.time_labels)
    if len(blocks) > 1 or blocks[0].size[1] < total:
        counts = np.bincount(design.unit)
        short = [str(design.unit_labels[i]) for i in np.flatnonzero(counts < total)]
        raise DataError(
            design.spoken(
                message(
                    "the test needs the same {periods} of every {unit}: of the {total} {periods} "
                    "{first}-{last}, {short} {n} hold fewer. Choose {periods} or {units} by {where}",
                    where=option("where"),
                    total=total,
                    first=int(design.time_labels[0]),
                    last=int(design.time_labels[-1]),
                    short=_shortened(short),
                    n=f"({len(short)})",
                )
            )
        )
    return blocks[0], design


def _step_without_gaps(design: Design) -> int:
    """Return the distance of two neighbouring periods; refuse a unit whose periods are not neighbours."""
    labels = np.asarray(design.time_labels, dtype=np.int64)
    steps = np.diff(labels)
    step = int(steps.min()) if len(steps) else 1
    position = labels[design.time]
    jumps = (design.unit[1:] == design.unit[:-1]) & (np.diff(position) != step)
    if not jumps.any():
        return step
    at = np.flatnonzero(jumps)
    found = [f"{design.unit_labels[design.unit[i]]} ({position[i]}, {position[i + 1]})" for i in at]
    raise DataError(
        design.spoken(
            message(
                "the test follows each {unit} from one {period} to the next, and there are gaps: "
                "{found}. Choose neighbouring {periods} by {where}, or leave these {units} out",
                where=option("where"),
                found=_shortened(found),
            )
        )
    )


def _refuse_still(design: Design, columns: FloatArray, names: tuple[str, ...]) -> None:
    """Refuse series that do not vary inside a unit."""
    starts = np.flatnonzero(np.r_[True, design.unit[1:] != design.unit[:-1]])
    high, low = np.maximum.reduceat(columns, starts), np.minimum.reduceat(columns, starts)
    still = high - low <= _SAME * np.maximum(np.abs(high), np.abs(low))
    if not still.any():
        return
    found = [
        message("`{name}` in {unit_name}", name=names[j], unit_name=str(design.unit_labels[i]))
        for i, j in np.argwhere(still)
    ]
    raise DataError(
        design.spoken(
            message(
                "series that do not vary inside a {unit}: {found}. Leave these {units} out by {where}",
                where=option("where"),
                found=_shortened(found),
            )
        )
    )


def _shortened(found: list[Any]) -> list[Any] | Message:
    if len(found) <= _SHOWN:
        return found
    return message("{names} and {n} more", names=found[:_SHOWN], n=len(found) - _SHOWN)
