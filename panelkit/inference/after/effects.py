"""The estimated effects of units and periods, and what they leave of a linear fit."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from panelkit.inference.after.rows import observed_of
from panelkit.inference.panel_tests.fits import check_fit
from panelkit.kernels.additive import taken_apart
from panelkit.kernels.capabilities import AS_OBSERVED
from panelkit.kernels.linear import LinearFit
from panelkit.kernels.within import FloatArray, Layout
from panelkit.language.errors import SpecError
from panelkit.language.message import Language, Message, message
from panelkit.language.offers import offered
from panelkit.language.shown import shown_language
from panelkit.panel.design import Design
from panelkit.results.fit import FitResult
from panelkit.results.numbers import cells, number
from panelkit.show.brief import Brief
from panelkit.show.rendered import Exported


@dataclass(frozen=True, kw_only=True, eq=False)
class EstimatedEffects(Exported, Brief):
    """The effects of a fit: `constant`, `unit` (by unit label) and `time` (by period), empty where there are none."""

    title: Message
    constant: float
    unit: pd.Series
    time: pd.Series
    notes: tuple[Message, ...] = ()

    def tidy(self) -> pd.DataFrame:
        """Return one row an effect: `effect` (unit, time), `label`, `estimate`."""
        parts = [
            pd.DataFrame(
                {"effect": name, "label": series.index.astype(object), "estimate": series.to_numpy()}
            )
            for name, series in (("unit", self.unit), ("time", self.time))
        ]
        return pd.concat([part for part in parts if len(part)] or parts[:1], ignore_index=True)

    def _exported(self, language: Language) -> tuple[pd.DataFrame, Message, tuple[Message, ...]]:
        """Return the effects, the constant and the notes."""
        constant = message("constant {value:.6g}", value=self.constant)
        return self.tidy(), self.title, (constant, *self.notes)

    def summary(self, *, language: Language = "en") -> str:
        """Return the effects as plain text, the notes below."""
        from panelkit.show.words import check_language, frame_text, note_lines

        check_language(language)
        title = self.title.text(language)
        constant = message("constant {value:.6g}", value=self.constant).text(language)
        tables = [
            frame_text(part.to_frame(), language, number) for part in (self.unit, self.time) if len(part)
        ]
        return "\n".join([title, "=" * cells(title), constant, *tables, *note_lines(self.notes, language)])

    def __str__(self) -> str:
        return self.summary(language=shown_language())

    def _brief(self) -> str:
        return f"{self.title}: {len(self.unit)} unit, {len(self.time)} time"


@dataclass(frozen=True, eq=False)
class Split(Brief):
    """A linear fit's rows taken apart: y = xb + unit + time + more + e, all (n,), `xb` with the constant.

    `more` are interactions that were swept out, which no level of unit and time can be told from: `unit` and `time` are
    then missing and `more` holds all effects. `effects` by label are those of `unit` and `time`.
    """

    design: Design
    xb: FloatArray
    unit: FloatArray
    time: FloatArray
    more: FloatArray
    e: FloatArray
    constant: float
    by_unit: FloatArray
    by_time: FloatArray
    has_unit: bool
    has_time: bool
    interactions: tuple[str, ...] = ()
    notes: tuple[Message, ...] = ()


_NORMALISED = message(
    "the constant is the mean of y - Xb over the rows; unit effects, and period effects, have mean zero over the rows"
)
_BLUP = message(
    "random effects: the best linear predictor, the mean of y - Xb of a {unit} shrunk by "
    "sigma_u^2 / (sigma_u^2 + sigma_e^2 / T)"
)
_BETWEEN = message("the effect of a {unit} is its mean of y - Xb, as the between estimator leaves it")


def split_rows(fit: FitResult) -> Split:
    """Take the rows of a linear fit apart.

    Raises
    ------
    SpecError
        If the fit is not linear, or kept no rows.
    """
    check_fit(fit)
    design, linear = observed_of(fit), fit.linear
    if linear is None:
        raise SpecError(message("{title}: effects are taken apart for linear fits", title=fit.title))
    at = [design.terms.index(term) for term in linear.terms]
    slope = np.asarray(design.X[:, at]) @ linear.beta
    left = design.y - slope
    layout = Layout(design.unit, design.time)
    if "sigma_unit" in fit.facts and AS_OBSERVED not in linear.can:
        return _random(fit, design, slope, left, layout)
    if len(design.y) != len(linear.y):
        means = _unit_means(left, layout)
        return _by_units(design, slope, left, means, layout, _BETWEEN)
    return _fixed(fit, design, linear, slope, left)


def _fixed(fit: FitResult, design: Design, linear: LinearFit, slope: FloatArray, left: FloatArray) -> Split:
    e = linear.residuals_as_observed
    explained = left - e
    zero = np.zeros(len(left))
    none = np.zeros(linear.layout.n_units), np.zeros(linear.layout.n_times)
    if linear.effects == "none":
        return Split(design, slope, zero, zero, zero, e, 0.0, *none, False, False)
    if design.interactions is not None:
        constant = float(np.average(explained, weights=design.weights))
        missing = np.full(len(left), np.nan)
        names = design.interactions.names
        return Split(
            design,
            slope + constant,
            missing,
            missing,
            explained - constant,
            e,
            constant,
            *none,
            True,
            True,
            names,
        )
    layout = linear.layout.plain()
    parts = taken_apart(explained, layout, linear.effects, design.weights)
    notes = [_NORMALISED]
    if parts.components > 1:
        notes.append(
            message(
                "{count} groups of {units} share no {period}: the level between the groups is not identified, and "
                "period effects have mean zero in each group",
                count=parts.components,
            )
        )
    return Split(
        design,
        slope + parts.constant,
        parts.unit[layout.unit],
        parts.time[layout.time],
        zero,
        e,
        parts.constant,
        parts.unit,
        parts.time,
        linear.effects in ("unit", "twoway"),
        linear.effects in ("time", "twoway"),
        notes=tuple(note.spoken(*design.level_names) for note in notes),
    )


def _unit_means(left: FloatArray, layout: Layout) -> FloatArray:
    return np.asarray(layout.sum_units(left[:, None])[:, 0] / layout.unit_counts)


def _random(fit: FitResult, design: Design, slope: FloatArray, left: FloatArray, layout: Layout) -> Split:
    of_unit, of_error = (float(fit.facts[key]) ** 2 for key in ("sigma_unit", "sigma_error"))
    shrink = of_unit / (of_unit + of_error / layout.unit_counts)
    return _by_units(design, slope, left, shrink * _unit_means(left, layout), layout, _BLUP)


def _by_units(
    design: Design, slope: FloatArray, left: FloatArray, effects: FloatArray, layout: Layout, note: Message
) -> Split:
    own = effects[layout.unit]
    zero = np.zeros(len(left))
    said = (note.spoken(*design.level_names),)
    return Split(
        design,
        slope,
        own,
        zero,
        zero,
        left - own,
        0.0,
        effects,
        np.zeros(layout.n_times),
        True,
        False,
        notes=said,
    )


@offered(
    "inference", family="after the fit", result="EstimatedEffects", source="Stata's predict, u", public=True
)
def estimated_effects(fit: FitResult) -> EstimatedEffects:
    """Return the estimated effects of a linear fit: `fit.effects()`.

    Parameters
    ----------
    fit
        A linear fit with effects: fixed (unit, time, two-way; instruments too), random (the best linear predictor, as
        Stata's `predict, u` after `xtreg, re`) or between (the mean residual of each unit).

    Returns
    -------
    EstimatedEffects
        In the units of the outcome. Two-way effects solve the normal equations, however unbalanced the panel; the
        constant is the mean of y - Xb over the rows, unit and period effects have mean zero over the rows.

    Raises
    ------
    SpecError
        If the fit has no effects, or interactions were swept out with them (named), whose levels cannot be told apart.

    Examples
    --------
    >>> fit = pk.FixedEffects("log(patents_granted) ~ log(rd_expenditure)").fit(panel)
    >>> found = fit.effects()
    >>> len(found.unit), len(found.time), bool(abs(found.unit.mean()) < 1e-12)
    (31, 6, True)
    """
    parts = split_rows(fit)
    if not (parts.has_unit or parts.has_time):
        raise SpecError(message("{title}: this fit has no effects of units or periods", title=fit.title))
    _refuse_interactions(parts)
    unit, time = parts.design.level_names
    by_unit = pd.Series(parts.by_unit, index=pd.Index(parts.design.unit_labels, name=unit), name="effect")
    by_time = pd.Series(parts.by_time, index=pd.Index(parts.design.time_labels, name=time), name="effect")
    return EstimatedEffects(
        title=message("Estimated effects: {title}", title=fit.title),
        constant=parts.constant,
        unit=by_unit if parts.has_unit else by_unit.iloc[:0],
        time=by_time if parts.has_time else by_time.iloc[:0],
        notes=parts.notes,
    )


def _refuse_interactions(parts: Split) -> None:
    if parts.interactions:
        raise SpecError(
            message(
                "{names} were swept out beside the effects, and levels of units and periods cannot be told from them: "
                'their sum is predict(kind="absorbed")',
                names=[f"`{name}`" for name in parts.interactions],
            )
        )
