"""The unit of each column: as printed, as the caller says, or which of several printed above the table it is."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace

from panelkit.data.wording import alternatives
from panelkit.data.yearbook.errors import CellProblem, ToldError, Where, YearbookError
from panelkit.data.yearbook.layouts.reading import FileReading, PrintedFigure
from panelkit.data.yearbook.layouts.told import CallerSays
from panelkit.data.yearbook.vocabulary.indicator_names import Names
from panelkit.data.yearbook.vocabulary.printed_units import factor, listed_units, parse_unit, same_unit
from panelkit.language.message import Message, message, sentences

Series = tuple[str, str, str]
"""Label, context and unit: what a series is called."""

_KINDS = (
    ("person-year", re.compile(r"全时当量")),
    ("person", re.compile(r"(?:人数|人员数?|职工数?|学生数)$")),
    ("count", re.compile(r"(?:企业|机构|项目|课题|专利|合同|单位|孵化器)数量?$")),
    ("yuan", re.compile(r"(?:收入|利润|利税|经费|支出|总额|金额|产值|投资额?|费用|资金|交货值)$")),
)
"""The last words of a name that say its dimension, the narrower first."""

_LONGEST = 20


def with_units(reading: FileReading, told: CallerSays, names: Names) -> FileReading:
    """Return a reading in which every figure has one unit, or none where the file and the caller name none.

    A line that names several (`单位:个,亿元`) is taken apart by the dimension of each column: the catalogue's unit
    of its name, or else the last words of the name; the notes of the reading say so.

    Raises
    ------
    YearbookError
        Where nothing tells which of several units a column has, or the file names another than the caller.
    ToldError
        Where the caller names a column that is not there, or a unit that no column lacks.
    """
    figures = (*reading.figures, *reading.apart, *(total.figure for total in reading.subtotals))
    first = {(f.label, f.context, f.unit): f.where for f in reversed(figures)}
    asked = _asked(list(dict.fromkeys((f.label, f.context, f.unit) for f in figures)), told)
    units: dict[Series, str] = {}
    notes: list[Message] = []
    problems: list[CellProblem] = []
    for series, where in first.items():
        found = _unit(series, asked.get(series), where, names, notes)
        if isinstance(found, CellProblem):
            problems.append(found)
        elif found != series[2]:
            units[series] = found
    if problems:
        raise YearbookError(problems[::-1])
    if not units:
        return reading

    def renamed(figure: PrintedFigure) -> PrintedFigure:
        unit = units.get((figure.label, figure.context, figure.unit))
        return figure if unit is None else replace(figure, unit=unit)

    return replace(
        reading,
        figures=tuple(map(renamed, reading.figures)),
        apart=tuple(map(renamed, reading.apart)),
        subtotals=tuple(replace(s, figure=renamed(s.figure)) for s in reading.subtotals),
        notes=(*reading.notes, *reversed(notes)),
    )


def units_met(reading: FileReading, told: CallerSays) -> Mapping[str, str] | None:
    """Return the units that the caller names for columns of many files, for those that this file holds; None: none."""
    if not isinstance(told.unit, Mapping):
        return None
    figures = (*reading.figures, *reading.apart, *(total.figure for total in reading.subtotals))
    labels = {figure.label for figure in figures}
    labels |= {label.split("：")[-1] for label in labels}
    return {label: unit for label, unit in told.unit.items() if label.strip() in labels} or None


def _asked(series: list[Series], told: CallerSays) -> dict[Series, str]:
    """Return the unit that the caller names for each series.

    Raises
    ------
    ToldError
        If a name fits no series or several, a text can be no unit, or one unit for all has nothing to act on.
    """
    if told.unit is None:
        return {}
    if isinstance(told.unit, str):
        _check(told.unit)
        open_ones = [one for one in series if not one[2] or listed_units(one[2])]
        if not open_ones and not all(same_unit(one[2], told.unit) for one in series):
            stated = sentences(dict.fromkeys(one[2] for one in series))
            raise ToldError(
                message(
                    "the file names the unit of every column ({stated}), and {unit!r} has nothing to act on: leave out "
                    "`--unit`, or name a column, `--unit NAME={unit}`",
                    stated=stated,
                    unit=told.unit,
                )
            )
        return dict.fromkeys(open_ones, told.unit)
    wanted: dict[Series, str] = {}
    for label, unit in told.unit.items():
        _check(unit)
        fitting = [one for one in series if label.strip() in (one[0], one[0].split("：")[-1])]
        if len({one[:2] for one in fitting}) != 1:
            raise ToldError(
                message(
                    "{count} series of the file are called {label!r}; it holds {listed}",
                    count=len({one[:2] for one in fitting}),
                    label=label,
                    listed=sentences(dict.fromkeys(repr(one[0]) for one in series)),
                )
            )
        wanted |= dict.fromkeys(fitting, unit)
    return wanted


def _check(unit: str) -> None:
    if not unit.strip() or len(unit) > _LONGEST or not unit.isprintable():
        raise ToldError(message("{unit!r} is no unit: write 亿元, 万人, 个", unit=unit))


def _same_text(one: str, other: str) -> bool:
    return "".join(one.split()) == "".join(other.split())


def _unit(
    series: Series, asked: str | None, where: Where, names: Names, notes: list[Message]
) -> str | CellProblem:
    label, about, printed = series
    listed = listed_units(printed)
    if asked is not None:
        stated = (*listed, printed) if printed else ()
        if stated and not any(_same_text(one, asked) or same_unit(one, asked) for one in stated):
            said = message(
                "the file says that {label!r} stands in {printed}, and the call says {asked!r}",
                label=label or about,
                printed=printed,
                asked=asked,
            )
            return CellProblem(where, said)
        return asked
    if not listed:
        return printed
    told = _by_catalogue(label, about, listed, names) or _by_words(label or about, listed)
    if told is None:
        every = (*listed, printed) if "/" in printed else listed
        options = alternatives([message("`--unit {pair}`", pair=f"{label or about}={one}") for one in every])
        said = message(
            "one line names several units, {printed}, and neither the catalogue nor its name tells which of them "
            "{label!r} has: say it, {options}",
            printed=printed,
            label=label or about,
            options=options,
        )
        return CellProblem(where, said)
    unit, why = told
    notes.append(
        message(
            "{label}: {unit}, of the units {printed} above the table; {why}",
            label=label or about,
            unit=unit,
            printed=printed,
            why=why,
        )
    )
    return unit


def _by_catalogue(
    label: str, about: str, listed: tuple[str, ...], names: Names
) -> tuple[str, Message] | None:
    """Return the one listed unit of the kind in which the catalogue holds a column of this name."""
    fitting = {
        unit: key
        for unit in listed
        for key in names.find(label, about, unit)
        if factor(unit, names.units[key]) is not None
    }
    if len(fitting) != 1:
        return None
    unit, key = next(iter(fitting.items()))
    return unit, message("{key} is held in {unit}", key=key, unit=names.units[key])


def _by_words(name: str, listed: tuple[str, ...]) -> tuple[str, Message] | None:
    """Return the one listed unit of the dimension that the last words of a name say."""
    found = next(((kind, hit.group()) for kind, words in _KINDS if (hit := words.search(name))), None)
    if found is None:
        return None
    kinds = [(parse_unit(unit) or ("", 0))[0] for unit in listed]
    if kinds.count(found[0]) != 1 or (found[0] == "yuan" and "usd" in kinds):
        return None
    return listed[kinds.index(found[0])], message("its name ends in {word}", word=found[1])
