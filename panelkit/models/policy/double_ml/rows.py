"""What the learners get: outcome, treatment and confounders without the effects of the units, by a stated transform.

Effects of units leave every unit by itself, so that no fold sees another. Effects of periods are learned: their dummies
are swept out by least squares on the training part of a fold, like any other nuisance function.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Literal

import numpy as np

from panelkit.formula.formula import parse_formula
from panelkit.formula.model_matrix import INTERCEPT
from panelkit.kernels.within import Effects, FloatArray, Layout, within
from panelkit.language.errors import DataError, SpecError
from panelkit.language.message import Message, message
from panelkit.language.spelt import option
from panelkit.models.linear.first_difference import differenced
from panelkit.panel.design import Design
from panelkit.show.brief import Brief

Transform = Literal["within", "mundlak", "first-difference", "first-difference-exact"]

CHANGES = ("first-difference", "first-difference-exact")
# a column of a transform that is smaller than this share of itself before is rounding
_NOTHING = 1e-10


@dataclass(frozen=True, eq=False)
class Parts(Brief):
    """The columns of a design by their part: names of treatment, instrument (or none) and confounders."""

    treatment: str
    instrument: str | None
    confounders: tuple[str, ...]


@dataclass(frozen=True, eq=False)
class Learnable(Brief):
    """Rows as the learners get them: y, d, z (n,), features (n, p), swept columns (n, q), period (n,) or none.

    `design` holds the rows as the user knows them; `notes` say what the transform assumes.
    """

    design: Design
    y: FloatArray
    d: FloatArray
    z: FloatArray | None
    features: FloatArray
    swept: FloatArray
    period: FloatArray | None
    notes: tuple[Message, ...]

    @property
    def shown(self) -> FloatArray:
        """Return what is not swept of its period effects, (n, 0 or 1)."""
        return np.empty((len(self.y), 0)) if self.period is None else self.period[:, None]


def parts_of(design: Design, formula: str, treatment: str, instrument: str | None) -> Parts:
    """Return which columns are what.

    Raises
    ------
    SpecError
        If treatment or instrument is not one numeric column, or stands among the confounders; if there are none.
    """
    left = formula.partition("~")[0]
    found = {
        role: _columns(design, f"{left} ~ {text}")
        for role, text in (("treatment", treatment), ("instrument", instrument))
        if text is not None
    }
    for role, names in found.items():
        if len(names) != 1:
            raise SpecError(
                message(
                    "{option} is one numeric variable, and {names} are several columns: fit one at a time, the others "
                    "among the confounders",
                    option=role,
                    names=list(names),
                )
            )
    own = [names[0] for names in found.values()]
    confounders = tuple(name for name in _columns(design, formula) if name not in own)
    twice = [f"`{name}`" for name in own if name in _columns(design, formula)]
    if twice or len(set(own)) < len(own):
        raise SpecError(
            message(
                "{names} stands in two of: confounders, treatment, instrument",
                names=twice or [f"`{own[0]}`"],
            )
        )
    if not confounders:
        raise SpecError(
            message(
                "`{formula}` has no confounder, so that there is nothing to learn: name some, or take FixedEffects",
                formula=formula,
            )
        )
    return Parts(own[0], own[1] if len(own) > 1 else None, confounders)


def _columns(design: Design, formula: str) -> tuple[str, ...]:
    keys = {term.key for term in parse_formula(formula).terms}
    owners = zip(design.terms, design.memory.owners, strict=True)
    return tuple(name for name, owner in owners if owner in keys and name != INTERCEPT)


def learnable(
    design: Design, inside: FloatArray, parts: Parts, effects: Effects, transform: Transform | None
) -> Learnable:
    """Return the rows after the transform of a partially linear model.

    Raises
    ------
    DataError
        If the effects leave nothing of the outcome or the treatment.
    """
    if transform in CHANGES:
        return _changes(design, inside, parts, effects, transform == "first-difference-exact")
    y, d, z, X = _values(design, parts)
    layout = Layout(design.unit, design.time)
    if transform is None:
        swept = _dummies(layout) if effects == "time" else np.empty((len(y), 0))
        period = layout.time.astype(float) if effects == "time" else None
        return _checked(Learnable(design, y, d, z, X, swept, period, ()), parts, (y, d))
    if transform == "mundlak":
        return _checked(_mundlak(design, parts, layout, effects), parts, (y, d))
    columns = [y[:, None], d[:, None], X, *([] if z is None else [z[:, None]])]
    if effects == "twoway":
        columns.append(np.column_stack([layout.time, _dummies(layout)[:, 1:]]).astype(float))
    moved = [within(part, layout, "unit") for part in columns]
    swept, period = np.empty((len(y), 0)), None
    if effects == "twoway":
        period, swept = moved[-1][:, 0], moved[-1][:, 1:]
    said = message(
        "within transform: deviations from the means of each {unit}. Errors are strictly exogenous, and the "
        "confounders enter linearly in the columns of the formula (write powers and products there); a flexible "
        "learner of deviations is an approximation"
    )
    made = Learnable(
        design,
        moved[0][:, 0],
        moved[1][:, 0],
        None if z is None else moved[3][:, 0],
        moved[2],
        swept,
        period,
        (said,),
    )
    return _checked(_without_nothing(made, X, parts), parts, (y, d))


def _values(design: Design, parts: Parts) -> tuple[FloatArray, FloatArray, FloatArray | None, FloatArray]:
    at = {name: j for j, name in enumerate(design.terms)}
    z = None if parts.instrument is None else np.array(design.X[:, at[parts.instrument]])
    X = np.ascontiguousarray(design.X[:, [at[name] for name in parts.confounders]])
    return np.array(design.y), np.array(design.X[:, at[parts.treatment]]), z, X


def _dummies(layout: Layout) -> FloatArray:
    """Return one column a period, (n, T)."""
    return (layout.time[:, None] == np.arange(layout.n_times)).astype(float)


def _means(columns: FloatArray, layout: Layout) -> FloatArray:
    """Return the mean of every unit on its rows."""
    return columns - within(columns, layout, "unit")


def _mundlak(design: Design, parts: Parts, layout: Layout, effects: Effects) -> Learnable:
    y, d, z, X = _values(design, parts)
    beside = d if z is None else z
    means = _means(np.column_stack([X, beside]), layout)
    swept, period = np.empty((len(y), 0)), None
    if effects == "twoway":
        dummies = _dummies(layout)
        swept, period = dummies, layout.time.astype(float)
        if not layout.balanced:
            swept = np.column_stack([swept, _means(dummies[:, 1:], layout)])
    said = message(
        "correlated random effects (Mundlak): the means of confounders and of `{beside}` over the {periods} of a "
        "{unit} are learned from beside them. The effect of a {unit} depends on its past and future through these "
        "means only; confounders may enter in any form",
        beside=parts.treatment if parts.instrument is None else parts.instrument,
    )
    return Learnable(design, y, d, z, np.column_stack([X, means]), swept, period, (said,))


def _changes(design: Design, inside: FloatArray, parts: Parts, effects: Effects, exact: bool) -> Learnable:
    moved = differenced(design, inside)
    y, d, z, X = _values(moved, parts)
    if exact:
        levels = _values(design, parts)[3][design.labels().get_indexer(moved.labels())]
        X = np.column_stack([levels, levels - X])
        said = message(
            "first differences, learned from the confounders of this {period} and the one before: they may enter in "
            "any form; errors are strictly exogenous"
        )
    else:
        said = message(
            "first differences of all columns: errors are strictly exogenous, and the confounders enter linearly in "
            "the columns of the formula; a flexible learner of changes is an approximation"
        )
    layout = Layout(moved.unit, moved.time)
    swept = _dummies(layout) if effects == "twoway" else np.empty((len(y), 0))
    period = layout.time.astype(float) if effects == "twoway" else None
    made = Learnable(moved, y, d, z, X, swept, period, (said,))
    before = _values(design, parts)[:2]
    return _checked(_without_nothing(made, X if exact else _values(design, parts)[3], parts), parts, before)


def _without_nothing(made: Learnable, before: FloatArray, parts: Parts) -> Learnable:
    """Leave out confounders of which the transform leaves nothing, and say so."""
    if made.features.shape[1] != len(parts.confounders):
        return made
    scale = np.abs(before).max(axis=0)
    gone = np.abs(made.features).max(axis=0) <= _NOTHING * scale
    if not gone.any():
        return made
    names = [f"`{name}`" for name, left in zip(parts.confounders, gone, strict=True) if left]
    said = message("constant inside every {unit}, and left out of the confounders: {names}", names=names)
    return replace(made, features=made.features[:, ~gone], notes=(*made.notes, said))


def _checked(made: Learnable, parts: Parts, before: Sequence[FloatArray]) -> Learnable:
    """Refuse an outcome or treatment of which the effects leave nothing."""
    names = (made.design.outcome, parts.treatment)
    for name, values, old in zip(names, (made.y, made.d), before, strict=True):
        left = values - values.mean()
        if made.swept.shape[1]:
            left = values - made.swept @ np.linalg.lstsq(made.swept, values, rcond=None)[0]
        if np.abs(left).max() <= _NOTHING * max(float(np.abs(old).max()), np.finfo(float).tiny):
            raise DataError(
                message(
                    "`{name}` does not vary inside the {units} beside the effects: there is no effect to "
                    "learn. Take {effects} where differences between {units} are as good as random",
                    effects=option("effects", "time"),
                    name=name,
                )
            )
    return made
