"""Errors independent with one variance."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar

from panelkit.covariance.base import Covariance, Vcov, least_squares
from panelkit.covariance.conventions import Convention
from panelkit.covariance.likelihood import Information
from panelkit.covariance.small_sample import independent_df, refuse_sampling_weights, squares_divisor
from panelkit.kernels.capabilities import INFORMATION, SCORES
from panelkit.language.message import message, term
from panelkit.language.offers import offered
from panelkit.panel.design import Design

_SAMPLED = message(
    "rows that stand for unlike numbers of others have no error of one variance, and Stata forces robust errors"
)


@offered(
    "covariance",
    can=(SCORES, INFORMATION),
    source="least squares; of a likelihood, its information (Anselin 1988)",
    public=True,
)
@dataclass(frozen=True)
class Iid(Covariance):
    """Errors independent with one variance: s2 (X'X)^-1, s2 with n-K, t(n-K); conventions of instruments say else.

    With analytic weights the variance is s2 over the weight; sampling weights (`pw=`) are refused, as in Stata.

    Of a likelihood it is the information matrix.

    Examples
    --------
    >>> spec = pk.FixedEffects("log(patents_granted) ~ log(rd_expenditure)", vcov=pk.Iid())
    >>> fit = spec.fit(panel)
    """

    spellings: ClassVar[tuple[str, ...]] = ("Iid",)

    def compute(self, problem: Any, design: Design, convention: Convention | None) -> Vcov:
        """Return the covariance of least squares, or the inverse information of a likelihood."""
        if SCORES not in problem.can:
            return Information().compute(problem, design, convention)
        fit, convention = least_squares(problem, convention)
        refuse_sampling_weights(fit, "Iid()", _SAMPLED)
        variance = fit.rss / squares_divisor(fit, convention)
        return Vcov(fit.bread * variance, independent_df(fit, convention), term("covariance", "iid"))
