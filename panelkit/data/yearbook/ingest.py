"""Files into the store: read, judged, corrected and written in one step, or not at all."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from panelkit.data.cities import Level
from panelkit.data.yearbook.context import Context
from panelkit.data.yearbook.corrections import Correction, apply_corrections, corrections_for
from panelkit.data.yearbook.errors import CellProblem, ToldError, YearbookError, file_name
from panelkit.data.yearbook.files.sheets import WorkbookReader
from panelkit.data.yearbook.judge.entries import FileRead
from panelkit.data.yearbook.judge.held import Held
from panelkit.data.yearbook.judge.judge import judge
from panelkit.data.yearbook.judge.merged import Merged
from panelkit.data.yearbook.layouts.told import require_used
from panelkit.data.yearbook.read import CallerSays, context_of, read_file
from panelkit.data.yearbook.store.definitions import store_definitions, stored_names
from panelkit.data.yearbook.store.head import RawFile
from panelkit.data.yearbook.store.levels import level_folder, mark_above, remember_cities
from panelkit.data.yearbook.store.mark import kind_of
from panelkit.data.yearbook.store.places import remember, require_one_meaning, store_places
from panelkit.data.yearbook.store.store import (
    Key,
    StoredFigure,
    StoreState,
    read_store,
    write_store,
)
from panelkit.data.yearbook.taken import Ingested, IngestReport, Refused
from panelkit.language.errors import DataError
from panelkit.language.message import message
from panelkit.language.offers import offered
from panelkit.show.brief import Brief
from panelkit.show.files import reason_of, require_writable


@offered("data", family="yearbook", result="IngestReport", public=True)
def ingest(
    files: Sequence[str | Path],
    *,
    store: str | Path | None = None,
    vintage: str | None = None,
    indicator: str | Mapping[str, str] | None = None,
    province: str | int | None = None,
    year: int | str | None = None,
    sheet: str | None = None,
    columns: Mapping[str, str] | None = None,
    unit: str | Mapping[str, str] | None = None,
    skip_rows: Sequence[str] = (),
    places: Mapping[str, str] | None = None,
    corrections: str | Path | None = None,
    level: Level = "province",
    dry_run: bool = False,
    advance: Callable[[], None] | None = None,
) -> IngestReport:
    """Take files into the user's store: all of them, or none where one cannot be read.

    Parameters
    ----------
    files
        The files, read in this order.
    store
        The store's folder; by default the one in the user's data folder.
    vintage
        The name for figures that belong to no held vintage.
    indicator, province, year, sheet, columns, unit, skip_rows, places
        What the files do not say themselves, as in `read_yearbook`.
    corrections
        A file of corrections in place of the shipped `corrections.toml`.
    level
        "city": take in the tables of cities, and no others. Their figures lie in a part of the store of their own,
        `cities`, and are compared with no province's.
    dry_run
        Read and judge, and write nothing. Of several files those that would be refused are named in the report, and
        nothing is raised.
    advance
        Called after each file.

    Returns
    -------
    IngestReport
        What is new, revised and unchanged, with every note of the files and the checks.

    Raises
    ------
    YearbookError
        With every problem of every file; the store is then unchanged.

    Examples
    --------
    >>> from pathlib import Path
    >>> text = "province,year,indicator,value,unit\\n北京,2020,gdp,36000,亿元\\n上海,2020,gdp,38000,亿元\\n"
    >>> size = Path("figures.csv").write_text(text, encoding="utf-8")
    >>> report = pk.ingest(["figures.csv"], store="store", vintage="own")
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
    with opened_run(store, told, vintage=vintage, corrections=corrections, dry_run=dry_run) as run:
        return take_in(run, [Path(file) for file in files], dry_run=dry_run, advance=advance)


@contextmanager
def opened_run(
    store: str | Path | None,
    told: CallerSays,
    *,
    vintage: str | None = None,
    corrections: str | Path | None = None,
    dry_run: bool = False,
) -> Iterator[Run]:
    """Yield what all files of a run share; the arguments are those of `ingest`.

    Raises
    ------
    SpecError, DataError
        A folder that is no store, corrections that cannot be read, or a name that the store remembers otherwise.
    """
    folder = level_folder(store, told.level)
    require_store(folder, dry_run=dry_run)
    told = replace(
        told,
        indicator=stored_names(told.indicator, store_definitions(store)),
        remembered={one.name: one.province for one in store_places(store, level=told.level)},
    )
    require_one_meaning(told.places, told.remembered, folder)
    rules = corrections_for(told.level, corrections)
    state = read_store(folder, told.level)
    with WorkbookReader() as workbooks:
        context = context_of(state.figures, told.level, workbooks)
        yield Run(folder, told, vintage, rules, context, recorded_files(state), state)


def require_store(folder: Path, *, dry_run: bool) -> None:
    """Refuse a folder that is no store, or cannot be written where it has to be.

    Raises
    ------
    DataError
        With the folder, and why.
    """
    kind_of(folder)
    if dry_run:
        return
    try:
        require_writable(folder, folder=True)
    except OSError as error:
        raise DataError(
            message(
                "the store {folder} cannot be written: {error}",
                folder=folder,
                error=reason_of(error),
            )
        ) from error


@dataclass(frozen=True)
class Run(Brief):
    """What all files of a run share: the store, what the caller said, the corrections, the held figures."""

    folder: Path
    told: CallerSays
    vintage: str | None
    rules: Sequence[Correction]
    context: Context
    recorded: Mapping[tuple[str, str], Mapping[str, str]]
    seen: StoreState | None = None


def take_in(
    run: Run, files: Sequence[Path], *, dry_run: bool = False, advance: Callable[[], None] | None = None
) -> IngestReport:
    """Read, judge and correct the files of a run, then write them in one step.

    Raises
    ------
    YearbookError
        With every problem of every file; the store is then unchanged. A dry run of several files names them instead.
    """
    done: list[Ingested] = []
    refused: list[Refused] = []
    merged = Merged(run.context.held)
    trial = dry_run and len(files) > 1
    for path in dict.fromkeys(files):
        try:
            done.append(_merged(merged, judged(run, read_file(path, run.told, run.context))))
        except (YearbookError, ToldError) as error:
            if isinstance(error, ToldError) and not trial:
                raise
            refused.append(Refused(file_name(path.name), error))
        if advance is not None:
            advance()
    if refused and not trial:
        raise YearbookError(p for one in refused for p in getattr(one.error, "problems", ()))
    if not refused:
        require_used(run.told, [one.read.told for one in done])
    changed = False if dry_run else written(run, done, merged.cells)
    if not dry_run:
        remember(run.folder, run.told.places)
    return IngestReport(run.folder, changed, tuple(done), tuple(refused), run.told.level)


def written(run: Run, done: Sequence[Ingested], cells: Mapping[Key, StoredFigure]) -> bool:
    """Write the files of a run and their cells in one step, and what the cities are called; say whether it changed."""
    mark_above(run.folder, run.told.level)
    remember_cities(run.folder, {code: name for one in done for code, name in one.read.cities.items()})
    return write_store(run.folder, [raw_file(one) for one in done], cells, run.seen)


def _merged(merged: Merged, one: Ingested) -> Ingested:
    """Lay a file's cells beside those of the files before it.

    Raises
    ------
    YearbookError
        With every cell that has another value in one of them.
    """
    problems = merged.add(one)
    if problems:
        raise YearbookError(problems)
    return one


def judged(run: Run, read: FileRead) -> Ingested:
    """Return a file as read with its vintages, and its figures after corrections.

    Raises
    ------
    YearbookError
        If a vintage cannot be told, or names hold half a character.
    """
    _require_text(read)
    known = run.recorded.get((read.sha256, json.dumps(said_of(read.told), sort_keys=True)))
    judgement = judge(read, run.context.held, run.vintage, known)
    entries, applied = apply_corrections(read.entries, judgement.vintages, run.rules)
    return Ingested(read, judgement, tuple(applied), tuple(entries))


def _require_text(read: FileRead) -> None:
    """Refuse names that hold half a character (a lone surrogate), which no file can hold.

    Raises
    ------
    YearbookError
        With every such name.
    """
    problems = []
    for entry in {entry.indicator: entry for entry in read.entries}.values():
        name = f"{entry.indicator} ({entry.unit})"
        shown = name.encode(errors="backslashreplace").decode()
        if shown != name:
            problems.append(
                CellProblem(
                    entry.where,
                    message(
                        "the name {shown!r} holds half a character: the file is damaged; correct the name",
                        shown=shown,
                    ),
                )
            )
    if problems:
        raise YearbookError(problems)


def recorded_files(state: StoreState) -> dict[tuple[str, str], Mapping[str, str]]:
    """Return (checksum, what was said) -> the vintages under which a store holds a file."""
    return {file.key: file.vintages for file in state.files}


def merge(done: Sequence[Ingested], held: Held, problems: list[CellProblem]) -> dict[Key, StoredFigure]:
    """Return the cells of all files; two files that give one cell two values are a problem."""
    merged = Merged(held)
    for one in done:
        problems.extend(merged.add(one))
    return merged.cells


def said_of(told: CallerSays) -> dict[str, Any]:
    """Return what the caller said of the files, as a store records it."""
    said = {
        "indicator": dict(told.indicator) if isinstance(told.indicator, Mapping) else told.indicator,
        "province": told.province,
        "year": told.year,
        "sheet": told.sheet,
        "columns": dict(told.columns) or None,
        "unit": dict(told.unit) if isinstance(told.unit, Mapping) else told.unit,
        "rows": list(told.rows) or None,
        "places": dict(told.places) or None,
        "level": told.level if told.level != "province" else None,
    }
    return {key: value for key, value in said.items() if value is not None}


def raw_file(one: Ingested) -> RawFile:
    """Return a file as the store records it."""
    return RawFile(
        sha256=one.read.sha256,
        name=one.read.name,
        size=len(one.read.content),
        suffix=one.read.suffix,
        layout=one.read.layout,
        told=said_of(one.read.told),
        vintages=dict(one.judgement.vintages),
        content=one.read.content,
        corrections=[
            a.correction.model_dump(exclude_none=True) for a in one.applied if a.correction.action != "flag"
        ],
    )
