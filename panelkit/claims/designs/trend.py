"""The kind `trend`: whether the inequality of a composite index grows, a Newey-West trend test (R-INEQ)."""

from __future__ import annotations

from typing import Literal

import pandas as pd
from pydantic import Field

from panelkit.claims.designs.inequalities import NAMES
from panelkit.claims.designs.measures import composite_of
from panelkit.claims.figures import Figures
from panelkit.claims.file.design import MeasuredDesign
from panelkit.claims.file.document import Claim, Reading
from panelkit.claims.file.parts import Key, Whole
from panelkit.claims.findings import Finding, Measured, paragraph
from panelkit.indices.panels.growth_convergence import sigma_convergence
from panelkit.indices.panels.regional_inequality import inequality_by_year, inequality_trend
from panelkit.indices.panels.yearly import by_year
from panelkit.language.errors import DataError
from panelkit.language.message import Message, message
from panelkit.language.offers import offered
from panelkit.results.fit import t_quantile
from panelkit.studies.grid import Tick


@offered("design", "trend")
class TrendDesign(MeasuredDesign):
    """Whether the inequality of a composite index grows: a Newey-West trend test."""

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
        series = self._series(claim)
        test = inequality_trend(series, lags=self.lags)
        better = inequality_trend(series, lags=self.lags, reference="simulated").p_value
        if not test.applicable:
            raise DataError(
                message(
                    "claim {claim}, {design}: no trend test, because {reason}",
                    claim=claim.id,
                    design=self.id,
                    reason=test.reason,
                )
            )
        slope, error = float(test.facts["slope"]), float(test.facts["std_error"])
        half = float(t_quantile(0.95, test.df[0])) * error
        tick(1)
        return Finding(
            measured=Measured(
                quantity=message("trend of {inequality} a year", inequality=NAMES[self.inequality]),
                value=slope,
                low=slope - half,
                high=slope + half,
                p_value=test.p_value,
                by_year=by_year(series),
                sentence=self._sentence(series, (slope, slope - half, slope + half), test.p_value, better),
                table=series.rename("value").to_frame(),
                facts={"years": len(series), "lags": self.lags, "p_simulated": better},
            )
        )

    def _series(self, claim: Claim) -> pd.Series:
        scores = composite_of(claim, self, self.index, self.variant).scores.to_frame("score")
        if self.inequality == "sigma":
            sigma: pd.Series = sigma_convergence(scores, "score", reps=99)["sigma"]
            return sigma
        total: pd.Series = inequality_by_year(scores, "score", index=self.inequality)["total"]
        return total

    def _sentence(
        self, series: pd.Series, trend: tuple[float, float, float], p: float, simulated: float
    ) -> Message:
        said = message(
            "{inequality} of the index moves from {start:.3f} in {first} to {end:.3f} in {last}; trend {slope:.4f} a "
            "year, 95 % interval {low:.4f} to {high:.4f} (Newey-West, lag {lags}, p = {p:.3f}; p = {simulated:.3f} "
            "against simulated series).",
            inequality=NAMES[self.inequality],
            start=series.iloc[0],
            first=int(series.index.min()),
            end=series.iloc[-1],
            last=int(series.index.max()),
            slope=trend[0],
            low=trend[1],
            high=trend[2],
            lags=self.lags,
            p=p,
            simulated=simulated,
        )
        worth = message(
            "At ten years the test rejects 15 % of series without a trend, 31 % with AR(.5) errors; the simulated one "
            "4 % and 10 %."
        )
        return paragraph([said, worth])
