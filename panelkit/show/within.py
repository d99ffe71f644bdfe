"""The trend picture: what is left of outcome and treatment within units, and what is left net of their trends."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd

from panelkit.language.errors import StyleError
from panelkit.language.message import Language, message
from panelkit.show import style
from panelkit.show.canvas import Figure, sheet
from panelkit.show.checks import need_columns, need_rows
from panelkit.show.labelling import name_points
from panelkit.show.words import word

NAMED = 5
"""So many units are named in each panel: those whose points lie farthest out."""


def within_scatter(
    panels: Mapping[str, pd.DataFrame],
    *,
    slopes: Sequence[float],
    labels: Mapping[str, str] | None = None,
    names: tuple[str, str],
    language: Language = "en",
    title: str | None = None,
    notes: Sequence[str] | str = (),
) -> Figure:
    """Draw residuals of two columns against each other, one panel a heading, each with its slope.

    `panels`: heading -> columns `x, y, unit, when`; `slopes` one a panel; `names` what x and y are called. The units
    whose points lie farthest out are named, each once.
    """
    what = message("a scatter of residuals")
    for frame in panels.values():
        need_columns(frame, ("x", "y", "unit", "when"), what)
        need_rows(frame, what)
    if len(slopes) != len(panels):
        raise StyleError(
            message("{n} slopes for {panels} panels: give one each", n=len(slopes), panels=len(panels))
        )
    page = sheet(style.WIDTH, 3.7, title=title, notes=notes, language=language, alt=names[1])
    with style.styled():
        row = page.drawing.subplots(1, len(panels), sharey=True, squeeze=False)[0]
        for axes, (heading, frame), slope in zip(row, panels.items(), slopes, strict=True):
            _panel(axes, frame, slope, heading, language)
            axes.set_xlabel(names[0])
        row[0].set_ylabel(names[1])
        for axes, frame in zip(row, panels.values(), strict=True):
            _name(axes, frame, dict(labels or {}))
    return page.done()


def _panel(axes: Any, frame: pd.DataFrame, slope: float, heading: str, language: Language) -> None:
    x = frame["x"].to_numpy(dtype=float)
    axes.axhline(0, color=style.FAINT, lw=0.8, zorder=0)
    axes.axvline(0, color=style.FAINT, lw=0.8, zorder=0)
    axes.scatter(x, frame["y"], s=11, color=style.BLUE, alpha=0.55, lw=0, zorder=2)
    ends = np.array([x.min(), x.max()])
    axes.plot(ends, slope * ends, color=style.RED, lw=1.6, zorder=3)
    shown = f"{word('fitted_slope', language)}{word('colon', language)}{slope:.3g}".replace("-", "−")
    axes.set_title(f"{heading}\n{shown}", loc="left")
    axes.margins(0.1)


def _name(axes: Any, frame: pd.DataFrame, labels: Mapping[str, str]) -> None:
    """Name the outlying units at the point of each that lies farthest out."""
    deviation = frame[["x", "y"]].std(ddof=0).replace(0.0, 1.0)
    far = frame.assign(far=((frame[["x", "y"]] / deviation) ** 2).sum(axis=1))
    outermost = far.loc[far.groupby("unit", sort=False)["far"].idxmax()].nlargest(NAMED, "far")
    shown = [
        f"{labels.get(str(u), str(u))} {t}" for u, t in zip(outermost["unit"], outermost["when"], strict=True)
    ]
    name_points(axes, outermost["x"].to_numpy(float), outermost["y"].to_numpy(float), shown)
