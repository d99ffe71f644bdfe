"""One term of a fit: its estimate, error and degrees of freedom, and what is left of it beside the other regressors."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from panelkit.inference.panel_tests.fits import check_fit, design_of
from panelkit.kernels.capabilities import AS_OBSERVED, ONE_EQUATION
from panelkit.kernels.linear import LinearFit, squares_about_mean
from panelkit.kernels.within import FloatArray
from panelkit.language.errors import SpecError
from panelkit.language.message import message
from panelkit.results.fit import FitResult
from panelkit.show.brief import Brief


@dataclass(frozen=True, eq=False)
class Coefficient(Brief):
    """An estimate, its standard error and the degrees of freedom of its t under the covariance of the fit."""

    term: str
    estimate: float
    std_error: float
    df: float


@dataclass(frozen=True, eq=False)
class Focal(Coefficient):
    """A coefficient of least squares with what the algebra of omitted variables needs.

    `spread` is s_y / s_d, the root of the residual squares of the outcome on all regressors over that of the term on
    the others, so that the standard error under independent errors is spread / sqrt(df_resid).
    """

    linear: LinearFit
    at: int
    spread: float

    @property
    def df_resid(self) -> int:
        """Return rows less regressors and effects."""
        return self.linear.df_resid

    @property
    def partial_r2(self) -> float:
        """Return the share of the outcome's residual variance that the term explains."""
        f2 = (self.estimate / self.spread) ** 2
        return f2 / (1.0 + f2)


def coefficient_of(fit: FitResult, term: str) -> Coefficient:
    """Return a coefficient of any fit.

    Raises
    ------
    SpecError
        If the fit has no such term, has it in several equations, or gives it no standard error.
    """
    check_fit(fit)
    at = _place_of(fit, term)
    error = float(np.sqrt(fit.covariance[at, at]))
    if not (np.isfinite(error) and error > 0.0):
        raise SpecError(message("`{term}` has no standard error in this fit", term=term))
    df = np.asarray(fit.df, dtype=float)
    return Coefficient(term, float(fit.estimates[at]), error, float(df if df.ndim == 0 else df[at]))


def focal_of(fit: FitResult, term: str) -> Focal:
    """Return a coefficient of least squares in one equation.

    Raises
    ------
    SpecError
        If the fit is of another kind, or has no such term beside its intercept.
    """
    linear, _ = design_of(fit, weighted=True)
    if ONE_EQUATION not in linear.can:
        raise SpecError(
            message(
                "{title}: omitted variables are told of by least squares in one equation, not by instruments",
                title=fit.title,
            )
        )
    one = coefficient_of(fit, term)
    if term == "Intercept":
        raise SpecError(
            message("the intercept has no variation that a confounder could share: name a regressor")
        )
    at = linear.terms.index(term)
    spread = float(np.sqrt(linear.rss) * np.linalg.norm(linear.root[at]))
    return Focal(term, one.estimate, one.std_error, one.df, linear, at, spread)


def swept_deviations(fit: FitResult, term: str) -> tuple[float, float]:
    """Return the standard deviations of the term and of the outcome net of the effects, divisor n - 1.

    With weights they are the weighted ones.

    Raises
    ------
    SpecError
        If the fit is not least squares on rows as observed.
    """
    linear, _ = design_of(fit, weighted=True)
    if AS_OBSERVED not in linear.can or term not in linear.terms:
        raise SpecError(
            message(
                "{title}: the rows are not those of the data, so that a within-{unit} standard deviation has no "
                "meaning: give the bound as a number",
                title=fit.title,
            ).spoken(*fit.level_names)
        )
    return _deviation(linear, linear.X[:, linear.terms.index(term)]), _deviation(linear, linear.y)


def _deviation(linear: LinearFit, values: FloatArray) -> float:
    return float(np.sqrt(squares_about_mean(values, linear.weights) / (linear.n - 1)))


def _place_of(fit: FitResult, term: str) -> int:
    places = [at for at, name in enumerate(fit.terms) if name == term]
    if not places:
        raise SpecError(message("no term {term} in this fit: it has {terms}", term=term, terms=fit.terms))
    if len(places) > 1:
        raise SpecError(
            message(
                "`{term}` stands in the equations {equations}: this needs a term of one equation",
                term=term,
                equations=[fit.equations[at] for at in places],
            )
        )
    return places[0]


def check_share(name: str, value: float) -> None:
    """Refuse what is no share strictly between 0 and 1.

    Raises
    ------
    SpecError
        With the argument's name.
    """
    if not 0.0 < value < 1.0:
        raise SpecError(
            message("{name} lies between 0 and 1, not {value!r}: write 0.05 for 5 %", name=name, value=value)
        )
