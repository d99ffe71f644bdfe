"""Average marginal effects of a regressor at values of a moderator: interactions, squares, logarithms alike."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from panelkit.formula.coefficients import unknown_terms
from panelkit.formula.derivative import Slope, contains, sloped
from panelkit.formula.grammar import parse_expression
from panelkit.formula.tree import Call, Column, Node, Term
from panelkit.inference.after.coefficients import contrast_degrees
from panelkit.inference.after.row_parts import RowParts
from panelkit.inference.after.rows import observed_of
from panelkit.inference.panel_tests.fits import check_fit
from panelkit.kernels.percentiles import percentiles
from panelkit.kernels.within import FloatArray
from panelkit.language.errors import SpecError
from panelkit.language.message import Language, Message, message
from panelkit.language.offers import offered
from panelkit.panel.design import Design
from panelkit.results.derived import Derived, Uncertainty
from panelkit.results.fit import FitResult

if TYPE_CHECKING:
    from panelkit.show.figures import Figure

PERCENTILES = (10.0, 50.0, 90.0)


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
        If no term holds the variable or the moderator, or a spatial fit is given, whose effects are `impacts()`.

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
                "{title}: marginal effects here are of linear fits; of spatial ones they are impacts()",
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
    variable, moderator = _part(design, of), None if at is None else _part(design, at)
    held = _holding(fit, design, variable, of)
    if moderator is None:
        if values is not None:
            raise SpecError(message("values are those of a moderator: name it by at=, or leave them out"))
        gradient = _gradient(fit, held, variable, None, [None], rows)
        return _margins(fit, of, None, (), (message("average"),), gradient, None)
    _refuse_idle_moderator(held, variable, moderator, of, str(at))
    observed = rows.value(moderator)
    chosen, words = _values(observed, values, design.weights)
    gradient = _gradient(fit, held, variable, moderator, list(chosen), rows)
    over = np.linspace(float(observed.min()), float(observed.max()), 41)
    dense = _margins(
        fit, of, at, tuple(over), (), _gradient(fit, held, variable, moderator, list(over), rows), None
    )
    curve = dense.tidy()[["estimate", "conf_low", "conf_high"]].assign(value=over)
    return _margins(fit, of, at, tuple(float(v) for v in chosen), words, gradient, curve)


def _part(design: Design, text: str) -> Node:
    """Return the part of the formula that a text names: a column as it is called, or an expression."""
    columns = () if design.formula is None else design.formula.columns
    if isinstance(text, str) and text.strip() in columns:
        return Column(text.strip())
    return parse_expression(text).node


def _values(
    observed: FloatArray, values: Sequence[float] | None, weights: FloatArray | None
) -> tuple[FloatArray, tuple[Message, ...]]:
    if values is None:
        chosen = percentiles(observed, PERCENTILES, weights)
        words = tuple(
            message("p{share:g} ({value:.6g})", share=share, value=float(value))
            for share, value in zip(PERCENTILES, chosen, strict=True)
        )
        return chosen, words
    chosen = np.array([float(value) for value in values])
    if not len(chosen) or not np.isfinite(chosen).all():
        raise SpecError(
            message(
                "values of the moderator are numbers, at least one, not {values}", values=str(list(values))
            )
        )
    return chosen, tuple(message("{value:.6g}", value=float(value)) for value in chosen)


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


def _holding(fit: FitResult, design: Design, variable: Node, of: str) -> list[tuple[int, Term]]:
    """Return the terms that hold the variable, with their place among the coefficients."""
    terms = () if design.formula is None else design.formula.terms
    held = [term for term in terms if any(contains(factor.node, variable) for factor in term.factors)]
    if not held:
        raise unknown_terms([of], [term.label for term in terms])
    odd = [term.label for term in held if any(factor.kind != "value" for factor in term.factors)]
    if odd:
        raise SpecError(
            message(
                "{terms}: the effect beside categories or a basis is a combination of coefficients, one a level: use "
                "combine()",
                terms=[f"`{label}`" for label in odd],
            )
        )
    return [(fit.terms.index(term.label), term) for term in held if term.label in fit.terms]


def _refuse_idle_moderator(
    held: list[tuple[int, Term]], variable: Node, moderator: Node, of: str, at: str
) -> None:
    beside = any(
        contains(factor.node, moderator)
        for _, term in held
        for factor in term.factors
        if len(term.factors) > 1 or factor.node != variable
    )
    if not beside:
        raise SpecError(
            message(
                "the effect of `{of}` does not depend on `{at}` in this fit: no term holds both",
                of=of,
                at=at,
            )
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
            slope = _term_slope(term, variable, moderator, value, rows)
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


def _term_slope(
    term: Term, variable: Node, moderator: Node | None, value: float | None, rows: RowParts
) -> Slope:
    """Return a term's value (n,) and its derivative (n, 1) by the variable, the moderator set to a value."""

    def known(part: Node) -> Slope | None:
        if part == variable:
            own = np.asarray(value) if moderator == variable else rows.value(part)
            return Slope(own, np.ones((1, 1)) if own.ndim else np.ones(1))
        if part == moderator:
            return Slope(np.asarray(value), np.zeros(1))
        inside = contains(part, variable) or (moderator is not None and contains(part, moderator))
        if inside:
            return _by_sample(part, known, rows)
        found = rows.held(part)
        if found is None and isinstance(part, Column):
            found = rows.value(part)
        return None if found is None else Slope(found, np.zeros((1, 1)))

    total = Slope(np.asarray(1.0), np.zeros(1))
    for factor in term.factors:
        one = sloped(factor.node, known)
        a, b = total.value, one.value
        total = Slope(a * b, b[..., None] * total.by + a[..., None] * one.by)
    return total


def _by_sample(part: Node, known: Any, rows: RowParts) -> Slope | None:
    """Return center(), standardize() and scale() of a part: a shift and a scale of the sample."""
    if not isinstance(part, Call) or part.name not in ("center", "standardize", "scale"):
        return None
    mean, divisor = rows.design.memory.statistics[part.label]
    inner = sloped(part.argument, known)
    return Slope((inner.value - mean) / divisor, inner.by / divisor)
