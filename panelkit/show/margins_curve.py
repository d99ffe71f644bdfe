"""The effect of a regressor over the range of its moderator, with its interval."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import pandas as pd

from panelkit.language.message import Language, Message, message
from panelkit.show import style
from panelkit.show.canvas import Figure, sheet
from panelkit.show.checks import need_columns, need_rows
from panelkit.show.term_names import term_label
from panelkit.show.words import interval_words

_ENDS = ("estimate", "conf_low", "conf_high")


def margins_curve(
    curve: pd.DataFrame,
    points: pd.DataFrame,
    values: Sequence[float],
    *,
    of: str,
    at: str,
    kind: Message | None = None,
    labels: Mapping[str, str] | None = None,
    language: Language = "en",
    title: str | None = None,
    notes: Sequence[str] | str = (),
) -> Figure:
    """Draw the marginal effect of `of` against `at`, as Stata's `marginsplot`.

    `curve`: columns `value, estimate, conf_low, conf_high`; `points`: the last three at `values`, drawn with bars.
    `labels` name the two as in a table; `kind` says which effect of several it is.
    """
    what = message("a figure of marginal effects")
    need_columns(curve, ("value", *_ENDS), what)
    need_columns(points, _ENDS, what)
    need_rows(curve, what)
    named = {name: term_label("", name, labels or {}, language) for name in (of, at)}
    effect = (
        message("marginal effect of {of}", of=named[of])
        if kind is None
        else message("{kind} effect of {of}", kind=kind, of=named[of])
    )
    page = sheet(style.WIDTH, 3.4, title=title, notes=notes, language=language, alt=effect.text(language))
    with style.styled():
        axes = page.drawing.add_subplot()
        axes.fill_between(
            curve["value"], curve["conf_low"], curve["conf_high"], color=style.SKY, alpha=0.3, lw=0
        )
        axes.plot(curve["value"], curve["estimate"], color=style.BLUE, lw=1.8)
        axes.axhline(0, color=style.INK, lw=0.8)
        below = points["estimate"] - points["conf_low"]
        above = points["conf_high"] - points["estimate"]
        axes.errorbar(
            values, points["estimate"], yerr=[below, above], fmt="o", color=style.BLUE, capsize=3, ms=5
        )
        axes.set_xlabel(named[at])
        axes.set_ylabel(f"{effect.text(language)}\n{interval_words().text(language)}")
        axes.margins(x=0.02)
    return page.done()
