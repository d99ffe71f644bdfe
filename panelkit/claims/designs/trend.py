"""The kind `trend`: whether the inequality of a composite index grows, held against series without a trend (R-INEQ)."""

from __future__ import annotations

from typing import Literal

import pandas as pd
from pydantic import Field

from panelkit.claims.designs.inequalities import NAMES
from panelkit.claims.designs.measures import composite_of, read_together
from panelkit.claims.designs.trended import Trended, trend_of
from panelkit.claims.figures import Figures
from panelkit.claims.file.design import MeasuredDesign
from panelkit.claims.file.document import Claim, Reading
from panelkit.claims.file.parts import Key, Whole
from panelkit.claims.findings import Finding, Measured, paragraph
from panelkit.claims.rules.inequality import TENTH
from panelkit.indices.panels.composite import Composite
from panelkit.indices.panels.growth_convergence import sigma_convergence
from panelkit.indices.panels.regional_inequality import inequality_by_year, inequality_trend
from panelkit.indices.panels.yearly import by_year
from panelkit.language.errors import DataError
from panelkit.language.message import Message, message
from panelkit.language.offers import offered
from panelkit.studies.grid import Tick

_SEED = 0


@offered("design", "trend")
class TrendDesign(MeasuredDesign):
    """Whether the inequality of a composite index grows: its trend, held against simulated series without one."""

    kind: Literal["trend"]
    index: Key
    variant: Literal["mixed", "scale", "intensity"] = "mixed"
    inequality: Literal["gini", "theil_t", "theil_l", "cv", "sigma"] = "gini"
    lags: Whole = Field(default=2, ge=0, le=5)

    def run(self, claim: Claim, reading: Reading, figures: Figures, tick: Tick) -> Finding:
        """Return the trend of the inequality.

        Raises
        ------
        DataError
            If there are too few years for a trend test.
        """
        index = composite_of(claim, self, self.index, self.variant)
        series = self._series(index)
        test = inequality_trend(series, lags=self.lags)
        if not test.applicable:
            raise DataError(
                message(
                    "claim {claim}, {design}: no trend test, because {reason}",
                    claim=claim.id,
                    design=self.id,
                    reason=test.reason,
                )
            )
        trend = trend_of(series, self.lags, _SEED)
        tick(1)
        return Finding(
            measured=Measured(
                quantity=message("trend of {inequality} a year", inequality=NAMES[self.inequality]),
                value=trend.found.slope,
                low=trend.low,
                high=trend.high,
                p_value=trend.found.p_value,
                inner_low=trend.inner_low,
                inner_high=trend.inner_high,
                error=trend.found.error,
                df=len(series) - 2.0,
                detectable=trend.detectable,
                smallest=TENTH * abs(float(series.iloc[0])) / (len(series) - 1.0),
                by_year=by_year(series),
                conditions=(trend.slow,),
                sentence=self._sentence(series, trend),
                table=series.rename("value").to_frame(),
                facts={
                    "years": len(series),
                    "lags": self.lags,
                    "p_by_t": trend.p_by_t,
                    "serial": trend.found.serial,
                },
            ),
            data=read_together([index.indicators]),
        )

    def _series(self, index: Composite) -> pd.Series:
        scores = index.scores.to_frame("score")
        if self.inequality == "sigma":
            sigma: pd.Series = sigma_convergence(scores, "score", reps=99)["sigma"]
            return sigma
        total: pd.Series = inequality_by_year(scores, "score", index=self.inequality)["total"]
        return total

    def _sentence(self, series: pd.Series, trend: Trended) -> Message:
        said = message(
            "{inequality} of the index moves from {start:.3f} in {first} to {end:.3f} in {last}; trend {slope:.4f} a "
            "year, 95 % interval {low:.4f} to {high:.4f} (p = {p:.3f} against simulated series without a trend, "
            "AR({serial:.2f}); p = {by_t:.3f} by Newey-West's t, lag {lags}, which decides nothing).",
            inequality=NAMES[self.inequality],
            start=series.iloc[0],
            first=int(series.index.min()),
            end=series.iloc[-1],
            last=int(series.index.max()),
            slope=trend.found.slope,
            low=trend.low,
            high=trend.high,
            lags=self.lags,
            p=trend.found.p_value,
            serial=trend.found.serial,
            by_t=trend.p_by_t,
        )
        return paragraph([said, WORTH])


WORTH = message(
    "At ten years Newey-West's t rejects 15 % of series without a trend, 31 % with AR(.5) errors; the simulated test "
    "4 % and 10 %."
)
