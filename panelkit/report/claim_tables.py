"""The tables of a claim as grids: regressions and conditions of every reading that was computed."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from panelkit.claims.checked import CheckResult
from panelkit.claims.verdict import Verdict
from panelkit.language.message import Language, message
from panelkit.report.claim_content import regression_table
from panelkit.report.conditions import LEGEND, conditions_table, round_text
from panelkit.report.drawn import file_name
from panelkit.report.flags import flag_lines
from panelkit.report.words import design_word, say
from panelkit.show.grid import TableGrid, frame_grid
from panelkit.show.models_grid import models_grid


@dataclass(frozen=True, eq=False)
class ReadingTables:
    """The tables of one reading: `stem` names their files, `regressions` is None where no design has one."""

    stem: str
    title: str
    verdicts: tuple[Verdict, ...]
    regressions: TableGrid | None
    conditions: TableGrid


def reading_tables(result: CheckResult, name: str, language: Language) -> Iterator[ReadingTables]:
    """Yield the tables of every reading of a claim of which something was computed."""
    verdicts = [item for item in result.of(name) if item.tested is not None and item.reading is not None]
    readings = {item.reading.id: item.reading for item in verdicts if item.reading is not None}
    for key, reading in readings.items():
        mine = tuple(item for item in verdicts if item.reading is not None and item.reading.id == key)
        style = regression_table(mine, language)
        models = style.pop("models")
        title = say(message("{claim}, {reading}", claim=name, reading=reading.label.said), language)
        yield ReadingTables(
            f"{file_name(name)}_{file_name(key)}",
            title,
            mine,
            models_grid(models, **style) if models else None,
            _conditions(result, mine, language),
        )


def _conditions(result: CheckResult, verdicts: tuple[Verdict, ...], language: Language) -> TableGrid:
    """Return the conditions and sizes of one reading, a column a design."""
    first = verdicts[0]
    assert first.reading is not None  # a verdict that was computed has a reading
    word = design_word(result.word_of(first.claim, first.reading.id), language)
    caption = message(
        "{claim}, {reading}: {word}", claim=first.claim, reading=first.reading.label.said, word=word
    )
    rounds = round_text(result, first.claim, first.reading.id, language)
    notes = [say(LEGEND, language), rounds, *flag_lines(verdicts, language)]
    return frame_grid(
        conditions_table(verdicts, language),
        language=language,
        caption=say(caption, language),
        notes=[note for note in notes if note],
    )
