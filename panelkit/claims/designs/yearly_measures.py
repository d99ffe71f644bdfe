"""The measures of the kind `yearly`: the number of every year, and the same under resampling counts of the units."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import NamedTuple

import numpy as np
import pandas as pd

from panelkit.claims.designs.measures import expressions_on_figures
from panelkit.claims.designs.resampling import OfYear
from panelkit.claims.designs.yearly_fields import Measure, YearlyFields
from panelkit.claims.figures import Figures
from panelkit.claims.file.document import Claim
from panelkit.claims.file.names import at_place, refuse_missing_years
from panelkit.claims.findings import Condition, asked
from panelkit.claims.places import place
from panelkit.claims.rules.description import LAST_YEARS
from panelkit.claims.rules.thresholds import SIGNIFICANT
from panelkit.indices.arrays import between, linked, markov, quotients
from panelkit.indices.arrays.resampled import Scale
from panelkit.indices.panels import yearly
from panelkit.indices.panels.coordination import couple
from panelkit.indices.panels.regional_inequality import inequality_by_year
from panelkit.kernels.within import IntArray
from panelkit.language.errors import DataError
from panelkit.language.message import Message, listed, message
from panelkit.results.fit import FloatArray

LEAST_YEARS = 5
"""Of the first Markov chain."""


class Series(NamedTuple):
    """The number of every year, the table behind it, what else is to be said, the figures, and how it is resampled.

    `statistic` is None where there is no sampling error; `units` is how many are resampled, `scale` that of the
    bootstrap-t; `cumulative`: each year's number is of all years up to it; `conditions` are what else is asked.
    """

    by_year: dict[int, float]
    table: pd.DataFrame
    said: Message | None = None
    figures: pd.DataFrame | None = None
    statistic: OfYear | None = None
    units: int = 0
    scale: Scale = "plain"
    cumulative: bool = False
    conditions: tuple[Condition, ...] = ()


def _wide(frame: pd.DataFrame, names: list[str]) -> tuple[pd.Index, dict[int, FloatArray]]:
    """Return the units, and the columns (N, K) of every year, missing where a unit does not hold them all."""
    complete = frame[names].dropna()
    units = pd.Index(complete.index.get_level_values("province").unique().sort_values())
    parts = {
        int(str(year)): part.droplevel("year").reindex(units).to_numpy(dtype=float)
        for year, part in complete.groupby(level="year")
    }
    return units, parts


def _between(claim: Claim, design: YearlyFields, figures: Figures) -> Series:
    frame = expressions_on_figures(figures, claim, design, {"figure": design.figure, "weight": design.weight})
    weight = "weight" if design.weight else None
    units, parts = _wide(frame, ["figure", *([weight] if weight else [])])
    groups = figures.regions(units)
    tables = {
        kind: inequality_by_year(frame, "figure", index=kind, groups=groups, population=weight)
        for kind in ("dagum", "theil_t")
    }
    shares = {
        "dagum_between": tables["dagum"]["net_between_share"],
        "theil_between": tables["theil_t"]["between_share"],
    }
    asked = [design.measure] if design.measure in shares else list(shares)
    member = pd.get_dummies(groups).to_numpy(dtype=float)

    def statistic(year: int, counts: FloatArray) -> FloatArray:
        held = np.isfinite(parts[year]).all(axis=1)
        y = parts[year][held, 0]
        w = counts[:, held] * (parts[year][held, 1] if weight else 1.0)
        found = [_SHARES[name](y, w, member[held]) for name in asked]
        return np.max(found, axis=0)

    values = yearly.by_year(pd.concat([shares[name] for name in asked], axis=1).max(axis=1))
    table = tables["theil_t" if asked == ["theil_between"] else "dagum"]
    return Series(values, table, None, frame, statistic, len(units), "logit")


_SHARES = {"dagum_between": between.dagum_between, "theil_between": between.theil_between}


def _leaders(claim: Claim, design: YearlyFields, figures: Figures) -> Series:
    frame = expressions_on_figures(figures, claim, design, {"figure": design.figure})
    with at_place(message("{place}, places", place=claim.place_of(design))):
        named = figures.places(design.places)
    counts, table = yearly.leaders(frame["figure"], named)
    front = listed(place(str(name)) for name in table.iloc[-1] if name)
    return Series(counts, table, message("In front: {places}.", places=front), frame)


def _quotient(claim: Claim, design: YearlyFields, figures: Figures) -> Series:
    """The named places are as they are; what they are compared with is the nation, whose other units are resampled."""
    frame = expressions_on_figures(
        figures, claim, design, {"figure": design.figure, "against": design.against}
    )
    with at_place(message("{place}, places", place=claim.place_of(design))):
        places = figures.places(design.places)
    units, parts = _wide(frame, ["figure", "against"])
    named, each = units.get_indexer(pd.Index(places)), design.measure == "smallest_quotient"

    def of_choices(year: int, chosen: IntArray) -> FloatArray:
        held = parts[year] if (named >= 0).all() else np.full((1, 2), np.nan)
        return quotients.of_places(held, chosen, each=each)

    def statistic(year: int, counts: FloatArray) -> FloatArray:
        return quotients.resampled(parts[year], named, counts, each=each)

    values = {year: float(of_choices(year, named[None])[0]) for year in parts}
    finite = [year for year, value in values.items() if np.isfinite(value)]
    table = pd.DataFrame({"value": pd.Series(values)}).rename_axis(index="year")
    if not finite:
        return Series(values, table, None, frame)
    last = max(finite)
    single = quotients.of_places(parts[last], named[:, None], each=True)
    said = message(
        "{quotients} in {year}; the other {units} are resampled.",
        quotients=listed(
            message("{place} {value:.2f}", place=place(str(name)), value=value)
            for name, value in zip(places, single, strict=True)
        ),
        year=last,
    )
    others = len(units) - len(places)
    condition = _as_much(values, of_choices, len(units), len(places))
    return Series(values, table, said, frame, statistic, others, "log", conditions=(condition,))


def _as_much(
    values: Mapping[int, float], of_choices: Callable[[int, IntArray], FloatArray], units: int, places: int
) -> Condition:
    """Return whether few sets of as many units hold as much, or as little where these hold less than their share.

    Any set holds more than its share half of the time.
    """
    years = [year for year in sorted(values) if np.isfinite(values[year])][-LAST_YEARS:]
    sets = quotients.sets_of(units, places)
    means = np.mean([of_choices(year, sets) for year in years], axis=0)
    own = np.mean([values[year] for year in years])
    if own >= 1.0:
        share = float((np.nan_to_num(means, nan=np.inf) >= own * (1.0 - 1e-12)).mean())
        asks = message(
            "fewer than {bar:.0%} of all sets of {n} {units} hold as much", bar=SIGNIFICANT, n=places
        )
    else:
        share = float((np.nan_to_num(means, nan=-np.inf) <= own * (1.0 + 1e-12)).mean())
        asks = message(
            "fewer than {bar:.0%} of all sets of {n} {units} hold as little", bar=SIGNIFICANT, n=places
        )
    return asked(
        "places",
        asks,
        share < SIGNIFICANT,
        message("{share:.1%} of {sets:,} do", share=share, sets=len(sets)),
        share=share,
    )


def _spearman(claim: Claim, design: YearlyFields, figures: Figures) -> Series:
    named = {"figure": design.figure, "against": design.against}
    frame = expressions_on_figures(figures, claim, design, named).dropna()
    values = yearly.rank_correlations(frame, "figure", "against")
    table = pd.DataFrame({"value": pd.Series(values)}).rename_axis(index="year")
    units, parts = _wide(frame, ["figure", "against"])

    def statistic(year: int, counts: FloatArray) -> FloatArray:
        return linked.rank_correlations(parts[year][:, 0], parts[year][:, 1], counts)

    return Series(values, table, None, frame, statistic, len(units), scale="fisher")


def _partial(claim: Claim, design: YearlyFields, figures: Figures) -> Series:
    given = {f"given_{at}": text for at, text in enumerate(design.given)}
    named = {"figure": design.figure, "against": design.against, **given}
    frame = expressions_on_figures(figures, claim, design, named).dropna()
    units, parts = _wide(frame, list(named))
    enough = {year: part for year, part in parts.items() if np.isfinite(part[:, 0]).sum() > len(named) + 1}

    def statistic(year: int, counts: FloatArray) -> FloatArray:
        return linked.partial_correlations(enough[year], counts)

    once = np.ones((1, len(units)))
    values = {year: float(statistic(year, once)[0]) for year in enough}
    table = pd.DataFrame({"value": pd.Series(values)}).rename_axis(index="year")
    said = message("Net of {given}.", given=listed(f"`{text}`" for text in design.given))
    return Series(values, table, said, frame, statistic, len(units), scale="fisher")


def _growth_gap(claim: Claim, design: YearlyFields, figures: Figures) -> Series:
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
    whole = frame[frame.notna().all(axis=1).groupby(level="province").transform("all")]
    _, parts = _wide(whole, ["figure", "against"])

    def statistic(year: int, counts: FloatArray) -> FloatArray:
        now, before = counts @ parts[year], counts @ parts[year - 1]
        growth = now / before
        return np.asarray(growth[:, 0] - growth[:, 1])

    return Series(found.by_year, found.totals, said, frame, statistic, found.n_units)


def _share_below(claim: Claim, design: YearlyFields, figures: Figures) -> Series:
    sample = claim.sample_of(design)
    found, _ = couple(*design.index, years=sample.window, provinces=sample.provinces)
    d = found.values["D_wang" if design.corrected else "D"].dropna()
    below = d < float(design.value or "nan")
    said = message(
        "Over all {unit}-{periods} {share:.0%}; D depends on the extremes of the sample.",
        share=float(below.mean()),
    )
    units, parts = _wide(below.astype(float).to_frame("below"), ["below"])

    def statistic(year: int, counts: FloatArray) -> FloatArray:
        held = np.isfinite(parts[year][:, 0])
        times = counts[:, held]
        return np.asarray(times @ parts[year][held, 0] / times.sum(axis=1))

    values = yearly.by_year(below.groupby(level="year").mean())
    return Series(values, d.unstack("year"), said, None, statistic, len(units))


def _persistence(claim: Claim, design: YearlyFields, figures: Figures) -> Series:
    frame = expressions_on_figures(figures, claim, design, {"figure": design.figure})
    refuse_missing_years(claim.place_of(design), frame, {"figure": str(design.figure)})
    complete = frame["figure"].unstack("year").dropna().sort_index()
    n, years = complete.shape
    if n < design.classes or years < LEAST_YEARS:
        raise DataError(
            message(
                "{place}: `{figure}` is complete for {n} {units} over {years} {periods}; {classes} classes need as "
                "many {units} and {least} {periods}",
                place=claim.place_of(design),
                figure=design.figure,
                n=n,
                years=years,
                classes=design.classes,
                least=LEAST_YEARS,
            )
        )
    what: yearly.Persistence = "min_diagonal" if design.measure == "min_diagonal" else "top_stays"
    values, matrix = yearly.persistence(complete, design.classes, what, LEAST_YEARS)
    moves = yearly.moves_by_unit(complete, design.classes, LEAST_YEARS)

    def statistic(year: int, counts: FloatArray) -> FloatArray:
        summed = np.einsum("rn,nij->rij", counts, moves[year], optimize=True)
        return yearly.of_staying(markov.probabilities(summed), what)

    said = message(
        "{n} {units}, {moves} moves, {classes} classes of values relative to the {period}'s mean.",
        n=n,
        moves=n * (years - 1),
        classes=design.classes,
    )
    return Series(values, matrix, said, frame, statistic, n, "probability", cumulative=True)


MEASURES: Mapping[Measure, Callable[[Claim, YearlyFields, Figures], Series]] = {
    "dagum_between": _between,
    "theil_between": _between,
    "either_between": _between,
    "leaders": _leaders,
    "quotient": _quotient,
    "smallest_quotient": _quotient,
    "spearman": _spearman,
    "partial": _partial,
    "growth_gap": _growth_gap,
    "share_below": _share_below,
    "min_diagonal": _persistence,
    "top_stays": _persistence,
}
