"""The smooth rival of a threshold: a quadratic on the same rows, with Lind and Mehlum's test of its turn."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from panelkit.formula.formula import parse_formula
from panelkit.inference.after.turning_point import TurningPoint, turning_point
from panelkit.language.errors import SpecError
from panelkit.language.message import Language, message
from panelkit.language.shown import shown_language
from panelkit.models.linear.fixed_effects import FixedEffects, fit_design
from panelkit.results.fit import FitResult
from panelkit.show.brief import Brief


@dataclass(frozen=True, eq=False)
class Quadratic(Brief):
    """A regression with a square, `fit`, and where its curve turns, `turn`."""

    fit: FitResult
    turn: TurningPoint

    def summary(self, *, language: Language = "en") -> str:
        """Return the regression and the test as plain text."""
        return "\n\n".join([self.fit.summary(language=language), self.turn.summary(language=language)])

    def __str__(self) -> str:
        return self.summary(language=shown_language())


def quadratic_beside(found: Any, spec: Any, of: str | None) -> Quadratic:
    """Fit y on the regressors of a threshold model, each with one slope, and the square of one of them.

    Parameters
    ----------
    found
        The search of the threshold model.
    spec
        Its spec.
    of
        The term whose square enters: a regime regressor or the threshold variable; None takes the regime regressor
        where there is one.

    Raises
    ------
    SpecError
        If several could be meant, or the term is none of them.
    """
    columns = found.columns
    held = dict(zip(columns.regime_terms, columns.regime.T, strict=True))
    known = {**held, found.name: columns.q}
    if of is None and len(held) == 1:
        of = next(iter(held))
    elif of is not None and of not in known:
        of = parse_formula(f"{spec.formula.partition('~')[0]} ~ {of}").rhs_terms[0]
    if of is None or of not in known:
        raise SpecError(
            message(
                "of= is one of {known}: the term whose square enters", known=[f"`{name}`" for name in known]
            )
        )
    terms = dict(zip(columns.common_terms, columns.common.T, strict=True)) | held
    terms |= {of: known[of]}
    square = f"I({of}^2)"
    terms[square] = known[of] ** 2
    design = columns.holding(np.column_stack(list(terms.values())), tuple(terms))
    fit = fit_design(design, FixedEffects(spec.formula, spec.effects, spec.vcov, spec.convention, spec.where))
    return Quadratic(fit, turning_point(fit, of, square))
