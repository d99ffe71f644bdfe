"""Figures of estimates with their intervals: coefficients, comparisons, influence, ranks, specifications."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd

from panelkit.language.message import Language, message
from panelkit.show import style
from panelkit.show.canvas import Figure
from panelkit.show.checks import need_columns, need_rows
from panelkit.show.interval_axis import (
    INTERVAL,
    draw_intervals,
    draw_references,
    estimates_label,
    name_rows,
    one_axis,
    put_legend,
)
from panelkit.show.term_names import term_label
from panelkit.show.words import result_word, word


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
    need_columns(frame, ("term", *INTERVAL, *([by] if by else [])), message("a coefficient plot"))
    need_rows(frame, message("a coefficient plot"))
    named = dict(labels or {})
    terms = [str(term) for term in dict.fromkeys(frame["term"])]
    groups = [None] if by is None else list(dict.fromkeys(frame[by]))
    height = 0.8 + max(0.36, 0.17 * len(groups) + 0.12) * len(terms) + (0.25 if by else 0)
    alt = word("coefficient", language)
    with one_axis(height, title=title, notes=notes, language=language, alt=alt) as (page, axes):
        for i, group in enumerate(groups):
            part = frame if by is None else frame[frame[by] == group]
            shift = (i - (len(groups) - 1) / 2) * min(0.22, 0.7 / len(groups))
            places = [terms.index(str(term)) + shift for term in part["term"]]
            label = None if group is None else named.get(str(group), result_word(str(group), language))
            draw_intervals(
                axes, part, places, colour=style.CYCLE[i % 8], mark=style.MARKS[i % 8], label=label
            )
        name_rows(axes, [term_label("", term, named, language) for term in terms])
        draw_references(axes, reference, claimed, language)
        axes.set_xlabel(estimates_label(language))
        put_legend(axes, by is not None or claimed is not None)
    return page.done()


def interval_plot(
    frame: pd.DataFrame,
    *,
    reference: float | None = 0.0,
    claimed: float | None = None,
    highlight: Sequence[str] = (),
    level: float = 0.95,
    labels: Mapping[str, str] | None = None,
    language: Language = "en",
    title: str | None = None,
    notes: Sequence[str] | str = (),
) -> Figure:
    """Compare one estimate under several covariances, samples or estimators: one row each, in the given order.

    `frame`: columns `label, estimate, conf_low, conf_high`; rows named in `highlight` are coloured;
    `level` is that of the intervals.
    """
    need_columns(frame, ("label", *INTERVAL), message("an interval plot"))
    need_rows(frame, message("an interval plot"))
    named = dict(labels or {})
    names = [str(label) for label in frame["label"]]
    height = 0.85 + 0.3 * len(names)
    alt = word("estimate", language)
    with one_axis(height, title=title, notes=notes, language=language, alt=alt) as (page, axes):
        for i, name in enumerate(names):
            colour = style.RED if name in highlight else style.BLUE
            mark = "D" if name in highlight else "o"
            draw_intervals(axes, frame.iloc[[i]], [float(i)], colour=colour, mark=mark, label=None)
        name_rows(axes, [named.get(name, name) for name in names])
        draw_references(axes, reference, claimed, language)
        axes.set_xlabel(estimates_label(language, level))
        put_legend(axes, claimed is not None)
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
    value, low, high = headline
    height = 0.95 + 0.2 * len(ordered)
    alt = word("without", language)
    with one_axis(height, title=title, notes=notes, language=language, alt=alt) as (page, axes):
        axes.axvspan(low, high, color=style.SKY, alpha=0.18, lw=0)
        axes.axvline(value, color=style.BLUE, lw=1.2, label=word("full_sample", language))
        whole = _beside_zero(low, high)
        for i, row in ordered.iterrows():
            ends = (row.get("conf_low", np.nan), row.get("conf_high", np.nan))
            turned = bool(np.isfinite(ends).all()) and _beside_zero(*ends) != whole
            colour = style.RED if turned else style.INK
            line = ordered.iloc[[int(str(i))]]
            mark = "D" if turned else "o"
            draw_intervals(axes, line, [float(str(i))], colour=colour, mark=mark, label=None, thin=True)
        name_rows(axes, [named.get(str(name), str(name)) for name in ordered["left_out"]])
        draw_references(
            axes,
            0.0 if low <= 0 <= high or (frame["estimate"].min() < 0 < frame["estimate"].max()) else None,
            claimed,
            language,
        )
        axes.set_xlabel(word("estimate", language))
        axes.set_ylabel(word("without", language))
        put_legend(axes, True)
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
    height = 0.85 + 0.2 * len(table)
    alt = word("rank_interval", language)
    with one_axis(height, title=title, notes=notes, language=language, alt=alt) as (page, axes):
        places = [float(i) for i in range(len(table))]
        draw_intervals(axes, table, places, colour=style.BLUE, mark="o", label=None)
        name_rows(axes, [named.get(str(name), str(name)) for name in table["label"]])
        axes.grid(axis="x", color=style.FAINT, lw=0.6)
        axes.set_axisbelow(True)
        worst = int(np.ceil(table["conf_high"].max()))
        axes.set_xlim(0.4, worst + 0.6)
        axes.set_xticks([1, *range(5, worst + 1, 5)])
        axes.set_xlabel(word("rank_interval", language))
    return page.done()


def _beside_zero(low: float, high: float) -> int:
    return 1 if low > 0 else -1 if high < 0 else 0
