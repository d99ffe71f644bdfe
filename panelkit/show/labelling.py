"""Names of lines, ranks and points on a drawing, moved apart where they would touch."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from panelkit.show.canvas import width_in_ems


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


def name_points(axes: Any, x: Any, y: Any, names: Sequence[str]) -> None:
    """Name points from the outermost inwards, as long as a name touches no other name or point."""
    size = 8.0
    drawing = axes.get_figure()
    drawing.draw_without_rendering()  # settles the layout, so that places are known
    scale = 72 / drawing.dpi
    frame = axes.get_window_extent()
    wide, tall = frame.width * scale, frame.height * scale
    points = (axes.transData.transform(np.column_stack([x, y])) - (frame.x0, frame.y0)) * scale
    taken = [(px - 4, py - 4, px + 4, py + 4) for px, py in points]
    for left in (0.0, wide - 66):
        taken += [(left, 0.0, left + 66, 16.0), (left, tall - 16, left + 66, tall)]
    for i in np.argsort(-(np.square(x) + np.square(y)), kind="stable"):
        wide_name = width_in_ems(names[i]) * size * 1.15
        px, py = points[i]
        for dx, dy in ((5.0, -4.0), (-5.0 - wide_name, -4.0), (-wide_name / 2, 5.0), (-wide_name / 2, -14.0)):
            spot = (px + dx, py + dy, px + dx + wide_name, py + dy + size * 1.4)
            if not any(_touch(spot, other) for other in taken) and spot[0] > 0 and spot[2] < wide:
                place = {"xytext": (dx, dy), "textcoords": "offset points", "size": size}
                axes.annotate(names[i], (x[i], y[i]), **place).set_in_layout(False)
                taken.append(spot)
                break


def _touch(a: tuple[float, float, float, float], b: tuple[float, float, float, float]) -> bool:
    return a[0] < b[2] and b[0] < a[2] and a[1] < b[3] and b[1] < a[3]
