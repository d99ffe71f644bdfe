"""What the caller says of a file beyond what stands in it, and whether the file says otherwise."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace

from panelkit.data.cities import CITIES, PROVINCES, Gazetteer, Level, check_level, city_code, city_labels
from panelkit.data.provinces import NATION, labels_of, resolve
from panelkit.data.yearbook.errors import CellProblem, ToldError, Where, YearbookError, refuse
from panelkit.data.yearbook.files.limits import FIRST_YEAR
from panelkit.data.yearbook.layouts.reading import FileReading, PrintedFigure
from panelkit.data.yearbook.vocabulary.apart_rows import plain_label
from panelkit.data.yearbook.vocabulary.near_places import near_places
from panelkit.data.yearbook.vocabulary.periods import in_range, parse_period
from panelkit.data.yearbook.vocabulary.place_labels import known_place, total_of
from panelkit.language.errors import DataError
from panelkit.language.message import message
from panelkit.show.brief import Brief


@dataclass(frozen=True)
class CallerSays(Brief):
    """What the caller says of a file beyond what stands in it.

    `indicator` is a key of the catalogue, or a name of one's own, for a file with one series, or printed name -> key
    for several; `columns` maps a tidy table's column names to place, period, indicator, value, unit; `unit` is the unit
    of what has none printed, or printed name -> unit; `rows` are labels of rows that are about no province;
    `places` says which province a misspelt label means, for one file where it reads `FILE:LABEL`, and
    `remembered` the same from earlier runs. `many`: it is said of all files of a folder, and a file that holds none of
    the columns named takes no unit from it. `level` is what the tables are about: provinces, or cities.
    """

    indicator: str | Mapping[str, str] | None = None
    province: str | int | None = None
    year: str | None = None
    sheet: str | None = None
    columns: Mapping[str, str] = field(default_factory=dict)
    unit: str | Mapping[str, str] | None = None
    rows: tuple[str, ...] = ()
    places: Mapping[str, str] = field(default_factory=dict)
    remembered: Mapping[str, str] = field(default_factory=dict)
    many: bool = False
    level: Level = "province"


def check_told(told: CallerSays) -> None:
    """Refuse a year that is none, and rows that are provinces, before any file is read."""
    check_level(told.level)
    known = gazetteer(told.level)
    for name in told.rows:
        if (place := known_place(name, known)) is not None and place.is_row:
            raise ToldError(
                message("{name!r} is a city: only rows that are none can be set apart", name=name)
                if place.kind == "city"
                else message("{name!r} is a province: only rows that are none can be set apart", name=name)
            )
    for key, province in told.places.items():
        label = key.rpartition(":")[2]
        if known_place(plain_label(label), known) is not None or total_of(label, known) is not None:
            raise ToldError(
                message("{name!r} is a place or a total already: `--place` is for misspelt names", name=label)
            )
        if told_place(province, told.level) == NATION:
            raise ToldError(message("{name!r} is no province", name=province))
    if told.year is None:
        return
    period = parse_period(told.year)
    if period is None or not in_range(period):
        raise ToldError(
            message(
                "{year!r} is no year from {first_year} on, and no quarter or month of one: say it as 2021",
                year=told.year,
                first_year=FIRST_YEAR,
            ),
        )


def require_used(told: CallerSays, used: Iterable[CallerSays]) -> None:
    """Refuse names of rows and places that no file of a run holds; `used` is what was found of them in each file.

    Raises
    ------
    ToldError
        With the first such name.
    """
    used = list(used)
    found = {name for one in used for name in one.rows}
    labels = {name for one in used for name in one.places}
    unmet = next((key for key in told.places if plain_label(key.rpartition(":")[2]) not in labels), None)
    if unmet is not None:
        raise ToldError(
            message("no cell reads {name!r}: `--place` takes the name as it is printed", name=unmet)
        )
    absent = next((name for name in told.rows if plain_label(name) not in found), None)
    if absent is not None:
        raise ToldError(
            message("no row is called {name!r}: `--rows` takes the label as it is printed", name=absent)
        )


_BREAKS = re.compile(r"\s*[\t\n\x0b\x0c\r\x85\u2028\u2029]+\s*")
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff]")


def in_one_line(reading: FileReading) -> FileReading:
    """Return a reading whose names and footnotes hold no line breaks and tabs."""

    def clean(figure: PrintedFigure) -> PrintedFigure:
        parts = figure.label, figure.context, figure.unit
        if not any(map(_BREAKS.search, parts)):
            return figure
        label, context, unit = (_BREAKS.sub(" ", part).strip() for part in parts)
        return replace(figure, label=label, context=context, unit=unit)

    return replace(
        reading,
        figures=tuple(map(clean, reading.figures)),
        apart=tuple(map(clean, reading.apart)),
        subtotals=tuple(
            replace(s, region=_BREAKS.sub(" ", s.region), figure=clean(s.figure)) for s in reading.subtotals
        ),
        footnotes=tuple(_BREAKS.sub(" ", line) for line in reading.footnotes),
    )


def check_texts(file: str, reading: FileReading) -> None:
    """Refuse names that hold control characters or half characters: no text of a yearbook does."""
    problems = []
    figures = (*reading.figures, *reading.apart)
    first = {(f.label, f.context, f.unit): f for f in reversed(figures)}
    for name, figure in first.items():
        bad = next((found for part in name if (found := _CONTROL.search(part))), None)
        if bad is not None:
            text = next(part for part in name if _CONTROL.search(part))
            code = f"0x{ord(bad.group()):02x}"
            problems.append(
                CellProblem(
                    figure.where,
                    message(
                        "the name of this column holds a control character ({code}): {text!r}; take it out",
                        code=code,
                        text=text[:60],
                    ),
                )
            )
    for line in reading.footnotes:
        bad = _CONTROL.search(line)
        if bad is not None:
            code = f"0x{ord(bad.group()):02x}"
            problems.append(
                CellProblem(
                    Where(file),
                    message(
                        "a footnote holds a control character ({code}): {line!r}", code=code, line=line[:60]
                    ),
                )
            )
    if problems:
        raise YearbookError(problems)


def check_period(reading: FileReading, told: CallerSays) -> None:
    """Refuse a year that the caller names for a file that names others."""
    if told.year is None:
        return
    other = next((figure for figure in reading.figures if figure.period != told.year), None)
    if other is not None:
        raise refuse(
            other.where,
            message(
                "the file names the period of its figures, {period} here, and not {year}: leave out `--year`",
                period=other.period,
                year=told.year,
            ),
        )


def check_province(file: str, reading: FileReading, told: CallerSays) -> None:
    """Refuse a province that the caller names for a file that names its own."""
    if told.province is None:
        return
    adcode = told_place(told.province, told.level)
    found = list(
        dict.fromkeys(
            code for f in reading.figures if (code := f.adcode or _sheet_of(f, told.level)) is not None
        )
    )
    if not found or found == [adcode]:
        return
    names = {**(labels_of("zh") if told.level == "province" else city_labels("zh")), NATION: "全国"}
    listed = "、".join(str(names.get(code, code)) for code in found[:3]) + ("…" if len(found) > 3 else "")
    raise refuse(
        Where(file),
        message(
            "the file says whose figures these are: {listed} ({count} place(s)), and the call says "
            "{province!r}. Leave out `--province`, or give the file that is about {province!r}",
            listed=listed,
            count=len(found),
            province=told.province,
        ),
    )


def _sheet_of(figure: PrintedFigure, level: Level) -> int | None:
    """Return the province or city that a sheet is called after, for figures that name none themselves."""
    sheet = figure.where.sheet.strip() if figure.where.sheet else ""
    place = known_place(sheet, gazetteer(level)) if sheet else None
    return place.adcode if place is not None and place.is_row else None


def gazetteer(level: Level) -> Gazetteer:
    """Return the places that are known of a level."""
    return PROVINCES if level == "province" else CITIES


def told_place(province: str | int, level: Level = "province") -> int:
    """Return the code of a province or the nation, or at the level of cities of a city, that the caller names."""
    if level == "city":
        return _told_city(str(province))
    try:
        return resolve([province], kinds=("province", "nation"))[0]
    except DataError as error:
        raise ToldError(error.said) from error


def _told_city(name: str) -> int:
    """Return the code of a city that the caller names, or whose code he gives.

    Raises
    ------
    ToldError
        A name that is not known, with those that are near, or a code of no city.
    """
    place = known_place(name, CITIES)
    code = place.adcode if place is not None and place.is_row else city_code(name)
    if code is None:
        near = [str(city_labels("zh")[one]) for one in near_places(name, places=CITIES)]
        raise ToldError(
            message(
                "no city is known as {name!r} (near: {near}): name one of the 36, or give the six-digit code of a "
                "prefecture, as 130200",
                name=name,
                near=near or message("none"),
            )
        )
    return code
