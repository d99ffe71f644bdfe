"""The figure of a life cycle: figures and curve, stages shaded, dates with intervals, forecasts with their fan."""

from __future__ import annotations

from itertools import groupby
from typing import Any

import numpy as np

from panelkit.evaluation.life_cycle import stages
from panelkit.evaluation.life_cycle.cycle import Cycle
from panelkit.evaluation.life_cycle.wording import CURVES, STAGES, stage_said
from panelkit.language.levels import Levels
from panelkit.language.message import Language, message
from panelkit.show import style
from panelkit.show.canvas import Figure, sheet
from panelkit.show.labelling import year_ticks
from panelkit.show.words import interval_words

_TINTS = {"startup": "#fff3d6", "growth": "#dff0e2", "maturity": "#dcebf7", "decline": "#f7dfd3"}


def cycle_figure(
    one: Cycle, name: str, *, levels: Levels, language: Language = "en", title: str | None = None
) -> Figure:
    """Draw one life cycle; the values on a logarithmic axis where errors are those of logarithms."""
    page = sheet(
        style.WIDTH,
        4.3,
        title=title,
        notes=[stage_said(one).spoken(*levels).text(language)],
        language=language,
        alt=message("life cycle of {name}", name=name).text(language),
    )
    with style.styled():
        axes = page.drawing.add_subplot()
        _shade(axes, one, language)
        axes.plot(one.times, one.values, "o", color=style.INK, ms=3.8, zorder=4)
        label = CURVES[one.best].text(language)
        axes.plot(one.times, one.fitted[one.best], color=style.BLUE, lw=1.8, zorder=3, label=label)
        _fan(axes, one, language)
        if one.ways.errors == "log":
            _logarithmic(axes)
        _limits(axes, one)
        _dates(axes, one, language)
        years = np.arange(one.times[0], one.times[-1] + one.ways.horizon + 1)
        axes.set_xlim(years[0] - 0.7, years[-1] + 0.7)
        year_ticks(axes, list(years))
        axes.set_ylabel(name)
        axes.grid(axis="y", color=style.FAINT, lw=0.5)
        axes.set_axisbelow(True)
        axes.legend(loc="upper left", bbox_to_anchor=(0.0, -0.09), ncols=2, borderaxespad=0.2)
    return page.done()


def _shade(axes: Any, one: Cycle, language: Language) -> None:
    """Shade the years whose stage has probability .8, and name it above; the others stay white."""
    place = 0
    for stage, run in groupby(one.stages):
        count = len(list(run))
        first, last = one.times[place] - 0.5, one.times[place + count - 1] + 0.5
        place += count
        if stage is None:
            continue
        axes.axvspan(first, last, color=_TINTS[stage], lw=0, zorder=0)
        axes.annotate(
            STAGES[stage].text(language),
            ((first + last) / 2.0, 1.0),
            xycoords=("data", "axes fraction"),
            xytext=(0, 3),
            textcoords="offset points",
            ha="center",
            va="bottom",
            size=8.5,
            color=style.SOFT,
        )


def _fan(axes: Any, one: Cycle, language: Language) -> None:
    """Draw the forecasts of the curves with their fan, and the ends of the random walk."""
    if not one.forecasts:
        return
    ahead = one.times[-1] + np.arange(1, one.ways.horizon + 1)
    curves, walk = one.forecasts["curves"], one.forecasts["random_walk"]
    shown = message("forecast of the curves, {interval}", interval=interval_words(one.ways.level))
    axes.fill_between(
        ahead, curves[:, 1], curves[:, 2], color=style.SKY, alpha=0.3, lw=0, label=shown.text(language)
    )
    axes.plot(ahead, curves[:, 0], color=style.BLUE, lw=1.6, ls=(0, (4, 2)))
    axes.plot(ahead, walk[:, 1], color=style.SOFT, lw=0.9, ls=":", label=CURVES["random_walk"].text(language))
    axes.plot(ahead, walk[:, 2], color=style.SOFT, lw=0.9, ls=":")


def _logarithmic(axes: Any) -> None:
    """Give the axis of values a logarithmic scale, its marks written as numbers."""
    from matplotlib.ticker import FuncFormatter, LogLocator, NullLocator

    axes.set_yscale("log")
    axes.yaxis.set_major_locator(LogLocator(subs=(1.0, 2.0, 5.0)))
    axes.yaxis.set_minor_locator(NullLocator())
    axes.yaxis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:,.12g}"))


def _limits(axes: Any, one: Cycle) -> None:
    """Keep the axis to the figures, the curve and the fan of the curves."""
    parts = [one.values, one.fitted[one.best]]
    if one.forecasts:
        parts.append(one.forecasts["curves"].ravel())
    values = np.concatenate(parts)
    low, high = float(values.min()), float(values.max())
    if one.ways.errors == "log":
        room = 1.25
        axes.set_ylim(low / room**2, high * room)
    else:
        room = 0.08 * (high - low)
        axes.set_ylim(low - 2.0 * room, high + room)


def _dates(axes: Any, one: Cycle, language: Language) -> None:
    """Mark the three dates with their intervals along the foot; what lies outside the years runs out of the figure."""
    left, right = one.times[0] - 0.7, one.times[-1] + one.ways.horizon + 0.7
    across = axes.get_xaxis_transform()
    for i, share in enumerate((stages.LOW, 0.5, stages.HIGH)):
        middle, low, high = one.dates[i, :3]
        foot = 0.035 + 0.045 * i
        ends = np.clip([low, high], left, right)
        if ends[0] >= right or ends[1] <= left:
            continue
        axes.plot(
            ends, [foot, foot], color=style.RED, lw=1.6, transform=across, zorder=5, solid_capstyle="butt"
        )
        if left < middle < right:
            axes.plot([middle], [foot], "D", color=style.RED, ms=4, transform=across, zorder=6)
        axes.annotate(
            f"{100 * share:.0f} %",
            (ends[1], foot),
            xycoords=across,
            xytext=(4, 0) if ends[1] < right - 1.5 else (-2, 4),
            textcoords="offset points",
            ha="left" if ends[1] < right - 1.5 else "right",
            va="center",
            size=8,
            color=style.RED,
        )
