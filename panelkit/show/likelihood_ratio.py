"""The likelihood ratio of a threshold over the values searched, with the level that bounds its region."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd

from panelkit.language.message import Language, message
from panelkit.show import style
from panelkit.show.canvas import Figure, sheet
from panelkit.show.checks import need_columns, need_rows
from panelkit.show.interval_axis import put_legend

_HEIGHT = 2.7


def likelihood_ratio_plot(
    ratios: pd.DataFrame,
    thresholds: list[float],
    *,
    name: str,
    level: float = 0.95,
    steps: bool = True,
    language: Language = "en",
    title: str | None = None,
    notes: Sequence[str] | str = (),
) -> Figure:
    """Draw one panel a threshold; `ratios` has the columns `threshold, value, ratio, critical`.

    `steps`: the ratio moves at the values alone, and keeps until the next.
    What lies at or below the dashed line is the confidence region of `level`, shaded where it is.
    """
    what = message("a figure of likelihood ratios")
    need_columns(ratios, ("threshold", "value", "ratio", "critical"), what)
    need_rows(ratios, what)
    label = message("likelihood ratio")
    count = ratios["threshold"].nunique()
    page = sheet(
        style.WIDTH,
        0.7 + _HEIGHT * count,
        title=title,
        notes=notes,
        language=language,
        alt=label.text(language),
    )
    with style.styled():
        axes = page.drawing.subplots(count, 1, squeeze=False)[:, 0]
        for one, (number, part), estimate in zip(axes, ratios.groupby("threshold"), thresholds, strict=True):
            critical = float(part["critical"].iloc[0])
            one.plot(
                part["value"],
                part["ratio"],
                color=style.BLUE,
                lw=1.2,
                label=label.text(language),
                drawstyle="steps-post" if steps else "default",
            )
            cut = message("{level:.4g}% critical value", level=100.0 * level).text(language)
            one.axhline(critical, color=style.INK, lw=0.9, ls="--", label=cut)
            inside = (part["ratio"] <= critical).to_numpy()
            top = 1.05 * max(float(part["ratio"].max()), critical)
            one.fill_between(
                part["value"],
                0.0,
                top,
                where=inside,
                color=style.SKY,
                alpha=0.35,
                lw=0,
                step="post" if steps else None,
                label=message("confidence region").text(language),
            )
            beside = np.r_[False, inside, False]
            alone = part["value"][inside & ~beside[:-2] & ~beside[2:]]
            one.vlines(alone, 0.0, top, color=style.SKY, alpha=0.35, lw=1.2)
            told = message("estimate {value:.4g}", value=estimate).text(language)
            one.axvline(estimate, color=style.SOFT, lw=0.9, ls=":", label=told)
            put_legend(one, wanted=True)
            one.set_ylim(0.0, top)
            said = label if count == 1 else message("likelihood ratio, threshold {number}", number=number)
            one.set_ylabel(said.text(language))
            one.set_xlabel(name)
    return page.done()
