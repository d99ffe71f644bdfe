"""Spatial cross-sections of a single year: the panel likelihood with one period and no effects."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pandas as pd

from panelkit.core.errors import DataError
from panelkit.models.spatial_panel import Model, SpatialFit, SpatialPanel
from panelkit.spatial.spectrum import Method


@dataclass(frozen=True)
class SpatialCrossSection:
    """A spatial cross-section by exact maximum likelihood: sar, sem, sdm, slx, sdem or sac.

    Parameters
    ----------
    formula, model, durbin, vcov, logdet
        As in `SpatialPanel`; an intercept is estimated. Clustering and Driscoll-Kraay need a panel.
    small_sample
        Variances times n / (n - k) and t(n - k); without it the normal distribution.
    """

    formula: str
    model: Model = "sdm"
    durbin: tuple[str, ...] | None = None
    vcov: Any = "information"
    small_sample: bool = True
    logdet: Method = "auto"

    def fit(
        self,
        data: pd.DataFrame,
        w: Any,
        *,
        year: Any = None,
        w_error: Any = None,
        w_durbin: Any = None,
    ) -> SpatialFit:
        """Fit one year of a (province, year) panel, or a frame indexed by unit.

        Raises
        ------
        DataError
            If the year is not held, or the frame has several years and none is named.
        """
        frame = _one_year(data, year)
        spec = SpatialPanel(
            self.formula,
            self.model,
            "none",
            "lsdv",
            durbin=self.durbin,
            vcov=self.vcov,
            small_sample=self.small_sample,
            logdet=self.logdet,
        )
        fit = spec.fit(frame, w, w_error=w_error, w_durbin=w_durbin)
        if not self.small_sample:
            return replace(fit, title=f"{self.model.upper()} (cross-section): {fit.outcome}")
        df = float(fit.nobs - fit.curvature.problem.k)
        notes = tuple(f"variances times n/(n - k), t({df:g})" if "t(" in note else note for note in fit.notes)
        return replace(fit, title=f"{self.model.upper()} (cross-section): {fit.outcome}", df=df, notes=notes)


def _one_year(data: pd.DataFrame, year: Any) -> pd.DataFrame:
    if not isinstance(data.index, pd.MultiIndex):
        if year is not None:
            raise DataError("the frame has one row a unit and no years: leave out year=")
        index = pd.MultiIndex.from_arrays(
            [data.index, np.zeros(len(data), dtype=np.int64)], names=["province", "year"]
        )
        return data.set_axis(index)
    years = data.index.get_level_values(1)
    held = list(pd.unique(years))
    if year is None and len(held) > 1:
        raise DataError(f"the panel holds {len(held)} years: name one, year={held[-1]!r}")
    chosen = held[0] if year is None else year
    if chosen not in held:
        raise DataError(f"no year {chosen!r} in the panel: it holds {min(held)} to {max(held)}")
    return data[years == chosen]
