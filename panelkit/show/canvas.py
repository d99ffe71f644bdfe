"""The finished figure, its title and notes, and how it is written."""

from __future__ import annotations

import re
import unicodedata
import warnings
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from io import BytesIO
from pathlib import Path
from typing import Any
from xml.sax.saxutils import escape

from panelkit.language.errors import StyleError
from panelkit.language.message import Language, in_language, message
from panelkit.show import style
from panelkit.show.files import write_whole
from panelkit.show.words import word

_FAMILY = re.compile(r"font-family: [^;\"]+; ?")
_SHORTHAND = re.compile(r"(font: [^;\"]*?\d(?:px|pt) )[^;\"]+")
_EAST_ASIAN = re.compile(r"[\u2e80-\u9fff\uf900-\ufaff]")
_PIECES = re.compile(r"[\u2e80-\u9fff\uff00-\uffef]|[^ \t\n\u2e80-\u9fff\uff00-\uffef]+|[ \t\n]+")
_CLOSING, _OPENING = "，。；：、！？）》」』”’)", "（《「『“‘("
_LINE = 0.165  # inches a line of notes


@dataclass(frozen=True, eq=False)
class Figure:
    """A finished figure; `drawing` is the matplotlib figure behind it, `alt` its description in words."""

    drawing: Any
    alt: str = ""
    language: Language = "en"

    def svg(self) -> str:
        """Return the figure as one `<svg>` element whose text stays text."""
        return _svg(self.drawing, self.alt, self.language)

    def save(self, path: str | Path, *, dpi: int = 200) -> Path:
        """Write the figure as SVG, PNG or PDF, by the ending of `path`; return the path.

        Raises
        ------
        StyleError
            If the ending is none of these.
        """
        ending = Path(path).suffix.lower()
        if ending == ".svg":
            return write_whole(path, self.svg())
        if ending not in (".png", ".pdf"):
            raise StyleError(
                message(
                    "a figure is written as .svg, .png or .pdf, not {ending!r}", ending=ending or str(path)
                )
            )
        _warn_without_font(self.drawing)
        raw = BytesIO()
        metadata = {"Software": None} if ending == ".png" else {"CreationDate": None, "Producer": None}
        with style.styled(quiet=style.chinese_font() is None):
            self.drawing.savefig(raw, format=ending[1:], dpi=dpi, metadata=metadata)
        return write_whole(path, raw.getvalue())

    def _repr_svg_(self) -> str:
        return self.svg()


@dataclass(frozen=True, eq=False)
class Sheet:
    """An empty figure with room left for title and notes."""

    drawing: Any
    language: Language
    alt: str

    def done(self) -> Figure:
        """Return the finished figure, its layout settled, so that every copy of it is the same."""
        with style.styled():
            self.drawing.draw_without_rendering()
        self.drawing.set_layout_engine("none")
        return Figure(self.drawing, self.alt, self.language)


def sheet(
    width: float,
    height: float,
    *,
    title: str | None,
    notes: Sequence[str] | str,
    language: Language,
    alt: str,
) -> Sheet:
    """Return an empty figure: `width` inches, `height` inches of drawing, title above, notes below."""
    title = None if title is None else in_language(title, language)
    style.drawing_library()
    from matplotlib.figure import Figure as Drawing

    lines = _note_lines(notes, width, language)
    heads = wrap(title, (width - 0.2) / 0.165) if title else []
    top = 0.235 * len(heads) + (0.1 if heads else 0.0)
    bottom = _LINE * len(lines) + (0.12 if lines else 0.0)
    total = height + top + bottom
    with style.styled():
        drawing = Drawing(figsize=(width, total), layout="constrained")
        engine: Any = drawing.get_layout_engine()
        engine.set(rect=(0.0, bottom / total, 1.0, height / total), w_pad=0.06, h_pad=0.06)
        if heads:
            drawing.text(0.1 / width, 1 - 0.07 / total, "\n".join(heads), ha="left", va="top", size=12)
        if lines:
            shown = "\n".join(lines)
            drawing.text(0.1 / width, 0.07 / total, shown, ha="left", va="bottom", size=8.5, color=style.SOFT)
    return Sheet(drawing, language, title or alt)


def wrap(text: str, ems: float) -> list[str]:
    """Return text broken into lines of at most `ems`, between words or between Chinese characters.

    No line begins with a closing mark or ends with an opening one; one closing mark may stand over the end.
    """
    lines: list[str] = []
    line: list[str] = []
    for piece in _PIECES.findall(text):
        over = 1.0 if piece[0] in _CLOSING else 0.0
        if not line or width_in_ems("".join(line) + piece.rstrip()) <= ems + over:
            line.append(piece)
            continue
        carried = [piece]
        while len(line) > 1 and (carried[0][0] in _CLOSING or line[-1][0] in _OPENING):
            carried.insert(0, line.pop())
        if carried[0][0] in _CLOSING:  # a long word alone before it
            line += carried
            continue
        lines.append("".join(line).rstrip())
        line = [] if carried[0].isspace() else carried
    last = "".join(line).rstrip()
    return [*lines, last] if last.strip() else lines


def width_in_ems(text: str) -> float:
    """Return about how wide a text is, in multiples of its size."""
    return sum(
        1.0 if unicodedata.east_asian_width(char) in "WF" else 0.64 if char.isdigit() else 0.56
        for char in text
    )


def _note_lines(notes: Sequence[str] | str, width: float, language: Language) -> list[str]:
    parts = [notes] if isinstance(notes, str) else list(notes)
    parts = [in_language(part, language) for part in parts if part]
    if not parts:
        return []
    stop = word("stop", language)
    ended = [part if part.endswith((".", "。")) else part + stop for part in parts]
    text = word("notes", language) + word("colon", language) + ("" if language == "zh" else " ").join(ended)
    return wrap(text, (width - 0.2) * 72 / 8.5)


def _svg(drawing: Any, alt: str, language: Language) -> str:
    raw = BytesIO()
    with style.styled():
        drawing.savefig(raw, format="svg", dpi=200, metadata={"Date": None, "Creator": None})
    text = raw.getvalue().decode("utf-8")
    text = text[text.index("<svg") :]
    names = ", ".join(f"'{name}'" if " " in name else name for name in style.FAMILIES)
    text = _SHORTHAND.sub(rf"\1{names}, sans-serif", _FAMILY.sub("", text))
    tag = "zh-CN" if language == "zh" else "en"
    head, body = text.split(">", 1)
    label = f"\n <title>{escape(alt)}</title>" if alt else ""
    marks = f'style="font-family: {names}, sans-serif" role="img" xml:lang="{tag}"'
    lines = (line.rstrip() for line in f"{head} {marks}>{label}{body}".splitlines())
    return "\n".join(lines) + "\n"


def _warn_without_font(drawing: Any) -> None:
    from matplotlib.text import Text

    shown = "".join(text.get_text() for text in drawing.findobj(Text))
    if style.chinese_font() is None and _EAST_ASIAN.search(shown):
        say_boxes()


@cache
def say_boxes() -> None:
    """Warn once that Chinese characters are boxes without a font, with what to do."""
    said = message(
        "no Chinese font is installed, so figures show boxes for Chinese characters: install Noto Sans CJK SC (Debian, "
        "Ubuntu: apt install fonts-noto-cjk; Fedora: dnf install google-noto-sans-cjk-fonts; elsewhere: the download "
        "NotoSansCJKsc-Regular.otf, put into the folder of fonts), or save as .svg"
    )
    warnings.warn(said, UserWarning, stacklevel=4)
