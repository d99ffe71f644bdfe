"""Names of lines, ranks and points on a drawing, moved apart where they would touch."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from panelkit.show.extents import Box, extent, touch

_SIDES = {"left": 0.0, "center": 0.5, "right": 1.0}  # of the width of a name, where it is held


def year_ticks(axes: Any, years: Sequence[float]) -> None:
    """Mark at most about a dozen years, the last one among them."""
    step = max(1, -(-len(years) // 12))
    shown = [year for i, year in enumerate(reversed(years)) if i % step == 0][::-1]
    axes.set_xticks(shown, [f"{year:g}" for year in shown])


def rank_ticks(axes: Any, told: list[tuple[float, str]], count: int, *, first: bool) -> None:
    """Write names and ranks as the marks of an axis, the first or the last of the chart."""
    by_rank: dict[float, list[str]] = {}
    for rank, name in sorted(told):
        by_rank.setdefault(rank, []).append(name)
    pairs = [(" / ".join(names), f"{rank:g}") for rank, names in by_rank.items()]
    texts = [f"{name}\u2002{rank}" if first else f"{rank}\u2002{name}" for name, rank in pairs]
    axes.set_yticks(list(by_rank), texts, size=8.5)
    axes.set_ylim(count + 0.6, 0.4)
    axes.tick_params(axis="y", length=0)
    for spine in axes.spines.values():
        spine.set_visible(False)


def name_ends(
    drawing: Any, axes: Any, last: float, ends: list[tuple[float, str, str]], *, height: float
) -> None:
    """Write the names at the right, moved apart where they would touch."""
    if not ends:
        return
    low, high = axes.get_ylim()
    gap = (high - low) * 0.165 / height
    ordered = sorted(ends)
    places = spread([value for value, _, _ in ordered], gap, low, high)
    for place, (value, name, colour) in zip(places, ordered, strict=True):
        axes.annotate(
            name,
            (1.0, value),
            xycoords=("axes fraction", "data"),
            xytext=(1.03, place),
            textcoords=("axes fraction", "data"),
            va="center",
            color=colour,
            size=9.5,
            annotation_clip=False,
            arrowprops={"arrowstyle": "-", "color": colour, "lw": 0.6}
            if abs(place - value) > gap / 3
            else None,
        )
    axes.set_ylim(low, high)


def spread(values: Sequence[float], gap: float, low: float, high: float) -> list[float]:
    """Return sorted values moved as little as needed so that neighbours are at least `gap` apart."""
    places = [float(value) for value in values]
    for _ in range(200):
        moved = False
        for i in range(1, len(places)):
            short = gap - (places[i] - places[i - 1])
            if short > 1e-9 * max(gap, 1e-12):
                places[i - 1] -= short / 2
                places[i] += short / 2
                moved = True
        if places and places[0] < low:
            places = [place + (low - places[0]) if i == 0 else place for i, place in enumerate(places)]
        if places and places[-1] > high:
            places[-1] = high
        if not moved:
            break
    return places


def name_points(
    axes: Any,
    x: Any,
    y: Any,
    names: Sequence[str],
    *,
    around: Sequence[Any] = (),
    avoid: Any = None,
    order: Any = None,
    gaps: Any = 4.0,
    behind: str | None = None,
) -> None:
    """Name points, as long as a name touches no other name and no point, no text of `around`, and nothing to `avoid`.

    Names come from the outermost inwards, or in the `order` given, and are as wide as matplotlib draws them; `avoid`
    are further points (m, 2), such as those of a line. Names stay `gaps` (n,) points away from their own point and from
    the others, and lie on a ground of the colour `behind`.
    """
    size = 8.0
    drawing = axes.get_figure()
    drawing.draw_without_rendering()  # settles the layout, so that places are known
    scale = 72 / drawing.dpi
    frame = axes.get_window_extent()
    wide, tall = frame.width * scale, frame.height * scale
    points = (axes.transData.transform(np.column_stack([x, y])) - (frame.x0, frame.y0)) * scale
    away = np.broadcast_to(np.asarray(gaps, dtype=float), len(points))
    taken: list[Box] = [
        (px - gap, py - gap, px + gap, py + gap) for (px, py), gap in zip(points, away, strict=True)
    ]
    ground = (
        None if behind is None else {"boxstyle": "square,pad=0.05", "fc": behind, "ec": "none", "alpha": 0.7}
    )
    for text in around:
        box = text.get_window_extent()
        low, high = (box.min - (frame.x0, frame.y0)) * scale, (box.max - (frame.x0, frame.y0)) * scale
        taken.append((low[0] - 2, low[1] - 2, high[0] + 2, high[1] + 2))
    if avoid is not None:
        further = (axes.transData.transform(avoid) - (frame.x0, frame.y0)) * scale
        taken += [(px - 1, py - 1, px + 1, py + 1) for px, py in further]
    outwards = np.argsort(-(np.square(x) + np.square(y)), kind="stable")
    for i in outwards if order is None else order:
        width, height = (scale * side for side in extent(drawing, names[i], size))
        px, py = points[i]
        off = away[i] + 1.0
        sides = (
            (off, -height / 2, "left"),
            (-off - width, -height / 2, "right"),
            (-width / 2, off, "center"),
            (-width / 2, -off - height, "center"),
        )
        for dx, dy, side in sides:
            spot = (px + dx, py + dy, px + dx + width, py + dy + height)
            inside = spot[0] > 0 and spot[2] < wide and spot[1] > 0 and spot[3] < tall
            if inside and not any(touch(spot, other) for other in taken):
                place = {"xytext": (dx + _SIDES[side] * width, dy), "ha": side, "va": "bottom", "size": size}
                axes.annotate(
                    names[i], (x[i], y[i]), textcoords="offset points", bbox=ground, zorder=2.5, **place
                ).set_in_layout(False)
                taken.append(spot)
                break
