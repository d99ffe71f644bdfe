"""Confidence sets of an effect by how far trends may have parted, after the one under parallel trends."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd

from panelkit.language.message import Language, message
from panelkit.show import style
from panelkit.show.canvas import Figure, sheet
from panelkit.show.checks import need_columns, need_rows
from panelkit.show.interval_axis import put_legend
from panelkit.show.words import interval_words


def sensitivity_plot(
    frame: pd.DataFrame,
    *,
    original: tuple[float, float, float],
    bound: str = "M",
    effect: str = "",
    level: float = 0.95,
    language: Language = "en",
    title: str | None = None,
    notes: Sequence[str] | str = (),
) -> Figure:
    """Draw one interval a bound, and the original one before them in another colour.

    `frame`: columns `m, conf_low, conf_high` and, where known, `identified_low, identified_high` (thick bars).
    `original`: estimate, low and high under parallel trends. `bound` and `effect` name the axes. Sets that are empty
    are left out.
    """
    what = message("a plot of sensitivity")
    need_columns(frame, ("m", "conf_low", "conf_high"), what)
    need_rows(frame, what)
    alt = message("effect by the bound on violations of parallel trends").text(language)
    page = sheet(style.WIDTH, 3.6, title=title, notes=notes, language=language, alt=alt)
    with style.styled():
        axes = page.drawing.add_subplot()
        places = np.arange(1, len(frame) + 1)
        held = frame[["conf_low", "conf_high"]].notna().all(axis=1).to_numpy()
        bars = {"capsize": 5, "lw": 1.8}
        value, low, high = original
        axes.errorbar(
            [0], [value], yerr=[[value - low], [high - value]], fmt="D", ms=5, color=style.RED,
            label=message("parallel trends").text(language), **bars,
        )  # fmt: skip
        some = frame[held]
        middle = 0.5 * (some["conf_low"] + some["conf_high"])
        axes.errorbar(
            places[held], middle, yerr=middle - some["conf_low"], fmt="none", color=style.BLUE,
            label=message("bounded violations").text(language), **bars,
        )  # fmt: skip
        if "identified_low" in frame:
            axes.vlines(
                places, frame["identified_low"], frame["identified_high"], color=style.SKY, lw=6, alpha=0.6,
                label=message("without errors of estimation").text(language),
            )  # fmt: skip
        axes.axhline(0.0, color=style.INK, lw=0.8, zorder=0)
        first = message("original").text(language)
        axes.set_xticks([0, *places], [first, *(f"{m:.3g}" for m in frame["m"])])
        axes.set_xlim(-0.6, len(frame) + 0.6)
        axes.set_xlabel(message("bound on violations, {bound}", bound=bound).text(language))
        named = interval_words(level).text(language)
        axes.set_ylabel(f"{effect}, {named}" if effect else named)
        put_legend(axes, True)
    return page.done()
