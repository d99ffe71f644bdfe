"""The source of a LaTeX table: comments, macros of its own, environments, arguments in braces."""

from __future__ import annotations

import re
from collections.abc import Iterator

from panelkit.language.errors import DataError
from panelkit.language.message import message

_COMMENT = re.compile(r"(?<!\\)((?:\\\\)*)%[^\n]*(?:\n[ \t]*(?!\n))?")
_VERBATIM = re.compile(r"\\begin\{(comment|verbatim|lstlisting)\}.*?(?:\\end\{\1\}|\Z)", re.S)
_DEFINED = re.compile(
    r"\\(?:re)?newcommand\*?\s*\{?\s*(\\[A-Za-z@]+)\s*\}?\s*(?:\[([1-9])\])?(?:\[[^\]]*\])?\s*(?=\{)"
    r"|\\providecommand\*?\s*\{?\s*(\\[A-Za-z@]+)\s*\}?\s*(?:\[([1-9])\])?\s*(?=\{)"
    r"|\\def\s*(\\[A-Za-z@]+)((?:#[1-9])*)\s*(?=\{)"
)
LENGTH = re.compile(r"(?:\s*\*?\s*\[\s*-?\s*[0-9.]*\s*(?:pt|ex|em|mm|cm|in|bp|pc|sp|\\[A-Za-z]+)\s*\])?")
"""The space that may follow the end of a line; brackets that hold a number without a unit are those of a cell."""
_EXPANSIONS = 20_000
_LONGEST = 4_000_000
_OPTION = 2_000


def without_comments(text: str) -> str:
    """Return the source without comments."""
    return _COMMENT.sub(r"\1", _VERBATIM.sub("", text))


def argument(text: str, at: int) -> tuple[str, int]:
    """Return the argument that begins at a place (in braces, else one sign or command) and where it ends."""
    while at < len(text) and text[at] in " \t\n":
        at += 1
    if at >= len(text):
        return "", at
    if text[at] == "{":
        end = shut(text, at)
        return text[at + 1 : end], min(end + 1, len(text))
    found = re.compile(r"\\[A-Za-z@]+\*?|\\.|.", re.S).match(text, at)
    return (found.group(), found.end()) if found else ("", at + 1)


def option(text: str, at: int) -> int:
    """Return where an argument in square brackets that may begin at a place ends; the place where there is none."""
    found = re.compile(r"[ \t]*\[").match(text, at)
    if found is None:
        return at
    depth, place = 0, found.end()
    while place < min(len(text), at + _OPTION):
        sign = text[place]
        depth += (sign == "{") - (sign == "}")
        if sign == "]" and depth <= 0:
            return place + 1
        place += 2 if sign == "\\" else 1
    return at


def shut(text: str, at: int) -> int:
    """Return where the brace that opens at a place is shut; the end of the text where it is not."""
    depth, place = 0, at
    while place < len(text):
        sign = text[place]
        if sign == "\\":
            place += 2
            continue
        depth += (sign == "{") - (sign == "}")
        if depth == 0:
            return place
        place += 1
    return len(text)


def environments(text: str, names: str) -> Iterator[tuple[str, int, int, int]]:
    """Yield the outermost environments whose name matches: name, start, start of what they hold, its end."""
    begins = re.compile(rf"\\begin\s*\{{\s*({names})\*?\s*\}}")
    at = 0
    while found := begins.search(text, at):
        marks = re.compile(rf"\\(begin|end)\s*\{{\s*(?:{names})\*?\s*\}}")
        depth, end = 1, len(text)
        at = len(text)
        for mark in marks.finditer(text, found.end()):
            depth += 1 if mark[1] == "begin" else -1
            if depth == 0:
                end, at = mark.start(), mark.end()
                break
        yield found[1], found.start(), found.end(), end


def expanded(text: str, name: str) -> str:
    r"""Return the source with the macros that it defines put in, `\sym` left for the cells.

    Raises
    ------
    DataError
        If they expand beyond any table.
    """
    macros: dict[str, tuple[int, str]] = {}
    pieces, at = [], 0
    for found in _DEFINED.finditer(text):
        if found.start() < at:
            continue
        body, end = argument(text, found.end())
        macro = found[1] or found[3] or found[5]
        count = int(found[2] or found[4] or 0) if not found[5] else found[6].count("#")
        if macro != "\\sym":
            macros[macro] = (count, body)
        pieces.append(text[at : found.start()])
        at = end
    held = "".join([*pieces, text[at:]])
    return _put_in(held, macros, name) if macros else held


def _put_in(text: str, macros: dict[str, tuple[int, str]], name: str) -> str:
    """Return a text with macros put in, those that they hold too."""
    named = "|".join(re.escape(macro) for macro in sorted(macros, key=len, reverse=True))
    used = re.compile(rf"(?:{named})(?![A-Za-z@])")
    out: list[str] = []
    left = [(text, 0)]
    length = expansions = 0
    while left:
        held, at = left.pop()
        found = used.search(held, at)
        out.append(held[at:] if found is None else held[at : found.start()])
        length += len(out[-1])
        if found is not None:
            count, body = macros[found.group()]
            end = found.end()
            for number in range(1, count + 1):
                value, end = argument(held, end)
                body = body.replace(f"#{number}", value)
            left += [(held, end), (body, 0)]
            expansions += 1
            if expansions > _EXPANSIONS or length + len(body) > _LONGEST:
                raise DataError(
                    message("{name} defines macros that expand without end, or beyond any table", name=name)
                )
    return "".join(out)
