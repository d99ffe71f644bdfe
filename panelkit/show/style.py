"""The style of all figures: colours that a colour-blind reader can tell apart, fonts, sizes."""

from __future__ import annotations

import re
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from typing import Any

from panelkit.language.extras import FIGURES
from panelkit.language.message import message

INK = "#222222"
SOFT = "#6b6b6b"
FAINT = "#d5d5d5"
PALE = "#a6a6a6"  # what is not certain: in grey print paler than BLUE and RED
BLUE = "#0072B2"
RED = "#D55E00"
GREEN = "#009E73"
ORANGE = "#E69F00"
SKY = "#56B4E9"
PINK = "#CC79A7"
CYCLE = (BLUE, RED, GREEN, ORANGE, PINK, SKY, "#7F6A00", INK)
MARKS = ("o", "s", "^", "D", "v", "P", "X", "h")
SEQUENTIAL = "YlGnBu"
DIVERGING = "RdBu_r"
NO_VALUE = "#ededed"
MISSING_HATCH = "////"  # over NO_VALUE: in grey print the palest values look like it
HATCH = "#b3b3b3"

WIDTH = 7.5  # inches: 720 px in a browser
CHINESE = (
    "Noto Sans CJK SC",
    "Source Han Sans SC",
    "Source Han Sans CN",
    "PingFang SC",
    "Hiragino Sans GB",
    "Microsoft YaHei",
    "SimHei",
    "WenQuanYi Micro Hei",
    "Noto Sans SC",
    "Arial Unicode MS",
    "Noto Sans CJK JP",  # the one name that matplotlib before 3.11 sees of the collection
)
_CHINESE_FILE = re.compile(r"cjk|sourcehan|pingfang|hiragino|msyh|simhei|wqy|notosanssc|arial ?unicode")
FAMILIES = ("Arial", "Helvetica", "DejaVu Sans", *CHINESE)

_RC: dict[str, Any] = {
    "font.size": 9.5,
    "axes.titlesize": 10.5,
    "axes.labelsize": 9.5,
    "axes.labelcolor": INK,
    "axes.edgecolor": SOFT,
    "axes.linewidth": 0.8,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.formatter.useoffset": False,
    "axes.formatter.limits": (-5, 7),
    "xtick.labelsize": 9,
    "ytick.labelsize": 9,
    "xtick.color": SOFT,
    "ytick.color": SOFT,
    "xtick.labelcolor": INK,
    "ytick.labelcolor": INK,
    "legend.frameon": False,
    "legend.fontsize": 9,
    "text.color": INK,
    "text.parse_math": False,
    "svg.fonttype": "none",
    "svg.hashsalt": "panelkit",
    "pdf.fonttype": 42,
    "hatch.linewidth": 0.6,
    "figure.facecolor": "white",
    "savefig.facecolor": "white",
}


def drawing_library() -> Any:
    """Return matplotlib, which only a drawing imports.

    Raises
    ------
    MissingExtraError
        If it is not installed.
    """
    FIGURES.require(message("drawing a figure"))
    import matplotlib as mpl

    return mpl


@cache
def chinese_font() -> str | None:
    """Return the first Chinese font that is installed, or None.

    matplotlib keeps a list of fonts from its first start: fonts that were installed since are looked for beside it.
    """
    drawing_library()
    from matplotlib import font_manager

    manager = font_manager.fontManager
    held = {font.name for font in manager.ttflist}
    found = next((name for name in CHINESE if name in held), None)
    if found is not None:
        return found
    listed = {font.fname for font in manager.ttflist}
    for path in sorted(set(font_manager.findSystemFonts()) - listed):
        if _CHINESE_FILE.search(path.lower()):
            manager.addfont(path)
    held = {font.name for font in manager.ttflist}
    return next((name for name in CHINESE if name in held), None)


@contextmanager
def styled(*, quiet: bool = True) -> Iterator[None]:
    """Apply the style inside the block and put everything back after it.

    `quiet` keeps matplotlib silent about glyphs that the drawing machine lacks: an SVG does not need them.
    """
    mpl = drawing_library()
    found = chinese_font()
    fonts = ["DejaVu Sans", *([found] if found else [])]
    settings: Any = {**_RC, "font.family": fonts}  # by name: a generic family has no fallback
    with mpl.rc_context(settings), warnings.catch_warnings():
        if quiet:
            warnings.filterwarnings("ignore", message=r"Glyph .* missing from")
        yield


def sequence_colours(count: int, name: str = SEQUENTIAL, low: float = 0.3) -> list[str]:
    """Return `count` colours from pale to dark."""
    mpl = drawing_library()
    from matplotlib.colors import to_hex

    scale = mpl.colormaps[name]
    if count == 1:
        return [to_hex(scale(0.8))]
    return [to_hex(scale(low + (0.95 - low) * i / (count - 1))) for i in range(count)]


def luminance(colour: Any) -> float:
    """Return the relative luminance of a colour (WCAG 2), from 0 (black) to 1 (white)."""
    drawing_library()
    from matplotlib.colors import to_rgb

    linear = [c / 12.92 if c <= 0.03928 else ((c + 0.055) / 1.055) ** 2.4 for c in to_rgb(colour)]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def lightness(colour: Any) -> float:
    """Return the lightness L* (CIE 1976) of a colour, from 0 to 100: the grey that a printer makes of it."""
    light = luminance(colour)
    return 903.3 * light if light <= 0.008856 else 116.0 * light ** (1 / 3) - 16.0


def readable_on(colour: Any) -> str:
    """Return white or ink, whichever can be read on `colour`."""
    return "white" if luminance(colour) < 0.3 else INK
