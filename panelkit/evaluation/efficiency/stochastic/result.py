"""What a stochastic frontier returns: slopes, spreads, and the efficiency of every row."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from scipy.stats import chi2

from panelkit.evaluation.efficiency.by_unit import UNIT
from panelkit.evaluation.efficiency.shown import unit_names
from panelkit.evaluation.efficiency.stochastic.inefficiency import inefficiency
from panelkit.evaluation.efficiency.stochastic.maximum import Maximum
from panelkit.kernels.within import FloatArray
from panelkit.language.errors import SpecError
from panelkit.language.message import Language, in_language, message, term
from panelkit.language.options import check_confidence
from panelkit.results.fit import FitResult
from panelkit.results.tests import TestResult

_HEADS = {
    "efficiency": term("column of an efficiency", "efficiency"),
    "jlms": term("column of an efficiency", "JLMS"),
    "conf_low": term("column of an efficiency", "low"),
    "conf_high": term("column of an efficiency", "high"),
}


@dataclass(frozen=True, kw_only=True, eq=False)
class StochasticFrontierFit(FitResult):
    """A frontier with noise: `maximum` holds spreads and curvature, `residuals` (n,) are v - u (v + u of costs).

    `levels` and `level_weights` (n, K) are the values that a row's residual may have where the level of its unit is not
    known, and their probabilities.
    """

    maximum: Maximum
    levels: FloatArray
    level_weights: FloatArray

    @property
    def spreads(self) -> pd.Series:
        """Return sigma_v, sigma_u, lambda = sigma_u/sigma_v and gamma = sigma_u^2/(sigma_u^2 + sigma_v^2)."""
        v, u = self.maximum.sigma_v, self.maximum.sigma_u
        made = {"sigma_v": v, "sigma_u": u, "lambda": u / v, "gamma": u**2 / (u**2 + v**2)}
        return pd.Series(made, name="value")

    def inefficiency_test(self) -> TestResult:
        """Return the likelihood ratio test of no inefficiency, half of whose distribution lies at zero.

        Source: Coelli 1995; Gourieroux, Holly and Monfort 1982.
        """
        ratio = self.maximum.ratio
        return TestResult(
            name=message("Likelihood ratio test of inefficiency"),
            null=message("no inefficiency: sigma_u = 0"),
            statistic=ratio,
            p_value=1.0 if ratio == 0 else float(chi2.sf(ratio, 1) / 2),
            distribution=message("half chi-squared(0), half chi-squared(1)"),
        )

    def efficiencies(self, level: float = 0.95) -> pd.DataFrame:
        """Return one row a unit and period: `efficiency` E[exp(-u) | v - u], `jlms` exp(-E[u | v - u]), an interval.

        The interval takes all parameters as known.

        Raises
        ------
        SpecError
            If no inefficiency was found: it cannot be told from noise, and 1 for all would be no measurement.
        """
        check_confidence(level)
        assert self.design is not None
        if self.maximum.boundary:
            raise SpecError(
                message(
                    "{title}: the likelihood is largest without inefficiency (residuals of least squares are skewed to "
                    "the wrong side, by {skewness:.2f}), so that no efficiency can be told from noise. That is no "
                    "finding that all are efficient. Data envelopment (dea) compares without noise",
                    title=self.title,
                    skewness=float(self.facts["skewness"]),
                )
            )
        found = inefficiency(
            self.levels, self.level_weights, self.maximum.sigma_v, self.maximum.sigma_u, level=level
        )
        index = self.design.labels().set_names(list(self.level_names))
        columns = {
            "efficiency": found.expected,
            "jlms": found.jlms,
            "conf_low": found.low,
            "conf_high": found.high,
        }
        return pd.DataFrame(columns, index=index)

    @property
    def last_year(self) -> Any:
        """Return the last period of the rows."""
        assert self.design is not None
        return self.design.time_labels[-1]

    def table_of_year(self, year: Any = None, language: Language = "en") -> pd.DataFrame:
        """Return the efficiencies of one period (None: the last) as they are shown, the largest first.

        Raises
        ------
        SpecError
            If the period is not among the rows, or no inefficiency was found.
        """
        rows = self.efficiencies()
        chosen = self.last_year if year is None else year
        if chosen not in rows.index.get_level_values(1):
            raise SpecError(
                message("no {period} {value} among the rows", value=str(chosen)).spoken(*self.level_names)
            )
        held: Any = rows.xs(chosen, level=1)
        held = held.sort_values("efficiency", ascending=False, kind="stable")
        names = unit_names(held.index, language)
        out = held.rename(columns={key: in_language(head, language) for key, head in _HEADS.items()})
        out.insert(0, in_language(UNIT, language), [names[unit] for unit in held.index])
        return out.reset_index(drop=True)

    def predict(self, data: Any = None, kind: str = "frontier", **options: Any) -> pd.Series:
        """Return the frontier ("frontier") or the residuals ("e") of the rows that entered.

        Raises
        ------
        SpecError
            If other rows or another kind are asked for.
        """
        assert self.design is not None
        if data is not None or options or kind not in ("frontier", "e"):
            raise SpecError(
                message(
                    '{title}: kind is "frontier" or "e" of the rows that entered: a level of the {unit} is not known '
                    "elsewhere",
                    title=self.title,
                ).spoken(*self.level_names)
            )
        values = self.residuals if kind == "e" else np.asarray(self.design.y) - self.residuals
        index = self.design.labels().set_names(list(self.level_names))
        return pd.Series(values, index=index, name=kind)
