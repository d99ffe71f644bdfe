"""Which indicator of the catalogue each series of a file is: by its printed name, by the caller, or asked for."""

from __future__ import annotations

import re
from collections.abc import Mapping
from decimal import Decimal

from panelkit.data import catalogue
from panelkit.data.yearbook.context import Context
from panelkit.data.yearbook.errors import CellProblem, ToldError, Where, YearbookError
from panelkit.data.yearbook.judge.guess import guess_indicator
from panelkit.data.yearbook.judge.held import PlacePeriod
from panelkit.data.yearbook.layouts.reading import PrintedFigure
from panelkit.data.yearbook.layouts.told import CallerSays
from panelkit.data.yearbook.vocabulary.indicator_names import Names
from panelkit.language.errors import SpecError
from panelkit.language.message import message, sentences

_HAN = re.compile(r"[\u3400-\u9fff]")
_OWN = re.compile(r"[^\s`\x00-\x1f\x7f]{1,60}")

SeriesName = tuple[str, str, str]
"""Label, context and unit: what a series is called."""


def name_of(figure: PrintedFigure) -> SeriesName:
    """Return what the series of a figure is called."""
    return figure.label, figure.context, figure.unit


def keys_of(
    file: str, figures: tuple[PrintedFigure, ...], told: CallerSays, context: Context
) -> dict[SeriesName, str | None]:
    """Return what every named series is called: a key of the catalogue, a name of the caller's own, None as printed."""
    first = {name_of(figure): figure for figure in reversed(figures)}
    names = list(dict.fromkeys(name_of(figure) for figure in figures))
    told_keys = _told_keys(names, told, context.names)
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


def _told_keys(names: list[SeriesName], told: CallerSays, known: Names) -> dict[SeriesName, str]:
    if told.indicator is None:
        return {}
    if isinstance(told.indicator, str):
        key = _wanted_key(told.indicator, known)
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
        wanted |= dict.fromkeys(fitting, _wanted_key(asked, known))
    return wanted


def own_name(label: str, context: str) -> str:
    """Return the name under which a series that the catalogue does not know is stored."""
    return "：".join(part for part in (context, label) if part)


def _wanted_key(name: str, known: Names) -> str:
    """Return the catalogue's key for what the caller calls a series, or the name itself where it is one of his own.

    Raises
    ------
    ToldError
        For a key in Latin letters that nothing is called: it may be a slip of the pen for one of the catalogue.
    """
    try:
        return catalogue.require([name])[0]
    except SpecError as error:
        found = known.find(name, "", "")
        if len(found) == 1:
            return found[0]
        if name in known.own or (_HAN.search(name) and _OWN.fullmatch(name)):
            return name
        raise ToldError(
            message(
                "{unknown}; a name of your own holds Chinese characters, and no backticks, blanks or line breaks",
                unknown=error.said,
            )
        ) from error


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
