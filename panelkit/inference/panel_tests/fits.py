"""Which fits a test takes: what it needs of one fit, and what of two."""

from __future__ import annotations

from typing import Any

import numpy as np

from panelkit.kernels.capabilities import AS_OBSERVED, GENERALISED_LEAST_SQUARES, LEAST_SQUARES
from panelkit.kernels.identified import absorbed_terms
from panelkit.kernels.linear import LinearFit
from panelkit.kernels.within import within
from panelkit.language.errors import SpecError
from panelkit.language.message import Message, message
from panelkit.language.spelt import option
from panelkit.panel.design import Design
from panelkit.results.fit import FitResult

NOT_WEIGHTED = message(
    "it is not defined for rows with weights, and without them it would be of another model: fit without "
    "{weights}",
    weights=option("weights"),
)
_SAMPLED = message(
    "it assumes errors of one variance, and sampling weights (pw=) say nothing of them: take a Wald test with robust "
    "or clustered errors"
)


def check_fit(fit: Any) -> None:
    """Refuse what is no fitted model of one equation: a spec, a frame, a mediation.

    Raises
    ------
    SpecError
        Which says what it is.
    """
    if not isinstance(fit, FitResult):
        raise SpecError(
            message(
                "a fitted model of one equation is needed, such as FixedEffects(formula).fit(panel), not {kind}",
                kind=type(fit).__name__,
            )
        )


def design_of(fit: FitResult, *, weighted: bool = False) -> tuple[LinearFit, Design]:
    """Return the least-squares problem of a fit and its design.

    `weighted` says that the caller stands on rows times the root of their weight (`kernels/row_weights.py`).

    Raises
    ------
    SpecError
        If the fit is not least squares on a design, or its rows have weights that the caller does not know.
    """
    check_fit(fit)
    if fit.linear is None or fit.design is None:
        raise SpecError(
            message("{title}: this test needs a least-squares fit that kept its design", title=fit.title)
        )
    if not weighted and fit.linear.weights is not None:
        raise SpecError(message("{title}: {reason}", title=fit.title, reason=NOT_WEIGHTED))
    return fit.linear, fit.design


def iid_problem(linear: LinearFit) -> Message | None:
    """Return why a test that stands on errors of one variance does not apply to these weights, None where it does."""
    return _SAMPLED if linear.weights is not None and linear.weights.kind == "pw" else None


def fixed_and_random(fixed: FitResult, random: FitResult) -> tuple[LinearFit, LinearFit]:
    """Return the least-squares problems of a fixed-effects and a random-effects fit of one model on the same rows.

    Raises
    ------
    SpecError
        If one is another kind of fit, or outcome, rows, regressors or time effects differ.
    """
    (first, first_design), (second, second_design) = design_of(fixed), design_of(random)
    if not first.can >= LEAST_SQUARES or first.effects not in ("unit", "twoway"):
        raise SpecError(
            message(
                "hausman(fixed, random): fixed is a fit of FixedEffects with {effects} or 'twoway', not "
                "{title}",
                effects=option("effects", "unit"),
                title=fixed.title,
            )
        )
    if not second.can >= GENERALISED_LEAST_SQUARES or AS_OBSERVED in second.can:
        raise SpecError(
            message(
                "hausman(fixed, random): random is a fit of RandomEffects, not {title}", title=random.title
            )
        )
    if fixed.outcome != random.outcome:
        raise SpecError(
            message(
                "hausman(fixed, random) compares fits of one outcome, not of {one} and {other}",
                one=fixed.outcome,
                other=random.outcome,
            )
        )
    _refuse_other_rows(first_design, second_design)
    _refuse_other_terms(first, second, fixed)
    return first, second


def _refuse_other_rows(first: Design, second: Design) -> None:
    rows = [
        set(zip(np.asarray(one.unit_labels)[one.unit], np.asarray(one.time_labels)[one.time], strict=True))
        for one in (first, second)
    ]
    if rows[0] != rows[1]:
        raise SpecError(
            message(
                "hausman(fixed, random) compares fits of the same rows: {own} {unit}-{periods} stand in "
                "the first alone and {other} in the second; give both the same data and {where}",
                where=option("where"),
                own=len(rows[0] - rows[1]),
                other=len(rows[1] - rows[0]),
            ).spoken(first.unit_names[0], first.time_names[0])
        )


def _refuse_other_terms(first: LinearFit, second: LinearFit, fixed: FitResult) -> None:
    """Refuse regressors of one fit that the other lacks, but for those that the fixed effects absorb."""
    absent = [term for term in first.terms if term not in second.terms]
    swept = {effects: within(second.X, second.layout, effects) for effects in {"unit", first.effects}}
    gone = {effects: absorbed_terms(second.X, left) for effects, left in swept.items()}
    more = [
        term
        for term, lost in zip(second.terms, gone[first.effects], strict=True)
        if term not in first.terms and term != "Intercept" and not lost
    ]
    if absent or more:
        raise SpecError(
            message(
                "hausman(fixed, random) compares fits of the same regressors, and {terms} stand in one of them alone: "
                "fit one formula both ways",
                terms=[*absent, *more],
            )
        )
    own = int((gone["twoway"] & ~gone["unit"]).sum()) if first.effects == "twoway" else 0
    needed = first.layout.absorbed("twoway") - first.layout.n_units if first.effects == "twoway" else 0
    if own < needed:
        names = fixed.level_names
        raise SpecError(
            message(
                "hausman(fixed, random): {title} has {period} effects, and the random-effects fit has "
                "none: write C({time}) into the formula of RandomEffects, or take {effects}",
                effects=option("effects", "unit"),
                title=fixed.title,
                time=names[1],
            ).spoken(*names)
        )
