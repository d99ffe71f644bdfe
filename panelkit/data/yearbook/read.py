"""One file, whatever its layout, to figures in the catalogue's units: `read_yearbook` and what stands behind it."""

from __future__ import annotations

import hashlib
import math
import re
from collections.abc import Mapping
from contextlib import ExitStack
from dataclasses import dataclass, replace
from decimal import Decimal
from pathlib import Path
from typing import Any

import pandas as pd

from panelkit.data import catalogue
from panelkit.data.figures import LONG_COLUMNS, read_figures
from panelkit.data.user.panel import province_labels
from panelkit.data.yearbook.errors import Problem, ToldError, Where, YearbookError, refuse
from panelkit.data.yearbook.files.sheets import WorkbookReader
from panelkit.data.yearbook.files.sniff import read_bytes
from panelkit.data.yearbook.judge.belongs import vintages_of
from panelkit.data.yearbook.judge.entries import Entry, FileRead, Total
from panelkit.data.yearbook.judge.guess import Guess, guess_indicator, guess_province
from panelkit.data.yearbook.judge.held import Cell, Held, index_figures
from panelkit.data.yearbook.layouts.any import read_layout
from panelkit.data.yearbook.layouts.reading import Figure, Reading
from panelkit.data.yearbook.layouts.told import Told as Told
from panelkit.data.yearbook.layouts.told import (
    check_period,
    check_province,
    check_texts,
    check_told,
    in_one_line,
    told_place,
)
from panelkit.data.yearbook.vocabulary.labels import Names, known_names
from panelkit.data.yearbook.vocabulary.units import factor, parse_unit
from panelkit.language.errors import SpecError
from panelkit.language.offers import offered
from panelkit.panel.provenance import Note
from panelkit.show.brief import Brief

_FOOTNOTE_UNIT = re.compile(r"单\s*位\s*(?:均为|都是|[:：为是])\s*([^\s()（）\[\]，,。；;、]+)")

SLIP = 30.0
"""A series this many times the held one, or that small a part of it, stands in another unit than it says."""

NEAR_YEARS = 3


@dataclass
class Context(Brief):
    """What reading many files shares: the catalogue's names, the held figures, one child process."""

    held: Held
    names: Names
    workbooks: WorkbookReader


@offered("data", family="yearbook", result="DataFrame", public=True)
def read_yearbook(
    path: str | Path,
    indicator: str | Mapping[str, str] | None = None,
    *,
    province: str | int | None = None,
    year: int | str | None = None,
    sheet: str | None = None,
    columns: Mapping[str, str] | None = None,
) -> pd.DataFrame:
    """Read a file as the statistics portal or a yearbook gives it into the long table of figures.

    Takes portal exports (CSV, XLS, XLSX; Chinese and English; classic and of 2026), the portal's JSON, workbooks of
    printed yearbooks, and a tidy table of the user's own.

    Parameters
    ----------
    path
        The file.
    indicator
        Key of the catalogue for a file that does not name its series, or printed name -> key.
    province
        The province of a file that does not name it (indicators in rows).
    year
        The year of a table that does not name it.
    sheet
        Read this sheet only.
    columns
        Column names of a tidy table -> `province`, `year`, `indicator`, `value`, `unit`.

    Returns
    -------
    DataFrame
        `adcode, period, indicator, vintage, value, unit, source`, in the order of the file. Values stand in the
        catalogue's unit; an indicator that the catalogue does not know keeps its printed name and unit. `vintage` is
        the held vintage that the file belongs to, or "unnamed". `attrs["panelkit"]` holds the file's SHA-256, layout,
        printed totals, footnotes, notes, and how many cells were marked missing.

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
    told = Told(indicator, province, None if year is None else str(year), sheet, columns or {})
    with ExitStack() as stack:
        workbooks = stack.enter_context(WorkbookReader())
        context = Context(index_figures(read_figures(check=False)), known_names(), workbooks)
        read = read_file(Path(path), told, context)
    vintages = vintages_of(read, context.held)
    return long_table(read, {key: vintages.get(key) or "unnamed" for key in read.series()})


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
        "footnotes": list(read.footnotes),
        "notes": list(read.notes),
    }
    return table


def _record(entry: Entry, region: str | None = None) -> dict[str, Any]:
    record = {
        "adcode": entry.adcode,
        "period": entry.period,
        "indicator": entry.indicator,
        "unit": entry.unit,
    }
    return {**record, "value": float(entry.value), **({"region": region} if region is not None else {})}


def read_file(path: Path, told: Told, context: Context, content: bytes | None = None) -> FileRead:
    """Read one file to named figures in the catalogue's units; `content`, where given, stands for its bytes.

    Raises
    ------
    YearbookError
        With everything that is wrong with the file.
    """
    check_told(told)
    content = read_bytes(path) if content is None else content
    reading = in_one_line(read_layout(path, content, told, context.workbooks))
    check_texts(path.name, reading)
    check_period(reading, told)
    figures = _with_places(path.name, reading, told, context)
    keys = _keys(path.name, figures, told, context)
    notes = list(reading.notes)
    _check_footnote_units(path.name, reading, keys, context)
    entries = _entries(path.name, figures, keys, context, notes)
    known = {figure: key for figure, key in keys.items() if key is not None}
    totals = [
        Total(total.region, entry)
        for total in reading.subtotals
        if (entry := _entry(total.figure, known.get(_name_of(total.figure)), context)) is not None
    ]
    apart = [e for f in reading.apart if (e := _entry(f, known.get(_name_of(f)), context)) is not None]
    check_magnitude(entries, context.held)
    return FileRead(
        path=path,
        content=content,
        sha256=hashlib.sha256(content).hexdigest(),
        layout=reading.layout,
        entries=tuple(entries),
        totals=tuple(totals),
        apart=tuple(apart),
        missing=reading.missing,
        footnotes=reading.footnotes,
        notes=tuple(dict.fromkeys(notes)),
    )


_Name = tuple[str, str, str]
"""Label, context and unit: what a series is called."""


def _name_of(figure: Figure) -> _Name:
    return figure.label, figure.context, figure.unit


def _keys(file: str, figures: tuple[Figure, ...], told: Told, context: Context) -> dict[_Name, str | None]:
    """Return the catalogue's key of every named series; None for one that keeps its printed name."""
    first = {_name_of(figure): figure for figure in reversed(figures)}
    names = list(dict.fromkeys(_name_of(figure) for figure in figures))
    told_keys = _told_keys(names, told)
    keys: dict[_Name, str | None] = {}
    problems: list[Problem] = []
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
            listed = ", ".join(found)
            problems.append(
                Problem(
                    where,
                    f"{label!r} may be {listed}: say which with `--indicator`",
                    f"“{label}”可能是{listed}：请用 --indicator 指定",
                )
            )
        elif found:
            keys[name] = found[0]
        elif label or about:
            keys[name] = None
        else:
            cells = {(f.adcode or 0, f.period): f.value for f in figures if _name_of(f) == name}
            problems.append(_unnamed(file, cells, unit, context))
    if problems:
        raise YearbookError(problems)
    return keys


def _told_keys(names: list[_Name], told: Told) -> dict[_Name, str]:
    if told.indicator is None:
        return {}
    if isinstance(told.indicator, str):
        key = _held_key(told.indicator)
        if len({name[:2] for name in names}) == 1:
            return dict.fromkeys(names, key)
        unnamed = [name for name in names if not name[0] and not name[1]]
        return dict.fromkeys(unnamed, key)
    wanted: dict[_Name, str] = {}
    for label, asked in told.indicator.items():
        fitting = [name for name in names if label.strip() in (name[0], name[0].split("：")[-1])]
        if len({name[:2] for name in fitting}) != 1:
            listed = "; ".join(dict.fromkeys(repr(name[0]) for name in names))
            raise ToldError(
                f"{len(fitting)} series of the file are called {label!r}; it holds {listed}",
                f"文件中名为“{label}”的序列有{len(fitting)}个；文件包含：{listed}",
            )
        wanted |= dict.fromkeys(fitting, _held_key(asked))
    return wanted


def _held_key(name: str) -> str:
    try:
        return catalogue.require([name])[0]
    except SpecError as error:
        zh = f"没有名为“{name}”的指标（panelkit data list 列出全部指标）"
        raise ToldError(str(error), zh) from error


def _contradiction(where: Where, label: str, found: tuple[str, ...], key: str) -> Problem:
    listed = ", ".join(found)
    return Problem(
        where,
        f"the file says {label!r}, which is {listed} and not {key}",
        f"文件标明“{label}”，即{listed}，而不是{key}",
    )


def _unnamed(file: str, cells: Mapping[Cell, Decimal], unit: str, context: Context) -> Problem:
    allowed = {key: context.names.unit_fits(key, unit) for key in context.names.units}
    guesses = guess_indicator(cells, allowed, context.held)
    if not guesses:
        return Problem(
            Where(file),
            "the file does not name its indicator, and its figures equal no held series: name it with "
            "`--indicator KEY` (`panelkit data list` shows the keys)",
            "文件没有指标名称，数值也与已有序列不符：请用 --indicator 指定（panelkit data list 列出全部指标）",
        )
    en = "; ".join(f"{g.key} ({g.vintage}): {g.equal} of {g.shared} shared cells equal" for g in guesses[:3])
    zh = "；".join(f"{g.key}（{g.vintage}）：{g.shared}个共有单元格中{g.equal}个相等" for g in guesses[:3])
    return Problem(
        Where(file),
        f"the file does not name its indicator; it looks like {en}. If so, confirm with `--indicator {guesses[0].key}`",
        f"文件没有指标名称，疑为{zh}。确认请加 --indicator {guesses[0].key}",
    )


def _with_places(file: str, reading: Reading, told: Told, context: Context) -> tuple[Figure, ...]:
    """Return the figures with their place, from the caller where the file does not say."""
    check_province(file, reading, told)
    if all(figure.adcode is not None for figure in reading.figures):
        return reading.figures
    if told.province is None:
        raise YearbookError([_placeless(file, reading, context)])
    adcode = told_place(told.province)
    return tuple(f if f.adcode is not None else replace(f, adcode=adcode) for f in reading.figures)


def _placeless(file: str, reading: Reading, context: Context) -> Problem:
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
        return Problem(
            Where(file),
            "the file does not say which province it is about: name it with `--province NAME`",
            "文件没有标明省份：请用 --province 指定",
        )
    best = guesses[0]
    place = province_labels(pd.Index([best.key]), "zh")[best.key]
    return Problem(
        Where(file),
        f"the file does not say which province it is about; it looks like {best.key} ({best.equal} of {best.shared} "
        f"shared cells equal). If so, confirm with `--province {best.key!r}`",
        f"文件没有标明省份，疑为{place}（{best.shared}个共有单元格中{best.equal}个相等）。确认请加 --province {place}",
    )


def _entries(
    file: str,
    figures: tuple[Figure, ...],
    keys: Mapping[_Name, str | None],
    context: Context,
    notes: list[Note],
) -> list[Entry]:
    problems: list[Problem] = []
    entries: dict[tuple[int, str, str], Entry] = {}
    for name, key in keys.items():
        if key is not None and name[2] and not context.names.unit_fits(key, name[2]):
            spot = next(f.where for f in figures if _name_of(f) == name)
            wanted = context.names.units[key]
            problems.append(
                Problem(
                    spot,
                    f"{key} is held in {wanted}, and the printed unit {name[2]!r} is none of its kind",
                    f"{key}的单位为{wanted}，文件所印单位“{name[2]}”无法换算",
                )
            )
        elif key is not None and not name[2]:
            unit = context.names.units[key]
            notes.append(
                Note(f"{key}: no unit is printed; taken as {unit}", f"{key}：未注明单位，按{unit}读入")
            )
    if problems:
        raise YearbookError(problems)
    for figure in figures:
        entry = _entry(figure, keys[_name_of(figure)], context)
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


def _check_footnote_units(
    file: str, reading: Reading, keys: Mapping[_Name, str | None], context: Context
) -> None:
    """Refuse figures without a unit where a footnote names one that is not the catalogue's."""
    bare = {key: context.names.units[key] for name, key in keys.items() if key is not None and not name[2]}
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
                    f"no unit is printed above {other}, and a footnote names {unit!r} ({line[:60]!r}): write the unit "
                    "behind the title or the header",
                    f"{other}未注明单位，而附注提到“{unit}”（{line[:60]}）：请把单位写在标题或表头之后",
                )


def _twice(before: Entry, entry: Entry) -> Problem:
    return Problem(
        entry.where,
        f"two values for {entry.indicator} of {entry.adcode} in {entry.period}: {entry.value} here, {before.value} in "
        f"{before.where.en()}",
        f"{entry.adcode}的{entry.indicator}（{entry.period}）有两个值：此处为{entry.value}，{before.where.zh()}为{before.value}",
    )


def _entry(figure: Figure, key: str | None, context: Context) -> Entry | None:
    if figure.adcode is None and not figure.context and key is None:
        return None
    adcode = figure.adcode or 0
    if key is None:
        name = "：".join(part for part in (figure.context, figure.label) if part)
        return Entry(adcode, figure.period, name, figure.value, figure.unit, figure.where, known=False)
    unit = context.names.units[key]
    rate = factor(figure.unit or unit, unit)
    if rate is None:
        return None
    return Entry(adcode, figure.period, key, figure.value * rate, unit, figure.where, known=True)


def check_magnitude(entries: list[Entry], held: Held) -> None:
    """Refuse a series whose unit cannot be right: tens or thousands of times the held one.

    Each cell is compared with the held figure of its province in the nearest year, at most three years away.

    Raises
    ------
    YearbookError
        With the median ratio and an example.
    """
    series: dict[str, list[tuple[float, Entry, float]]] = {}
    for entry in entries:
        if not entry.known or len(entry.period) != 4 or entry.value == 0:
            continue
        old = _nearest(entry, held)
        if old:
            series.setdefault(entry.indicator, []).append((abs(float(entry.value) / old), entry, old))
    problems = []
    for indicator, ratios in series.items():
        ratios.sort(key=lambda item: item[0])
        ratio, entry, old = ratios[len(ratios) // 2]
        if ratio > SLIP or ratio < 1 / SLIP:
            times = f"{ratio:,.6g}"
            problems.append(
                Problem(
                    entry.where,
                    f"{indicator} stands at {times} times the held figures (median of {len(ratios)} cells; here "
                    f"{entry.value} {entry.unit}, held {old:g}): its unit cannot be right",
                    f"{indicator}为已有数值的{times}倍（{len(ratios)}个单元格的中位数；此处{entry.value}{entry.unit}，"
                    f"已有{old:g}）：单位有误",
                )
            )
    if problems:
        raise YearbookError(problems)


def _nearest(entry: Entry, held: Held) -> float | None:
    """Return the held figure of the nearest year; of several vintages, the one that is most like the entry."""
    year, value = int(entry.period), abs(float(entry.value))
    vintages = [held.values[entry.indicator, name] for name in held.vintages(entry.indicator)]
    for step in range(NEAR_YEARS + 1):
        cells = [(entry.adcode, str(near)) for near in dict.fromkeys((year - step, year + step))]
        found = [old for cell in cells for figures in vintages if (old := figures.get(cell))]
        if found:
            return min(found, key=lambda old: abs(math.log(value / abs(old))))
    return None
