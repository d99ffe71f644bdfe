"""Which indicator of the catalogue each series of a file is: by its printed name, by the caller, or asked for."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal

from panelkit.data import catalogue
from panelkit.data.yearbook.context import Context
from panelkit.data.yearbook.errors import CellProblem, ToldError, Where, YearbookError
from panelkit.data.yearbook.judge.guess import guess_indicator
from panelkit.data.yearbook.judge.held import PlacePeriod
from panelkit.data.yearbook.layouts.reading import PrintedFigure
from panelkit.data.yearbook.layouts.told import CallerSays
from panelkit.language.errors import SpecError
from panelkit.language.message import message, sentences

SeriesName = tuple[str, str, str]
"""Label, context and unit: what a series is called."""


def name_of(figure: PrintedFigure) -> SeriesName:
    """Return what the series of a figure is called."""
    return figure.label, figure.context, figure.unit


def keys_of(
    file: str, figures: tuple[PrintedFigure, ...], told: CallerSays, context: Context
) -> dict[SeriesName, str | None]:
    """Return the catalogue's key of every named series; None for one that keeps its printed name."""
    first = {name_of(figure): figure for figure in reversed(figures)}
    names = list(dict.fromkeys(name_of(figure) for figure in figures))
    told_keys = _told_keys(names, told)
    keys: dict[SeriesName, str | None] = {}
    problems: list[CellProblem] = []
    for name in names:
        label, about, unit = name
        found = context.names.find(label, about, unit) if label or about else ()
        key = told_keys.get(name)
        where = first[name].where
        if key is not None:
            if found and key not in found:
                problems.append(_contradiction(where, label or about, found, key))
            keys[name] = key
        elif len(found) > 1:
            problems.append(
                CellProblem(
                    where,
                    message(
                        "{label!r} may be {listed}: say which with `--indicator`", label=label, listed=found
                    ),
                )
            )
        elif found:
            keys[name] = found[0]
        elif label or about:
            keys[name] = None
        else:
            cells = {(f.adcode or 0, f.period): f.value for f in figures if name_of(f) == name}
            problems.append(_unnamed(file, cells, unit, context))
    if problems:
        raise YearbookError(problems)
    return keys


def _told_keys(names: list[SeriesName], told: CallerSays) -> dict[SeriesName, str]:
    if told.indicator is None:
        return {}
    if isinstance(told.indicator, str):
        key = _held_key(told.indicator)
        if len({name[:2] for name in names}) == 1:
            return dict.fromkeys(names, key)
        unnamed = [name for name in names if not name[0] and not name[1]]
        return dict.fromkeys(unnamed, key)
    wanted: dict[SeriesName, str] = {}
    for label, asked in told.indicator.items():
        fitting = [name for name in names if label.strip() in (name[0], name[0].split("：")[-1])]
        if len({name[:2] for name in fitting}) != 1:
            listed = sentences(dict.fromkeys(repr(name[0]) for name in names))
            raise ToldError(
                message(
                    "{count} series of the file are called {label!r}; it holds {listed}",
                    count=len(fitting),
                    label=label,
                    listed=listed,
                ),
            )
        wanted |= dict.fromkeys(fitting, _held_key(asked))
    return wanted


def _held_key(name: str) -> str:
    try:
        return catalogue.require([name])[0]
    except SpecError as error:
        raise ToldError(error.said) from error


def _contradiction(where: Where, label: str, found: tuple[str, ...], key: str) -> CellProblem:
    return CellProblem(
        where,
        message(
            "the file says {label!r}, which is {listed} and not {key}", label=label, listed=found, key=key
        ),
    )


def _unnamed(file: str, cells: Mapping[PlacePeriod, Decimal], unit: str, context: Context) -> CellProblem:
    allowed = {key: context.names.unit_fits(key, unit) for key in context.names.units}
    guesses = guess_indicator(cells, allowed, context.held)
    if not guesses:
        return CellProblem(
            Where(file),
            message(
                "the file does not name its indicator, and its figures equal no held series: name it "
                "with `--indicator KEY` (`panelkit data list` shows the keys)"
            ),
        )
    alike = [
        message(
            "{key} ({vintage}): {equal} of {shared} shared cells equal",
            key=one.key,
            vintage=one.vintage,
            equal=one.equal,
            shared=one.shared,
        )
        for one in guesses[:3]
    ]
    return CellProblem(
        Where(file),
        message(
            "the file does not name its indicator; it looks like {alike}. If so, confirm with `--indicator {key}`",
            alike=sentences(alike),
            key=guesses[0].key,
        ),
    )
