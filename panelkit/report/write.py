"""Write the files of a run: the site, the page that needs no other file, the tables, the grid, the verdicts as JSON."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

import pandas as pd

from panelkit.claims.checked import CheckResult
from panelkit.claims.verdict import Verdict
from panelkit.language.errors import DataError
from panelkit.language.extras import FIGURES
from panelkit.language.message import Language, message
from panelkit.report.claim_tables import ReadingTables, reading_tables
from panelkit.report.conditions import conditions_frame, sizes_frame
from panelkit.report.drawn import file_name
from panelkit.report.page import claim_ids, computed_ids, contents_of, page
from panelkit.report.site.documents import all_latex, all_word
from panelkit.report.site.files import Files
from panelkit.report.site.places import LATEX, PAGE, VERDICTS, WORD
from panelkit.report.site.record import require_own, unwritable
from panelkit.report.site.search import LANGUAGES
from panelkit.report.site.write import write_site
from panelkit.show.files import csv_text, without_formulas
from panelkit.show.grid import TableGrid
from panelkit.show.latex import latex
from panelkit.show.word_file import docx
from panelkit.studies.grid import GridResult


@dataclass
class _Tables:
    """The files of tables, by claim, and the tables themselves."""

    files: dict[str, list[Path]] = field(default_factory=dict)
    tables: dict[str, list[ReadingTables]] = field(default_factory=dict)


def write(
    result: CheckResult, folder: Path, language: Language, done: Callable[[int], None] | None = None
) -> list[Path]:
    """Write everything below `folder` and return the paths, the overview first.

    `index.html` is the overview, with a page a claim in both languages in `en/` and `zh/`, figures and their numbers
    in `figures/`. `check.html` holds all computed claims and needs no other file, `verdicts.json` is what `--json`
    prints, `tables.docx` and `tables.tex` hold all tables; each reading that was computed has its regression table as
    `CLAIM_READING.tex` and `.docx` and its conditions as `CLAIM_READING_conditions.tex` and `.docx`; each claim has
    `CLAIM_verdicts.csv` (words and sizes), `CLAIM_conditions.csv` and `CLAIM_grid.csv`. `last_run.json` is what the
    next run there is compared with. All is made before the first file is written, each file is replaced in one step,
    and none is deleted. `done` is called with the number of pages that are drawn, after each.

    Raises
    ------
    DataError
        If the folder cannot be written to, or holds what would be replaced and is not of `panelkit check`.
    MissingExtraError
        If the library that draws the figures of the page is not installed.
    """
    FIGURES.require(message("{folder}: drawing the figures", folder=str(folder)))
    require_own(folder)
    files = Files(folder)
    paths = _made(result, files, language, done)
    try:
        files.write()
    except OSError as error:
        raise DataError(unwritable(folder, error)) from error
    return paths


def _made(
    result: CheckResult, files: Files, language: Language, done: Callable[[int], None] | None
) -> list[Path]:
    """Make everything and return the paths, the overview first."""
    folder = files.folder
    text = json.dumps(result.to_list(language), ensure_ascii=False, indent=2, allow_nan=False)
    made = _Tables()
    for name in claim_ids(result):
        _claim(result, name, files, language, made)
    pages = len(LANGUAGES) * len(computed_ids(result))
    drawn = None if done is None else partial(done, pages)
    contents = {one: contents_of(result, one, drawn) for one in LANGUAGES}
    whole = [
        files.add(folder / PAGE, page(result, language, contents[language])),
        files.add(folder / VERDICTS, text + "\n"),
        files.add(folder / WORD, all_word(result, made.tables, language)),
        files.add(folder / LATEX, all_latex(result, made.tables, language)),
    ]
    site = write_site(result, files, contents, made.files, language)
    return [*site, *whole, *(path for paths in made.files.values() for path in paths)]


def _claim(result: CheckResult, name: str, files: Files, language: Language, made: _Tables) -> None:
    """Add the tables of one claim."""
    verdicts, folder = tuple(item for item in result.of(name) if item.tested is not None), files.folder
    paths, tables = made.files.setdefault(name, []), made.tables.setdefault(name, [])
    for one in reading_tables(result, name, language):
        tables.append(one)
        if one.regressions is not None:
            paths += _table(files, one.regressions, folder / one.stem)
        else:
            paths += _measured_tables(files, one.verdicts, folder / one.stem)
        paths += _table(files, one.conditions, folder / f"{one.stem}_conditions")
    paths += _frames(files, verdicts, folder / file_name(name), language)
    if any(item.tested is not None and item.tested.grid is not None for item in verdicts):
        paths.append(_grid(files, verdicts, folder / f"{file_name(name)}_grid.csv"))


def _table(files: Files, grid: TableGrid, stem: Path) -> list[Path]:
    """Add one table as LaTeX and Word."""
    return [
        files.add(stem.with_name(f"{stem.name}.tex"), latex(grid)),
        files.add(stem.with_name(f"{stem.name}.docx"), docx(grid)),
    ]


def _frames(files: Files, verdicts: tuple[Verdict, ...], stem: Path, language: Language) -> list[Path]:
    """Add words, sizes and conditions of one claim with all their digits; nothing where none was computed."""
    if not verdicts:
        return []
    frames = {"verdicts": sizes_frame(verdicts, language), "conditions": conditions_frame(verdicts, language)}
    return [
        files.add(stem.with_name(f"{stem.name}_{name}.csv"), csv_text(without_formulas(frame)))
        for name, frame in frames.items()
    ]


def _measured_tables(files: Files, verdicts: tuple[Verdict, ...], stem: Path) -> list[Path]:
    """Add what stands behind designs without a regression, one CSV each."""
    written = []
    for item in verdicts:
        if item.tested is None or item.tested.measured is None or item.design is None:
            continue
        table = item.tested.measured.table
        if table is not None:
            path = stem.with_name(f"{stem.name}_{file_name(item.design.id)}.csv")
            written.append(files.add(path, csv_text(without_formulas(table), index=True)))
    return written


def _grid(files: Files, verdicts: tuple[Verdict, ...], path: Path) -> Path:
    frames = []
    for item in verdicts:
        if item.tested is not None and item.tested.grid is not None and item.reading and item.design:
            frame = _whole(item.tested.grid)
            frame.insert(0, "reading", item.reading.id)
            frame.insert(1, "design", item.design.id)
            frames.append(frame)
    whole = pd.concat(frames, ignore_index=True) if frames else pd.DataFrame()
    return files.add(path, csv_text(without_formulas(whole)))


def _whole(grid: GridResult) -> pd.DataFrame:
    """Return the rows computed, then those that could not be, with the reason in `failed`."""
    lost = pd.DataFrame(
        [{"left_out": "", "formula": label, "failed": reason} for label, reason in grid.failed],
        columns=["left_out", "formula", "failed"],
    )
    return pd.concat([grid.table.assign(failed=""), lost], ignore_index=True)
