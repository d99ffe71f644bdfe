"""What least squares beside factors return: slopes, factors, loadings, and where the searches ended."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import pandas as pd

from panelkit.kernels.linear import LinearFit
from panelkit.kernels.within import FloatArray
from panelkit.language.message import message
from panelkit.models.dynamic.slopes.entered import of_entered_rows
from panelkit.results.fit import FitResult


@dataclass(frozen=True, kw_only=True, eq=False)
class InteractiveResult(FitResult):
    """Slopes beside factors.

    `projected` is the regression of what factors, loadings and effects leave, on which covariances stand; `factors`
    (T, r) have mean square one and are orthogonal, `loadings` (N, r) are orthogonal, largest first; `squares` (starts,)
    is the sum of squares where each search ended.
    """

    projected: LinearFit
    factors: FloatArray
    loadings: FloatArray
    squares: FloatArray

    @property
    def problem(self) -> LinearFit:
        """Return the regression on which covariances stand."""
        return self.projected

    @property
    def by_period(self) -> pd.DataFrame:
        """Return the factors, one row a period."""
        assert self.design is not None
        index = pd.Index(self.design.time_labels, name=self.level_names[1])
        return pd.DataFrame(self.factors, index=index, columns=_numbered(self.factors))

    @property
    def by_unit(self) -> pd.DataFrame:
        """Return the loadings, one row a unit."""
        assert self.design is not None
        index = pd.Index(self.design.unit_labels, name=self.level_names[0])
        return pd.DataFrame(self.loadings, index=index, columns=_numbered(self.loadings))

    def predict(self, data: Any = None, kind: str = "xbu", **options: Any) -> pd.Series:
        """Return fitted values ("xbu": slopes, effects and factors) or residuals ("e") of the rows that entered.

        Raises
        ------
        SpecError
            If new rows or another kind are asked for.
        """
        refusal = message(
            '{title}: predictions are of the rows that entered, kind="xbu" or kind="e": factors and loadings '
            "are not known elsewhere",
            title=self.title,
        )
        return of_entered_rows(self, data, kind, options, refusal)


def _numbered(columns: FloatArray) -> list[str]:
    return [f"factor {at + 1}" for at in range(columns.shape[1])]
