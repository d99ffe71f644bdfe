"""Sentences in two languages."""

from __future__ import annotations

from typing import NamedTuple

from panelkit.results.fit import Language


class Said(NamedTuple):
    """A sentence in English and in Chinese."""

    en: str
    zh: str

    def of(self, language: Language) -> str:
        """Return the sentence in one language."""
        return self.zh if language == "zh" else self.en


def number(value: float) -> str:
    """Return a number as sentences print it."""
    return f"{value:.4g}".replace("-", "−")


def p_text(value: float) -> str:
    """Return `p = ...` as sentences print it."""
    return "p < 0.0001" if value < 1e-4 else f"p = {value:.4f}"
