"""The figure of an event study: effects by time since adoption, with intervals, uniform band and base."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd

from panelkit.language.message import Language, message
from panelkit.show import style
from panelkit.show.canvas import Figure, sheet, width_in_ems
from panelkit.show.checks import need_columns, need_rows
from panelkit.show.words import interval_words

_MOST_TICKS = 16
_LEGEND = 50.0  # ems of its letters that a legend has room for, and what a mark takes of it
_ROOM = 5.2


def event_study_plot(
    series: Mapping[str, pd.DataFrame],
    *,
    outcome: str,
    level_names: tuple[str, str] = ("province", "year"),
    level: float = 0.95,
    anticipation: float = 0.0,
    labels: Mapping[str, str] | None = None,
    language: Language = "en",
    title: str | None = None,
    notes: Sequence[str] | str = (),
) -> Figure:
    """Draw effects by event time, one colour an estimator.

    `series` maps names to frames with columns `event, term, estimate, conf_low, conf_high`, where known `band_low,
    band_high`, and `base` (bool: zero by normalisation, drawn hollow). Thick lines are the intervals of single event
    times, thin ones with caps the band of all. A line stands before the first treated period, and `anticipation`
    periods before it are shaded.
    """
    what = message("a figure of an event study")
    need_rows(pd.DataFrame(index=range(len(series))), what)
    for frame in series.values():
        need_columns(frame, ("event", "term", "estimate", "conf_low", "conf_high", "base"), what)
        need_rows(frame, what)
    named = dict(labels or {})
    alt = message("effects on {outcome} by time since adoption", outcome=outcome).text(language)
    page = sheet(style.WIDTH, 3.7, title=title, notes=notes, language=language, alt=alt)
    with style.styled():
        axes = page.drawing.add_subplot()
        terms = _terms(series)
        step = float(np.diff(list(terms)).min()) if len(terms) > 1 else 1.0
        low, high = _limits(series.values())
        alone = len(series) == 1
        for i, (name, frame) in enumerate(series.items()):
            shift = step * (i - (len(series) - 1) / 2) * min(0.18, 0.62 / len(series))
            colour = style.BLUE if alone else style.CYCLE[i % 8]
            label = None if alone else named.get(name, name)
            _draw(
                axes,
                frame,
                shift,
                (low, high),
                colour=colour,
                mark=style.MARKS[i % 8],
                label=label,
                size=5.0 if alone else 4.0,
            )
        axes.set_ylim(low, high)
        axes.axhline(0.0, color=style.SOFT, lw=0.8, zorder=0)
        axes.axvline(-0.5 * step, color=style.INK, lw=0.9, ls=(0, (4, 3)), zorder=0)
        if anticipation:
            axes.axvspan(
                (-anticipation - 0.5) * step, -0.5 * step, color=style.FAINT, alpha=0.5, lw=0, zorder=0
            )
        _name_events(axes, terms, step)
        axes.grid(axis="y", color=style.FAINT, lw=0.5)
        axes.set_axisbelow(True)
        axes.set_xlabel(message("{periods} since adoption").spoken(*level_names).text(language))
        axes.set_ylabel(message("effect on {outcome}", outcome=outcome).text(language))
        _legend(axes, series, level, language, alone=alone, anticipation=bool(anticipation))
    return page.done()


def _terms(series: Mapping[str, pd.DataFrame]) -> dict[float, str]:
    """Return what the event times are called, in order: a bin by its name, by both names where series differ on it."""
    held: dict[float, dict[str, None]] = {}
    for frame in series.values():
        for event, term in zip(frame["event"], frame["term"], strict=True):
            mark = str(term).replace("<=", "≤").replace(">=", "≥")
            held.setdefault(float(event), {})[mark] = None
    return {event: ", ".join(sorted(marks)) for event, marks in sorted(held.items())}


def _limits(frames: Any) -> tuple[float, float]:
    """Return the limits of the effects axis: what is finite, and zero."""
    columns = ("estimate", "conf_low", "conf_high", "band_low", "band_high")
    values = np.concatenate(
        [frame[[name for name in columns if name in frame]].to_numpy(float).ravel() for frame in frames]
    )
    held = np.r_[0.0, values[np.isfinite(values)]]
    low, high = float(held.min()), float(held.max())
    room = 0.06 * (high - low or 1.0)
    return low - room, high + room


def _draw(
    axes: Any,
    frame: pd.DataFrame,
    shift: float,
    limits: tuple[float, float],
    *,
    colour: str,
    mark: str,
    label: str | None,
    size: float,
) -> None:
    """Draw one series; an interval without end runs out of the figure."""
    at = frame["event"].to_numpy(float) + shift
    base = frame["base"].to_numpy(bool)
    ends = {name: np.nan_to_num(frame[name].to_numpy(float), nan=np.nan, posinf=1e300, neginf=-1e300)
            for name in ("conf_low", "conf_high", "band_low", "band_high") if name in frame}  # fmt: skip
    far = limits[1] - limits[0]
    ends = {name: np.clip(value, limits[0] - far, limits[1] + far) for name, value in ends.items()}
    if "band_low" in ends:
        held = ~base & np.isfinite(ends["band_low"])
        middle = 0.5 * (ends["band_low"] + ends["band_high"])[held]
        reach = 0.5 * (ends["band_high"] - ends["band_low"])[held]
        axes.errorbar(
            at[held], middle, yerr=reach, fmt="none", color=colour, lw=0.8, capsize=2.5, capthick=0.8
        )
    axes.vlines(at[~base], ends["conf_low"][~base], ends["conf_high"][~base], color=colour, lw=0.44 * size)
    estimate = frame["estimate"].to_numpy(float)
    axes.plot(at[~base], estimate[~base], mark, color=colour, ms=size, label=label, zorder=4)
    axes.plot(at[base], estimate[base], mark, mec=colour, mfc="white", mew=1.3, ms=size + 0.5, zorder=4)


def _name_events(axes: Any, terms: dict[float, str], step: float) -> None:
    events = list(terms)
    every = max(1, -(-len(events) // _MOST_TICKS))
    zero = next((i for i, event in enumerate(events) if event >= 0.0), 0)
    shown = [
        event
        for i, event in enumerate(events)
        if (i - zero) % every == 0 or not terms[event].lstrip("-").isdigit()
    ]
    axes.set_xticks(shown, [terms[event].replace("-", "\u2212") for event in shown])
    axes.set_xlim(events[0] - 0.6 * step, events[-1] + 0.6 * step)


def _legend(
    axes: Any,
    series: Mapping[str, pd.DataFrame],
    level: float,
    language: Language,
    *,
    alone: bool,
    anticipation: bool,
) -> None:
    """Name the estimators, the two kinds of intervals and the base."""
    from matplotlib.lines import Line2D
    from matplotlib.patches import Patch

    colour = style.BLUE if alone else style.SOFT
    handles, texts = axes.get_legend_handles_labels()
    handles.append(Line2D([], [], color=colour, lw=2.2))
    texts.append(interval_words(level).text(language))
    if any("band_low" in frame for frame in series.values()):
        handles.append(Line2D([], [], color=colour, lw=0.8, marker="|", ms=5))
        texts.append(message("uniform band").text(language))
    if any(frame["base"].any() for frame in series.values()):
        handles.append(Line2D([], [], ls="none", marker="o", mec=colour, mfc="white", mew=1.3, ms=5.5))
        texts.append(message("base").text(language))
    if anticipation:
        handles.append(Patch(fc=style.FAINT, alpha=0.5, lw=0))
        texts.append(message("anticipation").text(language))
    axes.legend(
        handles,
        texts,
        loc="lower left",
        bbox_to_anchor=(0, 1.0),
        ncols=_columns(texts),
        borderaxespad=0.2,
        handlelength=1.8,
    )


def _columns(texts: Sequence[str]) -> int:
    """Return how many columns a legend can have; it is filled column by column."""
    ems = np.array([width_in_ems(text) for text in texts])
    for columns in range(len(texts), 1, -1):
        widths = [part.max() + _ROOM for part in np.array_split(ems, columns)]
        if sum(widths) <= _LEGEND:
            return columns
    return 1
