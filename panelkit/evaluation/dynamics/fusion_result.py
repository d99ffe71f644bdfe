"""What `fusion_model` returns: the numbers of the fit with their table, notes, scenarios and figures."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd

from panelkit.evaluation.dynamics import fusion_words as words
from panelkit.evaluation.dynamics.fusion_fit import FusionFit
from panelkit.evaluation.dynamics.pictures import phase_figure, place_of, trajectory_figure
from panelkit.evaluation.dynamics.scenarios import Scenario, scenario
from panelkit.evaluation.dynamics.shown import figure, span
from panelkit.language.message import Language, Message, message
from panelkit.show.canvas import Figure


@dataclass(frozen=True, kw_only=True, eq=False)
class FusionModel(FusionFit):
    """Two logistic stocks that act on each other, rates shared by all units; the fields are those of `FusionFit`."""

    def scenario(self, years: int = 5, *, inflow: Mapping[str, float] | None = None) -> Scenario:
        """Return what the model does in the next `years`, and what an inflow a period would change.

        `inflow` is in means of the stock: {"rd_stock": 0.05} feeds a twentieth of its mean every period. No causal
        effect: interactions are associations of provinces that were fitted.
        """
        return scenario(self, years, dict(inflow or {}))

    def table(self, *, language: Language = "en") -> pd.DataFrame:
        """Return the parameters as they are shown."""
        beside = self.beside()
        heads = [
            message("Parameter"),
            message("Estimate"),
            message("{level:.0%} interval", level=self.level),
            message("uncorrected"),
            *[message("trajectories")] * bool(beside),
            message("p (>0 | <0)"),
        ]
        rows = [
            [
                words.shown_term(str(row["term"]), self.names).text(language),
                figure(row["estimate"]),
                span(row["conf_low"], row["conf_high"]),
                figure(row["uncorrected"]),
                *[figure(beside.get(str(row["term"]), np.nan))] * bool(beside),
                _chances(row["p_positive"], row["p_negative"]),
            ]
            for row in self.tidy().to_dict("records")
        ]
        return pd.DataFrame(rows, columns=pd.Index([head.text(language) for head in heads]))

    def said(self) -> tuple[Message, ...]:
        """Return stage, bounds, Theil's statistics, rivals and the notes."""
        return (*words.told(self), self.uncertainty.sentence(), *self.notes)

    def plot(
        self, units: list[str] | None = None, *, language: Language = "en", title: str | None = None
    ) -> Figure:
        """Draw observed and simulated stocks of units (two at most) in means of their own, with the band of
        the draws."""
        return trajectory_figure(self, units, language=language, title=title)

    def plot_phase(self, unit: str, *, language: Language = "en", title: str | None = None) -> Figure:
        """Draw the phase plane of a unit: where neither stock changes, directions, the observed path, the rest."""
        at = place_of(unit, self.units)
        return phase_figure(
            self.coefficients[at],
            self.means[at],
            self.stocks[at] * self.means[at],
            self.periods,
            self.names,
            language=language,
            title=title,
        )


def _chances(above: float, below: float) -> str:
    """Return two one-sided p-values in a cell."""
    return figure(np.nan) if np.isnan(above) else f"{figure(above)} | {figure(below)}"
