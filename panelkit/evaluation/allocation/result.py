"""What an allocation returns: actual and optimal money by unit and link, printed, drawn and written to files."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import pandas as pd

from panelkit.evaluation.allocation.allocated import Allocated
from panelkit.evaluation.allocation.shown import (
    change_figure,
    change_map,
    frontier_figure,
    summary_parts,
    unit_table,
)
from panelkit.language.message import Language
from panelkit.results.numbers import cells
from panelkit.show.canvas import Figure
from panelkit.show.rendered import Titled


@dataclass(frozen=True, kw_only=True, eq=False)
class Allocation(Titled, Allocated):
    """An optimal allocation beside the actual one: our reconstruction of a model with structural balance.

    `chain` holds units, links, money, outputs and elasticities; `plan` the bounds, the measure of balance and its
    weight; `optimal` (J, K) the optimum and `met` how well it meets the conditions of one. `draws` holds the optima
    of drawn elasticities and outputs, `gain` what is left of the gain, `curve` the frontier, `rules` the allocations
    of simple rules.
    """

    def table(self, *, language: Language = "en") -> pd.DataFrame:
        """Return the changes by unit as the table that is shown, the largest rise first."""
        return unit_table(self, language)

    def summary(self, *, language: Language = "en") -> str:
        """Return what is gained, what moves by link and unit, the frontier and the notes as plain text."""
        from panelkit.show.words import check_language, note_lines

        check_language(language)
        title = self.title.text(language)
        parts = summary_parts(self, language)
        return "\n".join([title, "=" * cells(title), *parts, *note_lines(self.notes, language)])

    def plot(self, *, by: str = "unit", language: Language = "en", **style: Any) -> Figure:
        """Draw the changes of money with their intervals, by "unit", or by a link's name.

        Raises
        ------
        SpecError
            If `by` is neither.
        """
        return change_figure(self, by, language, style)

    def plot_map(self, *, by: str = "unit", language: Language = "en", **style: Any) -> Figure:
        """Draw the changes of money as a tile map of the provinces, by "unit", or by a link's name."""
        return change_map(self, by, language, style)

    def plot_frontier(self, *, language: Language = "en", **style: Any) -> Figure:
        """Draw the frontier of output and balance with the actual allocation, the optimum and the simple rules."""
        return frontier_figure(self, language, style)
