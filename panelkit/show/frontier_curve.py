"""Figure of a frontier of two goods: imbalance across, output up, and allocations as marks."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from panelkit.language.message import Language, message
from panelkit.show import style
from panelkit.show.canvas import Figure, sheet


def frontier_curve(
    imbalance: Any,
    output: Any,
    points: Mapping[str, tuple[float, float]],
    *,
    language: Language = "en",
    title: str | None = None,
    notes: Sequence[str] | str = (),
) -> Figure:
    """Draw output against imbalance along a frontier, and named points (imbalance, output) beside it."""
    order = np.argsort(np.asarray(imbalance), kind="stable")
    label = message("output index (actual allocation = 1)").text(language)
    page = sheet(style.WIDTH, 3.8, title=title, notes=notes, language=language, alt=label)
    with style.styled():
        axes = page.drawing.add_subplot()
        line = message("frontier").text(language)
        axes.plot(
            np.asarray(imbalance)[order],
            np.asarray(output)[order],
            color=style.INK,
            lw=1.4,
            marker=".",
            label=line,
        )
        for i, (name, (across, up)) in enumerate(points.items()):
            axes.plot(
                [across], [up], style.MARKS[i % 8], color=style.CYCLE[i % 8], ms=7, label=name, zorder=3 + i
            )
        axes.set_xlabel(message("imbalance").text(language))
        axes.set_ylabel(label)
        axes.margins(x=0.05, y=0.08)
        axes.grid(color=style.FAINT, lw=0.5)
        axes.set_axisbelow(True)
        axes.legend(loc="lower left", bbox_to_anchor=(0, 1.0), ncols=3, borderaxespad=0.2, handlelength=1.6)
    return page.done()
