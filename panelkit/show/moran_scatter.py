"""The Moran scatter: standardised values against their spatial lag, the slope Moran's I."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd

from panelkit.language.message import Language, message
from panelkit.show import style
from panelkit.show.canvas import Figure, sheet
from panelkit.show.checks import need_columns, need_rows
from panelkit.show.labelling import name_points
from panelkit.show.maps.tiles import province_word
from panelkit.show.words import word

_CORNERS = (("HH", 1, 1), ("LH", 0, 1), ("LL", 0, 0), ("HL", 1, 0))
_TINTS = ("#8e0f22", "#4393c3", "#2166ac", "#d6604d")


def moran_scatter(
    frame: pd.DataFrame,
    *,
    slope: float | None = None,
    name: str = "z",
    lag_name: str | None = None,
    language: Language = "en",
    title: str | None = None,
    notes: Sequence[str] | str = (),
) -> Figure:
    """Draw standardised values against their spatial lag: columns `z, lag`, index the provinces' names.

    The line has the given `slope` (Moran's I where W is row-standardised), otherwise the least-squares one. Points are
    named from the outermost inwards, as far as there is room; each quadrant has a mark of its own and is named in its
    corner. Points whose column `significant`, where there is one, is true are filled, others hollow.
    """
    need_columns(frame, ("z", "lag"), message("a Moran scatter"))
    need_rows(frame, message("a Moran scatter"))
    z, lag = (frame[column].astype(float).to_numpy() for column in ("z", "lag"))
    sure = (
        frame["significant"].to_numpy(dtype=bool) if "significant" in frame else np.ones(len(z), dtype=bool)
    )
    steep = float(slope) if slope is not None else float(np.polyfit(z, lag, 1)[0])
    page = sheet(6.4, 4.8, title=title, notes=notes, language=language, alt=word("spatial_lag", language))
    with style.styled():
        axes = page.drawing.add_subplot()
        _points(axes, z, lag, sure)
        axes.axhline(0, color=style.SOFT, lw=0.8)
        axes.axvline(0, color=style.SOFT, lw=0.8)
        ends = np.array([z.min(), z.max()])
        middle = 0.0 if slope is not None else float(lag.mean() - steep * z.mean())
        shown = f"{word('slope' if slope is not None else 'fitted_slope', language)} = {steep:.3f}"
        axes.plot(ends, middle + steep * ends, color=style.INK, lw=1.4, label=shown)
        axes.margins(0.14)
        axes.set_xlabel(name)
        axes.set_ylabel(lag_name or word("spatial_lag", language))
        axes.legend(loc="lower left", bbox_to_anchor=(0, 1.0), borderaxespad=0.2)
        corners = [_corner(axes, *corner, language) for corner in _CORNERS]
        across = np.linspace(float(ends[0]), float(ends[1]), 120)
        line = np.column_stack([across, middle + steep * across])
        name_points(
            axes,
            z,
            lag,
            [province_word(label, language) for label in frame.index],
            around=corners,
            avoid=line,
        )
    return page.done()


def _points(axes: Any, z: Any, lag: Any, sure: Any) -> None:
    quadrant = np.where(z >= 0, np.where(lag >= 0, 0, 3), np.where(lag >= 0, 1, 2))
    for at, tint in enumerate(_TINTS):
        for filled in (True, False):
            some = (quadrant == at) & (sure == filled)
            if some.any():
                face = tint if filled else "white"
                axes.scatter(
                    z[some],
                    lag[some],
                    s=26,
                    facecolor=face,
                    edgecolor=tint,
                    marker=style.MARKS[at],
                    lw=0.9,
                    zorder=3,
                )


def _corner(axes: Any, name: str, right: int, top: int, language: Language) -> Any:
    return axes.annotate(
        f"{name} {word(name, language)}",
        (right, top),
        xycoords="axes fraction",
        xytext=(-4 if right else 4, -4 if top else 4),
        textcoords="offset points",
        ha="right" if right else "left",
        va="top" if top else "bottom",
        size=9,
        color=style.SOFT,
    )
