"""Figures of two stocks that act on each other: the phase plane."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd

from panelkit.language.message import Language, message
from panelkit.show import style
from panelkit.show.canvas import Figure, sheet
from panelkit.show.checks import need_columns, need_rows

_FIELD = ("x", "y", "dx", "dy")
_SHORTEST = 0.05  # of the axes: two years named nearer to each other overlap

_DASHES = ((0, (5, 2)), (0, (1, 1.5)))  # of the lines where a stock does not change


def phase_plane(
    field: pd.DataFrame,
    path: pd.DataFrame,
    *,
    nullclines: Sequence[pd.DataFrame] = (),
    rest: tuple[float, float] | None = None,
    labels: tuple[str, str],
    language: Language = "en",
    title: str | None = None,
    notes: Sequence[str] | str = (),
) -> Figure:
    """Draw directions, the lines where one stock does not change, the observed path and where it would rest.

    Parameters
    ----------
    field
        Columns `x, y, dx, dy`: places and the direction there; lengths are not drawn.
    path
        Columns `x, y`, the index the periods, the first and last of which are named.
    nullclines
        One frame a stock, columns `x, y`.
    rest
        The equilibrium.
    labels
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
        If a column lacks or the path is empty.
    """
    need_columns(field, _FIELD, message("a phase plane"))
    need_columns(path, ("x", "y"), message("a phase plane"))
    need_rows(path, message("a phase plane"))
    across, up = labels
    page = sheet(style.WIDTH, 4.6, title=title, notes=notes, language=language, alt=f"{up} · {across}")
    x, y = field["x"], field["y"]
    with style.styled():
        axes = page.drawing.add_subplot()
        _arrows(axes, field)
        for at, line in enumerate(nullclines):
            colour = style.CYCLE[at % len(style.CYCLE)]
            said = message("{stock} does not change", stock=labels[at]).text(language)
            axes.plot(line["x"], line["y"], color=colour, lw=1.5, ls=_DASHES[at % 2], label=said, zorder=2)
        observed = message("observed").text(language)
        axes.plot(path["x"], path["y"], color=style.INK, marker="o", ms=3.5, lw=1.4, label=observed, zorder=4)
        _name_periods(axes, path, (float(np.ptp(x)), float(np.ptp(y))))
        if rest is not None:
            said = message("equilibrium").text(language)
            axes.plot([rest[0]], [rest[1]], "D", color=style.RED, ms=7, ls="", label=said, zorder=5)
        axes.set_xlim(x.min(), x.max())
        axes.set_ylim(y.min(), y.max())
        axes.set_xlabel(across)
        axes.set_ylabel(up)
        axes.legend(loc="lower left", bbox_to_anchor=(0, 1.0), borderaxespad=0.2, ncols=2)
    return page.done()


def _arrows(axes: Any, field: pd.DataFrame) -> None:
    """Draw directions in the proportions of the axes, all of one length."""
    wide, high = np.ptp(field["x"]), np.ptp(field["y"])
    across, up = field["dx"].to_numpy(float) / wide, field["dy"].to_numpy(float) / high
    length = np.hypot(across, up)
    length = np.where(length > 0.0, length, 1.0)
    axes.quiver(
        field["x"],
        field["y"],
        across / length,
        up / length,
        color=style.FAINT,
        pivot="mid",
        width=0.0025,
        scale=30,
        zorder=1,
    )


def _name_periods(axes: Any, path: pd.DataFrame, size: tuple[float, float]) -> None:
    """Name the first and the last period, the last alone where both would overlap."""
    first, last = path.iloc[0], path.iloc[-1]
    apart = np.hypot((last["x"] - first["x"]) / size[0], (last["y"] - first["y"]) / size[1])
    ends = ((first, path.index[0]), (last, path.index[-1]))
    for row, name in ends[1:] if apart < _SHORTEST else ends:
        axes.annotate(
            str(name),
            (row["x"], row["y"]),
            xytext=(6, -10),
            textcoords="offset points",
            size=8.5,
            color=style.INK,
        )
