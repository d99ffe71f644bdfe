"""Errors correlated inside either of two clusterings."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np

from panelkit.covariance.base import Covariance, Vcov, check_names, least_squares, named_columns
from panelkit.covariance.clusters import clusters_of
from panelkit.covariance.conventions import Convention
from panelkit.covariance.small_sample import cluster_df, refuse_mending, small_sample_factor
from panelkit.kernels import sandwich
from panelkit.kernels.capabilities import SCORES
from panelkit.kernels.within import FloatArray
from panelkit.language.errors import SpecError
from panelkit.language.message import Message, message
from panelkit.language.offers import offered
from panelkit.panel.design import Design

_TWO_WAY = message("two-way clustered")


@offered(
    "covariance", can=(SCORES,), source="Cameron, Gelbach and Miller 2011", public=True, also=("two-way",)
)
@dataclass(frozen=True)
class TwoWayCluster(Covariance):
    """Errors correlated inside either of two clusterings (Cameron, Gelbach and Miller 2011).

    V = V_a + V_b - V_ab with the factor of the smaller number of clusters; where that is not positive
    definite, its negative eigenvalues are set to zero and the result says so.

    Examples
    --------
    >>> spec = pk.FixedEffects("log(patents_granted) ~ log(rd_expenditure)", vcov=pk.TwoWayCluster())
    >>> fit = spec.fit(panel)
    """

    spellings: ClassVar[tuple[str, ...]] = ("TwoWayCluster", "TwoWayCluster(a, b)")

    first: str = "province"
    second: str = "year"

    def __post_init__(self) -> None:
        check_names(self, self.first, self.second)
        if None in (self.first, self.second) or self.first == self.second:
            raise SpecError(
                message(
                    "{vcov}: two different clusterings are needed; by one of them it is Cluster(column)",
                    vcov=repr(self),
                )
            )

    def columns(self) -> tuple[str, ...]:
        """Return the columns that name the clusters."""
        return named_columns(self.first, self.second)

    def compute(self, problem: Any, design: Design, convention: Convention | None) -> Vcov:
        """Return the covariance of a least-squares fit."""
        fit, convention = least_squares(problem, convention)
        a, b = clusters_of(design, self.first), clusters_of(design, self.second)
        fewest = min(a, b, key=lambda clusters: clusters.count)
        both = np.unique(a.codes * b.count + b.codes, return_inverse=True)[1]
        matrix = (
            sandwich.clustered(fit, a.codes)
            + sandwich.clustered(fit, b.codes)
            - sandwich.clustered(fit, both)
        )
        factor = small_sample_factor(fit, (a, b), convention, fewest.count)
        meat = sandwich.clustered_meat(fit, a.codes) + sandwich.clustered_meat(fit, b.codes)
        meat -= sandwich.clustered_meat(fit, both)
        mended, notes = sandwich.nearest_positive(fit, matrix * factor, meat, _TWO_WAY)
        if notes and convention.mends:
            refuse_mending(fit, _TWO_WAY)
        if notes and not convention.mends:
            mended, notes = _as_it_is(matrix * factor, fit.terms, convention)
        return Vcov(
            mended,
            cluster_df(fit, fewest.count, convention),
            message("two-way cluster by {first} and {second}", first=a.shown, second=b.shown),
            {"n_clusters": fewest.count},
            notes,
        )


def _as_it_is(
    matrix: FloatArray, terms: tuple[str, ...], convention: Convention
) -> tuple[FloatArray, tuple[Message, ...]]:
    """Return a covariance that is not positive definite as a program prints it, with a note."""
    negative = [f"`{term}`" for term, variance in zip(terms, np.diag(matrix), strict=True) if variance < 0.0]
    if negative:
        raise SpecError(
            message(
                "the two-way clustered variance of {terms} is negative, and {convention} prints no "
                "standard error then: take a convention that mends it (reghdfe), or cluster by one column",
                terms=negative,
                convention=convention.name,
            )
        )
    note = message(
        "the two-way clustered covariance is not positive definite; {convention} leaves it so",
        convention=convention.name,
    )
    return matrix, (note,)
