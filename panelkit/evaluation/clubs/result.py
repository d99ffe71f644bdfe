"""What the clustering of units returns: the clubs as a table, transition paths, a map, and how sure they are."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

import numpy as np
import pandas as pd

from panelkit.evaluation.clubs.clustering import Club
from panelkit.evaluation.clubs.log_t import CRITICAL, LogT, relative_transition
from panelkit.evaluation.clubs.procedure import Clustered, Procedure
from panelkit.evaluation.clubs.series import Series
from panelkit.evaluation.clubs.stability import ClubStability, stability_of
from panelkit.evaluation.clubs.worlds import tightness, tightness_of_continua
from panelkit.kernels.rng import as_generator, seed_of
from panelkit.language.errors import SpecError
from panelkit.language.message import Language, Message, listed, message, term
from panelkit.language.options import check_count
from panelkit.results.numbers import number
from panelkit.results.tests import TestResult
from panelkit.results.titled_table import TitledTable
from panelkit.show.brief import Brief

if TYPE_CHECKING:
    from panelkit.show.canvas import Figure


@dataclass(frozen=True, kw_only=True, eq=False)
class ConvergenceClubs(TitledTable, Brief):
    """Clubs of units whose transition paths come together, numbered from the top; 0 are units of none.

    `series` holds the figures (N, T), `found` what was clustered and its clubs as found and as merged, `procedure` how.
    """

    title: Message
    series: Series
    procedure: Procedure
    found: Clustered
    notes: tuple[Message, ...] = ()

    @property
    def units(self) -> pd.Index:
        """Return the labels of the units."""
        return self.series.units

    @property
    def whole(self) -> LogT:
        """Return the log t regression of all units."""
        return self.found.whole

    @property
    def clubs(self) -> tuple[Club, ...]:
        """Return the clubs after merging, from the top."""
        return self.found.final.clubs

    @property
    def membership(self) -> pd.Series:
        """Return the number of each unit's club, 0 for none."""
        return pd.Series(self.found.final.labels(len(self.units)), index=self.units, name="club")

    @property
    def divergent(self) -> list[Any]:
        """Return the units that belong to no club."""
        return list(self.units[self.found.final.divergent])

    @property
    def transitions(self) -> pd.DataFrame:
        """Return the relative transition of what was clustered, one row a unit, one column a period."""
        return pd.DataFrame(relative_transition(self.found.x), index=self.units, columns=self.series.periods)

    def tidy(self) -> pd.DataFrame:
        """Return one row a club (0: all units): units, slope, its error and t, c*, which clubs were merged, members."""
        rows = [_row(0, self.whole, len(self.units), float("nan"), (), [])]
        for at, club in enumerate(self.clubs, 1):
            members = [str(name) for name in self.units[np.sort(club.rows)]]
            rows.append(_row(at, club.regression, len(members), club.sieve, club.parts, members))
        return pd.DataFrame(rows)

    def table(self, *, language: Language = "en") -> pd.DataFrame:
        """Return the clubs as they are shown."""
        groups: list[tuple[Message, LogT, Any]] = [
            (message("all {units}").spoken(*self.series.levels), self.whole, range(len(self.units)))
        ]
        groups += [
            (message("club {number}", number=at), club.regression, np.sort(club.rows))
            for at, club in enumerate(self.clubs, 1)
        ]
        rows = [
            [
                name.text(language),
                len(members),
                float(found.slope[0]),
                float(found.std_error[0]),
                float(found.t[0]),
                _word(float(found.slope[0]), float(found.t[0])).text(language),
                ""
                if found is self.whole
                else listed([self.series.name(row) for row in members]).text(language),
            ]
            for name, found, members in groups
        ]
        heads = (
            message("Club"),
            message("Units"),
            message("Slope"),
            message("Std. error"),
            message("t of log t"),
            message("Converges in"),
            message("Members"),
        )
        return pd.DataFrame(rows, columns=pd.Index([head.text(language) for head in heads]))

    def said(self) -> tuple[Message, ...]:
        """Return the notes of the table."""
        none = (
            (
                message(
                    "in no club: {names}", names=[self.series.name(row) for row in self.found.final.divergent]
                ),
            )
            if self.divergent
            else ()
        )
        return tuple(note.spoken(*self.series.levels) for note in (*none, *self.notes))

    def stability(
        self, reps: int = 199, *, block: int | None = None, rng: int | np.random.Generator = 0
    ) -> ClubStability:
        """Return how clubs hold where short-run movements fall otherwise, in fewer periods, and in other units.

        Parameters
        ----------
        reps
            Panels whose movements around the trend are those of other periods.
        block
            Consecutive periods that are drawn together; None: the cube root of their number, rounded up.
        rng
            Seed or generator.
        """
        check_count("reps", reps, 2)
        length = self.series.values.shape[1]
        size = int(np.ceil(length ** (1.0 / 3.0))) if block is None else block
        check_count("block", size, 1)
        own = self.found.final.labels(len(self.units))
        return stability_of(self.series, self.procedure, own, reps, min(size, length), rng)

    def continuum_test(self, reps: int = 199, *, rng: int | np.random.Generator = 0) -> TestResult:
        """Test whether clubs lie further apart than clubs found where units are spread as a normal sample.

        The clustering cuts any spread that stays into clubs. Under the null units keep their order, their movements and
        the path of the variation, and lie as a normal sample: a continuum. The statistic is the pseudo-F of Calinski
        and Harabasz in the last period.
        """
        check_count("reps", reps, 19)
        name = message("clubs against a continuum")
        null = message("{units} lie along a continuum, and the clustering cuts it").spoken(
            *self.series.levels
        )
        if len(self.clubs) == 1 and not self.divergent:
            return TestResult.not_applicable(
                name, null, message("there is one club").spoken(*self.series.levels)
            )
        statistic = tightness(self.found)
        drawn = tightness_of_continua(self.series.values, self.procedure, reps, as_generator(rng))
        p = float((1 + (drawn >= statistic).sum()) / (reps + 1))
        facts = {"reps": reps, "seed": seed_of(rng)}
        return TestResult(name=name, null=null, statistic=statistic, distribution="F", p_value=p, facts=facts)

    def plot(
        self,
        which: Literal["clubs", "units"] = "clubs",
        *,
        language: Language = "en",
        title: str | None = None,
    ) -> Figure:
        """Draw the transition paths: the mean of every club, or every unit with the colour of its club's mean."""
        from panelkit.show import figures

        if which not in ("clubs", "units"):
            raise SpecError(message("which is 'clubs' or 'units', not {which!r}", which=which))
        h = self.transitions
        names = {
            at: message("club {number}", number=at).text(language) for at in range(1, len(self.clubs) + 1)
        }
        means = pd.DataFrame({names[at]: h[self.membership == at].mean() for at in names})
        lines = means if which == "clubs" else pd.concat([h.T.rename(columns=str), means], axis=1)
        return figures.trend_lines(
            lines,
            highlight=list(names.values()),
            value_label=message("relative transition").text(language),
            language=language,
            title=title or self.series.variable,
        )

    def map(self, *, boundaries: Any = None, language: Language = "en", title: str | None = None) -> Figure:
        """Return a map of the clubs, on tiles or on boundaries of one's own."""
        from panelkit.show import figures, style

        named = {
            at: (message("in none") if at == 0 else message("club {number}", number=at)).text(language)
            for at in sorted({0, *self.membership} if self.divergent else set(self.membership))
        }
        colours = style.CYCLE * (len(self.clubs) // len(style.CYCLE) + 1)
        ordered = [*(named[at] for at in named if at), *([named[0]] if 0 in named else [])]
        return figures.province_map(
            self.membership.map(named),
            boundaries=boundaries,
            categories=ordered,
            colours=[*colours[: len(self.clubs)], *([style.FAINT] if 0 in named else [])],
            value_label=message("Club").text(language),
            language=language,
            title=title or self.series.variable,
        )

    def _brief(self) -> str:
        found = [str(len(club.rows)) for club in self.clubs]
        return f"{self.series.variable}: clubs of {', '.join(found) or 'none'}; t = {number(float(self.whole.t[0]))}"

    def _below(self) -> tuple[Message, ...]:
        return self.said()


def _row(
    at: int, found: LogT, count: int, sieve: float, parts: tuple[int, ...], members: list[str]
) -> dict[str, Any]:
    return {
        "club": at,
        "units": count,
        "slope": float(found.slope[0]),
        "std_error": float(found.std_error[0]),
        "t": float(found.t[0]),
        "converges": bool(found.converges()[0]),
        "c_star": sieve,
        "merged_of": ", ".join(map(str, parts)),
        "members": "; ".join(members),
    }


def _word(slope: float, t: float) -> Message:
    """Return what a regression says: rejected, convergence of growth rates or of levels, or weak (a slope below 0)."""
    if not t > CRITICAL:
        return term("convergence", "rejected")
    if slope >= 2.0:
        return term("convergence", "levels")
    return term("convergence", "growth") if slope >= 0.0 else term("convergence", "not rejected")
