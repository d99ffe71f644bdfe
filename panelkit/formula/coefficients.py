"""Hypotheses and combinations of coefficients: the names of terms are words, the rest is the gate's arithmetic.

`log(gdp) - 2*x:z` holds two coefficients where `log(gdp)` and `x:z` are terms: the longest name that a text holds at a
place is that name. Nothing is handed to Python.
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

from panelkit.formula.grammar import Parser
from panelkit.formula.tokens import Token, refuse, tokenise
from panelkit.formula.tree import Node, columns_of
from panelkit.language.errors import SpecError
from panelkit.language.message import Message, message, sentences

_FUNCTION = re.compile(r"\s*\(")
_NUMBER = re.compile(r"[-+]?\d+(\.\d*)?")
_SEVERAL = message(
    'several at once are a list, `["x = 0", "z = 1"]`; on the command line an option for each, or `;` inside --test'
)
_NO_INEQUALITY = message(
    "a hypothesis is an equation, `x = 0`; one-sided p-values are half of the two-sided, on the estimate's side"
)


@dataclass(frozen=True)
class Equation:
    """Two sides that a hypothesis holds equal, and the text that says so."""

    left: Node
    right: Node
    text: str


def read_equations(text: str, terms: Sequence[str]) -> tuple[Equation, ...]:
    """Read a hypothesis: `x = z = 0` is two equations, `x` alone says that it is zero.

    Parameters
    ----------
    text
        What the user wrote.
    terms
        The names of the coefficients.

    Raises
    ------
    SpecError
        If the text does not pass the gate, or names a term that is not there (the terms that are there are named).
    """
    words = _words(text, terms)
    _refuse_enclosed(text, words)
    sides: list[list[Token]] = [[]]
    for word in words:
        if word.kind == "op" and word.text == "=":
            sides.append([])
        else:
            sides[-1].append(word)
    if len(sides) > 1 and not all(sides):
        refuse(
            text,
            0,
            message("nothing on one side of `=`"),
            message("write each `=` once, with a side left and right"),
        )
    ends = [*(side[-1].at if side else 0 for side in sides[:-1]), len(text)]
    trees = [_tree(text, side, end, terms) for side, end in zip(sides, ends, strict=True)]
    pieces = [_piece(text, side) for side in sides]
    if len(trees) == 1:
        zero = _tree("0", tokenise("0")[:-1], 1, terms)
        return (Equation(trees[0], zero, f"{pieces[0]} = 0"),)
    return tuple(
        Equation(trees[at], trees[at + 1], f"{pieces[at]} = {pieces[at + 1]}") for at in range(len(trees) - 1)
    )


def _refuse_enclosed(text: str, words: Sequence[Token]) -> None:
    """Refuse an equation in parentheses, as other programs part several."""
    depth = 0
    for word in words:
        if word.kind != "op":
            continue
        depth += (word.text == "(") - (word.text == ")")
        if word.text == "=" and depth > 0:
            refuse(text, word.at, message("an equation inside parentheses"), _SEVERAL)


def read_combination(text: str, terms: Sequence[str]) -> Node:
    """Read an expression of coefficients, such as `-x/(2*x2)`.

    Raises
    ------
    SpecError
        As `read_equations`, and where the text is an equation.
    """
    words = _words(text, terms)
    for word in words:
        if word.kind == "op" and word.text == "=":
            refuse(
                text,
                word.at,
                message("an equation where an expression is expected"),
                message("a hypothesis is tested by `test`"),
            )
    return _tree(text, words, len(text), terms)


def _words(text: str, terms: Sequence[str]) -> list[Token]:
    """Return the words of a text, every name of a term one quoted word."""
    if not isinstance(text, str) or not text.strip():
        raise SpecError(
            message("an expression of coefficients is text, such as `x - z`, not {given!r}", given=text)
        )
    found: list[Token] = []
    at = 0
    for start, end, name in _names(text, terms):
        found += _plain_words(text, at, start)
        found.append(Token("quoted", name, start))
        at = end
    return [*found, *_plain_words(text, at, len(text))]


def _plain_words(text: str, start: int, end: int) -> list[Token]:
    if not text[start:end].strip():
        return []
    try:
        return [replace(token, at=token.at + start) for token in tokenise(text[start:end])[:-1]]
    except SpecError as error:
        values = error.said.values
        if "position" not in values:
            raise
        at = start + int(values["position"]) - 1
        remedy = _SEVERAL if text[at] in ";&" else _NO_INEQUALITY if text[at] in "<>!" else values["remedy"]
        refuse(text, at, values["seen"], remedy)


def _names(text: str, terms: Sequence[str]) -> list[tuple[int, int, str]]:
    """Return where names of terms stand in a text, longest first, none inside another."""
    taken: list[tuple[int, int, str]] = []
    for name in sorted(set(terms), key=len, reverse=True):
        for pattern in _patterns(name):
            for hit in pattern.finditer(text):
                start, end = hit.span()
                free = all(end <= first or start >= last for first, last, _ in taken)
                if free and not (_FUNCTION.match(text, end) and _word(name)):
                    taken.append((start, end, name))
    return sorted(taken)


def _patterns(name: str) -> tuple[re.Pattern[str], ...]:
    """Return how a name may be spelled: as it stands, blanks wherever, or whole in backticks.

    A name that reads as a number (an event time, a cohort) must stand in backticks: `2*x` holds no term called 2.
    """
    if _NUMBER.fullmatch(name):
        return (re.compile("`" + re.escape(name) + "`"),)
    letters = [re.escape(letter) for letter in name if not letter.isspace()]
    before = r"(?<![\w.`])" if _word(name[:1]) else ""
    after = r"(?![\w.`])" if _word(name[-1:]) else ""
    quoted = re.compile("`" + re.escape(name) + "`")
    return quoted, re.compile(before + _joined(name, letters) + after)


def _joined(name: str, letters: list[str]) -> str:
    """Return the pattern of a name: blanks are free beside signs, and there where the name has one."""
    parts = []
    held = [letter for letter in name if not letter.isspace()]
    blanks = _blanks_behind(name)
    for at, letter in enumerate(letters):
        parts.append(letter)
        if at + 1 < len(letters):
            between = _word(held[at]) and _word(held[at + 1])
            parts.append(r"\s*" if not between else (r"\s+" if at in blanks else ""))
    return "".join(parts)


def _blanks_behind(name: str) -> set[int]:
    """Return behind which of the letters that are no blanks a name has blanks."""
    found, at = set(), -1
    for letter in name:
        if letter.isspace():
            found.add(at)
        else:
            at += 1
    return found


def _word(text: str) -> bool:
    return bool(text) and all(letter.isalnum() or letter in "_." for letter in text)


def _tree(text: str, words: list[Token], end: int, terms: Sequence[str]) -> Node:
    parser = Parser(text, [*words, Token("end", "", end)])
    node = parser.sum()
    if parser.token.kind != "end":
        expected = message("terms, numbers, `+ - * / ^`, parentheses and functions are expected")
        parser.refuse_here(sentences([expected, _SEVERAL]) if parser.at(",") else expected)
    unknown = [name for name in columns_of(node) if name not in terms]
    if unknown:
        raise unknown_terms(unknown, terms)
    return node


def unknown_terms(unknown: Sequence[str], terms: Sequence[str]) -> SpecError:
    """Return the refusal of names that are no terms: which are near, and which there are."""
    there = message(
        "no term {unknown} in this fit; there are {terms}",
        unknown=[f"`{name}`" for name in unknown],
        terms=[f"`{name}`" for name in terms],
    )
    near = [name for each in unknown for name in difflib.get_close_matches(each, terms, n=1)]
    said: list[Message] = [there]
    if near:
        said.append(message("Perhaps {near} is meant.", near=[f"`{name}`" for name in dict.fromkeys(near)]))
    return SpecError(sentences(said))


def _piece(text: str, words: list[Token]) -> str:
    if not words:
        return ""
    out = ""
    for at, word in enumerate(words):
        behind = words[at - 1] if at else None
        opens = behind is None or (behind.kind == "op" and behind.text != ")")
        spaced = word.kind == "op" and word.text in "+-" and not opens
        out += f" {word.text} " if spaced else word.text
    return out
