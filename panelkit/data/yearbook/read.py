"""One file, whatever its layout, to figures in the catalogue's units: `read_yearbook` and what stands behind it."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import replace
from decimal import Decimal
from pathlib import Path
from typing import Any

import pandas as pd

from panelkit.data.cities import Level
from panelkit.data.city_figures import with_cities
from panelkit.data.figures import LONG_COLUMNS, read_figures
from panelkit.data.provinces import place_name, resolve
from panelkit.data.yearbook.context import Context as Context
from panelkit.data.yearbook.errors import CellProblem, Where, YearbookError, refuse
from panelkit.data.yearbook.files.sheets import WorkbookReader
from panelkit.data.yearbook.files.sniff import read_bytes
from panelkit.data.yearbook.judge.belongs import vintages_of
from panelkit.data.yearbook.judge.entries import FileRead, JudgedEntry, Total
from panelkit.data.yearbook.judge.guess import Guess, guess_province
from panelkit.data.yearbook.judge.held import index_figures
from panelkit.data.yearbook.layouts.detect import read_layout
from panelkit.data.yearbook.layouts.reading import FileReading, PrintedFigure, listed_apart
from panelkit.data.yearbook.layouts.said_places import places_for
from panelkit.data.yearbook.layouts.told import CallerSays as CallerSays
from panelkit.data.yearbook.layouts.told import (
    check_period,
    check_province,
    check_texts,
    check_told,
    in_one_line,
    require_used,
    told_place,
)
from panelkit.data.yearbook.magnitude import check_magnitude
from panelkit.data.yearbook.naming import (
    SeriesName,
    keys_of,
    name_of,
    own_name,
)
from panelkit.data.yearbook.series_units import units_met, with_units
from panelkit.data.yearbook.store.store import overlay
from panelkit.data.yearbook.vocabulary.apart_rows import plain_label
from panelkit.data.yearbook.vocabulary.indicator_names import known_names, own_units
from panelkit.data.yearbook.vocabulary.printed_units import factor, parse_unit
from panelkit.language.message import Message, message
from panelkit.language.offers import offered

_FOOTNOTE_UNIT = re.compile(r"单\s*位\s*(?:均为|都是|[:：为是])\s*([^\s()（）\[\]，,。；;、]+)")


@offered("data", family="yearbook", result="DataFrame", public=True)
def read_yearbook(
    path: str | Path,
    indicator: str | Mapping[str, str] | None = None,
    *,
    province: str | int | None = None,
    year: int | str | None = None,
    sheet: str | None = None,
    columns: Mapping[str, str] | None = None,
    unit: str | Mapping[str, str] | None = None,
    skip_rows: Sequence[str] = (),
    places: Mapping[str, str] | None = None,
    level: Level = "province",
) -> pd.DataFrame:
    """Read a file as the statistics portal or a yearbook gives it into the long table of figures.

    Takes portal exports (CSV, XLS, XLSX; Chinese and English; classic and of 2026), the portal's JSON, workbooks of
    printed yearbooks, and a tidy table of the user's own.

    Parameters
    ----------
    path
        The file.
    indicator
        Key of the catalogue, or a name of one's own in Chinese, for a file that does not name its series; or printed
        name -> key.
    province
        The province of a file that does not name it (indicators in rows).
    year
        The year of a table that does not name it.
    sheet
        Read this sheet only.
    columns
        Column names of a tidy table -> `province`, `year`, `indicator`, `value`, `unit`.
    unit
        Unit of the columns that have none printed, or printed name -> unit.
    skip_rows
        Labels of rows that are about no province, to be set apart. 港澳台, 其他, 国内, countries and the like are set
        apart unasked.
    places
        Misspelt name -> the province that it means; `FILE:NAME` (its name or the beginning of its SHA-256) for one
        file alone.
    level
        "city": read the tables of cities, and no others. Names then are cities' names, and `places` may mean the
        six-digit code of any prefecture; a city that the table gives such a code needs no more. Without it a table of
        cities is refused: 北京 in it is no province.

    Returns
    -------
    DataFrame
        `adcode, period, indicator, vintage, value, unit, source`, in the order of the file; of cities `code, city,
        period, indicator, vintage, value, unit, source, level`, which no panel of provinces takes. Values stand in the
        catalogue's unit; an indicator that the catalogue does not know keeps its printed name and unit. `vintage` is
        the held vintage that the file belongs to, or "unnamed". `attrs["panelkit"]` holds the file's SHA-256, layout,
        printed totals, footnotes, notes, the periods that it calls preliminary, how many cells were marked missing, and
        as `rows_apart` the rows that are about no province, with how many numbers stand in them.

    Raises
    ------
    YearbookError
        A `DataError`: one message with file, sheet, row and column of everything that cannot be read.

    Examples
    --------
    >>> from pathlib import Path
    >>> text = "province,year,indicator,value,unit\\n北京,2020,gdp,36000,亿元\\n上海,2020,gdp,38000,亿元\\n"
    >>> size = Path("figures.csv").write_text(text, encoding="utf-8")
    >>> figures = pk.read_yearbook("figures.csv")
    >>> list(figures["adcode"])
    [110000, 310000]
    """
    told = CallerSays(
        indicator,
        province,
        None if year is None else str(year),
        sheet,
        columns or {},
        unit,
        rows=tuple(skip_rows),
        places=places or {},
        level=level,
    )
    with ExitStack() as stack:
        workbooks = stack.enter_context(WorkbookReader())
        context = context_of(pd.DataFrame(columns=list(LONG_COLUMNS)), level, workbooks)
        read = read_file(Path(path), told, context)
    require_used(told, [read.told])
    vintages = vintages_of(read, context.held)
    table = long_table(read, {key: vintages.get(key) or "unnamed" for key in read.series()})
    return table if level == "province" else with_cities(table, read.cities)


def context_of(stored: pd.DataFrame, level: Level, workbooks: WorkbookReader) -> Context:
    """Return what reading files of one level shares: a store's figures, over the shipped ones of provinces."""
    held = overlay(read_figures(check=False), stored) if level == "province" else stored
    return Context(index_figures(held), known_names(own_units(stored)), workbooks)


def long_table(read: FileRead, vintages: Mapping[str, str], source: str | None = None) -> pd.DataFrame:
    """Return the figures of a file as the long table."""
    name = source or read.name
    rows = [
        (e.adcode, e.period, e.indicator, vintages[e.indicator], float(e.value), e.unit, name)
        for e in read.entries
    ]
    table = pd.DataFrame.from_records(rows, columns=list(LONG_COLUMNS))
    table = table.astype({"adcode": "int64", "value": float})
    table.attrs["panelkit"] = {
        "file": read.name,
        "sha256": read.sha256,
        "layout": read.layout,
        "missing": read.missing,
        "totals": [_record(total.entry, total.region) for total in read.totals],
        "apart": [_record(entry) for entry in read.apart],
        "rows_apart": [row.record() for row in read.rows_apart],
        "footnotes": list(read.footnotes),
        "notes": list(read.notes),
        "preliminary": list(read.preliminary),
    }
    return table


def _record(entry: JudgedEntry, region: str | None = None) -> dict[str, Any]:
    record = {
        "adcode": entry.adcode,
        "period": entry.period,
        "indicator": entry.indicator,
        "unit": entry.unit,
    }
    return {**record, "value": float(entry.value), **({"region": region} if region is not None else {})}


def read_file(path: Path, told: CallerSays, context: Context, content: bytes | None = None) -> FileRead:
    """Read one file to named figures in the catalogue's units; `content`, where given, stands for its bytes.

    Raises
    ------
    YearbookError
        With everything that is wrong with the file.
    """
    check_told(told)
    context = replace(context, names=replace(context.names, level=told.level))
    content = read_bytes(path) if content is None else content
    sha256 = hashlib.sha256(content).hexdigest()
    told = replace(told, places=places_for({**told.remembered, **told.places}, path.name, sha256))
    reading = in_one_line(read_layout(path, content, told, context.workbooks))
    check_texts(path.name, reading)
    check_period(reading, told)
    if told.many:
        told = replace(told, unit=units_met(reading, told))
    reading = with_units(reading, told, context.names)
    figures = _with_places(path.name, reading, told, context)
    keys = keys_of(path.name, figures, told, context)
    notes = list(reading.notes)
    for name in sorted(reading.renamed):
        notes.append(message("{name!r} is read as {province}", name=name, province=told.places[name]))
    _check_footnote_units(path.name, reading, keys, context)
    entries = _entries(path.name, figures, keys, context, notes)
    known = {figure: key for figure, key in keys.items() if key is not None}
    totals = [
        Total(total.region, entry)
        for total in reading.subtotals
        if (entry := _entry(total.figure, known.get(name_of(total.figure)), context)) is not None
    ]
    apart = [e for f in reading.apart if (e := _entry(f, known.get(name_of(f)), context)) is not None]
    check_magnitude(entries, context.held)
    return FileRead(
        path=path,
        content=content,
        sha256=sha256,
        layout=reading.layout,
        entries=tuple(entries),
        totals=tuple(totals),
        apart=tuple(apart),
        rows_apart=listed_apart(reading),
        missing=reading.missing,
        footnotes=reading.footnotes,
        notes=tuple(dict.fromkeys(notes)),
        preliminary=reading.preliminary,
        cities=_met_cities(entries, reading.cities),
        told=_used(told, reading),
    )


def _used(told: CallerSays, reading: FileReading) -> CallerSays:
    """Return what the caller said, without rows and names that this file does not hold."""
    apart = {row.name for row in reading.rows_apart if row.why == "told"}
    rows = tuple(sorted({plain_label(name) for name in told.rows} & apart))
    places = {name: told.places[name] for name in sorted(reading.renamed)}
    return replace(told, rows=rows, places=places, remembered={}, many=False)


def _with_places(
    file: str, reading: FileReading, told: CallerSays, context: Context
) -> tuple[PrintedFigure, ...]:
    """Return the figures with their place, from the caller where the file does not say."""
    check_province(file, reading, told)
    if all(figure.adcode is not None for figure in reading.figures):
        return reading.figures
    if told.province is None:
        raise YearbookError([_placeless(file, reading, context, told.level)])
    adcode = told_place(told.province, told.level)
    return tuple(f if f.adcode is not None else replace(f, adcode=adcode) for f in reading.figures)


def _met_cities(entries: Iterable[JudgedEntry], names: Mapping[int, str]) -> dict[int, str]:
    """Return the names of those cities that have figures."""
    held = {entry.adcode for entry in entries}
    return {code: name for code, name in names.items() if code in held}


def _placeless(file: str, reading: FileReading, context: Context, level: Level) -> CellProblem:
    if level == "city":
        return CellProblem(
            Where(file),
            message("the file does not say which city it is about: name it with `--province NAME`"),
        )
    series: dict[str, dict[str, Decimal]] = {}
    for figure in reading.figures:
        found = context.names.find(figure.label, figure.context, figure.unit)
        rate = (
            factor(figure.unit or context.names.units[found[0]], context.names.units[found[0]])
            if found
            else None
        )
        if rate is not None:
            series.setdefault(found[0], {})[figure.period] = figure.value * rate
    guesses: list[Guess] = guess_province(series, context.held)
    if not guesses:
        return CellProblem(
            Where(file),
            message("the file does not say which province it is about: name it with `--province NAME`"),
        )
    best = guesses[0]
    return CellProblem(
        Where(file),
        message(
            "the file does not say which province it is about; it looks like {place} ({equal} of {shared} shared "
            "cells equal). If so, confirm with `--province {place!r}`",
            place=place_name(resolve([best.key])[0]),
            equal=best.equal,
            shared=best.shared,
        ),
    )


def _entries(
    file: str,
    figures: tuple[PrintedFigure, ...],
    keys: Mapping[SeriesName, str | None],
    context: Context,
    notes: list[Message],
) -> list[JudgedEntry]:
    problems: list[CellProblem] = []
    entries: dict[tuple[int, str, str], JudgedEntry] = {}
    units = context.names.units
    for name, key in keys.items():
        if key is None or key not in units:
            problems += _other_unit(name, key, figures, context)
        elif name[2] and not context.names.unit_fits(key, name[2]):
            spot = next(f.where for f in figures if name_of(f) == name)
            wanted = units[key]
            problems.append(
                CellProblem(
                    spot,
                    message(
                        "{key} is held in {wanted}, and the printed unit {unit!r} is none of its kind",
                        key=key,
                        wanted=wanted,
                        unit=name[2],
                    ),
                )
            )
        elif not name[2]:
            unit = units[key]
            notes.append(message("{key}: no unit is printed; taken as {unit}", key=key, unit=unit))
    if problems:
        raise YearbookError(problems)
    for figure in figures:
        entry = _entry(figure, keys[name_of(figure)], context)
        if entry is None:
            continue
        cell = (entry.adcode, entry.period, entry.indicator)
        before = entries.get(cell)
        if before is None:
            entries[cell] = entry
        elif before.value != entry.value or before.unit != entry.unit:
            problems.append(_twice(before, entry))
    if problems:
        raise YearbookError(problems)
    return list(entries.values())


def _other_unit(
    name: SeriesName, key: str | None, figures: tuple[PrintedFigure, ...], context: Context
) -> list[CellProblem]:
    """Return the problem of an indicator outside the catalogue whose unit is not of the kind in which it is held."""
    called = key or own_name(*name[:2])
    held = context.names.own.get(called)
    if held is None or factor(name[2], held) is not None:
        return []
    said = message(
        "{indicator} is held in {held}, and stands in {unit} here: name its unit with `--unit`, or call it something "
        "else with `--indicator`",
        indicator=called,
        held=held or message("no unit"),
        unit=name[2] or message("no unit"),
    )
    return [CellProblem(next(f.where for f in figures if name_of(f) == name), said)]


def _check_footnote_units(
    file: str, reading: FileReading, keys: Mapping[SeriesName, str | None], context: Context
) -> None:
    """Refuse figures without a unit where a footnote names one that is not the catalogue's."""
    units = context.names.units
    bare = {key: units[key] for name, key in keys.items() if key is not None and key in units and not name[2]}
    for line in reading.footnotes if bare else ():
        for unit in _FOOTNOTE_UNIT.findall(line):
            other = next(
                (
                    key
                    for key, wanted in bare.items()
                    if parse_unit(unit) and factor(unit, wanted) not in (None, 1)
                ),
                None,
            )
            if other is not None:
                raise refuse(
                    Where(file),
                    message(
                        "no unit is printed above {other}, and a footnote names {unit!r} ({line!r}): write the "
                        "unit behind the title or the header",
                        other=other,
                        unit=unit,
                        line=line[:60],
                    ),
                )


def _twice(before: JudgedEntry, entry: JudgedEntry) -> CellProblem:
    return CellProblem(
        entry.where,
        message(
            "two values for {indicator} of {adcode} in {period}: {value} here, {before} in {there}",
            indicator=entry.indicator,
            adcode=entry.adcode,
            period=entry.period,
            value=entry.value,
            before=before.value,
            there=before.where.said(),
        ),
    )


def _entry(figure: PrintedFigure, key: str | None, context: Context) -> JudgedEntry | None:
    if figure.adcode is None and not figure.context and key is None:
        return None
    adcode = figure.adcode or 0
    name = key or own_name(figure.label, figure.context)
    known = name in context.names.units
    unit = context.names.units[name] if known else context.names.own.get(name, figure.unit)
    rate = factor(figure.unit or (unit if known else ""), unit)
    if rate is None:
        return None
    value = figure.value if rate == 1 else figure.value * rate
    return JudgedEntry(adcode, figure.period, name, value, unit, figure.where, known=known)
