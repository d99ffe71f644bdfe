"""Covariances of likelihood estimates: information, observed Hessian, and sandwiches of scores.

A likelihood offers its parts (`base.LikelihoodProblem`); what a table says of the covariance is written here.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np

from panelkit.covariance.base import Covariance, LikelihoodProblem, OneClustering, Vcov
from panelkit.covariance.clusters import Clusters, clusters_of
from panelkit.covariance.conventions import Convention
from panelkit.kernels.capabilities import CELL_SCORES, HESSIAN, INFORMATION, MOMENTS
from panelkit.kernels.within import FloatArray, IntArray
from panelkit.language.errors import SpecError
from panelkit.language.message import Message, message, term
from panelkit.language.offers import offered
from panelkit.panel.design import Design


def sandwiched(
    problem: LikelihoodProblem, meat: FloatArray, name: Message, sentence: Message, df: float | None = None
) -> Vcov:
    """Return the bread of the problem about the variance of the score, both (p, p); `df` in place of its own."""
    bread = problem.bread()
    degrees = problem.df if df is None else df
    return Vcov(problem.scale * bread @ meat @ bread, degrees, name, notes=problem.said(sentence, degrees))


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
    source="Berndt, Hall, Hall and Hausman 1974",
    public=True,
)
@dataclass(frozen=True)
class OPG(Covariance):
    """The inverse of the outer products of a likelihood's scores, one score a unit and period, as Stata's `opg`.

    It rests on independence between cells, and is a rough estimate in small samples.

    Examples
    --------
    >>> spec = pk.SpatialPanel("log(patents_granted) ~ log(rd_expenditure)", "sar", vcov=pk.OPG())
    >>> fit = spec.fit(panel, w)
    """

    spellings: ClassVar[tuple[str, ...]] = ("OPG",)

    def compute(self, problem: Any, design: Design, convention: Convention | None) -> Vcov:
        """Return the covariance of a likelihood."""
        cells = problem.cell_scores()
        flat = cells.reshape(-1, cells.shape[-1])
        scale = np.sqrt((flat**2).sum(axis=0))
        inner = (flat / scale).T @ (flat / scale)
        sentence = message(
            "outer products of the scores of units and periods, which are taken as independent"
        )
        matrix = problem.scale * np.linalg.inv(inner) / np.outer(scale, scale)
        return Vcov(matrix, problem.df, term("covariance", "opg"), notes=problem.said(sentence))


@offered(
    "covariance",
    can=(CELL_SCORES,),
    source="outer products of scores by unit, as likelihood programs cluster",
    public=True,
    also=("cluster-scores",),
)
@dataclass(frozen=True)
class ScoreCluster(OneClustering):
    """The outer products of a likelihood's scores summed by cluster, times G/(G - 1); leaves out pairs of units.

    `by` names a column in which every unit stays in one cluster, such as the region of a province; None is the unit.
    Where t is used it has G - 1 degrees of freedom. The log-determinant counts in equal shares of all units and
    periods. Between the two stands the inverse of the
    information, or of the observed Hessian under the convention `xsmle`: then it is Stata's `vce(robust)` (by unit) and
    `vce(cluster v)`. `Cluster` adds the covariance between two units.

    Examples
    --------
    >>> spec = pk.SpatialPanel("log(patents_granted) ~ log(rd_expenditure)", "sar", vcov=pk.ScoreCluster())
    >>> fit = spec.fit(panel, w)
    """

    spellings: ClassVar[tuple[str, ...]] = ("ScoreCluster", "ScoreCluster(column)")

    def compute(self, problem: Any, design: Design, convention: Convention | None) -> Vcov:
        """Return the covariance of a likelihood.

        Raises
        ------
        SpecError
            If the fit did not carry the column, or a unit lies in more than one cluster.
        """
        sums = problem.cell_scores().sum(axis=1)
        name = term("covariance", "cluster-scores")
        if self.by is None or self.by in design.unit_names:
            sentence = message(
                "scores summed by unit, as likelihood programs cluster; leaves out pairs of units"
            )
            return _outer(problem, sums, name, sentence)
        if self.by not in (*design.extra, *design.time_names):
            raise SpecError(
                message(
                    "the fit did not carry the column `{by}`: fit again with vcov=ScoreCluster('{by}')",
                    by=self.by,
                )
            )
        clusters = clusters_of(design, self.by)
        codes = _codes_of_units(design, clusters)
        grouped = np.zeros((clusters.count, sums.shape[1]))
        np.add.at(grouped, codes, sums)
        sentence = message(
            "scores summed by {column} ({count} clusters), as likelihood programs cluster",
            column=clusters.shown,
            count=clusters.count,
        )
        df = min(problem.df, clusters.count - 1.0) if np.isfinite(problem.df) else problem.df
        made = _outer(problem, grouped, name, sentence, df)
        return Vcov(made.matrix, made.df, made.name, {"n_clusters": clusters.count}, made.notes)


def _outer(
    problem: LikelihoodProblem, sums: FloatArray, name: Message, sentence: Message, df: float | None = None
) -> Vcov:
    """Return the sandwich of scores summed by cluster, (G, p)."""
    count = len(sums)
    return sandwiched(problem, sums.T @ sums * count / (count - 1), name, sentence, df)


def _codes_of_units(design: Design, clusters: Clusters) -> IntArray:
    """Return the cluster of every unit, (N,); refuse a unit that changes its cluster."""
    units = len(design.unit_labels)
    codes = np.zeros(units, dtype=np.int64)
    codes[design.unit] = clusters.codes
    moved = np.unique(design.unit[clusters.codes != codes[design.unit]])
    if len(moved):
        raise SpecError(
            message(
                "ScoreCluster('{by}'): scores of a spatial model are clustered above the {unit}, and these lie in more "
                "than one cluster: {units_named}. Take a column that is constant in every {unit}, ScoreCluster(), or "
                "DriscollKraay(lags)",
                by=clusters.name,
                units_named=[str(design.unit_labels[at]) for at in moved[:12]],
            )
        )
    return codes
