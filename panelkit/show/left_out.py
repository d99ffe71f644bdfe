"""One unit left out at a time: the slope and the p of every sample without it, the worst named."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd

from panelkit.language.message import Language, message
from panelkit.show import style
from panelkit.show.canvas import Figure, sheet
from panelkit.show.checks import need_columns, need_rows
from panelkit.show.interval_axis import name_rows, put_legend
from panelkit.show.words import word


def left_out_plot(
    frame: pd.DataFrame,
    *,
    headline: tuple[float, float, float],
    worst: str,
    level: float = 0.05,
    labels: Mapping[str, str] | None = None,
    language: Language = "en",
    title: str | None = None,
    notes: Sequence[str] | str = (),
) -> Figure:
    """Draw the estimate and the p without each unit, two dots a row, sorted by the estimate.

    `frame`: columns `left_out, estimate, p_value`. `headline`: estimate, low and high of the whole sample; `worst` the
    unit whose absence costs most, `level` the line beside p.
    """
    need_columns(frame, ("left_out", "estimate", "p_value"), message("a plot of units left out"))
    need_rows(frame, message("a plot of units left out"))
    named = dict(labels or {})
    ordered = frame.sort_values("estimate", kind="stable").reset_index(drop=True)
    height = 0.95 + 0.2 * len(ordered)
    page = sheet(
        style.WIDTH, height, title=title, notes=notes, language=language, alt=word("without", language)
    )
    with style.styled():
        left, right = page.drawing.subplots(1, 2, sharey=True, width_ratios=[1.6, 1.0])
        value, low, high = headline
        if np.isfinite([low, high]).all():
            left.axvspan(low, high, color=style.SKY, alpha=0.18, lw=0)
        left.axvline(value, color=style.BLUE, lw=1.2, label=word("full_sample", language))
        _dots(left, ordered["estimate"], ordered["left_out"] == worst)
        _dots(right, ordered["p_value"], ordered["left_out"] == worst)
        name_rows(left, [named.get(str(name), str(name)) for name in ordered["left_out"]])
        if low <= 0.0 <= high or (ordered["estimate"].min() < 0.0 < ordered["estimate"].max()):
            left.axvline(0.0, color=style.SOFT, lw=0.8, zorder=0)
        left.set_xlabel(word("estimate", language))
        left.set_ylabel(word("without", language))
        _p_axis(right, ordered["p_value"], level, language)
        put_legend(left, True)
    return page.done()


def _dots(axes: Any, values: pd.Series, worst: pd.Series) -> None:
    """Draw one dot a row, that of the worst unit larger and in another colour."""
    places = np.arange(len(values))
    held = values.to_numpy(dtype=float)
    bad = worst.to_numpy(dtype=bool)
    axes.plot(held[~bad], places[~bad], "o", color=style.INK, ms=3.5)
    axes.plot(held[bad], places[bad], "D", color=style.RED, ms=5.5, zorder=4)
    axes.grid(axis="y", color=style.FAINT, lw=0.4)
    axes.set_axisbelow(True)


def _p_axis(axes: Any, values: pd.Series, level: float, language: Language) -> None:
    axes.axvline(level, color=style.RED, lw=1.2, ls=(0, (5, 3)), label=f"p = {level:g}")
    largest = float(np.nanmax([*values.to_numpy(dtype=float), 2.0 * level]))
    axes.set_xlim(-0.03 * largest, min(1.03, 1.08 * largest))
    axes.set_xlabel(word("p_value", language))
    axes.tick_params(axis="y", length=0)
    axes.spines["left"].set_visible(False)
    put_legend(axes, True)
