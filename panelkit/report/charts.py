"""The charts of a page: the specification curve of a design, and the provinces left out one at a time."""

from __future__ import annotations

from markupsafe import Markup

from panelkit.claims.file.document import Claim
from panelkit.claims.verdict import Verdict
from panelkit.language.message import Language, message
from panelkit.report import sample
from panelkit.report.words import say
from panelkit.show import figures


def specification_curve(claim: Claim, verdict: Verdict, language: Language) -> Markup | str:
    """Return the curve of a design's grid as SVG; nothing where it has no axes or no headline to mark."""
    tested, reading, design = verdict.tested, verdict.reading, verdict.design
    if tested is None or tested.grid is None or reading is None or design is None or not claim.grid.axis:
        return ""
    if tested.headline is None:  # the curve marks the main row, which measured designs compute otherwise
        return ""
    frame = tested.grid.table
    frame = frame[frame["left_out"] == ""]
    shown = frame[["estimate", "conf_low", "conf_high"]].copy()
    for axis in claim.grid.axis:
        options = {"": say(axis.main, language)} | {
            item.id: say(item.label, language) for item in axis.option
        }
        shown[say(axis.label, language)] = frame[axis.id].map(options)
    title = message("{reading}: {design}", reading=reading.label.said, design=design.label.said)
    figure = figures.specification_curve(
        shown,
        claimed=float(reading.claimed) if reading.claimed else None,
        headline=frame.index[0],
        level=tested.shown.level,
        language=language,
        title=say(title, language),
    )
    return Markup(figure.svg())


def influence(verdict: Verdict, language: Language) -> Markup | str:
    """Return the main estimate without each province as SVG; nothing where none was left out."""
    tested, reading, design = verdict.tested, verdict.reading, verdict.design
    if tested is None or tested.grid is None or reading is None or design is None:
        return ""
    left_out = tested.grid.table[tested.grid.table["left_out"] != ""]
    if left_out.empty:
        return ""
    head = tested.shown
    title = message("One {unit} left out at a time: {design}", design=design.label.said)
    if verdict.panel is not None:
        title = title.spoken(*verdict.panel.levels)
    figure = figures.influence_plot(
        left_out[["left_out", "estimate", "conf_low", "conf_high"]],
        headline=(head.estimate, head.beside_low, head.beside_high),
        claimed=float(reading.claimed) if reading.claimed else None,
        labels=sample.province_names(language),
        language=language,
        title=say(title, language),
    )
    return Markup(figure.svg())
