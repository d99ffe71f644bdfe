"""The shipped figures: one readable file an indicator and vintage, one long table in memory.

A file `figures/gdp.census2023.csv` opens with `#` lines (names, unit, vintage, sources), then holds one row a
year: the source of the row, the nation where its printed total is held, and one column a province. The text of a
cell is the number as compiled; an empty cell is absent upstream.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

import pandas as pd

from panelkit.data import catalogue
from panelkit.data.annual import Annual, annual_cells
from panelkit.data.once import read_once
from panelkit.data.paths import shipped
from panelkit.data.provinces import NATION, labels_of
from panelkit.data.shipped_tables import read_rows, unread
from panelkit.language.errors import DataError, SpecError
from panelkit.language.message import message, sentences
from panelkit.show.brief import Brief
from panelkit.show.files import write_whole

LONG_COLUMNS = ("adcode", "period", "indicator", "vintage", "value", "unit", "source")
_NATION_COLUMN = "全国 China"
_TRIES = 5

Content = TypeVar("Content")


@dataclass(frozen=True)
class FigureFile(Brief):
    """One file as read: its `header` lines, and `cells` as (adcode, period, value, source)."""

    header: Mapping[str, str]
    cells: list[tuple[int, str, float, str]]


def read_figures(
    indicators: Iterable[str] | None = None,
    vintages: Mapping[str, str] | Iterable[str] | str | None = None,
    *,
    folder: Path | None = None,
    check: bool = True,
) -> pd.DataFrame:
    """Return held figures as one long table: `adcode, period, indicator, vintage, value, unit, source`.

    `indicators` None means all. `vintages`: None, every held vintage; a name or several, those; a mapping
    indicator -> vintage, that one of the named indicators and every vintage of the others. Values stand in the
    unit of the yearbook. `folder` is laid out as the shipped `data/`. `check` runs `checks.check_figures`.

    Raises
    ------
    SpecError
        An unknown indicator or a vintage that is not held.
    DataError
        A file that is missing, damaged, or fails the checks.
    """
    base = folder or shipped("data")
    about = catalogue.facts(folder)
    keys = list(about) if indicators is None else catalogue.require(indicators, folder)
    wanted = _wanted({key: about[key].vintages for key in keys}, vintages)
    paths = [_path(base, key, vintage) for key, vintage in wanted]

    def read() -> pd.DataFrame:
        return _long([_read_file(path) for path in paths])

    return _steady(paths, base, folder, read) if check else read()


def annual_figures(chosen: Mapping[str, str], *, folder: Path | None = None) -> dict[str, Annual]:
    """Return the annual cells of the provinces by indicator, each in its chosen vintage, checked.

    Raises
    ------
    SpecError, DataError
        As `read_figures`.
    """
    base = folder or shipped("data")
    about = catalogue.facts(folder)
    wanted = _wanted({key: about[key].vintages for key in chosen}, chosen)
    paths = {key: _path(base, key, vintage) for key, vintage in wanted}
    return _steady(
        list(paths.values()), base, folder, lambda: {key: _annual_of(path) for key, path in paths.items()}
    )


def _steady(paths: list[Path], base: Path, folder: Path | None, read: Callable[[], Content]) -> Content:
    """Return what `read` makes of checked files; what passed once, and stays as it is, is not checked again.

    Files that change between the check and the reading are checked and read again.
    """
    from panelkit.data.checks import check_files, states_of

    for _ in range(_TRIES):
        states = states_of(paths, base)
        check_files(lambda: _long([_read_file(path) for path in paths]), states, folder=folder)
        found = read()
        if states == states_of(paths, base):
            return found
    raise DataError(message("the figures in {folder} change while they are read: run again", folder=base))


@read_once
def _annual_of(path: Path) -> Annual:
    file = _read_file(path)
    return annual_cells(file.cells, file.header["unit"])


def write_figures(figures: pd.DataFrame, folder: Path) -> list[Path]:
    """Write a long table of annual figures as figure files below `folder`, and return their paths.

    Whole indicator-vintages are written, each file replaced in one step; values stand in the catalogue's unit.
    """
    written = []
    for (key, vintage), cells in figures.groupby(["indicator", "vintage"], sort=True):
        text = _file_text(str(key), str(vintage), cells)
        written.append(write_whole(_path(folder, str(key), str(vintage)), text))
    return written


def _path(base: Path, key: str, vintage: str) -> Path:
    return base / "figures" / f"{key}.{vintage}.csv"


def _wanted(
    held: Mapping[str, tuple[str, ...]], vintages: Mapping[str, str] | Iterable[str] | str | None
) -> list[tuple[str, str]]:
    if vintages is None:
        return [(key, name) for key, names in held.items() for name in names]
    if isinstance(vintages, Mapping):
        empty = [k for k in vintages if k in held and not held[k]]
        if empty:
            raise DataError(
                message(
                    "{keys}: no figures are held yet; `panelkit ingest FILE --vintage NAME` takes a table in",
                    keys=empty,
                )
            )
        wrong = [(k, v) for k, v in vintages.items() if k in held and v not in held[k]]
        if wrong:
            raise SpecError(
                sentences(
                    message("{key} has no vintage {name!r} (held: {names})", key=k, name=v, names=held[k])
                    for k, v in wrong
                )
            )
        return [(k, n) for k, names in held.items() for n in ((vintages[k],) if k in vintages else names)]
    asked = [vintages] if isinstance(vintages, str) else list(vintages)
    known = sorted({name for names in held.values() for name in names})
    unknown = [name for name in asked if name not in known]
    if unknown:
        raise SpecError(
            message(
                "no indicator asked for has a vintage {unknown}: {known}",
                unknown=[*map(repr, unknown)],
                known=known,
            )
        )
    return [(key, name) for key, names in held.items() for name in names if name in asked]


def _place_columns() -> dict[str, int]:
    english = labels_of("en")
    provinces = {f"{name} {english[code]}": code for code, name in labels_of("zh").items()}
    return {_NATION_COLUMN: NATION, **provinces}


@read_once
def _read_file(path: Path) -> FigureFile:
    try:
        text = path.read_text(encoding="utf-8-sig")
    except FileNotFoundError:
        raise DataError(
            message(
                "{name} is missing from {folder}: reinstall, or restore the file",
                name=path.name,
                folder=path.parent,
            )
        ) from None
    except UnicodeDecodeError as error:
        raise DataError(
            message("{name} is not UTF-8 text: {error}", name=path.name, error=str(error))
        ) from None
    except OSError as error:
        raise unread(path, error) from None
    lines = text.splitlines()
    head = [line[1:].strip() for line in lines if line.startswith("#")]
    header = {key: value for key, _, value in (line.partition(": ") for line in head)}
    missing = [key for key in ("indicator", "vintage", "unit") if key not in header]
    first = next((n for n, line in enumerate(lines) if not line.startswith("#")), None)
    if missing or first is None:
        raise DataError(
            message(
                "{name} has no `# {missing}` line", name=path.name, missing="`, `# ".join(missing) or "table"
            )
        )
    expected = f"{header['indicator']}.{header['vintage']}.csv"
    if path.name != expected:
        raise DataError(
            message("{name} says inside that it is {expected}", name=path.name, expected=expected)
        )
    return FigureFile(header, _cells(path.name, lines[first:], first, _place_columns()))


def _cells(
    name: str, lines: list[str], skipped: int, known: Mapping[str, int]
) -> list[tuple[int, str, float, str]]:
    rows = list(csv.reader(lines))
    columns = rows[0]
    strange = [label for label in columns[2:] if label not in known]
    if columns[:2] != ["year", "source"] or strange:
        raise DataError(
            message(
                "{name}: the columns are not `year, source, provinces...`: {found!r}",
                name=name,
                found=strange or columns[:2],
            )
        )
    codes = [known[label] for label in columns[2:]]
    cells, wrong = [], []
    for number, row in enumerate(rows[1:], start=skipped + 2):
        if len(row) != len(columns):
            wrong.append(
                message(
                    "line {number} has {fields} fields, not {columns}",
                    number=number,
                    fields=len(row),
                    columns=len(columns),
                )
            )
            continue
        for code, label, text in zip(codes, columns[2:], row[2:], strict=True):
            if text == "":
                continue
            try:
                cells.append((code, row[0], _figure(text), row[1]))
            except ValueError:
                wrong.append(
                    message(
                        "{label}, {year} (line {number}): {text!r} is no number",
                        label=label,
                        year=row[0],
                        number=number,
                        text=text,
                    )
                )
    if wrong:
        raise DataError(message("{name}: {wrong}", name=name, wrong=sentences(wrong)))
    return cells


def _figure(text: str) -> float:
    """Return a printed number: ASCII without the underscores and blanks that `float` passes over."""
    if not text.isascii() or "_" in text or text != text.strip():
        raise ValueError(text)
    return float(text)


def _long(files: list[FigureFile]) -> pd.DataFrame:
    rows = [
        (code, period, file.header["indicator"], file.header["vintage"], value, file.header["unit"], source)
        for file in files
        for code, period, value, source in file.cells
    ]
    return pd.DataFrame.from_records(rows, columns=list(LONG_COLUMNS)).astype(
        {"adcode": "int64", "value": float}
    )


def _file_text(key: str, vintage: str, cells: pd.DataFrame) -> str:
    held = set(cells["adcode"])
    names = {label: code for label, code in _place_columns().items() if code != NATION or code in held}
    about = catalogue.facts()[key]
    grid = cells.pivot(index=["period", "source"], columns="adcode", values="value")
    grid = grid.reindex(columns=list(names.values())).sort_index()
    head = [f"# indicator: {key}", f"# name_zh: {about.name_zh}", f"# name_en: {about.name_en}"]
    head += [f"# unit: {about.unit}", f"# vintage: {vintage}", *_source_lines(cells)]
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(["year", "source", *names])
    for cell, row in zip(grid.index, grid.to_numpy(), strict=True):
        writer.writerow([*cell, *map(_number, row)])
    return "\n".join(head) + "\n" + out.getvalue()


def _source_lines(cells: pd.DataFrame) -> list[str]:
    known = {row["source"]: row for row in read_rows("sources.csv")}
    lines = []
    for key, periods in cells.groupby("source")["period"]:
        about = known[str(key)]
        held = spans(int(period) for period in set(periods))
        chinese = f"{about['publisher']}，{about['publication_zh']}"
        english = f"{about['publisher_en']}, {about['publication_en']}"
        lines.append(f"# source {key} ({held}): {chinese} | {english} | via {about['through']}")
    return lines


def spans(years: Iterable[int]) -> str:
    """Write years as runs: `2010-2013, 2015`."""
    ordered = sorted(set(years))
    starts = [y for y in ordered if y - 1 not in ordered]
    ends = [y for y in ordered if y + 1 not in ordered]
    return ", ".join(f"{a}" if a == b else f"{a}-{b}" for a, b in zip(starts, ends, strict=True))


def _number(value: float) -> str:
    if value != value:
        return ""
    return repr(float(value)).removesuffix(".0")
