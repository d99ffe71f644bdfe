"""The kind `yearly`: a number for every year that an inequality judges (R-DESC)."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Mapping
from typing import ClassVar, Literal, NamedTuple, Self

import pandas as pd
from pydantic import Field, model_validator

from panelkit.claims.designs.measures import expressions_on_figures
from panelkit.claims.figures import Figures
from panelkit.claims.file.design import MeasuredDesign
from panelkit.claims.file.document import Claim, Reading
from panelkit.claims.file.names import at_place, refuse_missing_years
from panelkit.claims.file.parts import Choice, Expression, Key, Printed, Whole, both
from panelkit.claims.findings import Finding, Measured, paragraph
from panelkit.claims.places import place
from panelkit.indices.panels import yearly
from panelkit.indices.panels.coordination import couple
from panelkit.indices.panels.regional_inequality import inequality_by_year
from panelkit.language.errors import DataError
from panelkit.language.message import Message, listed, message
from panelkit.language.offers import offered
from panelkit.studies.grid import Tick
from panelkit.studies.tally import Tally

_LEAST_YEARS = 5

Measure = Literal[
    "dagum_between",
    "theil_between",
    "leaders",
    "spearman",
    "growth_gap",
    "share_below",
    "min_diagonal",
    "top_stays",
]


class Series(NamedTuple):
    """The number of every year, the table behind it, what else is to be said, and the figures."""

    by_year: dict[int, float]
    table: pd.DataFrame
    said: Message | None = None
    figures: pd.DataFrame | None = None


@offered("design", "yearly")
class YearlyDesign(MeasuredDesign):
    """A number for every year that an inequality judges.

    `measure`: "dagum_between", "theil_between" (share of inequality between the four regions), "leaders" (how many of
    `places` are among the first len(places)), "spearman" (rank correlation of `figure` and `against` over provinces),
    "growth_gap" (growth of the national `figure` less that of `against`), "share_below" (share of provinces whose
    coordination of `index` lies below `value`), "min_diagonal" and "top_stays" (Markov chain of `figure` relative to
    the year's mean, on all years up to each).
    """

    FORMULAS: ClassVar[tuple[str, ...]] = ("figure", "against", "weight")

    kind: Literal["yearly"]
    measure: Measure
    figure: Expression | None = None
    against: Expression | None = None
    weight: Expression | None = None
    places: tuple[str, ...] = ()
    index: tuple[Key, ...] = ()
    corrected: Choice = False
    value: Printed | None = None
    classes: Whole = Field(default=4, ge=2, le=6)

    @model_validator(mode="after")
    def _has_its_parts(self) -> Self:
        wanted: dict[str, tuple[str, ...]] = {
            "leaders": ("figure", "places"),
            "spearman": ("figure", "against"),
            "growth_gap": ("figure", "against"),
            "share_below": ("index", "value"),
        }
        missing = [name for name in wanted.get(self.measure, ("figure",)) if not getattr(self, name)]
        if missing:
            raise ValueError(
                message("measure `{measure}` needs {missing}", measure=self.measure, missing=both(missing))
            )
        return self

    def _named(self, figures: Figures) -> tuple[Message, Message]:
        """Return what is measured, inside a sentence and at its beginning."""
        if self.measure == "growth_gap" and not figures.catalogued:
            return (
                message("growth of the one less growth of the other, all {units}"),
                message("Growth of the one less growth of the other, all {units}"),
            )
        return _QUANTITIES[self.measure]

    def inapplicable(self, *, provincial: bool, weights: int) -> Iterator[Message]:
        """Yield why the design cannot be run on a panel of the user's own: an index, or regions of provinces."""
        yield from super().inapplicable(provincial=provincial, weights=weights)
        if self.measure in ("dagum_between", "theil_between") and not provincial:
            yield message(
                "measure `{measure}` is between the four regions of the provinces, and the {units} are none",
                measure=self.measure,
            )

    def run(self, claim: Claim, reading: Reading, figures: Figures, tick: Tick) -> Finding:
        """Return the number of every year.

        Raises
        ------
        DataError
            If no year holds the figures.
        """
        found = _MEASURES[self.measure](claim, self, figures)
        tick(1)
        computed = {year: value for year, value in found.by_year.items() if math.isfinite(value)}
        if not computed:
            raise DataError(
                message(
                    "claim {claim}, {design}: no {period} holds the figures", claim=claim.id, design=self.id
                )
            )
        last = max(computed)
        tally = _tally(claim.sample_of(self).window, computed, found.by_year)
        quantity, heading = self._named(figures)
        said = message(
            "{quantity}: {value:.3g} in {year}.", quantity=heading, value=computed[last], year=last
        )
        lost = {int(year): math.nan for year, _ in tally.failed}
        return Finding(
            measured=Measured(
                quantity=quantity,
                value=computed[last],
                by_year=dict(sorted((computed | lost).items())),
                sentence=paragraph([said, found.said]),
                table=found.table,
                facts={"years": f"{min(computed)}-{last}"},
                tally=tally,
            ),
            data=found.figures,
        )


def _tally(asked: tuple[int, int], computed: Mapping[int, float], found: Mapping[int, float]) -> Tally:
    """Return the years of the sample that have a number, and those after the first that have none.

    The years before the first number are those that a measure needs to begin with.
    """
    lost = [year for year in range(min(computed), asked[1] + 1) if year not in computed]
    held = message("the figures of the {period} give no number")
    none = message("no figures of the {period} are held")
    return Tally(len(computed), tuple((str(year), held if year in found else none) for year in lost))


def _between(claim: Claim, design: YearlyDesign, figures: Figures) -> Series:
    frame = expressions_on_figures(figures, claim, design, {"figure": design.figure, "weight": design.weight})
    dagum = design.measure == "dagum_between"
    table = inequality_by_year(
        frame,
        "figure",
        index="dagum" if dagum else "theil_t",
        groups=figures.regions(frame.index.get_level_values("province").unique()),
        population="weight" if design.weight else None,
    )
    share = table["net_between_share" if dagum else "between_share"]
    return Series(yearly.by_year(share), table, None, frame)


def _leaders(claim: Claim, design: YearlyDesign, figures: Figures) -> Series:
    frame = expressions_on_figures(figures, claim, design, {"figure": design.figure})
    with at_place(message("{place}, places", place=claim.place_of(design))):
        named = figures.places(design.places)
    counts, table = yearly.leaders(frame["figure"], named)
    front = listed(place(str(name)) for name in table.iloc[-1] if name)
    return Series(counts, table, message("In front: {places}.", places=front), frame)


def _spearman(claim: Claim, design: YearlyDesign, figures: Figures) -> Series:
    named = {"figure": design.figure, "against": design.against}
    frame = expressions_on_figures(figures, claim, design, named).dropna()
    values = yearly.rank_correlations(frame, "figure", "against")
    table = pd.DataFrame({"value": pd.Series(values)}).rename_axis(index="year")
    return Series(values, table, None, frame)


def _growth_gap(claim: Claim, design: YearlyDesign, figures: Figures) -> Series:
    first, last = claim.sample_of(design).window
    named = {"figure": design.figure, "against": design.against}
    frame = expressions_on_figures(figures, claim, design, named, years=(first - 1, last))
    formulas = {"figure": str(design.figure), "against": str(design.against)}
    refuse_missing_years(claim.place_of(design), frame, formulas)
    found = yearly.growth_gap(frame, "figure", "against")
    if found is None:
        raise DataError(
            message("{place}: no {unit} holds both figures in every {period}", place=claim.place_of(design))
        )
    start, end = (float(found.totals["ratio"].iloc[at]) for at in (0, -1))
    said = message(
        "{n} {units}; the ratio of the totals moves from {start:.3g} to {end:.3g}.",
        n=found.n_units,
        start=start,
        end=end,
    )
    return Series(found.by_year, found.totals, said, frame)


def _share_below(claim: Claim, design: YearlyDesign, figures: Figures) -> Series:
    sample = claim.sample_of(design)
    found, _ = couple(*design.index, years=sample.window, provinces=sample.provinces)
    d = found.values["D_wang" if design.corrected else "D"].dropna()
    below = d < float(design.value or "nan")
    said = message(
        "Over all {unit}-{periods} {share:.0%}; D depends on the extremes of the sample.",
        share=float(below.mean()),
    )
    return Series(yearly.by_year(below.groupby(level="year").mean()), d.unstack("year"), said)


def _min_diagonal(claim: Claim, design: YearlyDesign, figures: Figures) -> Series:
    return _persistence(claim, design, figures, "min_diagonal")


def _top_stays(claim: Claim, design: YearlyDesign, figures: Figures) -> Series:
    return _persistence(claim, design, figures, "top_stays")


def _persistence(claim: Claim, design: YearlyDesign, figures: Figures, what: yearly.Persistence) -> Series:
    frame = expressions_on_figures(figures, claim, design, {"figure": design.figure})
    refuse_missing_years(claim.place_of(design), frame, {"figure": str(design.figure)})
    complete = frame["figure"].unstack("year").dropna()
    n, years = complete.shape
    if n < design.classes or years < _LEAST_YEARS:
        raise DataError(
            message(
                "{place}: `{figure}` is complete for {n} {units} over {years} {periods}; {classes} classes need as "
                "many {units} and {least} {periods}",
                place=claim.place_of(design),
                figure=design.figure,
                n=n,
                years=years,
                classes=design.classes,
                least=_LEAST_YEARS,
            )
        )
    values, matrix = yearly.persistence(complete, design.classes, what, _LEAST_YEARS)
    said = message(
        "{n} {units}, {moves} moves, {classes} classes of values relative to the {period}'s mean.",
        n=n,
        moves=n * (years - 1),
        classes=design.classes,
    )
    return Series(values, matrix, said, frame)


_MEASURES: dict[Measure, Callable[[Claim, YearlyDesign, Figures], Series]] = {
    "dagum_between": _between,
    "theil_between": _between,
    "leaders": _leaders,
    "spearman": _spearman,
    "growth_gap": _growth_gap,
    "share_below": _share_below,
    "min_diagonal": _min_diagonal,
    "top_stays": _top_stays,
}
# what each measures, inside a sentence and at its beginning
_QUANTITIES: dict[Measure, tuple[Message, Message]] = {
    "dagum_between": (
        message("share of the Gini that lies between the regions, net"),
        message("Share of the Gini that lies between the regions, net"),
    ),
    "theil_between": (
        message("share of Theil T that lies between the regions"),
        message("Share of Theil T that lies between the regions"),
    ),
    "leaders": (
        message("how many of the named {units} are in front"),
        message("How many of the named {units} are in front"),
    ),
    "spearman": (
        message("rank correlation over the {units}"),
        message("Rank correlation over the {units}"),
    ),
    "growth_gap": (
        message("growth of the one less growth of the other, nation"),
        message("Growth of the one less growth of the other, nation"),
    ),
    "share_below": (
        message("share of {units} below the bound"),
        message("Share of {units} below the bound"),
    ),
    "min_diagonal": (
        message("smallest probability of staying in a class"),
        message("Smallest probability of staying in a class"),
    ),
    "top_stays": (
        message("probability that the top class stays on top"),
        message("Probability that the top class stays on top"),
    ),
}
