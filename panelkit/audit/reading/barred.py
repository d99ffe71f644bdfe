"""Tables drawn with bars: Markdown, grids of + and -, boxes of line signs."""

from __future__ import annotations

import html
import re
from collections.abc import Sequence

from panelkit.audit.glyphs import raised
from panelkit.audit.reading.ruled import is_ruler

_BARS = str.maketrans("│┃║", "|||")
_RAISED = re.compile(r"<sup>(.*?)</sup>|\^([^\s^|]{1,6})\^|\^\{?(\*+)\}?", re.I)


def is_barred(lines: Sequence[str]) -> bool:
    """Return whether most written lines hold two bars or begin with one; "P>|t|" is no bar."""
    written = [_bars(line) for line in lines if line.strip() and not is_ruler(line)]
    held = sum(line.count("|") > 1 or (line.startswith("|") and "|" in line[1:]) for line in written)
    ruled = any(
        re.fullmatch(r"\s*\|?\s*:?-{2,}:?\s*(?:\|\s*:?-{2,}:?\s*)+\|?\s*", _bars(line)) for line in lines
    )
    return held > 1 and (ruled or held * 2 > len(written))


def barred_rows(lines: Sequence[str]) -> list[list[str]]:
    """Return the cells between bars; rulers are left out, lines without bars are rows of one cell.

    A bar at the start or the end of a line is a frame where most lines have it, else an empty cell.
    """
    held = [_bars(line) for line in lines if not is_ruler(line)]
    barred = [line for line in held if "|" in line]
    led = sum(line.startswith("|") for line in barred) * 2 > len(barred)
    ended = sum(line.endswith("|") for line in barred) * 2 > len(barred)
    rows: list[list[str]] = []
    for line in held:
        if "|" not in line:
            rows.append([_unescaped(line)])
            continue
        line = line[1:] if led and line.startswith("|") else line
        line = line[:-1] if ended and line.endswith("|") and not line.endswith("\\|") else line
        rows.append([_cell(cell) for cell in re.split(r"(?<!\\)\|", line)])
    return rows


def _bars(line: str) -> str:
    return re.sub(r">\|([tz])\|", r">\1", line.translate(_BARS).strip())


def _cell(text: str) -> str:
    """Return a cell without the signs of Markdown: escapes, bold type, raised parts, line breaks."""
    held = re.sub(r"<br\s*/?>", "\n", text.strip(), flags=re.I)
    held = held.replace("\\*", "∗")  # an escaped star is printed, a bare one may be bold type
    bold = re.fullmatch(r"(\*\*|__|\*|_|`)([^*_`].*?)\1(.*)", held, re.S)
    if bold and not bold[3].startswith("*"):
        held = bold[2] + bold[3]
    held = _RAISED.sub(lambda found: raised(next(part for part in found.groups() if part is not None)), held)
    return _unescaped(held).replace("∗", "*")


def _unescaped(text: str) -> str:
    return html.unescape(re.sub(r"\\([|_\\`#$&%+\-.<>~*()\[\]{}])", r"\1", text))
