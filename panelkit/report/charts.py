"""The charts of a claim with their numbers: residuals, numbers by year, the curve, each province left out."""

from __future__ import annotations

import numpy as np
import pandas as pd

from panelkit.claims.file.document import Claim
from panelkit.claims.rules.description import DescriptionRule
from panelkit.claims.verdict import Verdict
from panelkit.language.message import Language, message
from panelkit.report import sample
from panelkit.report.conditions import levels_of
from panelkit.report.drawn import Drawn, drawn
from panelkit.report.words import say
from panelkit.show import figures
from panelkit.studies.scrutiny.cube import Cube
from panelkit.studies.scrutiny.designs import main_slopes, trend_slopes
from panelkit.studies.scrutiny.printed import without_each, worst_of
from panelkit.studies.scrutiny.sample import cube_of
from panelkit.studies.scrutiny.slopes import Slopes
from panelkit.studies.scrutiny.wild import Lots


def specification_curve(claim: Claim, verdict: Verdict, language: Language) -> Drawn | None:
    """Return the curve of a design's grid; None where it has no axes or no headline to mark."""
    tested, reading, design = verdict.tested, verdict.reading, verdict.design
    if tested is None or tested.grid is None or reading is None or design is None or not claim.grid.axis:
        return None
    if tested.headline is None:  # the curve marks the main row, which measured designs compute otherwise
        return None
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
    return drawn(verdict, "curve", figure, shown.reset_index(drop=True))


def influence(verdict: Verdict, language: Language) -> Drawn | None:
    """Return the main estimate without each province; None where none was left out."""
    tested, reading, design = verdict.tested, verdict.reading, verdict.design
    if tested is None or tested.grid is None or reading is None or design is None:
        return None
    left_out = tested.grid.table[tested.grid.table["left_out"] != ""]
    if left_out.empty:
        return None
    head = tested.shown
    title = message("One {unit} left out at a time: {design}", design=design.label.said)
    if verdict.panel is not None:
        title = title.spoken(*verdict.panel.levels)
    shown = left_out[["left_out", "estimate", "conf_low", "conf_high"]]
    figure = figures.influence_plot(
        shown,
        headline=(head.estimate, head.beside_low, head.beside_high),
        claimed=float(reading.claimed) if reading.claimed else None,
        labels=sample.province_names(language),
        language=language,
        title=say(title, language),
    )
    return drawn(verdict, "without_each", figure, _named(shown, language))


def trend_picture(verdict: Verdict, language: Language) -> Drawn | None:
    """Return what is left of outcome and treatment within units, and net of their trends,.

    None where the design is no regression with unit and period effects.
    """
    tested, design = verdict.tested, verdict.design
    panel = _cube(verdict)
    if tested is None or design is None or panel is None or tested.fit is None:
        return None
    spoken = levels_of(verdict)
    twins = {
        message("net of {unit} and {period} effects"): main_slopes(panel),
        message("and of a trend in every {unit}"): trend_slopes(panel),
    }
    title = message("Within {units}, with and without their trends: {design}", design=design.label.said)
    panels = {say(name.spoken(*spoken), language): _residuals(fit, verdict) for name, fit in twins.items()}
    figure = figures.within_scatter(
        panels,
        slopes=[float(fit.slope[0]) for fit in twins.values()],
        labels=sample.province_names(language),
        names=(say(message("treatment"), language), say(message("outcome"), language)),
        language=language,
        title=say(title.spoken(*spoken), language),
        notes=[
            say(message("outcome and treatment: {formula}", formula=_formula(verdict, language)), language)
        ],
    )
    whole = pd.concat([frame.assign(panel=name) for name, frame in panels.items()], ignore_index=True)
    return drawn(verdict, "within", figure, _named(whole[["panel", "unit", "when", "x", "y"]], language))


def yearly_picture(verdict: Verdict, language: Language) -> Drawn | None:
    """Return what was measured by year with the intervals there are, and the bound that is claimed,.

    None where fewer than two years have a number.
    """
    tested, design, reading = verdict.tested, verdict.design, verdict.reading
    if tested is None or tested.measured is None or design is None or reading is None:
        return None
    found = tested.measured
    values = pd.Series(found.by_year, dtype=float)
    if values.count() < 2:
        return None
    frame = pd.DataFrame({"value": values})
    labels = {"value": say(message("observed"), language)}
    rule = design.rule_under(reading.rule)
    if isinstance(rule, DescriptionRule):
        frame["bound"] = rule.bound.value
        labels["bound"] = say(message("bound {value}", value=rule.value), language)
    ends = pd.DataFrame(dict(found.by_year_interval), index=["low", "high"], dtype=float).T.reindex(
        values.index
    )
    spoken = levels_of(verdict)
    title = message("By {period}: {design}", design=design.label.said).spoken(*spoken)
    note = message("shaded: the interval of each {period} that has one").spoken(*spoken)
    figure = figures.trend_lines(
        frame,
        bands={"value": (ends["low"].to_numpy(), ends["high"].to_numpy())},
        labels=labels,
        language=language,
        title=say(title, language),
        notes=[say(note, language)] if found.by_year_interval else [],
    )
    table = frame.assign(low=ends["low"], high=ends["high"]).rename_axis("when").reset_index()
    return drawn(verdict, "years", figure, table)


def left_out(verdict: Verdict, language: Language) -> Drawn | None:
    """Return slope and p of the main test without each unit; None where there are no conditions."""
    tested, design = verdict.tested, verdict.design
    panel, test = _cube(verdict), verdict.registered.claim.test
    if tested is None or design is None or panel is None or test is None or tested.scrutiny is None:
        return None
    slope, p = without_each(panel, Lots(test.reps, test.seed, test.weights))
    labels = [str(unit) for unit in tested.scrutiny.units]
    direction = _direction(verdict)
    worst = labels[int(worst_of(slope, p, np.full(1, direction))[0])]
    frame = pd.DataFrame({"left_out": labels, "estimate": tested.factor * slope[0], "p_value": p[0]})
    head, names = tested.shown, sample.province_names(language)
    title = message("One {unit} left out at a time: {design}", design=design.label.said).spoken(
        *levels_of(verdict)
    )
    note = message("the absence of {name} costs most", name=names.get(worst, worst))
    figure = figures.left_out_plot(
        frame,
        headline=(head.estimate, head.low, head.high),
        worst=worst,
        labels=names,
        language=language,
        title=say(title, language),
        notes=[say(note, language)],
    )
    return drawn(verdict, "left_out", figure, _named(frame, language))


def _named(frame: pd.DataFrame, language: Language) -> pd.DataFrame:
    """Return the numbers with the names that the picture gives the units."""
    column = "unit" if "unit" in frame else "left_out"
    names = sample.province_names(language)
    return frame.assign(**{column: frame[column].map(lambda unit: names.get(str(unit), str(unit)))})


def _cube(verdict: Verdict) -> Cube | None:
    """Return the sample behind a design's conditions; None where it has none."""
    tested = verdict.tested
    if tested is None or tested.scrutiny is None or tested.fit is None or tested.fit.design is None:
        return None
    return cube_of(tested.fit.design, tested.scrutiny.term)


def _direction(verdict: Verdict) -> float:
    """Return the side on which the conditions were read."""
    assert verdict.reading is not None  # a verdict with conditions has a reading
    assert verdict.tested is not None
    mirrored = verdict.tested.scrutiny is not None and verdict.tested.scrutiny.mirrored
    return -verdict.reading.rule.direction if mirrored else verdict.reading.rule.direction


def _residuals(fit: Slopes, verdict: Verdict) -> pd.DataFrame:
    """Return the swept columns of a twin design, one row a unit and period."""
    assert verdict.tested is not None
    assert verdict.tested.scrutiny is not None
    assert verdict.tested.fit is not None
    assert verdict.tested.fit.design is not None
    unit, when = np.nonzero(fit.nuisance.held)
    first = int(verdict.tested.fit.design.time_labels.astype(int).min())
    names = np.array([str(name) for name in verdict.tested.scrutiny.units], dtype=object)
    return pd.DataFrame(
        {"x": fit.x[0][unit, when], "y": fit.y[0][unit, when], "unit": names[unit], "when": first + when}
    )


def _formula(verdict: Verdict, language: Language) -> str:
    """Return the regression, its indicators by name."""
    assert verdict.tested is not None
    assert verdict.tested.fit is not None
    formula = str(verdict.tested.fit.spec.formula)
    return sample.spelled(formula, sample.names(verdict.tested.data, language))
