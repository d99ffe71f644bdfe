"""The kind `tightening`: whether spatial dependence grows, the trend of Moran's I or of rho over rolling windows."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import ClassVar, Literal, Self

import pandas as pd
from pydantic import Field, model_validator

from panelkit.claims.figures import MADE, Figures
from panelkit.claims.file.design import MeasuredDesign
from panelkit.claims.file.document import Claim, Reading
from panelkit.claims.file.parts import Expression, Whole
from panelkit.claims.findings import Finding, Measured
from panelkit.claims.specify import Regression, specify
from panelkit.indices.arrays.newey_west import Trend, newey_west_trend
from panelkit.indices.panels.yearly import by_year
from panelkit.language.message import Message, message
from panelkit.language.offers import offered
from panelkit.models.spatial.panel import SpatialPanel
from panelkit.models.spatial.sample import read_sample
from panelkit.models.spatial.sensitivity import rolling
from panelkit.panel.design import build_design
from panelkit.spatial.moran import moran
from panelkit.studies.grid import Tick
from panelkit.studies.specification import Specification

Measure = Literal["moran", "rolling_rho"]
# what each measures, inside a sentence and at its beginning
_QUANTITIES: Mapping[Measure, tuple[Message, Message]] = {
    "moran": (message("trend of Moran's I"), message("Trend of Moran's I")),
    "rolling_rho": (
        message("trend of rho over rolling windows"),
        message("Trend of rho over rolling windows"),
    ),
}


@offered("design", "tightening")
class TighteningDesign(MeasuredDesign):
    """Whether spatial dependence grows: the Newey-West trend of Moran's I by year, or of rho over rolling windows."""

    FORMULAS: ClassVar[tuple[str, ...]] = ("outcome", "regressors")
    MADE: ClassVar[Mapping[str, str]] = MADE

    kind: Literal["tightening"]
    measure: Measure
    outcome: Expression
    regressors: tuple[Expression, ...] = ()
    model: Literal["sar", "sdm"] = "sdm"
    window: Whole = Field(default=6, ge=4, le=15)
    lags: Whole = Field(default=2, ge=0, le=5)
    missing: Literal["raise", "drop-unit", "drop-year"] = "raise"
    seed: Whole = Field(ge=0)

    @model_validator(mode="after")
    def _has_its_regressors(self) -> Self:
        if self.measure == "rolling_rho" and not self.regressors:
            raise ValueError(message("measure `rolling_rho` needs regressors"))
        return self

    def inapplicable(self, *, provincial: bool, weights: int) -> Iterator[Message]:
        """Yield that units which are no provinces need weights of their own."""
        if not provincial and not weights:
            yield message("the {units} are no provinces: give weights of your own by `w` (--w FILE)")

    def specification(self, claim: Claim) -> Specification:
        """Return the regression of the rolling fits, on the constant where the measure needs none."""
        first, *others = self.regressors or ("1",)
        regression = Regression(
            outcome=self.outcome,
            treatment=first,
            controls=tuple(others),
            estimator="spatial_panel",
            vcov="information",
        )
        return specify(claim, self, regression)

    def run(self, claim: Claim, reading: Reading, figures: Figures, tick: Tick) -> Finding:
        """Return the trend of the dependence.

        Raises
        ------
        SpecError, DataError, ConvergenceError
            If the series cannot be computed or is too short.
        """
        spec = self.specification(claim)
        data = figures.exact(spec)
        series = (
            self._moran(spec, data, figures) if self.measure == "moran" else self._rho(spec, data, figures)
        )
        trend = newey_west_trend(series.to_numpy(float), self.lags)
        years = f"{series.index[0]}-{series.index[-1]}"
        tick(1)
        return Finding(
            measured=Measured(
                quantity=_QUANTITIES[self.measure][0],
                value=trend.slope,
                low=trend.low,
                high=trend.high,
                p_value=trend.p_value,
                by_year=by_year(series),
                sentence=self._sentence(spec, series, trend, years),
                table=series.rename("value").rename_axis("year").reset_index(),
                facts={"years": years, "lags": self.lags, "measure": self.measure, "n": len(series)},
            ),
            data=data,
        )

    def _sentence(self, spec: Specification, series: pd.Series, trend: Trend, years: str) -> Message:
        return message(
            "{quantity} of {outcome}, {years}: {slope:.3g} ({low:.3g}, {high:.3g}) a {period}, Newey-West ({lags} "
            "lags), from {start:.3g} to {end:.3g}.",
            quantity=_QUANTITIES[self.measure][1],
            outcome=spec.outcome,
            years=years,
            slope=trend.slope,
            low=trend.low,
            high=trend.high,
            lags=self.lags,
            start=series.iloc[0],
            end=series.iloc[-1],
        )

    def _moran(self, spec: Specification, data: pd.DataFrame, figures: Figures) -> pd.Series:
        sample = build_design(f"{spec.outcome} ~ 1", data)
        values = pd.Series(sample.y, index=sample.labels(), name=spec.outcome)
        whole = values.unstack().dropna(axis=1)
        kept = values[values.index.get_level_values(1).isin(whole.columns)]
        table = moran(kept, figures.weights(figures.map, list(whole.index)), permutations=99, rng=self.seed)
        series: pd.Series = table["I"]
        return series

    def _rho(self, spec: Specification, data: pd.DataFrame, figures: Figures) -> pd.Series:
        model = SpatialPanel(spec.formula, self.model, missing=self.missing)
        sample = read_sample(spec.formula, data, missing=self.missing)
        table = rolling(model, data, figures.weights(figures.map, sample.ids, sample.left_out), self.window)
        return pd.Series(table["rho"].to_numpy(float), index=pd.Index(table["last"], name="year"))
