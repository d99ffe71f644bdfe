"""Tests: statistic, distribution and null hypothesis as a sentence, or why the test does not apply."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from math import isnan
from typing import TYPE_CHECKING, Any

from panelkit.language.message import Language, Message, message, verbatim
from panelkit.language.shown import shown_language
from panelkit.results.numbers import number, plain
from panelkit.show.brief import Brief
from panelkit.show.rendered import Exported

if TYPE_CHECKING:
    import pandas as pd


@dataclass(frozen=True, kw_only=True, eq=False)
class TestResult(Exported, Brief):
    """A test: statistic, distribution and null hypothesis as a sentence, or why it does not apply."""

    __test__ = False  # pytest must not collect it

    name: Message
    null: Message
    statistic: float = float("nan")
    distribution: str = ""
    df: tuple[float, ...] = ()
    p_value: float = float("nan")
    reason: Message = verbatim("")
    facts: Mapping[str, Any] = field(default_factory=dict)
    notes: tuple[Message, ...] = ()

    @classmethod
    def not_applicable(cls, name: Message, null: Message, because: Message) -> TestResult:
        """Return the result of a test that cannot be run, with the reason."""
        return cls(name=name, null=null, reason=because)

    @property
    def applicable(self) -> bool:
        """Return whether the test could be run."""
        return not self.reason

    def summary(self, *, language: Language = "en") -> str:
        """Return the test in two lines of plain text, then its notes."""
        from panelkit.show.words import check_language, note_lines

        check_language(language)
        hypothesis = message("null: {null}", null=self.null).text(language)
        if not self.applicable:
            head = message("{name}: not applicable, because {reason}", name=self.name, reason=self.reason)
            return f"{head.text(language)}\n{hypothesis}"
        head = message(
            "{name}: {distribution}{degrees} = {statistic:.6g}",
            name=self.name,
            distribution=self.distribution,
            degrees=f"({', '.join(plain(value) for value in self.df)})" if self.df else "",
            statistic=self.statistic,
        )
        if not isnan(self.p_value):  # a statistic that is held against critical values has none
            head = message("{statistic}, p = {p:.4g}", statistic=head, p=self.p_value)
        lines = [head.text(language), hypothesis, *self._between(language)]
        return "\n".join([*lines, *note_lines(self.notes, language)])

    def _between(self, language: Language) -> tuple[str, ...]:
        """Return what a kind of test says between its null and its notes."""
        return ()

    def __str__(self) -> str:
        return self.summary(language=shown_language())

    def _brief(self) -> str:
        if not self.applicable:
            return f"{self.name}: not applicable"
        return f"{self.name}: {self.distribution or 'statistic'} = {number(self.statistic)}, p = {self.p_value:.4g}"

    def _exported(self, language: Language) -> tuple[pd.DataFrame, None, list[Message | str]]:
        """Return the test as a row, and what is said of it."""
        from panelkit.show import tables

        table = tables.frame_of_tests([self], language=language)
        return table.reset_index(), None, [*self._below(language), *self.notes]

    def _below(self, language: Language) -> Sequence[Message | str]:
        """Return what stands below the row of the test, before its notes."""
        return self._between(language)
