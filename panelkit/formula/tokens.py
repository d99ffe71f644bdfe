"""Cut a formula into words, and refuse every character and name that a formula may not hold."""

from __future__ import annotations

import keyword
import math
import re
import unicodedata
from dataclasses import dataclass
from typing import Literal, NoReturn

from panelkit.formula.dialects import foreign_piece
from panelkit.language.errors import SpecError
from panelkit.language.message import Message, message, verbatim

MAX_LENGTH = 10_000
MAX_LEVEL_LENGTH = 200

TokenKind = Literal["name", "quoted", "number", "string", "op", "end"]


@dataclass(frozen=True)
class Token:
    """One word of a formula and where it starts."""

    kind: TokenKind
    text: str
    at: int


_IDEOGRAPHS = "\u3007\u3400-\u4dbf\u4e00-\u9fff\U00020000-\U0003134f"
_NAME = re.compile(f"[A-Za-z_{_IDEOGRAPHS}][A-Za-z0-9_{_IDEOGRAPHS}]*")
_NUMBER = re.compile(r"(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)(?:[eE][+-]?[0-9]+)?")
_OPERATORS = frozenset("+-*/^:(),~=")
_COMPARING = ("<=", ">=", "==", "!=", "<", ">", "&", "|", "!", "[", "]")
_WORDS = {"and": "&", "or": "|", "not": "!", "in": "in"}
_LOOKS_LIKE_ARITHMETIC = re.compile(r"^[0-9.]|[-+*/^:(),~='\"]")
_LOOK_ALIKES = {
    "−": "-",
    "–": "-",
    "—": "-",
    "×": "*",
    "÷": "/",
    "∼": "~",
    "、": ",",
    "“": '"',
    "”": '"',
    "‘": "'",
    "’": "'",
    "≥": ">=",
    "≤": "<=",
    "≠": "!=",
}
_SPACED = frozenset(["*", "/", "~", "<=", ">=", "==", "!=", "<", ">", "&", "|", "in"])
_BLANKS = frozenset(" \t\r\n")
_FORBIDDEN_CATEGORIES = frozenset({"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"})
_REMEDIES = {
    ".": message("attributes are not available: put a column name with a dot in backticks"),
    "[": message(
        "brackets are not available: choose rows by `where=`; `y ~ z + [x ~ w]` belongs to InstrumentalFE "
        "(command line: --model instrumental)"
    ),
    "{": message("braces are not available: write arithmetic as `I(...)`"),
    ";": message("one formula is one line of terms joined by `+`"),
    "<": message("comparisons are not available: make the dummy a column of the data"),
    ">": message("comparisons are not available: make the dummy a column of the data"),
    "!": message("comparisons are not available: make the dummy a column of the data"),
    "%": message("write nesting as `a + a:b`, and other arithmetic inside `I(...)`"),
    "@": message("matrix products are not available"),
    "\\": message("backslashes are not available"),
    "#": message("comments are not available"),
}


def refuse(text: str, at: int, seen: Message, remedy: Message) -> NoReturn:
    """Raise a SpecError that shows the formula, points at the place and says what to write instead."""
    start, stop = max(0, at - 40), min(len(text), at + 40)
    shown = "".join(_printable(char) for char in text[start:stop])
    before = "".join(_printable(char) for char in text[start:at])
    width = sum(2 if unicodedata.east_asian_width(char) in "WF" else 1 for char in before)
    raise SpecError(
        message(
            "formula, position {position}: {seen}: {remedy}\n    {shown}\n    {blanks}^",
            position=at + 1,
            seen=seen,
            remedy=remedy,
            shown=shown,
            blanks=" " * width,
        )
    )


def _printable(char: str) -> str:
    return char if char.isprintable() else "\N{REPLACEMENT CHARACTER}"


def tokenise(text: str, *, comparing: bool = False) -> list[Token]:
    """Cut a formula into words; `comparing` lets in the operators and words of conditions too.

    Raises
    ------
    SpecError
        At the first character or name that a formula may not hold.
    """
    if not isinstance(text, str):
        raise SpecError(message("a formula is text such as `y ~ x`, not {kind}", kind=type(text).__name__))
    if len(text) > MAX_LENGTH:
        raise SpecError(
            message(
                "a formula of {length:,} characters: at most {most:,} are read; shorten it",
                length=len(text),
                most=MAX_LENGTH,
            )
        )
    tokens: list[Token] = []
    at = 0
    while at < len(text):
        if text[at] in _BLANKS:
            at += 1
            continue
        token, at = (comparing and _comparing_token(text, at)) or _next_token(text, at)
        tokens.append(token)
    return [*tokens, Token("end", "", len(text))]


def _comparing_token(text: str, at: int) -> tuple[Token, int] | None:
    """Return the operator of a condition that starts here, if one does; `and`, `or`, `not` are `& | !`."""
    for operator in _COMPARING:
        if text.startswith(operator, at):
            return Token("op", operator, at), at + len(operator)
    match = _NAME.match(text, at)
    if match is None or match.group() not in _WORDS:
        return None
    return Token("op", _WORDS[match.group()], at), match.end()


def _next_token(text: str, at: int) -> tuple[Token, int]:
    char = text[at]
    if char == "`":
        return _quoted_name(text, at)
    if char in "'\"":
        return _string(text, at)
    if match := _NUMBER.match(text, at):
        return _number(text, at, match.group())
    if match := _NAME.match(text, at):
        return _bare_name(text, at, match.group())
    if text.startswith("**", at):
        return Token("op", "^", at), at + 2
    if char in _OPERATORS:
        return Token("op", char, at), at + 1
    return _refuse_character(text, at)


def _refuse_character(text: str, at: int) -> NoReturn:
    char = text[at]
    plain = _LOOK_ALIKES.get(char) or unicodedata.normalize("NFKC", char)
    foreign = foreign_piece(text, at)
    if foreign is not None:
        refuse(text, at, *foreign)
    if char in _REMEDIES:
        refuse(text, at, verbatim(f"`{char}`"), _REMEDIES[char])
    if plain != char and (plain.isascii() or _NAME.fullmatch(plain)):
        shown = message("a blank") if plain == " " else verbatim(f"`{plain}`")
        refuse(
            text,
            at,
            message(
                "`{char}` (U+{code:04X}) only looks like {shown}",
                char=_printable(char),
                code=ord(char),
                shown=shown,
            ),
            message("type {shown}", shown=shown),
        )
    if char.isprintable() and unicodedata.category(char)[0] in "LN":
        refuse(
            text,
            at,
            message("`{char}` (U+{code:04X}) in a bare name", char=char, code=ord(char)),
            message("put the column name in backticks"),
        )
    refuse(
        text,
        at,
        verbatim(f"`{_printable(char)}` (U+{ord(char):04X})"),
        message("this character has no place in a formula"),
    )


def _quoted_name(text: str, at: int) -> tuple[Token, int]:
    end = text.find("`", at + 1)
    if end < 0:
        refuse(
            text,
            at,
            message("a backtick that is never closed"),
            message("close the column name by a second backtick"),
        )
    name = text[at + 1 : end]
    if not name.strip():
        refuse(text, at, message("an empty name"), message("write the column name between the backticks"))
    _check_characters(text, at + 1, name)
    _check_dunder(text, at, name)
    return Token("quoted", name, at), end + 1


def _check_characters(text: str, at: int, name: str) -> None:
    for offset, char in enumerate(name):
        category = unicodedata.category(char)
        if category in _FORBIDDEN_CATEGORIES:
            refuse(
                text,
                at + offset,
                message("an invisible character (U+{code:04X}) in a name", code=ord(char)),
                message("remove it"),
            )
        if category[0] == "L" and unicodedata.normalize("NFKC", char) != char:
            plain = unicodedata.normalize("NFKC", char)
            refuse(
                text,
                at + offset,
                message("`{char}` only looks like `{plain}`", char=char, plain=plain),
                message("type `{plain}`, here and in the data", plain=plain),
            )


def _check_dunder(text: str, at: int, name: str) -> None:
    if name.startswith("__"):
        refuse(
            text, at, message("`{name}` starts with two underscores", name=name), message("rename the column")
        )


def _bare_name(text: str, at: int, name: str) -> tuple[Token, int]:
    end = at + len(name)
    _check_dunder(text, at, name)
    if keyword.iskeyword(name):
        foreign = foreign_piece(text, at)
        if foreign is not None:
            refuse(text, at, *foreign)
        refuse(
            text,
            at,
            message("`{name}` is a word of Python", name=name),
            message("a column of that name goes in backticks"),
        )
    if end < len(text) and text[end] in "'\"":
        refuse(
            text,
            end,
            message("text in quotes"),
            message('text is read only as a level, such as C(region, base="west")'),
        )
    return Token("name", name, at), end


def _number(text: str, at: int, digits: str) -> tuple[Token, int]:
    end = at + len(digits)
    if end < len(text) and (text[end] == "." or _NAME.match(text, end)):
        foreign = foreign_piece(text, end)
        if foreign is not None:
            refuse(text, end, *foreign)
        refuse(
            text,
            end,
            message("`{text}` right after a number", text=text[end]),
            message("write a plain decimal number, or put the name in backticks"),
        )
    if not math.isfinite(float(digits)):
        refuse(
            text,
            at,
            message("the number {digits} is too large", digits=digits),
            message("write a smaller one"),
        )
    return Token("number", digits, at), end


def _string(text: str, at: int) -> tuple[Token, int]:
    end = text.find(text[at], at + 1)
    if end < 0:
        refuse(text, at, message("a quote that is never closed"), message("close it, or leave it out"))
    level = text[at + 1 : end]
    if "\\" in level or len(level) > MAX_LEVEL_LENGTH:
        refuse(text, at, message("text in quotes"), message("a level is short and without backslashes"))
    _check_characters(text, at + 1, level)
    return Token("string", level, at), end + 1


def is_bare_name(name: str) -> bool:
    """Tell whether a column name may stand in a formula without backticks."""
    return bool(_NAME.fullmatch(name)) and not keyword.iskeyword(name) and not name.startswith("__")


def spelled(name: str) -> str:
    """Spell a column name as a formula does, in backticks where it needs them."""
    return name if is_bare_name(name) else f"`{name}`"


def render(tokens: list[Token]) -> str:
    """Write tokens back with normalised blanks; a single column is written as its plain name."""
    if len(tokens) == 1 and tokens[0].kind == "quoted" and not _LOOKS_LIKE_ARITHMETIC.search(tokens[0].text):
        return tokens[0].text
    out: list[str] = []
    previous: Token | None = None
    for token in tokens:
        out.append(_rendered(token, previous))
        previous = token
    return "".join(out).strip()


def _rendered(token: Token, previous: Token | None) -> str:
    if token.kind == "quoted":
        return spelled(token.text)
    if token.kind == "string":
        return f'"{token.text}"' if '"' not in token.text else f"'{token.text}'"
    if token.text == ",":
        return ", "
    if token.kind == "op" and token.text in "+-":
        unary = previous is None or (previous.kind == "op" and previous.text != ")")
        return token.text if unary else f" {token.text} "
    return f" {token.text} " if token.kind == "op" and token.text in _SPACED else token.text
