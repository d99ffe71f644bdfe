"""The result of `dea`: scores by unit and year, what lies behind them, tables and maps."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pandas as pd

from panelkit.evaluation.efficiency import shown
from panelkit.evaluation.efficiency.mean_efficiency import MeanEfficiency, mean_efficiency
from panelkit.evaluation.efficiency.problem import EfficiencyProblem
from panelkit.kernels.frames import as_pandas_series
from panelkit.language.errors import DataError, SpecError
from panelkit.language.levels import PROVINCIAL, Levels
from panelkit.language.message import Language, Message, message
from panelkit.language.options import check_confidence, check_count
from panelkit.language.spelt import option
from panelkit.results.numbers import cells, number
from panelkit.show.brief import Brief
from panelkit.show.canvas import Figure
from panelkit.show.rendered import Titled

# inputs and outputs up to which a nominal 95 % held 88 to 92 % at 31 units (docs/evidence/efficiency.csv)
_MOST = {"constant": 3, "variable": 2}
# the largest bias, as a share of the mean, for which an interval is given: where coverage was measured, 120 panels
# had at most .13
_CARRIED = 0.25


@dataclass(frozen=True, kw_only=True, eq=False)
class Efficiency(Titled, Brief):
    """Efficiencies of units and years, with slacks, peers and multipliers.

    Attributes
    ----------
    scores
        One row a unit and year. `score` is the efficiency; of radial models `constant`, `variable` and `scale` (their
        ratio) and `returns` (increasing, constant, decreasing); of two stages both ends of the decomposition
        (`first_most`, `second_least`; `first_least`, `second_most`) and each stage alone; of directional distances
        `distance`.
    slacks, targets
        What inputs could still shrink and outputs grow after the score, and the figures of the target, by column; None
        where the model has none.
    peers
        One row a peer: unit, year, peer, the peer's year, intensity.
    multipliers
        Prices of a radial optimum by column, and `intercept`; they need not be the only ones. None for others.
    problem
        The figures and frontiers behind the scores: what a bootstrap draws anew.
    facts, notes
        What was measured against what, and what has to be said of it.
    """

    title: Message
    scores: pd.DataFrame
    problem: EfficiencyProblem
    peers: pd.DataFrame
    slacks: pd.DataFrame | None = None
    targets: pd.DataFrame | None = None
    multipliers: pd.DataFrame | None = None
    facts: Mapping[str, Any] = field(default_factory=dict)
    notes: tuple[Message, ...] = ()
    levels: Levels = PROVINCIAL

    @property
    def years(self) -> list[Any]:
        """Return the years of the scores."""
        return sorted(self.scores.index.get_level_values(1).unique())

    def of_year(self, year: Any = None) -> pd.DataFrame:
        """Return the scores of one year (None: the last), the most efficient first.

        Raises
        ------
        SpecError
            If the year is not among the scores.
        """
        chosen = self.years[-1] if year is None else year
        if chosen not in self.years:
            raise SpecError(
                message(
                    "no {period} {value} among the scores: {held}",
                    value=str(chosen),
                    held=[str(one) for one in self.years],
                ).spoken(*self.levels)
            )
        rows: Any = self.scores.xs(chosen, level=1)
        return rows.sort_values("score", ascending=self.problem.scores_are_factors, kind="stable")

    def wide(self) -> pd.DataFrame:
        """Return the scores as a table of units by years."""
        return self.scores["score"].unstack()

    def by_year(self) -> pd.DataFrame:
        """Return mean, median, the worst (`least`; of factors `largest`) and number of efficient units by year."""
        return shown.by_year(self.scores["score"], factors=self.problem.scores_are_factors)

    def year_table(self, language: Language = "en") -> pd.DataFrame:
        """Return `by_year` as it is shown."""
        return shown.headed(self.by_year(), language)

    def by_group(self, groups: Any = None) -> pd.DataFrame:
        """Return mean scores of groups of units by year: no interval, for the frontier is one across groups.

        `groups` maps a unit to its group; None: the four regions of the provinces.

        Raises
        ------
        SpecError
            If a unit has no group.
        """
        given = None if groups is None else pd.Series(as_pandas_series(groups))
        return shown.by_group(self.scores["score"], given, self.levels)

    def means(
        self, *, level: float = 0.95, splits: int = 100, rng: int | np.random.Generator = 0
    ) -> pd.DataFrame:
        """Return the mean score of every year with its bias and an interval (Kneip, Simar and Wilson 2015).

        Columns `mean, bias, corrected, low, high`. An interval for the mean of a population of which the units are
        draws, without noise in the figures. Under constant returns up to three inputs and outputs, under variable
        returns two: of more the interval holds too rarely at the size of panels (docs/evidence/efficiency.csv).

        Parameters
        ----------
        level
            Level of the intervals.
        splits
            Random halves that estimate the bias.
        rng
            Seed or numpy generator; the same seed gives the same numbers.

        Raises
        ------
        SpecError
            If scores are not radial, a frontier spans several years, or inputs and outputs are too many.
        DataError
            If a frontier hangs on few units, so that halving them moves the mean by more than a quarter.
        """
        problem = self.problem
        if not problem.is_radial or any(len(np.unique(problem.years[rows])) > 1 for rows in problem.sets):
            raise SpecError(
                message(
                    "intervals of mean efficiencies are known for radial scores (ccr, bcc) against the frontier of one "
                    "{period}: rows of several {periods} are no independent draws"
                ).spoken(*self.levels)
            )
        check_confidence(level)
        check_count("splits", splits, 2)
        _refuse_slow(problem)
        way: Any = problem.orientation
        found = {
            problem.years[rows[0]]: mean_efficiency(
                problem.inputs[rows],
                problem.outputs[rows],
                returns=problem.returns,
                orientation=way,
                level=level,
                splits=splits,
                rng=rng,
            )
            for rows in problem.sets
        }
        _refuse_carried(found, self.levels)
        table = pd.DataFrame(
            {year: (one.mean, one.bias, one.corrected, one.low, one.high) for year, one in found.items()},
            index=["mean", "bias", "corrected", "low", "high"],
        ).T
        return table.rename_axis(self.levels[1])

    def tidy(self) -> pd.DataFrame:
        """Return one row a unit, year and measure: under names that do not change with the language."""
        numbers = self.scores.select_dtypes("number")
        long = numbers.rename_axis(columns="measure").stack()
        return pd.DataFrame({"value": long}).reset_index()

    def table(self, year: Any = None, *, language: Language = "en") -> pd.DataFrame:
        """Return the scores of one year (None: the last) as the frame that is shown, with the peers of each unit."""
        return shown.year_table(
            self.of_year(year), self.peers, self.years[-1] if year is None else year, language
        )

    def summary(self, *, language: Language = "en") -> str:
        """Return title, the means of the years, the table of the last year and the notes as plain text."""
        from panelkit.show.words import check_language, frame_text, note_lines

        check_language(language)
        title = self.title.text(language)
        parts = [title, "=" * cells(title)]
        if len(self.years) > 1:
            parts += [frame_text(self.year_table(language), language, number), ""]
        parts.append(str(self._rendered("text", None, language, {"caption": None, "notes": []})))
        return "\n".join([*parts, *note_lines(self.notes, language)])

    def plot(
        self, year: Any = None, *, boundaries: Any = None, language: Language = "en", title: str | None = None
    ) -> Figure:
        """Return a map of the scores of one year (None: the last): tiles, or the user's own boundaries.

        Raises
        ------
        StyleError
            If the units are no provinces.
        """
        return shown.score_map(
            self.of_year(year)["score"],
            title=shown.of_year(self.title, self.years[-1] if year is None else year).text(language)
            if title is None
            else title,
            boundaries=boundaries,
            language=language,
        )

    def plot_years(self, *, language: Language = "en", title: str | None = None) -> Figure:
        """Return the mean, the median and the worst score of every year as lines."""
        return shown.year_lines(
            self.by_year(),
            title=self.title.text(language) if title is None else title,
            language=language,
        )

    def _brief(self) -> str:
        units = self.scores.index.get_level_values(0).nunique()
        span = f"{self.years[0]}-{self.years[-1]}"
        return f"{self.title}: {units} units, {span}; mean={self.scores['score'].mean():.4g}"

    def _heading(self) -> Message:
        return shown.of_year(self.title, self.years[-1])


def _refuse_slow(problem: EfficiencyProblem) -> None:
    """Refuse an interval that does not hold at the size of panels."""
    most = _MOST.get(problem.returns, 0)
    if problem.dimensions > most > 0:
        raise SpecError(
            message(
                "an interval of the mean efficiency is offered for at most {most} inputs and outputs under {returns} "
                "returns, not {dimensions}: with three under variable returns and 31 units a nominal 95 % held in "
                "fewer than 70 of 100 simulated panels (docs/evidence/efficiency.csv)",
                most=most,
                returns=problem.returns,
                dimensions=problem.dimensions,
            )
        )


def _refuse_carried(found: Mapping[Any, MeanEfficiency], levels: Levels) -> None:
    """Refuse intervals about a frontier that a few units carry."""
    carried = [
        f"{year} ({one.bias:.2f} / {one.mean:.2f})"
        for year, one in found.items()
        if one.bias > _CARRIED * one.mean
    ]
    if carried:
        raise DataError(
            message(
                "a few {units} carry the frontier of {years}: the bias that halving the {units} tells is more than a "
                "quarter of the mean, and no interval holds there; leave them out by {where}, or take scores without "
                "intervals",
                where=option("where"),
                years=carried,
            ).spoken(*levels)
        )
