"""Covariances of likelihood estimates: information, observed Hessian, and sandwiches of scores.

A likelihood offers its parts (`base.LikelihoodProblem`); what a table says of the covariance is written here.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar

from panelkit.covariance.base import Covariance, LikelihoodProblem, Vcov
from panelkit.covariance.conventions import Convention
from panelkit.kernels.capabilities import CELL_SCORES, HESSIAN, INFORMATION, MOMENTS
from panelkit.kernels.within import FloatArray
from panelkit.language.message import Message, message, term
from panelkit.language.offers import offered
from panelkit.panel.design import Design


def sandwiched(problem: LikelihoodProblem, meat: FloatArray, name: Message, sentence: Message) -> Vcov:
    """Return the inverse information about the variance of the score, both (p, p)."""
    bread = problem.inverse_information()
    return Vcov(problem.scale * bread @ meat @ bread, problem.df, name, notes=problem.said(sentence))


@offered("covariance", can=(INFORMATION,), source="Anselin 1988; Lee and Yu 2010", public=True)
@dataclass(frozen=True)
class Information(Covariance):
    """The inverse of a likelihood's expected information: errors independent, homoskedastic and normal.

    Examples
    --------
    >>> spec = pk.SpatialPanel("log(patents_granted) ~ log(rd_expenditure)", "sar", vcov=pk.Information())
    >>> fit = spec.fit(panel, w)
    """

    spellings: ClassVar[tuple[str, ...]] = ("Information",)

    def compute(self, problem: Any, design: Design, convention: Convention | None) -> Vcov:
        """Return the covariance of a likelihood."""
        sentence = message("information matrix: errors independent, homoskedastic and normal")
        matrix = problem.scale * problem.inverse_information()
        return Vcov(matrix, problem.df, term("covariance", "information"), notes=problem.said(sentence))


@offered("covariance", can=(HESSIAN,), source="second derivatives of the log-likelihood", public=True)
@dataclass(frozen=True)
class Hessian(Covariance):
    """The inverse of a likelihood's observed Hessian: errors independent, homoskedastic and normal.

    Examples
    --------
    >>> spec = pk.SpatialPanel("log(patents_granted) ~ log(rd_expenditure)", "sar", vcov=pk.Hessian())
    >>> fit = spec.fit(panel, w)
    """

    spellings: ClassVar[tuple[str, ...]] = ("Hessian",)

    def compute(self, problem: Any, design: Design, convention: Convention | None) -> Vcov:
        """Return the covariance of a likelihood."""
        sentence = message("observed Hessian: errors independent, homoskedastic and normal")
        matrix = problem.scale * problem.inverse_hessian()
        return Vcov(matrix, problem.df, term("covariance", "hessian"), notes=problem.said(sentence))


@offered("covariance", can=(MOMENTS,), source="Lee 2004", public=True)
@dataclass(frozen=True)
class QML(Covariance):
    """The sandwich of a quasi-likelihood: errors independent and identical, not necessarily normal (Lee 2004).

    Examples
    --------
    >>> spec = pk.SpatialPanel("log(patents_granted) ~ log(rd_expenditure)", "sar", vcov=pk.QML())
    >>> fit = spec.fit(panel, w)
    """

    spellings: ClassVar[tuple[str, ...]] = ("QML",)

    def compute(self, problem: Any, design: Design, convention: Convention | None) -> Vcov:
        """Return the covariance of a likelihood."""
        sentence = message(
            "QML sandwich: errors independent and identically distributed, not necessarily normal"
        )
        return sandwiched(problem, problem.moments_meat(), term("covariance", "qml"), sentence)


@offered(
    "covariance",
    can=(CELL_SCORES,),
    source="outer products of scores by unit, as likelihood programs cluster",
    public=True,
    also=("cluster-scores",),
)
@dataclass(frozen=True)
class ScoreCluster(Covariance):
    """The outer products of a likelihood's scores summed by unit; `Cluster` adds the covariance between two units.

    Examples
    --------
    >>> spec = pk.SpatialPanel("log(patents_granted) ~ log(rd_expenditure)", "sar", vcov=pk.ScoreCluster())
    >>> fit = spec.fit(panel, w)
    """

    spellings: ClassVar[tuple[str, ...]] = ("ScoreCluster",)

    def compute(self, problem: Any, design: Design, convention: Convention | None) -> Vcov:
        """Return the covariance of a likelihood."""
        sums = problem.cell_scores().sum(axis=1)
        units = len(sums)
        sentence = message("scores summed by unit, as likelihood programs cluster; leaves out pairs of units")
        name = term("covariance", "cluster-scores")
        return sandwiched(problem, sums.T @ sums * units / (units - 1), name, sentence)
