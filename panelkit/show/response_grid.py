"""The figure of responses: one column an impulse, one row a response, bands, a second order, other estimates beside."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd

from panelkit.language.message import Language, Message, message
from panelkit.show import style
from panelkit.show.canvas import Figure, sheet, wrap
from panelkit.show.checks import need_columns, need_rows
from panelkit.show.term_names import term_label
from panelkit.show.words import interval_words

_NEEDED = ("impulse", "response", "horizon", "estimate", "conf_low", "conf_high")
_ENDS = ("reversed_low", "reversed_high")
_FAR = 1e300
_ACROSS, _UP = 52.0, 6.6  # ems of a head over the width of the figure, and an inch of its height


def response_grid(
    frame: pd.DataFrame,
    *,
    quantity: Message,
    beside: pd.DataFrame | None = None,
    level: float = 0.95,
    labels: Mapping[str, str] | None = None,
    language: Language = "en",
    title: str | None = None,
    notes: Sequence[str] | str = (),
) -> Figure:
    """Draw numbers by impulse, response and horizon.

    `frame`: columns `impulse, response, horizon, estimate, conf_low, conf_high`, where known also `reversed,
    reversed_low, reversed_high` (dashed, the ends of its band thin); `beside`: the same columns, as points with bars.
    """
    what = message("a figure of responses")
    for one in (frame, *([] if beside is None else [beside])):
        need_columns(one, _NEEDED, what)
        need_rows(one, what)
    names = list(dict.fromkeys(frame["impulse"]))
    named = {name: term_label("", name, labels or {}, language) for name in names}
    count = len(names)
    alt = message(
        "{quantity} of {names} to shocks", quantity=quantity, names=[named[name] for name in names]
    ).text(language)
    height = 0.85 + (2.0 if count <= 2 else 1.55) * count
    page = sheet(style.WIDTH, height, title=title, notes=notes, language=language, alt=alt)
    with style.styled():
        top, *rows = _rooms(page.drawing, count, height)
        _legend(top, frame, beside, (quantity, level), language)
        for row, response in enumerate(names):
            for column, impulse in enumerate(names):
                axes = rows[row][column]
                _panel(axes, _of(frame, impulse, response))
                if beside is not None:
                    _points(axes, _of(beside, impulse, response))
                if row == 0:
                    axes.set_title("\n".join(wrap(f"{named[impulse]} →", _ACROSS / count)), size=9)
                if column == 0:
                    axes.set_ylabel("\n".join(wrap(f"→ {named[response]}", _UP * height / count)), size=9)
        for axes in rows[-1]:
            axes.set_xlabel(message("periods after the shock").text(language), size=9)
    return page.done()


def _of(frame: pd.DataFrame, impulse: str, response: str) -> pd.DataFrame:
    return frame[(frame["impulse"] == impulse) & (frame["response"] == response)].sort_values("horizon")


def _panel(axes: Any, part: pd.DataFrame) -> None:
    """Draw one response; what runs to infinity leaves the panel."""
    at = part["horizon"].to_numpy(float)
    low, high = (_finite(part[name]) for name in ("conf_low", "conf_high"))
    axes.axhline(0.0, color=style.SOFT, lw=0.8, zorder=1)
    axes.fill_between(at, low, high, color=style.SKY, alpha=0.3, lw=0, zorder=2)
    axes.plot(at, _finite(part["estimate"]), color=style.BLUE, lw=1.8, zorder=4)
    if "reversed" in part:
        axes.plot(at, _finite(part["reversed"]), color=style.RED, lw=1.4, ls=(0, (5, 2)), zorder=3)
        for name in _ENDS:
            axes.plot(at, _finite(part[name]), color=style.RED, lw=0.7, ls=":", zorder=3)
    axes.grid(axis="y", color=style.FAINT, lw=0.5)
    axes.set_axisbelow(True)
    axes.margins(x=0.02)
    axes.locator_params(axis="x", integer=True)
    axes.tick_params(labelsize=8)


def _points(axes: Any, part: pd.DataFrame) -> None:
    held = part[np.isfinite(part["estimate"].to_numpy(float))]
    at = held["horizon"].to_numpy(float)
    axes.vlines(at, held["conf_low"], held["conf_high"], color=style.GREEN, lw=0.9, zorder=5)
    axes.plot(at, held["estimate"], "o", color=style.GREEN, ms=3, zorder=5)


def _finite(values: pd.Series) -> np.ndarray:
    return np.clip(values.to_numpy(float), -_FAR, _FAR)


def _rooms(drawing: Any, count: int, height: float) -> list[Any]:
    """Return the room of the legend, over all columns, and the rows of panels below it."""
    parts = drawing.add_gridspec(count + 1, count, height_ratios=[0.3, *[(height - 0.3) / count] * count])
    top = drawing.add_subplot(parts[0, :])
    top.set_axis_off()
    rows = [[drawing.add_subplot(parts[row + 1, column]) for column in range(count)] for row in range(count)]
    for row in rows[:-1]:
        for axes in row:
            axes.tick_params(labelbottom=False)
    return [top, *rows]


def _legend(
    axes: Any,
    frame: pd.DataFrame,
    beside: pd.DataFrame | None,
    said: tuple[Message, float],
    language: Language,
) -> None:
    from matplotlib.lines import Line2D
    from matplotlib.patches import Patch

    quantity, level = said
    handles: list[Any] = [Line2D([], [], color=style.BLUE, lw=1.8)]
    texts = [quantity.text(language)]
    if frame["conf_low"].notna().any():
        handles.append(Patch(fc=style.SKY, alpha=0.3, lw=0))
        texts.append(interval_words(level).text(language))
    if "reversed" in frame:
        handles.append(Line2D([], [], color=style.RED, lw=1.4, ls=(0, (5, 2))))
        texts.append(message("order reversed").text(language))
    if beside is not None:
        handles.append(Line2D([], [], color=style.GREEN, marker="o", ms=3, lw=0.9))
        texts.append(message("local projections").text(language))
    axes.legend(
        handles,
        texts,
        loc="center left",
        bbox_to_anchor=(0.0, 0.5),
        ncols=len(texts),
        fontsize=8.5,
        handlelength=1.8,
        columnspacing=1.4,
        borderaxespad=0.0,
    )
