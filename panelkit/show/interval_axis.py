"""One axis of estimates with their intervals: the frame that figures of coefficients, influence and ranks share."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import pandas as pd

from panelkit.language.message import Language, message
from panelkit.show import style
from panelkit.show.canvas import Sheet, sheet
from panelkit.show.words import interval_words, word

INTERVAL = ("estimate", "conf_low", "conf_high")


@contextmanager
def one_axis(
    height: float, *, title: str | None, notes: Sequence[str] | str, language: Language, alt: str
) -> Iterator[tuple[Sheet, Any]]:
    """Open a figure of full width with one axis: `height` inches of drawing, `alt` its name without a title."""
    page = sheet(style.WIDTH, height, title=title, notes=notes, language=language, alt=alt)
    with style.styled():
        yield page, page.drawing.add_subplot()


def draw_intervals(
    axes: Any,
    part: pd.DataFrame,
    places: Sequence[float],
    *,
    colour: str,
    mark: str,
    label: str | None,
    thin: bool = False,
) -> None:
    """Draw one mark and, where the columns are held, one interval a row."""
    if {"conf_low", "conf_high"} <= set(part.columns):
        axes.hlines(places, part["conf_low"], part["conf_high"], color=colour, lw=1.0 if thin else 1.6)
    axes.plot(part["estimate"], places, mark, color=colour, ms=3.5 if thin else 5, label=label)


def name_rows(axes: Any, names: Sequence[str]) -> None:
    """Name the rows of an axis, the first on top."""
    axes.set_yticks(range(len(names)), names)
    axes.set_ylim(len(names) - 0.4, -0.6)
    axes.tick_params(axis="y", length=0)
    axes.spines["left"].set_visible(False)


def draw_references(axes: Any, reference: float | None, claimed: float | None, language: Language) -> None:
    """Draw the line of reference and the value that a paper claims."""
    if reference is not None:
        axes.axvline(reference, color=style.SOFT, lw=0.8, zorder=0)
    if claimed is not None:
        label = f"{word('claimed', language)}: {claimed:g}"
        axes.axvline(claimed, color=style.RED, lw=1.4, ls=(0, (5, 3)), label=label, zorder=0)


def put_legend(axes: Any, wanted: bool) -> None:
    """Put the legend above the axis."""
    if wanted:
        axes.legend(loc="lower left", bbox_to_anchor=(0, 1.0), ncols=4, borderaxespad=0.2, handlelength=1.8)


def estimates_label(language: Language, level: float = 0.95) -> str:
    """Return what an axis of estimates with intervals is called."""
    return message("Estimate, {interval}", interval=interval_words(level)).text(language)
