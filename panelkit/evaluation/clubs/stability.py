"""How far clubs hold: other short-run movements, fewer periods, other units of measurement."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from panelkit.evaluation.clubs.procedure import Clustered, Procedure
from panelkit.evaluation.clubs.series import Series, fewest_periods, ties
from panelkit.evaluation.clubs.worlds import groups, shares_together, together
from panelkit.kernels.rng import as_generator
from panelkit.kernels.within import FloatArray
from panelkit.language.levels import PROVINCIAL, Levels
from panelkit.language.message import Language, Message, message
from panelkit.results.titled_table import TitledTable
from panelkit.show.brief import Brief

SURE = 0.8
"""The share of resamples from which a membership counts as sure: that of stages of a life cycle too."""


@dataclass(frozen=True, kw_only=True, eq=False)
class ClubStability(TitledTable, Brief):
    """Memberships in resampled panels, by unit, and the clubs of shorter panels and other units of measurement.

    `together` (N, N) is how often two units lie in one club; `by_unit` has `club`, and `stays`: the mean of that over
    the unit's club. `variants` has one row a variant: its groups and the adjusted Rand index with the clubs at hand.
    """

    title: Message
    together: pd.DataFrame
    by_unit: pd.DataFrame
    variants: pd.DataFrame
    variants_said: tuple[Message, ...]
    groups: FloatArray
    names: tuple[Message, ...]
    notes: tuple[Message, ...] = ()
    levels: Levels = PROVINCIAL

    @property
    def unsure(self) -> list[Any]:
        """Return the units that lie with their club in fewer than four of five resamples."""
        return list(self.by_unit.index[self.by_unit["stays"] < SURE])

    def tidy(self) -> pd.DataFrame:
        """Return one row a unit: `unit, club, stays`."""
        return self.by_unit.rename_axis("unit").reset_index()

    def table(self, *, language: Language = "en") -> pd.DataFrame:
        """Return the memberships as they are shown, the least sure first."""
        ordered = self.by_unit.sort_values("stays", kind="stable")
        heads = (message("Unit"), message("Club"), message("Stays with it"))
        names = [
            self.names[place].text(language) for place in np.argsort(self.by_unit["stays"], kind="stable")
        ]
        rows = zip(names, ordered["club"], ordered["stays"], strict=True)
        return pd.DataFrame(list(rows), columns=pd.Index([head.text(language) for head in heads]))

    def said(self) -> tuple[Message, ...]:
        """Return the notes: how many groups resamples have, and what variants find."""
        low, middle, high = (int(value) for value in np.quantile(self.groups, [0.05, 0.5, 0.95]))
        drawn = message(
            "groups in resampled panels (clubs, and {units} of none): median {middle}, 5 to 95 %: {low} to {high}",
            middle=middle,
            low=low,
            high=high,
        )
        variants = [
            message(
                "{variant}: {count} groups, adjusted Rand index {rand:.2f}",
                variant=name,
                count=int(count),
                rand=float(rand),
            )
            for name, count, rand in zip(
                self.variants_said, self.variants["groups"], self.variants["rand"], strict=True
            )
        ]
        return tuple(note.spoken(*self.levels) for note in (drawn, *variants, *self.notes))

    def _brief(self) -> str:
        return f"{len(self.by_unit)} units, {len(self.unsure)} below {SURE:g}"

    def _below(self) -> tuple[Message, ...]:
        return self.said()


def stability_of(
    series: Series,
    procedure: Procedure,
    own: NDArray[np.intp],
    reps: int,
    block: int,
    rng: int | np.random.Generator,
) -> ClubStability:
    """Return how far the clubs of a panel hold, `own` (N,) the number of each unit's club."""
    shares, labels = shares_together(series.values, procedure, reps, block, as_generator(rng))
    mates = together(own) & ~np.eye(len(own), dtype=bool)
    asked = [(name, told, procedure.of(values)) for name, told, values in _variants(series, procedure)]
    variants = [(name, told, found) for name, told, found in asked if not ties(found.x, procedure)]
    tied = [told for _, told, found in asked if ties(found.x, procedure)]
    # a unit of no club stays there as often as it is alone
    alone = (labels == 0).mean(axis=0)
    stays = np.where(
        mates.any(axis=1), (shares * mates).sum(axis=1) / np.maximum(mates.sum(axis=1), 1), alone
    )
    return ClubStability(
        title=message("stability of convergence clubs: {variable}", variable=series.variable),
        together=pd.DataFrame(shares, index=series.units, columns=series.units),
        by_unit=pd.DataFrame({"club": own, "stays": stays}, index=series.units),
        variants=pd.DataFrame(
            [(name, *_variant(own, found)) for name, _, found in variants],
            columns=["variant", "groups", "rand"],
        ),
        variants_said=tuple(said for _, said, _ in variants),
        groups=np.array([float(groups(row)) for row in labels]),
        names=tuple(series.name(place) for place in range(len(series.units))),
        notes=(
            message(
                "{reps} panels with the movements around the trend of other {periods}, in blocks of {block}; this says "
                "what short-run shocks do to memberships, not whether there are clubs: see continuum_test()",
                reps=reps,
                block=block,
            ),
            *(
                message(
                    "{variant}: not run, because two {units} have one value in a {period} that its regression reads",
                    variant=told,
                )
                for told in tied
            ),
        ),
        levels=series.levels,
    )


def _variants(series: Series, procedure: Procedure) -> list[tuple[str, Message, FloatArray]]:
    """Return panels a period shorter, and logarithms of figures in other units of measurement."""
    found, values = [], series.values
    if values.shape[1] > fewest_periods(procedure):
        first, last = str(series.periods[0]), str(series.periods[-1])
        found = [
            ("without the first", message("without {when}", when=first), values[:, 1:]),
            ("without the last", message("without {when}", when=last), values[:, :-1]),
        ]
    if series.in_logs:
        tenth, ten = series.measured(10.0), series.measured(0.1)
        found.append(("tenth of the unit", message("figures in a tenth of the unit of measurement"), tenth))
        if min(ten.min(), procedure.of(ten).x.min()) > 0.0:
            found.append(("ten units", message("figures in ten times the unit of measurement"), ten))
    return found


def _variant(own: NDArray[np.intp], found: Clustered) -> tuple[int, float]:
    """Return the groups of a variant, and the adjusted Rand index with the clubs at hand."""
    from sklearn.metrics import adjusted_rand_score

    labels = found.final.labels(len(own))
    return groups(labels), float(adjusted_rand_score(_singled(own), _singled(labels)))


def _singled(labels: NDArray[np.intp]) -> NDArray[np.intp]:
    """Return labels in which units of none are a group each."""
    out = np.array(labels)
    alone = np.flatnonzero(out == 0)
    out[alone] = -1 - np.arange(len(alone))
    return out
