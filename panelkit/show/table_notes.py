"""The notes under a table of fits: what the numbers below the estimates and the stars are, covariances, conventions."""

from __future__ import annotations

from collections.abc import Sequence, Set
from typing import Any

from panelkit.language.message import Language, Message, Told, in_language, listed, message
from panelkit.show.fact_rows import fact_text
from panelkit.show.model_columns import Column
from panelkit.show.table_style import TableStyle
from panelkit.show.words import stars_note, uncertainty_words, word

_BELOW = {
    ("se", "parentheses"): message("Standard errors in parentheses"),
    ("se", "brackets"): message("Standard errors in brackets"),
    ("se", "none"): message("Standard errors below the estimates"),
    ("t", "parentheses"): message("t statistics in parentheses"),
    ("t", "brackets"): message("t statistics in brackets"),
    ("t", "none"): message("t statistics below the estimates"),
    ("p", "parentheses"): message("p-values in parentheses"),
    ("p", "brackets"): message("p-values in brackets"),
    ("p", "none"): message("p-values below the estimates"),
}


def standard_notes(
    columns: Sequence[Column], marks: Sequence[str], style: TableStyle, language: Language
) -> list[str]:
    """Return what every table says of its numbers; `marks` are the numbers of the columns as the head prints them."""
    notes = [_below(kind, style).text(language) for kind in style.seconds]
    if style.exponentiate:
        notes.append(message("Exponentiated coefficients").text(language))
    if style.star_levels:
        notes.append(stars_note(style.star_levels, language))
    fits, numbers = _by_fit(columns, marks)
    named = [fact_text(column.facts.get("vcov"), 3, language) for column in fits]
    explained = {
        note.values.get("convention") for one in fits for note in one.notes if isinstance(note, Message)
    }
    conventions = [_unexplained_convention(column, explained, language) for column in fits]
    for title, texts in (("covariance", named), ("convention", conventions)):
        text = _by_model(texts, numbers, language)
        if text:
            notes.append(word(title, language) + word("colon", language) + text)
    made = _by_model(
        [_uncertainty(column.facts.get("uncertainty"), language) for column in fits], numbers, language
    )
    if made:
        notes.append(made)
    return notes + _own_notes(fits, numbers, language)


def _own_notes(fits: Sequence[Column], numbers: Sequence[str], language: Language) -> list[str]:
    """Return what the fits say of themselves, each once, and then where figures come from.

    What not all fits say stands after the numbers of those that do.
    """
    by: dict[str, list[str]] = {}
    sources: set[str] = set()
    for column, mark in zip(fits, numbers, strict=True):
        held = [note for note in column.notes if note != _made_note(column)]
        sources.update(in_language(note, language) for note in held if isinstance(note, Told))
        for text in dict.fromkeys(in_language(note, language) for note in held):
            by.setdefault(text, []).append(mark)
    return [
        text if len(by[text]) == len(fits) else f"{listed(by[text]).text(language)} {text}"
        for text in sorted(by, key=lambda text: text in sources)
    ]


def _below(kind: str, style: TableStyle) -> Message:
    around, level = style.brackets(kind), 100.0 * style.level
    if kind != "ci":
        return _BELOW[kind, around]
    if around == "parentheses":
        return message("{level:.4g}% confidence intervals in parentheses", level=level)
    if around == "brackets":
        return message("{level:.4g}% confidence intervals in brackets", level=level)
    return message("{level:.4g}% confidence intervals below the estimates", level=level)


def _by_fit(columns: Sequence[Column], marks: Sequence[str]) -> tuple[list[Column], list[str]]:
    """Return the first column of every fit, and the numbers of all columns of it."""
    fits: list[Column] = []
    numbers: list[str] = []
    for column, mark in zip(columns, marks, strict=True):
        if fits and column.of == fits[-1].of:
            numbers[-1] = f"{numbers[-1].partition('–')[0]}–{mark}"
        else:
            fits.append(column)
            numbers.append(mark)
    return fits, numbers


def _unexplained_convention(column: Column, explained: Set[Any], language: Language) -> str:
    """Return the convention's name, or nothing where a note of a fit says what it means."""
    name = column.facts.get("convention") or ""
    return "" if str(name) in explained else in_language(name, language)


def _uncertainty(made: Any, language: Language) -> str:
    if made is None:
        return ""
    parts = uncertainty_words(made.method, made.reps, made.seed, made.discarded)
    return word("comma", language).join(part.text(language) for part in parts)


def _made_note(column: Column) -> str | None:
    """Return the note that says how the uncertainty was made, which stands under the table already."""
    made = column.facts.get("uncertainty")
    return None if made is None else made.sentence()


def _by_model(texts: Sequence[str], numbers: Sequence[str], language: Language) -> str:
    """Return one text where all models share it, else each text after the numbers of its models."""
    distinct = [text for text in dict.fromkeys(texts) if text]
    if len(distinct) <= 1 and all(texts):
        return distinct[0] if distinct else ""
    parts = []
    for text in distinct:
        of_it = listed(number for number, other in zip(numbers, texts, strict=True) if other == text)
        parts.append(f"{of_it.text(language)} {text}")
    return word("semicolon", language).join(parts)
