"""One variable of a panel as series of equal length, with what they must be for clubs to be found among them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from panelkit.data.provinces import lookup, place_name
from panelkit.evaluation.clubs.procedure import Procedure
from panelkit.formula.grammar import parse_expression
from panelkit.formula.log_remedies import log_remedy
from panelkit.formula.tree import Call
from panelkit.indices.panels.panel_frame import refuse_gaps, wide
from panelkit.kernels.within import FloatArray
from panelkit.language.errors import DataError, SpecError
from panelkit.language.levels import PROVINCIAL, Levels
from panelkit.language.message import Message, message, verbatim
from panelkit.language.spelt import Spelt, option
from panelkit.models.reading import read_design
from panelkit.show.brief import Brief

FEWEST_UNITS = 3
FEWEST_POINTS = 6
"""Two coefficients and an autocorrelation are read off so many periods at least."""
_SHOWN = 8
_LOGARITHMS: Mapping[str, np.ufunc] = {"log": np.log, "log2": np.log2, "log10": np.log10, "log1p": np.log1p}
# What differs by less is rounding of the filter.
_SAME = 1e-13


@dataclass(frozen=True, eq=False)
class Series(Brief):
    """A variable: values (N, T), the labels of units and periods, what these are called, notes on the rows."""

    variable: str
    values: FloatArray
    units: pd.Index
    periods: pd.Index
    levels: Levels = PROVINCIAL
    notes: tuple[Message, ...] = ()

    def name(self, place: int) -> Message:
        """Return what a unit is called in a language: a province by its name in it, any other as it stands."""
        label = str(self.units[place])
        known = lookup(label)
        return verbatim(label) if known is None else place_name(known.adcode)

    @property
    def in_logs(self) -> bool:
        """Return whether the variable is a logarithm, whose transitions depend on the unit of measurement."""
        return self._logarithm is not None

    @property
    def _logarithm(self) -> str | None:
        """Return which logarithm the variable is, None where it is none."""
        node = parse_expression(self.variable).node
        return node.name if isinstance(node, Call) and node.name in _LOGARITHMS else None

    def measured(self, factor: float) -> FloatArray:
        """Return logarithms (N, T) of the figures times a factor: those in another unit of measurement."""
        if self._logarithm == "log1p":
            return np.log1p(np.expm1(self.values) * factor)
        return np.asarray(self.values + _LOGARITHMS[str(self._logarithm)](factor))


def read_series(variable: str, data: Any, *, unit: str | None, time: str | None, where: str | None) -> Series:
    """Return the variable, an expression of the formula gate.

    Raises
    ------
    DataError
        If cells are missing (the first are named), or periods do not follow each other.
    """
    remedy = message(
        "leave these {units} out, or begin after the zeros: clubs are told by logarithms of ratios, and of zero "
        "there is none"
    )
    with log_remedy(remedy):
        design = read_design(f"{variable} ~ 1", data, unit=unit, time=time, where=where, varies=False)
    column = pd.Series(design.y, index=design.labels(), name=variable)
    values, units, periods = wide(column)
    refuse_gaps(periods)
    notes = tuple(dict.fromkeys((*design.notes, *design.provenance)))
    return Series(variable, values, units, periods, design.level_names, notes)


def fewest_periods(procedure: Procedure) -> int:
    """Return how many periods leave enough to a log t regression."""
    periods = FEWEST_POINTS
    while periods - procedure.regression(periods).dropped < FEWEST_POINTS:
        periods += 1
    return periods


def refuse_series(series: Series, procedure: Procedure) -> None:
    """Refuse series among which no clubs can be found.

    Raises
    ------
    DataError
        If there are fewer than three units or too few periods, or a value is not positive.
    SpecError
        If the regression would start in the first period.
    """
    units, periods, variable = series.units, series.periods, series.variable
    if len(units) < FEWEST_UNITS:
        raise DataError(
            message(
                "`{variable}`: clubs are found among at least three {units}, and there are {count}: {names}",
                variable=variable,
                count=len(units),
                names=[str(name) for name in units],
            )
        )
    needed = fewest_periods(procedure)
    if procedure.regression(max(len(periods), needed)).dropped < 1:
        raise SpecError(
            message(
                "trim={trim:g} leaves out none of {count} {periods}: log log t has no value in the first one, t = 1",
                trim=procedure.trim,
                count=len(periods),
            )
        )
    if len(periods) < needed:
        raise DataError(
            message(
                "`{variable}`: {count} {periods} ({first} to {last}) are too few: the log t regression needs {points} "
                "beside those that it leaves out at the start, {needed} in all",
                variable=variable,
                count=len(periods),
                first=str(periods[0]),
                last=str(periods[-1]),
                points=FEWEST_POINTS,
                needed=needed,
            )
        )
    low = zip(*np.nonzero(series.values <= 0.0), strict=True)
    cells = [f"{units[i]} {periods[t]} ({series.values[i, t]:.4g})" for i, t in low]
    if cells:
        raise DataError(
            message(
                "`{variable}` is not positive in {count} cells: {cells}; the transition x / mean has no meaning there: "
                "take levels, or logarithms of figures in a smaller unit",
                variable=variable,
                count=len(cells),
                cells=_few(cells),
            )
        )


def refuse_below_zero(series: Series, x: FloatArray) -> None:
    """Refuse trends that are not positive: of figures that grow fast a filter falls below zero in the first periods.

    Raises
    ------
    DataError
        If there are any in x (N, T), the first named.
    """
    low = zip(*np.nonzero(x <= 0.0), strict=True)
    cells = [f"{series.units[i]} {series.periods[t]} ({x[i, t]:.4g})" for i, t in low]
    if cells:
        raise DataError(
            message(
                "`{variable}`: its trend is not positive in {count} cells: {cells}; the transition x / mean has no "
                "meaning there: take logarithms, a smaller {given}, or {none}",
                variable=series.variable,
                count=len(cells),
                cells=_few(cells),
                given=option("trend", 6.25),
                none=Spelt("trend=None", "--trend none"),
            )
        )


def ties(x: FloatArray, procedure: Procedure) -> list[tuple[int, int, int]]:
    """Return two units and the period of every pair of equal values in x (N, T) that a regression reads.

    The variation of such a pair is zero, and its logarithm does not exist.
    """
    order = np.argsort(x, axis=0, kind="stable")
    ranked = np.take_along_axis(x, order, axis=0)
    same = np.diff(ranked, axis=0) <= _SAME * np.abs(ranked[1:])
    places = np.argwhere(same & procedure.read(x.shape[1]))
    return [(int(order[i, t]), int(order[i + 1, t]), int(t)) for i, t in places]


def refuse_ties(series: Series, x: FloatArray, procedure: Procedure) -> None:
    """Refuse two units with one value in a period that the log t regression reads.

    Raises
    ------
    DataError
        If there are any in x (N, T), all named.
    """
    units = series.units
    found = [f"{units[i]} = {units[j]} ({series.periods[t]})" for i, j, t in ties(x, procedure)]
    if found:
        raise DataError(
            message(
                "`{variable}`: {count} pairs of {units} have one value: {pairs}; the variation between them is zero, "
                "and its logarithm does not exist: leave one out, take more digits, or a trend",
                variable=series.variable,
                count=len(found),
                pairs=_few(found),
            )
        )


def _few(names: Sequence[str]) -> list[str]:
    return [*names[:_SHOWN], *(["..."] if len(names) > _SHOWN else [])]
