"""A named procedure for mediation as papers print it: its steps, and what it shows and does not."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

import pandas as pd

from panelkit.language.message import Message, message, term
from panelkit.language.shown import shown_language
from panelkit.models.mediation.words import number, p_text
from panelkit.results.fit import FitResult, Language
from panelkit.show.brief import Brief
from panelkit.show.formats import Format
from panelkit.show.rendered import Rendered

Name = Literal["baron_kenny", "wen_ye_2014", "jiang_2022"]
_COLUMNS = (
    term("head of a table", "step"),
    term("head of a table", "estimate"),
    term("head of a table", "std_error"),
    term("head of a table", "p_value"),
    term("head of a table", "reading"),
)


@dataclass(frozen=True)
class Step:
    """One step: what is tested, its estimate, error and p-value, and what the procedure makes of it."""

    test: Message
    estimate: float
    std_error: float
    p_value: float
    reading: Message


@dataclass(frozen=True, eq=False)
class Procedure(Rendered, Brief):
    """A procedure on one mediator: steps in order, the conclusion in its own words, what it shows and does not."""

    name: str
    title: Message
    mediator: str
    steps: tuple[Step, ...]
    conclusion: Message
    shows: Message
    shows_not: Message
    models: tuple[FitResult, ...] = field(repr=False)

    def table(self, language: Language = "en") -> pd.DataFrame:
        """Return one row a step."""
        heads = [head.text(language) for head in _COLUMNS]
        rows = [
            (s.test.text(language), s.estimate, s.std_error, s.p_value, s.reading.text(language))
            for s in self.steps
        ]
        return pd.DataFrame(rows, columns=pd.Index(heads))

    def summary(self, language: Language = "en") -> str:
        """Return steps, conclusion and caveats as plain text."""
        lines = [self.title.text(language)]
        for at, step in enumerate(self.steps, 1):
            error = "" if step.std_error != step.std_error else f" ({number(step.std_error)})"
            p = "" if step.p_value != step.p_value else f", {p_text(step.p_value)}"
            test, reading = step.test.text(language), step.reading.text(language)
            lines.append(f"  {at}. {test}: {number(step.estimate)}{error}{p} -> {reading}")
        return "\n".join([*lines, *(f"  {note}" for note in self.notes(language))])

    def __str__(self) -> str:
        return self.summary(language=shown_language())

    def notes(self, language: Language = "en") -> list[str]:
        """Return conclusion and caveats as notes of a table."""
        told = (
            message("conclusion: {said}", said=self.conclusion),
            message("shows: {said}", said=self.shows),
            message("does not show: {said}", said=self.shows_not),
        )
        return [said.text(language) for said in told]

    def _rendered(
        self, format: Format, path: str | Path | None, language: Language, style: dict[str, Any]
    ) -> str | Path:
        """Return the equations as the paper's table, the caveats beneath."""
        from panelkit.show import tables

        given = style.pop("notes", ())
        notes = [*self.notes(language), *([given] if isinstance(given, str) else given)]
        return tables.to_format(list(self.models), format, path, language=language, notes=notes, **style)
