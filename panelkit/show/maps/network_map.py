"""A network as a figure: circles on the tiles of provinces, at places or around a circle, ties as arcs."""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from panelkit.language.message import Language, Message, message
from panelkit.show import style
from panelkit.show.brief import Brief
from panelkit.show.canvas import Figure, sheet
from panelkit.show.extents import extent
from panelkit.show.labelling import name_points
from panelkit.show.maps.areas import draw_areas, frame_areas, said_below
from panelkit.show.maps.base_map import BaseMap
from panelkit.show.maps.paint import PLAIN, Paint, key_patch, told_apart
from panelkit.show.maps.tiles import TILES, adcode_of, draw_tiles, frame_tiles

FloatArray = NDArray[np.float64]
_IN_TILE = (0.25, 0.45)  # least and largest radius of a circle, in tiles
_AT_PLACE = (0.04, 0.13)  # in sevenths of the width
_GROUPS = ("#0b3c5d", "#d55e00", "#e6a93c", "#a9d8f5", "#3f7fbf", "#009e73", "#cc79a7", "#7f6a00")
_ALONE = Paint("#0072b2")
_APART = Paint("#f7f7f7")
_WIDEST = 3.2  # points
_LEAST_WIDTH = 0.35
_DASHES = (0, (4, 1.6))
SHARES = (1.0, 0.25, 1 / 16)  # of the largest weight, whose widths the legend shows: whole, half, a quarter


@dataclass(frozen=True)
class Node:
    """A unit: what it is called, its size between 0 and 1, and its group (0: set apart), if there are any."""

    key: Hashable
    name: str
    size: float
    group: int | None = None


@dataclass(frozen=True)
class Arc:
    """A tie from node to node by position, its weight (not negative), and whether it is returned."""

    origin: int
    destination: int
    weight: float
    mutual: bool


@dataclass(frozen=True, eq=False)
class Layout(Brief):
    """Where the circles lie: places (n, 2), radii (n,), and how names stand: inside, around or beside them."""

    places: FloatArray
    radii: FloatArray
    names: str
    unit: float  # a seventh of the width, in the units of `places`


def network_map(
    nodes: Sequence[Node],
    arcs: Sequence[Arc],
    *,
    places: FloatArray | None = None,
    boundaries: BaseMap | None = None,
    weight_name: Message | None = None,
    language: Language = "en",
    title: str | None = None,
    notes: Sequence[str] = (),
) -> Figure:
    """Draw ties as arcs between circles: on tiles where every node is a province, around a circle otherwise.

    `places` (n, 2) puts the circles at points of a plane instead, over the areas of `boundaries` where these are given.
    Circles are as large as `size` says and filled by group. Arcs bend to the left of their way, so that a tie and its
    return stay apart, and end in an arrow; their width is the root of their weight, and the legend shows three of them.
    A tie in one direction is dashed.
    """
    codes = [adcode_of(node.key) for node in nodes]
    tiles = places is None and all(code is not None for code in codes)
    alt = title or message("Network").text(language)
    told = [*notes, *([] if boundaries is None else said_below(boundaries, language))]
    page = sheet(7.0, 7.4 if tiles else 7.0, title=title, notes=told, language=language, alt=alt)
    with style.styled():
        axes = page.drawing.add_subplot()
        size = np.sqrt(np.clip([node.size for node in nodes], 0.0, 1.0))
        layout = _layout(axes, codes, places, boundaries, size)
        most = max((arc.weight for arc in arcs), default=0.0)
        for arc in reversed(arcs):
            _arc(axes, layout, arc, _width(arc.weight, most))
        paints = _paints(nodes)
        for at, node in enumerate(nodes):
            _circle(axes, layout, at, paints[node.group])
        _legend(page.drawing, axes, arcs, most, paints, weight_name, language)
        _names(page.drawing, axes, layout, nodes, codes, [paints[node.group] for node in nodes], language)
    return page.done()


def _layout(
    axes: Any,
    codes: Sequence[int | None],
    places: FloatArray | None,
    boundaries: BaseMap | None,
    size: FloatArray,
) -> Layout:
    if places is not None:
        return _at_places(axes, places, boundaries, size)
    radii = _IN_TILE[0] + (_IN_TILE[1] - _IN_TILE[0]) * size
    frame_tiles(axes)
    if all(code is not None for code in codes):
        draw_tiles(axes, {}, PLAIN)
        return Layout(np.array([TILES[code or 0].middle for code in codes]), radii, "inside", 1.0)
    count = len(codes)
    angles = np.pi / 2 - 2 * np.pi * np.arange(count) / count
    around = np.column_stack([3.5 + 2.45 * np.cos(angles), 4.0 - 2.45 * np.sin(angles)])
    room = 2.45 * 2 * np.pi / count / 2
    return Layout(around, np.minimum(0.6 * radii, 0.9 * room), "around", 1.0)


def _at_places(axes: Any, places: FloatArray, boundaries: BaseMap | None, size: FloatArray) -> Layout:
    if boundaries is not None:
        frame_areas(axes, boundaries)
        draw_areas(axes, boundaries, dict.fromkeys(boundaries.areas, PLAIN))
    else:
        low, high = places.min(axis=0), places.max(axis=0)
        edge = 0.08 * float((high - low).max() or 1.0)
        axes.set_xlim(low[0] - edge, high[0] + edge)
        axes.set_ylim(low[1] - edge, high[1] + edge)
        axes.set_aspect("equal")
        axes.set_axis_off()
    seventh = float(np.ptp(axes.get_xlim())) / 7
    radii = seventh * (_AT_PLACE[0] + (_AT_PLACE[1] - _AT_PLACE[0]) * size)
    return Layout(places, radii, "beside", seventh)


def _width(weight: float, most: float) -> float:
    """Return the width of an arc in points: the root of its weight, so that a quarter is half as wide."""
    share = weight / most if most > 0 else 0.0
    return max(_LEAST_WIDTH, _WIDEST * float(np.sqrt(max(share, 0.0))))


def _arc(axes: Any, layout: Layout, arc: Arc, width: float) -> None:
    from matplotlib.patches import FancyArrowPatch

    start, end = layout.places[arc.origin], layout.places[arc.destination]
    way = end - start
    length = float(np.hypot(*way)) or 1.0
    unit = way / length
    down = -1.0 if axes.yaxis_inverted() else 1.0
    head = 1.6 + 1.3 * width
    axes.add_patch(
        FancyArrowPatch(
            tuple(start + unit * layout.radii[arc.origin] * 0.9),
            tuple(end - unit * (layout.radii[arc.destination] + 0.02 * layout.unit)),
            connectionstyle=f"arc3,rad={-down * (0.18 if length < 4 * layout.unit else 0.12)}",
            arrowstyle=f"-|>,head_length={head + 1.2:.3f},head_width={head / 2:.3f}",
            mutation_scale=1.0,
            linewidth=width,
            linestyle="-" if arc.mutual else _DASHES,
            color=style.INK if arc.mutual else "#4d4d4d",
            alpha=0.7,
            shrinkA=0,
            shrinkB=0,
            zorder=2,
            gid=f"arc-{arc.origin}-{arc.destination}",
        )
    )


def _paints(nodes: Sequence[Node]) -> dict[int | None, Paint]:
    """Return a paint by group, apart in grey as well; one for all where there are no groups."""
    groups = sorted({node.group for node in nodes if node.group})
    tints = [_GROUPS[at % len(_GROUPS)] for at in range(len(groups))]
    return {None: _ALONE, 0: _APART, **dict(zip(groups, told_apart(tints), strict=True))}


def _circle(axes: Any, layout: Layout, at: int, paint: Paint) -> None:
    from matplotlib.patches import Circle

    place, radius = tuple(layout.places[at]), float(layout.radii[at])
    axes.add_patch(
        Circle(place, radius, facecolor=paint.colour, edgecolor=style.INK, linewidth=0.5, zorder=3)
    )
    if paint.hatch:
        axes.add_patch(
            Circle(
                place,
                radius,
                facecolor="none",
                edgecolor=paint.ink,
                linewidth=0,
                hatch=paint.hatch,
                zorder=3.1,
            )
        )


def _names(
    drawing: Any,
    axes: Any,
    layout: Layout,
    nodes: Sequence[Node],
    codes: Sequence[int | None],
    paints: Sequence[Paint],
    language: Language,
) -> None:
    """Write the names: inside the circles on tiles, outwards around a circle, beside places where there is room."""
    drawing.draw_without_rendering()  # settles the layout, so that the size of a circle is known
    pixels = abs(axes.transData.transform((1, 0))[0] - axes.transData.transform((0, 0))[0])
    if layout.names == "beside":
        order = np.argsort([-node.size for node in nodes], kind="stable")
        names = [node.name for node in nodes]
        points = layout.radii * pixels * 72 / drawing.dpi
        x, y = layout.places.T
        name_points(axes, x, y, names, order=order, gaps=points + 0.5, behind="white")
        return
    if layout.names == "around":
        _name_around(drawing, axes, layout, nodes)
        return
    for at, node in enumerate(nodes):
        x, y = layout.places[at]
        short = node.name if language == "zh" else TILES[codes[at] or 0].code
        size = _size_inside(drawing, short, 1.7 * layout.radii[at] * pixels)
        ink = style.readable_on(paints[at].colour)
        behind = {"boxstyle": "square,pad=0.1", "fc": paints[at].colour, "ec": "none"}
        box = behind if paints[at].hatch else None
        axes.text(x, y, short, ha="center", va="center", size=size, color=ink, bbox=box, zorder=4)


def _name_around(drawing: Any, axes: Any, layout: Layout, nodes: Sequence[Node]) -> None:
    """Write the names outwards of their circles, the whole so much smaller that the longest of them has room."""
    middle, size = layout.places.mean(axis=0), 8.5
    reach = float(np.hypot(*(layout.places - middle).T).max() + layout.radii.max() + 0.1)
    half = float(axes.get_window_extent().width) / 2
    wide = max(extent(drawing, node.name, size)[0] for node in nodes)
    if wide > half / 2:
        size, wide = size * half / 2 / wide, half / 2
    whole = reach * half / (half - wide)
    axes.set_xlim(middle[0] - whole, middle[0] + whole)
    axes.set_ylim(middle[1] + reach + 0.3, middle[1] - reach - 0.3)
    for at, node in enumerate(nodes):
        way = (layout.places[at] - middle) / np.hypot(*(layout.places[at] - middle))
        x, y = layout.places[at] + way * (layout.radii[at] + 0.08)
        side = "center" if abs(way[0]) < 0.05 else "left" if way[0] > 0 else "right"
        upright = "center" if side != "center" else "bottom" if way[1] < 0 else "top"
        axes.text(x, y, node.name, ha=side, va=upright, size=size, color=style.INK, zorder=4)


def _three_digits(value: float) -> str:
    """Return a number with three digits that count, written out where it is no longer than a word."""
    rounded = f"{value:.3g}"
    return f"{float(rounded):,.0f}" if 1e3 <= value < 1e9 else rounded


def _size_inside(drawing: Any, text: str, room: float) -> float:
    """Return the size, from 9 down to 6, at which a text is no wider than `room` pixels."""
    wide = extent(drawing, text, 9.0)[0]
    return float(np.clip(np.floor(18.0 * room / wide) / 2, 6.0, 9.0))


def _legend(
    drawing: Any,
    axes: Any,
    arcs: Sequence[Arc],
    most: float,
    paints: dict[int | None, Paint],
    weight_name: Message | None,
    language: Language,
) -> None:
    from matplotlib.lines import Line2D

    handles: list[Any] = [
        key_patch(paint, message("block {number}", number=group).text(language))
        for group, paint in paints.items()
        if group
    ]
    if handles:
        handles.append(key_patch(_APART, message("set apart").text(language)))
    kinds = {arc.mutual for arc in arcs}
    both, one = message("tie in both directions"), message("tie in one direction")
    lines = [(True, both, style.INK, "-"), (False, one, "#4d4d4d", _DASHES)]
    for mutual, said, colour, dashes in lines:
        if mutual in kinds:
            handles.append(Line2D([], [], color=colour, lw=1.2, ls=dashes, label=said.text(language)))
    name = weight_name or message("weight")
    for share in SHARES if most > 0 else ():
        label = f"{name.text(language)} {_three_digits(most * share)}"
        handles.append(Line2D([], [], color=style.INK, lw=_width(most * share, most), label=label))
    axes.legend(
        handles=handles,
        loc="upper center",
        bbox_to_anchor=(0.5, 0.0),
        ncols=min(4, len(handles)),
        handlelength=2.4,
        columnspacing=1.4,
    )
