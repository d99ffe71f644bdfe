"""The problems of claim files on a terminal: a line of the file, then what is wrong there and the remedy."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from panelkit.claims.lint.result import ClaimLint, ClaimProblem
from panelkit.language.message import Language, Message, counted, message
from panelkit.report.words import say
from panelkit.show.plain import fold

_INDENT = "  "


def lint_lines(found: Sequence[ClaimLint], language: Language, width: int) -> Iterator[str]:
    """Yield the lines of what was found in files, none wider than `width` cells where words can be broken.

    Parameters
    ----------
    found
        One a file.
    language
        The language of the sentences.
    width
        Cells of the terminal.

    Yields
    ------
    str
    """
    for one in found:
        yield from fold(say(_head(one), language), width).splitlines()
        for item in one:
            yield from _problem(item, language, width)


def _head(one: ClaimLint) -> Message:
    if one.clean:
        return counted(
            "{file}: {n} claim, no problem", "{file}: {n} claims, no problem", n=one.claims, file=one.file
        )
    if len(one.blanks) == len(one):
        return counted(
            "{file}: {n} blank to be filled", "{file}: {n} blanks to be filled", n=len(one), file=one.file
        )
    wrong = len(one) - len(one.blanks)
    if one.blanks:
        return message(
            "{file}: problems: {n}; blanks to be filled: {blanks}",
            n=wrong,
            blanks=len(one.blanks),
            file=one.file,
        )
    return counted("{file}: {n} problem", "{file}: {n} problems", n=wrong, file=one.file)


def _problem(item: ClaimProblem, language: Language, width: int) -> Iterator[str]:
    """Yield a problem; what a message sets on lines of its own, as a formula with its mark, stays on them."""
    said = say(message("line {line}: {problem}", line=item.line, problem=item.said), language)
    for number, line in enumerate(said.splitlines()):
        blanks = _INDENT * (1 if number == 0 else 2) + line[: len(line) - len(line.lstrip())]
        first, *rest = fold(line.strip(), max(width - len(blanks) - len(_INDENT), 1)).splitlines()
        yield f"{blanks}{first}"
        yield from (f"{blanks}{_INDENT}{part}" for part in rest)
