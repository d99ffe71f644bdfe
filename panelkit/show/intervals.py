"""Figures of estimates with their intervals: coefficients, comparisons, influence, ranks, specifications."""

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
from panelkit.show.words import interval_words, word

_INTERVAL = ("estimate", "conf_low", "conf_high")


def coefficient_plot(
    frame: pd.DataFrame,
    *,
    by: str | None = None,
    reference: float | None = 0.0,
    claimed: float | None = None,
    labels: Mapping[str, str] | None = None,
    language: Language = "en",
    title: str | None = None,
    notes: Sequence[str] | str = (),
) -> Figure:
    """Draw one row a term with its interval; `by` names a column that sets models side by side.

    `frame`: columns `term, estimate, conf_low, conf_high`, as `tidy()` gives them. `reference` is a thin
    line (zero), `claimed` a dashed one.
    """
    need_columns(frame, ("term", *_INTERVAL, *([by] if by else [])), message("a coefficient plot"))
    need_rows(frame, message("a coefficient plot"))
    named = dict(labels or {})
    terms = [str(term) for term in dict.fromkeys(frame["term"])]
    groups = [None] if by is None else list(dict.fromkeys(frame[by]))
    page = sheet(
        style.WIDTH,
        0.8 + max(0.36, 0.17 * len(groups) + 0.12) * len(terms) + (0.25 if by else 0),
        title=title,
        notes=notes,
        language=language,
        alt=word("coefficient", language),
    )
    with style.styled():
        axes = page.drawing.add_subplot()
        for i, group in enumerate(groups):
            part = frame if by is None else frame[frame[by] == group]
            shift = (i - (len(groups) - 1) / 2) * min(0.22, 0.7 / len(groups))
            places = [terms.index(str(term)) + shift for term in part["term"]]
            label = None if group is None else named.get(str(group), str(group))
            _bars(axes, part, places, colour=style.CYCLE[i % 8], mark=style.MARKS[i % 8], label=label)
        _rows(axes, [named.get(term, term) for term in terms])
        _lines(axes, reference, claimed, language)
        axes.set_xlabel(_estimates(language))
        _legend(axes, by is not None or claimed is not None)
    return page.done()


def interval_plot(
    frame: pd.DataFrame,
    *,
    reference: float | None = 0.0,
    claimed: float | None = None,
    highlight: Sequence[str] = (),
    labels: Mapping[str, str] | None = None,
    language: Language = "en",
    title: str | None = None,
    notes: Sequence[str] | str = (),
) -> Figure:
    """Compare one estimate under several covariances, samples or estimators: one row each, in the given order.

    `frame`: columns `label, estimate, conf_low, conf_high`; rows named in `highlight` are coloured.
    """
    need_columns(frame, ("label", *_INTERVAL), message("an interval plot"))
    need_rows(frame, message("an interval plot"))
    named = dict(labels or {})
    names = [str(label) for label in frame["label"]]
    page = sheet(
        style.WIDTH,
        0.85 + 0.3 * len(names),
        title=title,
        notes=notes,
        language=language,
        alt=word("estimate", language),
    )
    with style.styled():
        axes = page.drawing.add_subplot()
        for i, name in enumerate(names):
            colour = style.RED if name in highlight else style.BLUE
            _bars(axes, frame.iloc[[i]], [float(i)], colour=colour, mark="o", label=None)
        _rows(axes, [named.get(name, name) for name in names])
        _lines(axes, reference, claimed, language)
        axes.set_xlabel(_estimates(language))
        _legend(axes, claimed is not None)
    return page.done()


def influence_plot(
    frame: pd.DataFrame,
    *,
    headline: tuple[float, float, float],
    claimed: float | None = None,
    labels: Mapping[str, str] | None = None,
    language: Language = "en",
    title: str | None = None,
    notes: Sequence[str] | str = (),
) -> Figure:
    """Draw the estimate with each province or year left out, sorted, on the band of the full sample.

    `frame`: columns `left_out, estimate` and, where known, `conf_low, conf_high`; `headline`: estimate, low
    and high of the full sample. Cases whose interval no longer agrees with it about zero are coloured.
    """
    need_columns(frame, ("left_out", "estimate"), message("an influence plot"))
    need_rows(frame, message("an influence plot"))
    named = dict(labels or {})
    ordered = frame.sort_values("estimate", kind="stable").reset_index(drop=True)
    page = sheet(
        style.WIDTH,
        0.95 + 0.2 * len(ordered),
        title=title,
        notes=notes,
        language=language,
        alt=word("without", language),
    )
    value, low, high = headline
    with style.styled():
        axes = page.drawing.add_subplot()
        axes.axvspan(low, high, color=style.SKY, alpha=0.18, lw=0)
        axes.axvline(value, color=style.BLUE, lw=1.2, label=word("full_sample", language))
        whole = _beside_zero(low, high)
        for i, row in ordered.iterrows():
            ends = (row.get("conf_low", np.nan), row.get("conf_high", np.nan))
            turned = bool(np.isfinite(ends).all()) and _beside_zero(*ends) != whole
            colour = style.RED if turned else style.INK
            line = ordered.iloc[[int(str(i))]]
            _bars(axes, line, [float(str(i))], colour=colour, mark="o", label=None, thin=True)
        _rows(axes, [named.get(str(name), str(name)) for name in ordered["left_out"]])
        _lines(
            axes,
            0.0 if low <= 0 <= high or (frame["estimate"].min() < 0 < frame["estimate"].max()) else None,
            claimed,
            language,
        )
        axes.set_xlabel(word("estimate", language))
        axes.set_ylabel(word("without", language))
        _legend(axes, True)
    return page.done()


def rank_interval_plot(
    frame: pd.DataFrame,
    *,
    labels: Mapping[str, str] | None = None,
    language: Language = "en",
    title: str | None = None,
    notes: Sequence[str] | str = (),
) -> Figure:
    """Draw each unit's rank with its interval, best on top.

    `frame`: columns `label, rank, low, high`.
    """
    need_columns(frame, ("label", "rank", "low", "high"), message("a rank-interval chart"))
    need_rows(frame, message("a rank-interval chart"))
    named = dict(labels or {})
    ordered = frame.sort_values(["rank", "low", "high"], kind="stable")
    table = ordered.rename(columns={"rank": "estimate", "low": "conf_low", "high": "conf_high"})
    page = sheet(
        style.WIDTH,
        0.85 + 0.2 * len(table),
        title=title,
        notes=notes,
        language=language,
        alt=word("rank_interval", language),
    )
    with style.styled():
        axes = page.drawing.add_subplot()
        places = [float(i) for i in range(len(table))]
        _bars(axes, table, places, colour=style.BLUE, mark="o", label=None)
        _rows(axes, [named.get(str(name), str(name)) for name in table["label"]])
        axes.grid(axis="x", color=style.FAINT, lw=0.6)
        axes.set_axisbelow(True)
        worst = int(np.ceil(table["conf_high"].max()))
        axes.set_xlim(0.4, worst + 0.6)
        axes.set_xticks([1, *range(5, worst + 1, 5)])
        axes.set_xlabel(word("rank_interval", language))
    return page.done()


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
    need_columns(frame, (*_INTERVAL, *(choices or ())), message("a specification curve"))
    need_rows(frame, message("a specification curve"))
    if headline is not None and headline not in frame.index:
        raise StyleError(
            message("the headline {headline!r} is not in the index of the specifications", headline=headline)
        )
    held = [*_INTERVAL, "std_error", "statistic", "p_value", "headline"]
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
    estimate, low, high = (ordered[name].astype(float).to_numpy() for name in _INTERVAL)
    clear = (low > 0) | (high < 0)
    dense = len(ordered) > 300
    size = 4.0 if dense else 14.0
    for some, colour in ((~clear, style.SOFT), (clear, style.BLUE)):
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
    axes.set_ylabel(_estimates(language, level))
    _legend(axes, claimed is not None or headline is not None)


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


def _bars(
    axes: Any,
    part: pd.DataFrame,
    places: Sequence[float],
    *,
    colour: str,
    mark: str,
    label: str | None,
    thin: bool = False,
) -> None:
    if {"conf_low", "conf_high"} <= set(part.columns):
        axes.hlines(places, part["conf_low"], part["conf_high"], color=colour, lw=1.0 if thin else 1.6)
    axes.plot(part["estimate"], places, mark, color=colour, ms=3.5 if thin else 5, label=label)


def _rows(axes: Any, names: Sequence[str]) -> None:
    axes.set_yticks(range(len(names)), names)
    axes.set_ylim(len(names) - 0.4, -0.6)
    axes.tick_params(axis="y", length=0)
    axes.spines["left"].set_visible(False)


def _lines(axes: Any, reference: float | None, claimed: float | None, language: Language) -> None:
    if reference is not None:
        axes.axvline(reference, color=style.SOFT, lw=0.8, zorder=0)
    if claimed is not None:
        label = f"{word('claimed', language)}: {claimed:g}"
        axes.axvline(claimed, color=style.RED, lw=1.4, ls=(0, (5, 3)), label=label, zorder=0)


def _legend(axes: Any, wanted: bool) -> None:
    if wanted:
        axes.legend(loc="lower left", bbox_to_anchor=(0, 1.0), ncols=4, borderaxespad=0.2, handlelength=1.8)


def _estimates(language: Language, level: float = 0.95) -> str:
    """Return what an axis of estimates with intervals is called."""
    return message("Estimate, {interval}", interval=interval_words(level)).text(language)


def _beside_zero(low: float, high: float) -> int:
    return 1 if low > 0 else -1 if high < 0 else 0
