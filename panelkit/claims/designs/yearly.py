"""The kind `yearly`: a number for every year, with intervals of resampled provinces, that a bound judges (R-DESC)."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from typing import Any, ClassVar, Literal

from panelkit.claims.designs.resampling import Interval, interval_of, no_sampling
from panelkit.claims.designs.yearly_fields import YearlyFields, needed_by
from panelkit.claims.designs.yearly_measures import MEASURES, Series
from panelkit.claims.designs.yearly_words import QUANTITIES
from panelkit.claims.figures import Figures
from panelkit.claims.file.document import Claim, Reading
from panelkit.claims.findings import Finding, Measured, paragraph
from panelkit.claims.rules.description import LAST_YEARS
from panelkit.language.errors import DataError
from panelkit.language.message import Message, message
from panelkit.language.offers import offered
from panelkit.studies.grid import Tick
from panelkit.studies.tally import Tally


@offered("design", "yearly")
class YearlyDesign(YearlyFields):
    """A number for every year that a bound judges, provinces resampled whole; `YearlyFields` names the measures."""

    FORMULAS: ClassVar[tuple[str, ...]] = ("figure", "against", "weight", "given", "benchmark")
    RULE: ClassVar[str] = "R-DESC"

    kind: Literal["yearly"]

    def _named(self, figures: Figures) -> tuple[Message, Message]:
        """Return what is measured, inside a sentence and at its beginning."""
        if self.measure == "growth_gap" and not figures.catalogued:
            return (
                message("growth of the one less growth of the other, all {units}"),
                message("Growth of the one less growth of the other, all {units}"),
            )
        return QUANTITIES[self.measure]

    @classmethod
    def shown(cls, given: Mapping[str, Any], *, own: bool) -> tuple[str, ...]:
        """Return what the measure needs."""
        return needed_by(str(given.get("measure", "")))

    def inapplicable(self, *, provincial: bool, weights: int) -> Iterator[Message]:
        """Yield why the design cannot be run on a panel of the user's own: an index, or regions of provinces."""
        yield from super().inapplicable(provincial=provincial, weights=weights)
        if self.measure.endswith("_between") and not provincial:
            yield message(
                "measure `{measure}` is between the four regions of the provinces, and the {units} are none",
                measure=self.measure,
            )

    def run(self, claim: Claim, reading: Reading, figures: Figures, tick: Tick) -> Finding:
        """Return the number of every year, with intervals of the last five and of their mean.

        Raises
        ------
        DataError
            If no year holds the figures.
        """
        found = self._series(claim, figures, self)
        beside = self._beside(claim, figures)
        tick(1)
        computed = {year: value for year, value in found.by_year.items() if math.isfinite(value)}
        tally = _tally(claim.sample_of(self).window, computed, found.by_year)
        quantity, heading = self._named(figures)
        last, interval = max(computed), self._interval(found, computed, reading)
        said = message(
            "{quantity}: {value:.3g} in {year}.", quantity=heading, value=computed[last], year=last
        )
        lost = {int(year): math.nan for year, _ in tally.failed}
        return Finding(
            measured=Measured(
                quantity=quantity,
                possible=self.possible,
                by_year=dict(sorted((computed | lost).items())),
                sentence=paragraph([said, found.said, interval.said, beside]),
                table=found.table,
                conditions=found.conditions,
                facts={"years": f"{min(computed)}-{last}", **interval.facts},
                tally=tally,
                **interval.numbers,
            ),
            data=found.figures,
        )

    def _series(self, claim: Claim, figures: Figures, design: YearlyDesign) -> Series:
        found = MEASURES[self.measure](claim, design, figures)
        if not any(math.isfinite(value) for value in found.by_year.values()):
            raise DataError(
                message(
                    "claim {claim}, {design}: no {period} holds the figures", claim=claim.id, design=self.id
                )
            )
        return found

    def _interval(self, found: Series, computed: Mapping[int, float], reading: Reading) -> Interval:
        years = sorted(computed)[-LAST_YEARS:]
        if found.statistic is None:
            return no_sampling({year: computed[year] for year in years})
        return interval_of(
            found.statistic,
            years,
            units=found.units,
            cumulative=found.cumulative,
            scale=found.scale,
            draws=self.draws,
            seed=self.seed,
            rule=self.rule_under(reading.rule),
        )

    def _beside(self, claim: Claim, figures: Figures) -> Message | None:
        """Return the same number of the benchmark; None where none is declared."""
        if self.benchmark is None:
            return None
        other = self.model_copy(update={"figure": self.benchmark, "benchmark": None})
        values = self._series(claim, figures, other).by_year
        last = max(year for year, value in values.items() if math.isfinite(value))
        return message(
            "The same number of `{benchmark}` is {value:.3g} in {year}.",
            benchmark=self.benchmark,
            value=values[last],
            year=last,
        )


def _tally(asked: tuple[int, int], computed: Mapping[int, float], found: Mapping[int, float]) -> Tally:
    """Return the years of the sample that have a number, and those after the first that have none.

    The years before the first number are those that a measure needs to begin with.
    """
    lost = [year for year in range(min(computed), asked[1] + 1) if year not in computed]
    held = message("the figures of the {period} give no number")
    none = message("no figures of the {period} are held")
    return Tally(len(computed), tuple((str(year), held if year in found else none) for year in lost))
