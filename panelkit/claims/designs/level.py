"""The kind `level`: a level, a share or a growth rate of official totals by year (R-DESC)."""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import Any, ClassVar, Literal, NamedTuple

import pandas as pd

from panelkit.claims.figures import Figures, loaded
from panelkit.claims.file.design import MeasuredDesign
from panelkit.claims.file.document import Claim, Reading
from panelkit.claims.file.names import years_held
from panelkit.claims.file.parts import Expression, Sample, fill_roles
from panelkit.claims.findings import Condition, Finding, Measured, paragraph
from panelkit.claims.ratios import refuse_intensities
from panelkit.claims.rules.description import LAST_YEARS
from panelkit.data import catalogue
from panelkit.data.nation import load_nation, product_years
from panelkit.data.panels import load_provinces
from panelkit.data.selection import choose_vintages
from panelkit.data.units import harmonised
from panelkit.formula.grammar import parse_expression
from panelkit.formula.reach import reach_of
from panelkit.formula.tree import columns_of
from panelkit.indices.panels.printed_digits import half_units, widest
from panelkit.language.errors import DataError
from panelkit.language.message import Message, listed, message, verbatim
from panelkit.language.offers import offered
from panelkit.studies.grid import Tick
from panelkit.studies.tally import Tally


class Totals(NamedTuple):
    """Totals by year in harmonised units, how far rounding reaches, other vintages, and the figures behind them."""

    table: pd.DataFrame
    halves: pd.DataFrame
    others: dict[str, pd.Series]
    figures: pd.DataFrame


@offered("design", "level")
class LevelDesign(MeasuredDesign):
    """A level, a share or a growth rate of official totals by year.

    `figure` is an expression on totals; `of`: "provinces" (sums over those of the sample, in years in which each holds
    the figure) or "nation" (printed national totals, and the output of products). An official total has no sampling
    error: a year's interval is as far as printed digits and other vintages let the number move.
    """

    FORMULAS: ClassVar[tuple[str, ...]] = ("figure",)
    RULE: ClassVar[str] = "R-DESC"

    kind: Literal["level"]
    figure: Expression
    of: Literal["provinces", "nation"] = "provinces"

    def makes(self, column: str) -> bool:
        """Return whether a column is a product, whose output is held for the nation."""
        return self.of == "nation" and bool(product_years(column))

    def inapplicable(self, *, provincial: bool, weights: int) -> Iterator[Message]:
        """Yield that national totals are no column of a panel."""
        if self.of == "nation":
            yield message('of = "nation" reads shipped national totals: leave it out, and {units} are summed')

    def run(self, claim: Claim, reading: Reading, figures: Figures, tick: Tick) -> Finding:
        """Return the number of every year with its interval.

        Raises
        ------
        SpecError, DataError
            If a figure cannot be summed, or no year holds them all.
        """
        sample = claim.sample_of(self)
        formula = fill_roles(self.figure, claim.quantities)
        totals = self._totals(formula, sample, figures)
        table = widest(formula, totals.table, totals.halves, totals.others)
        first, last = sample.window
        table = table[(table.index >= first) & (table.index <= last)]
        held = table.dropna(subset=["value"])
        tick(1)
        if held.empty:
            raise DataError(
                message(
                    "claim {claim}, {design}: no {period} holds the figures", claim=claim.id, design=self.id
                )
            )
        years = [int(year) for year in held.index]
        lost = [year for year in range(years[0], last + 1) if year not in years]
        by_year = {year: float(value) for year, value in zip(years, held["value"], strict=True)}
        return Finding(
            measured=Measured(
                quantity=message("`{formula}` of the totals", formula=formula),
                **_mean(held[held.index.isin(sorted((*years, *lost))[-LAST_YEARS:])]),
                by_year=dict(sorted((by_year | dict.fromkeys(lost, math.nan)).items())),
                by_year_interval={
                    year: (float(low), float(high))
                    for year, low, high in zip(years, held["low"], held["high"], strict=True)
                },
                conditions=(_moved_by(totals, catalogued=figures.catalogued),),
                sentence=paragraph([self._sentence(formula, held), _worth(catalogued=figures.catalogued)]),
                table=held,
                facts={"years": f"{years[0]}-{years[-1]}", "of": self.of},
                tally=Tally(
                    len(years),
                    tuple((str(year), message("no figures of the {period} are held")) for year in lost),
                ),
            ),
            data=totals.figures,
        )

    def _totals(self, formula: str, sample: Sample, figures: Figures) -> Totals:
        node = parse_expression(formula).node
        columns = sorted(columns_of(node))
        back, ahead = reach_of(node)
        years = (sample.window[0] - back, sample.window[1] + ahead)
        if self.of == "nation":
            return _national(columns, years, sample)
        if figures.catalogued:
            refuse_intensities(columns)
        vintage = tuple(sample.vintage.items())
        frame = figures.expressions({name: f"`{name}`" for name in columns}, years, vintage, sample.provinces)
        sums = _sums(frame)
        if not figures.catalogued:
            return Totals(sums, sums * 0.0, {}, frame)
        return Totals(sums, _halves(columns, years, sample), _others(columns, years, sample), frame)

    def _sentence(self, formula: str, held: pd.DataFrame) -> Message:
        last = held.iloc[-1]
        found = message(
            "{formula}: {value:.4g} in {year} ({low:.4g} to {high:.4g})",
            formula=verbatim(formula),
            value=float(last["value"]),
            year=int(held.index[-1]),
            low=float(last["low"]),
            high=float(last["high"]),
        )
        if len(held) == 1:
            return message("{found}, the only {period} held.", found=found)
        return message(
            "{found}; from {lowest:.4g} to {highest:.4g} over {n} {periods}, so that a bound between these divides "
            "them.",
            found=found,
            lowest=float(held["low"].min()),
            highest=float(held["high"].max()),
            n=len(held),
        )


def _mean(held: pd.DataFrame) -> dict[str, Any]:
    """Return the mean of the last years with its interval, which R-DESC reads: digits and vintages have one level."""
    low, value, high = (float(held[name].mean()) for name in ("low", "value", "high"))
    return {"value": value, "low": low, "high": high, "inner_low": low, "inner_high": high}


def _worth(*, catalogued: bool) -> Message:
    if catalogued:
        return message(
            "An official total has no sampling error: the word is of these figures, and the interval is as far as "
            "printed digits and other vintages let the number move."
        )
    return message("The sums of the {units} are taken as they are: no error of theirs is known.")


def _moved_by(totals: Totals, *, catalogued: bool) -> Condition:
    """Return what the interval of a year holds, which decides nothing by itself."""
    if not catalogued:
        found = message("nothing: the figures are the user's own")
    elif totals.others:
        found = message("printed digits, and other vintages of {names}", names=listed(totals.others))
    else:
        found = message("printed digits; no figure is held in a second vintage")
    return Condition(
        key="figures",
        asks=message("what moves the number of a {period}"),
        outcome="printed",
        found=found,
        decides=False,
    )


def _national(columns: list[str], years: tuple[int, int], sample: Sample) -> Totals:
    chosen = {name: sample.vintage[name] for name in columns if name in sample.vintage}
    frame = load_nation(columns, years, chosen or None)
    printed = load_nation(columns, years, chosen or None, units="yearbook")
    about = catalogue.facts()
    divisors = {name: _divisor(about[name]) if name in about else 1.0 for name in columns}
    return Totals(frame, half_units(printed) / pd.Series(divisors), {}, frame)


def _sums(frame: pd.DataFrame) -> pd.DataFrame:
    """Return the sums over units of each year in which every one holds the figure."""
    n = frame.index.get_level_values(0).nunique()
    return frame.groupby(level=1).sum(min_count=n)


def _halves(columns: list[str], years: tuple[int, int], sample: Sample) -> pd.DataFrame:
    """Return as far as the rounding of every province can move a sum, in harmonised units."""
    provinces = list(sample.provinces) if isinstance(sample.provinces, tuple) else sample.provinces
    vintage = choose_vintages(columns, {key: v for key, v in sample.vintage.items() if key in columns})
    printed = load_provinces(columns, years, vintage=vintage, provinces=provinces, units="yearbook")
    about = catalogue.facts()
    divisors = pd.Series({name: _divisor(about[name]) for name in columns})
    return half_units(printed) * printed.index.get_level_values(0).nunique() / divisors


def _others(columns: list[str], years: tuple[int, int], sample: Sample) -> dict[str, pd.Series]:
    """Return the sums of every figure in the vintages that were not taken, by a name that says which."""
    taken = choose_vintages(columns, {key: v for key, v in sample.vintage.items() if key in columns})
    found: dict[str, pd.Series] = {}
    for name in columns:
        for vintage in catalogue.facts()[name].vintages:
            held = [year for year in years_held(name, vintage) if years[0] <= year <= years[1]]
            if vintage != taken[name] and held:
                frame = loaded([name], (held[0], held[-1]), ((name, vintage),), sample.provinces)
                found[name] = _sums(frame)[name]
    return found


def _divisor(about: catalogue.Indicator) -> float:
    return harmonised(about.unit, intensity=about.scale_or_intensity == "intensity")[1]
