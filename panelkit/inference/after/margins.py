"""Average marginal effects of a regressor at values of a moderator: interactions, squares, logarithms alike."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from panelkit.formula.tree import Node, Term
from panelkit.inference.after.coefficients import contrast_degrees
from panelkit.inference.after.moved import (
    moderator_values,
    part_named,
    refuse_moderator,
    term_slope,
    terms_holding,
)
from panelkit.inference.after.row_parts import RowParts
from panelkit.inference.after.rows import observed_of
from panelkit.inference.panel_tests.fits import check_fit
from panelkit.kernels.within import FloatArray
from panelkit.language.errors import SpecError
from panelkit.language.message import Language, Message, message
from panelkit.language.offers import offered
from panelkit.results.derived import Derived, Uncertainty
from panelkit.results.fit import FitResult

if TYPE_CHECKING:
    from panelkit.show.figures import Figure


@dataclass(frozen=True, kw_only=True, eq=False)
class Margins(Derived):
    """Average marginal effects of `of`, one row a value of the moderator `at` (None: one row).

    `values` (m,) are those of the moderator; `curve` the same effects over its whole range, for the figure.
    """

    of: str
    at: str | None
    values: tuple[float, ...] = ()
    curve: pd.DataFrame | None = None

    def plot(self, *, level: float = 0.95, language: Language = "en", **style: Any) -> Figure:
        """Draw the effect over the range of the moderator with its interval, or the one effect."""
        from panelkit.show import figures

        if self.curve is None:
            return super().plot(level=level, language=language, **style)
        return figures.margins_curve(
            self.curve, self.tidy(level), self.values, of=self.of, at=str(self.at), language=language, **style
        )


@offered(
    "inference",
    family="after the fit",
    result="Margins",
    source="Stata's margins, dydx() at(); Brambor, Clark and Golder 2006",
    public=True,
)
def margins(
    fit: FitResult,
    of: str,
    at: str | None = None,
    *,
    values: Sequence[float] | None = None,
    data: Any = None,
) -> Margins:
    """Return the average marginal effect of a regressor at values of a moderator: `fit.margins("x", at="z")`.

    Parameters
    ----------
    fit
        A linear fit.
    of
        The variable of the derivative: a factor of the formula (`x`, `log(x)`), or a column inside one (`x` in
        `log(x)`, whose effect on the outcome is then b/x).
    at
        The moderator, a factor or a column; None averages over the sample as it is.
    values
        Its values; None is the 10th, 50th and 90th percentile of the rows that entered, by their weights if they have
        some, as Stata's `at((p10) z)`.
    data
        The frame that was fitted, where a column is needed that stands in no term of its own.

    Returns
    -------
    Margins
        The mean over the rows of the derivative of Xb by `of`, the moderator set to each value and everything else as
        observed. It is linear in the coefficients, so that its standard error, g V g', is exact; regressors count as
        fixed, as in Stata's `margins`. A lag of `of` is another variable. `.plot()` draws it.

    Raises
    ------
    SpecError
        If no term holds the variable or the moderator, the moderator moves with the variable, or a spatial fit is
        given, whose effects are `impacts()`.

    Examples
    --------
    >>> fit = pk.FixedEffects("log(patents_granted) ~ log(rd_expenditure)*log(gdp)").fit(panel)
    >>> found = fit.margins("log(rd_expenditure)", at="log(gdp)")
    >>> len(found.values)
    3
    """
    check_fit(fit)
    if fit.linear is None:
        raise SpecError(
            message(
                "{title}: marginal effects here are of linear fits; of spatial ones they are impacts(), beside a "
                "moderator moderated_impacts()",
                title=fit.title,
            )
        )
    design = observed_of(fit)
    if design.formula is None:
        raise SpecError(
            message(
                "{title}: its columns were made after the formula, so that no variable can be moved in it: read slopes "
                "off the table, or combine them by `combine`",
                title=fit.title,
            )
        )
    rows = RowParts(design, data)
    variable, moderator = part_named(design, of), None if at is None else part_named(design, at)
    held = terms_holding(fit, design, variable, of)
    if moderator is None:
        if values is not None:
            raise SpecError(message("values are those of a moderator: name it by at=, or leave them out"))
        gradient = _gradient(fit, held, variable, None, [None], rows)
        return _margins(fit, of, None, (), (message("average"),), gradient, None)
    refuse_moderator(held, variable, moderator, of, str(at))
    observed = rows.value(moderator)
    chosen, words = moderator_values(observed, values, design.weights)
    gradient = _gradient(fit, held, variable, moderator, list(chosen), rows)
    over = np.linspace(float(observed.min()), float(observed.max()), 41)
    dense = _margins(
        fit, of, at, tuple(over), (), _gradient(fit, held, variable, moderator, list(over), rows), None
    )
    curve = dense.tidy()[["estimate", "conf_low", "conf_high"]].assign(value=over)
    return _margins(fit, of, at, tuple(float(v) for v in chosen), words, gradient, curve)


def _margins(
    fit: FitResult,
    of: str,
    at: str | None,
    values: tuple[float, ...],
    words: tuple[Message, ...],
    gradient: FloatArray,
    curve: pd.DataFrame | None,
) -> Margins:
    degrees = contrast_degrees(fit, gradient)
    same = bool(degrees.min() == degrees.max())
    title = (
        message("Average marginal effect of {of}: {outcome}", of=of, outcome=fit.outcome)
        if at is None
        else message("Average marginal effect of {of} at {at}: {outcome}", of=of, at=at, outcome=fit.outcome)
    )
    terms = words if words else tuple(str(value) for value in values)
    return Margins(
        title=title,
        terms=tuple(terms),
        estimates=gradient @ np.asarray(fit.estimates),
        covariance=gradient @ np.asarray(fit.covariance) @ gradient.T,
        df=float(degrees[0]) if same else degrees,
        facts={"nobs": fit.facts["nobs"], "vcov": fit.facts.get("vcov")},
        notes=(
            message(
                "the mean over the rows of the derivative, everything else as observed; regressors count as fixed"
            ),
        ),
        uncertainty=Uncertainty(method="delta"),
        levels=fit.level_names,
        of=of,
        at=at,
        values=values,
        curve=curve,
    )


def _gradient(
    fit: FitResult,
    held: list[tuple[int, Term]],
    variable: Node,
    moderator: Node | None,
    values: list[Any],
    rows: RowParts,
) -> FloatArray:
    """Return the mean derivative of every term at each value of the moderator, (m, k)."""
    gradient = np.zeros((len(values), len(fit.terms)))
    for m, value in enumerate(values):
        for at, term in held:
            slope = term_slope(term, variable, moderator, value, rows)
            gradient[m, at] = np.average(
                slope.by[..., 0] + np.zeros(len(rows.design.y)), weights=rows.design.weights
            )
    if not np.isfinite(gradient).all():
        raise SpecError(
            message(
                "the derivative has no value at one of these values or rows (a pole, a logarithm of zero)"
            )
        )
    return gradient
