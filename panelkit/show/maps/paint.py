"""What an area is filled with: a colour, and a hatch where its grey alone would not tell it apart."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from panelkit.language.errors import StyleError
from panelkit.language.message import message
from panelkit.show import style

HATCHES = ("", "\\\\\\", "...", "xxx", "---", "|||", "+++", "oo")
BELOW_HATCH = HATCHES[1]
APART = 9.0  # of lightness, which a printed grey still shows


@dataclass(frozen=True)
class Paint:
    """A colour and a hatch over it ("": none)."""

    colour: str
    hatch: str = ""

    @property
    def ink(self) -> str:
        """Return the colour of the hatch."""
        return style.HATCH if self == MISSING else style.readable_on(self.colour)


MISSING = Paint(style.NO_VALUE, style.MISSING_HATCH)
PLAIN = Paint("#f4f4f4")


def told_apart(colours: Sequence[str]) -> list[Paint]:
    """Return a paint by colour, hatched where another of the same hatch is nearly as dark.

    Raises
    ------
    StyleError
        If there are more colours than greys and hatches.
    """
    found: list[Paint] = []
    for colour in colours:
        light = style.lightness(colour)
        free = (
            hatch
            for hatch in HATCHES
            if all(one.hatch != hatch or abs(style.lightness(one.colour) - light) >= APART for one in found)
        )
        hatch = next(free, None)
        if hatch is None:
            raise StyleError(message("{count} classes are not told apart on a map", count=len(colours)))
        found.append(Paint(colour, hatch))
    return found


def add_patch(
    axes: Any, make: Callable[..., Any], paint: Paint, *, gid: str, edge: str = "none", width: float = 0.0
) -> None:
    """Add what `make` returns in its paint.

    A hatch is a second patch over the first, since a patch has one colour for its edge and its hatch.
    """
    axes.add_patch(make(facecolor=paint.colour, edgecolor=edge, linewidth=width, zorder=1, gid=gid))
    if paint.hatch:
        axes.add_patch(
            make(facecolor="none", edgecolor=paint.ink, linewidth=0.0, hatch=paint.hatch, zorder=1.5)
        )


def key_patch(paint: Paint, label: str) -> Any:
    """Return the patch of a legend."""
    from matplotlib.patches import Patch

    hatch = paint.hatch or None
    return Patch(facecolor=paint.colour, edgecolor=paint.ink, linewidth=0.0, hatch=hatch, label=label)
