"""The rectangle that synthetic controls stand on: outcomes by unit and period, who adopts when, what is matched."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

import numpy as np

from panelkit.formula.formula import parse_formula
from panelkit.kernels.index import SHOWN, listed
from panelkit.kernels.within import FloatArray, IntArray
from panelkit.language.errors import DataError, SpecError
from panelkit.language.message import Message, message, verbatim
from panelkit.language.spelt import option
from panelkit.models.policy.rows.panel import PolicyPanel, read_policy_panel
from panelkit.models.reading import Frame, open_frame, read_design
from panelkit.show.brief import Brief

FEWEST_BEFORE = 2


@dataclass(frozen=True, eq=False)
class Rectangle(Brief):
    """Outcomes of N units in T periods, none missing.

    `Y` (N, T); `start` (N,) is the place of the first treated period, T for units that never adopt in the sample.
    """

    panel: PolicyPanel
    Y: FloatArray
    start: IntArray

    @cached_property
    def labels(self) -> tuple[str, ...]:
        """Return the names of the units, N of them."""
        return tuple(str(label) for label in self.panel.design.unit_labels)

    @property
    def periods(self) -> FloatArray:
        """Return the calendar values of the periods, (T,)."""
        return self.panel.periods

    @cached_property
    def treated(self) -> IntArray:
        """Return the places of the units that adopt in the sample."""
        return np.flatnonzero(self.start < len(self.periods))

    @cached_property
    def donors(self) -> IntArray:
        """Return the places of the units that do not adopt before the sample ends."""
        return np.flatnonzero(self.start == len(self.periods))

    @property
    def dates(self) -> IntArray:
        """Return the places at which units adopt, in order, each once."""
        return np.unique(self.start[self.treated])

    def named(self, units: Sequence[int] | IntArray) -> Message:
        """Return the names of units as a list."""
        return listed([self.labels[i] for i in units[:SHOWN]], len(units))


@dataclass(frozen=True, eq=False)
class Predictor(Brief):
    """A variable that is matched: its values (N, T), missing where not held, and the periods that it is averaged over.

    `first`, `last` are calendar values; None is the first held and the last before adoption.
    """

    name: Message
    values: FloatArray
    first: float | None = None
    last: float | None = None


def read_rectangle(
    formula: str,
    data: Any,
    *,
    unit: str | None = None,
    time: str | None = None,
    cohort: str | None = None,
    treatment: str | None = None,
    where: str | None = None,
) -> Rectangle:
    """Read outcomes and adoption; `formula` as in `read_policy_panel`.

    Raises
    ------
    SpecError, DataError
        As `read_policy_panel` does; also where cells are missing, no unit stays untreated, or an adopting unit is held
        in fewer than two periods before. Every unit and period is named.
    """
    panel = read_policy_panel(
        formula, data, unit=unit, time=time, cohort=cohort, treatment=treatment, where=where
    )
    cube = panel.cube(panel.y)
    _refuse_gaps(panel, cube)
    made = Rectangle(panel, cube, panel.start)
    _refuse_without_donors(made)
    _refuse_short(made)
    return made


def _refuse_gaps(panel: PolicyPanel, cube: FloatArray) -> None:
    holes = np.argwhere(np.isnan(cube))
    if not len(holes):
        return
    design = panel.design
    cells = [f"{design.unit_labels[i]} {panel.periods[t]:.0f}" for i, t in holes[:SHOWN]]
    raise DataError(
        design.spoken(
            message(
                "a synthetic control takes every {unit} in every {period}, and `{outcome}` or a "
                "covariate is missing in {cells}: fill these cells in, or leave the {units} or the "
                "{periods} out ({where})",
                where=option("where"),
                outcome=design.outcome,
                cells=listed(cells, len(holes)),
            )
        )
    )


def _refuse_without_donors(made: Rectangle) -> None:
    if len(made.donors):
        return
    last = float(made.periods[-1])
    raise DataError(
        made.panel.design.spoken(
            message(
                "no donor: every {unit} adopts by {last:.0f}. End the sample earlier ({where}), so that "
                "some have not adopted yet, or take StaggeredDiD",
                where=option("where"),
                last=last,
            )
        )
    )


def _refuse_short(made: Rectangle) -> None:
    short = made.treated[made.start[made.treated] < FEWEST_BEFORE]
    if not len(short):
        return
    raise DataError(
        made.panel.design.spoken(
            message(
                "{units_named} adopts after one {period} only: weights of donors cannot be chosen by one "
                "figure. Begin the sample earlier, or leave the {unit} out ({where})",
                where=option("where"),
                units_named=made.named(short),
            )
        )
    )


def read_predictors(
    formula: str, data: Any, rectangle: Rectangle, *, unit: str | None, time: str | None, where: str | None
) -> tuple[Predictor, ...]:
    """Read the right-hand side of a formula, each term by itself, so that a missing cell costs no row.

    Raises
    ------
    SpecError
        If a term is a category or an interaction.
    DataError
        If a column is missing, constant, infinite or no number.
    """
    frame = open_frame(data, unit, time)
    terms = parse_formula(formula).terms
    odd = [term.label for term in terms if len(term.factors) != 1 or term.factors[0].kind == "category"]
    if odd:
        raise SpecError(
            message(
                "predictors are averaged before treatment, and {terms} is a category or an interaction: name columns, "
                "or expressions such as log(gdp)",
                terms=[f"`{name}`" for name in odd],
            )
        )
    return tuple(
        read_predictor(term.label, frame, rectangle, unit=unit, time=time, where=where) for term in terms
    )


def read_predictor(
    label: str,
    frame: Frame,
    rectangle: Rectangle,
    *,
    unit: str | None,
    time: str | None,
    where: str | None,
    between: tuple[float, float] | None = None,
) -> Predictor:
    """Read one column or expression on the units and periods of a rectangle."""
    design = read_design(f"{label} ~ 1", frame, unit=unit, time=time, where=where)
    units = {name: at for at, name in enumerate(rectangle.panel.design.unit_labels)}
    times = {float(value): at for at, value in enumerate(rectangle.periods)}
    values = np.full(rectangle.Y.shape, np.nan)
    rows = [units.get(name, -1) for name in design.unit_labels]
    columns = [times.get(float(value), -1) for value in design.time_labels]
    i, t = np.array(rows)[design.unit], np.array(columns)[design.time]
    inside = (i >= 0) & (t >= 0)
    values[i[inside], t[inside]] = design.y[inside]
    if between is None:
        return Predictor(verbatim(label), values)
    first, last = between
    return Predictor(_windowed(label, first, last), values, first, last)


def outcome_in(rectangle: Rectangle, first: float, last: float) -> Predictor:
    """Return the outcome between two periods as a predictor."""
    return Predictor(_windowed(rectangle.panel.design.outcome, first, last), rectangle.Y, first, last)


def _windowed(label: str, first: float, last: float) -> Message:
    if first == last:
        return message("{variable} ({first:.0f})", variable=label, first=first)
    return message("{variable} ({first:.0f}-{last:.0f})", variable=label, first=first, last=last)


def matched(rectangle: Rectangle, predictors: Sequence[Predictor], start: int) -> FloatArray:
    """Return the averages of predictors over the periods before `start`, (N, K).

    Raises
    ------
    SpecError
        If a predictor's window holds no period before treatment.
    DataError
        If a unit has no figure in it.
    """
    columns = [_average(rectangle, predictor, start) for predictor in predictors]
    return np.column_stack(columns) if columns else np.empty((len(rectangle.Y), 0))


def _average(rectangle: Rectangle, predictor: Predictor, start: int) -> FloatArray:
    inside = np.arange(len(rectangle.periods)) < start
    if predictor.first is not None:
        inside &= rectangle.periods >= predictor.first
    if predictor.last is not None:
        inside &= rectangle.periods <= predictor.last
    spoken = rectangle.panel.design.spoken
    if not inside.any():
        raise SpecError(
            spoken(
                message(
                    "{predictor} lies in no {period} held before {start:.0f}, when treatment begins: choose earlier "
                    "{periods}",
                    predictor=predictor.name,
                    start=float(rectangle.periods[start]),
                )
            )
        )
    held = predictor.values[:, inside]
    count = np.isfinite(held).sum(axis=1)
    lacking = np.flatnonzero(count == 0)
    if len(lacking):
        raise DataError(
            spoken(
                message(
                    "{predictor} is missing before treatment in {units_named}: fill it in, or leave "
                    "these {units} out ({where})",
                    where=option("where"),
                    predictor=predictor.name,
                    units_named=rectangle.named(lacking),
                )
            )
        )
    return np.asarray(np.nansum(held, axis=1) / count)


def incomplete(rectangle: Rectangle, predictors: Sequence[Predictor]) -> tuple[Message, ...]:
    """Return which predictors are averaged over fewer periods than others, because cells are missing."""
    last = int(rectangle.dates[-1])
    partial = [
        predictor.name
        for predictor in predictors
        if predictor.first is None and bool(np.isnan(predictor.values[:, :last]).any())
    ]
    if not partial:
        return ()
    return (
        message(
            "{names} is missing in some {periods} before treatment: averages are over those held",
            names=listed(partial, len(partial)),
        ),
    )


def moved_back(rectangle: Rectangle, back: int) -> Rectangle:
    """Return the same units had they adopted `back` periods earlier."""
    start = rectangle.start.copy()
    start[rectangle.treated] -= back
    return replace(rectangle, start=start)
