"""A network as a figure: circles on the tiles of provinces or around a circle, ties as arcs."""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from panelkit.language.message import Language, message
from panelkit.show import style
from panelkit.show.canvas import Figure, sheet
from panelkit.show.choropleth import TILES, adcode_of

_LEAST, _MOST = 0.25, 0.43  # radius of a circle, in tiles
_APART = "#bdbdbd"


@dataclass(frozen=True)
class Node:
    """A unit: what it is called, its size between 0 and 1, and its group (0: set apart), if there are any."""

    key: Hashable
    name: str
    size: float
    group: int | None = None


@dataclass(frozen=True)
class Arc:
    """A tie from node to node by position, its weight between 0 and 1, and whether it is returned."""

    origin: int
    destination: int
    weight: float
    mutual: bool


def network_map(
    nodes: Sequence[Node],
    arcs: Sequence[Arc],
    *,
    language: Language = "en",
    title: str | None = None,
    notes: Sequence[str] = (),
) -> Figure:
    """Draw ties as arcs between circles: on tiles where every node is a province, around a circle otherwise.

    Circles are as large as `size` says and coloured by group; arcs bend to the left of their way, so that a tie and its
    return stay apart, heavier ones darker and wider.
    """
    codes = [adcode_of(node.key) for node in nodes]
    tiles = all(code is not None for code in codes)
    alt = title or message("Network").text(language)
    page = sheet(6.8, 7.0 if tiles else 6.6, title=title, notes=notes, language=language, alt=alt)
    with style.styled():
        axes = page.drawing.add_subplot()
        places = _on_tiles([code or 0 for code in codes]) if tiles else _on_circle(len(nodes))
        if tiles:
            _pale_tiles(axes)
        radii = [_LEAST + (_MOST - _LEAST) * np.sqrt(min(1.0, node.size)) for node in nodes]
        for arc in reversed(arcs):
            _arc(axes, places, radii, arc)
        for node, place, radius, code in zip(nodes, places, radii, codes, strict=True):
            short = node.name if code is None or language == "zh" else TILES[code].code
            _circle(axes, node, place, radius, short, inside=tiles)
        _legend(axes, nodes, language)
        _frame(axes, tiles)
    return page.done()


def _on_tiles(codes: Sequence[int]) -> list[tuple[float, float]]:
    return [(TILES[code].column + 0.5, TILES[code].row + 0.5) for code in codes]


def _on_circle(count: int) -> list[tuple[float, float]]:
    angles = np.pi / 2 - 2 * np.pi * np.arange(count) / count
    return [(3.5 + 3.0 * float(np.cos(a)), 4.0 - 3.0 * float(np.sin(a))) for a in angles]


def _pale_tiles(axes: Any) -> None:
    from matplotlib.patches import FancyBboxPatch

    for tile in TILES.values():
        axes.add_patch(
            FancyBboxPatch(
                (tile.column + 0.05, tile.row + 0.05),
                0.9,
                0.9,
                boxstyle="round,pad=0,rounding_size=0.07",
                facecolor="#f4f4f4",
                edgecolor="none",
                zorder=0,
            )
        )


def _arc(axes: Any, places: Sequence[tuple[float, float]], radii: Sequence[float], arc: Arc) -> None:
    from matplotlib.patches import FancyArrowPatch

    start, end = np.array(places[arc.origin]), np.array(places[arc.destination])
    way = end - start
    length = float(np.hypot(*way)) or 1.0
    bend = 0.18 if length < 4 else 0.12
    unit = way / length
    patch = FancyArrowPatch(
        tuple(start + unit * radii[arc.origin] * 0.9),
        tuple(end - unit * (radii[arc.destination] + 0.02)),
        connectionstyle=f"arc3,rad={bend}",
        arrowstyle="-|>,head_length=3.2,head_width=1.7",
        linewidth=0.5 + 1.5 * arc.weight,
        color=style.SOFT if not arc.mutual else style.INK,
        alpha=0.25 + 0.55 * arc.weight,
        shrinkA=0,
        shrinkB=0,
        zorder=2,
    )
    axes.add_patch(patch)


def _circle(
    axes: Any, node: Node, place: tuple[float, float], radius: float, label: str, *, inside: bool
) -> None:
    from matplotlib.patches import Circle

    colour = _colour(node.group)
    axes.add_patch(Circle(place, radius, facecolor=colour, edgecolor="white", linewidth=0.8, zorder=3))
    axes.text(
        place[0],
        place[1] if inside else place[1] + radius + 0.12,
        label,
        ha="center",
        va="center",
        size=8.5 if len(label) < 3 or not inside else 7,
        color=style.readable_on(colour) if inside else style.INK,
        zorder=4,
    )


def _colour(group: int | None) -> str:
    if group is None:
        return style.BLUE
    return _APART if group == 0 else style.CYCLE[(group - 1) % len(style.CYCLE)]


def _legend(axes: Any, nodes: Sequence[Node], language: Language) -> None:
    from matplotlib.lines import Line2D
    from matplotlib.patches import Patch

    groups = sorted({node.group for node in nodes if node.group is not None})
    handles: list[Any] = [
        Patch(
            facecolor=_colour(group),
            label=(message("set apart") if group == 0 else message("block {number}", number=group)).text(
                language
            ),
        )
        for group in groups
    ]
    handles.append(
        Line2D([], [], color=style.INK, lw=1.2, label=message("tie in both directions").text(language))
    )
    handles.append(
        Line2D([], [], color=style.SOFT, lw=1.2, label=message("tie in one direction").text(language))
    )
    axes.legend(handles=handles, loc="upper left", ncols=2 if len(handles) > 4 else 1, handlelength=1.2)


def _frame(axes: Any, tiles: bool) -> None:
    axes.set_xlim(-0.1, 7.1)
    axes.set_ylim(8.05, 0 if tiles else -0.3)
    axes.set_aspect("equal")
    axes.set_axis_off()
