"""What regressions by unit return: mean or pooled slopes, and the slope of every unit beside them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from panelkit.kernels.within import IntArray
from panelkit.language.message import message
from panelkit.models.dynamic.slopes.entered import of_entered_rows
from panelkit.models.dynamic.slopes.problem import MeanOfSlopes
from panelkit.results.fit import FitResult


@dataclass(frozen=True, kw_only=True, eq=False)
class SlopesResult(FitResult):
    """Mean or pooled slopes with those of the units; `by_unit` is their table.

    `residuals` are those of the units' own regressions (of the pooled slopes where they are pooled).
    """

    slopes: MeanOfSlopes
    positions: IntArray

    @property
    def problem(self) -> MeanOfSlopes:
        """Return the slopes on whose spread a covariance stands."""
        return self.slopes

    @property
    def by_unit(self) -> pd.DataFrame:
        """Return one row a unit and term: estimate, classical standard error, rows, rows less coefficients."""
        found = self.slopes.regressions
        assert self.design is not None
        k = len(self.terms)
        errors = np.sqrt(np.diagonal(found.variances, axis1=1, axis2=2))
        return pd.DataFrame(
            {
                "unit": np.repeat(np.asarray(self.design.unit_labels), k),
                "term": list(self.terms) * len(found.slopes),
                "estimate": found.slopes.ravel(),
                "std_error": errors.ravel(),
                "rows": np.repeat(found.rows, k),
                "df": np.repeat(found.left, k),
            }
        )

    def predict(self, data: Any = None, kind: str = "xbu", **options: Any) -> pd.Series:
        """Return fitted values ("xbu") or residuals ("e") of the rows that entered.

        Everything beside the slopes (intercepts, trends, averages) is each unit's own least squares.

        Raises
        ------
        SpecError
            If new rows or another kind are asked for.
        """
        refusal = message(
            '{title}: predictions are of the rows that entered, kind="xbu" or kind="e": what stands beside the '
            "slopes is not known elsewhere",
            title=self.title,
        )
        return of_entered_rows(self, data, kind, options, refusal)
