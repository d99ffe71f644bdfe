"""How sure is a ranking of provinces or regions: clouds of a composite index, orders, agreement of designs."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from itertools import pairwise
from typing import Any

import numpy as np
import pandas as pd

from panelkit.data.user.provinces import spelled_as
from panelkit.indices.arrays import uncertainty
from panelkit.indices.arrays.uncertainty import Aggregation, Cloud, WeightDraw
from panelkit.indices.panels.composite import Composite
from panelkit.indices.panels.indicator_cube import cube_index, stack_of
from panelkit.kernels.frames import as_floats
from panelkit.kernels.rng import seed_of
from panelkit.language.errors import DataError, SpecError
from panelkit.language.message import Message, message, term
from panelkit.language.offers import offered
from panelkit.language.options import check_confidence, check_count, is_whole, refuse_idle
from panelkit.language.shown import shown_language
from panelkit.language.spelt import option
from panelkit.results.fit import FloatArray, Language, TestResult
from panelkit.show.brief import Brief
from panelkit.show.rendered import Exported


@dataclass(frozen=True, kw_only=True, eq=False)
class RankUncertainty(Exported, Brief):
    """Ranks of units with intervals over a cloud of defensible choices, and the probability of any order.

    `table`: one row a unit, `score` and `rank` of the design itself in the last year, `median, low, high` of the
    cloud's ranks, `first` the share of draws in which it leads. `draws (B, units)` are the scores.
    """

    table: pd.DataFrame
    draws: pd.DataFrame
    cloud: Cloud
    choices: Mapping[str, Any]
    level: float
    notes: tuple[Message, ...] = ()

    def probability(self, *order: str) -> float:
        """Return the share of draws in which the units stand in exactly this order, best first."""
        return uncertainty.probability_of_order(self.draws.to_numpy(), self._at(order))

    def tau(self, *order: str) -> float:
        """Return the mean Kendall tau between this order and the draws'."""
        return uncertainty.kendall_tau(self.draws.to_numpy(), self._at(order))

    def pairs(self, *order: str) -> pd.DataFrame:
        """Return the share of draws in which each adjacent pair of an order stands as claimed."""
        at = self._at(order)
        values = self.draws.to_numpy()
        rows = [
            (order[i], order[i + 1], uncertainty.probability_of_order(values, [at[i], at[i + 1]]))
            for i in range(len(order) - 1)
        ]
        return pd.DataFrame(rows, columns=["above", "below", "probability"])

    def most_frequent(self, top: int = 3) -> pd.DataFrame:
        """Return the most frequent full orders of the units and their shares (few units only); ties read a = b."""
        names = [str(name) for name in self.draws.columns]
        ranks = uncertainty.rank(self.draws.to_numpy())
        found, count = np.unique(ranks, axis=0, return_counts=True)
        best = np.argsort(-count, kind="stable")[:top]
        rows = [(_order_words(names, found[i]), float(count[i] / len(ranks))) for i in best]
        return pd.DataFrame(rows, columns=["order", "share"])

    def summary(self, *, language: Language = "en") -> str:
        """Return the table, the choices and the notes as plain text."""
        from panelkit.show.words import frame_text, note_lines, said_of

        chosen = [said_of(key, value, language) for key, value in self.choices.items()]
        return "\n".join([frame_text(self.table, language), "", *chosen, *note_lines(self.notes, language)])

    def _exported(self, language: Language) -> tuple[pd.DataFrame, None, list[Message | str]]:
        """Return ranks with their intervals, the choices and the notes."""
        from panelkit.show.words import said_of

        chosen = [said_of(key, value, language) for key, value in self.choices.items()]
        return self.table.reset_index(), None, [*chosen, *self.notes]

    def __str__(self) -> str:
        return self.summary(language=shown_language())

    def _at(self, order: Sequence[str]) -> list[int]:
        absent = [name for name in order if name not in self.draws.columns]
        if absent:
            raise SpecError(
                message(
                    "no unit {names} among {held}",
                    names=absent,
                    held=[str(name) for name in self.draws.columns],
                )
            )
        return [int(self.draws.columns.get_loc(name)) for name in order]  # type: ignore[arg-type]


@offered("index", family="ranks", result="RankUncertainty", public=True)
def rank_uncertainty(
    composite: Composite,
    *,
    draws: int = 10_000,
    rng: int | np.random.Generator = 0,
    weights: WeightDraw = "dirichlet",
    normalisations: tuple[str, ...] = ("minmax", "zscore"),
    aggregations: Sequence[Aggregation] = ("linear",),
    delete_one: bool = True,
    last_years: int | None = None,
    groups: pd.Series | None = None,
    population: pd.Series | None = None,
    redraw: bool = False,
    level: float = 0.9,
) -> RankUncertainty:
    """Return rank intervals of a composite's provinces, or of groups of them, over a cloud of choices.

    Every draw takes Dirichlet(1) weights (or bootstrapped entropy weights, or the design's own, "fixed"), one of the
    normalisations, one of the aggregations, one of the last years (five, or all if fewer), and leaves one indicator
    out: all equally likely.
    `groups` maps provinces to groups, whose scores are means; `population` by (province, year) weights them. With
    `redraw` every draw also takes the units of each group again from the group: an order of kinds of units, and not of
    these.
    Provinces without a score in one of the years are left out, and named.

    Parameters
    ----------
    composite
        The index whose ranks are asked for.
    draws
        Number of draws.
    rng
        Seed or numpy generator; the same seed gives the same numbers.
    weights
        "dirichlet", "bootstrap" or "fixed".
    normalisations
        Normalisations to draw from.
    aggregations
        Aggregations to draw from.
    delete_one
        Leave one indicator out in every draw.
    last_years
        Years to draw from, counted from the last; None: five, or all if fewer.
    groups
        Unit -> group, whose scores are means.
    population
        Weights of the units in their group, by (unit, time), in persons.
    redraw
        Draw the units of each group again inside their group.
    level
        Level of the intervals.

    Returns
    -------
    RankUncertainty
        Rank intervals, and the share of draws in which each order holds.

    Raises
    ------
    SpecError
        If an option is unknown.

    Examples
    --------
    >>> index = pk.composite_index({"patents_granted": 1, "rd_expenditure": 1, "gdp": 1}, panel)
    >>> ranks = pk.rank_uncertainty(index, draws=200, rng=1)
    """
    _refuse_other(composite, "rank_uncertainty")
    check_count("draws", draws, 2)
    check_confidence(level)
    refuse_idle(
        {"population": groups is None and population is not None},
        message("weighs the {units} of a group: give {groups} too, or leave it out", groups=option("groups")),
    )
    refuse_idle(
        {"redraw": groups is None and redraw},
        message(
            "draws the {units} of a group again: give {groups} too, or leave it out", groups=option("groups")
        ),
    )
    _, provinces, years = cube_index(composite)
    if "geometric" in aggregations and "zscore" in normalisations:
        raise SpecError(
            message("geometric aggregation needs positive values: use normalisations=('minmax', 'ranks')")
        )
    last_years = min(5, len(years)) if last_years is None else last_years
    if not is_whole(last_years) or not 1 <= last_years <= len(years):
        raise SpecError(
            message(
                "last_years lies between 1 and {n}, not {last_years}", n=len(years), last_years=last_years
            )
        )
    fixed = None if composite.weights is None else composite.weights["weight"].to_numpy()
    cloud = uncertainty.cloud(
        _floored(stack_of(composite, normalisations), aggregations),
        draws=draws,
        rng=rng,
        weights=weights,
        fixed=fixed,
        aggregations=aggregations,
        delete_one=delete_one,
        years=range(len(years) - last_years, len(years)),
    )
    last = composite.scores.xs(years[-1], level="year").reindex(provinces)
    scores = cloud.scores
    names: pd.Index = provinces
    if groups is not None:
        again = _seed_beside(rng) if redraw else None
        names, scores, last = _grouped(cloud, provinces, years, groups, population, last, again)
    held = pd.DataFrame(scores, columns=names)
    lost = composite.values.index.get_level_values("province").unique().difference(provinces)
    lacking = message("without a score in every {period}: {names}", names=[str(name) for name in lost])
    return RankUncertainty(
        table=_table(held, last, level),
        draws=held,
        cloud=cloud,
        choices={
            "draws": draws,
            "seed": seed_of(rng),
            term("indicators", "weights"): weights,
            "normalisations": ", ".join(normalisations),
            "aggregations": ", ".join(aggregations),
            message("one indicator left out"): delete_one,
            "years": f"{years[-last_years]}-{years[-1]}",
            message("group means"): _way_of_means(groups, population),
            **({message("{units} drawn again inside their group"): True} if redraw else {}),
        },
        level=level,
        notes=(lacking,) if len(lost) else (),
    )


@dataclass(frozen=True, kw_only=True, eq=False)
class Agreement(Brief):
    """Agreement of several composites on one ranking: Kendall's W over the whole period and in every year."""

    overall: TestResult
    by_year: pd.DataFrame
    ranks: pd.DataFrame
    spearman: pd.DataFrame
    notes: tuple[Message, ...] = field(default_factory=tuple)


@offered("index", family="ranks", result="Agreement", source="Kendall and Babington Smith 1939", public=True)
def design_agreement(composites: Mapping[str, Composite]) -> Agreement:
    """Return whether designs rank the provinces alike: Kendall's W on mean scores, W by year, Spearman by pair.

    On the province-years that every design scores.

    Examples
    --------
    >>> one = pk.composite_index({"patents_granted": 1, "gdp": 1}, panel)
    >>> two = pk.composite_index({"rd_expenditure": 1, "population": 1}, panel)
    >>> agreement = pk.design_agreement({"one": one, "two": two})
    """
    if not isinstance(composites, Mapping):
        raise SpecError(message("composites maps names to composites, {{'one': ..., 'two': ...}}"))
    for item in composites.values():
        _refuse_other(item, "design_agreement")
    if len(composites) < 2:
        raise SpecError(message("agreement needs at least two composites"))
    table = pd.concat({name: item.scores for name, item in composites.items()}, axis=1, join="inner").dropna()
    if table.empty:
        raise DataError(message("no {unit}-{period} is scored by every design"))
    mean = table.groupby(level="province").mean()
    rows = []
    for year, part in table.groupby(level="year"):
        test = uncertainty.kendall_w(part.to_numpy().T)
        rows.append((year, test.facts.get("W", np.nan), test.p_value, len(part)))
    by_year = pd.DataFrame(rows, columns=["year", "W", "p_value", "provinces"]).set_index("year")
    return Agreement(
        overall=uncertainty.kendall_w(mean.to_numpy().T),
        by_year=by_year,
        ranks=mean.rank(ascending=False, method="min").astype(int),
        spearman=mean.corr(method="spearman"),
        notes=(message("designs share figures, so that their agreement is partly built in"),),
    )


def rank_bands(composite: Composite, *, draws: int = 1000, rng: int = 0, level: float = 0.9) -> pd.DataFrame:
    """Return the rank interval of every province in every year under Dirichlet(1) weights, one indicator left out."""
    rows, provinces, years = cube_index(composite)
    z = composite.normalised.to_numpy()[rows].reshape(len(provinces), len(years), -1)
    w = uncertainty.draw_weights(z.shape[-1], draws, rng, delete_one=True)
    low, high = uncertainty.rank_interval(uncertainty.rank_counts(z, w), level)
    index = pd.MultiIndex.from_product([provinces, years], names=["province", "year"])
    return pd.DataFrame({"low": low.ravel(), "high": high.ravel()}, index=index)


def _seed_beside(rng: int | np.random.Generator) -> tuple[int, ...] | np.random.Generator:
    """Return a seed that shares no draws with the cloud's, or the caller's generator."""
    return rng if isinstance(rng, np.random.Generator) else (int(rng), 1)


def _redrawn(code: tuple[int, ...], draws: int, rng: tuple[int, ...] | np.random.Generator) -> FloatArray:
    if isinstance(rng, np.random.Generator):
        return uncertainty.redrawn_inside(code, draws, rng)
    return _redrawn_once(code, draws, rng)


@lru_cache(maxsize=4)
def _redrawn_once(code: tuple[int, ...], draws: int, seed: tuple[int, ...]) -> FloatArray:
    """Return resampling counts once for all indices of the same units."""
    return uncertainty.redrawn_inside(code, draws, np.random.default_rng(seed))


def _way_of_means(groups: pd.Series | None, population: pd.Series | None) -> Message:
    if groups is None:
        return term("group means", "none")
    return term("group means", "plain") if population is None else term("group means", "by population")


def _order_words(names: Sequence[str], ranks: FloatArray) -> str:
    order = np.argsort(ranks, kind="stable")
    words = names[order[0]]
    for before, after in pairwise(order):
        words += (" = " if ranks[before] == ranks[after] else " > ") + names[after]
    return words


def _floored(stack: FloatArray, aggregations: Sequence[Aggregation]) -> FloatArray:
    return np.maximum(stack, 0.01) if "geometric" in aggregations else stack


def _grouped(
    cloud: Cloud,
    provinces: pd.Index,
    years: pd.Index,
    groups: pd.Series,
    population: pd.Series | None,
    last: pd.Series,
    again: tuple[int, ...] | np.random.Generator | None,
) -> tuple[pd.Index, FloatArray, pd.Series]:
    member = groups.rename(index=spelled_as(provinces, groups.index)).reindex(provinces)
    if member.isna().all():
        raise DataError(message("groups name none of the {units}: index them as the composite is"))
    code, labels = pd.factorize(member, sort=True)
    counts = None if again is None else _redrawn(tuple(code), len(cloud.scores), again)
    if population is None:
        weight = pd.Series(1.0, index=provinces)
        means = cloud.group(code, counts=counts)
    else:
        people = _people(population, provinces, years)
        if people.isna().to_numpy().any():
            raise DataError(message("population is missing for some {unit}-{periods} of the composite"))
        weight = people.iloc[:, -1]
        means = cloud.group(code, as_floats(people, term("array", "population")), counts)
    total = (last * weight).groupby(member).sum() / weight.groupby(member).sum()
    names = pd.Index([str(label) for label in labels])
    total.index = pd.Index([str(label) for label in total.index])
    return names, means, total.reindex(names)


def _refuse_other(composite: Any, function: str) -> None:
    """Refuse what is no composite index: a design, a table of scores."""
    if not isinstance(composite, Composite):
        raise SpecError(
            message(
                "{function} takes what composite_index returns, not {kind}",
                function=function,
                kind=type(composite).__name__,
            )
        )


def _people(population: pd.Series, provinces: pd.Index, years: pd.Index) -> pd.DataFrame:
    """Return population by unit and period, whatever the two levels of its index are called."""
    if not isinstance(population, pd.Series) or population.index.nlevels != 2:
        raise DataError(
            message(
                "population is a series under two levels, {unit} and {period}: take the column of a panel, "
                "panel['population']"
            )
        )
    bare = population.rename_axis(index=["province", "year"])
    twice = bare.index[bare.index.duplicated()]
    if len(twice):
        raise DataError(
            message(
                "population holds {place} twice: one number a {unit} and {period} is needed",
                place=" ".join(str(part) for part in twice[0]),
            )
        )
    same = spelled_as(provinces, bare.index.get_level_values(0))
    return bare.rename(index=same, level=0).unstack("year").reindex(index=provinces, columns=years)


def _table(draws: pd.DataFrame, last: pd.Series, level: float) -> pd.DataFrame:
    ranks = uncertainty.rank(draws.to_numpy())
    tail = (1.0 - level) / 2.0
    low, middle, high = np.quantile(ranks, [tail, 0.5, 1.0 - tail], axis=0, method="inverted_cdf")
    table = pd.DataFrame(
        {
            "score": last.to_numpy(),
            "rank": last.rank(ascending=False, method="min").to_numpy(),
            "median": middle,
            "low": low,
            "high": high,
            "first": (ranks == 1).mean(axis=0),
        },
        index=draws.columns,
    )
    return table.astype({"rank": int, "median": int, "low": int, "high": int}).sort_values(["rank", "median"])
