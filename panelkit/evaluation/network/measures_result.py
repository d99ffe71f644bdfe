"""Measures of a network as tables: of the whole by period, of units, and the ranges of one period."""

from __future__ import annotations

from collections.abc import Hashable
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from panelkit.evaluation.network.names import unit_names, with_period
from panelkit.language.errors import SpecError
from panelkit.language.levels import PROVINCIAL, Levels
from panelkit.language.message import Language, Message, message
from panelkit.results.numbers import cells
from panelkit.show.brief import Brief
from panelkit.show.rendered import Titled

NAMES: dict[str, Message] = {
    "density": message("Density of ties"),
    "connectedness": message("Connectedness"),
    "hierarchy": message("Hierarchy"),
    "efficiency": message("Network efficiency"),
    "reciprocity": message("Reciprocity"),
    "clustering": message("Clustering"),
    "out_degree": message("Ties sent"),
    "in_degree": message("Ties received"),
    "degree_freeman": message("Degree (Freeman)"),
    "degree_ucinet": message("Degree (Ucinet)"),
    "betweenness": message("Betweenness"),
    "closeness_out": message("Closeness, out"),
    "closeness_in": message("Closeness, in"),
    "eigenvector": message("Eigenvector"),
}
SOURCES: dict[str, Message] = {
    "random_links": message("Random ties"),
    "threshold": message("Other rules of ties"),
    "left_out": message("One unit left out"),
    "noise": message("Figures disturbed"),
}
_SHORT = {
    "out_degree": message("Sent"),
    "in_degree": message("Received"),
    "degree_ucinet": message("Degree"),
}
PARTS = ("ranges", "whole", "nodes")


@dataclass(frozen=True, kw_only=True, eq=False)
class NetworkMeasures(Titled, Brief):
    """The structure of a network.

    `whole` has one row a period; `nodes` a (unit, year) index. `ranges` (`source, measure, low, high`) and `ranks` (one
    row a unit) are those of the period `year`.
    """

    title: Message
    year: Any
    whole: pd.DataFrame
    nodes: pd.DataFrame
    ranges: pd.DataFrame
    ranks: pd.DataFrame
    noise: float | None
    ids: tuple[Hashable, ...]
    notes: tuple[Message, ...] = ()
    levels: Levels = PROVINCIAL

    def tidy(self) -> pd.DataFrame:
        """Return one row a period, unit and measure: `year, unit, measure, value`; of the whole without a unit."""
        whole = self.whole.reset_index().melt("year", var_name="measure").assign(unit=None)
        nodes = self.nodes.reset_index().melt(["unit", "year"], var_name="measure")
        columns = ["year", "unit", "measure", "value"]
        return pd.DataFrame(
            {name: [*whole[name].tolist(), *nodes[name].tolist()] for name in columns}, columns=columns
        )

    def table(self, part: str = "ranges", *, language: Language = "en") -> pd.DataFrame:
        """Return a part as the frame that is shown: "ranges" and "nodes" of the period `year`, "whole" by period.

        Raises
        ------
        SpecError
            If there is no such part.
        """
        if part not in PARTS:
            raise SpecError(message("part is one of {known}, not {given!r}", known=list(PARTS), given=part))
        if part == "whole":
            whole = self.whole.rename(columns={key: NAMES[str(key)].text(language) for key in self.whole})
            return whole.rename_axis(message("Period").text(language)).reset_index()
        return self._nodes(language) if part == "nodes" else self._ranges(language)

    def _ranges(self, language: Language) -> pd.DataFrame:
        columns: dict[str, list[Any]] = {
            message("Measure").text(language): [NAMES[str(name)].text(language) for name in self.whole],
            message("Value").text(language): list(self.whole.loc[self.year]),
        }
        for source in dict.fromkeys(self.ranges["source"]):
            held = self.ranges[self.ranges["source"] == source].set_index("measure")
            spans = zip(held["low"], held["high"], strict=True)
            columns[SOURCES[source].text(language)] = [_span(low, high) for low, high in spans]
        return pd.DataFrame(columns)

    def _nodes(self, language: Language) -> pd.DataFrame:
        held = self.nodes.xs(self.year, level="year").join(self.ranks)
        held = held.sort_values("rank", kind="stable")
        names = unit_names(self.ids, language)
        shown = pd.DataFrame({message("Unit").text(language): [names[one] for one in held.index]})
        shown[message("Rank").text(language)] = held["rank"].astype(int).to_numpy()
        pair = ("noise_low", "noise_high") if self.noise is not None else ("threshold_low", "threshold_high")
        spans = zip(held[pair[0]], held[pair[1]], strict=True)
        shown[message("Range").text(language)] = [f"{low:.0f}-{high:.0f}" for low, high in spans]
        for name in ("out_degree", "in_degree"):
            shown[_SHORT[name].text(language)] = held[name].astype(int).to_numpy()
        for name in ("degree_ucinet", "betweenness", "closeness_out", "closeness_in", "eigenvector"):
            shown[_SHORT.get(name, NAMES[name]).text(language)] = held[name].to_numpy()
        return shown

    def summary(self, *, language: Language = "en") -> str:
        """Return the tables and the notes as plain text."""
        from panelkit.show.words import check_language, note_lines

        check_language(language)
        title = with_period(self.title.spoken(*self.levels).text(language), self.year)
        parts = ["ranges", *(["whole"] if len(self.whole) > 1 else []), "nodes"]
        tables = [self.to_text(language=language, part=part, notes=(), caption=None) for part in parts]
        return "\n".join([title, "=" * cells(title), *tables, *note_lines(self.notes, language)])

    def _brief(self) -> str:
        told = [f"{name}={value:.3g}" for name, value in self.whole.loc[self.year].items()]
        return ", ".join([f"{self.year}", f"{len(self.ids)} units", *told[:4]])

    def _frame(self, language: Language, style: dict[str, Any]) -> pd.DataFrame:
        return self.table(style.pop("part", "ranges"), language=language)

    def _heading(self) -> Message:
        return self.title.spoken(*self.levels)


def _span(low: float, high: float) -> str:
    return f"{low:.3f}-{high:.3f}" if np.isfinite([low, high]).all() else "."
