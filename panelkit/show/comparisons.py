"""The picture of a coefficient as an average: weight and estimate of every comparison, by its kind."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd

from panelkit.language.message import Language, in_language, message
from panelkit.show import style
from panelkit.show.canvas import Figure, sheet
from panelkit.show.checks import need_columns, need_rows


def comparison_scatter(
    frame: pd.DataFrame,
    *,
    average: float,
    language: Language = "en",
    title: str | None = None,
    notes: Sequence[str] | str = (),
) -> Figure:
    """Draw comparisons by weight and estimate, a mark a kind, and their average as a line.

    Parameters
    ----------
    frame
        A row a comparison: columns `type` (messages), `weight`, `estimate`.
    average
        The weighted mean of the estimates.
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
        If the frame is empty or lacks a column.
    """
    what = message("a picture of comparisons")
    need_columns(frame, ("type", "weight", "estimate"), what)
    need_rows(frame, what)
    across, up = message("Weight").text(language), message("Estimate").text(language)
    page = sheet(style.WIDTH, 3.9, title=title, notes=notes, language=language, alt=f"{up} · {across}")
    with style.styled():
        axes = page.drawing.add_subplot()
        axes.axhline(0.0, color=style.FAINT, lw=0.8, zorder=0)
        axes.axhline(average, color=style.INK, lw=1.0, ls=(0, (5, 3)), zorder=1)
        kinds = list(dict.fromkeys(frame["type"]))
        for at, kind in enumerate(kinds):
            part = frame[[held == kind for held in frame["type"]]]
            axes.scatter(
                part["weight"].to_numpy(float),
                part["estimate"].to_numpy(float),
                s=26,
                marker=style.MARKS[at % len(style.MARKS)],
                color=style.CYCLE[at % len(style.CYCLE)],
                lw=0,
                zorder=3,
                label=in_language(kind, language),
            )
        axes.set_xlabel(across)
        axes.set_ylabel(up)
        axes.margins(x=0.06, y=0.12)
        axes.set_xlim(left=-0.02 * float(frame["weight"].max()))
        axes.legend(frameon=False, fontsize=8.5)
    return page.done()
