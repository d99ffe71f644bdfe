"""The kind `gap`: inequality of one figure against another's, provinces resampled whole (R-INEQ)."""

from __future__ import annotations

from typing import Any, ClassVar, Literal

import numpy as np
import pandas as pd
from pydantic import Field

from panelkit.claims.designs.inequalities import NAMES, Inequality
from panelkit.claims.designs.measures import expressions_on_figures
from panelkit.claims.figures import Figures
from panelkit.claims.file.design import MeasuredDesign
from panelkit.claims.file.document import Claim, Reading
from panelkit.claims.file.names import refuse_missing_years
from panelkit.claims.file.parts import Expression, Whole
from panelkit.claims.findings import Condition, Finding, Measured, asked, paragraph
from panelkit.indices.panels.regional_inequality import inequality_gap
from panelkit.language.errors import DataError
from panelkit.language.message import Message, message
from panelkit.language.offers import offered
from panelkit.results.fit import Derived
from panelkit.studies.grid import Tick

_STUDENTISED = 999  # draws of the studentised interval that stands beside


@offered("design", "gap")
class GapDesign(MeasuredDesign):
    """Inequality of one figure against another's, provinces resampled whole."""

    FORMULAS: ClassVar[tuple[str, ...]] = ("figure", "against", "weight", "against_weight")

    kind: Literal["gap"]
    figure: Expression
    against: Expression
    weight: Expression | None = None
    against_weight: Expression | None = None
    inequality: Inequality = "gini"
    also: tuple[Inequality, ...] = ()
    draws: Whole = Field(default=9999, ge=999, le=99_999)
    seed: Whole = Field(ge=0)

    def run(self, claim: Claim, reading: Reading, figures: Figures, tick: Tick) -> Finding:
        """Return the difference of the two inequalities.

        Raises
        ------
        DataError
            If a year or every province lacks a figure.
        """
        frame, kept = self._rows(claim, figures)
        found = self._gap(kept, self.inequality)
        low, high = (float(value) for value in found.conf_int().iloc[2])
        better = self._gap(kept, self.inequality, "studentised", min(self.draws, _STUDENTISED))
        inside = tuple(float(value) for value in better.conf_int().iloc[2])
        sign = float(np.sign(found.estimates[2]))
        conditions = tuple(_agrees(self._gap(kept, index), index, sign) for index in self.also)
        tick(1)
        return Finding(
            measured=Measured(
                quantity=message("difference of {inequality}", inequality=NAMES[self.inequality]),
                value=float(found.estimates[2]),
                low=low,
                high=high,
                p_value=float(found.p_values.iloc[2]),
                conditions=conditions,
                sentence=self._sentence(found, (low, high), inside, kept, frame),
                table=found.tidy(),
                facts={
                    "draws": self.draws,
                    "seed": self.seed,
                    "n_units": _units(kept),
                    "discarded": found.facts["discarded"],
                    "studentised_low": inside[0],
                    "studentised_high": inside[1],
                },
            ),
            data=frame,
        )

    def _rows(self, claim: Claim, figures: Figures) -> tuple[pd.DataFrame, pd.DataFrame]:
        """Return the expressions on the sample, and the rows of provinces that hold them all in every year."""
        named = {
            "figure": self.figure,
            "against": self.against,
            "weight": self.weight,
            "against_weight": self.against_weight or self.weight,
        }
        frame = expressions_on_figures(figures, claim, self, named)
        formulas = {name: text for name, text in named.items() if text is not None}
        refuse_missing_years(claim.place_of(self), frame, formulas)
        complete = frame.dropna()
        years = frame.index.get_level_values("year").unique()
        whole = complete.groupby(level="province").size()
        kept = complete[complete.index.get_level_values("province").isin(whole.index[whole == len(years)])]
        if kept.empty:
            raise DataError(
                message(
                    "claim {claim}, {design}: no {unit} holds every figure in every {period}",
                    claim=claim.id,
                    design=self.id,
                )
            )
        return frame, kept

    def _gap(
        self, kept: pd.DataFrame, index: Inequality, interval: Any = "percentile", draws: int | None = None
    ) -> Derived:
        return inequality_gap(
            kept,
            "figure",
            "against",
            index=index,
            population="weight" if self.weight else None,
            benchmark_population="against_weight" if self.weight else None,
            interval=interval,
            reps=draws or self.draws,
            rng=self.seed,
        )

    def _sentence(
        self,
        found: Derived,
        interval: tuple[float, float],
        studentised: tuple[float, ...],
        kept: pd.DataFrame,
        frame: pd.DataFrame,
    ) -> Message:
        years = frame.index.get_level_values("year").unique()
        one, other, difference = (float(value) for value in found.estimates)
        said = message(
            "{inequality} {one:.3f} against {other:.3f}: difference {difference:.3f}, 95 % interval {low:.3f} to "
            "{high:.3f} ({n} {units} resampled, {first}-{last}); studentised {better_low:.3f} to {better_high:.3f}.",
            inequality=NAMES[self.inequality],
            one=one,
            other=other,
            difference=difference,
            low=interval[0],
            high=interval[1],
            n=_units(kept),
            first=years.min(),
            last=years.max(),
            better_low=studentised[0],
            better_high=studentised[1],
        )
        worth = message(
            "With 31 provinces and log-normal values 95 % percentile intervals cover 87 % (Gini) or 73 % (Theil T), "
            "studentised ones 90 % or 82 %."
        )
        return paragraph([said, worth])


def _agrees(found: Derived, index: Inequality, sign: float) -> Condition:
    low, high = (float(value) for value in found.conf_int().iloc[2])
    held = bool((low > 0.0 and sign > 0) or (high < 0.0 and sign < 0))
    return asked("also", message("the same by {inequality}", inequality=NAMES[index]), held)


def _units(kept: pd.DataFrame) -> int:
    return kept.index.get_level_values("province").nunique()
