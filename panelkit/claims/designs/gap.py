"""The kind `gap`: inequality of one figure against another's, provinces resampled whole (R-INEQ)."""

from __future__ import annotations

from typing import ClassVar, Literal

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
from panelkit.claims.rules.inequality import TENTH
from panelkit.indices.panels.regional_inequality import inequality_gap
from panelkit.language.errors import DataError
from panelkit.language.message import Message, message
from panelkit.language.offers import offered
from panelkit.results.fit import Derived
from panelkit.studies.grid import Tick

_STUDENTISED = (
    1_999  # draws of the interval that decides: each has a jackknife of its own, and more move no digit
)

PERCENTILE = message("the percentile interval of the same resamples lies on that side too")
WORTH = message(
    "With 31 provinces and log-normal values 95 % studentised intervals cover 90 % (Gini) or 82 % (Theil T); where "
    "there is no gap, one is found in 2 to 5 of 100."
)


@offered("design", "gap")
class GapDesign(MeasuredDesign):
    """Inequality of one figure against another's, provinces resampled whole; the studentised interval decides."""

    FORMULAS: ClassVar[tuple[str, ...]] = ("figure", "against", "weight", "against_weight")
    SHOWN: ClassVar[tuple[str, ...]] = ("inequality",)

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
        plain = _ends(self._gap(kept, self.inequality, "percentile"), 0.95)
        found = self._gap(kept, self.inequality, "studentised")
        low, high = _ends(found, 0.95)
        inner_low, inner_high = _ends(found, 0.90)
        value = float(found.estimates[2])
        others = {index: _ends(self._gap(kept, index, "studentised"), 0.95) for index in self.also}
        conditions = (
            _same_side("percentile", PERCENTILE, plain, value),
            *(
                _same_side("also", message("the same by {inequality}", inequality=NAMES[index]), ends, value)
                for index, ends in others.items()
            ),
        )
        tick(1)
        return Finding(
            measured=Measured(
                quantity=message("difference of {inequality}", inequality=NAMES[self.inequality]),
                value=value,
                low=low,
                high=high,
                p_value=float(found.p_values.iloc[2]),
                inner_low=inner_low,
                inner_high=inner_high,
                error=float(found.std_errors.iloc[2]),
                df=_units(kept) - 1.0,
                smallest=TENTH * float(found.estimates[1]),
                conditions=conditions,
                sentence=self._sentence(found, (low, high), kept, frame),
                table=found.tidy(),
                facts={
                    "draws": found.uncertainty.reps,
                    "seed": self.seed,
                    "n_units": _units(kept),
                    "discarded": found.facts["discarded"],
                    "percentile_low": plain[0],
                    "percentile_high": plain[1],
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
        self, kept: pd.DataFrame, index: Inequality, interval: Literal["percentile", "studentised"]
    ) -> Derived:
        return inequality_gap(
            kept,
            "figure",
            "against",
            index=index,
            population="weight" if self.weight else None,
            benchmark_population="against_weight" if self.against_weight or self.weight else None,
            interval=interval,
            reps=self.draws,
            rng=self.seed,
        )

    def _sentence(
        self, found: Derived, interval: tuple[float, float], kept: pd.DataFrame, frame: pd.DataFrame
    ) -> Message:
        years = frame.index.get_level_values("year")
        one, other, difference = (float(value) for value in found.estimates)
        said = message(
            "{inequality} {one:.3f} against {other:.3f}: difference {difference:.3f}, studentised 95 % interval "
            "{low:.3f} to {high:.3f} ({n} {units} resampled, {first}-{last}).",
            inequality=NAMES[self.inequality],
            one=one,
            other=other,
            difference=difference,
            low=interval[0],
            high=interval[1],
            n=_units(kept),
            first=years.min(),
            last=years.max(),
        )
        return paragraph([said, WORTH])


def _same_side(key: str, asks: Message, ends: tuple[float, float], value: float) -> Condition:
    """Return whether an interval lies on the side of zero where the difference is."""
    low, high = ends
    held = low > 0.0 if value > 0.0 else high < 0.0
    return asked(key, asks, held, message("{low:.3g} to {high:.3g}", low=low, high=high), low=low, high=high)


def _ends(found: Derived, level: float) -> tuple[float, float]:
    """Return the ends of the interval of the difference."""
    low, high = found.conf_int(level).iloc[2]
    return float(low), float(high)


def _units(kept: pd.DataFrame) -> int:
    return kept.index.get_level_values("province").nunique()
