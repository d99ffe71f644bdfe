"""Figures of synthetic controls: the treated beside their synthetic control, and the gap among those of placebos."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd

from panelkit.language.message import Language, Message, message
from panelkit.show import style
from panelkit.show.canvas import Figure, sheet
from panelkit.show.checks import need_columns, need_rows
from panelkit.show.labelling import year_ticks
from panelkit.show.words import interval_words

_PATHS = ("treated", "period", "event", "observed", "synthetic")
_MOST_LINES = 300


def path_plot(
    gaps: pd.DataFrame,
    *,
    outcome: str,
    level_names: tuple[str, str] = ("province", "year"),
    language: Language = "en",
    title: str | None = None,
    notes: Sequence[str] | str = (),
) -> Figure:
    """Draw observed and synthetic outcomes; several treated units are averaged by event time.

    `gaps`: columns `treated, period, event, observed, synthetic`. A thin line stands before the first treated period.
    """
    need_columns(gaps, _PATHS, message("a figure of synthetic controls"))
    need_rows(gaps, message("a figure of synthetic controls"))
    single = gaps["treated"].nunique() == 1
    shown = gaps.groupby("period" if single else "event")[["observed", "synthetic"]].mean()
    starts = gaps.loc[gaps["event"] == 0, "period"]
    begin = float(starts.iloc[0]) if single and len(starts) else 0.0
    page = sheet(style.WIDTH, 3.6, title=title, notes=notes, language=language, alt=outcome)
    with style.styled():
        axes = page.drawing.add_subplot()
        at = [float(value) for value in shown.index]
        name = str(gaps["treated"].iloc[0])
        own = name if single and len(name) <= 40 else message("treated").text(language)
        axes.plot(at, shown["observed"], color=style.BLUE, lw=1.9, label=own)
        axes.plot(
            at,
            shown["synthetic"],
            color=style.RED,
            lw=1.6,
            ls=(0, (5, 3)),
            label=message("synthetic control").text(language),
        )
        _finish(axes, at, begin, outcome, None if single else _event_label(level_names), language)
        axes.legend(loc="best")
    return page.done()


def gap_plot(
    effects: pd.DataFrame,
    placebos: pd.DataFrame,
    *,
    outcome: str,
    level_names: tuple[str, str] = ("province", "year"),
    path: pd.DataFrame | None = None,
    language: Language = "en",
    title: str | None = None,
    notes: Sequence[str] | str = (),
) -> Figure:
    """Draw the gap by event time, grey lines for placebos.

    `path`: columns `event, gap`, before adoption too; `effects`: `term, conf_low, conf_high` from adoption on, drawn as
    a band where they are finite; `placebos`: one row an event time, one column a placebo.
    """
    shown = effects.rename(columns={"estimate": "gap"}).assign(event=effects["term"].astype(float))
    line = shown if path is None else path
    need_columns(line, ("event", "gap"), message("a figure of gaps"))
    need_rows(line, message("a figure of gaps"))
    label = message("gap in {outcome}", outcome=outcome)
    page = sheet(style.WIDTH, 3.6, title=title, notes=notes, language=language, alt=label.text(language))
    with style.styled():
        axes = page.drawing.add_subplot()
        _placebo_lines(axes, placebos, language)
        held = np.isfinite(shown[["conf_low", "conf_high"]].to_numpy(float)).all(axis=1)
        if held.any():
            part = shown[held]
            axes.fill_between(
                part["event"],
                part["conf_low"],
                part["conf_high"],
                color=style.SKY,
                alpha=0.3,
                lw=0,
                label=interval_words().text(language),
            )
        axes.plot(
            line["event"],
            line["gap"],
            color=style.BLUE,
            lw=2.0,
            zorder=4,
            label=message("treated").text(language),
        )
        axes.axhline(0, color=style.INK, lw=0.8)
        at = [float(value) for value in line["event"]]
        _finish(axes, at, 0.0, label.text(language), _event_label(level_names), language)
        axes.legend(loc="best")
    return page.done()


def _placebo_lines(axes: Any, placebos: pd.DataFrame, language: Language) -> None:
    lines = placebos.iloc[:, :_MOST_LINES]
    for at in range(lines.shape[1]):
        axes.plot(
            lines.index.astype(float),
            lines.iloc[:, at],
            color=style.FAINT,
            lw=0.8,
            zorder=1,
            label=message("placebos").text(language) if at == 0 else None,
        )


def _event_label(level_names: tuple[str, str]) -> Message:
    return message("{periods} since adoption").spoken(*level_names)


def _finish(
    axes: Any, at: list[float], begin: float, label: str, below: Message | None, language: Language
) -> None:
    axes.axvline(begin - 0.5, color=style.SOFT, lw=0.8, ls=":")
    year_ticks(axes, at)
    axes.set_ylabel(label)
    if below is not None:
        axes.set_xlabel(below.text(language))
    axes.grid(axis="y", color=style.FAINT, lw=0.5)
    axes.set_axisbelow(True)
    axes.margins(x=0.02)
