"""A raw file of a store read again, into the vintages that it was stored under."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import pandas as pd

from panelkit.data.cities import Level
from panelkit.data.yearbook.context import Context
from panelkit.data.yearbook.corrections import Correction, apply_corrections, corrections_for
from panelkit.data.yearbook.files.sheets import WorkbookReader
from panelkit.data.yearbook.ingest import merge
from panelkit.data.yearbook.judge.entries import FileRead
from panelkit.data.yearbook.judge.judge import FileJudgement, judge
from panelkit.data.yearbook.read import CallerSays, context_of, read_file
from panelkit.data.yearbook.store.head import Head, RawFile
from panelkit.data.yearbook.store.store import as_cells, as_table
from panelkit.data.yearbook.taken import Ingested
from panelkit.language.errors import DataError, PanelkitError
from panelkit.language.message import message


def read_again(folder: Path, file: RawFile, context: Context, level: Level) -> tuple[RawFile, dict[Any, Any]]:
    """Return a file with what it was found to be, and its cells; `level` is that of its part of the store."""
    content = (folder / file.place).read_bytes()
    said = {name: value for name, value in file.told.items() if value is not None}
    told = CallerSays(**said | {"rows": tuple(said.get("rows", ())), "level": level})
    read = read_file(Path(file.name), told, context, content)
    if read.sha256 != file.sha256:
        raise DataError(message("it was altered while the store was being mended: run again"))
    judgement = (
        _as_recorded(read, file.vintages)
        if file.vintages
        else judge(read, context.held, unrivalled=False)  # a name that was given with it is lost
    )
    rules: Iterable[Correction] = (
        corrections_for(told.level, None)
        if file.corrections is None
        else [Correction.model_validate(dict(rule)) for rule in file.corrections]
    )
    entries, applied = apply_corrections(read.entries, judgement.vintages, tuple(rules))
    problems: list[Any] = []
    one = Ingested(read, judgement, tuple(applied), tuple(entries))
    cells = merge([one], context.held, problems)
    return replace(file, layout=read.layout, vintages=dict(judgement.vintages)), cells


def read_all_again(
    folder: Path, files: Iterable[RawFile], level: Level
) -> tuple[tuple[RawFile, ...], pd.DataFrame, list[tuple[RawFile, PanelkitError]]]:
    """Return files read again in their order, their figures, and which of them cannot be read, with the reason."""
    figures = as_table({})
    taken: list[RawFile] = []
    lost: list[tuple[RawFile, PanelkitError]] = []
    with WorkbookReader() as workbooks:
        for file in files:
            context = context_of(figures, level, workbooks)
            try:
                again, cells = read_again(folder, file, context, level)
            except PanelkitError as error:
                lost.append((file, error))
                continue
            figures = as_table(as_cells(figures) | cells)
            taken.append(again)
    return tuple(taken), figures, lost


def with_corrections(files: Iterable[RawFile], heads: Sequence[Head]) -> tuple[RawFile, ...]:
    """Return files with the corrections that were made when they were taken in, as the heads of the mark hold them."""
    known = {file.entry: file.corrections for one in reversed(heads) for file in one.files}
    return tuple(replace(file, corrections=known.get(file.entry)) for file in files)


def _as_recorded(read: FileRead, vintages: Mapping[str, str]) -> FileJudgement:
    """Return what a file was found to be when it was ingested.

    Raises
    ------
    DataError
        If it reads to a series of another name today.
    """
    series = list(read.series())
    strange = [name for name in series if name not in vintages]
    if strange:
        raise DataError(
            message("it reads to a series today that it did not hold then: {strange}", strange=strange)
        )
    mine = {name: vintages[name] for name in series}
    return FileJudgement(
        vintages=mine,
        why=dict.fromkeys(mine, "recorded"),
        compared={},
        evidence=(),
        new=0,
        unchanged=0,
        revised=(),
        gone=(),
        checks=(),
        outliers=(),
    )


def with_vintages(file: RawFile, figures: pd.DataFrame) -> RawFile:
    """Return a raw file with the vintages in which a table holds its figures."""
    mine = figures[figures["source"] == f"ingest:{file.sha256[:12]}"]
    pairs = zip(mine["indicator"], mine["vintage"], strict=True)
    return replace(file, vintages={str(key): str(name) for key, name in pairs})
