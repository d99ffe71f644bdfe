"""The kind `tightening`: whether spatial dependence grows, the trend of Moran's I or of rho over rolling windows."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import ClassVar, Literal, Self

import pandas as pd
from pydantic import Field, model_validator

from panelkit.claims.designs.trended import Trended, trend_of
from panelkit.claims.figures import MADE, Figures
from panelkit.claims.file.design import MeasuredDesign
from panelkit.claims.file.document import Claim, Reading
from panelkit.claims.file.parts import Expression, Whole
from panelkit.claims.findings import Condition, Finding, Measured, asked
from panelkit.claims.maps import OWN_WEIGHTS, WeightsName, said_weights
from panelkit.claims.specify import Regression, specify
from panelkit.indices.panels.yearly import by_year
from panelkit.language.message import Message, message
from panelkit.language.offers import offered
from panelkit.models.spatial.panel import SpatialPanel
from panelkit.models.spatial.sample import read_sample
from panelkit.models.spatial.sensitivity import rolling
from panelkit.panel.design import build_design
from panelkit.spatial.moran import moran
from panelkit.studies.grid import Tick
from panelkit.studies.scrutiny.main_test import SMALLEST_SHARE
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

# a fifth, as of every effect whose smallest size a claim does not name, spread over the years
_SMALLEST: Mapping[Measure, Message] = {
    "moran": message(
        "from the first {period} to the last the neighbours of a {unit} one deviation above the mean move by a fifth "
        "of a deviation"
    ),
    "rolling_rho": message(
        "from the first window to the last a fifth more or less of the neighbours' mean goes into one's own outcome"
    ),
}


@offered("design", "tightening")
class TighteningDesign(MeasuredDesign):
    """Whether spatial dependence grows: the trend of Moran's I by year, or of rho over rolling windows.

    `also` names weights under which the trend must be there too. Where the claim names no smallest trend it is the one
    that moves the dependence by a fifth from the first year to the last.
    """

    FORMULAS: ClassVar[tuple[str, ...]] = ("outcome", "regressors")
    MADE: ClassVar[Mapping[str, str]] = MADE
    SHOWN: ClassVar[tuple[str, ...]] = ("regressors",)

    kind: Literal["tightening"]
    measure: Measure
    outcome: Expression
    regressors: tuple[Expression, ...] = ()
    model: Literal["sar", "sdm"] = "sdm"
    window: Whole = Field(default=6, ge=4, le=15)
    lags: Whole = Field(default=2, ge=0, le=5)
    also: tuple[WeightsName, ...] = ()
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
        maps = [name for name in self.also if name not in OWN_WEIGHTS]
        if maps and not provincial:
            yield message("weights {names} are matrices of provinces, and the {units} are none", names=maps)
        absent = [name for name in self.also if name in OWN_WEIGHTS[weights:]]
        if absent:
            yield message("weights {names} are not given: `w=`, on the command line --w FILE", names=absent)

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
        series = self._series(spec, data, figures, figures.map)
        trend = trend_of(series, self.lags, self.seed)
        years = f"{series.index[0]}-{series.index[-1]}"
        tick(1)
        return Finding(
            measured=Measured(
                quantity=_QUANTITIES[self.measure][0],
                value=trend.found.slope,
                low=trend.low,
                high=trend.high,
                p_value=trend.found.p_value,
                inner_low=trend.inner_low,
                inner_high=trend.inner_high,
                error=trend.found.error,
                df=len(series) - 2.0,
                detectable=trend.detectable,
                smallest=SMALLEST_SHARE / float(series.index[-1] - series.index[0]),
                why=_SMALLEST[self.measure],
                by_year=by_year(series),
                conditions=(
                    trend.slow,
                    *(self._under(name, spec, data, figures, trend.found.slope) for name in self.also),
                ),
                sentence=self._sentence(spec, series, trend, years),
                table=series.rename("value").rename_axis("year").reset_index(),
                facts={
                    "years": years,
                    "lags": self.lags,
                    "measure": self.measure,
                    "n": len(series),
                    "p_by_t": trend.p_by_t,
                    "serial": trend.found.serial,
                },
            ),
            data=data,
        )

    def _sentence(self, spec: Specification, series: pd.Series, trend: Trended, years: str) -> Message:
        return message(
            "{quantity} of {outcome}, {years}: {slope:.3g} ({low:.3g}, {high:.3g}) a {period}, from {start:.3g} to "
            "{end:.3g}; p = {p:.3f} against simulated series without a trend, AR({serial:.2f}) (p = {by_t:.3f} by "
            "Newey-West's t, {lags} lags, which decides nothing).",
            quantity=_QUANTITIES[self.measure][1],
            outcome=spec.outcome,
            years=years,
            slope=trend.found.slope,
            low=trend.low,
            high=trend.high,
            p=trend.found.p_value,
            serial=trend.found.serial,
            by_t=trend.p_by_t,
            lags=self.lags,
            start=series.iloc[0],
            end=series.iloc[-1],
        )

    def _under(
        self, name: WeightsName, spec: Specification, data: pd.DataFrame, figures: Figures, slope: float
    ) -> Condition:
        """Return whether the trend lies on the same side of zero under other weights."""
        trend = trend_of(self._series(spec, data, figures, name), self.lags, self.seed)
        held = trend.low > 0.0 if slope > 0.0 else trend.high < 0.0
        return asked(
            "weights",
            message("the same under {weights}", weights=said_weights(name)),
            held,
            message(
                "{slope:.3g} ({low:.3g} to {high:.3g})",
                slope=trend.found.slope,
                low=trend.low,
                high=trend.high,
            ),
            slope=trend.found.slope,
            low=trend.low,
            high=trend.high,
        )

    def _series(
        self, spec: Specification, data: pd.DataFrame, figures: Figures, name: WeightsName
    ) -> pd.Series:
        measure = self._moran if self.measure == "moran" else self._rho
        return measure(spec, data, figures, name)

    def _moran(
        self, spec: Specification, data: pd.DataFrame, figures: Figures, name: WeightsName
    ) -> pd.Series:
        sample = build_design(f"{spec.outcome} ~ 1", data)
        values = pd.Series(sample.y, index=sample.labels(), name=spec.outcome)
        whole = values.unstack().dropna(axis=1)
        kept = values[values.index.get_level_values(1).isin(whole.columns)]
        table = moran(kept, figures.weights(name, list(whole.index)), permutations=99, rng=self.seed)
        series: pd.Series = table["I"]
        return series

    def _rho(self, spec: Specification, data: pd.DataFrame, figures: Figures, name: WeightsName) -> pd.Series:
        model = SpatialPanel(spec.formula, self.model, missing=self.missing)
        sample = read_sample(spec.formula, data, missing=self.missing)
        table = rolling(model, data, figures.weights(name, sample.ids, sample.left_out), self.window)
        return pd.Series(table["rho"].to_numpy(float), index=pd.Index(table["last"], name="year"))
