"""Granger-Wald tests: do the lags of one variable, or of all others, help to explain another?"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal, get_args

import numpy as np
import pandas as pd
from scipy import stats

from panelkit.kernels.deviations import FloatArray
from panelkit.language.errors import SpecError
from panelkit.language.message import Language, Message, message
from panelkit.language.offers import offered
from panelkit.models.dynamic.vector.deleted import jackknifed
from panelkit.models.dynamic.vector.result import PanelVARFit
from panelkit.models.dynamic.vector.tables import VectorTable

Reference = Literal["F", "chi2", "jackknife"]
ALL = "all"


@dataclass(frozen=True, kw_only=True, eq=False)
class GrangerTable(VectorTable):
    """One row an equation and excluded variable, `all` others last: equation, excluded, statistic, df, df2, p_value."""

    def p_value(self, equation: str, excluded: str) -> float:
        """Return the p-value of one test.

        Raises
        ------
        SpecError
            If there is no such test.
        """
        row = self.table[(self.table["equation"] == equation) & (self.table["excluded"] == excluded)]
        if not len(row):
            raise SpecError(
                message(
                    "no test of `{excluded}` in the equation of `{equation}`",
                    excluded=excluded,
                    equation=equation,
                )
            )
        return float(row["p_value"].iloc[0])

    def _shown(self, language: Language) -> pd.DataFrame:
        """Return the rows, `all` in words."""
        shown = self.table.copy()
        shown["excluded"] = [
            message("all others").text(language) if one == ALL else one for one in shown["excluded"]
        ]
        return shown


@offered(
    "test",
    family="dynamic",
    result="GrangerTable",
    source="Granger 1969; Holtz-Eakin et al. 1988",
    public=True,
)
def granger_wald(fit: Any, method: Reference | None = None) -> GrangerTable:
    """Test by equation whether all lags of another variable, or of all others, have no effect: `fit.granger()`.

    Parameters
    ----------
    fit
        A fitted panel VAR.
    method
        "jackknife" (default): the Wald statistic over its q restrictions against F(q, G - 1) of G clusters, its
        covariance that of the estimates without each cluster. "F": the same with the covariance of the fit. "chi2": the
        plain statistic, as other programs print it.

    Raises
    ------
    SpecError
        If it is no panel VAR, or there are fewer clusters than restrictions.

    Notes
    -----
    The null of a row: the lags of `excluded` are zero in `equation` (it does not Granger-cause it, given the other
    variables). At 31 units whose errors differ in variance "chi2" and "F" reject a true null in 9 to 13 % of panels at
    a level of 5 %, "jackknife" in 5 % (the documentation of the panel VAR has the table): hence the default.

    Examples
    --------
    >>> fit = pk.PanelVAR(("log(gdp)", "log(patents_granted)")).fit(panel)
    >>> list(fit.granger().table.columns)
    ['equation', 'excluded', 'statistic', 'df', 'df2', 'p_value']
    """
    if not isinstance(fit, PanelVARFit):
        raise SpecError(
            message("Granger tests are of a fitted panel VAR, not of {kind}", kind=type(fit).__name__)
        )
    method = "jackknife" if method is None else method
    if method not in get_args(Reference):
        raise SpecError(
            message(
                "{what} is one of {allowed}, not {value!r}",
                what="method",
                allowed=get_args(Reference),
                value=method,
            )
        )
    covariance = (
        fit.covariance if _basis(fit, "F") == "jackknife" or method != "jackknife" else jackknifed(fit)
    )
    groups, m, p = fit.columns.groups, len(fit.names), fit.spec.lags
    k = len(fit.terms) // m
    rows = []
    for j, equation in enumerate(fit.names):
        for excluded in (*(i for i in range(m) if i != j), None):
            if excluded is None and m == 2:
                continue
            out = [i for i in range(m) if i != j] if excluded is None else [excluded]
            at = np.array([j * k + lag * m + i for lag in range(p) for i in out])
            name = ALL if excluded is None else fit.names[excluded]
            rows.append(
                (equation, name, *_test(fit.estimates[at], covariance[np.ix_(at, at)], groups, method))
            )
    table = pd.DataFrame(
        rows, columns=pd.Index(["equation", "excluded", "statistic", "df", "df2", "p_value"])
    )
    return GrangerTable(
        title=message("Granger tests of the panel VAR: {names}", names=list(fit.names)),
        table=table,
        notes=(
            _note(_basis(fit, method)),
            *_stability_note(fit),
        ),
    )


def _test(
    values: FloatArray, covariance: FloatArray, groups: int, method: str
) -> tuple[float, int, float, float]:
    """Return statistic, degrees of freedom and p of values (q,) being zero."""
    q = len(values)
    if q >= groups:
        raise SpecError(
            message(
                "{q} restrictions cannot be tested with {groups} clusters: take fewer lags or variables",
                q=q,
                groups=groups,
            )
        )
    size = np.sqrt(np.diag(covariance))
    wald = float(values / size @ np.linalg.solve(covariance / np.outer(size, size), values / size))
    if method == "chi2":
        return wald, q, float("inf"), float(stats.chi2.sf(wald, q))
    return wald / q, q, float(groups - 1), float(stats.f.sf(wald / q, q, groups - 1))


def _basis(fit: PanelVARFit, method: str) -> str:
    """Return on which covariance a method stands."""
    own = fit.spec.errors == "jackknife" or fit.spec.estimator == "bias-corrected"
    return "jackknife" if method == "F" and own else method


def _note(method: str) -> Message:
    if method == "chi2":
        return message("chi2 of the plain Wald statistic rejects too often where clusters are few")
    if method == "jackknife":
        return message("F(q, clusters - 1), covariance of estimates without each cluster")
    return message(
        "F(q, clusters - 1) with the covariance of the fit rejects too often where clusters are few and their errors "
        "differ in variance"
    )


def _stability_note(fit: PanelVARFit) -> tuple[Message, ...]:
    if fit.stable:
        return ()
    return (message("the system is not stable: its tests lean on a sample that the model does not describe"),)
