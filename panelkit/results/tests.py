"""Tests: statistic, distribution and null hypothesis as a sentence, or why the test does not apply."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from panelkit.language.message import Language
from panelkit.results.numbers import number, plain
from panelkit.show.brief import Brief


@dataclass(frozen=True, kw_only=True, eq=False)
class TestResult(Brief):
    """A test: statistic, distribution and null hypothesis as a sentence, or why it does not apply."""

    __test__ = False  # pytest must not collect it

    name: str
    null: str
    statistic: float = float("nan")
    distribution: str = ""
    df: tuple[float, ...] = ()
    p_value: float = float("nan")
    reason: str = ""
    facts: Mapping[str, Any] = field(default_factory=dict)
    notes: tuple[str, ...] = ()

    @classmethod
    def not_applicable(cls, name: str, null: str, because: str) -> TestResult:
        """Return the result of a test that cannot be run, with the reason."""
        return cls(name=name, null=null, reason=because)

    @property
    def applicable(self) -> bool:
        """Return whether the test could be run."""
        return not self.reason

    def summary(self, *, language: Language = "en") -> str:
        """Return the test in two lines of plain text, then its notes; what has no Chinese text stays English."""
        from panelkit.show.words import in_language

        colon, null, note = ("：", "原假设", "注") if language == "zh" else (": ", "null", "note")
        name, hypothesis = (
            in_language(self.name, language),
            f"{null}{colon}{in_language(self.null, language)}",
        )
        if not self.applicable:
            because = "不适用，因为" if language == "zh" else "not applicable, because "
            return f"{name}{colon}{because}{in_language(self.reason, language)}\n{hypothesis}"
        degrees = f"({', '.join(plain(value) for value in self.df)})" if self.df else ""
        head = (
            f"{name}{colon}{in_language(self.distribution, language)}{degrees} = {number(self.statistic)}, "
            f"p = {self.p_value:.4g}"
        )
        notes = (f"{note}{colon}{in_language(text, language)}" for text in self.notes)
        return "\n".join([head, hypothesis, *self._between(language), *notes])

    def _between(self, language: Language) -> tuple[str, ...]:
        """Return what a kind of test says between its null and its notes."""
        return ()

    def __str__(self) -> str:
        return self.summary()

    def _brief(self) -> str:
        if not self.applicable:
            return f"{self.name}: not applicable"
        return f"{self.name}: {self.distribution or 'statistic'} = {number(self.statistic)}, p = {self.p_value:.4g}"

    def _repr_html_(self) -> str:
        """Return the test as an HTML table of one row, the notes below."""
        from panelkit.show import tables

        return tables.frame_table(tables.frame_of_tests([self]), format="html", notes=self.notes)
