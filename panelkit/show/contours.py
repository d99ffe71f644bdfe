"""Figures of lines of equal value over two shares."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd

from panelkit.language.message import Language, Message, message
from panelkit.show import style
from panelkit.show.canvas import Figure, sheet
from panelkit.show.checks import need_rows


def contour_lines(
    frame: pd.DataFrame,
    *,
    critical: float,
    now: float,
    points: Sequence[tuple[str, float, float]] = (),
    x_label: Message,
    y_label: Message,
    language: Language = "en",
    title: str | None = None,
    notes: Sequence[str] | str = (),
) -> Figure:
    """Draw lines of equal value, the critical one in red.

    Parameters
    ----------
    frame
        Values (m, n): the index is the vertical axis, the columns the horizontal one.
    critical
        The value whose line is red.
    now
        The value at the origin, written there.
    points
        Named points: text, horizontal and vertical place.
    x_label, y_label
        What the axes are.
    language
        "en" or "zh".
    title, notes
        Above and below the figure.

    Returns
    -------
    Figure
        The finished figure.

    Raises
    ------
    StyleError
        If the frame is empty.
    """
    need_rows(frame, message("contour lines"))
    across, up = x_label.text(language), y_label.text(language)
    page = sheet(style.WIDTH, 4.4, title=title, notes=notes, language=language, alt=f"{up} · {across}")
    x, y = frame.columns.to_numpy(dtype=float), frame.index.to_numpy(dtype=float)
    values = frame.to_numpy(dtype=float)
    levels = [level for level in _levels(values) if not np.isclose(level, critical)]
    with style.styled():
        axes = page.drawing.add_subplot()
        lines = axes.contour(
            x, y, values, levels=levels, colors=style.SOFT, linewidths=0.8, linestyles="solid"
        )
        axes.clabel(lines, fontsize=8, fmt=lambda level: f"{level:.3g}")
        if values.min() < critical < values.max():
            line = axes.contour(
                x, y, values, levels=[critical], colors=style.RED, linewidths=2.0, linestyles="dashed"
            )
            axes.clabel(line, fontsize=8.5, fmt=lambda level: f"{level:.3g}")
        _mark(axes, f"{now:.3g}", 0.0, 0.0, style.INK)
        for text, across_at, up_at in points:
            _mark(axes, text, across_at, up_at, style.BLUE)
        axes.set_xlabel(across)
        axes.set_ylabel(up)
        axes.set_xlim(-0.01 * x[-1], x[-1])
        axes.set_ylim(-0.01 * y[-1], y[-1])
    return page.done()


def _levels(values: np.ndarray) -> list[float]:
    from matplotlib.ticker import MaxNLocator

    held = values[np.isfinite(values)]
    return [float(level) for level in MaxNLocator(9).tick_values(held.min(), held.max())]


def _mark(axes: object, text: str, x: float, y: float, colour: str) -> None:
    from matplotlib.axes import Axes

    assert isinstance(axes, Axes)
    axes.plot([x], [y], "D", color=colour, ms=5, zorder=4, clip_on=False)
    axes.annotate(text, (x, y), xytext=(6, 5), textcoords="offset points", color=colour, size=8.5)
