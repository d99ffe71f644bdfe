"""The picture of what is held: a cell an indicator and year, the darker the more provinces."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd

from panelkit.language.message import Language, message
from panelkit.show import style
from panelkit.show.canvas import Figure, sheet
from panelkit.show.checks import need_rows

PROVINCES = 31
_LONGEST = 60
"""Cells of the longest name: a longer one would begin beyond the edge of the page."""


def held_map(
    counts: pd.DataFrame,
    *,
    labels: Mapping[Any, str] | None = None,
    language: Language = "en",
    title: str | None = None,
    notes: Sequence[str] | str = (),
) -> Figure:
    """Draw one row a series over the years of the columns: the number of provinces held, white where none is.

    Parameters
    ----------
    counts
        Integers 0 to 31; `panelkit.held_counts` makes it.
    labels
        What rows are called, by label of the index; None: the parts of the label.
    """
    need_rows(counts, message("a picture of what is held"))
    values = counts.to_numpy(float)
    rows, years = values.shape
    names = [(labels or {}).get(label, _plain(label)) for label in counts.index]
    page = sheet(
        style.WIDTH,
        0.7 + 0.2 * rows,
        title=title,
        notes=notes,
        language=language,
        alt=message("Provinces held, by indicator and year").text(language),
    )
    with style.styled():
        axes = page.drawing.add_subplot()
        shown = np.where(values > 0, values, np.nan)
        image = axes.imshow(shown, aspect="auto", cmap=style.SEQUENTIAL, vmin=0, vmax=PROVINCES * 1.15)
        axes.set_xticks(range(years), [str(year) for year in counts.columns], rotation=90, size=7.5)
        axes.set_yticks(range(rows), list(map(_short, names)), size=7.5)
        axes.set_xticks(np.arange(years + 1) - 0.5, minor=True)
        axes.set_yticks(np.arange(rows + 1) - 0.5, minor=True)
        axes.grid(which="minor", color="white", lw=0.8)
        axes.grid(visible=False, which="major")
        axes.tick_params(which="both", length=0)
        axes.xaxis.tick_top()
        for spine in axes.spines.values():
            spine.set_visible(False)
        for i, j in np.argwhere((values > 0) & (values < PROVINCES)):
            ink = style.readable_on(image.to_rgba(values[i, j]))
            axes.text(j, i, f"{values[i, j]:.0f}", ha="center", va="center", size=6.5, color=ink)
    return page.done()


def _short(name: str) -> str:
    """Return a name that fits beside the years, an ellipsis in its middle where letters are left out."""
    from rich.cells import chop_cells

    lines = chop_cells(name, _LONGEST // 2)
    return (
        name
        if len(lines) < 3
        else f"{lines[0].rstrip()} … {chop_cells(name[::-1], _LONGEST // 2)[0][::-1].lstrip()}"
    )


def _plain(label: Any) -> str:
    return " ".join(map(str, label)) if isinstance(label, tuple) else str(label)
