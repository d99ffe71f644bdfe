"""Figures of lines and clouds: trends, ranks over years, sensitivity, densities, Lorenz, histogram."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd

from panelkit.language.errors import StyleError
from panelkit.language.message import Language, message
from panelkit.show import style
from panelkit.show.canvas import Figure, sheet
from panelkit.show.checks import need_columns, need_rows, need_values
from panelkit.show.labelling import name_ends, rank_ticks, year_ticks
from panelkit.show.words import interval_words, word


def trend_lines(
    frame: pd.DataFrame,
    *,
    highlight: Sequence[str] | None = None,
    bands: Mapping[str, tuple[Any, Any]] | None = None,
    mark_years: Mapping[int, str] | None = None,
    labels: Mapping[str, str] | None = None,
    value_label: str | None = None,
    language: Language = "en",
    title: str | None = None,
    notes: Sequence[str] | str = (),
) -> Figure:
    """Draw one line a column over the years of the index, each named at its end.

    With more than eight columns the lines that `highlight` does not name stay grey and unnamed. `bands` gives
    (low, high) arrays by column; `mark_years` draws a thin line at a year with a word, such as a census break.
    """
    need_rows(frame, message("trend lines"))
    names = [str(name) for name in frame.columns]
    chosen = _chosen(names, highlight)
    named = dict(labels or {})
    page = sheet(
        style.WIDTH,
        3.8,
        title=title,
        notes=notes,
        language=language,
        alt=value_label or word("value", language),
    )
    years = [float(year) for year in frame.index]
    with style.styled():
        axes = page.drawing.add_subplot()
        ends: list[tuple[float, str, str]] = []
        for i, name in enumerate(names):
            values = frame.iloc[:, i].astype(float).to_numpy()
            if name not in chosen:
                axes.plot(years, values, color=style.FAINT, lw=0.9, zorder=1)
                continue
            colour = style.CYCLE[chosen.index(name) % len(style.CYCLE)]
            mark = style.MARKS[chosen.index(name) % len(style.MARKS)]
            axes.plot(years, values, color=colour, marker=mark, ms=4, lw=1.7, zorder=3)
            if bands and name in bands:
                axes.fill_between(years, *bands[name], color=colour, alpha=0.15, lw=0)
            held = values[np.isfinite(values)]
            if len(held):
                ends.append((float(held[-1]), named.get(name, name), colour))
        for year, text in (mark_years or {}).items():
            axes.axvline(year, color=style.SOFT, lw=0.8, ls=":")
            top = ("data", "axes fraction")
            axes.annotate(
                text, (year, 1.0), xycoords=top, ha="center", va="bottom", size=8.5, color=style.SOFT
            )
        year_ticks(axes, years)
        axes.margins(y=0.08)
        name_ends(page.drawing, axes, years[-1], ends, height=3.2)
        axes.set_ylabel(value_label or word("value", language))
        axes.grid(axis="y", color=style.FAINT, lw=0.5)
        axes.set_axisbelow(True)
    return page.done()


def rank_chart(
    frame: pd.DataFrame,
    *,
    highlight: Sequence[str] | None = None,
    labels: Mapping[str, str] | None = None,
    language: Language = "en",
    title: str | None = None,
    notes: Sequence[str] | str = (),
) -> Figure:
    """Draw ranks over the years (1 on top): index years, one column a unit, names at both ends."""
    need_rows(frame, message("a rank chart"))
    names = [str(name) for name in frame.columns]
    chosen = _chosen(names, highlight)
    named = dict(labels or {})
    page = sheet(
        style.WIDTH,
        0.6 + 0.215 * max(len(names), 6),
        title=title,
        notes=notes,
        language=language,
        alt=word("rank", language),
    )
    years = [float(year) for year in frame.index]
    with style.styled():
        axes = page.drawing.add_subplot()
        right = axes.twinx()
        for i, name in enumerate(names):
            picked = name in chosen
            colour = style.CYCLE[chosen.index(name) % len(style.CYCLE)] if picked else style.FAINT
            mark = style.MARKS[chosen.index(name) % len(style.MARKS)] if picked else "o"
            ranks = frame.iloc[:, i].astype(float).to_numpy()
            axes.plot(years, ranks, color=colour, marker=mark, ms=4.5, lw=2.0, zorder=3 if picked else 1)
        for side, at in ((axes, 0), (right, -1)):
            row = frame.iloc[at].astype(float)
            told = [(float(row.iloc[i]), named.get(name, name)) for i, name in enumerate(names)]
            rank_ticks(side, [pair for pair in told if np.isfinite(pair[0])], len(names), first=at == 0)
        year_ticks(axes, years)
        axes.set_zorder(1)
        axes.patch.set_visible(False)
    return page.done()


def sensitivity_curve(
    frame: pd.DataFrame,
    *,
    zero_at: float | None = None,
    language: Language = "en",
    title: str | None = None,
    notes: Sequence[str] | str = (),
) -> Figure:
    """Draw the indirect effect against the correlation of the two error terms.

    `frame`: columns `rho, estimate, conf_low, conf_high`; `zero_at` marks the correlation at which the
    effect vanishes. Imai, Keele and Yamamoto (2010).
    """
    need_columns(frame, ("rho", "estimate", "conf_low", "conf_high"), message("a sensitivity curve"))
    need_rows(frame, message("a sensitivity curve"))
    page = sheet(style.WIDTH, 3.4, title=title, notes=notes, language=language, alt=word("rho", language))
    with style.styled():
        axes = page.drawing.add_subplot()
        axes.fill_between(
            frame["rho"], frame["conf_low"], frame["conf_high"], color=style.SKY, alpha=0.3, lw=0
        )
        axes.plot(frame["rho"], frame["estimate"], color=style.BLUE, lw=1.8)
        axes.axhline(0, color=style.INK, lw=0.8)
        axes.axvline(0, color=style.SOFT, lw=0.8, ls=":")
        if zero_at is not None:
            axes.plot([zero_at], [0], "D", color=style.RED, ms=6, zorder=4)
            axes.annotate(
                f"ρ = {zero_at:.2f}",
                (zero_at, 0),
                xytext=(7, 7),
                textcoords="offset points",
                color=style.RED,
                size=10,
            )
        axes.set_xlabel(word("rho", language))
        axes.set_ylabel(f"{word('acme', language)}, {interval_words().text(language)}")
        axes.margins(x=0)
    return page.done()


def density_lines(
    frame: pd.DataFrame,
    *,
    value_label: str | None = None,
    language: Language = "en",
    title: str | None = None,
    notes: Sequence[str] | str = (),
) -> Figure:
    """Draw density estimates by year: index the values, one column a year, pale to dark."""
    need_rows(frame, message("density lines"))
    page = sheet(style.WIDTH, 3.4, title=title, notes=notes, language=language, alt=word("density", language))
    with style.styled():
        axes = page.drawing.add_subplot()
        tints = style.sequence_colours(frame.shape[1], low=0.35)
        dashes = ("-", (0, (6, 2)), (0, (2, 1.5)), "-.")
        for i, name in enumerate(frame.columns):
            line = dashes[i % 4] if frame.shape[1] <= 8 else "-"
            axes.plot(frame.index, frame.iloc[:, i], color=tints[i], lw=1.8, ls=line, label=str(name))
        axes.set_ylim(bottom=0)
        axes.set_xlabel(value_label or word("value", language))
        axes.set_ylabel(word("density", language))
        axes.legend(loc="upper left", bbox_to_anchor=(1.0, 1.0))
    return page.done()


def lorenz_curve(
    curves: Mapping[str, tuple[Any, Any]],
    *,
    labels: Mapping[str, str] | None = None,
    language: Language = "en",
    title: str | None = None,
    notes: Sequence[str] | str = (),
) -> Figure:
    """Draw Lorenz curves: by name, the cumulative shares of units and of value, both from 0 to 1."""
    pairs = isinstance(curves, Mapping) and all(
        isinstance(pair, (tuple, list)) and len(pair) == 2 for pair in curves.values()
    )
    if not pairs:
        raise StyleError(
            message("Lorenz curves come as a dictionary, {{name: (shares of units, shares of value)}}")
        )
    if not curves:
        raise StyleError(message("a Lorenz curve needs at least one pair of cumulative shares"))
    named = dict(labels or {})
    page = sheet(5.4, 4.6, title=title, notes=notes, language=language, alt=word("share_value", language))
    with style.styled():
        axes = page.drawing.add_subplot()
        axes.plot([0, 1], [0, 1], color=style.SOFT, lw=1, ls=":", label=word("equality", language))
        for i, (name, (units, value)) in enumerate(curves.items()):
            line = ("-", "--", "-.")[i % 3]
            axes.plot(units, value, color=style.CYCLE[i % 8], lw=1.8, ls=line, label=named.get(name, name))
        axes.set_xlim(0, 1)
        axes.set_ylim(0, 1)
        axes.set_aspect("equal")
        axes.set_xlabel(word("share_units", language))
        axes.set_ylabel(word("share_value", language))
        axes.legend(loc="upper left")
    return page.done()


def histogram(
    values: Any,
    *,
    mark: float | None = None,
    mark_label: str | None = None,
    bins: int | Sequence[float] = 30,
    value_label: str | None = None,
    language: Language = "en",
    title: str | None = None,
    notes: Sequence[str] | str = (),
) -> Figure:
    """Draw how values are distributed (draws, placebo estimates), with one marked value."""
    try:
        numbers = np.asarray(values, dtype=float).ravel()
    except (TypeError, ValueError) as error:
        raise StyleError(
            message("a histogram is made from numbers, a series or an array: {error}", error=error)
        ) from None
    numbers = numbers[np.isfinite(numbers)]
    need_values(pd.Series(numbers), message("a histogram"))
    page = sheet(
        style.WIDTH,
        3.2,
        title=title,
        notes=notes,
        language=language,
        alt=value_label or word("count", language),
    )
    with style.styled():
        axes = page.drawing.add_subplot()
        axes.hist(numbers, bins=bins, color=style.SKY, edgecolor="white", lw=0.6)
        if mark is not None:
            shown = f"{mark_label or word('headline', language)}: {mark:.3g}"
            axes.axvline(mark, color=style.RED, lw=1.8, label=shown)
            axes.legend(loc="lower left", bbox_to_anchor=(0, 1.0), borderaxespad=0.2)
        axes.set_xlabel(value_label or word("value", language))
        axes.set_ylabel(word("count", language))
    return page.done()


def _chosen(names: list[str], highlight: Sequence[str] | None) -> list[str]:
    if highlight is None:
        return names if len(names) <= len(style.CYCLE) else []
    missing = [name for name in highlight if name not in names]
    if missing:
        raise StyleError(message("no such column to highlight: {missing}", missing=missing))
    return list(highlight)
