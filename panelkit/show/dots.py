"""Figure of changes by unit: a dot and an interval each, the certain ones coloured."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd

from panelkit.language.message import Language, message
from panelkit.show import style
from panelkit.show.canvas import Figure
from panelkit.show.checks import need_columns, need_rows
from panelkit.show.interval_axis import draw_intervals, draw_references, name_rows, one_axis, put_legend


def change_dots(
    frame: pd.DataFrame,
    *,
    language: Language = "en",
    title: str | None = None,
    notes: Sequence[str] | str = (),
) -> Figure:
    """Draw changes in per cent, one row a unit in the given order, rises and falls that are certain in colours.

    `frame`: columns `label, estimate, certain` and, where known, `conf_low, conf_high`.
    """
    need_columns(frame, ("label", "estimate", "certain"), message("a plot of changes"))
    need_rows(frame, message("a plot of changes"))
    held = frame.reset_index(drop=True)
    rises = held["certain"] & (held["estimate"] > 0.0)
    falls = held["certain"] & ~rises
    parts = [
        (rises, "^", style.BLUE, message("certainly more")),
        (falls, "v", style.RED, message("certainly less")),
        (~held["certain"], "o", style.PALE, message("open")),
    ]
    alt = message("change, %").text(language)
    with one_axis(0.95 + 0.2 * len(held), title=title, notes=notes, language=language, alt=alt) as (
        page,
        axes,
    ):
        for chosen, mark, colour, label in parts:
            part = held[chosen]
            if len(part):
                places = [float(place) for place in part.index]
                draw_intervals(
                    axes, part, places, colour=colour, mark=mark, label=label.text(language), thin=True
                )
        name_rows(axes, [str(name) for name in held["label"]])
        draw_references(axes, 0.0, None, language)
        axes.set_xlabel(alt)
        put_legend(axes, True)
    return page.done()
