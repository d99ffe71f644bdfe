"""Write the files of a run: the page, the tables, the grid, the verdicts as JSON."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pandas as pd

from panelkit.claims.checked import CheckResult
from panelkit.claims.verdict import Verdict
from panelkit.language.errors import DataError
from panelkit.language.message import Language, message
from panelkit.report.conditions import (
    LEGEND,
    conditions_frame,
    conditions_table,
    round_text,
    sizes_frame,
)
from panelkit.report.flags import flag_lines
from panelkit.report.page import page, regression_table
from panelkit.report.words import design_word, say
from panelkit.show import tables
from panelkit.show.files import csv_text, reason_of, without_formulas, write_whole
from panelkit.studies.grid import GridResult


def write(result: CheckResult, folder: Path, language: Language) -> list[Path]:
    """Write everything below `folder` and return the paths; each file is replaced in one step.

    `check.html` is the page, `verdicts.json` what `--json` prints; each reading that was computed has its
    regression table as `CLAIM_READING.tex` and `.docx` and its conditions as `CLAIM_READING_conditions.tex` and
    `.docx`; each claim has `CLAIM_verdicts.csv` (words and sizes), `CLAIM_conditions.csv` and `CLAIM_grid.csv`.

    Raises
    ------
    DataError
        If the folder cannot be written to.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
        return _write(result, folder, language)
    except OSError as error:
        why = reason_of(error)
        raise DataError(
            message("{folder} cannot be written to: {why}", folder=str(folder), why=why)
        ) from error


def _write(result: CheckResult, folder: Path, language: Language) -> list[Path]:
    text = json.dumps(result.to_list(language), ensure_ascii=False, indent=2, allow_nan=False)
    written = [
        write_whole(folder / "check.html", page(result, language)),
        write_whole(folder / "verdicts.json", text + "\n"),
    ]
    for name in dict.fromkeys(item.claim for item in result):
        verdicts = tuple(item for item in result.of(name) if item.tested is not None)
        for reading in dict.fromkeys(item.reading.id for item in verdicts if item.reading is not None):
            mine = tuple(item for item in verdicts if item.reading is not None and item.reading.id == reading)
            stem = folder / f"{_file(name)}_{_file(reading)}"
            written += [*_tables(mine, stem, language), *_conditions(result, mine, stem, language)]
        written += _frames(verdicts, folder / _file(name), language)
        if any(item.tested is not None and item.tested.grid is not None for item in verdicts):
            written.append(_grid(verdicts, folder / f"{_file(name)}_grid.csv"))
    return written


def _conditions(
    result: CheckResult, verdicts: tuple[Verdict, ...], stem: Path, language: Language
) -> list[Path]:
    """Write the conditions and sizes of one reading as LaTeX and Word."""
    first = verdicts[0]
    if first.reading is None:
        return []
    table = conditions_table(verdicts, language)
    word = design_word(result.word_of(first.claim, first.reading.id), language)
    caption = message(
        "{claim}, {reading}: {word}", claim=first.claim, reading=first.reading.label.said, word=word
    )
    rounds = round_text(result, first.claim, first.reading.id, language)
    notes = [say(LEGEND, language), rounds, *flag_lines(verdicts, language)]
    paths = [stem.with_name(f"{stem.name}_conditions.{ending}") for ending in ("tex", "docx")]
    for path in paths:
        tables.frame_table(
            table,
            path,
            language=language,
            caption=say(caption, language),
            notes=[note for note in notes if note],
        )
    return paths


def _frames(verdicts: tuple[Verdict, ...], stem: Path, language: Language) -> list[Path]:
    """Write words, sizes and conditions of one claim with all their digits; nothing where none was computed."""
    if not verdicts:
        return []
    frames = {"verdicts": sizes_frame(verdicts, language), "conditions": conditions_frame(verdicts, language)}
    return [
        write_whole(stem.with_name(f"{stem.name}_{name}.csv"), csv_text(without_formulas(frame)))
        for name, frame in frames.items()
    ]


def _tables(verdicts: tuple[Verdict, ...], stem: Path, language: Language) -> list[Path]:
    style = regression_table(verdicts, language)
    models = style.pop("models")
    if not models:
        return _measured_tables(verdicts, stem)
    latex, docx = stem.with_name(f"{stem.name}.tex"), stem.with_name(f"{stem.name}.docx")
    tables.to_latex(models, latex, **style)
    tables.to_docx(models, docx, **style)
    return [latex, docx]


def _measured_tables(verdicts: tuple[Verdict, ...], stem: Path) -> list[Path]:
    """Write what stands behind designs without a regression, one CSV each."""
    written = []
    for item in verdicts:
        if item.tested is None or item.tested.measured is None or item.design is None:
            continue
        table = item.tested.measured.table
        if table is not None:
            path = stem.with_name(f"{stem.name}_{_file(item.design.id)}.csv")
            written.append(write_whole(path, csv_text(without_formulas(table), index=True)))
    return written


def _grid(verdicts: tuple[Verdict, ...], path: Path) -> Path:
    frames = []
    for item in verdicts:
        if item.tested is not None and item.tested.grid is not None and item.reading and item.design:
            frame = _whole(item.tested.grid)
            frame.insert(0, "reading", item.reading.id)
            frame.insert(1, "design", item.design.id)
            frames.append(frame)
    whole = pd.concat(frames, ignore_index=True) if frames else pd.DataFrame()
    return write_whole(path, csv_text(without_formulas(whole)))


def _whole(grid: GridResult) -> pd.DataFrame:
    """Return the rows computed, then those that could not be, with the reason in `failed`."""
    lost = pd.DataFrame(
        [{"left_out": "", "formula": label, "failed": reason} for label, reason in grid.failed],
        columns=["left_out", "formula", "failed"],
    )
    return pd.concat([grid.table.assign(failed=""), lost], ignore_index=True)


def _file(name: str) -> str:
    return re.sub(r"[^A-Za-z0-9.-]+", "_", name)
