"""The path diagram of a mediation: boxes, arrows, estimates."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

import pandas as pd

from panelkit.language.errors import StyleError
from panelkit.language.message import Language, message
from panelkit.show import style
from panelkit.show.canvas import Figure, sheet, wrap
from panelkit.show.checks import need_columns, need_rows, star_levels
from panelkit.show.grid import number, significance
from panelkit.show.words import stars_note, word

Point = tuple[float, float]
_HALF = (0.2, 0.1)  # half width and half height of a box, in units of the drawing
_LOWEST, _STEP = 0.62, 0.4  # height of the lowest of several parallel mediators, and from one to the next
_UNIT = (3.65, 2.75)  # inches a unit of width and of height
_SHARES = {2: (0.5, 0.33), 3: (0.5, 0.46, 0.25)}  # where along the arrows to serial mediators the text stands


def path_diagram(
    paths: pd.DataFrame,
    *,
    treatment: str,
    mediators: Sequence[str],
    outcome: str,
    order: Literal["parallel", "serial"] = "parallel",
    effects: pd.DataFrame | None = None,
    stars: tuple[float, ...] | None = (0.10, 0.05, 0.01),
    decimals: int = 3,
    labels: Mapping[str, str] | None = None,
    language: Language = "en",
    title: str | None = None,
    notes: Sequence[str] | str = (),
) -> Figure:
    """Draw treatment, mediators and outcome as boxes, and every estimated path as an arrow with its estimate.

    `paths`: columns `source, target, estimate` and, where known, `std_error, p_value`. Parallel mediators
    stand one above the other, serial ones side by side. `effects` (columns `effect, estimate`, and
    `conf_low, conf_high` or `p_value` where known) is written under the drawing.
    """
    need_columns(paths, ("source", "target", "estimate"), message("a path diagram"))
    need_rows(paths, message("a path diagram"))
    stars = star_levels(stars)
    places = _places(treatment, list(mediators), outcome, order)
    unknown = sorted({str(name) for name in [*paths["source"], *paths["target"]]} - set(places))
    if unknown:
        raise StyleError(
            message("paths lead to {unknown}, which is no treatment, mediator or outcome", unknown=unknown)
        )
    skips = order == "serial" and len(mediators) == 3
    tall = max(place[1] for place in places.values()) + _HALF[1] + (0.36 if skips else 0.05)
    page = sheet(
        style.WIDTH,
        _UNIT[1] * (tall + _HALF[1] + 0.05),
        title=title,
        notes=_all_notes(notes, effects, stars, decimals, "p_value" in paths, language),
        language=language,
        alt=f"{treatment} → {', '.join(mediators)} → {outcome}",
    )
    named = dict(labels or {})
    with style.styled():
        axes = page.drawing.add_subplot()
        for i, row in paths.reset_index(drop=True).iterrows():
            source, target = str(row["source"]), str(row["target"])
            route = _route(source, target, places, mediators, order)
            _arrow(axes, route, _text(row, stars, decimals), int(str(i)))
        for name, place in places.items():
            _box(axes, place, named.get(name, name), mediator=name in mediators)
        axes.set_xlim(0, 2.0)
        axes.set_ylim(-_HALF[1] - 0.05, tall)
        axes.set_axis_off()
    return page.done()


def _places(treatment: str, mediators: list[str], outcome: str, order: str) -> dict[str, Point]:
    """Return the middle of every box.

    Raises
    ------
    StyleError
        If there is no mediator, a name stands twice, or more than three mediators follow one another.
    """
    count = len(mediators)
    if count == 0:
        raise StyleError(message("a path diagram needs at least one mediator"))
    if order == "serial" and count > 3:
        raise StyleError(message("a serial diagram has room for three mediators, not {count}", count=count))
    places = {treatment: (0.25, 0.0), outcome: (1.75, 0.0)}
    if order == "parallel" or count == 1:
        places |= {name: (1.0, _LOWEST + _STEP * (count - 1 - i)) for i, name in enumerate(mediators)}
    else:
        edge = 0.5 if count == 2 else 0.3
        places |= {name: (edge + (2 - 2 * edge) * i / (count - 1), 0.95) for i, name in enumerate(mediators)}
    if len(places) != count + 2:
        raise StyleError(message("treatment, mediators and outcome need different names"))
    return places


def _text(row: pd.Series, stars: tuple[float, ...] | None, decimals: int) -> str:
    mark = significance(float(row["p_value"]), stars) if "p_value" in row else ""
    error = f"\n({number(row['std_error'], decimals)})" if "std_error" in row else ""
    return (number(row["estimate"], decimals) + mark + error).replace("-", "−")


def _box(axes: Any, place: Point, name: str, *, mediator: bool) -> None:
    from matplotlib.patches import FancyBboxPatch

    half = _HALF
    box = FancyBboxPatch(
        (place[0] - half[0], place[1] - half[1]),
        2 * half[0],
        2 * half[1],
        boxstyle="round,pad=0,rounding_size=0.03",
        facecolor="#e8f2f9" if mediator else "white",
        edgecolor=style.INK,
        lw=1.1,
        zorder=3,
    )
    axes.add_patch(box)
    axes.text(*place, "\n".join(wrap(name, 11.0)), ha="center", va="center", size=9.5, zorder=4)


@dataclass(frozen=True)
class _Route:
    """One arrow: where it starts and ends, where along it the text stands, how much it is bent."""

    begin: Point
    end: Point
    share: float
    bend: float = 0.0


def _route(
    source: str, target: str, places: Mapping[str, Point], mediators: Sequence[str], order: str
) -> _Route:
    start, stop = places[source], places[target]
    inner = [name in mediators for name in (source, target)]
    if not any(inner):
        return _Route(_side(start, stop), _side(stop, start), 0.5)
    if all(inner):
        apart = abs(list(mediators).index(source) - list(mediators).index(target))
        if order == "serial" and apart == 1:
            return _Route(_side(start, stop), _side(stop, start), 0.5)
        return _Route(_top(start), _top(stop), 0.5, bend=-0.28)
    if order == "parallel" or len(mediators) == 1:
        if inner[1]:
            return _Route(_top(start), _side(stop, start), 0.55)
        return _Route(_side(start, stop), _top(stop), 0.45)
    at = list(mediators).index(target if inner[1] else source)
    if inner[1]:
        return _Route(_top(start, 0.05 * at), _bottom(stop, -0.05 * at), _SHARES[len(mediators)][at])
    back = len(mediators) - 1 - at
    return _Route(_bottom(start, 0.05 * back), _top(stop, -0.05 * back), 1 - _SHARES[len(mediators)][back])


def _arrow(axes: Any, route: _Route, text: str, number_: int) -> None:
    begin, end = route.begin, route.end
    axes.annotate(
        "",
        xy=end,
        xytext=begin,
        arrowprops={
            "arrowstyle": "-|>",
            "color": style.INK,
            "lw": 1.2,
            "shrinkA": 1,
            "shrinkB": 1,
            "connectionstyle": f"arc3,rad={route.bend}",
        },
        zorder=1,
    )
    x = begin[0] + (end[0] - begin[0]) * route.share
    y = (
        begin[1]
        + (end[1] - begin[1]) * route.share
        - route.bend * abs(end[0] - begin[0]) * 0.5 * _UNIT[0] / _UNIT[1]
    )
    white = {"facecolor": "white", "edgecolor": "none", "pad": 1.5}
    axes.text(x, y, text, ha="center", va="center", size=9.5, bbox=white, zorder=2, gid=f"path-{number_}")


def _side(box: Point, towards: Point) -> Point:
    return box[0] + (_HALF[0] if towards[0] > box[0] else -_HALF[0]), box[1]


def _top(box: Point, shift: float = 0.0) -> Point:
    return box[0] + shift, box[1] + _HALF[1]


def _bottom(box: Point, shift: float = 0.0) -> Point:
    return box[0] + shift, box[1] - _HALF[1]


def _all_notes(
    notes: Sequence[str] | str,
    effects: pd.DataFrame | None,
    stars: tuple[float, ...] | None,
    decimals: int,
    starred: bool,
    language: Language,
) -> list[str]:
    told = (
        [] if effects is None else [_effect(row, stars, decimals, language) for _, row in effects.iterrows()]
    )
    parts = [word("semicolon", language).join(told)] if told else []
    if stars and starred:
        parts.append(stars_note(stars, language, blank="\u00a0"))
    return [*parts, *([notes] if isinstance(notes, str) else notes)]


def _effect(row: pd.Series, stars: tuple[float, ...] | None, decimals: int, language: Language) -> str:
    mark = significance(float(row["p_value"]), stars) if "p_value" in row else ""
    text = (
        word(str(row["effect"]), language)
        + word("colon", language)
        + number(row["estimate"], decimals)
        + mark
    )
    if "conf_low" in row and "conf_high" in row:
        text += f" [{number(row['conf_low'], decimals)}, {number(row['conf_high'], decimals)}]"
    return text.replace("-", "−")
