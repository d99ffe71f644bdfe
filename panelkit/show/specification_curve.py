"""The specification curve: all estimates by size, and below which choices made each."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd

from panelkit.language.errors import StyleError
from panelkit.language.message import Language, message
from panelkit.show import style
from panelkit.show.canvas import Figure, sheet, width_in_ems
from panelkit.show.checks import need_columns, need_rows
from panelkit.show.interval_axis import INTERVAL, estimates_label, put_legend
from panelkit.show.words import word


def specification_curve(
    frame: pd.DataFrame,
    *,
    choices: Sequence[str] | None = None,
    claimed: float | None = None,
    headline: Any = None,
    labels: Mapping[str, str] | None = None,
    level: float = 0.95,
    language: Language = "en",
    title: str | None = None,
    notes: Sequence[str] | str = (),
) -> Figure:
    """Draw all specifications by size of their estimate, and below which choices made each.

    `frame`: one row a specification; columns `estimate, conf_low, conf_high` and one column a choice.
    `choices` names these columns (by default all others); `headline` is the index label of the main design;
    `claimed` is the value that a paper states; `level` is that of the intervals. Blue estimates
    exclude zero, grey ones do not.
    """
    need_columns(frame, (*INTERVAL, *(choices or ())), message("a specification curve"))
    need_rows(frame, message("a specification curve"))
    if headline is not None and headline not in frame.index:
        raise StyleError(
            message("the headline {headline!r} is not in the index of the specifications", headline=headline)
        )
    held = [*INTERVAL, "std_error", "statistic", "p_value", "headline"]
    columns = list(choices) if choices is not None else [str(name) for name in frame if name not in held]
    columns = [name for name in columns if frame[name].nunique(dropna=False) > 1]
    ordered = frame.sort_values("estimate", kind="stable")
    options = [(name, option) for name in columns for option in dict.fromkeys(frame[name])]
    below = 0.17 * len(options) + 0.12 * len(columns)
    page = sheet(
        style.WIDTH,
        2.7 + below + 0.25,
        title=title,
        notes=notes,
        language=language,
        alt=word("specification", language),
    )
    with style.styled():
        rows = 2 if options else 1
        grid = page.drawing.subplots(rows, 1, sharex=True, squeeze=False, height_ratios=[2.6, below][:rows])
        top = grid[0, 0]
        _curve(top, ordered, claimed, headline, level, language)
        if options:
            _dashboard(grid[1, 0], ordered, columns, options, dict(labels or {}), headline)
        bottom = grid[-1, 0]
        bottom.set_xlabel(f"{word('specification', language)} (n = {len(ordered):,})")
        bottom.set_xlim(-0.015 * len(ordered) - 0.6, 1.015 * len(ordered) - 0.4)
    return page.done()


def _curve(
    axes: Any, ordered: pd.DataFrame, claimed: float | None, headline: Any, level: float, language: Language
) -> None:
    places = np.arange(len(ordered))
    estimate, low, high = (ordered[name].astype(float).to_numpy() for name in INTERVAL)
    clear = (low > 0) | (high < 0)
    dense = len(ordered) > 300
    size = 4.0 if dense else 14.0
    for some, colour in ((~clear, style.PALE), (clear, style.BLUE)):
        if not some.any():
            continue
        if dense:
            axes.fill_between(places, low, high, where=some, color=colour, alpha=0.25, lw=0, rasterized=True)
        else:
            axes.vlines(places[some], low[some], high[some], color=colour, lw=1.1, alpha=0.45)
        axes.scatter(places[some], estimate[some], s=size, color=colour, zorder=3, rasterized=dense, lw=0)
    axes.axhline(0, color=style.INK, lw=0.8)
    if claimed is not None:
        label = f"{word('claimed', language)}: {claimed:g}"
        axes.axhline(claimed, color=style.RED, lw=1.4, ls=(0, (5, 3)), label=label)
    if headline is not None:
        at = int(np.flatnonzero(ordered.index == headline)[0])
        label = f"{word('headline', language)}: {estimate[at]:.3g}"
        axes.vlines(at, low[at], high[at], color=style.INK, lw=2)
        axes.scatter(
            [at],
            [estimate[at]],
            s=48,
            marker="D",
            color=style.ORANGE,
            edgecolor=style.INK,
            zorder=5,
            label=label,
        )
    axes.set_ylabel(estimates_label(language, level))
    put_legend(axes, claimed is not None or headline is not None)


def _dashboard(
    axes: Any,
    ordered: pd.DataFrame,
    columns: list[str],
    options: list[tuple[str, Any]],
    labels: Mapping[str, str],
    headline: Any,
) -> None:
    heights, names, place = [], [], 0.0
    for i, (column, option) in enumerate(options):
        if i and column != options[i - 1][0]:
            place += 0.7
        heights.append(place)
        text = labels.get(str(option), str(option))
        names.append(text)
        place += 1.0
    chosen = np.array([(ordered[column] == option).to_numpy() for column, option in options])
    chosen |= np.array([ordered[c].isna().to_numpy() & pd.isna(o) for c, o in options])
    if len(ordered) > 300:
        for height, row in zip(heights, chosen, strict=True):
            picture = np.where(row, 0.15, np.nan)[None, :]
            axes.imshow(
                picture,
                extent=(-0.5, len(ordered) - 0.5, height + 0.38, height - 0.38),
                aspect="auto",
                cmap="gray",
                vmin=0,
                vmax=1,
                interpolation="nearest",
            )
    else:
        for height, row in zip(heights, chosen, strict=True):
            at = np.flatnonzero(row)
            axes.vlines(at, height - 0.36, height + 0.36, color=style.INK, lw=min(3.0, 260 / len(ordered)))
    if headline is not None:
        axes.axvline(int(np.flatnonzero(ordered.index == headline)[0]), color=style.ORANGE, lw=1.2, zorder=0)
    axes.set_ylim(place - 0.4, -0.6)
    axes.set_yticks(heights, names, size=8)
    axes.tick_params(axis="y", length=0)
    axes.spines["left"].set_visible(False)
    widest = max(width_in_ems(name) for name in names) * 8 + 12
    for column in columns:
        own = [height for height, (name, _) in zip(heights, options, strict=True) if name == column]
        axes.annotate(
            labels.get(column, column),
            (0, (own[0] + own[-1]) / 2),
            xycoords=("axes fraction", "data"),
            xytext=(-widest, 0),
            textcoords="offset points",
            ha="right",
            va="center",
            size=8.5,
            color=style.BLUE,
        )
