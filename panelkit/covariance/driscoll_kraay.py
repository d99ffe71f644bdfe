"""Errors correlated between units in any way and over time up to some lags (Driscoll and Kraay)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np

from panelkit.covariance.base import Covariance, LikelihoodProblem, Vcov, check_lags, least_squares
from panelkit.covariance.clusters import periods_of as period_clusters
from panelkit.covariance.conventions import Convention
from panelkit.covariance.lags import bartlett, default_lags, kernel_meat, periods_of
from panelkit.covariance.likelihood import sandwiched
from panelkit.covariance.small_sample import cluster_df, residual_df
from panelkit.kernels.capabilities import CELL_SCORES, SCORES
from panelkit.kernels.linear import LinearFit
from panelkit.kernels.sandwich import nearest_positive, refuse_cancelled
from panelkit.kernels.within import FloatArray, IntArray
from panelkit.language.errors import SpecError
from panelkit.language.message import Message, message, term, verbatim
from panelkit.language.offers import offered
from panelkit.language.spelt import Spelt
from panelkit.panel.design import Design

_FEWEST = 5  # periods of a likelihood
_DRISCOLL_KRAAY = verbatim("Driscoll-Kraay")


@offered(
    "covariance",
    can=(SCORES, CELL_SCORES),
    source="Driscoll and Kraay 1998; lags by Newey and West 1994",
    public=True,
    also=("dk", "driscoll-kraay"),
)
@dataclass(frozen=True)
class DriscollKraay(Covariance):
    """Errors correlated over space in any way and over time up to `lags` (Driscoll and Kraay 1998).

    The Bartlett kernel on the sums of the scores by year; `lags=None` is floor(4 (T/100)^(2/9)). It rests on many
    years: with 10 to 15 the standard errors are too small (docs/evidence/panel_size.csv).
    The factor follows the convention: T/(T-1) (n-1)/(n-K) with t(T-1) as fixest, without unit effects in K under
    "xtreg" as Stata's xtscc, n/(n-K) with t(n-K) as linearmodels, none as plm. On a likelihood the
    scores are those of all its parameters.

    Examples
    --------
    >>> spec = pk.FixedEffects("log(patents_granted) ~ log(rd_expenditure)", vcov=pk.DriscollKraay(lags=2))
    >>> fit = spec.fit(panel)
    """

    spellings: ClassVar[tuple[str, ...]] = ("DriscollKraay", "DriscollKraay(lags)")

    lags: int | None = None

    def __post_init__(self) -> None:
        check_lags(self, self.lags)

    @classmethod
    def from_text(cls, arguments: Sequence[str]) -> DriscollKraay:
        """Return the spec with the lags that a text gives."""
        return cls(*(int(argument) for argument in arguments))

    def compute(self, problem: Any, design: Design, convention: Convention | None) -> Vcov:
        """Return the covariance of least squares, or of a likelihood whose scores are summed by period."""
        if SCORES not in problem.can:
            return self._of_likelihood(problem)
        fit, convention = least_squares(problem, convention)
        where, count = periods_of(design) if convention.calendar else (design.time, len(design.time_labels))
        lags = default_lags(count) if self.lags is None else self.lags
        if not 0 <= lags < count:
            raise SpecError(
                message(
                    "DriscollKraay(lags={lags}): lags lie from 0 to T-1, and T is {count}",
                    lags=lags,
                    count=count,
                )
            )
        meat = kernel_meat(_by_period(fit.basis_scores, where, count), bartlett(lags))
        name = message("Driscoll-Kraay, {lags} lags", lags=lags)
        refuse_cancelled(fit, meat, name)
        years = period_clusters(design)
        factor = time_factor(fit, years.count, convention)
        matrix = fit.root @ meat @ fit.root.T * factor
        matrix, notes = nearest_positive(fit, matrix, meat, _DRISCOLL_KRAAY)
        df = cluster_df(fit, years.count, convention)
        return Vcov(matrix, df, name, {"lags": lags}, (*_few(years.count), *notes))

    def _of_likelihood(self, problem: LikelihoodProblem) -> Vcov:
        cells = problem.cell_scores()
        periods = cells.shape[1]
        if periods < _FEWEST:
            raise SpecError(
                message(
                    "Driscoll-Kraay errors rest on many periods, and the sample holds {count}: take {vcov}",
                    vcov=Spelt("vcov=Cluster()", "--vcov Cluster"),
                    count=periods,
                )
            )
        lags = min(default_lags(periods), periods - 1) if self.lags is None else self.lags
        if not 0 <= lags < periods:
            raise SpecError(
                message(
                    "Driscoll-Kraay lags lie between 0 and {most}, not {lags}", most=periods - 1, lags=lags
                )
            )
        meat = kernel_meat(cells.sum(axis=0), bartlett(lags))
        return sandwiched(
            problem,
            meat,
            term("covariance", "driscoll-kraay"),
            message("Driscoll-Kraay on scores summed by period: asks for many periods"),
        )


def _few(periods: int) -> tuple[Message, ...]:
    if periods >= 20:
        return ()
    return (
        message(
            "Driscoll-Kraay standard errors rest on many periods; with {periods_held} they are too small",
            periods_held=periods,
        ),
    )


def time_factor(fit: LinearFit, periods: int, convention: Convention) -> float:
    """Return the factor on a variance that sums over periods.

    Every effect counts, as in fixest. xtscc sweeps the units first and counts what `regress` does then: regressors,
    period dummies and the constant.
    """
    if not convention.small_sample:
        return 1.0
    left = fit.n - fit.k if convention.nested_effects == "none" else residual_df(fit, convention)
    if convention.nested_effects == "refuse" and fit.effects in ("unit", "twoway"):
        left += fit.layout.n_units - 1
    if convention.group_factor:
        return periods / (periods - 1) * (fit.n - 1) / left
    return fit.n / left


def _by_period(scores: FloatArray, where: IntArray, count: int) -> FloatArray:
    """Return sums by calendar position, (count, k); a period without rows is a row of zeros."""
    sums = np.zeros((count, scores.shape[1]))
    np.add.at(sums, where, scores)
    return sums
