"""A whole yearbook at once: every file below a folder is read, set apart or refused, each with its reason."""

from __future__ import annotations

import hashlib
import json
import queue
from collections import deque
from collections.abc import Callable, Iterator, Mapping, Sequence, Set
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path
from typing import Any

from panelkit.data.cities import Level
from panelkit.data.figures import spans
from panelkit.data.provinces import place_name
from panelkit.data.yearbook.below import files_below, no_table
from panelkit.data.yearbook.context import Context
from panelkit.data.yearbook.corrections import corrections_for
from panelkit.data.yearbook.errors import CellProblem, Where, YearbookError, file_name
from panelkit.data.yearbook.files.sheets import WorkbookReader
from panelkit.data.yearbook.files.sniff import read_bytes
from panelkit.data.yearbook.folder_report import FileOutcome, FolderReport
from panelkit.data.yearbook.ingest import (
    Run,
    judged,
    recorded_files,
    require_store,
    said_of,
    written,
)
from panelkit.data.yearbook.judge.entries import FileRead
from panelkit.data.yearbook.judge.merged import Merged
from panelkit.data.yearbook.layouts.told import CallerSays
from panelkit.data.yearbook.read import context_of, read_file
from panelkit.data.yearbook.said_of_many import met_places, said_of_many, taken_before, unmet
from panelkit.data.yearbook.store.levels import level_folder
from panelkit.data.yearbook.store.places import remember, require_one_meaning, store_places
from panelkit.data.yearbook.store.store import as_cells, read_store
from panelkit.data.yearbook.taken import Ingested
from panelkit.language.errors import PanelkitError
from panelkit.language.message import message
from panelkit.language.offers import offered
from panelkit.language.options import check_count

LOT = 100
"""Files that go into the store in one step: a run that is stopped loses no more than these."""


@offered("data", family="yearbook", result="FolderReport", public=True)
def ingest_folder(
    folder: str | Path,
    *,
    store: str | Path | None = None,
    vintage: str | None = None,
    unit: Mapping[str, str] | None = None,
    skip_rows: Sequence[str] = (),
    places: Mapping[str, str] | None = None,
    corrections: str | Path | None = None,
    level: Level = "province",
    dry_run: bool = False,
    workers: int = 2,
    advance: Callable[[FileOutcome, int], None] | None = None,
) -> FolderReport:
    """Take every table below a folder into the user's store; what cannot be read stays out, with its reason.

    Files that the store holds already are not read again, and lots of a hundred files go in at a time, each in one
    step: a run that is stopped is resumed by running it again. Of two files that contradict each other the first in
    the order of paths goes in and the other is refused.

    Parameters
    ----------
    folder
        Its files and those of its subfolders; links are not followed.
    store
        The store's folder; by default the one in the user's data folder.
    vintage
        The name for figures that belong to no held vintage; files that equal a held one need none and take none.
    unit, skip_rows, places
        Units of columns, rows about no province and misspelt names, as in `read_yearbook`: each file takes what it
        holds of them, and what none holds is named in the report.
    corrections
        A file of corrections in place of the shipped `corrections.toml`.
    level
        "city": take in the tables of cities, and no others, as in `ingest`.
    dry_run
        Read and judge, and write nothing.
    workers
        Workbooks that are opened at the same time, each by a process of its own.
    advance
        Called with each file's outcome and how many files there are.

    Returns
    -------
    FolderReport
        Every file with what became of it.

    Raises
    ------
    SpecError
        `workers` below one, a unit for no column by name, or a name that the store remembers otherwise.
    DataError
        No such folder, or a store that cannot be read or written.

    Examples
    --------
    >>> from pathlib import Path
    >>> Path("yearbook").mkdir()
    >>> text = "province,year,indicator,value,unit\\n北京,2020,gdp,36000,亿元\\n上海,2020,gdp,38000,亿元\\n"
    >>> size = Path("yearbook/gdp.csv").write_text(text, encoding="utf-8")
    >>> report = pk.ingest_folder("yearbook", store="store", vintage="own")
    >>> report.counts()["read"]
    1
    """
    check_count("workers", workers)
    where = level_folder(store, level)
    files = files_below(Path(folder))
    require_store(where, dry_run=dry_run)
    rules = corrections_for(level, corrections)
    state = read_store(where, level)
    told = said_of_many(
        unit,
        skip_rows,
        places,
        {one.name: one.province for one in store_places(store, level=level)},
        level=level,
    )
    require_one_meaning(told.places, told.remembered, where)
    outcomes: list[FileOutcome] = []
    changed = False
    with Readers(context_of(state.figures, level, WorkbookReader()), told, workers) as readers:
        known = {file.sha256 for file in state.files if taken_before(file, told)}
        before, paths, used = frozenset(known), iter(files), list[CallerSays]()
        while lot := [path for _, path in zip(range(LOT), paths, strict=False)]:
            run = Run(where, told, vintage, rules, readers.context, recorded_files(state), state)
            taken = _Lot(run, Path(folder), known)
            for path, read in readers.read(lot, before):
                outcomes.append(taken.add(path, read))
                if advance is not None:
                    advance(outcomes[-1], len(files))
            used += [one.read.told for one in taken.done]
            if taken.done and not dry_run:
                changed |= written(run, taken.done, taken.merged.cells)
                remember(where, met_places(told, [one.read.told for one in taken.done]))
                state = read_store(where, level)
                held = context_of(state.figures, level, readers.context.workbooks).held
                readers.context = replace(readers.context, held=held)
    said = tuple(unmet(told, used, state.files))
    return FolderReport(Path(folder), where, changed, tuple(outcomes), said, level)


class Readers:
    """Files read ahead by a few threads, each with a process of its own for workbooks."""

    def __init__(self, context: Context, told: CallerSays, workers: int) -> None:
        self.context, self._told, self._workers = context, told, workers
        self._stack = ExitStack()

    def __enter__(self) -> Readers:
        self._free: queue.Queue[WorkbookReader] = queue.Queue()
        for _ in range(self._workers):
            self._free.put(self._stack.enter_context(WorkbookReader()))
        self._pool = self._stack.enter_context(ThreadPoolExecutor(self._workers))
        return self

    def __exit__(self, *what: object) -> None:
        self._stack.close()

    def read(
        self, paths: Sequence[Path], known: Set[str]
    ) -> Iterator[tuple[Path, FileRead | FileOutcome | PanelkitError]]:
        """Yield each file with what it holds, the outcome without reading, or why it cannot be read, in order."""
        ahead: deque[tuple[Path, Future[Any]]] = deque()
        for path in paths:
            ahead.append((path, self._pool.submit(self._one, path, known)))
            if len(ahead) > 2 * self._workers:
                first, found = ahead.popleft()
                yield first, found.result()
        for path, found in ahead:
            yield path, found.result()

    def _one(self, path: Path, known: Set[str]) -> FileRead | FileOutcome | PanelkitError:
        try:
            reason = no_table(path)
        except PanelkitError as error:
            return error
        if reason is not None:
            return FileOutcome("", "apart", reason)
        workbooks = self._free.get()
        try:
            content = read_bytes(path)
            if hashlib.sha256(content).hexdigest() in known:
                return FileOutcome("", "held", message("in the store already"))
            return read_file(path, self._told, replace(self.context, workbooks=workbooks), content)
        except PanelkitError as error:
            return error
        finally:
            self._free.put(workbooks)


class _Lot:
    """Files of one lot, as they come: judged, and merged with those before them."""

    def __init__(self, run: Run, folder: Path, known: set[str]) -> None:
        self.run, self.folder, self._known = run, folder, known
        self.merged = Merged(run.context.held)
        self.done: list[Ingested] = []
        self._stored = {} if run.seen is None else as_cells(run.seen.figures)

    def add(self, path: Path, read: FileRead | FileOutcome | PanelkitError) -> FileOutcome:
        """Return what becomes of a file, and keep it where it is read."""
        name = file_name(str(path.relative_to(self.folder)))
        if isinstance(read, FileOutcome):
            return replace(read, file=name)
        try:
            if isinstance(read, PanelkitError):
                raise read
            if read.sha256 in self._known:
                return FileOutcome(name, "held", message("the same bytes as a file before it"))
            if (read.sha256, json.dumps(said_of(read.told), sort_keys=True)) in self.run.recorded:
                return FileOutcome(name, "held", message("in the store already"))
            one = self._judged(read)
            problems = self._overwrites(one) or self.merged.add(one)
            if problems and self.run.vintage is not None:
                one = judged(self.run, read)
                problems = self._overwrites(one) or self.merged.add(one)
            if problems:
                raise YearbookError(problems)
        except PanelkitError as error:
            found = error.problems if isinstance(error, YearbookError) else ()
            return FileOutcome(name, "refused", error.said, problems=tuple(p.said for p in found))
        self.done.append(one)
        self._known.add(read.sha256)
        return _outcome(name, one)

    def _overwrites(self, one: Ingested) -> list[CellProblem]:
        """Return a problem where a stored cell would get another value: which of two files is newer, no folder says."""
        judgement = one.judgement
        found = [
            change
            for change in judgement.revised
            if judgement.compared[change.indicator] == judgement.vintages[change.indicator]
            and (change.adcode, change.period, change.indicator, judgement.vintages[change.indicator])
            in self._stored
        ]
        if not found:
            return []
        first = found[0]
        said = message(
            "{n} stored cells have other values here, the first {indicator} of {place} in {when}: {new}, stored is "
            "{old}; if this file is the newer one, give it alone",
            n=len(found),
            indicator=first.indicator,
            place=place_name(first.adcode),
            when=first.period,
            new=first.new,
            old=first.old,
        )
        return [CellProblem(Where(one.read.name), said)]

    def _judged(self, read: FileRead) -> Ingested:
        """Judge a file by its figures alone, and by the caller's name only where they do not tell its vintage."""
        try:
            return judged(replace(self.run, vintage=None), read)
        except YearbookError:
            if self.run.vintage is None:
                raise
            return judged(self.run, read)


def _outcome(name: str, one: Ingested) -> FileOutcome:
    years = {int(entry.period[:4]) for entry in one.entries}
    judgement = one.judgement
    return FileOutcome(
        name,
        "read",
        message(
            "{new} new, {unchanged} unchanged, {revised} revised, {gone} gone",
            new=judgement.new,
            unchanged=judgement.unchanged,
            revised=len(judgement.revised),
            gone=len(judgement.gone),
        ),
        cells=len(one.entries),
        indicators=tuple(judgement.vintages),
        years=spans(years),
        vintages=tuple(dict.fromkeys(judgement.vintages.values())),
        notes=one.read.notes,
    )
